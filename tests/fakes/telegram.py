"""A Telegram server on this machine: speaks the Bot API over HTTP, fails on demand, and remembers what it was asked.

In a test of one process: `with FakeTelegram() as fake: …`. For tests of several processes it is started by hand,
`python -m tests.fakes.telegram --port 8081`, and steered over HTTP:

    POST /_control/updates   one update or a list: what getUpdates brings, oldest first
    POST /_control/answers   one answer or a list (fields of `Answer`): each is used for one request of its method
    GET  /_control/requests  what was asked: [{"method", "params", "taken", "at_s"}]; ?method=sendMessage for one method
    GET  /_control/failures  what nobody should have asked: a test asserts that it is empty
    POST /_control/reset     forget everything

A test speaks to it with the same methods in one process. What the Bot API does with a request stands in
telegram_api.py; `/file/bot<token>/<path>` gives files, as the method "file" in requests and answers. Standard library
only.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import http.client
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.telegram_api import BotApi, Json, RefusedError, read_body, read_params

TOKEN: Final = "4242:made-up-token"
MOST_BODY_BYTES: Final = 52_000_000
REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
}


@dataclass(frozen=True)
class Answer:
    """What one request gets instead of the usual answer.

    Attributes:
        method: The Bot API method it is for; any method if empty.
        status: HTTP status; 200 is the usual answer.
        description: What Telegram says of an error.
        retry_after: Seconds, with status 429.
        delay_s: How long the answer is held back.
        cut: "before": the connection ends and the request was never taken; "after": taken, then the connection ends.
        raw: Body sent with the status as it stands, such as a gateway's page.
    """

    method: str = ""
    status: int = 200
    description: str = ""
    retry_after: int | None = None
    delay_s: float = 0
    cut: str = ""
    raw: str | None = None


@dataclass
class Request:
    """One request as it came.

    Attributes:
        method: The Bot API method, as Telegram's documentation writes it.
        params: Its parameters, JSON decoded.
        taken: Whether it had its effect: a message is shown, a webhook set.
        at_s: When, seconds of a clock that only grows.
    """

    method: str
    params: Json
    taken: bool = False
    at_s: float = field(default_factory=time.monotonic)


class _CutError(Exception):
    """The connection ends here."""


class FakeTelegram(BotApi):
    """The server, in a thread of its own.

    Args:
        token: The only token it accepts.
        port: Where it listens on 127.0.0.1; 0 takes a free port.
    """

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        self.port = port
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fake-telegram", daemon=True)
        self._started = threading.Event()
        self._problem: OSError | None = None
        self._connections: set[asyncio.Task[None]] = set()
        super().__init__()
        self.reset()
        self._methods: dict[str, tuple[str, Callable[[Json], Any] | None]] = {
            name.lower(): (name, method) for name, method in self.methods.items()
        }
        self._methods["getupdates"] = ("getUpdates", None)
        self._methods["file"] = ("file", lambda params: self.file_at(params["path"]))

    # --- for tests --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What to give as base URL."""
        return f"http://127.0.0.1:{self.port}"

    def push(self, *updates: Json) -> None:
        """Have getUpdates bring these."""
        with self._lock:
            self.updates.extend(updates)

    def queue(self, *answers: Answer) -> None:
        """Have the next requests answered so, each answer once."""
        with self._lock:
            self._answers.extend(answers)

    def requests(self, method: str = "") -> list[Request]:
        """What was asked, oldest first."""
        with self._lock:
            return [request for request in self._requests if method in {"", request.method}]

    def messages(self, chat_id: int | str | None = None) -> list[Json]:
        """Parameters of the messages people see, oldest first; of one chat if given."""
        shown = (one.params for one in self.requests() if one.taken and one.method.startswith("send"))
        return [params for params in shown if chat_id is None or str(params["chat_id"]) == str(chat_id)]

    def call(self, *updates: Json) -> list[int]:
        """Bring updates to the webhook that is set, in the order and as often as given; the statuses it answered."""
        return [self._post(update) for update in updates]

    def _post(self, update: Json) -> int:
        headers = {"x-telegram-bot-api-secret-token": self.webhook["secret_token"], "content-type": "application/json"}
        where = urlsplit(self.webhook["url"])
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            connection.request("POST", where.path, json.dumps(update), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    @property
    def failures(self) -> list[str]:
        """Requests that no bot of ours should make."""
        with self._lock:
            return list(self._failures)

    def reset(self) -> None:
        """Forget everything, the webhook too."""
        with self._lock:
            self.forget()
            self._answers: list[Answer] = []
            self._requests: list[Request] = []
            self._failures: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._problem is not None:
            raise self._problem
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    # --- HTTP -------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        try:
            server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        except OSError as error:
            self._problem = error
            self._started.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._one_request(reader, writer):
                pass
        except (_CutError, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = await reader.readline()
        if not line:
            return False
        verb, target, _version = line.decode("ascii").split()
        headers: dict[str, str] = {}
        while (header := await reader.readline()) not in {b"\r\n", b""}:
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        assert length <= MOST_BODY_BYTES
        body = await reader.readexactly(length)
        try:
            status, encoded = await self._answered(verb, urlsplit(target).path, urlsplit(target).query, headers, body)
        except RefusedError as refused:
            status, encoded = refused.status, json.dumps(refused.body).encode()
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # what nobody of ours should send
            self._failures.append(f"unreadable request: {type(error).__name__}")
            status, encoded = 500, b"{}"
        head = f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\ncontent-type: application/json\r\n"
        writer.write(head.encode() + f"content-length: {len(encoded)}\r\n\r\n".encode() + encoded)
        await writer.drain()
        return True

    async def _answered(self, verb: str, path: str, query: str, headers: Json, body: bytes) -> tuple[int, bytes]:
        if path.startswith("/_control/"):
            told = self._controlled(verb, path.removeprefix("/_control/"), dict(parse_qsl(query)), body)
            return 200, json.dumps(told, default=len).encode()  # of a file that was sent: how many bytes
        in_files = path.startswith("/file/bot")
        bot, _, called = path.removeprefix("/file").removeprefix("/bot").partition("/")
        if not (in_files or path.startswith("/bot")) or bot != self.token:
            raise RefusedError(401, "Unauthorized")
        name, method = self._methods.get("file" if in_files else called.lower(), (called, None))
        params = {"path": unquote(called)} if in_files else read_body(headers, body)
        request = Request(name, {**read_params(parse_qsl(query)), **params})
        with self._lock:
            self._requests.append(request)
            if name.lower() not in self._methods:
                self._failures.append(f"unexpected method {called}")
                raise RefusedError(404, "Not Found")
            answer = next((one for one in self._answers if one.method in {"", name}), Answer())
            if answer in self._answers:
                self._answers.remove(answer)
        if answer.cut == "before":
            raise _CutError
        if answer.status != 200:
            await asyncio.sleep(answer.delay_s)
            if answer.raw is not None:
                return answer.status, answer.raw.encode()
            parameters = {"retry_after": answer.retry_after} if answer.retry_after is not None else None
            raise RefusedError(answer.status, answer.description or REASONS.get(answer.status, "Error"), parameters)
        if method is None:
            result: Any = await self._get_updates(request.params)
        else:
            with self._lock:
                result = method(request.params)
        request.taken = True
        if answer.cut == "after":
            raise _CutError
        await asyncio.sleep(answer.delay_s)
        if answer.raw is not None:
            return 200, answer.raw.encode()
        return 200, result if isinstance(result, bytes) else json.dumps({"ok": True, "result": result}).encode()

    def _controlled(self, verb: str, what: str, query: Json, body: bytes) -> Any:
        given: Any = json.loads(body or b"[]")
        many: list[Json] = given if isinstance(given, list) else [given]
        if (verb, what) == ("POST", "updates"):
            self.push(*many)
        elif (verb, what) == ("POST", "answers"):
            self.queue(*(Answer(**one) for one in many))
        elif (verb, what) == ("GET", "requests"):
            return [dataclasses.asdict(request) for request in self.requests(query.get("method", ""))]
        elif (verb, what) == ("GET", "failures"):
            return self.failures
        elif (verb, what) == ("POST", "reset"):
            self.reset()
        else:
            raise RefusedError(404, f"no such control: {verb} {what}")
        return {"ok": True}

    # --- the Bot API ------------------------------------------------------------------------------------------------

    async def _get_updates(self, params: Json) -> list[Json]:
        until = time.monotonic() + float(params.get("timeout", 0))
        while True:
            with self._lock:
                if self.webhook:
                    raise RefusedError(
                        409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
                    )
                offset = int(params.get("offset", 0))
                self.updates = [update for update in self.updates if update["update_id"] >= offset]
                if self.updates:
                    return self.updates[: int(params.get("limit", 100))]
            if time.monotonic() >= until:
                return []
            await asyncio.sleep(0.01)


def main() -> None:
    """Serve until interrupted."""
    options = argparse.ArgumentParser(description="A Telegram server for tests")
    options.add_argument("--port", type=int, default=8081)
    options.add_argument("--token", default=TOKEN)
    chosen = options.parse_args()
    with FakeTelegram(chosen.token, chosen.port) as fake:
        sys.stdout.write(f"Telegram, made up: {fake.url} token {fake.token}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
