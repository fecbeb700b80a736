"""The key that turns people into pseudonyms in the logs: made once, kept in the home folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from runtime.settings import Settings

FILE_NAME: Final = "hash.key"
KEY_BYTES: Final = 32
"""As long as what SHA-256 gives, bytes. Source: RFC 2104 section 3."""


def with_hash_key(settings: Settings) -> Settings:
    """Give settings that have a `hash_key`: as set, else from the home folder, else made now and written there.

    Safe to call from several processes at once: all get the same key. The file can be read by its owner alone.

    Raises:
        OSError: The home folder cannot be written.
    """
    if settings.hash_key is not None:
        return settings
    path = settings.home / FILE_NAME
    if not path.is_file():
        _write_once(path)
    return settings.model_copy(update={"hash_key": SecretStr(path.read_text(encoding="ascii").strip())})


def _write_once(path: Path) -> None:
    """Write a fresh key whole or not at all: a link is made only where no other process was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
