"""Logs: fixed event names with values, JSON or coloured, never what people say or who they are."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import sys
import threading
import warnings
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict

from runtime import masking
from runtime.settings import Settings

QUIET: Final = (
    "aiogram", "aiohttp", "alembic", "apscheduler", "asyncio", "hpack", "httpcore", "httpx", "matplotlib", "pykwalify",
    "rasa", "rasa_sdk", "sanic", "sanic.access", "sanic.error", "sanic.root", "telegram", "urllib3", "uvicorn",
)  # fmt: skip
"""Libraries heard from WARNING up. Below that Rasa, httpx and sanic write message texts and addresses with tokens."""
TRUSTED: Final = ("alembic", "uvicorn")
"""Libraries whose messages never quote a person: masked, then shown. Of all others only the place is told."""
HASH_CHARS: Final = 16
"""Length of a pseudonym, hexadecimal characters: 64 bits."""

_key = secrets.token_bytes(32)  # until `configure`: pseudonyms that mean nothing to anybody


def configure(settings: Settings) -> None:
    """Send all logs of this process to standard output as the settings say. Call once, from an entry point."""
    global _key  # noqa: PLW0603 - one key for a process, as one log for a process
    if settings.hash_key is not None:
        _key = settings.hash_key.get_secret_value().encode()
    coloured = settings.log_format == "console" or (settings.log_format == "auto" and sys.stdout.isatty())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_people,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.processors.TimeStamper(fmt="iso", utc=True), _of_a_library],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer() if coloured else structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(max(logging.WARNING, root.level))
        logger.handlers.clear()
        logger.propagate = True
    logging.raiseExceptions = False  # a failing handler would print the record's own words
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def person_hash(channel: str, address: str) -> str:
    """A person's pseudonym in the logs: the same on every line, worthless without the key.

    Returns:
        16 hexadecimal characters.
    """
    return hmac.new(_key, f"{channel}\0{address}".encode(), hashlib.sha256).hexdigest()[:HASH_CHARS]


def _without_people(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Drop refused keys, mask values, tell exceptions without their messages; the event must be a fixed word."""
    error = _error_of(event.pop("exc_info", None))
    event.pop("stack_info", None)
    name = str(event.pop("event", ""))
    source = str(event.get("logger", ""))
    if _is_quiet(source):  # Rasa logs through structlog too, with the person's text among the values
        return _line(event, "library_message", source=source, error=error)
    kept: dict[str, Any] = {}
    dropped: list[str] = []
    for key, value in event.items():
        if masking.is_refused(key, value):
            dropped.append(key)
        elif isinstance(value, BaseException):
            error = error or value
        else:
            kept[key] = masking.cleaned(key, value)
    if dropped:
        kept["dropped"] = dropped
    if not masking.EVENT_NAME.fullmatch(name):
        name = "unnamed_event"  # a sentence may quote somebody
    return _line(kept, name, error=error)


def _of_a_library(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A record of the standard library's logging: where it comes from; its words only if the library is trusted."""
    record: logging.LogRecord = event["_record"]
    words = masking.masked(str(event.get("event", ""))) if record.name.startswith(TRUSTED) else None
    found = record.exc_info[1] if record.exc_info else None
    record.exc_info, record.exc_text, record.stack_info = None, None, None
    event.pop("exc_info", None)
    event["level"] = record.levelname.lower()
    line = _line(event, "library_message", source=f"{record.name}:{record.lineno}", error=found)
    if words:
        line["words"] = words
    return line


def _line(
    event: MutableMapping[str, Any], name: str, *, source: str | None = None, error: BaseException | None
) -> EventDict:
    if source is not None:
        kept = {"timestamp", "level", "process", "_record", "_from_structlog"}
        event = {key: value for key, value in event.items() if key in kept} | {"source": source}
    if error is not None:
        event.update(masking.described(error))
    return {"event": name, **event}


def _is_quiet(logger: str) -> bool:
    return logger.partition(".")[0] in QUIET


def _error_of(found: Any) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        found = found[1]
        return found if isinstance(found, BaseException) else None
    return sys.exc_info()[1] if found else None


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, file, line  # Rasa's warnings quote what it read
    record_of = structlog.get_logger("warnings")
    record_of.warning("python_warning", category=category.__name__, source=f"{filename}:{lineno}")


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("process").critical("process_failed", exc_info=error.with_traceback(trace))
