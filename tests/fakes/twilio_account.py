"""What Twilio knows of an account, and what its API does with it: messages, media, templates, senders; no HTTP.

Source: https://www.twilio.com/docs/messaging/api/message-resource and
https://www.twilio.com/docs/content/content-api-resources, read 2026-11-23.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode

ACCOUNT: Final = "AC" + "0" * 31 + "1"
TOKEN: Final = "made-up-auth-token"
SERVICE: Final = "MG" + "0" * 31 + "1"
MOST_BODY: Final = 1600
API: Final = f"/2010-04-01/Accounts/{ACCOUNT}"

Json = dict[str, Any]


class RefusedError(Exception):
    """An error of Twilio's own."""

    def __init__(self, status: int, code: int, message: str = "made up") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}",
                     "status": status}  # fmt: skip


class RedirectedError(Exception):
    """What was asked for is elsewhere."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass
class Account:
    """One account, with everything in it."""

    failures: list[str] = field(default_factory=list)
    messages: list[Json] = field(default_factory=list)
    contents: dict[str, Json] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    media_of: dict[str, list[str]] = field(default_factory=dict)
    callbacks: dict[str, str] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    newlines: bool = True
    """Whether a variable may hold a line break: the page of 21656 says no, that of 92007 only for approved ones."""
    page_size: int = 1000
    store: str = ""
    """Where files really are: begins the address that a request for one is led to."""
    facts: Json = field(default_factory=lambda: {"sid": ACCOUNT, "status": "active", "type": "Full"})
    service: Json = field(default_factory=dict)
    senders: list[Json] = field(default_factory=list)
    numbers: list[Json] = field(default_factory=list)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def taken(self, method: str, path: str, params: Json, auth: str) -> tuple[int, str, bytes]:
        """Do what is asked: status, type and content of the answer."""
        if path.startswith("/store/"):  # the store looks at the link alone
            kind, content = self.media[path.removeprefix("/store/")]
            return 200, kind, content
        if auth != "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode():
            raise RefusedError(401, 20003, "Authenticate")
        if path.startswith(f"{API}/Messages/") and not path.endswith(".json"):
            return self._file(method, path.rpartition("/")[2])
        places: dict[str, Callable[[Json], Json]] = {
            f"POST {API}/Messages.json": self._create,
            f"GET {API}/Messages.json": self._messages,
            f"GET {API}.json": lambda _: self.facts,
            f"GET {API}/IncomingPhoneNumbers.json": self._numbers,
            "GET /v1/Content": self._contents,
            "POST /v1/Content": self._new_content,
            f"GET /v1/Services/{SERVICE}": lambda _: self.service,
            "GET /v2/Channels/Senders": lambda _: {"senders": self.senders},
            "POST /v2/Indicators/Typing.json": self._typing,
        }
        if path.startswith(f"{API}/Messages/") and path.endswith("/Media.json"):
            places[f"GET {path}"] = lambda _: self._media_list(path.split("/")[-2])
        do = places.get(f"{method} {path}")
        if do is None:
            self.failures.append(f"unexpected {method} {path}")
            raise RefusedError(404, 20404, "not found")
        made = do(params)
        return (201 if method == "POST" else 200), "application/json", json.dumps(made).encode()

    # --- the API ----------------------------------------------------------------------------------------------------

    def _create(self, params: Json) -> Json:
        to, sender = params.get("To", ""), params.get("From") or params.get("MessagingServiceSid", "")
        if not to:
            raise RefusedError(400, 21604, "A 'To' phone number is required")
        if not sender:
            raise RefusedError(400, 21603, "A 'From' phone number is required")
        if not sender.startswith("MG") and to.startswith("whatsapp:") != sender.startswith("whatsapp:"):
            raise RefusedError(400, 21910, "Invalid From and To pair")
        if to in self.opted_out:
            raise RefusedError(400, 21610, f"Attempt to send to unsubscribed recipient {to}")
        body = self._filled(params) if "ContentSid" in params else str(params.get("Body", ""))
        if not body:
            raise RefusedError(400, 21602, "Message body is required")
        if len(body) > MOST_BODY:
            raise RefusedError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        sid = self.new_sid("SM")
        self.callbacks[sid] = str(params.get("StatusCallback", ""))
        service = sender if sender.startswith("MG") else None
        return self.list_message(
            sid, "outbound-api", None if service else sender, to, body, status="accepted" if service else "queued",
            service=service,
        )  # fmt: skip

    def _filled(self, params: Json) -> str:
        content = self.contents.get(params["ContentSid"])
        if content is None:
            raise RefusedError(400, 21655, "The ContentSid is invalid")
        try:
            given = json.loads(params.get("ContentVariables", "{}"))
        except ValueError:
            raise RefusedError(400, 21656, "The ContentVariables parameter is invalid") from None
        filled = json.dumps(content["types"])
        for name, default in content["variables"].items():
            value = given.get(name, default)
            broken = not self.newlines and ("\n" in value or "\t" in value or "     " in value)
            if not isinstance(value, str) or not value or broken:
                raise RefusedError(400, 21656, "The ContentVariables parameter is invalid")
            filled = filled.replace(f"{{{{{name}}}}}", json.dumps(value)[1:-1])
        ((kind, shape),) = json.loads(filled).items()
        return _checked(kind, shape)

    def list_message(
        self,
        sid: str,
        direction: str,
        sender: str | None,
        to: str,
        body: str,
        *,
        status: str,
        files: int = 0,
        service: str | None = None,
        at: datetime | None = None,
    ) -> Json:
        """Put a message at the head of the list."""
        made = format_datetime(at or datetime.now(UTC))
        message = {
            "sid": sid, "account_sid": ACCOUNT, "messaging_service_sid": service, "direction": direction,
            "from": sender, "to": to, "body": body, "status": status, "num_media": str(files), "num_segments": "1",
            "date_created": made, "date_updated": made, "date_sent": made if direction == "inbound" else None,
            "error_code": None, "error_message": None, "price": None, "price_unit": "USD",
            "api_version": "2010-04-01", "uri": f"{API}/Messages/{sid}.json",
            "subresource_uris": {"media": f"{API}/Messages/{sid}/Media.json"},
        }  # fmt: skip
        self.messages.insert(0, message)
        return message

    def _messages(self, params: Json) -> Json:
        since = datetime.fromisoformat(params["DateSent>"]) if "DateSent>" in params else None
        found = [
            one for one in sorted(self.messages, key=_created, reverse=True)
            if params.get("To") in {None, one["to"]}
            and (since is None or (one["date_sent"] is not None and _created(one) >= since))
        ]  # fmt: skip
        size = min(int(params.get("PageSize", 50)), self.page_size)
        page = int(params.get("Page", 0))
        rest = found[(page + 1) * size :]
        following = urlencode({**params, "Page": page + 1, "PageToken": "PT1"})
        return {
            "messages": found[page * size : (page + 1) * size], "page": page, "page_size": size,
            "next_page_uri": f"{API}/Messages.json?{following}" if rest else None,
        }  # fmt: skip

    def _media_list(self, sid: str) -> Json:
        return {
            "media_list": [
                {"sid": one, "parent_sid": sid, "content_type": self.media[one][0]}
                for one in self.media_of.get(sid, []) if one in self.media
            ],
            "next_page_uri": None,
        }  # fmt: skip

    def _file(self, method: str, sid: str) -> tuple[int, str, bytes]:
        if sid not in self.media:
            raise RefusedError(404, 20404, "not found")
        if method == "DELETE":
            del self.media[sid]
            return 204, "application/json", b""
        raise RedirectedError(f"{self.store}/store/{sid}")

    def _numbers(self, params: Json) -> Json:
        wanted = params.get("PhoneNumber")
        return {"incoming_phone_numbers": [one for one in self.numbers if one["phone_number"] == wanted]}

    def _contents(self, params: Json) -> Json:
        size, page = min(int(params.get("PageSize", 50)), self.page_size), int(params.get("Page", 0))
        found = list(self.contents.values())
        more = len(found) > (page + 1) * size
        following = f"https://content.twilio.com/v1/Content?PageSize={size}&Page={page + 1}&PageToken=PT1"
        return {
            "contents": found[page * size : (page + 1) * size],
            "meta": {"page": page, "page_size": size, "next_page_url": following if more else None, "key": "contents"},
        }

    def _new_content(self, params: Json) -> Json:
        if not params.get("language") or len(params.get("types", {})) != 1 or not all(params["variables"].values()):
            raise RefusedError(400, 20001, "bad content")
        sid = self.new_sid("HX")
        self.contents[sid] = {**params, "sid": sid, "account_sid": ACCOUNT}
        return self.contents[sid]

    def _typing(self, params: Json) -> Json:
        known = any(one["sid"] == params.get("messageId") for one in self.messages)
        if params.get("channel") != "whatsapp" or not known:
            raise RefusedError(400, 20001, "messageId")
        return {"success": True}

    def new_sid(self, kind: str) -> str:
        """An id nobody has."""
        return f"{kind}{next(self.ids):032x}"


def _created(message: Json) -> datetime:
    return parsedate_to_datetime(message["date_created"])


def _checked(kind: str, shape: Json) -> str:
    """The words of a message with buttons or a list, which must keep WhatsApp's limits."""
    if kind == "twilio/quick-reply":
        fits = 1 <= len(shape["actions"]) <= 3 and all(1 <= len(one["title"]) <= 20 for one in shape["actions"])
    else:
        fits = 1 <= len(shape["items"]) <= 10 and 1 <= len(shape["button"]) <= 20
        fits = fits and all(len(one["item"]) <= 24 and len(one.get("description", "")) <= 72 for one in shape["items"])
    if not fits or len(shape["body"]) > 1024:
        raise RefusedError(400, 63028, "Number of parameters does not match")
    return str(shape["body"])
