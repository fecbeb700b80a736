"""A very small training set, and components trained on it through Rasa's own storage."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

import pytest

from bot.engine import rasa_compat

rasa_compat.install()

from bot.nlu.pipeline import Bench  # noqa: E402 - Rasa only after install()

YAML: Final = """
version: "3.1"
nlu:
- intent: greet
  metadata: {form: ary}
  examples: |
    - السلام عليكم
    - صباح الخير خويا
    - سلام لاباس
- intent: greet
  metadata: {form: ary-Latn}
  examples: |
    - salam cv
    - sba7 lkhir khouya
- intent: greet
  metadata: {form: fr}
  examples: |
    - bonjour monsieur
    - bonsoir
    - salut ça va
- intent: greet
  metadata: {form: ar}
  examples: |
    - مرحبا بكم
    - تحية طيبة وبعد
- intent: enroll
  metadata: {form: ary}
  examples: |
    - بغيت نتسجل فالبرنامج
    - كيفاش نتقيد معاكم
- intent: enroll
  metadata: {form: ary-Latn}
  examples: |
    - bghit ntsjel f lbarnamaj
    - kifach nt9iyed m3akom
- intent: enroll
  metadata: {form: fr}
  examples: |
    - je veux m'inscrire au programme
    - comment faire mon inscription
- intent: enroll
  metadata: {form: ar}
  examples: |
    - أريد التسجيل في البرنامج
    - كيف يمكنني أن أسجل تعاونيتي
- intent: inform
  metadata: {form: fr}
  examples: |
    - 0600000000
    - je travaille à Fès depuis 12 ans
- intent: inform
  metadata: {form: ary}
  examples: |
    - كنخدم ففاس هادي 12 عام
    - أنا معلم زلايجي
- intent: inform
  metadata: {form: ar}
  examples: |
    - أعمل في مدينة فاس منذ سنوات
    - مهنتي هي النجارة
"""


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
