"""Twilio on this machine: speaks its API over HTTP, signs and posts its webhooks, fails on demand, remembers all.

In a test: `with FakeTwilio() as fake: …`, with `fake.url` as base URL of every one of its APIs. Webhooks go by
`fake.write(…)` (a person writes) and `fake.report(…)` (what became of a message of ours), as often and in whatever
order a test wants. Steered as serving.py says: "from" begins with "whatsapp:" for WhatsApp, states are Twilio's words.
Signatures are computed here as Twilio's page says, not by its library.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security, read 2026-11-23.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from tests.fakes.serving import Asked, Call, FakeServer, Json, Reply, Trouble, ask, photo_of
from tests.fakes.twilio_account import ACCOUNT, API, TOKEN, Account, RedirectedError, RefusedError

WHATSAPP_FROM: Final = "+212500000001"
SMS_FROM: Final = "+15005550006"
WEBHOOKS: Final = {True: "/webhooks/twilio/whatsapp", False: "/webhooks/twilio/sms"}
"""Whether it is WhatsApp → our address."""

Form = dict[str, str]


@dataclass(frozen=True)
class Answer(Trouble):
    """What one request gets instead of the usual answer.

    Attributes:
        on: What it is for, as method and end of the path: "POST Messages.json"; anything if empty.
        status: HTTP status; 0 is the usual answer.
        code: Twilio's code of an error.
        retry_after: Seconds, in a header.
        raw: Body sent as it stands.
    """

    on: str = ""
    status: int = 0
    code: int | None = None
    retry_after: str | None = None
    raw: str | None = None


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    params: Json
    auth: str
    taken: bool = False


class FakeTwilio(FakeServer[Answer]):
    """The server."""

    answer = Answer

    # --- for tests --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What to give as base URL."""
        return self.origin

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
        """As serving.py says, and what the account was never asked before."""
        with self._lock:
            return [*super().failures, *self.state.failures]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            super().reset()
            self.state = Account()
            self._requests: list[Request] = []

    def message(self, sender: str, body: str = "", *, to: str = "", files: Mapping[str, bytes] | None = None,
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
        return ask(_call(webhook, form, signed_for))[0]

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

    # --- as serving.py asks for it ----------------------------------------------------------------------------------

    def seen(self) -> list[Json]:
        """Messages of ours as the account lists them, oldest first."""
        with self._lock:
            return [one for one in reversed(self.state.messages) if one["direction"] == "outbound-api"]

    def by_hand(self, given: Json) -> Call:
        """A text, or a photo with its words."""
        path = WEBHOOKS[given["from"].startswith("whatsapp:")]
        photo = photo_of(given)
        files = None if photo is None else {"image/jpeg": photo}
        return _call(self.callback + path, self.message(given["from"], given.get("text", ""), files=files))

    def reported(self, message: int, state: str) -> Call:
        """A report, to the address the message came with."""
        return _call(*self.report(self.seen()[message]["sid"], state))

    def handle(self, asked: Asked) -> Reply | None:
        """Do what is asked, unless something else was queued for it."""
        params: Json = dict(asked.query)
        if asked.headers.get("content-type", "").startswith("application/json"):
            params |= json.loads(asked.body)
        else:
            params |= dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        request = Request(asked.method, asked.path, params, asked.headers.get("authorization", ""))
        with self._lock:
            self._requests.append(request)
        usual = f"{request.method} {request.path}"
        answer = self.next_answer(lambda one: _matches(one.on, usual))
        return self.troubled(answer, lambda: self._answered(request, answer))

    def _answered(self, request: Request, answer: Answer) -> Reply:
        status, kind, content = 200, "application/json", b""
        head: Form = {} if answer.retry_after is None else {"retry-after": answer.retry_after}
        try:
            with self._lock:
                if answer.status:
                    raise RefusedError(answer.status, answer.code or 0)  # noqa: TRY301 - as the API would
                status, kind, content = self.state.taken(request.method, request.path, request.params, request.auth)
                request.taken = True
                if request.params.get("StatusCallback"):
                    self.report_later(len(self.seen()) - 1)
        except RefusedError as refused:
            status = refused.status
            content = json.dumps(refused.body if answer.code or not answer.status else {}).encode()
        except RedirectedError as redirect:
            status, head["location"] = 307, redirect.location
        return Reply(status, content if answer.raw is None else answer.raw.encode(), kind, head)


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


def _call(url: str, form: Form, signed_for: str | None = None) -> Call:
    head, body = signed(signed_for or url, form)
    return Call("POST", url, body, head)
