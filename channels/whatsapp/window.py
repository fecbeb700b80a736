"""When WhatsApp takes free text: for 24 hours from the person's last message, and then only approved templates. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages ("Customer
service windows"), read 2026-11-25; channel facts 3.9.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=24)
MARGIN: Final = timedelta(minutes=1)
"""What leaves us at the last moment may come too late: that long before its end the window counts as closed."""


def needs_template(now: datetime, last_inbound_at: datetime | None) -> bool:
    """Whether only a template may be sent.

    Args:
        now: The present, aware.
        last_inbound_at: When the person last wrote; nothing if never.
    """
    return last_inbound_at is None or now - last_inbound_at >= WINDOW - MARGIN
