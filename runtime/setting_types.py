"""What values of settings look like, and the sentence for one that does not."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationError
from pydantic_settings import NoDecode

from runtime.sms_dialect import sms_dialect

PROJECT: Final = Path(__file__).resolve().parent.parent
"""The folder with the launcher, Rasa's files and the packages."""
TWILIO_SENDER: Final = re.compile(r"\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32}")
TWILIO_NAME: Final = re.compile(r"(?=.{1,11}$)[0-9 ]*[A-Za-z][A-Za-z0-9 ]*")
"""What SMS may also be sent from. Source: https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id, read
2026-11-23."""
WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram accepts as secret_token (https://core.telegram.org/bots/api#setwebhook, read 2026-11-23); for an SMS
gateway it means the same in an address, written or escaped."""


def in_project(path: Path) -> Path:
    """Make a path absolute: `~` is the person's own folder, a relative path starts at the project, never at the cwd."""
    return Path(os.path.normpath(PROJECT / path.expanduser()))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and cannot be reached from another."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address like https://bot.example.org")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    return url.rstrip("/")


def _redis_address(url: str) -> str:
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return url


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("must be 1 to 256 letters, digits, _ and -")
    return secret


def _twilio_sender(sender: str) -> str:
    if not TWILIO_SENDER.fullmatch(sender):
        raise ValueError("must be a number like +212… or a messaging service MG…")
    return sender


def _sms_sender(sender: str) -> str:
    return sender if TWILIO_NAME.fullmatch(sender) else _twilio_sender(sender)


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _networks(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in value.split(","))
    except ValueError:
        raise ValueError("must be addresses or networks like 10.1.2.3 or 10.1.2.0/24, a comma between them") from None


def _changes(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError('must be a JSON object like {"in_text": "body"}')  # noqa: TRY004 - pydantic wants this one
    try:
        sms_dialect("kannel", value)
    except ValidationError as error:
        names = sorted({str(one["loc"][0]) for one in error.errors(include_input=False)})
        raise ValueError(f"has what runtime/sms_dialect.py does not know: {', '.join(names)}") from None
    return value


Folder = Annotated[Path, AfterValidator(in_project)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
TwilioSender = Annotated[str, AfterValidator(_twilio_sender)]
SmsSender = Annotated[str, AfterValidator(_sms_sender)]
RedisAddress = Annotated[str, AfterValidator(_redis_address)]
Networks = Annotated[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
SmsChanges = Annotated[dict[str, Any], NoDecode, BeforeValidator(_changes)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
