"""A very small training set, and components trained on it through Rasa's own storage."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

import pytest

from bot.engine import rasa_compat

rasa_compat.install()

from bot.nlu.measuring.pipeline import Bench  # noqa: E402 - Rasa only after install()

YAML: Final = Path(__file__).with_name("tiny.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def training_data() -> Any:
    """The small set, read by Rasa's own reader."""
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader  # noqa: PLC0415 - after install()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Rasa's schema library is old: pkg_resources, load_module
        return RasaYAMLReader().reads(YAML)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Storage of its own for each test."""
    return Bench.at(tmp_path)


@pytest.fixture(scope="session")
def session_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Storage for components that tests only read."""
    return Bench.at(tmp_path_factory.mktemp("components"))
