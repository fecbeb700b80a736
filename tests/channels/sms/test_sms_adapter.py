"""Sending through a real gateway of either make: what the telephone shows, and what each refusal means."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.errors import ErrorCode, SendFailed
from channels.sms.adapter import SmsAdapter
from channels.sms.parse import parse_report
from channels.sms.render import SmsPayload, render
from conversation import Choice, Delivery, DeliveryState, Outbound
from runtime.settings import load_settings
from runtime.sms_dialect import sms_dialect
from tests.channels.sms.conftest import account
from tests.fakes.sms_gateway import SECRET, Answer, FakeSmsGateway
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER

PHONE: Final = "+212600000001"
HELLO: Final = render(Outbound("Slm", "ary-Latn"))[0]
ARABIC: Final = render(Outbound("السلام عليكم", "ary", (Choice("واخا", "tok1", "1"),)))[0]
FRENCH: Final = render(Outbound("Où êtes-vous né ? 10 € [ok]", "fr"))[0]
LONG: Final = render(Outbound("Fes wla Meknes. " * 28, "ary-Latn"))[0]

SETUP, REFUSED = ErrorCode.CONFIGURATION, ErrorCode.REFUSED
TROUBLE, LIMITED = ErrorCode.PROVIDER_TROUBLE, ErrorCode.RATE_LIMITED
REFUSALS: Final = [
    ("kannel", 403, "Authorization failed for sendsms", SETUP, "403 Authorization failed for sendsms"),
    ("kannel", 403, "Not routable. Do not try again.", REFUSED, "403 Not routable. Do not try again."),
    (
        "kannel", 400, "Sender missing and no global set, rejected", SETUP,
        "400 Sender missing and no global set, rejected",
    ),
    ("kannel", 400, "Empty receiver number not allowed, rejected", REFUSED, "400"),
    ("kannel", 400, "Charset or body misformed, rejected", REFUSED, "400"),
    ("kannel", 404, "Unknown request.", SETUP, "404"),
    ("kannel", 500, "Sending failed. Failed receivers are: +212600000001", TROUBLE, "500"),
    ("kannel", 503, "Temporal failure, try again later.", TROUBLE, "503 Temporal failure, try again later."),
    ("jasmin", 400, 'Error "Argument [to] has an invalid value: [+212600000001]."', REFUSED, "400"),
    ("jasmin", 400, 'Error "Authorization failed for user [maalem]"', SETUP, "400 Authorization failed for user"),
    ("jasmin", 403, 'Error "Authentication failure for username:x"', SETUP, "403 Authentication failure for username"),
    ("jasmin", 403, 'Error "User throughput exceeded"', LIMITED, "403 User throughput exceeded"),
    ("jasmin", 403, 'Error "Cannot charge submit_sm, check"', SETUP, "403 Cannot charge submit_sm"),
    ("jasmin", 403, 'Error "something new"', SETUP, "403"),
    ("jasmin", 412, 'Error "No route found"', SETUP, "412 No route found"),
    (
        "jasmin", 412, 'Error "Failover route has no bound connectors"', TROUBLE,
        "412 Failover route has no bound connectors",
    ),
    ("jasmin", 500, 'Error "Cannot send submit_sm, check"', TROUBLE, "500 Cannot send submit_sm"),
    ("jasmin", 401, "", SETUP, "401"),
    ("jasmin", 413, "<html>", REFUSED, "413"),
    ("jasmin", 302, "", TROUBLE, "302"),
]  # fmt: skip
UNSURE: Final = [
    (Answer(cut="before"), ErrorCode.UNANSWERED, "RemoteProtocolError"),
    (Answer(cut="after"), ErrorCode.UNANSWERED, "RemoteProtocolError"),
    (Answer(delay_s=0.8), ErrorCode.UNANSWERED, "ReadTimeout"),
    (Answer(status=200, body="<html>welcome</html>"), ErrorCode.UNANSWERED, "200"),
    (Answer(status=204), ErrorCode.UNANSWERED, "204"),
    (Answer(status=502, body="Bad Gateway"), TROUBLE, "502"),
    (Answer(status=504), TROUBLE, "504"),
]


async def failure(adapter: SmsAdapter) -> SendFailed:
    async with adapter:
        with pytest.raises(SendFailed) as raised:
            await adapter.send(PHONE, HELLO, reference="12.0")
    return raised.value


@pytest.mark.parametrize("payload", [HELLO, ARABIC, FRENCH, LONG], ids=["latin", "arabic", "french", "three segments"])
async def test_the_telephone_shows_what_was_rendered(gateway: FakeSmsGateway, payload: SmsPayload) -> None:
    """Every letter, in the cheap encoding where it can be and in the other where it must."""
    async with account(gateway) as adapter:
        await adapter.send(PHONE, payload, reference="12.0")
    (message,) = gateway.messages
    assert message.text == payload.text
    ucs_2 = {"kannel": "2", "jasmin": "8"}[gateway.style]
    assert message.coding == (ucs_2 if payload is ARABIC else "0")
    assert (message.to.removeprefix("+"), message.sender) == (PHONE.removeprefix("+"), SHORT_CODE)


async def test_the_id_is_the_gateway_s_or_our_own_mark(gateway: FakeSmsGateway) -> None:
    """Jasmin tells an id; Kannel none, so that reports are known by our mark."""
    async with account(gateway) as adapter:
        told = await adapter.send(PHONE, HELLO, reference="12.0")
    assert told == {"kannel": "12.0", "jasmin": gateway.messages[0].id}[gateway.style]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("sent", DeliveryState.SENT),
        ("queued", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("failed", DeliveryState.FAILED),
        ("rejected", DeliveryState.FAILED),
    ],
)
async def test_its_reports_name_the_message(gateway: FakeSmsGateway, state: str, expected: DeliveryState) -> None:
    """The address we gave leads back to us with the secret and our mark; the report is read as it was meant."""
    async with account(gateway) as adapter:
        told = await adapter.send(PHONE, HELLO, reference="12.0")
    call = gateway.report(gateway.messages[0], state)
    address = urlsplit(call.url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://bot.example.org/webhooks/sms/report"
    assert parse_qs(address.query)["secret"] == [SECRET]
    (report,) = parse_report(address.query.encode() + b"&" + call.body, sms_dialect(gateway.style))
    assert isinstance(report, Delivery)
    assert (report.provider_message_id, report.reference, report.state) == (told, "12.0", expected)


@pytest.mark.parametrize(("style", "status", "body", "code", "provider_code"), REFUSALS)
async def test_a_refusal_says_why(style: str, status: int, body: str, code: ErrorCode, provider_code: str) -> None:
    """A closed set of codes; the message did not arrive; of the words only those we know are kept."""
    with FakeSmsGateway(style) as fake:
        fake.queue(Answer(status=status, body=body))
        failed = await failure(account(fake))
        assert fake.messages == []
    assert (failed.code, failed.provider_code) == (code, provider_code)
    assert (failed.ambiguous, failed.retry_after_s) == (False, None)


@pytest.mark.parametrize(("answer", "code", "provider_code"), UNSURE)
async def test_no_clear_answer_is_ambiguous(
    gateway: FakeSmsGateway, answer: Answer, code: ErrorCode, provider_code: str
) -> None:
    """The message may have been taken: worth another try, by one who knows that it can be the second copy."""
    gateway.queue(answer)
    failed = await failure(account(gateway))
    assert (failed.code, failed.provider_code) == (code, provider_code)
    assert failed.ambiguous
    assert failed.retryable


@pytest.mark.parametrize(("value", "wait_s"), [("7", 7.0), ("soon", None), ("", None), ("٧", None)])
async def test_it_waits_as_long_as_it_is_asked_to(gateway: FakeSmsGateway, value: str, wait_s: float | None) -> None:
    """Whole seconds; anything else says nothing."""
    gateway.queue(Answer(status=429, headers={"retry-after": value} if value.isascii() else {}))
    failed = await failure(account(gateway))
    assert (failed.code, failed.retry_after_s) == (LIMITED, wait_s)


async def test_a_gateway_that_is_away_took_nothing(gateway: FakeSmsGateway) -> None:
    """Nobody listens: tried again without fear of a second copy."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        failed = await failure(account(gateway, url=f"http://127.0.0.1:{nobody.getsockname()[1]}/send"))
    assert (failed.code, failed.ambiguous) == (ErrorCode.UNREACHABLE, False)


async def test_a_wrong_password_is_a_matter_for_the_operator(gateway: FakeSmsGateway) -> None:
    """The gateway itself says so; messages wait meanwhile."""
    failed = await failure(account(gateway, password="wrong"))
    assert (failed.code, failed.retryable) == (SETUP, True)


async def test_no_secret_number_or_word_is_told(kannel: FakeSmsGateway, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the failure with all that led to it nor what the process logs."""
    caplog.set_level(logging.WARNING)
    kannel.queue(Answer(cut="before"), Answer(status=400, body=f"{PASSWORD} {PHONE} Slm"))
    told = []
    for _ in range(2):
        failed = await failure(account(kannel))
        told.append("".join(traceback.format_exception(failed)))
    for secret in (PASSWORD, SECRET, PHONE, "600000001", "Slm", USER):
        assert secret not in "".join(told) + caplog.text


async def test_many_are_sent_at_once(gateway: FakeSmsGateway) -> None:
    """Each with its own mark."""
    async with account(gateway) as adapter:
        told = await asyncio.gather(*(adapter.send(PHONE, HELLO, reference=f"{number}.0") for number in range(20)))
    assert len(set(told)) == 20
    assert len(gateway.messages) == 20


async def test_another_gateway_is_spoken_to_in_its_own_words(kannel: FakeSmsGateway) -> None:
    """Names by a setting; an account known by its address alone sends neither name nor password."""
    changes = (
        '{"out_to": "msisdn", "out_text": "message", "out_username": null, "out_password": null, "plus": false,'
        ' "out_always": {"key": "k"}, "out_report_url": null, "accepted": "^OK ([0-9]+)"}'
    )
    settings = load_settings(
        sms_gateway="kannel",
        sms_url=kannel.url,
        sms_sender=SHORT_CODE,
        sms_secret=SECRET,
        sms_callback_url="http://127.0.0.1:8000",
        sms_changes=changes,
    )
    kannel.queue(Answer(status=200, body="OK 4711"))
    async with SmsAdapter.of(settings) as adapter:
        assert await adapter.send(PHONE, HELLO, reference="12.0") == "4711"
    wanted = {"key": "k", "from": SHORT_CODE, "msisdn": "212600000001", "coding": "0", "message": "Slm"}
    assert kannel.asked == [wanted]
