"""Files beside the database: photos, voice notes and papers of people, and what is sent to them.

A file is known by a random key alone: neither its name nor its place tells whose it is, and nothing a person wrote
becomes part of a path. It is data and nothing else: without permission to run, and never opened by us.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

FOLDER: Final = "files"
"""Inside the home folder. Where several machines share the work, one folder they all see."""
KEY: Final = re.compile(r"[0-9a-f]{32}")
OWNER_ONLY: Final = 0o600
OWNER_ONLY_FOLDER: Final = 0o700


def new_key() -> str:
    """A key nobody can guess: 32 hexadecimal digits."""
    return secrets.token_hex(16)


class Files:
    """The files of one home folder.

    Args:
        home: The bot's home folder; the folder inside is made when the first file comes.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def put(self, content: bytes, key: str) -> None:
        """Keep a file: whole and on disk when this returns, or not there at all. A second time replaces the first.

        Raises:
            OSError: The disk is full, or the folder cannot be written.
            ValueError: This is no key.
        """
        path = self._path(key)
        self._folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        path.parent.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
        unfinished = path.with_name(f"{key}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        for folder in (path.parent, self._folder):  # a new name is on disk only when its folder is
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def read(self, key: str) -> bytes:
        """What a key stands for.

        Raises:
            FileNotFoundError: Nothing (any more).
            OSError: It cannot be read.
            ValueError: This is no key.
        """
        return self._path(key).read_bytes()

    def remove(self, key: str) -> None:
        """Let a file go, with what a crash left of an earlier attempt to write it; if it is gone already, all is well.

        Raises:
            OSError: The folder cannot be written.
            ValueError: This is no key.
        """
        path = self._path(key)
        path.unlink(missing_ok=True)
        for unfinished in path.parent.glob(f"{key}.*"):
            unfinished.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("not a key of a file")
        return self._folder / key[:2] / key
