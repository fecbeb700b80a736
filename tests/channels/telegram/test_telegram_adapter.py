"""Sending through a real server on this machine: what is asked of it, and what each of its failures means."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from pydantic import SecretStr

from channels.errors import ErrorCode, SendFailed
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.payloads import ALLOWED_UPDATES, COMMAND_LABELS, TelegramPayload
from channels.telegram.render import render
from channels.telegram.secrecy import LOGGERS
from conversation import Choice, Outbound
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram

CHAT: Final = "1000001"
HELLO: Final = TelegramPayload("السلام عليكم")
PAGE: Final = "<html>502 Bad Gateway</html>"


@pytest.fixture
async def adapter(telegram: FakeTelegram) -> AsyncIterator[TelegramAdapter]:
    """An adapter with the usual patience."""
    async with TelegramAdapter(SecretStr(TOKEN), telegram.url) as opened:
        yield opened


@pytest.fixture
async def hasty(telegram: FakeTelegram) -> AsyncIterator[TelegramAdapter]:
    """An adapter that waits half a second for an answer."""
    async with TelegramAdapter(TOKEN, telegram.url, timeout_s=0.5) as opened:
        yield opened


async def failure(adapter: TelegramAdapter) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await adapter.send(CHAT, HELLO)
    return raised.value


async def test_a_message_is_sent_as_plain_text(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Chat and text and nothing else: no markup is read into what is said; the id comes back."""
    assert await adapter.send(CHAT, TelegramPayload("*a* _b_ <c> &")) == "1"
    assert await adapter.send(CHAT, HELLO) == "2"
    assert [request.params for request in telegram.requests("sendMessage")] == [
        {"chat_id": CHAT, "text": "*a* _b_ <c> &"},
        {"chat_id": CHAT, "text": "السلام عليكم"},
    ]


@pytest.mark.parametrize(
    ("message", "markup"),
    [
        (
            Outbound("Oui ?", "fr", (Choice("Oui", "tok1", "1"), Choice("Non", "tok2", "2"))),
            {"inline_keyboard": [[{"text": "Oui", "callback_data": "tok1"}, {"text": "Non", "callback_data": "tok2"}]]},
        ),
        (
            Outbound("Numéro ?", "fr", ask_phone="Envoyer"),
            {
                "keyboard": [[{"text": "Envoyer", "request_contact": True}]],
                "resize_keyboard": True,
                "one_time_keyboard": True,
            },
        ),
        (Outbound("Merci", "fr", ends_menu=True), {"remove_keyboard": True}),
    ],
)
async def test_keyboards_arrive_as_rendered(
    telegram: FakeTelegram, adapter: TelegramAdapter, message: Outbound, markup: Any
) -> None:
    """What `render` makes is what Telegram gets."""
    for payload in render(message):
        await adapter.send(CHAT, payload)
    assert telegram.messages(CHAT)[0]["reply_markup"] == markup


UNKNOWN, REFUSED, BLOCKED = ErrorCode.UNKNOWN_ADDRESS, ErrorCode.REFUSED, ErrorCode.BLOCKED
LIMITED, TROUBLE, SETUP = ErrorCode.RATE_LIMITED, ErrorCode.PROVIDER_TROUBLE, ErrorCode.CONFIGURATION
MIGRATED: Final = '{"ok":false,"parameters":{"migrate_to_chat_id":-1}}'
FAILURES: Final = [
    (Answer(status=400, description="Bad Request: chat not found"), UNKNOWN, "400 Chat not found"),
    (Answer(status=400, description="Bad Request: user not found"), UNKNOWN, "400 User not found"),
    (Answer(status=400, description="Bad Request: PEER_ID_INVALID"), UNKNOWN, "400 Peer_id_invalid"),
    (Answer(status=400, raw=MIGRATED), UNKNOWN, "400 group migrated"),
    (Answer(status=400, description="Bad Request: message is too long"), REFUSED, "400 Message is too long"),
    (Answer(status=400, description='Bad Request: tag "Prénom"'), REFUSED, "400"),
    (Answer(status=400, raw=PAGE), REFUSED, "400"),
    (Answer(status=413, raw=PAGE), REFUSED, "413"),
    (Answer(status=403, description="Forbidden: bot was blocked"), BLOCKED, "403 Forbidden: bot was blocked"),
    (Answer(status=403, description="Forbidden: user 1000001"), BLOCKED, "403"),
    (Answer(status=429, description="Too Many Requests"), LIMITED, "429"),
    (Answer(status=429, raw='{"parameters":{"retry_after":"soon"}}'), LIMITED, "429"),
    (Answer(status=429, raw='{"parameters":null}'), LIMITED, "429"),
    (Answer(status=429, raw=PAGE), LIMITED, "429"),
    (Answer(status=401, description="Unauthorized"), SETUP, "401"),
    (Answer(status=404, description="Not Found"), SETUP, "401"),
    (Answer(status=409, description="Conflict: another"), SETUP, "409 Conflict: another"),
    (Answer(status=500, description="Internal Server Error"), TROUBLE, "500"),
    (Answer(status=503, raw=PAGE), TROUBLE, "503"),
    (Answer(status=302, raw=""), TROUBLE, "302"),
]
AMBIGUOUS: Final = [
    (Answer(status=502, raw=PAGE), TROUBLE, "502"),
    (Answer(status=504, raw=""), TROUBLE, "504"),
    (Answer(raw=PAGE), ErrorCode.UNANSWERED, "JSONDecodeError"),
    (Answer(raw='{"ok":true}'), ErrorCode.UNANSWERED, "KeyError"),
    (Answer(raw='{"ok":true,"result":{"message_id":5}}'), ErrorCode.UNANSWERED, "KeyError"),
    (Answer(raw='{"ok":true,"result":5}'), ErrorCode.UNANSWERED, "AttributeError"),
    (Answer(cut="before"), ErrorCode.UNANSWERED, "RemoteProtocolError"),
    (Answer(cut="after"), ErrorCode.UNANSWERED, "RemoteProtocolError"),
]


@pytest.mark.parametrize(("answer", "code", "provider_code"), FAILURES)
async def test_a_refusal_says_why(
    telegram: FakeTelegram, adapter: TelegramAdapter, answer: Answer, code: ErrorCode, provider_code: str
) -> None:
    """A closed set of codes; the message did not arrive; the next one passes."""
    telegram.queue(answer)
    failed = await failure(adapter)
    assert (failed.code, failed.provider_code) == (code, provider_code)
    assert (failed.ambiguous, failed.retry_after_s) == (False, None)
    assert failed.retryable is (code in {LIMITED, TROUBLE, SETUP})
    assert await adapter.send(CHAT, HELLO) == "1"


@pytest.mark.parametrize(("answer", "code", "provider_code"), AMBIGUOUS)
async def test_no_clear_answer_is_ambiguous(
    telegram: FakeTelegram, adapter: TelegramAdapter, answer: Answer, code: ErrorCode, provider_code: str
) -> None:
    """The message may have arrived: worth another try, by one who knows that it can be the second copy."""
    telegram.queue(answer)
    failed = await failure(adapter)
    assert (failed.code, failed.provider_code) == (code, provider_code)
    assert (failed.ambiguous, failed.retryable, failed.retry_after_s) == (True, True, None)
    await adapter.send(CHAT, HELLO)


async def test_a_late_answer_is_ambiguous(telegram: FakeTelegram, hasty: TelegramAdapter) -> None:
    """The message is there, but nobody told us in time."""
    telegram.queue(Answer(delay_s=30))
    failed = await failure(hasty)
    assert (failed.code, failed.ambiguous, failed.provider_code) == (ErrorCode.UNANSWERED, True, "ReadTimeout")
    assert TOKEN not in "".join(traceback.format_exception(failed))
    assert len(telegram.messages(CHAT)) == 1


@pytest.mark.parametrize("seconds", [0, 7, 3600])
async def test_too_fast_says_how_long_to_wait(telegram: FakeTelegram, adapter: TelegramAdapter, seconds: int) -> None:
    """The wait is Telegram's own, in seconds."""
    telegram.queue(Answer(status=429, description="Too Many Requests: retry after 7", retry_after=seconds))
    failed = await failure(adapter)
    assert (failed.code, failed.retry_after_s, failed.ambiguous) == (LIMITED, seconds, False)


async def test_a_cut_after_the_message_was_taken_looks_like_one_before(
    telegram: FakeTelegram, adapter: TelegramAdapter
) -> None:
    """Only the server knows: that is why both are ambiguous."""
    telegram.queue(Answer(cut="before"), Answer(cut="after"))
    await failure(adapter)
    await failure(adapter)
    assert [request.taken for request in telegram.requests("sendMessage")] == [False, True]


async def test_a_server_that_is_away_is_unreachable(adapter: TelegramAdapter) -> None:
    """The message did not leave: it can be sent again without a second copy. Starting needs no server either."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with TelegramAdapter(TOKEN, f"http://127.0.0.1:{port}", timeout_s=5) as lonely:
        failed = await failure(lonely)
    assert (failed.code, failed.retryable, failed.ambiguous) == (ErrorCode.UNREACHABLE, True, False)
    assert await adapter.send(CHAT, HELLO) == "1"


async def test_a_wrong_token_is_a_configuration_failure(telegram: FakeTelegram) -> None:
    """Nothing is sent, and it may pass once an operator has mended it."""
    async with TelegramAdapter("1:wrong", telegram.url) as adapter:
        failed = await failure(adapter)
    assert (failed.code, failed.retryable) == (ErrorCode.CONFIGURATION, True)
    assert telegram.messages() == []


async def test_many_sends_at_once(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Each gets its own answer."""
    ids = await asyncio.gather(*(adapter.send(str(chat), HELLO) for chat in range(1, 31)))
    assert sorted(map(int, ids)) == list(range(1, 31))
    assert len(telegram.messages()) == 30


async def test_a_tap_is_answered(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """The button stops spinning, without a notice on the screen."""
    await adapter.answer_callback("9000000001")
    assert [request.params for request in telegram.requests("answerCallbackQuery")] == [
        {"callback_query_id": "9000000001"}
    ]


async def test_an_old_tap_is_too_late(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Nothing is to be done about it, and it is not our mistake."""
    description = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    telegram.queue(Answer(status=400, description=description))
    with pytest.raises(SendFailed) as raised:
        await adapter.answer_callback("9000000001")
    assert (raised.value.code, raised.value.retryable) == (ErrorCode.TOO_LATE, False)


async def test_updates_come_as_telegram_wrote_them(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Unknown and broken ones too; the offset confirms what came before it."""
    updates: list[dict[str, Any]] = [{"update_id": 5, "message": "broken"}, {"update_id": 6, "hologram": {"a": [1]}}]
    telegram.push(*updates)
    assert await adapter.get_updates(None, 0) == updates
    assert await adapter.get_updates(6, 0) == updates[1:]
    assert await adapter.get_updates(7, 0) == []
    first, second, _ = telegram.requests("getUpdates")
    assert first.params["allowed_updates"] == list(ALLOWED_UPDATES)
    assert "offset" not in first.params
    assert second.params["offset"] == "6"


async def test_long_polling_waits_longer_than_other_requests(telegram: FakeTelegram, hasty: TelegramAdapter) -> None:
    """Telegram holds the request beyond the usual timeout, and an update ends the wait."""
    waiting = asyncio.create_task(hasty.get_updates(None, 20))
    await asyncio.sleep(0.8)
    assert not waiting.done()
    telegram.push({"update_id": 1})
    assert await asyncio.wait_for(waiting, 10) == [{"update_id": 1}]


async def test_polling_with_a_webhook_set_is_a_configuration_failure(adapter: TelegramAdapter) -> None:
    """Telegram refuses one while the other is on; taking the webhook away helps."""
    await adapter.set_webhook("https://bot.example.org/webhooks/telegram", "made_up-secret")
    with pytest.raises(SendFailed) as raised:
        await adapter.get_updates(None, 0)
    assert raised.value.code is ErrorCode.CONFIGURATION
    await adapter.delete_webhook()
    assert await adapter.get_updates(None, 0) == []


@pytest.mark.parametrize("result", ["5", "[5]", '{"a":1}', '[{"no":"id"}]'])
async def test_updates_of_an_unknown_shape_are_the_providers_trouble(
    telegram: FakeTelegram, adapter: TelegramAdapter, result: str
) -> None:
    """Whoever polls gets updates with an id or a failure, nothing else."""
    telegram.queue(Answer("getUpdates", raw=f'{{"ok":true,"result":{result}}}'))
    with pytest.raises(SendFailed) as raised:
        await adapter.get_updates(None, 0)
    assert raised.value.code is ErrorCode.PROVIDER_TROUBLE


async def test_the_webhook_is_set_with_its_secret(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Address, secret and the updates we want; Telegram tells the address afterwards."""
    await adapter.set_webhook("https://bot.example.org/webhooks/telegram", "made_up-secret")
    (request,) = telegram.requests("setWebhook")
    assert request.params == {
        "url": "https://bot.example.org/webhooks/telegram",
        "secret_token": "made_up-secret",
        "allowed_updates": list(ALLOWED_UPDATES),
    }
    info = await adapter.webhook_info()
    assert (info.url, info.pending_update_count) == ("https://bot.example.org/webhooks/telegram", 0)


async def test_the_bot_introduces_itself_in_three_languages(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Darija for all, Arabic and French for apps in these; commands and descriptions with words from the catalogs."""
    await adapter.introduce()
    for method, parameter in (("setMyShortDescription", "short_description"), ("setMyDescription", "description")):
        said = {one.params.get("language_code"): one.params[parameter] for one in telegram.requests(method)}
        assert set(said) == {None, "ar", "fr"}
        assert len(set(said.values())) == 3
    assert all(request.taken for request in telegram.requests())  # what is too long is refused
    commands_set = telegram.requests("setMyCommands")
    asked = {request.params.get("language_code"): request.params["commands"] for request in commands_set}
    assert set(asked) == {None, "ar", "fr"}
    for commands in asked.values():
        assert [command["command"] for command in commands] == list(COMMAND_LABELS)
        assert all(1 <= len(command["description"]) <= 256 for command in commands)
    assert len({commands[-1]["description"] for commands in asked.values()}) > 1


async def test_the_bot_knows_its_name(adapter: TelegramAdapter) -> None:
    """Asking for it shows that token and server work."""
    assert await adapter.username() == "maalem_bot"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=401),
        Answer(status=404),
        Answer(status=500),
        Answer(cut="before"),
        Answer(raw=PAGE),
    ],
    ids=str,
)
async def test_no_failure_and_no_log_line_holds_the_token(
    telegram: FakeTelegram, adapter: TelegramAdapter, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    """Not in the message, not in the chain of errors, not in what the libraries log at any level."""
    caplog.set_level(logging.DEBUG)
    telegram.queue(answer)
    failed = await failure(adapter)
    await adapter.send(CHAT, HELLO)
    assert failed.__context__ is None
    assert failed.__cause__ is None
    assert TOKEN not in "".join(traceback.format_exception(failed)) + repr(failed) + str(failed)
    assert "HTTP Request" in caplog.text  # httpx did log the address
    assert TOKEN not in caplog.text


def test_making_an_adapter_logs_no_token(telegram: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    """python-telegram-bot logs the address when it is made, before anything is sent."""
    caplog.set_level(logging.DEBUG)
    TelegramAdapter(TOKEN, telegram.url)
    assert "Set Bot API URL" in caplog.text
    assert TOKEN not in caplog.text


async def test_the_loggers_are_left_as_they_were(telegram: FakeTelegram) -> None:
    """After the adapter is closed nothing of it hangs on the logs."""
    before = [list(logging.getLogger(name).filters) for name in LOGGERS]
    async with TelegramAdapter(TOKEN, telegram.url):
        pass
    assert [logging.getLogger(name).filters for name in LOGGERS] == before


@pytest.mark.parametrize(("code", "said"), [("403", "blocked (403)"), (None, "blocked")])
def test_a_failure_reads_as_its_code(code: str | None, said: str) -> None:
    """What is logged is the code and the provider's own."""
    assert str(SendFailed(ErrorCode.BLOCKED, provider_code=code)) == said
