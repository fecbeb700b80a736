"""The pipeline of config.yml as plain components, without Rasa's graph: to train on any examples and to measure."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import class_from_module_path

from bot.nlu.fallback import Fallback
from bot.nlu.fitting import NothingToLearnError
from bot.nlu.intents import FoldedIntentClassifier
from bot.nlu.measuring.examples import Example, training_data
from runtime.settings import PROJECT

CONFIG: Final = PROJECT / "config.yml"


class NotAModel(ValueError):
    """A file is no model that this version of the components can read; the message names it."""


class Bench:
    """Components made, trained and read back through Rasa's model storage.

    Args:
        storage: Where they keep what they learn; each under its own class's name.
    """

    def __init__(self, storage: ModelStorage) -> None:
        self._storage = storage
        self._context = ExecutionContext(GraphSchema({}), node_name="bench")

    @classmethod
    def at(cls, folder: Path) -> Self:
        """A bench that stores in an existing folder."""
        return cls(LocalModelStorage.create(folder))

    def create(self, component: Any, **config: Any) -> Any:
        """An untrained component."""
        return component.create(config, self._storage, Resource(component.__name__), self._context)

    def load(self, component: Any, resource: str = "", **config: Any) -> Any:
        """The component as a new process would load it.

        Args:
            component: Its class.
            resource: What it is stored under, if not its class's name.
            config: As in config.yml.
        """
        return component.load(config, self._storage, Resource(resource or component.__name__), self._context)

    def train(self, component: Any, examples: TrainingData, **config: Any) -> Any:
        """Train a component, then load it from what it stored."""
        self.create(component, **config).train(examples)
        return self.load(component, **config)


class Pipeline:
    """Trained components in their order.

    Attributes:
        classifier: The component that decides on intents.
        fallback: The component that admits to not being sure.
    """

    def __init__(self, components: Sequence[Any]) -> None:
        self._components = tuple(components)
        of_kind = {type(component): component for component in components}
        self.classifier: FoldedIntentClassifier = of_kind[FoldedIntentClassifier]
        self.fallback: Fallback = of_kind[Fallback]

    @classmethod
    def train(cls, examples: Sequence[Example], folder: Path) -> Self:
        """Train the pipeline of config.yml on any examples, of any intents.

        A component other than the intent classifier that finds nothing to learn is left out: where all is written in
        one form, nothing tells forms apart.

        Args:
            examples: Of two intents or more.
            folder: Exists and is empty; what is learnt is stored there.

        Raises:
            NothingToLearnError: The examples do not tell two intents apart.
        """
        bench, data = Bench.at(folder), training_data(examples)
        components = []
        for config in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["pipeline"]:
            component = class_from_module_path(config.pop("name"))
            if not hasattr(component, "train"):
                components.append(bench.create(component, **config))
                continue
            try:
                components.append(bench.train(component, data, **config))
            except NothingToLearnError:
                if component is FoldedIntentClassifier:
                    raise
        return cls(components)

    @classmethod
    def load(cls, archive: Path) -> Self:
        """Read the pipeline of a trained model.

        Args:
            archive: As `maalem train` writes it.

        Raises:
            NotAModel: It is not there, not a model, or one of other components than today's.
        """
        try:
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Rasa warns of every domain whose slots it does not fill itself
                storage, metadata = LocalModelStorage.from_model_archive(Path(folder), archive)
                bench = Bench(storage)
                return cls(
                    [
                        bench.load(node.uses, node.resource.name if node.resource else "", **node.config)
                        for node in metadata.predict_schema.nodes.values()
                        if node.fn == "process" and node.needs.keys() == {"messages"}  # Rasa's own need more
                    ]
                )
        except Exception as error:
            why = "no such file" if not archive.exists() else f"not a model of this version ({type(error).__name__})"
            raise NotAModel(f"{archive}: {why}") from error

    def parse(self, text: str) -> dict[str, Any]:
        """Everything the pipeline puts out on a text: text, language, intent, intent_ranking, entities."""
        messages = [Message({"text": text}, output_properties={"text"})]
        for component in self._components:
            messages = component.process(messages)
        parsed: dict[str, Any] = messages[0].as_dict(True)  # noqa: FBT003 - Rasa's signature
        return parsed

    def guess(self, text: str) -> tuple[str, float]:
        """The likeliest intent and its probability (0…1; 0 where nothing is known), whatever gate and fallback say."""
        model = self.classifier.model
        chances, known = model.probabilities(text)
        best = int(np.argmax(chances))
        return model.classes[best], float(chances[best]) if known else 0.0
