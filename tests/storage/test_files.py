"""Files beside the database: whole or not there, unknown by name, closed to others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from storage.files import FOLDER, KEY, Files, new_key


def test_a_file_is_found_by_its_key_and_goes_when_told(tmp_path: Path) -> None:
    """Kept, replaced, read, removed; removing twice is no harm."""
    files, key = Files(tmp_path), new_key()
    files.put(b"one", key)
    files.put(b"two", key)
    assert files.read(key) == b"two"
    files.remove(key)
    files.remove(key)
    with pytest.raises(FileNotFoundError):
        files.read(key)


def test_keys_tell_nothing_and_differ() -> None:
    """Random, always of one shape."""
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(KEY.fullmatch(key) for key in keys)


def test_nobody_else_can_read_them_and_nothing_can_be_run(tmp_path: Path) -> None:
    """Owner alone, without permission to execute, whatever the machine's habit is."""
    before = os.umask(0)
    try:
        Files(tmp_path).put(b"#!/bin/sh", "ab" * 16)
    finally:
        os.umask(before)
    path = tmp_path / FOLDER / "ab" / ("ab" * 16)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "key", ["", "../../maalem.db", "AB" * 16, "ab" * 15, "ab" * 17, "/etc/passwd", "ab" * 16 + "\n"]
)
def test_nothing_but_a_key_leads_to_a_file(tmp_path: Path, key: str) -> None:
    """No path can be made of what somebody wrote."""
    files = Files(tmp_path)
    for use in (files.read, files.remove, lambda given: files.put(b"", given)):
        with pytest.raises(ValueError, match="key"):
            use(key)


def test_a_write_that_fails_leaves_the_file_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, a crash: never half a file, and nothing beside it."""
    files, key = Files(tmp_path), new_key()
    files.put(b"one", key)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        files.put(b"two", key)
    assert files.read(key) == b"one"
    assert len(list((tmp_path / FOLDER / key[:2]).iterdir())) == 1


def test_what_a_crash_left_half_written_goes_with_the_file(tmp_path: Path) -> None:
    """Removing a key removes every trace of it."""
    files, key = Files(tmp_path), new_key()
    files.put(b"one", key)
    folder = tmp_path / FOLDER / key[:2]
    (folder / f"{key}.0badcafe").write_bytes(b"tw")
    files.remove(key)
    assert list(folder.iterdir()) == []
