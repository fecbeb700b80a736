"""Keeps the bot's token out of the logs: httpx and python-telegram-bot write request addresses, which contain it."""

from __future__ import annotations

import logging
from typing import Final

LOGGERS: Final = ("httpx", "httpcore", "telegram.Bot", "telegram.request.BaseRequest", "telegram.request.HTTPXRequest")
"""Where addresses or parameters of requests are logged, at DEBUG or INFO."""
SHOWN: Final = "[token]"


class TokenFilter(logging.Filter):
    """Replaces a token in whatever is logged.

    Args:
        token: The secret; everything logged that contains it is written with `SHOWN` instead.
    """

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the token."""
        said = record.getMessage()
        if self._token in said:
            record.msg, record.args = said.replace(self._token, SHOWN), None
        return True

    def install(self) -> None:
        """Watch the loggers; twice is once."""
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)

    def remove(self) -> None:
        """Leave the loggers as they were."""
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self)
