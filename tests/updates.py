"""Telegram updates as its server posts them, of people who do not exist."""

from __future__ import annotations

from typing import Any, Final

SECRET: Final = "made-up-secret_1"
HEADERS: Final = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
SENT_AT: Final = 1_795_424_400
"""When every message was sent: 2026-11-23 09:00 UTC, seconds since 1970."""

Json = dict[str, Any]


def text_update(update_id: int, chat_id: int, text: str) -> Json:
    """Somebody typed something in a private chat."""
    return {"update_id": update_id, "message": {**_message(update_id, chat_id), "text": text}}


def tap_update(update_id: int, chat_id: int, token: str) -> Json:
    """Somebody tapped a button that carries `token`."""
    query = {
        "id": f"callback-{update_id}",
        "from": _user(chat_id),
        "chat_instance": "1",
        "data": token,
        "message": _message(1, chat_id),
    }
    return {"update_id": update_id, "callback_query": query}


def contact_update(update_id: int, chat_id: int, phone: str) -> Json:
    """Somebody shared the own number by a tap."""
    contact = {"phone_number": phone, "first_name": "Prénom", "user_id": chat_id}
    return {"update_id": update_id, "message": {**_message(update_id, chat_id), "contact": contact}}


def photo_update(update_id: int, chat_id: int, file_id: str) -> Json:
    """Somebody sent a photo."""
    sizes = [{"file_id": file_id, "file_unique_id": "AQu", "width": 1280, "height": 853}]
    return {"update_id": update_id, "message": {**_message(update_id, chat_id), "photo": sizes}}


def block_update(update_id: int, chat_id: int) -> Json:
    """Somebody blocked the bot."""
    bot = {"id": 4242, "is_bot": True, "first_name": "Maalem"}
    change = {
        "chat": {"id": chat_id, "type": "private", "first_name": "Prénom"},
        "from": _user(chat_id),
        "date": SENT_AT,
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
    }
    return {"update_id": update_id, "my_chat_member": change}


def _message(message_id: int, chat_id: int) -> Json:
    chat = {"id": chat_id, "type": "private", "first_name": "Prénom"}
    return {"message_id": message_id, "date": SENT_AT, "chat": chat, "from": _user(chat_id)}


def _user(chat_id: int) -> Json:
    return {"id": chat_id, "is_bot": False, "first_name": "Prénom", "language_code": "fr"}
