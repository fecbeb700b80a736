"""Meta's Cloud API on this machine: speaks its protocol over HTTP, fails on demand, and sends signed webhooks.

`with FakeWhatsApp() as fake:` gives `fake.url`, the base address. A test queues `Answer`s, reads `fake.requests`, and
has people write and messages reach them: `fake.webhook(…)` is a body with its headers, as Meta would post it, and
`fake.post(url, …)` posts it. Steered as serving.py says; states of its reports are Meta's words.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final

from tests.fakes.serving import Asked, Call, FakeServer, Json, Reply, Trouble, ask, photo_of

TOKEN: Final = "EAAmade-up-token"
NUMBER: Final = "100000000000001"
APP_SECRET: Final = "made-up-app-secret"
VERIFY_TOKEN: Final = "made-up-verify-token"
VERSION: Final = "v25.0"
PHONE: Final = "212600000000"
AT: Final = 1_795_424_400
"""When everything is sent unless said otherwise: 2026-11-23 09:00 UTC, seconds since 1970."""
WEBHOOK: Final = "/webhooks/whatsapp"
LIMITS: Final = {"text": 4096, "interactive": 1024}
TITLES: Final = {"reply": 20, "row": 24, "button": 20}


@dataclass(frozen=True)
class Answer(Trouble):
    """What one request gets instead of the usual answer.

    Attributes:
        path: Last part of the path it is for ("messages", "media", an id), "read" for what shows a message as read;
            any request if empty.
        status: HTTP status; 200 is the usual answer.
        code: Meta's error code, with another status.
        retry_after: Seconds, as a header.
        raw: Body sent with the status as it stands, such as a gateway's page.
    """

    path: str = ""
    status: int = 200
    code: int | None = None
    retry_after: int | None = None
    raw: bytes | None = None


@dataclass
class Request:
    """One request as it came, and whether it had its effect."""

    method: str
    path: str
    body: Any
    taken: bool = False


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded, or that a person sent."""

    content: bytes
    mime_type: str
    name: str = ""


class RefusedError(Exception):
    """The request is answered with an error of Meta's."""

    def __init__(self, status: int, code: int, details: str = "") -> None:
        super().__init__(details)
        self.status, self.code, self.details = status, code, details


class FakeWhatsApp(FakeServer[Answer]):
    """The server."""

    answer = Answer

    @property
    def url(self) -> str:
        """What to give as base URL."""
        return f"{self.origin}/{VERSION}"

    # --- for tests --------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            super().reset()
            self._ids = itertools.count(1)
            self._sent: list[tuple[str, Json]] = []
            self.requests: list[Request] = []
            self.files: dict[str, Upload] = {}

    def messages(self, address: str | None = None) -> list[Json]:
        """Bodies of the messages people see, oldest first; to one person if given."""
        with self._lock:
            shown = [one.body for one in self.requests if one.taken and one.path.endswith("/messages")]
        sent = [body for body in shown if "status" not in body]
        return [one for one in sent if address is None or address in {one.get("to"), one.get("recipient")}]

    def receipts(self) -> list[Json]:
        """Bodies of the requests that show a message as read."""
        with self._lock:
            return [one.body for one in self.requests if one.taken and "status" in (one.body or {})]

    def file(self, content: bytes, mime_type: str) -> str:
        """A file a person sends; its id."""
        media_id = f"3{next(self._ids):014d}"
        self.files[media_id] = Upload(content, mime_type)
        return media_id

    # --- webhooks ---------------------------------------------------------------------------------------------------

    @staticmethod
    def body(*values: Json, field: str = "messages") -> Json:
        """A webhook with one change for each value."""
        metadata = {"display_phone_number": "212500000000", "phone_number_id": NUMBER}
        changes = [
            {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
            for value in values
        ]
        return {"object": "whatsapp_business_account", "entry": [{"id": "200000000000001", "changes": changes}]}

    def message(self, text: str, *, phone: str = PHONE, message_id: str = "", at: int = AT, **more: Any) -> Json:
        """A webhook: somebody wrote."""
        said = {
            "from": phone,
            "id": message_id or f"wamid.in{next(self._ids)}",
            "timestamp": str(at),
            "type": "text",
            "text": {"body": text},
        } | more
        return self.body({"contacts": [{"profile": {"name": "Prénom"}, "wa_id": phone}], "messages": [said]})

    def status(self, message_id: str, state: str, *, reference: str = "", at: int = AT, **more: Any) -> Json:
        """A webhook: how far a message came."""
        mark = {"biz_opaque_callback_data": reference} if reference else {}
        price = {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}
        priced = {"pricing": price} if state in {"sent", "delivered"} else {}
        told = {"id": message_id, "status": state, "timestamp": str(at), "recipient_id": PHONE}
        return self.body({"statuses": [told | priced | mark | more]})

    @staticmethod
    def webhook(body: Json | bytes, secret: str = APP_SECRET) -> tuple[bytes, dict[str, str]]:
        """Body and headers as Meta posts them: letters outside ASCII and slashes escaped, signed over the bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).replace("/", r"\/").encode()
        signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        return raw, {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}

    def post(self, url: str, *bodies: Json | bytes) -> list[int]:
        """Post webhooks, one after the other; what each was answered."""
        return [ask(self._call(url, body))[0] for body in bodies]

    def _call(self, url: str, body: Json | bytes) -> Call:
        raw, headers = self.webhook(body)
        return Call("POST", url, raw, headers)

    # --- as serving.py asks for it ----------------------------------------------------------------------------------

    def seen(self) -> list[Json]:
        """The messages."""
        return self.messages()

    def by_hand(self, given: Json) -> Call:
        """A text, or a photo with its words."""
        photo = photo_of(given)
        more: Json = {}
        if photo is not None:
            media = {"id": self.file(photo, "image/jpeg"), "mime_type": "image/jpeg", "caption": given.get("text", "")}
            more = {"type": "image", "image": media}
        body = self.message(given.get("text", ""), phone=given["from"], at=int(time.time()), **more)
        return self._call(self.callback + WEBHOOK, body)

    def reported(self, message: int, state: str) -> Call:
        """A status, with the mark the message had."""
        message_id, body = self._sent[message]
        told = self.status(
            message_id,
            state,
            reference=body.get("biz_opaque_callback_data", ""),
            at=int(time.time()),
            recipient_id=body.get("to") or body["recipient"],
        )
        return self._call(self.callback + WEBHOOK, told)

    # --- the API ----------------------------------------------------------------------------------------------------

    def handle(self, asked: Asked) -> Reply | None:
        """Do what is asked, unless something else was queued for it."""
        request = Request(asked.method, asked.path, _decoded(asked.headers, asked.body))
        receipt = isinstance(request.body, dict) and "status" in request.body
        where = "read" if receipt else asked.path.rpartition("/")[2]
        answer = self.next_answer(lambda one: one.path in {"", where})
        with self._lock:
            self.requests.append(request)
        return self.troubled(answer, lambda: self._answered(asked, request, answer))

    def _answered(self, asked: Asked, request: Request, answer: Answer) -> Reply:
        headers = {} if answer.retry_after is None else {"retry-after": str(answer.retry_after)}
        if answer.status != 200:
            error = RefusedError(answer.status, answer.code or 0)
            return Reply(answer.status, answer.raw or _error(error, told=answer.code is not None), headers=headers)
        try:
            content, kind = self._done(request, asked.query, asked.headers.get("authorization"))
        except RefusedError as refused:
            return Reply(refused.status, _error(refused), headers=headers)
        request.taken = True
        return Reply(200, answer.raw or content, kind, headers)

    def _done(self, request: Request, query: dict[str, str], token: str | None) -> tuple[bytes, str]:
        if token != f"Bearer {TOKEN}":
            raise RefusedError(401, 190, "Invalid OAuth access token")
        match (request.method, request.path.strip("/").split("/")):
            case ("POST", [version, number, "messages"]) if (version, number) == (VERSION, NUMBER):
                return _json(self._message(request.body)), "application/json"
            case ("POST", [version, number, "media"]) if (version, number) == (VERSION, NUMBER):
                return _json(self._uploaded(request.body)), "application/json"
            case ("GET", [version, media_id]) if version == VERSION and media_id in self.files:
                if query.get("phone_number_id") != NUMBER:
                    raise RefusedError(400, 100, "phone_number_id")
                return _json(self._told(media_id)), "application/json"
            case ("GET", ["attachments", media_id]) if media_id in self.files:
                return self.files[media_id].content, self.files[media_id].mime_type
            case ("GET", _):
                raise RefusedError(400, 100, "Unsupported get request")
            case _:
                self.fail(f"unexpected request {request.method} {request.path}")
                raise RefusedError(404, 33, "no such path")

    def _told(self, media_id: str) -> Json:
        file = self.files[media_id]
        return {
            "messaging_product": "whatsapp",
            "url": f"{self.origin}/attachments/{media_id}?mid=1&ext=2&hash=3",
            "mime_type": file.mime_type,
            "sha256": hashlib.sha256(file.content).hexdigest(),
            "file_size": len(file.content),
            "id": media_id,
        }

    def _uploaded(self, body: Any) -> Json:
        if body.get("messaging_product") != "whatsapp" or "type" not in body:
            raise RefusedError(400, 100, "(#100) Missing parameter")
        media_id = f"4{next(self._ids):014d}"
        self.files[media_id] = body["file"]
        return {"id": media_id}

    def _message(self, body: Json) -> Json:
        if body.get("messaging_product") != "whatsapp":
            raise RefusedError(400, 100, "messaging_product")
        if "status" in body:
            if body["status"] != "read" or not str(body.get("message_id", "")).startswith("wamid."):
                raise RefusedError(400, 131009, "message_id")
            return {"success": True}
        whom = body.get("to") or body.get("recipient")
        if not whom or ("to" in body and not str(body["to"]).isdecimal()):
            raise RefusedError(400, 131009, "recipient")
        kind = str(body.get("type"))
        content = body.get(kind)
        if not isinstance(content, dict):
            raise RefusedError(400, 131009, "type")
        self._check(kind, content)
        message_id = f"wamid.out{next(self._ids)}"
        with self._lock:
            self._sent.append((message_id, body))
            index = len(self._sent) - 1
        self.report_later(index)
        contact = {"input": whom, "wa_id": whom} if "to" in body else {"input": whom, "user_id": whom}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message_id}]}

    def _check(self, kind: str, content: Json) -> None:
        """Meta's limits (channel facts 1), in characters as it counts them at the strictest."""
        if kind == "text":
            _length(content["body"], LIMITS["text"])
        elif kind == "interactive":
            _length(content["body"]["text"], LIMITS["interactive"])
            action = content["action"]
            for button in action.get("buttons", []):
                _length(button["reply"]["title"], TITLES["reply"])
            rows = [row for section in action.get("sections", []) for row in section["rows"]]
            for row in rows:
                _length(row["title"], TITLES["row"])
            if len(action.get("buttons", [])) > 3 or len(rows) > 10:
                raise RefusedError(400, 131009, "too many")
        elif kind == "template":
            if content["language"]["code"] not in {"ar", "ar_MA", "fr"}:
                raise RefusedError(404, 132001, "Template name does not exist in the translation")
        elif content.get("id") not in self.files:
            raise RefusedError(400, 131053, "media")


def _length(text: str, most: int) -> None:
    if not 1 <= len(text.encode("utf-16-le")) // 2 <= most:
        raise RefusedError(400, 131009, "length")


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _error(error: RefusedError, *, told: bool = True) -> bytes:
    if not told:
        return b"<html>Sorry, something went wrong.</html>"
    return _json(
        {
            "error": {
                "message": f"(#{error.code}) quoting +{PHONE}",
                "type": "OAuthException",
                "code": error.code,
                "error_data": {"messaging_product": "whatsapp", "details": error.details},
                "fbtrace_id": "A1",
            }
        }
    )


def _decoded(headers: Any, raw: bytes) -> Any:
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        whole = email.message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + raw, policy=email.policy.HTTP)
        assert isinstance(whole, EmailMessage)
        fields: Json = {}
        for one in whole.iter_parts():
            name, content = one["content-disposition"].params["name"], one.get_payload(decode=True)
            assert isinstance(content, bytes)
            file = one.get_filename()
            fields[name] = Upload(content, one.get_content_type(), file) if file else content.decode()
        return fields
    return json.loads(raw) if raw else None
