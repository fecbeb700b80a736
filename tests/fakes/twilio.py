"""Twilio on this machine: speaks its API over HTTP, signs and posts its webhooks, fails on demand, remembers all.

In a test of one process: `with FakeTwilio() as fake: …`, with `fake.url` as base URL of every one of its APIs. By hand:
`python -m tests.fakes.twilio --port 8083`. Webhooks go by `fake.write(…)` (a person writes) and `fake.report(…)` (what
became of a message of ours), as often and in whatever order a test wants. Standard library only; signatures are
computed here as Twilio's page says, not by its library.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security, read 2026-11-23.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.fakes.twilio_account import ACCOUNT, API, TOKEN, Account, Json, RedirectedError, RefusedError

WHATSAPP_FROM: Final = "+212500000001"
SMS_FROM: Final = "+15005550006"
MOST_BODY_BYTES: Final = 1_000_000

Form = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What one request gets instead of the usual answer.

    Attributes:
        on: What it is for, as method and end of the path: "POST Messages.json"; anything if empty.
        status: HTTP status; 0 is the usual answer.
        code: Twilio's code of an error.
        retry_after: Seconds, in a header.
        delay_s: How long the answer is held back.
        cut: "before": the connection ends and the request was never taken; "after": taken, then the connection ends.
        raw: Body sent as it stands.
    """

    on: str = ""
    status: int = 0
    code: int | None = None
    retry_after: str | None = None
    delay_s: float = 0
    cut: str = ""
    raw: str | None = None


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    params: Json
    auth: str
    taken: bool = False


class FakeTwilio:
    """The server, in threads of its own.

    Args:
        port: Where it listens on 127.0.0.1; 0 takes a free port.
    """

    def __init__(self, port: int = 0) -> None:
        self._forget()
        self._lock = threading.RLock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                fake._handle(self)

            do_POST = do_DELETE = do_GET  # noqa: N815 - names the base looks for

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has above
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    # --- for tests --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What to give as base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def queue(self, *answers: Answer) -> None:
        """Have the next requests answered so, each answer once."""
        with self._lock:
            self._answers.extend(answers)

    def requests(self, on: str = "") -> list[Request]:
        """What was asked, oldest first."""
        with self._lock:
            return [one for one in self._requests if f"{one.method} {one.path}".endswith(on.partition(" ")[2])
                    and on.partition(" ")[0] in {"", one.method}]  # fmt: skip

    def sent(self) -> list[Json]:
        """Parameters of the messages taken, oldest first."""
        return [one.params for one in self.requests("POST Messages.json") if one.taken]

    @property
    def failures(self) -> list[str]:
        """Requests that nobody of ours should make."""
        with self._lock:
            return list(self.state.failures)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self.state = Account()
        self._requests: list[Request] = []
        self._answers: list[Answer] = []

    def receive(self, sender: str, body: str = "", *, to: str = "", files: Mapping[str, bytes] | None = None,
                at: datetime | None = None, **more: str) -> Form:  # fmt: skip
        """Take a message from a person, as it will be listed.

        Args:
            sender: With "whatsapp:" for WhatsApp.
            body: What they wrote.
            to: Our own; by default the one of the channel.
            files: Type → content.
            at: When; now if not given.
            more: Further parameters of the webhook.

        Returns:
            The parameters of its webhook, which has not been sent.
        """
        prefix = "whatsapp:" if sender.startswith("whatsapp:") else ""
        to = to or prefix + (WHATSAPP_FROM if prefix else SMS_FROM)
        with self._lock:
            sid = self.state.new_sid("MM" if files else "SM")
            links = []
            for mime_type, content in (files or {}).items():
                media_sid = self.state.new_sid("ME")
                self.state.media[media_sid] = (mime_type, content)
                self.state.media_of.setdefault(sid, []).append(media_sid)
                links.append((f"{self.url}{API}/Messages/{sid}/Media/{media_sid}", mime_type))
            self.state.list_message(sid, "inbound", sender, to, body, status="received", files=len(links), at=at)
        form = {
            "SmsMessageSid": sid, "NumMedia": str(len(links)), "SmsSid": sid, "SmsStatus": "received", "Body": body,
            "To": to, "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT, "From": sender,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        for number, (link, mime_type) in enumerate(links):
            form |= {f"MediaUrl{number}": link, f"MediaContentType{number}": mime_type}
        return form | more

    def write(self, webhook: str, form: Form, *, signed_for: str | None = None) -> int:
        """Post a webhook, signed for its address or for the one the outside knows; the status of the answer."""
        head, body = signed(signed_for or webhook, form)
        request = urllib.request.Request(webhook, body, head)  # noqa: S310 - an address on loopback
        with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310 - as above
            return int(response.status)

    def report(self, sid: str, status: str, code: int | None = None) -> tuple[str, Form]:
        """What becomes of a message of ours: the address of the report and its parameters, not yet sent."""
        with self._lock:
            message = next(one for one in self.state.messages if one["sid"] == sid)
            message["status"] = status
            form = {
                "SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": message["to"], "MessageSid": sid,
                "AccountSid": ACCOUNT, "From": message["from"] or "", "ApiVersion": "2010-04-01",
            }  # fmt: skip
            return self.state.callbacks[sid], form | ({"ErrorCode": str(code)} if code else {})

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

    def _handle(self, http: BaseHTTPRequestHandler) -> None:
        length = int(http.headers.get("content-length") or 0)
        assert length <= MOST_BODY_BYTES
        body = http.rfile.read(length)
        target = urlsplit(http.path)
        params: Json = dict(parse_qsl(target.query, keep_blank_values=True))
        if http.headers.get("content-type", "").startswith("application/json"):
            params |= json.loads(body)
        else:
            params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        request = Request(http.command, target.path, params, http.headers.get("authorization", ""))
        with self._lock:
            self._requests.append(request)
            usual = f"{request.method} {request.path}"
            answer = next((one for one in self._answers if _matches(one.on, usual)), Answer())
            if answer in self._answers:
                self._answers.remove(answer)
        if answer.cut == "before":
            http.close_connection = True
            http.connection.close()
            return
        status, kind, content, head = 200, "application/json", b"", {}
        try:
            with self._lock:
                if answer.status:
                    raise RefusedError(answer.status, answer.code or 0)  # noqa: TRY301 - as the API would
                status, kind, content = self.state.taken(request.method, request.path, request.params, request.auth)
            request.taken = True
        except RefusedError as refused:
            status = refused.status
            content = json.dumps(refused.body if answer.code or not answer.status else {}).encode()
        except RedirectedError as redirect:
            status, head = 307, {"location": redirect.location}
        if answer.cut == "after":
            http.close_connection = True
            http.connection.close()
            return
        if answer.delay_s:
            time.sleep(answer.delay_s)
        if answer.retry_after is not None:
            head["retry-after"] = answer.retry_after
        self._send(http, status, kind, content if answer.raw is None else answer.raw.encode(), head)

    @staticmethod
    def _send(http: BaseHTTPRequestHandler, status: int, kind: str, content: bytes, head: Form) -> None:
        try:
            http.send_response(status)
            for name, value in {"content-type": kind, "content-length": str(len(content)), **head}.items():
                http.send_header(name, value)
            http.end_headers()
            http.wfile.write(content)
        except OSError:  # the client did not wait
            http.close_connection = True


def signed(
    url: str, form: Mapping[str, str], key: str = TOKEN, *, algorithm: str = "HMAC_SHA1", key_id: str = ""
) -> tuple[Form, bytes]:
    """Headers and body of a webhook as Twilio sends it; with `key_id` signed by a shared key."""
    head = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": signature(url, form.items(), key, algorithm),
        "i-twilio-idempotency-token": "00000000-0000-4000-8000-000000000001",
    }
    if key_id:
        head["x-twilio-webhooks-signature-settings"] = f"key={key_id},algorithm={algorithm}"
    return head, urlencode(form).encode()


def signature(url: str, fields: Iterable[tuple[str, str]], key: str = TOKEN, algorithm: str = "HMAC_SHA1") -> str:
    """Twilio's signature of an address with a form, whose fields may repeat a name."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256 if algorithm == "HMAC_SHA256" else hashlib.sha1)
    return base64.b64encode(digest.digest()).decode()


def _matches(on: str, usual: str) -> bool:
    method, _, end = on.partition(" ")
    return not on or (usual.startswith(f"{method} ") and usual.endswith(end))


def main() -> None:
    """Serve until interrupted."""
    options = argparse.ArgumentParser(description="Twilio for tests")
    options.add_argument("--port", type=int, default=8083)
    with FakeTwilio(options.parse_args().port) as fake:
        sys.stdout.write(f"Twilio, made up: {fake.url} account {ACCOUNT} token {TOKEN}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
