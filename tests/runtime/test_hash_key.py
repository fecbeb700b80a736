"""The key of the pseudonyms: made once, the same for all, readable by its owner alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.hash_key import FILE_NAME, with_hash_key
from runtime.settings import PROJECT, load_settings


def _key(home: Path) -> str:
    key = with_hash_key(load_settings(home=home)).hash_key
    assert key is not None
    return key.get_secret_value()


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """Pseudonyms stay the same after a restart."""
    first = _key(tmp_path / "home")
    assert len(first) == 64
    assert _key(tmp_path / "home") == first
    assert [path.name for path in (tmp_path / "home").iterdir()] == [FILE_NAME]


def test_only_the_owner_reads_the_key(tmp_path: Path) -> None:
    """Whoever has the key can tell who a pseudonym is."""
    _key(tmp_path)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_key_of_the_settings_goes_first(tmp_path: Path) -> None:
    """Several machines share one key by setting it; then nothing is written."""
    settings = load_settings(home=tmp_path, hash_key="a key for all machines")
    assert with_hash_key(settings) is settings
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    """A race leaves one key, not two."""
    program = (
        "import sys; from pathlib import Path; from runtime.hash_key import with_hash_key;"
        "from runtime.settings import load_settings;"
        "print(with_hash_key(load_settings(home=Path(sys.argv[1]))).hash_key.get_secret_value())"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {racer.communicate(timeout=60)[0].strip() for racer in racers}
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_home_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """Without a key the bot does not start and log people in the clear."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OSError, match="Not a directory"):
        _key(tmp_path / "file" / "home")
