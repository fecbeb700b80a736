"""A Telegram server on this machine: speaks the Bot API over HTTP, fails on demand, and remembers what it was asked.

In a test of one process: `with FakeTelegram() as fake: …`. For tests of several processes it is started by hand,
`python -m tests.fakes.telegram --port 8081`. Steered as serving.py says, and besides

    POST /_control/updates   one update or a list: what getUpdates brings, oldest first
    GET  /_control/requests  what was asked: [{"method", "params", "taken", "at_s"}]; ?method=sendMessage for one method

What somebody writes goes to the webhook where one is set, else to getUpdates; Telegram reports nothing. What the Bot
API does with a request stands in telegram_api.py; `/file/bot<token>/<path>` gives files, as the method "file" in
requests and answers.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from tests.fakes.serving import Asked, Call, FakeServer, Reply, Trouble, photo_of
from tests.fakes.telegram_api import BotApi, Json, RefusedError, read_body, read_params
from tests.updates import photo_update, text_update

TOKEN: Final = "4242:made-up-token"
REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
}


@dataclass(frozen=True)
class Answer(Trouble):
    """What one request gets instead of the usual answer.

    Attributes:
        method: The Bot API method it is for; any method if empty.
        status: HTTP status; 200 is the usual answer.
        description: What Telegram says of an error.
        retry_after: Seconds, with status 429.
        raw: Body sent with the status as it stands, such as a gateway's page.
    """

    method: str = ""
    status: int = 200
    description: str = ""
    retry_after: int | None = None
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


class FakeTelegram(BotApi, FakeServer[Answer]):
    """The server.

    Args:
        token: The only token it accepts.
        port: Where it listens on 127.0.0.1; 0 takes a free port.
    """

    answer = Answer

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        BotApi.__init__(self)
        FakeServer.__init__(self, port)
        self._methods: dict[str, tuple[str, Callable[[Json], Any] | None]] = {
            name.lower(): (name, method) for name, method in self.methods.items()
        }
        self._methods["getupdates"] = ("getUpdates", None)
        self._methods["file"] = ("file", lambda params: self.file_at(params["path"]))

    # --- for tests --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What to give as base URL."""
        return self.origin

    def push(self, *updates: Json) -> None:
        """Have getUpdates bring these."""
        with self._lock:
            self.updates.extend(updates)

    def requests(self, method: str = "") -> list[Request]:
        """What was asked, oldest first."""
        with self._lock:
            return [request for request in self._requests if method in {"", request.method}]

    def messages(self, chat_id: int | str | None = None) -> list[Json]:
        """Parameters of the messages people see, oldest first; of one chat if given."""
        shown = (one.params for one in self.requests() if one.taken and one.method.startswith("send"))
        return [params for params in shown if chat_id is None or str(params["chat_id"]) == str(chat_id)]

    def reset(self) -> None:
        """Forget everything, the webhook too."""
        with self._lock:
            super().reset()
            self.forget()
            self._requests: list[Request] = []

    # --- as serving.py asks for it ----------------------------------------------------------------------------------

    def seen(self) -> list[Json]:
        """The messages."""
        return self.messages()

    def by_hand(self, given: Json) -> Call:
        """A text or photo in a private chat, for the webhook."""
        return self._call(self._written(given))

    def _call(self, update: Json) -> Call:
        headers = {"x-telegram-bot-api-secret-token": self.webhook["secret_token"], "content-type": "application/json"}
        return Call("POST", self.webhook["url"], _json(update), headers)

    def _written(self, given: Json) -> Json:
        update_id, chat, photo = time.time_ns() // 1_000_000, int(given["from"]), photo_of(given)
        if photo is None:
            update = text_update(update_id, chat, given["text"])
        else:
            update = photo_update(update_id, chat, self.keep_file(photo))
        update["message"]["date"] = int(time.time())
        return update

    def receive(self, given: Json) -> list[int]:
        """By the webhook if there is one, else by getUpdates."""
        if self.webhook:
            return super().receive(given)
        self.push(*[self._written(given)] * given.get("times", 1))
        return []

    def reported(self, message: int, state: str) -> Call:
        """Telegram does not tell."""
        raise ValueError(f"no report of {message}, {state}")

    def steered(self, asked: Asked) -> Any:
        """Updates and requests, besides what all have."""
        match asked.method, asked.path.removeprefix("/_control/"):
            case "POST", "updates":
                given: Any = json.loads(asked.body)
                self.push(*(given if isinstance(given, list) else [given]))
                return {"ok": True}
            case "GET", "requests":
                return self.requests(asked.query.get("method", ""))
        return super().steered(asked)

    def handle(self, asked: Asked) -> Reply | None:
        """Do what is asked, unless something else was queued for it."""
        try:
            return self._done(asked)
        except RefusedError as refused:
            return _refusal(refused)

    def _done(self, asked: Asked) -> Reply | None:
        in_files = asked.path.startswith("/file/bot")
        bot, _, called = asked.path.removeprefix("/file").removeprefix("/bot").partition("/")
        if not (in_files or asked.path.startswith("/bot")) or bot != self.token:
            raise RefusedError(401, "Unauthorized")
        name, method = self._methods.get("file" if in_files else called.lower(), (called, None))
        params = {"path": unquote(called)} if in_files else read_body(dict(asked.headers), asked.body)
        request = Request(name, {**read_params(list(asked.query.items())), **params})
        with self._lock:
            self._requests.append(request)
        if name.lower() not in self._methods:
            self.fail(f"unexpected method {called}")
            raise RefusedError(404, "Not Found")
        answer = self.next_answer(lambda one: one.method in {"", name})
        return self.troubled(answer, lambda: self._answered(request, method, answer))

    def _answered(self, request: Request, method: Callable[[Json], Any] | None, answer: Answer) -> Reply:
        if answer.status != 200:
            parameters = {"retry_after": answer.retry_after} if answer.retry_after is not None else None
            refused = RefusedError(answer.status, answer.description or REASONS.get(answer.status, "Error"), parameters)
            return _refusal(refused) if answer.raw is None else Reply(answer.status, answer.raw.encode())
        try:
            if method is None:
                result: Any = self._get_updates(request.params)
            else:
                with self._lock:
                    result = method(request.params)
        except RefusedError as refused:
            return _refusal(refused)
        request.taken = True
        if answer.raw is not None:
            return Reply(content=answer.raw.encode())
        return Reply(content=result if isinstance(result, bytes) else _json({"ok": True, "result": result}))

    # --- the Bot API ------------------------------------------------------------------------------------------------

    def _get_updates(self, params: Json) -> list[Json]:
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
            if self._ended.wait(0.01):
                return []


def _json(value: Json) -> bytes:
    return json.dumps(value).encode()


def _refusal(refused: RefusedError) -> Reply:
    return Reply(refused.status, _json(refused.body))


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
