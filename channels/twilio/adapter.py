"""Sends by Twilio: WhatsApp or SMS, from one number or messaging service; settles doubts; lists what people sent.

Every failure is a `SendFailed`; neither it nor a log line contains the token, an address or words.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx
import structlog
from pydantic import ValidationError

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetched
from channels.twilio import media
from channels.twilio.client import TwilioClient, path_of
from channels.twilio.payloads import (
    PATHS,
    PREFIX,
    REFERENCE_QUERY,
    SERVICE,
    STATUS,
    Content,
    MediaResource,
    MessageResource,
    TwilioPayload,
    Worded,
)

MOST_VALIDITY_S: Final = 14_400
"""Longest time Twilio may keep a message in its queue, seconds: four hours is what every copy of its pages allows
(https://www.twilio.com/docs/messaging/api/message-resource, read 2026-11-23)."""
PAGE_SIZE: Final = 200
MOST_PAGES: Final = 50
"""Pages of a list read at most: ten thousand messages."""
SENT_KEPT: Final = 1000
"""Sids of messages sent, remembered so that a doubt is not settled with another message of the same second."""

SidOf = Callable[[str], str | None]
"""Name of a Content template → its sid in our account, if it has been made (`maalem twilio content`)."""


class TwilioAdapter:
    """One way out; an async context manager, in which alone it can be used.

    Args:
        client: Twilio; opened and closed with the adapter.
        channel: `WHATSAPP` or `SMS`.
        sender: What we send from: a number, a name, or a messaging service's sid.
        public_url: Where Twilio reaches us, for reports.
        sid_of: Where templates' sids are known; nowhere by default.
        validity_s: How long a message may wait at Twilio before it is not worth sending, seconds.
    """

    def __init__(
        self,
        client: TwilioClient,
        channel: str,
        sender: str,
        public_url: str,
        *,
        sid_of: SidOf = lambda _name: None,
        validity_s: float = MOST_VALIDITY_S,
    ) -> None:
        self.channel = channel
        self._client = client
        self._prefix = PREFIX[channel]
        self._sender = sender
        self._by_service = SERVICE.fullmatch(sender) is not None
        self._reports = f"{public_url}{PATHS[channel]}{STATUS}?{REFERENCE_QUERY}="
        self._sid_of = sid_of
        self._validity = str(int(min(max(validity_s, 1), MOST_VALIDITY_S)))
        self._sent: deque[str] = deque(maxlen=SENT_KEPT)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def send(self, address: str, payload: Worded, *, reference: str) -> str:
        """Send one message.

        Buttons and lists that Twilio does not take - no template made yet, or one it refuses - go as words with
        numbers: a person waits, and an operator reads the warning.

        Args:
            address: The person's, as `parse_message` gave it.
            payload: What `render` made.
            reference: Comes back with every report.

        Returns:
            The message's sid.

        Raises:
            SendFailed: Twilio did not take it, or (`ambiguous`) did not say so.
        """
        content = payload.content if isinstance(payload, TwilioPayload) else None
        if content is not None:
            failure = await self._by_content(address, content, reference)
            if isinstance(failure, str):
                return failure
            if not payload.text or failure.code is not ErrorCode.TEMPLATE:
                raise failure
            structlog.get_logger().warning(
                "twilio_template_missed",
                template=content.name,
                code=(failure.provider_code or "").partition(" ")[0],  # the name stands beside it
                channel=self.channel,
            )
        return await self._create(address, {"Body": payload.text}, reference)

    async def _by_content(self, address: str, content: Content, reference: str) -> str | SendFailed:
        """The sid of the message, or why there is none: with the template's name where it is about that."""
        sid = self._sid_of(content.name)
        if sid is None:
            return SendFailed(ErrorCode.TEMPLATE, provider_code=f"not_made {content.name}")
        variables = json.dumps(content.numbered(), ensure_ascii=False)
        try:
            return await self._create(address, {"ContentSid": sid, "ContentVariables": variables}, reference)
        except SendFailed as failure:
            if failure.code is not ErrorCode.TEMPLATE:
                return failure
            return SendFailed(ErrorCode.TEMPLATE, provider_code=f"{failure.provider_code} {content.name}")

    async def _create(self, address: str, what: dict[str, str], reference: str) -> str:
        sender = (
            {"MessagingServiceSid": self._sender} if self._by_service else {"From": f"{self._prefix}{self._sender}"}
        )
        form = {
            "To": f"{self._prefix}{address}",
            **sender,
            **what,
            "StatusCallback": f"{self._reports}{quote(reference)}",
            "ValidityPeriod": self._validity,
        }
        created = await self._client.post(f"{self._client.account_path}/Messages.json", form=form)
        sid = created.get("sid")
        if not isinstance(sid, str) or not sid:
            raise SendFailed(ErrorCode.UNANSWERED, ambiguous=True, provider_code="no sid")
        self._sent.append(sid)
        return sid

    async def settle(self, address: str, reference: str, since: datetime) -> str | None:
        """Whether a message arrived at Twilio whose sending got no answer.

        Twilio does not list our mark, so the message is known by whom it went to and when: the first to that address
        from our sender since the try began that is not the answer to another send of this process.

        Args:
            address: Whom it was for.
            reference: Not used; reports bring it by themselves.
            since: When that very try began. Twilio tells whole seconds; nothing earlier is taken, so that a doubt
                rather leads to a second copy than to none.

        Returns:
            The message's sid, or nothing: it may be sent again.

        Raises:
            SendFailed: The list could not be read.
        """
        del reference
        begun = since.astimezone(UTC).replace(microsecond=0)
        found: list[tuple[datetime, str]] = []
        # No filter by date: Twilio's is by when a message was sent, and this one may still wait. The newest come first.
        body = await self._client.get(
            f"{self._client.account_path}/Messages.json",
            params={"To": f"{self._prefix}{address}", "PageSize": str(PAGE_SIZE)},
        )
        for message in _read(MessageResource, body.get("messages")):
            at = created_at(message)
            ours = message.direction.startswith("outbound") and self._is_from_us(message)
            if ours and at is not None and at >= begun and message.sid not in self._sent:
                found.append((at, message.sid))
        return min(found)[1] if found else None

    async def inbound(self, since: datetime) -> AsyncIterator[MessageResource]:
        """What people sent us since a moment, newest first, as Twilio lists it.

        Raises:
            SendFailed: The list could not be read.
        """
        to_us = {} if self._by_service else {"To": f"{self._prefix}{self._sender}"}
        async for message in self._received(to_us, since):
            at = created_at(message)
            on_channel = (message.sender or "").startswith("whatsapp:") == bool(self._prefix)
            to_service = not self._by_service or message.messaging_service_sid == self._sender
            if message.direction == "inbound" and on_channel and to_service and at is not None and at >= since:
                yield message

    async def files_of(self, message: MessageResource) -> list[tuple[str, str]]:
        """Links and types of a listed message's files.

        Raises:
            SendFailed: They could not be read.
        """
        if (message.num_media or "0") == "0":
            return []
        path = f"{self._client.account_path}/Messages/{message.sid}/Media"
        body = await self._client.get(f"{path}.json")
        files = _read(MediaResource, body.get("media_list"))
        return [(self._client.url(f"{path}/{file.sid}"), file.content_type or "") for file in files]

    async def show_typing(self, message_id: str) -> None:
        """Show a person that an answer is being written, and their message as read; for up to 25 seconds.

        Raises:
            SendFailed: As `send`.

        Source: https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource, public beta, read 2026-11-23.
        """
        form = {"messageId": message_id, "channel": "whatsapp"}
        await self._client.post("/v2/Indicators/Typing.json", "messaging", form=form)

    async def fetch(self, ref: str, most_bytes: int) -> Fetched:
        """Fetch a file a person sent; see `media.fetch`."""
        return await media.fetch(self._client, ref, most_bytes)

    async def forget(self, ref: str) -> None:
        """Have Twilio delete a file we have kept ourselves.

        Raises:
            SendFailed: As `fetch`.
        """
        try:
            url = httpx.URL(ref)
        except httpx.InvalidURL:
            return
        if media.is_own(url, self._client.base_url) and url.path.startswith(f"{self._client.account_path}/Messages/"):
            await self._client.delete(url.path)

    def _is_from_us(self, message: MessageResource) -> bool:
        if self._by_service:
            return message.messaging_service_sid == self._sender
        return message.sender == f"{self._prefix}{self._sender}"

    async def _received(self, where: dict[str, str], since: datetime) -> AsyncIterator[MessageResource]:
        path = f"{self._client.account_path}/Messages.json"
        asked: dict[str, str] | None = {
            **where,
            "DateSent>": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "PageSize": str(PAGE_SIZE),
        }
        for _ in range(MOST_PAGES):
            body = await self._client.get(path, params=asked)
            for message in _read(MessageResource, body.get("messages")):
                yield message
            following = body.get("next_page_uri")
            if not isinstance(following, str) or not following:
                return
            path, asked = path_of(following), None
        structlog.get_logger().warning("twilio_list_too_long", channel=self.channel, pages=MOST_PAGES)


def created_at(message: MessageResource) -> datetime | None:
    """When Twilio took a message, in UTC; nothing if it does not say."""
    try:
        return parsedate_to_datetime(message.date_created or "").astimezone(UTC)
    except (TypeError, ValueError):
        return None


def _read(kind: Any, listed: Any) -> list[Any]:
    """The entries of a list; one of another shape must not hide the others."""
    found = []
    for entry in listed if isinstance(listed, list) else []:
        try:
            found.append(kind.model_validate(entry))
        except ValidationError:
            structlog.get_logger().warning("twilio_entry_unreadable", kind=kind.__name__)
    return found
