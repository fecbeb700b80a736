"""What a Telegram update says: verified, then turned into channel-neutral messages. Pure but for the time of a tap."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, MessageEntity, Update, User

from channels.telegram.payloads import CHANNEL, COMMANDS, START
from channels.telegram.reading import degrees_of, id_of, integer_of, present, read_update, text_of
from conversation import (
    Attachment,
    AttachmentKind,
    Delivery,
    Inbound,
    InboundKind,
    Location,
    PersonKey,
    SharedContact,
)

_COMMAND: Final = re.compile(
    r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>[A-Za-z0-9_]+))?(?:\s+(?P<rest>.*))?", re.DOTALL
)
"""https://core.telegram.org/bots/features#commands"""
_DEEP_LINK: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""https://core.telegram.org/bots/features#deep-linking"""
_GROUPS: Final = (Chat.GROUP, Chat.SUPERGROUP)
_FILES: Final = (
    ("voice", AttachmentKind.VOICE),
    ("audio", AttachmentKind.AUDIO),
    ("video", AttachmentKind.VIDEO),
    ("video_note", AttachmentKind.VIDEO),
    ("animation", AttachmentKind.VIDEO),  # before document: an animation carries both
    ("document", AttachmentKind.DOCUMENT),
    ("sticker", AttachmentKind.STICKER),
)


def verify(header_value: str | None, secret: str) -> bool:
    """Whether a webhook comes from Telegram.

    Args:
        header_value: Value of `X-Telegram-Bot-Api-Secret-Token`, nothing if the header is absent.
        secret: What was given to `setWebhook`.

    Returns:
        False where either is absent; compared in constant time.
    """
    if not header_value or not secret:
        return False
    return hmac.compare_digest(header_value.encode("utf-8", "backslashreplace"), secret.encode())


def parse(
    body: bytes, *, received_at: datetime | None = None, bot_username: str | None = None
) -> list[Inbound | Delivery]:
    """Read one update.

    Only private chats become dialogue, with the chat's id as address. `message_id` is the update's id, since Telegram's
    own message ids are unique in one chat only. Kinds beyond the obvious:

    - a command of `COMMANDS` is TEXT with `payload` "intent:<name>"; `text` is what stood behind the command, usually
      nothing. A slash before anything else is ordinary text;
    - `/start x` is START with `payload` "x" where x is a deep link's payload, else with `text` "x";
    - a tap is CHOICE with `token` and `callback_id`; its time is `received_at`, since Telegram gives none;
    - a sticker is MEDIA, a poll or dice TEXT with empty text, so that they are answered; a service message, which
      nobody wrote, is UNKNOWN;
    - an edit brings the file that stands there now, since it may be another: Telegram does not say which part changed.
      That a message was taken back it never tells a bot;
    - in a group only what is said to the bot counts (a command, a mention, a reply to it, being added): GROUP, without
      text, with the group's id as address.

    Args:
        body: The webhook's raw body, or one update of getUpdates as JSON.
        received_at: When it reached us, aware; now if not given.
        bot_username: The bot's name without "@". Without it any mention of, and reply to, a bot counts as said to us:
            in a group with privacy mode Telegram brings no other.

    Returns:
        One message, or nothing for what is no concern of a person's talk with the bot: channel posts, groups among
        themselves, updates we did not ask for. Telegram reports no deliveries.

    Raises:
        Malformed: The body cannot be read. The message says which field, never its value.
    """
    update = read_update(body)
    if update.callback_query is not None:
        return [_tap(update, update.callback_query, received_at or datetime.now(UTC))]
    if update.my_chat_member is not None:
        return _membership(update, update.my_chat_member)
    if update.edited_message is not None:
        return _edit(update, update.edited_message)
    if update.message is not None:
        return _message(update, update.message, bot_username)
    return []


def _message(update: Update, message: Message, bot_username: str | None) -> list[Inbound | Delivery]:
    user = message.from_user
    if user is None or user.is_bot:  # a channel, an anonymous admin; bots would answer each other for ever
        return []
    chat = present(message.chat, "chat")
    if chat.type == Chat.PRIVATE:
        return [_inbound(update, chat, user, message.date, **_content(message, user))]
    if chat.type in _GROUPS and _is_for_us(message, bot_username):
        return [_in_group(update, chat, message.date)]
    return []


def _edit(update: Update, message: Message) -> list[Inbound | Delivery]:
    user = message.from_user
    chat = present(message.chat, "chat")
    if user is None or user.is_bot or chat.type != Chat.PRIVATE:
        return []
    at = message.edit_date or message.date
    values = {"text": _words(message), "attachment": _attachment(message)}
    return [_inbound(update, chat, user, at, kind=InboundKind.EDIT, **values)]


def _tap(update: Update, query: CallbackQuery, at: datetime) -> Inbound:
    callback_id = text_of(query.id, "callback_query.id")
    user = present(query.from_user, "callback_query.from")
    chat = query.message.chat if query.message is not None else None
    if chat is not None and chat.type != Chat.PRIVATE:
        return _in_group(update, chat, at, callback_id=callback_id)
    token = text_of(query.data, "callback_query.data")
    kind = InboundKind.CHOICE if token else InboundKind.UNKNOWN  # a game's button carries no data
    return _inbound(update, chat, user, at, kind=kind, token=token or None, callback_id=callback_id)


def _membership(update: Update, change: ChatMemberUpdated) -> list[Inbound | Delivery]:
    before, after = change.old_chat_member.status, change.new_chat_member.status
    if before == after:
        return []
    there = after == "member"
    chat, user = present(change.chat, "my_chat_member.chat"), present(change.from_user, "my_chat_member.from")
    if chat.type == Chat.PRIVATE:
        kind = InboundKind.UNBLOCKED if there else InboundKind.BLOCKED
        return [_inbound(update, chat, user, change.date, kind=kind)]
    if there and chat.type in _GROUPS:
        return [_in_group(update, chat, change.date)]
    return []


def _content(message: Message, user: User) -> dict[str, Any]:
    """Kind and values of what a person sent in a private chat."""
    if message.contact is not None:
        own = message.contact.user_id == id_of(user.id, "from.id")
        contact = SharedContact(text_of(message.contact.phone_number, "contact.phone_number"), own=own)
        return {"kind": InboundKind.CONTACT, "contact": contact}
    if message.location is not None or message.venue is not None:
        return _place(message)
    attachment = _attachment(message)
    if attachment is not None:
        return {"kind": InboundKind.MEDIA, "attachment": attachment, "text": _words(message)}
    if message.text is None:
        return {"kind": InboundKind.UNKNOWN}
    return _typed(_words(message))


def _typed(text: str) -> dict[str, Any]:
    command = _COMMAND.fullmatch(text)
    if command is None:
        return {"kind": InboundKind.TEXT, "text": text}
    name, rest = command["name"].lower(), (command["rest"] or "").strip()
    if name == START:
        if _DEEP_LINK.fullmatch(rest):
            return {"kind": InboundKind.START, "payload": rest}
        return {"kind": InboundKind.START, "text": rest}
    if name in COMMANDS:
        return {"kind": InboundKind.TEXT, "text": rest, "payload": f"intent:{COMMANDS[name]}"}
    return {"kind": InboundKind.TEXT, "text": text}


def _place(message: Message) -> dict[str, Any]:
    venue = message.venue
    place = present(venue.location if venue is not None else message.location, "venue.location")
    location = Location(degrees_of(place.latitude, 90, "latitude"), degrees_of(place.longitude, 180, "longitude"))
    title = text_of(venue.title, "venue.title") if venue is not None else ""
    return {"kind": InboundKind.LOCATION, "location": location, "text": title}


def _attachment(message: Message) -> Attachment | None:
    if message.photo:
        sizes = [
            (integer_of(size.width, "photo.width") or 0, integer_of(size.height, "photo.height") or 0, size)
            for size in message.photo
        ]
        largest = max(sizes, key=lambda size: size[0] * size[1])[2]
        return _file(AttachmentKind.PHOTO, largest.to_dict())
    for name, kind in _FILES:
        found = getattr(message, name)
        if found is not None:
            return _file(kind, found.to_dict())  # the attribute `duration` warns of a coming change; the JSON does not
    return None


def _file(kind: AttachmentKind, file: dict[str, Any]) -> Attachment:
    return Attachment(
        kind=kind,
        provider_ref=text_of(file.get("file_id"), "file_id"),
        mime_type=text_of(file.get("mime_type"), "mime_type") or None,
        size_bytes=integer_of(file.get("file_size"), "file_size"),
        duration_s=integer_of(file.get("duration"), "duration"),
        name=text_of(file.get("file_name"), "file_name") or None,
    )


def _words(message: Message) -> str:
    return text_of(message.text, "text") or text_of(message.caption, "caption")


def _is_for_us(message: Message, bot_username: str | None) -> bool:
    """Whether something in a group is said to the bot."""
    text = _words(message)
    command = _COMMAND.match(text)
    if command is not None:
        return command["bot"] is None or _is_our_name(command["bot"], bot_username)
    replied = message.reply_to_message.from_user if message.reply_to_message is not None else None
    if replied is not None and replied.is_bot and _is_our_name(text_of(replied.username, "username"), bot_username):
        return True
    return any(
        _is_our_name(name, bot_username) for name in _mentions(text, message.entities or message.caption_entities)
    )


def _mentions(text: str, entities: Sequence[MessageEntity]) -> list[str]:
    """The names after "@"; entities count in UTF-16 units (https://core.telegram.org/api/entities#entity-length)."""
    units = text.encode("utf-16-le", "surrogatepass")
    found = []
    for entity in entities:
        if entity.type == MessageEntity.MENTION:
            start = id_of(entity.offset, "entity.offset") * 2
            end = start + id_of(entity.length, "entity.length") * 2
            found.append(units[max(start, 0) : max(end, 0)].decode("utf-16-le", "replace").removeprefix("@"))
    return found


def _is_our_name(name: str, bot_username: str | None) -> bool:
    if bot_username is None:
        return name.lower().endswith("bot")
    return name.lower() == bot_username.lower()


def _in_group(update: Update, chat: Chat, at: datetime, *, callback_id: str | None = None) -> Inbound:
    return Inbound(
        person=PersonKey(CHANNEL, str(id_of(chat.id, "chat.id"))),
        message_id=str(update.update_id),
        kind=InboundKind.GROUP,
        sent_at=present(at, "date").astimezone(UTC),
        callback_id=callback_id,
    )


def _inbound(update: Update, chat: Chat | None, user: User, at: datetime, **values: Any) -> Inbound:
    """A message of one person; in a private chat its id is the person's, so an inaccessible chat costs nothing."""
    names = (text_of(user.first_name, "first_name"), text_of(user.last_name, "last_name"))
    return Inbound(
        person=PersonKey(CHANNEL, str(id_of(user.id if chat is None else chat.id, "chat.id"))),
        message_id=str(update.update_id),
        sent_at=present(at, "date").astimezone(UTC),
        display_name=" ".join(name for name in names if name) or None,
        language_hint=text_of(user.language_code, "language_code") or None,
        **values,
    )
