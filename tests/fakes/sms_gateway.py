"""An SMS gateway on this machine, as Kannel or as Jasmin: takes messages over HTTP, brings messages and reports back.

Steered as serving.py says; states of its reports are those of `KANNEL_STATES`. As strict as the real ones where a
mistake of ours would show: Jasmin refuses parameters it does not know, Kannel reads no form. Sources: as named in
runtime/sms_dialect.py.
"""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.fakes.serving import GATEWAY, Asked, Call, FakeServer, Json, Reply, Trouble
from tests.fakes.sms_shapes import PATHS, Message, RefusedError, as_jasmin, as_kannel, report, written

SECRET: Final = "made-up_secret"


@dataclass(frozen=True)
class Answer(Trouble):
    """What one message gets instead of the usual answer.

    Attributes:
        status: HTTP status; 0 is the usual answer.
        body: Sent with the status as it stands.
        headers: Sent too, such as `retry-after`.
    """

    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class FakeSmsGateway(FakeServer[Answer]):
    """The gateway.

    Args:
        style: "kannel" or "jasmin".
        callback: Our own address, without a path: where what people write is brought.
        secret: What the addresses we gave it carry.
        port: Where it listens on 127.0.0.1; 0 takes a free port.
        reports: As `FakeServer`.
    """

    answer = Answer

    def __init__(
        self,
        style: str = "kannel",
        *,
        callback: str = GATEWAY,
        secret: str = SECRET,
        port: int = 0,
        reports: Sequence[str] = (),
    ) -> None:
        self.style = style
        self.secret = secret
        super().__init__(port, callback=callback, reports=reports)

    @property
    def url(self) -> str:
        """Where it takes messages."""
        return self.origin + PATHS[self.style]

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

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            super().reset()
            self._asked: list[dict[str, str]] = []
            self._messages: list[Message] = []
            self._numbers = itertools.count(1)

    def written(self, sender: str, text: str, *, message_id: str | None = None, at: int | None = None) -> Call:
        """The request that brings what somebody wrote, in the style's own shape."""
        number = message_id or str(uuid.UUID(int=next(self._numbers)))
        address = f"{self.callback}/webhooks/sms?{urlencode({'secret': self.secret})}"
        return written(self.style, address, number, sender, text, int(time.time()) if at is None else at)

    def report(self, message: Message, state: str) -> Call:
        """The request that reports on a message: "sent", "delivered", "failed", "rejected", "queued"."""
        return report(self.style, message, state)

    # --- as serving.py asks for it ----------------------------------------------------------------------------------

    def seen(self) -> list[Message]:
        """The messages."""
        return self.messages

    def by_hand(self, given: Json) -> Call:
        """A message to the short code."""
        return self.written(given["from"], given["text"], message_id=given.get("id"))

    def reported(self, message: int, state: str) -> Call:
        """A report."""
        return self.report(self.messages[message], state)

    def acknowledged(self, status: int, said: str) -> bool:
        """Jasmin wants its word."""
        return status == 200 and said.strip() == ("ACK/Jasmin" if self.style == "jasmin" else "")

    def handle(self, asked: Asked) -> Reply | None:
        """Take a message."""
        if asked.path != PATHS[self.style]:
            self.fail(f"unexpected address {asked.path}")
            return _words(404, "Unknown request.")
        query = urlsplit(asked.target).query if asked.method == "GET" else asked.body.decode("ascii")
        params = dict(parse_qsl(query, keep_blank_values=True))
        with self._lock:
            self._asked.append(params)
        answer = self.next_answer()
        return self.troubled(answer, lambda: self._answered(asked.method, params, answer))

    def _answered(self, method: str, params: dict[str, str], answer: Answer) -> Reply:
        if answer.status:
            return _words(answer.status, answer.body, answer.headers)
        if method == "POST" and self.style == "kannel":
            self.fail("a form, which Kannel takes for the text of a message")
            return _words(403, "Authorization failed for sendsms")
        try:
            message = self._taken(params)
        except RefusedError as refused:
            return _words(refused.status, refused.words if self.style == "kannel" else f'Error "{refused.words}"')
        if self.style == "kannel":
            return _words(202, "0: Accepted for delivery")
        return _words(200, f'Success "{message.id}"')

    def _taken(self, params: dict[str, str]) -> Message:
        text, report_url = (as_kannel if self.style == "kannel" else as_jasmin)(params)
        with self._lock:
            message = Message(
                id=str(uuid.UUID(int=next(self._numbers))),
                to=params["to"],
                sender=params.get("from", ""),
                text=text,
                coding=params.get("coding", "0"),
                report_url=report_url,
                params=params,
            )
            self._messages.append(message)
            index = len(self._messages) - 1
        if report_url:
            self.report_later(index)
        return message


def _words(status: int, words: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, words.encode(), "text/html", headers or {})
