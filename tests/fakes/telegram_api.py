"""What the Bot API does with a request, for the server in tests/fakes/telegram.py: strict where Telegram is strict.

Standard library only. https://core.telegram.org/bots/api
"""

from __future__ import annotations

import email
import itertools
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final
from urllib.parse import parse_qsl

BOT: Final = {"id": 4242, "is_bot": True, "first_name": "Maalem", "username": "maalem_bot"}
MOST_TEXT_UNITS: Final = 4096
MOST_CAPTION_UNITS: Final = 1024
MOST_CALLBACK_BYTES: Final = 64
MOST_PHOTO_BYTES: Final = 10 * 1024 * 1024
MOST_DOWNLOAD_BYTES: Final = 20 * 1024 * 1024

Json = dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """A file in a request: how its sender called it, and what was in it."""

    name: str
    content: bytes


class RefusedError(Exception):
    """The answer is an error: status, description, and what else Telegram tells."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.body: Json = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class BotApi:
    """The methods, and what they remember.

    Attributes:
        webhook: Parameters of the last `setWebhook`; nothing when there is none.
        webhook_error: When a call last failed (seconds since 1970) and why, for `getWebhookInfo`.
    """

    def __init__(self) -> None:
        self.forget()
        self.methods: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _params: BOT,
            "sendMessage": self._send_message,
            **{f"send{kind.capitalize()}": self._sender(kind) for kind in ("photo", "voice", "audio", "video")},
            "sendDocument": self._sender("document"),
            "answerCallbackQuery": self._answer_callback_query,
            "getFile": self._get_file,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _params: self._webhook_info(),
            "setMyCommands": self._set_my_commands,
            "setMyShortDescription": lambda params: _at_most(params, "short_description", 120),
            "setMyDescription": lambda params: _at_most(params, "description", 512),
        }

    def forget(self) -> None:
        """Begin anew."""
        self.updates: list[Json] = []
        self.webhook: Json = {}
        self.webhook_error: tuple[int, str] | None = None
        self._files: dict[str, tuple[str, bytes]] = {}
        self._message_ids = itertools.count(1)

    def keep_file(self, content: bytes, suffix: str = "jpg") -> str:
        """Have a file that somebody sent; its `file_id`."""
        file_id = f"AgAC{secrets.token_urlsafe(12)}"
        self._files[file_id] = (f"files/file_{len(self._files)}.{suffix}", content)
        return file_id

    def file_at(self, path: str) -> bytes:
        """What a link gives."""
        for place, content in self._files.values():
            if place == path:
                return content
        raise RefusedError(404, "Not Found")

    def _send_message(self, params: Json) -> Json:
        text = str(params.get("text", "")).strip()
        if not text:
            raise RefusedError(400, "Bad Request: message text is empty")
        if _units(text) > MOST_TEXT_UNITS:
            raise RefusedError(400, "Bad Request: message is too long")
        return {**self._message(params), "text": text}

    def _sender(self, kind: str) -> Callable[[Json], Json]:
        def send(params: Json) -> Json:
            upload = params.get(kind)
            if not isinstance(upload, Upload):
                raise RefusedError(400, f"Bad Request: there is no {kind} in the request")
            if not upload.content:
                raise RefusedError(400, "Bad Request: file must be non-empty")
            if kind == "photo" and len(upload.content) > MOST_PHOTO_BYTES:
                size = len(upload.content)
                raise RefusedError(400, f"Bad Request: file of size {size} bytes is too big for a photo")
            if kind == "photo" and upload.content[:3] not in {b"\xff\xd8\xff", b"\x89PN"}:
                raise RefusedError(400, "Bad Request: IMAGE_PROCESS_FAILED")
            if _units(str(params.get("caption", ""))) > MOST_CAPTION_UNITS:
                raise RefusedError(400, "Bad Request: message caption is too long")
            file = {
                "file_id": self.keep_file(upload.content),
                "file_unique_id": "AQu",
                "file_size": len(upload.content),
            }
            shape = {"width": 1, "height": 1, "duration": 1}
            shown: Any = [{**file, **shape}] if kind == "photo" else {**file, **shape}
            return {**self._message(params), kind: shown, "caption": params.get("caption", "")}

        return send

    def _message(self, params: Json) -> Json:
        chat_id = str(params.get("chat_id", ""))
        if not chat_id.lstrip("-").isdecimal():
            raise RefusedError(400, "Bad Request: chat not found")
        for row in params.get("reply_markup", {}).get("inline_keyboard", []):
            for key in row:
                if not 1 <= len(str(key.get("callback_data", "")).encode()) <= MOST_CALLBACK_BYTES:
                    raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
        chat = {"id": int(chat_id), "type": "private", "first_name": "Prénom"}
        return {"message_id": next(self._message_ids), "date": int(time.time()), "chat": chat, "from": BOT}

    def _get_file(self, params: Json) -> Json:
        file_id = str(params.get("file_id", ""))
        if file_id not in self._files:
            raise RefusedError(400, "Bad Request: invalid file_id")
        path, content = self._files[file_id]
        if len(content) > MOST_DOWNLOAD_BYTES:
            raise RefusedError(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": "AQu", "file_size": len(content), "file_path": path}

    def _answer_callback_query(self, params: Json) -> bool:
        if not params.get("callback_query_id"):
            raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def _set_webhook(self, params: Json) -> bool:
        self.webhook = params if params.get("url") else {}
        return True

    def _delete_webhook(self, _params: Json) -> bool:
        self.webhook = {}
        return True

    def _webhook_info(self) -> Json:
        info = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
            "allowed_updates": self.webhook.get("allowed_updates", []),
        }
        if self.webhook_error is not None:
            info["last_error_date"], info["last_error_message"] = self.webhook_error
        return info

    def _set_my_commands(self, params: Json) -> bool:
        for command in params.get("commands", []):
            if not 1 <= len(command["description"]) <= 256:
                raise RefusedError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        return True


def _at_most(params: Json, name: str, most: int) -> bool:
    if len(str(params.get(name, ""))) > most:
        raise RefusedError(400, f"Bad Request: {name} is too long")
    return True


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def read_params(pairs: list[tuple[str, str]]) -> Json:
    """Form fields: everything but plain strings is JSON; which is which only the method knows, so the shape decides."""
    words = {"text", "caption", "description", "short_description"}
    return {
        name: json.loads(value) if value[:1] in {"{", "["} and name not in words else value for name, value in pairs
    }


def read_body(headers: Json, body: bytes) -> Json:
    """The parameters of a request, whichever way they travel."""
    kind = headers.get("content-type", "")
    if kind.startswith("application/json"):
        decoded: Json = json.loads(body)
        return decoded
    if not kind.startswith("multipart/form-data"):
        return read_params(parse_qsl(body.decode(), keep_blank_values=True))
    fields, uploads = [], {}
    whole = email.message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + body)
    for part in whole.get_payload():
        assert isinstance(part, Message)
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is None:
            fields.append((name, content.decode()))
        else:
            uploads[name] = Upload(str(part.get_filename()), content)
    return {**read_params(fields), **uploads}
