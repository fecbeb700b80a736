"""What travels between us and Telegram, in python-telegram-bot's types; and the commands we offer.

Reference: https://core.telegram.org/bots/api. Reading goes through `telegram.Update.de_json`; since it takes any JSON
type for any field, `parse` checks each value it uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove

from conversation import OutboundFile

CHANNEL: Final = "telegram"
"""The channel's name in `PersonKey` and in the outbox."""
PATH: Final = "/webhooks/telegram"
"""Where Telegram calls, behind the public address."""
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
"""Carries the webhook's secret: the only proof that an update comes from Telegram.
Source: https://core.telegram.org/bots/api#setwebhook, read 2026-11-23."""
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The updates we ask for and no more (channel facts 4.1)."""

START: Final = "start"
COMMANDS: Final = {
    "help": "help",
    "menu": "menu",
    "language": "change_language",
    "back": "back",
    "cancel": "cancel",
    "stop": "cancel",
    "status": "enroll_status",
    "mydata": "my_data",
    "privacy": "privacy_info",
    "human": "ask_human",
}
"""Command → the intent it means. `/start` is not among them: it opens the talk. Whatever else begins with a slash is
ordinary text."""

COMMAND_LABELS: Final = {
    "menu": "label_menu",
    "status": "label_status",
    "back": "label_back",
    "cancel": "label_leave",
    "language": "label_language",
    "human": "label_person",
    "mydata": "label_my_data",
    "privacy": "label_intent_privacy_info",
    "help": "label_intent_help",
}
"""Command → message id of what the app's menu says of it, at most 256 characters
(https://core.telegram.org/bots/api#botcommand)."""

ABOUT: Final = "utter_bot_identity"
"""Message id of what stands on the bot's own page, at most 120 characters
(https://core.telegram.org/bots/api#setmyshortdescription)."""
DESCRIPTION: Final = "answer_programme_what"
"""Message id of what stands in an empty chat before the first word, at most 512 characters
(https://core.telegram.org/bots/api#setmydescription)."""

Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


@dataclass(frozen=True, slots=True)
class TelegramPayload:
    """One message: `sendMessage`, or `sendPhoto`, `sendVoice` … where it has a file.

    Attributes:
        text: Plain text, no parse mode: 1 to 4096 UTF-16 units; as a file's caption 0 to 1024.
        keyboard: What stands under it, if anything.
        file: What goes with it.
    """

    text: str
    keyboard: Keyboard | None = None
    file: OutboundFile | None = None
