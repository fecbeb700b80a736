"""Domain, rules and examples read once for a training, not once for each part of Rasa that asks for them.

Rasa wraps the reader of files in three more, to add what end-to-end stories and retrieval intents would bring (we have
neither). Each copies all examples several times over, and what was read is remembered by how it was asked for: 47,000
examples were read three times and copied nine times, 40 s of processor time.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data import loading
from rasa.shared.nlu.training_data.training_data import TrainingData

_ANY_LANGUAGE: Final = "any"
"""Rasa's reader wants one, and does nothing with it."""


class ReadOnce(RasaFileImporter):
    """The files of a project, each read once; what is given out is shared and must not be changed."""

    def __init__(
        self, config_path: str | None = None, domain_path: str | None = None, data_paths: list[str] | None = None
    ) -> None:
        super().__init__(config_path, domain_path, data_paths)
        self._domain = functools.cache(super().get_domain)
        self._stories = functools.cache(super().get_stories)
        self._examples = functools.cache(self._read_examples)

    def get_domain(self) -> Domain:
        """Give the domain."""
        return self._domain()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Give rules and stories."""
        return self._stories(exclusion_percentage)

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        """Give all examples; files are of no single language."""
        del language
        return self._examples()

    def _read_examples(self) -> TrainingData:
        """All files together; the examples themselves are left out of Rasa's merging, which copies each."""
        files = [loading.load_data(file, _ANY_LANGUAGE) for file in self._nlu_files]
        examples = [example for file in files for example in file.training_examples]
        for file in files:
            file.training_examples = []
        whole = TrainingData().merge(*files)
        whole.training_examples = examples
        return whole


def read_once(
    config: dict[str, Any] | None = None,
    config_path: str | None = None,
    domain_path: str | None = None,
    training_data_paths: list[str] | None = None,
    args: dict[str, Any] | None = None,
) -> ReadOnce:
    """Stand in for `TrainingDataImporter.load_from_dict`; `importers` of the configuration are not looked at."""
    del config, args
    return ReadOnce(config_path, domain_path, training_data_paths)
