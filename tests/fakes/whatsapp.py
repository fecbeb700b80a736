"""Meta's Cloud API on this machine: speaks its protocol over HTTP, fails on demand, and sends signed webhooks.

`with FakeWhatsApp() as fake:` gives `fake.url`, the base address. A test queues `Answer`s, reads `fake.requests`, and
has people write and messages reach them: `fake.webhook(…)` is a body with its headers, as Meta would post it, and
`fake.post(url, …)` posts it. Standard library only.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import hmac
import itertools
import json
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = "EAAmade-up-token"
NUMBER: Final = "100000000000001"
APP_SECRET: Final = "made-up-app-secret"
VERIFY_TOKEN: Final = "made-up-verify-token"
VERSION: Final = "v25.0"
PHONE: Final = "212600000000"
AT: Final = 1_795_424_400
"""When everything is sent unless said otherwise: 2026-11-23 09:00 UTC, seconds since 1970."""
LIMITS: Final = {"text": 4096, "interactive": 1024}
TITLES: Final = {"reply": 20, "row": 24, "button": 20}

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one request gets instead of the usual answer.

    Attributes:
        path: Last part of the path it is for ("messages", "media", an id); any request if empty.
        status: HTTP status; 200 is the usual answer.
        code: Meta's error code, with another status.
        retry_after: Seconds, as a header.
        delay_s: How long the answer is held back.
        cut: "before": the connection ends and nothing was taken; "after": taken, then the connection ends.
        raw: Body sent with the status as it stands, such as a gateway's page.
    """

    path: str = ""
    status: int = 200
    code: int | None = None
    retry_after: int | None = None
    delay_s: float = 0
    cut: str = ""
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


class FakeWhatsApp:
    """The server, in threads of its own.

    Args:
        port: Where it listens on 127.0.0.1; 0 takes a free port.
    """

    def __init__(self, port: int = 0) -> None:
        fake = self

        class Handler(_Handler):
            owner = fake

        self._server = _Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._answers: list[Answer] = []
        self.requests: list[Request] = []
        self.failures: list[str] = []
        self.files: dict[str, Upload] = {}

    @property
    def origin(self) -> str:
        """The server itself."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """What to give as base URL."""
        return f"{self.origin}/{VERSION}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- for tests --------------------------------------------------------------------------------------------------

    def queue(self, *answers: Answer) -> None:
        """Have the next requests answered so, each answer once."""
        with self._lock:
            self._answers.extend(answers)

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
        statuses = []
        for body in bodies:
            raw, headers = self.webhook(body)
            asked = urllib.request.Request(url, raw, headers)  # noqa: S310 - a gateway of ours on loopback
            with urllib.request.urlopen(asked) as response:  # noqa: S310
                statuses.append(response.status)
        return statuses

    # --- the API ----------------------------------------------------------------------------------------------------

    def answered(self, method: str, target: str, headers: Any, raw: bytes) -> tuple[int, bytes, str, Answer]:
        """Status, body, its type, and what was queued for this request."""
        path = urlsplit(target).path
        with self._lock:
            answer = next((one for one in self._answers if one.path in {"", path.rpartition("/")[2]}), Answer())
            if answer in self._answers:
                self._answers.remove(answer)
        request = Request(method, path, _decoded(headers, raw))
        with self._lock:
            self.requests.append(request)
        if answer.cut == "before":
            return 0, b"", "", answer
        time.sleep(answer.delay_s)
        if answer.status != 200:
            error = RefusedError(answer.status, answer.code or 0)
            return answer.status, answer.raw or _error(error, told=answer.code is not None), "application/json", answer
        try:
            content, kind = self._done(request, parse_qs(urlsplit(target).query), headers.get("authorization"))
        except RefusedError as refused:
            return refused.status, _error(refused), "application/json", answer
        request.taken = True
        return 200, answer.raw or content, kind, answer

    def _done(self, request: Request, query: dict[str, list[str]], token: str | None) -> tuple[bytes, str]:
        if token != f"Bearer {TOKEN}":
            raise RefusedError(401, 190, "Invalid OAuth access token")
        match (request.method, request.path.strip("/").split("/")):
            case ("POST", [version, number, "messages"]) if (version, number) == (VERSION, NUMBER):
                return _json(self._message(request.body)), "application/json"
            case ("POST", [version, number, "media"]) if (version, number) == (VERSION, NUMBER):
                return _json(self._uploaded(request.body)), "application/json"
            case ("GET", [version, media_id]) if version == VERSION and media_id in self.files:
                if query.get("phone_number_id") != [NUMBER]:
                    raise RefusedError(400, 100, "phone_number_id")
                return _json(self._told(media_id)), "application/json"
            case ("GET", ["attachments", media_id]) if media_id in self.files:
                return self.files[media_id].content, self.files[media_id].mime_type
            case ("GET", _):
                raise RefusedError(400, 100, "Unsupported get request")
            case _:
                self.failures.append(f"unexpected request {request.method} {request.path}")
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
        number = next(self._ids)
        contact = {"input": whom, "wa_id": whom} if "to" in body else {"input": whom, "user_id": whom}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": f"wamid.out{number}"}]}

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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what a test wanted; anything else is a fault of the fake."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: FakeWhatsApp

    def _any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        status, content, kind, answer = self.owner.answered(self.command, self.path, self.headers, raw)
        if answer.cut:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        if answer.retry_after is not None:
            self.send_header("retry-after", str(answer.retry_after))
        self.end_headers()
        self.wfile.write(content)

    do_GET = _any  # noqa: N815 - names of the library
    do_POST = _any  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's
        """Nothing to standard error."""


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
