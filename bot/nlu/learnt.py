"""What the trained components share: a linear model that is fitted, stored with Rasa's model, and read back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from bot.nlu.fitting import Fitted, fit
from bot.nlu.linear import LinearModel
from bot.nlu.views import Look

log = logging.getLogger(__name__)


class Learnt(GraphComponent):
    """A component around one linear model."""

    look: ClassVar[Look]
    """How it looks at texts."""
    learns: ClassVar[str]
    """What it learns, for whoever watches the training."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @property
    def model(self) -> LinearModel:
        """What it has learnt.

        Raises:
            ValueError: Nothing yet.
        """
        if self._model is None:
            raise ValueError(f"{type(self).__name__} is not trained")
        return self._model

    @staticmethod
    def required_packages() -> list[str]:
        """What Rasa checks for before training."""
        return ["sklearn", "scipy"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """Make an untrained component."""
        del execution_context
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        """Read a trained component.

        Raises:
            ValueError: The model holds none, or not a whole one: training it again is the way out.
        """
        del execution_context, kwargs
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder, cls.look))

    def learn(self, texts: Sequence[str], labels: Sequence[str]) -> Fitted:
        """Fit a model to examples, and tell the log of this module how far it is.

        Raises:
            NothingToLearnError: Fewer than two different labels, or no term in any text.
        """
        return fit(
            texts,
            labels,
            self.look,
            strength=self._config["strength"],
            rarest=self._config["rarest"],
            report=lambda words: log.info("Learning %s: %s", self.learns, words),
        )

    def store(self, model: LinearModel) -> Resource:
        """Take a model for one's own and write it into Rasa's."""
        self._model = model
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
        return self._resource
