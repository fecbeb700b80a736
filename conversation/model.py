"""Channel-neutral messages: what a person sent, what the bot answers, what the provider reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Surface(StrEnum):
    """What the person looks at: decides how an answer is shown and how long it may be."""

    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person as one channel knows them.

    Attributes:
        channel: Name of the way messages travel: "telegram", "simulator-whatsapp", …
        address: The channel's own opaque id of the person. Not always a phone number
            (channel facts 3.8): never parse it.
    """

    channel: str
    address: str


class InboundKind(StrEnum):
    """What reached us, seen from the dialogue."""

    TEXT = "text"
    CHOICE = "choice"
    """A button or list row: `token` is set, `text` may repeat the label."""
    MEDIA = "media"
    LOCATION = "location"
    CONTACT = "contact"
    START = "start"
    """The person opened the talk (Telegram /start); `payload` tells where from."""
    EDIT = "edit"
    """An earlier message was rewritten: kept for staff, never run through the dialogue."""
    DELETED = "deleted"
    """An earlier message was taken back: noted, never run."""
    REACTION = "reaction"
    """A sign put on one of our messages: noted, never answered (each answer costs)."""
    OPT_OUT = "opt_out"
    """The provider says that the person wants no more messages, and has told them so itself."""
    OPT_IN = "opt_in"
    """The provider says that the person wants messages again."""
    MOVED = "moved"
    """The person is now known by another address, `moved_to`."""
    BLOCKED = "blocked"
    """The person blocked the bot: nothing may be sent until UNBLOCKED."""
    UNBLOCKED = "unblocked"
    GROUP = "group"
    """Something said to the bot in a group chat: answered with one polite sentence at most."""
    UNKNOWN = "unknown"
    """A shape we do not know: acknowledged, logged without content, never run."""


class AttachmentKind(StrEnum):
    """Kinds of file a person can send."""

    PHOTO = "photo"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the provider keeps for us.

    Attributes:
        provider_ref: What the provider gives it out for: an id or a link, never one with a token in it.
        sha256: Hex digest the provider states, to check the copy against.
        name: File name as the person's phone had it; never used as a path.
    """

    kind: AttachmentKind
    provider_ref: str
    mime_type: str | None = None
    size_bytes: int | None = None
    duration_s: int | None = None
    sha256: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map, WGS 84 degrees: latitude -90…90, longitude -180…180."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class SharedContact:
    """A phone number shared by a tap. `own` is true only where the channel vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message, tap or event from one person.

    Attributes:
        person: Who, as the channel knows them.
        message_id: The provider's id, unique within the channel: the inbox refuses a second one.
        text: What was typed, or the label of a tapped choice; may be empty, may be very long.
        token: Token of a tapped `Choice`.
        payload: What came with START (deep link), at most 64 characters.
        display_name: The name the channel shows; never used as the person's given name without asking.
        language_hint: Language of the person's app (IETF tag): a hint only.
        callback_id: What must be answered so that a tapped button stops spinning (Telegram).
        phone: The sender's own number (E.164) where the channel itself vouches for it.
        aliases: Other addresses of the same person on the same channel: a phone beside a business-scoped id. With
            MOVED: those that hold from now on beside `moved_to`.
        moved_to: With MOVED: the new address; `person` is the old one.
        reply_to: The provider's id of the message that was quoted, edited, taken back or reacted to.
        origin: Where the talk began, where the channel tells: "ad 12023…", "post …"; at most 120 characters.
    """

    person: PersonKey
    message_id: str
    kind: InboundKind
    sent_at: datetime
    text: str = ""
    token: str | None = None
    payload: str | None = None
    attachment: Attachment | None = None
    location: Location | None = None
    contact: SharedContact | None = None
    display_name: str | None = None
    language_hint: str | None = None
    callback_id: str | None = None
    phone: str | None = None
    aliases: tuple[str, ...] = ()
    moved_to: str | None = None
    reply_to: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the person can pick.

    Attributes:
        label: In the person's language; at most 20 characters where shown as a WhatsApp button.
        token: Short random word (see storage.menus): what a button carries. Never a Rasa payload.
        description: One more line where the surface has room (WhatsApp list row, 72 characters).
        key: The number a person types, as shown: "1", "2" … and "0" for a person.
    """

    label: str
    token: str
    key: str
    description: str | None = None


class Purpose(StrEnum):
    """Why something is sent: decides what goes first, and what may be sent at all."""

    ANSWER = "answer"
    REMINDER = "reminder"
    CAMPAIGN = "campaign"


class TemplateCategory(StrEnum):
    """What WhatsApp files and prices a template under (channel facts 3.9)."""

    UTILITY = "utility"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Template:
    """An approved WhatsApp text, for when free text may not be sent.

    Attributes:
        name: As registered, the same for all languages.
        variables: In the order of its places {{1}}, {{2}} …
    """

    name: str
    category: TemplateCategory = TemplateCategory.UTILITY
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file that goes with an answer.

    Attributes:
        key: Where the bot keeps it (`storage.files`); never a link.
        mime_type: As IANA names it: "audio/ogg", "application/pdf".
        name: File name the person sees.
    """

    kind: AttachmentKind
    key: str
    mime_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """One answer, before a channel gives it its shape.

    Attributes:
        text: Whole text in one language. Not cut: the channel's `render` pages or splits it.
        language: One of `i18n.languages`: "ary", "ary-Latn", "ar", "fr".
        choices: In the order shown. Empty: an open question or a statement.
        list_title: Opening button of a WhatsApp list, at most 20 characters.
        ask_phone: Label of the button by which the channel may offer to share the own phone number.
        ask_location: Label of the button by which the channel may offer to share the place.
        ends_menu: Whether an older keyboard on the person's screen may be removed.
        file: Goes before or with the text, as the channel best can.
        template: What may be sent instead where the channel takes no free text now.
    """

    text: str
    language: str
    choices: tuple[Choice, ...] = ()
    list_title: str | None = None
    ask_phone: str | None = None
    ask_location: str | None = None
    ends_menu: bool = False
    file: OutboundFile | None = None
    template: Template | None = None


class DeliveryState(StrEnum):
    """How far an outgoing message came; a state is only ever replaced by a later one."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A provider's word on a message sent earlier.

    Attributes:
        reference: Our own mark on the message where the provider hands it back: known before its id is.
        provider_code: Its code of what went wrong.
        details: What else it tells: price category, whether it is billed. Nothing about people.
    """

    channel: str
    provider_message_id: str
    state: DeliveryState
    at: datetime
    provider_code: str | None = None
    reference: str | None = None
    details: dict[str, str] = field(default_factory=dict)
