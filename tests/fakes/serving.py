"""What all made-up providers share: a server in threads, steered over HTTP, that calls our webhooks.

Each is used in a test, `with FakeX() as fake: …`, or by hand (`./maalem fakes`) and by tests of several processes over
HTTP:

    POST /_control/receive   {"from": "…", "text": "…"}: somebody writes; "times": the same more than once; "photo": a
                             JPEG file in base64, where the provider carries such
    POST /_control/report    {"message": 0, "states": ["read", "sent"]}: reports on the message with this index, in
                             this order
    POST /_control/reports   {"states": ["delivered", "sent", "sent"]}: those that every later message has by itself
    POST /_control/answers   one or a list (fields of the provider's `Answer`, and "times"): what later requests get
                             instead of the usual answer, each once
    GET  /_control/messages  what people see, oldest first
    GET  /_control/failures  what nobody should have asked, and what we did not acknowledge: a test asserts that it is
                             empty
    POST /_control/reset     forget everything

Standard library only.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

GATEWAY: Final = "http://127.0.0.1:8000"
"""Where `./maalem up` listens."""
MOST_BODY_BYTES: Final = 52_000_000
CALL_TIMEOUT_S: Final = 15
REPEAT_S: Final = 0.1
"""Pause before a webhook is brought again, seconds; real providers wait longer."""
GIVE_UP_S: Final = 60
REPORT_AFTER_S: Final = 0.2
"""Pause before a message's own reports: the answer to the send comes first, mostly."""

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What may go wrong with any answer.

    Attributes:
        delay_s: How long it is held back.
        cut: "before": the connection ends and the request was never taken; "after": taken, then the connection ends.
    """

    delay_s: float = 0
    cut: str = ""


@dataclass(frozen=True)
class Asked:
    """A request to the provider."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The last value of each name."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """The provider's answer."""

    status: int = 200
    content: bytes = b"{}"
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request of the provider to us."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def ask(call: Call) -> tuple[int, str]:
    """Make a request to us: status and text of the answer; 0 and the trouble where none came."""
    request = urllib.request.Request(  # noqa: S310 - an address of ours
        call.url, call.body or None, dict(call.headers), method=call.method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=CALL_TIMEOUT_S) as response:
            return int(response.status), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, type(error).__name__


def photo_of(given: Json) -> bytes | None:
    """The photo somebody sends by hand."""
    return base64.b64decode(given["photo"]) if "photo" in given else None


class UnknownControlError(Exception):
    """There is no such control."""


A = TypeVar("A", bound=Trouble)


class FakeServer(ABC, Generic[A]):
    """A made-up provider, in threads of its own.

    Args:
        port: Where it listens on 127.0.0.1; 0 takes a free port.
        callback: Our own address, without a path.
        reports: States that every message it takes has reported by itself, in this order; repeats are brought again.
    """

    answer: ClassVar[type[Any]]
    """The provider's own kind of `Trouble`."""

    def __init__(self, port: int = 0, *, callback: str = GATEWAY, reports: Sequence[str] = ()) -> None:
        self.port = port
        self.callback = callback
        self.reports = tuple(reports)
        self._lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None
        self._ended = threading.Event()
        self.reset()

    # --- for tests --------------------------------------------------------------------------------------------------

    @property
    def origin(self) -> str:
        """The server itself, where it is steered."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def failures(self) -> list[str]:
        """Requests that no bot of ours should make, and what we did not acknowledge."""
        with self._lock:
            return list(self._failures)

    def queue(self, *answers: A) -> None:
        """Have the next requests answered so, each answer once."""
        with self._lock:
            self._answers.extend(answers)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers: list[A] = []
            self._failures: list[str] = []

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    # --- a provider's own -------------------------------------------------------------------------------------------

    @abstractmethod
    def handle(self, asked: Asked) -> Reply | None:
        """Answer a request; nothing where the connection is to be cut."""

    @abstractmethod
    def seen(self) -> list[Any]:
        """What people see, oldest first."""

    @abstractmethod
    def by_hand(self, given: Json) -> Call:
        """The webhook that brings what somebody writes: "from", "text", perhaps "photo"."""

    @abstractmethod
    def reported(self, message: int, state: str) -> Call:
        """The webhook that reports on one of `seen`."""

    def acknowledged(self, status: int, said: str) -> bool:
        """Whether the provider is content with an answer of ours."""
        return status == 200 and said is not None

    # --- what they use ----------------------------------------------------------------------------------------------

    def fail(self, what: str) -> None:
        """Note what must not be."""
        with self._lock:
            self._failures.append(what)

    def next_answer(self, fits: Callable[[A], bool] = lambda _: True) -> A:
        """What was queued for this request; failing that the usual."""
        with self._lock:
            found = next((one for one in self._answers if fits(one)), None)
            if found is None:
                usual: A = self.answer()
                return usual
            self._answers.remove(found)
            return found

    def troubled(self, answer: Trouble, take: Callable[[], Reply]) -> Reply | None:
        """What `take` replies, as late and as cut off as the answer says."""
        reply = None if answer.cut == "before" else take()
        self._ended.wait(answer.delay_s)
        return None if answer.cut else reply

    def call(self, call: Call) -> int:
        """Bring us something once: the status of the answer, 0 where none came. Notes what was not acknowledged."""
        status, said = ask(call)
        if not self.acknowledged(status, said):
            self.fail(f"not acknowledged: {status} {said}")
        return status

    def report_later(self, message: int) -> None:
        """Report on one of `seen` by itself, each report again until it is acknowledged."""
        calls = [self.reported(message, state) for state in self.reports]
        if calls:
            threading.Thread(target=self._bring, args=(calls,), daemon=True).start()

    def _bring(self, calls: Sequence[Call]) -> None:
        self._ended.wait(REPORT_AFTER_S)
        for call in calls:
            until = time.monotonic() + GIVE_UP_S
            while not self.acknowledged(*ask(call)):
                if self._ended.wait(REPEAT_S):
                    return
                if time.monotonic() > until:
                    self.fail("a report was never acknowledged")
                    break

    # --- steering ---------------------------------------------------------------------------------------------------

    def steered(self, asked: Asked) -> Any:
        """Do what a control asks for.

        Raises:
            UnknownControlError: There is none of that name.
        """
        given: Any = json.loads(asked.body or b"{}")
        match asked.method, asked.path.removeprefix("/_control/"):
            case "POST", "receive":
                return {"statuses": self.receive(given)}
            case "POST", "report":
                return {"statuses": [self.call(self.reported(given["message"], one)) for one in given["states"]]}
            case "POST", "reports":
                self.reports = tuple(given["states"])
            case "POST", "answers":
                for one in given if isinstance(given, list) else [given]:
                    self.queue(*[self.answer(**{k: v for k, v in one.items() if k != "times"})] * one.get("times", 1))
            case "GET", "messages":
                return self.seen()
            case "GET", "failures":
                return self.failures
            case "POST", "reset":
                self.reset()
            case _:
                raise UnknownControlError
        return {"ok": True}

    def receive(self, given: Json) -> list[int]:
        """Somebody writes: the statuses of our answers."""
        call = self.by_hand(given)
        return [self.call(call) for _ in range(given.get("times", 1))]

    def replied(self, asked: Asked) -> Reply | None:
        """The answer to any request."""
        try:
            if asked.path.startswith("/_control/"):
                return Reply(content=json.dumps(self.steered(asked), default=_plain).encode())
            return self.handle(asked)
        except UnknownControlError:
            return Reply(404)
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            self.fail(f"unreadable request: {type(error).__name__}")  # what nobody of ours should send
            return Reply(500)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what a test wanted; anything else is a fault of the fake."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(fake: FakeServer[Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            assert length <= MOST_BODY_BYTES
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = fake.replied(Asked(self.command, self.path, headers, self.rfile.read(length)))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            usual = {"content-type": reply.kind, "content-length": str(len(reply.content))}
            for name, value in {**usual, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the names the library looks for

        def log_message(self, *_: Any) -> None:
            """Addresses hold what people write."""

    return Handler


def _plain(value: Any) -> Any:
    """For JSON: of a file that was sent, how many bytes."""
    return len(value) if isinstance(value, bytes) else dataclasses.asdict(value)
