"""Sending by a Twilio on this machine: what is asked of it, and what each of its failures means."""

from __future__ import annotations

import json
import socket
import traceback
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from pydantic import SecretStr

from channels.errors import ErrorCode, SendFailed
from channels.sms.render import render as render_sms
from channels.twilio.adapter import TwilioAdapter
from channels.twilio.client import TwilioClient
from channels.twilio.errors import MEANINGS, meaning_of
from channels.twilio.payloads import SMS, WHATSAPP, TwilioPayload
from channels.twilio.render import render, render_template
from conversation import Choice, Outbound, Template
from tests.channels.twilio.made_up import PERSON, PUBLIC, a_client
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, Answer, FakeTwilio
from tests.fakes.twilio_account import ACCOUNT, API, SERVICE, TOKEN

HELLO: Final = TwilioPayload("السلام عليكم & + é")
MENU: Final = Outbound("Votre choix ?\nRépondez.", "fr", (Choice("Oui", "k7f2q", "1"), Choice("Non", "p3x9a", "2")))
CREATE: Final = "POST Messages.json"
PAGE: Final = "<html>502 Bad Gateway</html>"


async def failure(adapter: TwilioAdapter, payload: TwilioPayload = HELLO) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await adapter.send(PERSON, payload, reference="12.0")
    return raised.value


async def test_words_go_to_the_person_with_our_mark(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """From our number, with the address of reports; it waits at Twilio four hours at most. The sid comes back."""
    sid = await whatsapp.send(PERSON, HELLO, reference="12.0")
    assert sid == twilio.state.messages[0]["sid"]
    assert twilio.sent() == [
        {
            "To": f"whatsapp:{PERSON}",
            "From": f"whatsapp:{WHATSAPP_FROM}",
            "Body": HELLO.text,
            "StatusCallback": f"{PUBLIC}/webhooks/twilio/whatsapp/status?m=12.0",
            "ValidityPeriod": "14400",
        }
    ]


async def test_an_sms_goes_as_rendered_for_sms(twilio: FakeTwilio, sms: TwilioAdapter) -> None:
    """No prefix; the choices are numbered lines; it waits no longer than the settings say."""
    for payload in render_sms(MENU):
        await sms.send(PERSON, payload, reference="12.0")
    (sent,) = twilio.sent()
    assert (sent["To"], sent["From"], sent["ValidityPeriod"]) == (PERSON, SMS_FROM, "3600")
    assert sent["Body"].endswith("1 = Oui\n2 = Non")
    assert sent["StatusCallback"] == f"{PUBLIC}/webhooks/twilio/sms/status?m=12.0"


async def test_a_messaging_service_sends_in_the_numbers_place(twilio: FakeTwilio) -> None:
    """Twilio chooses the number."""
    async with TwilioAdapter(a_client(twilio), WHATSAPP, SERVICE, PUBLIC) as adapter:
        await adapter.send("MA.1502000000000001", HELLO, reference="1.0")
    (sent,) = twilio.sent()
    assert (sent["MessagingServiceSid"], sent["To"]) == (SERVICE, "whatsapp:MA.1502000000000001")
    assert "From" not in sent


async def test_choices_go_by_their_template(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """Its sid and its variables as JSON, no words beside; what Twilio makes of it is the text."""
    (payload,) = render(MENU)
    await whatsapp.send(PERSON, payload, reference="12.0")
    (sent,) = twilio.sent()
    assert "Body" not in sent
    assert json.loads(sent["ContentVariables"]) == {
        "1": MENU.text, "2": "Oui", "3": "k7f2q", "4": "Non", "5": "p3x9a",
    }  # fmt: skip
    assert twilio.state.messages[0]["body"] == MENU.text


async def test_every_kind_of_menu_passes_twilios_limits(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """One to ten choices, with and without descriptions: each finds its template."""
    for count in range(1, 11):
        for description in (None, "Fès"):
            choices = tuple(Choice(f"Choix {n}", f"t{n}", str(n), description) for n in range(count))
            (payload,) = render(Outbound("?", "fr", choices, "Choisir"))
            await whatsapp.send(PERSON, payload, reference="1.0")
    assert len(twilio.sent()) == 20
    assert all("ContentSid" in sent for sent in twilio.sent())


async def test_without_a_template_choices_go_as_numbered_lines(
    twilio: FakeTwilio, whatsapp: TwilioAdapter, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person is waiting: they get words, the operator a warning with the template's name and no word of the text."""
    twilio.state.contents.clear()
    (payload,) = render(MENU)
    await whatsapp.send(PERSON, payload, reference="12.0")
    (sent,) = twilio.sent()
    assert sent["Body"] == f"{MENU.text}\n1 = Oui\n2 = Non"
    said = capsys.readouterr().out
    assert "twilio_template_missed" in said
    assert "maalem_buttons_2" in said
    assert "Oui" not in said


async def test_a_template_that_twilio_refuses_costs_no_answer(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """Should line breaks be refused in variables (21656), the same goes as words."""
    twilio.state.newlines = False
    (payload,) = render(MENU)
    await whatsapp.send(PERSON, payload, reference="12.0")
    assert [("ContentSid" in one.params, one.taken) for one in twilio.requests(CREATE)] == [
        (True, False),
        (False, True),
    ]


async def test_a_menu_that_fails_for_another_reason_is_not_said_twice(
    twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """Only a template's own fault is met with words: a cut connection may have brought the menu."""
    (payload,) = render(MENU)
    twilio.queue(Answer(CREATE, cut="after"))
    assert (await failure(whatsapp, payload)).ambiguous
    assert len(twilio.requests(CREATE)) == 1


async def test_an_approved_template_is_never_replaced_by_words(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """Outside the window words are not taken: the failure names the template."""
    payload = render_template(Template("reminder", variables=("x",)), "fr")
    failed = await failure(whatsapp, payload)
    assert (failed.code, failed.provider_code) == (ErrorCode.TEMPLATE, "not_made maalem_reminder_fr")
    sid = twilio.state.new_sid("HX")
    shape = {"twilio/quick-reply": {"body": "Bonjour {{1}}", "actions": [{"title": "Oui", "id": "yes"}]}}
    twilio.state.contents[sid] = {"friendly_name": "maalem_reminder_fr", "variables": {"1": "x"}, "types": shape}
    await whatsapp.send(PERSON, payload, reference="1.0")
    twilio.queue(Answer(CREATE, 400, 63027))
    assert (await failure(whatsapp, payload)).provider_code == "63027 maalem_reminder_fr"


FAILURES: Final = [
    *((Answer(CREATE, 400, code), meaning, str(code)) for code, meaning in MEANINGS.items()),
    (Answer(CREATE, 400, 99999), ErrorCode.REFUSED, "99999"),
    (Answer(CREATE, 400), ErrorCode.REFUSED, "HTTP 400"),
    (Answer(CREATE, 400, raw='{"code": true}'), ErrorCode.REFUSED, "HTTP 400"),
    (Answer(CREATE, 401), ErrorCode.CONFIGURATION, "HTTP 401"),
    (Answer(CREATE, 404, raw=PAGE), ErrorCode.CONFIGURATION, "HTTP 404"),
    (Answer(CREATE, 429), ErrorCode.RATE_LIMITED, "HTTP 429"),
    (Answer(CREATE, 500, raw=PAGE), ErrorCode.PROVIDER_TROUBLE, "HTTP 500"),
    (Answer(CREATE, 503, raw="[]"), ErrorCode.PROVIDER_TROUBLE, "HTTP 503"),
    (Answer(CREATE, 302), ErrorCode.PROVIDER_TROUBLE, "HTTP 302"),
]
AMBIGUOUS: Final = [
    (Answer(CREATE, 502, raw=PAGE), ErrorCode.PROVIDER_TROUBLE, "HTTP 502"),
    (Answer(CREATE, 504), ErrorCode.PROVIDER_TROUBLE, "HTTP 504"),
    (Answer(CREATE, raw=PAGE), ErrorCode.UNANSWERED, "no JSON"),
    (Answer(CREATE, raw="[1]"), ErrorCode.UNANSWERED, "no JSON"),
    (Answer(CREATE, raw="{}"), ErrorCode.UNANSWERED, "no sid"),
    (Answer(CREATE, raw='{"sid": 7}'), ErrorCode.UNANSWERED, "no sid"),
    (Answer(CREATE, cut="before"), ErrorCode.UNANSWERED, "RemoteProtocolError"),
    (Answer(CREATE, cut="after"), ErrorCode.UNANSWERED, "RemoteProtocolError"),
]


@pytest.mark.parametrize(("answer", "code", "provider_code"), FAILURES, ids=lambda one: str(one)[:20])
async def test_a_refusal_means_one_thing(
    twilio: FakeTwilio, whatsapp: TwilioAdapter, answer: Answer, code: ErrorCode, provider_code: str
) -> None:
    """Every code of the table, and answers without one; none of them can have shown the message."""
    twilio.queue(answer)
    failed = await failure(whatsapp)
    assert (failed.code, failed.provider_code, failed.ambiguous) == (code, provider_code, False)


@pytest.mark.parametrize(("answer", "code", "provider_code"), AMBIGUOUS, ids=lambda one: str(one)[:20])
async def test_what_may_have_arrived_is_said_so(
    twilio: FakeTwilio, whatsapp: TwilioAdapter, answer: Answer, code: ErrorCode, provider_code: str
) -> None:
    """No answer, half an answer, or one from something between."""
    twilio.queue(answer)
    failed = await failure(whatsapp)
    assert (failed.code, failed.provider_code, failed.ambiguous) == (code, provider_code, True)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("999999", 3600), ("soon", None), ("-1", None)])
async def test_a_time_to_wait_is_kept(
    twilio: FakeTwilio, whatsapp: TwilioAdapter, header: str, seconds: float | None
) -> None:
    """In seconds, an hour at most; anything else is no time."""
    twilio.queue(Answer(CREATE, 429, 20429, retry_after=header))
    assert (await failure(whatsapp)).retry_after_s == seconds


async def test_a_slow_answer_is_not_waited_for(twilio: FakeTwilio) -> None:
    """The message may be there."""
    twilio.queue(Answer(CREATE, delay_s=1))
    async with TwilioAdapter(a_client(twilio, timeout_s=0.2), WHATSAPP, WHATSAPP_FROM, PUBLIC) as adapter:
        failed = await failure(adapter)
    assert (failed.code, failed.ambiguous) == (ErrorCode.UNANSWERED, True)


async def test_where_nobody_listens_nothing_left() -> None:
    """No connection, no message: a second try is safe."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    client = TwilioClient(ACCOUNT, SecretStr(TOKEN), f"http://127.0.0.1:{port}")
    async with TwilioAdapter(client, WHATSAPP, WHATSAPP_FROM, PUBLIC) as adapter:
        failed = await failure(adapter)
    assert (failed.code, failed.ambiguous) == (ErrorCode.UNREACHABLE, False)


async def test_a_wrong_token_is_a_matter_of_setup(twilio: FakeTwilio) -> None:
    """Twilio's own code, and the message waits."""
    async with TwilioAdapter(a_client(twilio, token="other-token"), WHATSAPP, WHATSAPP_FROM, PUBLIC) as adapter:
        failed = await failure(adapter)
    assert (failed.code, failed.provider_code) == (ErrorCode.CONFIGURATION, "20003")


async def test_one_who_opted_out_is_not_written_to(twilio: FakeTwilio, sms: TwilioAdapter) -> None:
    """21610, as Twilio keeps its own list."""
    twilio.state.opted_out.add(PERSON)
    assert (await failure(sms)).code is ErrorCode.OPTED_OUT


@pytest.mark.parametrize("answer", [FAILURES[0][0], Answer(CREATE, cut="after")], ids=["refused", "cut"])
async def test_no_failure_shows_secrets_or_people(twilio: FakeTwilio, whatsapp: TwilioAdapter, answer: Answer) -> None:
    """Neither the token, plain or as sent, nor number nor words, in the error or in anything that hangs on it."""
    twilio.queue(answer)
    failed = await failure(whatsapp)
    said = "".join(traceback.format_exception(failed)) + repr(vars(failed))
    assert failed.__cause__ is None
    assert failed.__context__ is None
    for secret in (TOKEN, twilio.requests(CREATE)[0].auth.removeprefix("Basic "), PERSON, "السلام"):
        assert secret not in said


def test_statuses_without_a_code_have_a_meaning() -> None:
    """The class of HTTP status decides."""
    assert [meaning_of(None, status) for status in (403, 418, 300, 599)] == [
        ErrorCode.CONFIGURATION, ErrorCode.REFUSED, ErrorCode.PROVIDER_TROUBLE, ErrorCode.PROVIDER_TROUBLE,
    ]  # fmt: skip


NOW: Final = datetime(2026, 11, 23, 10, 30, 0, 400_000, tzinfo=UTC)


def listed(twilio: FakeTwilio, at: datetime, *, to: str = PERSON, sender: str | None = WHATSAPP_FROM) -> str:
    """A message of ours that Twilio has."""
    sid = twilio.state.new_sid("SM")
    name = f"whatsapp:{sender}" if sender else None
    twilio.state.list_message(sid, "outbound-api", name, f"whatsapp:{to}", "x", status="queued", at=at,
                              service=None if sender else SERVICE)  # fmt: skip
    return sid


async def test_a_message_that_arrived_after_all_is_found(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """Taken, then the connection ended: it is in the list, though it has not been sent yet."""
    begun = datetime.now(UTC)
    twilio.queue(Answer(CREATE, cut="after"))
    assert (await failure(whatsapp)).ambiguous
    assert await whatsapp.settle(PERSON, "12.0", begun) == twilio.state.messages[0]["sid"]


async def test_a_message_that_never_arrived_is_not_found(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """The connection ended before: nothing is in the list, and it may be sent again."""
    begun = datetime.now(UTC)
    twilio.queue(Answer(CREATE, cut="before"))
    assert (await failure(whatsapp)).ambiguous
    assert await whatsapp.settle(PERSON, "12.0", begun) is None


async def test_a_doubt_is_not_settled_with_another_message(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """Not with an earlier one, another person's, another sender's, theirs, or one this process has just sent."""
    listed(twilio, NOW - timedelta(seconds=1))
    listed(twilio, NOW, to="+212611111111")
    listed(twilio, NOW, sender="+212522222222")
    twilio.message(f"whatsapp:{PERSON}", at=NOW)
    await whatsapp.send(PERSON, HELLO, reference="11.0")
    assert await whatsapp.settle(PERSON, "12.0", NOW) is None


async def test_twilio_tells_whole_seconds_and_the_first_counts(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """A message of the very second in which the try began counts, the earliest of several."""
    first = listed(twilio, NOW.replace(microsecond=0))
    listed(twilio, NOW + timedelta(seconds=3))
    assert await whatsapp.settle(PERSON, "12.0", NOW) == first


async def test_a_services_message_is_known_by_the_service(twilio: FakeTwilio) -> None:
    """The number stands there only later."""
    sid = listed(twilio, NOW, sender=None)
    async with TwilioAdapter(a_client(twilio), WHATSAPP, SERVICE, PUBLIC) as adapter:
        assert await adapter.settle(PERSON, "12.0", NOW) == sid
    async with TwilioAdapter(a_client(twilio), SMS, SERVICE, PUBLIC) as adapter:
        assert await adapter.settle(PERSON, "12.0", NOW) is None


async def test_entries_of_another_shape_hide_nothing(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """One message without an id, one without a time: the third is found."""
    sid = listed(twilio, NOW)
    raw = json.dumps({"messages": [{"direction": 7}, {**twilio.state.messages[0], "sid": "SMx", "date_created": "soon"},
                                   twilio.state.messages[0]]})  # fmt: skip
    twilio.queue(Answer("GET Messages.json", raw=raw), Answer("GET Messages.json", raw='{"messages": null}'))
    assert await whatsapp.settle(PERSON, "12.0", NOW) == sid
    assert await whatsapp.settle(PERSON, "12.0", NOW) is None


async def test_typing_is_shown_for_a_message(twilio: FakeTwilio, whatsapp: TwilioAdapter) -> None:
    """By its sid; a failure is one like any other."""
    sid = twilio.message(f"whatsapp:{PERSON}", "salam")["MessageSid"]
    await whatsapp.show_typing(sid)
    (asked,) = twilio.requests("POST Typing.json")
    assert asked.params == {"messageId": sid, "channel": "whatsapp"}
    with pytest.raises(SendFailed):
        await whatsapp.show_typing("SMunknown")


@pytest.mark.parametrize(
    ("base", "product", "expected"),
    [
        ("https://api.twilio.com", "content", "https://content.twilio.com/v1/Content"),
        ("https://api.dublin.ie1.twilio.com", "messaging", "https://messaging.dublin.ie1.twilio.com/v1/Content"),
        ("https://api.twilio.com", "api", "https://api.twilio.com/v1/Content"),
        ("http://127.0.0.1:8083", "content", "http://127.0.0.1:8083/v1/Content"),
    ],
)
async def test_each_api_has_its_host(base: str, product: str, expected: str) -> None:
    """The first word of the host, in any region; a server of tests is all of them."""
    async with TwilioClient(ACCOUNT, SecretStr(TOKEN), base) as client:
        assert client.url("/v1/Content", product) == expected  # type: ignore[arg-type] # a table holds plain words
    assert API.endswith(ACCOUNT)
