"""Training on a small project: what whoever waits for it hears."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import pytest

from bot.engine import rasa_compat, training
from bot.engine.rasa_compat.environment import known_warnings_ignored
from runtime.settings import load_settings

rasa_compat.install()

FILES: Final = {
    "config.yml": """
recipe: default.v1
assistant_id: tests
language: fr
pipeline:
  - name: bot.nlu.forms.FormIdentifier
  - name: bot.nlu.intents.FoldedIntentClassifier
policies:
  - name: RulePolicy
""",
    "domain.yml": """
version: "3.1"
intents: [greet, thanks]
responses: {utter_hello: [{text: hello}]}
""",
    "data/rules.yml": """
version: "3.1"
rules:
- rule: greeting
  steps: [{intent: greet}, {action: utter_hello}]
""",
    "data/nlu.yml": """
version: "3.1"
nlu:
- intent: greet
  metadata: {form: fr}
  examples: |
    - bonjour monsieur
    - bonjour madame
- intent: thanks
  metadata: {form: ary-Latn}
  examples: |
    - chokran bzaf khoya
    - chokran bzaf
""",
}


def test_each_stage_is_told_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being done and how much of it is done, in order; the log is left as it was found."""
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.setattr(training, "PROJECT", tmp_path / "project")
    monkeypatch.chdir(tmp_path)  # Rasa keeps a cache where it runs
    told: list[str] = []
    with known_warnings_ignored():
        model = training.train(load_settings(home=tmp_path, model_dir=tmp_path / "models"), told.append)
    assert model.is_file()
    assert told[:2] == ["Reading the training data …", "Learning how people write: 0 of 4 examples read"]
    assert told[3] == "Learning what people mean: 0 of 4 examples read"
    assert "clues for 2 answers are weighed" in told[4]
    assert told[-1].startswith(f"Model ready: {model.name}")
    log = logging.getLogger(training.LEARNING)
    assert (log.handlers, log.level) == ([], logging.NOTSET)
