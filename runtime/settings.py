"""Every setting there is, read once by an entry point from the environment and `.env`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.setting_types import (
    PROJECT,
    Folder,
    LogLevel,
    Networks,
    RedisAddress,
    SmsChanges,
    SmsSender,
    TwilioSender,
    WebAddress,
    WebhookSecret,
    in_project,
    is_loopback,
)
from runtime.sms_dialect import sms_dialect

__all__ = ["PREFIX", "PROJECT", "Settings", "SettingsError", "is_loopback", "load_settings", "variable_names"]

PREFIX: Final = "MAALEM_"
ENV_FILE_VARIABLE: Final = "MAALEM_ENV_FILE"
"""Names the settings file; not a setting itself, since it could not stand in the file it names."""


class SettingsError(Exception):
    """The settings cannot be used.

    Attributes:
        problems: One sentence for each, naming the variable and what to write instead; never a value.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _sqlite_in_home(values: dict[str, Any]) -> str:
    # `home` is missing here when it was refused itself: that problem is then told on its own.
    return f"sqlite:///{values.get('home', PROJECT / 'var') / 'maalem.db'}"


class Settings(BaseSettings):
    """The settings, checked and frozen. Read them with `load_settings`; pass values on, not this object's source."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, env_file_encoding="utf-8", extra="forbid", frozen=True
    )

    # --- where things are -------------------------------------------------------------------------------------------
    home: Folder = Field(
        default=PROJECT / "var",
        validate_default=True,
        description="Folder for what the bot keeps: database, keys, sockets. A relative path starts at the project.",
    )
    model_dir: Folder = Field(
        default=PROJECT / "models", validate_default=True, description="Folder for the trained models."
    )
    database_url: str = Field(
        default_factory=_sqlite_in_home,
        min_length=1,
        repr=False,
        description="SQLAlchemy URL: sqlite:////path/to/file.db or postgresql://user@host/name. "
        "By default SQLite, in the home folder.",
    )
    redis_url: RedisAddress | None = Field(
        default=None,
        repr=False,
        description="Redis, where several machines share the work (wake-ups, limits). Without it: one machine.",
    )

    # --- the gateway ------------------------------------------------------------------------------------------------
    host: str = Field(default="127.0.0.1", min_length=1, description="Address the gateway listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the gateway listens on.")
    public_url: WebAddress | None = Field(
        default=None, description="Address under which providers reach the gateway, https://…; needed for webhooks."
    )
    simulator: bool = Field(
        default=False,
        description="Open the simulator, its API and POST /nlu/parse. `up` switches it on for a loopback host.",
    )
    webhook_max_bytes: int = Field(
        default=1_000_000, ge=1_000, le=20_000_000, description="Largest request body the gateway reads, bytes."
    )
    text_max_chars: int = Field(
        default=4_000, ge=100, le=100_000, description="How much of one message is understood, characters."
    )

    # --- processes --------------------------------------------------------------------------------------------------
    workers: int = Field(default=1, ge=1, le=32, description="Worker processes that `up` starts; about 250 MB each.")
    senders: int = Field(
        default=1, ge=1, le=8, description="Sender processes that `up` starts; the rates below are divided among them."
    )
    burst_wait_s: float = Field(
        default=0.8, ge=0, le=10, description="How long to wait for more of a burst of short messages, seconds."
    )
    lease_s: float = Field(
        default=20, ge=2, le=600, description="How long a message or send belongs to one process, seconds."
    )
    turn_timeout_s: float = Field(default=30, ge=1, le=300, description="Longest time for one turn, seconds.")
    max_attempts: int = Field(default=3, ge=1, le=10, description="Attempts before a message is set aside.")
    reply_expires_s: int = Field(
        default=3_600, ge=60, le=86_400, description="Age at which an unsent reply is dropped, seconds."
    )
    resume_after_h: float = Field(
        default=12, ge=0.1, le=720, description='Silence after which "shall we go on?" is asked, hours.'
    )

    # --- how fast is sent, all senders together ---------------------------------------------------------------------
    telegram_rate: float = Field(default=30, gt=0, le=1_000, description="Messages a second to Telegram, at most.")
    whatsapp_rate: float = Field(
        default=80,
        gt=0,
        le=1_000,
        description="Messages a second to WhatsApp, at most; 20 where the phone app is used too.",
    )
    twilio_rate: float = Field(
        default=10, gt=0, le=1_000, description="Messages a second to Twilio for each of its senders, at most."
    )
    sms_rate: float = Field(
        default=5, gt=0, le=1_000, description="Messages a second to the SMS gateway, at most: as its contract says."
    )

    # --- files people send ------------------------------------------------------------------------------------------
    media_max_bytes: int = Field(
        default=20_000_000,
        ge=100_000,
        le=100_000_000,
        description="Largest photo, voice note or paper that is kept, bytes. Telegram gives out 20 MB at most.",
    )
    media_keep_days: int = Field(
        default=365, ge=1, le=3_650, description="How long files people sent are kept, days; then they are deleted."
    )

    # --- logs -------------------------------------------------------------------------------------------------------
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="json, console (coloured), or auto: console on a terminal, json elsewhere."
    )
    hash_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Key of the pseudonyms that stand for people in the logs, 16 characters or more. "
        "By default made at first start, in the home folder.",
    )

    # --- Telegram ---------------------------------------------------------------------------------------------------
    telegram_mode: Literal["off", "webhook", "polling"] = Field(
        default="off", description="How updates arrive: webhook (a server), polling (a laptop), off."
    )
    telegram_token: SecretStr | None = Field(
        default=None, min_length=5, description="The bot's token, as @BotFather gives it."
    )
    telegram_secret: WebhookSecret | None = Field(
        default=None,
        description="Secret that Telegram sends with each webhook: 1 to 256 letters, digits, _ and -.",
    )
    telegram_base_url: WebAddress = Field(
        default="https://api.telegram.org", description="Server of the Bot API; another one for tests."
    )

    # --- SMS by an HTTP gateway -------------------------------------------------------------------------------------
    sms_gateway: Literal["off", "kannel", "jasmin"] = Field(
        default="off", description="Make of the gateway, or the one most like it: kannel, jasmin, off."
    )
    sms_url: WebAddress | None = Field(
        default=None, description="Where the gateway takes messages, with the path: https://…/cgi-bin/sendsms, …/send."
    )
    sms_user: str | None = Field(default=None, min_length=1, description="Our account's name at the gateway.")
    sms_password: SecretStr | None = Field(
        default=None, min_length=1, description="Our account's password at the gateway."
    )
    sms_sender: str | None = Field(
        default=None, pattern=r"^\+?[0-9]{3,15}$", description="The short code or number that people write to."
    )
    sms_secret: WebhookSecret | None = Field(
        default=None,
        description="Secret that the gateway's requests carry: 1 to 256 letters, digits, _ and -. "
        "This, or the networks, or both.",
    )
    sms_networks: Networks | None = Field(
        default=None,
        description="Addresses or networks that the gateway's requests come from, a comma between them.",
    )
    sms_callback_url: WebAddress | None = Field(
        default=None, description="Address under which the gateway reaches us; by default MAALEM_PUBLIC_URL."
    )
    sms_changes: SmsChanges | None = Field(
        default=None,
        repr=False,
        description="What this gateway calls differently, as JSON: fields of runtime/sms_dialect.py.",
    )

    # --- Twilio -----------------------------------------------------------------------------------------------------
    twilio_account_sid: str | None = Field(
        default=None, pattern=r"^AC[0-9a-fA-F]{32}$", description="Twilio's account: AC and 32 hexadecimal digits."
    )
    twilio_auth_token: SecretStr | None = Field(
        default=None, min_length=8, description="The account's primary auth token: signs webhooks, opens the API."
    )
    twilio_webhook_keys: SecretStr | None = Field(
        default=None,
        min_length=8,
        description="Shared keys that sign webhooks instead of the token, where Twilio is set up so; "
        "with commas between.",
    )
    twilio_whatsapp_from: TwilioSender | None = Field(
        default=None,
        description="What WhatsApp by Twilio is sent from: a number, or a messaging service MG…. Switches it on.",
    )
    twilio_sms_from: SmsSender | None = Field(
        default=None,
        description="What SMS by Twilio is sent from: a number, MG…, or a name. Switches it on. One-way to Morocco.",
    )
    twilio_base_url: WebAddress = Field(
        default="https://api.twilio.com", description="Server of Twilio's API; another region, or one for tests."
    )
    twilio_typing: bool = Field(
        default=False, description="Show people on WhatsApp by Twilio that an answer is being written. In public beta."
    )
    twilio_reconcile_every_min: float = Field(
        default=10, ge=0, le=1440, description="How often to look for messages no webhook brought, minutes; 0 is never."
    )
    twilio_reconcile_hours: float = Field(
        default=24, ge=1, le=168, description="How far back to look for them after a start or a failure, hours."
    )

    # --- WhatsApp (Meta's Cloud API) --------------------------------------------------------------------------------
    whatsapp: bool = Field(default=False, description="Hear and answer WhatsApp by Meta's Cloud API.")
    whatsapp_number_id: str | None = Field(
        default=None, pattern=r"^[0-9]{5,30}$", description="Id of the telephone number at Meta: not the number itself."
    )
    whatsapp_token: SecretStr | None = Field(
        default=None, min_length=5, description="Access token of the system user, one that does not expire."
    )
    whatsapp_app_secret: SecretStr | None = Field(
        default=None, min_length=5, description="The app's secret: every webhook is signed with it."
    )
    whatsapp_verify_token: SecretStr | None = Field(
        default=None, min_length=5, description="Word of your own, typed into the app's dashboard beside the webhook."
    )
    whatsapp_base_url: WebAddress = Field(
        default="https://graph.facebook.com/v25.0", description="The Graph API with its version; another one for tests."
    )
    whatsapp_monthly_cap: int | None = Field(
        default=None,
        ge=0,
        description="Messages delivered in a month from which only answers are sent. By default there is no such end.",
    )

    # --- law 09-08 --------------------------------------------------------------------------------------------------
    consent_version: str = Field(
        default="1",
        pattern=r"^[A-Za-z0-9._-]{1,20}$",
        description="Version of the consent text, kept with each consent; change it whenever the text changes.",
    )
    controller_name: str | None = Field(
        default=None, max_length=120, description="The public body responsible for the data, as people are told it."
    )

    @model_validator(mode="after")
    def _telegram_is_whole(self) -> Settings:
        if self.telegram_mode != "off" and self.telegram_token is None:
            raise ValueError(f"MAALEM_TELEGRAM_TOKEN is needed for MAALEM_TELEGRAM_MODE={self.telegram_mode}")
        if self.telegram_mode == "webhook" and self.telegram_secret is None:
            raise ValueError("MAALEM_TELEGRAM_SECRET is needed for MAALEM_TELEGRAM_MODE=webhook")
        return self

    @model_validator(mode="after")
    def _sms_is_whole(self) -> Settings:
        if self.sms_gateway == "off":
            return self
        dialect = sms_dialect(self.sms_gateway, self.sms_changes)
        needed = {
            "MAALEM_SMS_URL": self.sms_url,
            "MAALEM_SMS_SENDER": self.sms_sender,
            "MAALEM_SMS_USER": self.sms_user or dialect.out_username is None,
            "MAALEM_SMS_PASSWORD": self.sms_password or dialect.out_password is None,
            "MAALEM_SMS_SECRET or MAALEM_SMS_NETWORKS": self.sms_secret or self.sms_networks,
            "MAALEM_PUBLIC_URL or MAALEM_SMS_CALLBACK_URL": self.sms_callback_url or self.public_url,
        }
        missing = [name for name, given in needed.items() if not given]
        if missing:
            raise ValueError(f"{'; '.join(missing)}: needed for MAALEM_SMS_GATEWAY={self.sms_gateway}")
        return self

    @model_validator(mode="after")
    def _twilio_is_whole(self) -> Settings:
        if self.twilio_whatsapp_from is None and self.twilio_sms_from is None:
            return self
        for name in ("twilio_account_sid", "twilio_auth_token", "public_url"):
            if getattr(self, name) is None:
                raise ValueError(f"{PREFIX}{name.upper()} is needed for WhatsApp or SMS by Twilio")
        return self

    @model_validator(mode="after")
    def _whatsapp_is_whole(self) -> Settings:
        needed = ("number_id", "token", "app_secret", "verify_token")
        missing = [name for name in needed if getattr(self, f"whatsapp_{name}") is None]
        if self.whatsapp and missing:
            names = " and ".join(f"{PREFIX}WHATSAPP_{name.upper()}" for name in missing)
            raise ValueError(f"{names} must be set for {PREFIX}WHATSAPP=1")
        return self


def variable_names() -> dict[str, str]:
    """Variable → description, in the order of `Settings`: what `.env.example` and the operations page must list."""
    return {PREFIX + name.upper(): field.description or "" for name, field in Settings.model_fields.items()}


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings: what the caller gives, then the environment, then `.env`, then the defaults.

    Args:
        environment: Only used to find misspelt variables and the settings file; by default the process's own.
        overrides: Fields by name, as a command line gives them (`port=8001`); None means not given.

    Raises:
        SettingsError: With every problem at once: a misspelt variable, a value out of bounds, an unreadable file.
    """
    environment = os.environ if environment is None else environment
    env_file = in_project(Path(environment.get(ENV_FILE_VARIABLE) or ".env"))
    problems = [_unknown(name, "the environment") for name in sorted(environment) if _is_misspelt(name)]
    try:
        written = dotenv_values(env_file, encoding="utf-8") if env_file.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([*problems, f"{env_file} cannot be read: {type(error).__name__}"]) from None
    known = variable_names()
    problems += [_unknown(name, str(env_file)) for name in written if name.upper() not in known]
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(_env_file=env_file, **given)
    except ValidationError as error:
        problems += [_sentence(one["loc"], one["type"], one["msg"]) for one in error.errors(include_input=False)]
        settings = None
    problems = [problem for problem in problems if problem]
    if problems or settings is None:
        # No cause: pydantic's own message would show the refused values, secrets among them.
        raise SettingsError(problems) from None
    return settings


def _is_misspelt(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(PREFIX) and upper != ENV_FILE_VARIABLE and upper not in variable_names()


def _unknown(name: str, where: str) -> str:
    fields = [field.upper() for field in Settings.model_fields]
    near = get_close_matches(name.upper().removeprefix(PREFIX), fields, n=2, cutoff=0.7)
    meant = " or ".join(PREFIX + field for field in near)
    hint = f"did you mean {meant}?" if near else "every setting stands in .env.example"
    return f"{name} in {where} is not a setting: {hint}"


def _sentence(place: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return ""  # told by `_unknown`, with the near misses
    message = message.removeprefix("Value error, ").replace("Input should", "should")
    if not place:
        return message
    name = str(place[0])
    field = Settings.model_fields.get(name)
    return f"{PREFIX}{name.upper()} {message} ({field.description if field else ''})"
