"""A copy of the catalogs in which tests may plant faults."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from i18n.catalog import CATALOGS, catalog_path
from i18n.languages import LANGUAGES

Replace = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The four catalogs, copied."""
    return Path(shutil.copytree(CATALOGS, tmp_path / "catalogs"))


@pytest.fixture
def replace(folder: Path) -> Replace:
    """Puts other words into a copied catalog: language, old, new. The old ones must stand there once."""

    def _replace(language: str, old: str, new: str) -> None:
        path = catalog_path(LANGUAGES[language], folder)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return _replace
