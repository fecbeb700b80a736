"""An SMS gateway on this machine, as Kannel or as Jasmin: takes messages over HTTP, brings messages and reports back.

In a test: `with FakeSmsGateway("kannel") as fake: …`. Started by hand (`./maalem fakes`) it is steered over HTTP:

    POST /_control/receive   {"from": "0600000001", "text": "السلام"}: somebody writes to the short code; with "id" and
                             "times" the same message comes more than once
    POST /_control/report    {"message": 0, "states": ["sent", "delivered"]}: reports of the message with this index
    POST /_control/answers   one answer or a list (fields of `Answer`): each is used for one message
    GET  /_control/messages  what people see: [{"to", "sender", "text", "coding", …}]
    GET  /_control/failures  what nobody should have asked: a test asserts that it is empty
    POST /_control/reset     forget everything

As strict as the real ones where a mistake of ours would show: Jasmin refuses parameters it does not know, Kannel reads
no form. Standard library only. Sources: as named in runtime/sms_dialect.py.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.fakes.sms_shapes import PATHS, Call, Message, RefusedError, as_jasmin, as_kannel, report, written

SECRET: Final = "made-up_secret"
MOST_BODY_BYTES: Final = 1_000_000
CALL_TIMEOUT_S: Final = 5


@dataclass(frozen=True)
class Answer:
    """What one message gets instead of the usual answer.

    Attributes:
        status: HTTP status; 0 is the usual answer.
        body: Sent with the status as it stands.
        headers: Sent too, such as `retry-after`.
        delay_s: How long the answer is held back.
        cut: "before": the connection ends and the message was never taken; "after": taken, then the connection ends.
    """

    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    cut: str = ""


class FakeSmsGateway:
    """The gateway, in threads of its own.

    Args:
        style: "kannel" or "jasmin".
        callback: Our own address, without a path: where `receive` brings what people write.
        secret: What the addresses we gave it carry.
        port: Where it listens on 127.0.0.1; 0 takes a free port.
        reports: Whether it reports "sent" and "delivered" by itself.
    """

    def __init__(
        self,
        style: str = "kannel",
        *,
        callback: str = "http://127.0.0.1:8000",
        secret: str = SECRET,
        port: int = 0,
        reports: bool = False,
    ) -> None:
        self.style = style
        self.callback = callback
        self.secret = secret
        self._reports = reports
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"fake-{style}", daemon=True)
        self.reset()

    # --- for tests --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it takes messages."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATHS[self.style]}"

    @property
    def base_url(self) -> str:
        """Where it is steered."""
        return self.url.removesuffix(PATHS[self.style])

    def queue(self, *answers: Answer) -> None:
        """Have the next messages answered so, each answer once."""
        with self._lock:
            self._answers.extend(answers)

    @property
    def messages(self) -> list[Message]:
        """What people see, oldest first."""
        with self._lock:
            return list(self._messages)

    @property
    def asked(self) -> list[dict[str, str]]:
        """Parameters of every message we wanted to hand over, taken or not."""
        with self._lock:
            return list(self._asked)

    @property
    def failures(self) -> list[str]:
        """Requests that no bot of ours should make, and what we did not acknowledge."""
        with self._lock:
            return list(self._failures)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers: list[Answer] = []
            self._asked: list[dict[str, str]] = []
            self._messages: list[Message] = []
            self._failures: list[str] = []
            self._numbers = itertools.count(1)

    def written(self, sender: str, text: str, *, message_id: str | None = None, at: int | None = None) -> Call:
        """The request that brings what somebody wrote, in the style's own shape."""
        number = message_id or str(uuid.UUID(int=next(self._numbers)))
        address = f"{self.callback}/webhooks/sms?{urlencode({'secret': self.secret})}"
        return written(self.style, address, number, sender, text, int(time.time()) if at is None else at)

    def report(self, message: Message, state: str) -> Call:
        """The request that reports on a message: "sent", "delivered", "failed", "rejected", "queued"."""
        return report(self.style, message, state)

    def call(self, call: Call) -> int:
        """Make a request to us; the status of the answer, 0 where none came. Notes what was not acknowledged."""
        request = urllib.request.Request(call.url, call.body or None, method=call.method)  # noqa: S310 - our own address
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=CALL_TIMEOUT_S) as response:
                status, said = int(response.status), response.read().decode()
        except urllib.error.HTTPError as error:
            status, said = error.code, error.read().decode(errors="replace")
        except OSError as error:
            status, said = 0, type(error).__name__
        if status != 200 or said.strip() != ("ACK/Jasmin" if self.style == "jasmin" else ""):
            with self._lock:
                self._failures.append(f"not acknowledged: {status} {said}")
        return status

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- HTTP -------------------------------------------------------------------------------------------------------

    def handle(self, method: str, target: str, body: bytes) -> tuple[int, str, dict[str, str]] | None:
        """Answer one request: status, body, headers; nothing where the connection is to be cut."""
        parts = urlsplit(target)
        if parts.path.startswith("/_control/"):
            try:
                return 200, json.dumps(self._controlled(method, parts.path.removeprefix("/_control/"), body)), {}
            except RefusedError as refused:
                return refused.status, refused.words, {}
        if parts.path != PATHS[self.style]:
            self._fail(f"unexpected address {parts.path}")
            return 404, "Unknown request.", {}
        query = parts.query if method == "GET" else body.decode("ascii")
        params = dict(parse_qsl(query, keep_blank_values=True))
        with self._lock:
            self._asked.append(params)
            answer = self._answers.pop(0) if self._answers else Answer()
        if answer.cut == "before":
            return None
        if answer.status:
            time.sleep(answer.delay_s)
            return answer.status, answer.body, answer.headers
        if method == "POST" and self.style == "kannel":
            self._fail("a form, which Kannel takes for the text of a message")
            return 403, "Authorization failed for sendsms", {}
        try:
            message = self._taken(params)
        except RefusedError as refused:
            return refused.status, refused.words if self.style == "kannel" else f'Error "{refused.words}"', {}
        if self._reports and message.report_url:
            self._later([self.report(message, "sent"), self.report(message, "delivered")])
        if answer.cut == "after":
            return None
        time.sleep(answer.delay_s)
        if self.style == "kannel":
            return 202, "0: Accepted for delivery", {}
        return 200, f'Success "{message.id}"', {}

    def _taken(self, params: dict[str, str]) -> Message:
        text, report_url = (as_kannel if self.style == "kannel" else as_jasmin)(params)
        message = Message(
            id=str(uuid.UUID(int=next(self._numbers))),
            to=params["to"],
            sender=params.get("from", ""),
            text=text,
            coding=params.get("coding", "0"),
            report_url=report_url,
            params=params,
        )
        with self._lock:
            self._messages.append(message)
        return message

    def _controlled(self, method: str, what: str, body: bytes) -> Any:
        given: Any = json.loads(body or b"{}")
        match method, what:
            case "POST", "receive":
                call = self.written(given["from"], given["text"], message_id=given.get("id"))
                return {"statuses": [self.call(call) for _ in range(given.get("times", 1))]}
            case "POST", "report":
                message = self.messages[given["message"]]
                return {"statuses": [self.call(self.report(message, state)) for state in given["states"]]}
            case "POST", "answers":
                self.queue(*(Answer(**one) for one in (given if isinstance(given, list) else [given])))
            case "GET", "messages":
                return [dataclasses.asdict(message) for message in self.messages]
            case "GET", "failures":
                return self.failures
            case "POST", "reset":
                self.reset()
            case _:
                raise RefusedError(404, f"no such control: {method} {what}")
        return {"ok": True}

    def _later(self, calls: Iterable[Call]) -> None:
        def run() -> None:
            time.sleep(0.2)  # the answer comes first, mostly
            for call in calls:
                self.call(call)

        threading.Thread(target=run, daemon=True).start()

    def _fail(self, what: str) -> None:
        with self._lock:
            self._failures.append(what)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler(fake: FakeSmsGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _one(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), MOST_BODY_BYTES)
            answer = fake.handle(self.command, self.path, self.rfile.read(length))
            if answer is None:
                self.close_connection = True
                return
            status, body, headers = answer
            encoded = body.encode()
            self.send_response(status)
            for name, value in (headers | {"content-type": "text/html", "content-length": str(len(encoded))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = _one  # noqa: N815 - the names the library looks for

        def log_message(self, *_: Any) -> None:
            """Addresses hold what people write."""

    return Handler
