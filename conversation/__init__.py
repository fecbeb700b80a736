"""The words every layer shares: who wrote, what came in, what goes out.

Pure types, standard library only. No database row, no provider payload and no sentence lives here.
"""

from conversation.model import (
    Attachment,
    AttachmentKind,
    Choice,
    Delivery,
    DeliveryState,
    Inbound,
    InboundKind,
    Location,
    Outbound,
    OutboundFile,
    PersonKey,
    Purpose,
    SharedContact,
    Surface,
    Template,
    TemplateCategory,
)

__all__ = [
    "Attachment",
    "AttachmentKind",
    "Choice",
    "Delivery",
    "DeliveryState",
    "Inbound",
    "InboundKind",
    "Location",
    "Outbound",
    "OutboundFile",
    "PersonKey",
    "Purpose",
    "SharedContact",
    "Surface",
    "Template",
    "TemplateCategory",
]
