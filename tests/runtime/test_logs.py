"""Logs of a real process: fixed words, JSON, and nobody in them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from runtime.settings import PROJECT

TEXT = "bghit ntsejjel f lbarnamaj"
PHONE = "+212600000001"
NAME = "Prénom-Imaginaire"
TOKEN = "123456789:AAF-madeup_tokenmadeup_tokenmadeup0"
PREAMBLE = f"""
import logging, warnings, structlog
from runtime import logs
from runtime.settings import load_settings
TEXT, PHONE, NAME, TOKEN = {TEXT!r}, {PHONE!r}, {NAME!r}, {TOKEN!r}
logs.configure(load_settings(hash_key="a key for the tests", log_level=LEVEL, log_format=FORMAT))
log = structlog.get_logger()
"""


def _run(program: str, level: str = "INFO", log_format: str = "json", code: int = 0) -> str:
    preamble = PREAMBLE.replace("LEVEL", repr(level)).replace("FORMAT", repr(log_format))
    done = subprocess.run(
        [sys.executable, "-c", preamble + program], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def _lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


EVERY_WAY_IN = """
log.info("message_received", text=TEXT, phone=PHONE, name=NAME, token=TOKEN)
log.info("message_received", input=TEXT, to=PHONE, who={"name": NAME, "note": TEXT}, where=[PHONE, TOKEN])
log.info(f"got {TEXT} from {NAME}", error=ValueError(TEXT + NAME))
log.info("message_received", source=f"https://api.telegram.org/bot{TOKEN}/sendMessage", raw=TEXT.encode())
logging.getLogger("rasa.core.processor").warning(f"Message {TEXT!r} of {NAME} {PHONE}")
logging.getLogger("rasa.core.processor").info(f"Message {TEXT!r} of {NAME} {PHONE}")
logging.getLogger("sanic.error").error("%s %s", TEXT, NAME)
logging.getLogger("httpx").warning("HTTP Request: POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
logging.getLogger("telegram.ext").error(TEXT)
logging.getLogger("uvicorn.error").error("Call %s with %s", PHONE, TOKEN)
logging.getLogger("somebody.else").error(TEXT, extra={"name_of_person": NAME})
logging.error("broken %d", TEXT)
exec(compile("structlog.get_logger().warning('processor.slots', text=TEXT, name=NAME)", "x", "exec"),
     {"structlog": structlog, "TEXT": TEXT, "NAME": NAME, "__name__": "rasa.core.x"})
warnings.warn(f"cannot read {TEXT} {PHONE}")
try:
    int(TEXT)
except ValueError:
    log.exception("turn_failed", text=TEXT)
    logging.getLogger("rasa.x").exception(TEXT)
structlog.contextvars.bind_contextvars(phone=PHONE, person=NAME)
log.info("turn_done")
import threading
def fail(): raise RuntimeError(TEXT + PHONE + NAME + TOKEN)
t = threading.Thread(target=fail); t.start(); t.join()
fail()
"""


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_neither_text_nor_phone_nor_name_nor_token_is_ever_written(level: str, log_format: str) -> None:
    """Whoever logs, in whatever way, even a process that falls over: none of the four is in the output."""
    output = _run(EVERY_WAY_IN, level, log_format, code=1)
    assert "turn_failed" in output
    for secret in (TEXT, PHONE, PHONE[1:], NAME, TOKEN, TOKEN.split(":")[1], "ntsejjel", "ntsjel"):
        assert secret not in output


def test_a_line_is_json_with_a_fixed_event_its_values_and_the_time_in_utc() -> None:
    """One line, one event: what machines search for is whole."""
    (line,) = _lines(_run('log.info("reply_sent", channel="sms", took_ms=12.5, message_id="987654321012")'))
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "reply_sent",
        "level": "info",
        "logger": "__main__",
        "channel": "sms",
        "took_ms": 12.5,
        "message_id": "987654321012",
    }


def test_what_was_dropped_is_named() -> None:
    """A developer sees that a key was refused, and which."""
    (line,) = _lines(_run('log.info("turn_done", text=TEXT, name=NAME, attempt=1)'))
    assert line["dropped"] == ["text", "name"]
    assert line["attempt"] == 1


def test_a_sentence_is_no_event() -> None:
    """Event names are fixed words: a sentence may quote somebody."""
    (line,) = _lines(_run('log.info("Hello " + NAME)'))
    assert line["event"] == "unnamed_event"


def test_libraries_are_heard_from_warning_up_by_place_alone() -> None:
    """A library's warning says where it came from; below that it is silent, even at DEBUG."""
    lines = _lines(
        _run(
            'import logging\nfor f in ("info", "warning"): getattr(logging.getLogger("rasa.core"), f)(TEXT)\n'
            'logging.getLogger("httpx").debug(TEXT)',
            "DEBUG",
        )
    )
    assert [(line["event"], line["level"]) for line in lines] == [("library_message", "warning")]
    assert lines[0]["source"].startswith("rasa.core:")


def test_trusted_libraries_speak_masked() -> None:
    """Why the port could not be taken is worth reading; numbers in it are masked all the same."""
    (line,) = _lines(_run('logging.getLogger("uvicorn.error").error("port busy for %s", PHONE)'))
    assert line["words"] == "port busy for [number]"


def test_an_exception_is_told_by_type_and_place() -> None:
    """The trace ends where it broke."""
    (line,) = _lines(_run('try: int("x")\nexcept ValueError: log.exception("turn_failed")'))
    assert line["error"] == "ValueError"
    assert line["trace"] == ["/<string>:10 <module>"] or line["trace"][0].endswith("<module>")


def test_a_person_is_a_keyed_hash() -> None:
    """The same on every line, different for another channel, address or key; sixteen characters."""
    first = _run(
        'print(logs.person_hash("sms", PHONE), logs.person_hash("sms", PHONE), logs.person_hash("sm", "s" + PHONE))'
    )
    one, again, other = first.split()
    assert one == again != other
    assert len(one) == 16
    with_another_key = _run(
        'logs.configure(load_settings(hash_key="another key for tests"))\nprint(logs.person_hash("sms", PHONE))'
    )
    assert with_another_key.strip() != one


def test_the_console_is_for_people() -> None:
    """Without JSON a line still carries event and values."""
    output = _run('log.info("reply_sent", channel="sms")', log_format="console")
    assert "reply_sent" in output
    assert not output.startswith("{")


def test_levels_below_the_set_one_are_silent() -> None:
    """WARNING means warning."""
    assert _run('log.info("reply_sent")\nlog.debug("reply_sent")', "WARNING") == ""
