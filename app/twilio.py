"""`maalem twilio …`: makes the templates that buttons and lists go by, and looks at how the account is set up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from typing import Any, Final

from app.doctor import Finding, State
from app.surroundings import CannotStart
from channels.errors import SendFailed
from channels.twilio import templates
from channels.twilio.client import TwilioClient, path_of
from channels.twilio.payloads import PATHS, PREFIX, SERVICE, SMS, WHATSAPP, receives
from channels.twilio.ways_out import MOST_NAME, client_of, remember, sender_of, sid_of
from runtime.clock import SystemClock
from runtime.settings import Settings
from storage import migrate
from storage.database import Database

CONTENT: Final = "/v1/Content"
MOST_PAGES: Final = 50
ONE_WAY: Final = (
    "SMS by Twilio is ONE-WAY in Morocco: people cannot answer, so no menu, no enrolment, no STOP by reply. "
    "For talks by SMS take the HTTP gateway of a Moroccan operator"
)
"""Source: https://www.twilio.com/en-us/guidelines/ma/sms, read 2026-11-23."""


async def make_templates(settings: Settings, *, dry_run: bool = False) -> list[str]:
    """See to it that every template is in the account, and remember their sids; run again it changes nothing.

    Templates of ours that WhatsApp approves, made by hand and named as `templates.approved` says, are remembered too.

    Args:
        settings: All settings.
        dry_run: Only say what would be made.

    Returns:
        A line for each thing done, and one for what is left over.

    Raises:
        CannotStart: A setting is missing, the database is not there, or Twilio refuses.
    """
    if migrate.state(settings.database_url) != "current":
        raise CannotStart("The database is not up to date: ./maalem up brings it there")
    wanted = templates.generic()
    async with _client(settings) as client:
        there = await _templates_there(client)
        missing = [name for name in wanted if name not in there]
        said = [f"{'would be made' if dry_run else 'made'}  {name}" for name in missing]
        if not dry_run:
            try:
                for name in missing:
                    made = await client.post(CONTENT, "content", json=wanted[name])
                    there |= dict(_ours([made]))
            finally:  # what was made before a failure is remembered
                _remember(settings, client.account_sid, there)
    said.append(f"{len(wanted) - len(missing)} of {len(wanted)} were there already")
    said += [f"other    {name}" for name in there if name not in wanted]
    return said


async def check(settings: Settings) -> list[Finding]:
    """Look at the account, at what each channel sends from, at the addresses Twilio calls, and at the templates.

    Raises:
        CannotStart: A setting is missing, or Twilio cannot be asked at all.
    """
    found: list[Finding] = []
    async with _client(settings) as client:
        found.append(await _account(client))
        for channel in (WHATSAPP, SMS):
            sender = sender_of(settings, channel)
            if sender is None:
                found.append(Finding(channel, State.WELL, "off"))
                continue
            try:
                called = await _called(client, channel, sender)
            except SendFailed as failure:
                found.append(Finding(channel, State.ILL, f"could not be looked at: {failure}"))
                continue
            found.append(_webhook(settings, channel, sender, called))
    found += _by_settings(settings)
    return found


async def _account(client: TwilioClient) -> Finding:
    account = await client.get(f"{client.account_path}.json")
    status, kind = str(account.get("status")), str(account.get("type"))
    if status != "active":
        return Finding("account", State.ILL, f"{status}: nothing is sent; see Twilio's console")
    if kind == "Trial":
        return Finding("account", State.MIND, "active, on trial: only numbers verified in the console are written to")
    return Finding("account", State.WELL, "active")


async def _called(client: TwilioClient, channel: str, sender: str) -> str | None:
    """The address Twilio calls with what people send; nothing if the sender is not there."""
    if SERVICE.fullmatch(sender):
        service = await client.get(f"/v1/Services/{sender}", "messaging")
        if service.get("use_inbound_webhook_on_number"):
            return "each number's own"
        return str(service.get("inbound_request_url") or "")
    if channel == WHATSAPP:
        params = {"Channel": "whatsapp", "PageSize": "100"}
        body = await client.get("/v2/Channels/Senders", "messaging", params)
        for one in body.get("senders") or []:
            if one.get("sender_id") == f"{PREFIX[channel]}{sender}":
                if not str(one.get("status")).startswith("ONLINE"):
                    return f"nobody: the sender is {one.get('status')}"
                return str((one.get("webhook") or {}).get("callback_url") or "")
        return None
    body = await client.get(f"{client.account_path}/IncomingPhoneNumbers.json", params={"PhoneNumber": sender})
    numbers = body.get("incoming_phone_numbers") or []
    return str(numbers[0].get("sms_url") or "") if numbers else None


def _webhook(settings: Settings, channel: str, sender: str, called: str | None) -> Finding:
    wanted = f"{settings.public_url}{PATHS[channel]}"
    if not receives(sender):
        return Finding(channel, State.WELL, f"sent from the name {sender}, which nobody can answer")
    if called is None:
        return Finding(channel, State.ILL, f"{sender} is not a sender of this account")
    if called.partition("#")[0] != wanted:  # what stands behind # says how Twilio tries, not where
        return Finding(channel, State.ILL, f"Twilio calls {called or 'nobody'}: set {wanted} there, method POST")
    if "#" not in called:
        advice = "on a 5xx Twilio does not try again: put #rc=3&rp=all&ct=2000&rt=4000 behind the address"
        return Finding(channel, State.MIND, f"Twilio calls {called}; {advice}")
    return Finding(channel, State.WELL, f"Twilio calls {called}")


def _by_settings(settings: Settings) -> Iterator[Finding]:
    """What Twilio need not, or cannot, be asked."""
    if settings.twilio_whatsapp_from is not None:
        yield _templates_known(settings)
    if settings.twilio_sms_from is not None:
        yield Finding("morocco", State.MIND, ONE_WAY)
        words = "Twilio's API does not tell its words for STOP: look in the console, Messaging, Opt-Out Management"
        yield Finding("opt-out", State.MIND, words)


def _templates_known(settings: Settings) -> Finding:
    names = templates.generic()
    with closing(Database(settings.database_url)) as database:
        known = sid_of(database, settings.twilio_account_sid or "")
        count = sum(known(name) is not None for name in names)
    if count == len(names):
        return Finding("templates", State.WELL, f"{count} known")
    words = f"{count} of {len(names)} known: until ./maalem twilio content choices go as numbered lines"
    return Finding("templates", State.ILL, words)


async def _templates_there(client: TwilioClient) -> dict[str, str]:
    """Templates of ours in the account: name → sid."""
    there: dict[str, str] = {}
    path = f"{CONTENT}?PageSize=500"
    for _ in range(MOST_PAGES):
        body = await client.get(path, "content")
        there |= dict(_ours(body.get("contents") or []))
        following = (body.get("meta") or {}).get("next_page_url")
        if not following:
            break
        path = path_of(str(following))
    return there


def _ours(listed: list[Any]) -> Iterator[tuple[str, str]]:
    for one in listed:
        name, sid = str(one.get("friendly_name")), one.get("sid")
        if name.startswith(templates.NAME_START) and len(name) <= MOST_NAME and isinstance(sid, str):
            yield name, sid


def _remember(settings: Settings, account_sid: str, sids: dict[str, str]) -> None:
    with closing(Database(settings.database_url)) as database, database.begin() as connection:
        remember(connection, account_sid, sids, now=SystemClock().now())


@asynccontextmanager
async def _client(settings: Settings) -> AsyncIterator[TwilioClient]:
    client = client_of(settings)
    if client is None:
        raise CannotStart("There is no account: MAALEM_TWILIO_ACCOUNT_SID=AC… and MAALEM_TWILIO_AUTH_TOKEN=…")
    try:
        async with client:
            yield client
    except SendFailed as failure:
        raise CannotStart(f"Twilio did not do it: {failure}") from None
