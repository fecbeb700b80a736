"""TensorFlow, and what a lean process leaves out: quiet to import, loud to use."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.policies.ted_policy import TEDPolicy
from rasa.core.policies.unexpected_intent_policy import UnexpecTEDIntentPolicy
from rasa.engine import validation
from rasa.engine.exceptions import GraphSchemaValidationException
from rasa.engine.graph import SchemaNode
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.nlu.classifiers.keyword_intent_classifier import KeywordIntentClassifier
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.selectors.response_selector import ResponseSelector
from rasa.utils.tensorflow import layers, models

from bot.engine.rasa_compat import TensorFlowAbsent

tf: Any = import_module("tensorflow")  # answered for by install(), in conftest.py
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda: tf.random.set_seed(1), "tensorflow.random.set_seed"),
        (lambda: tf.keras.layers.Dense(5), "tensorflow.keras.layers.Dense"),
        (lambda: tf.config.list_physical_devices("GPU"), "tensorflow.config.list_physical_devices"),
        (models.RasaModel, "rasa.utils.tensorflow.models.RasaModel"),
        (lambda: layers.SparseDropout(0.5), "rasa.utils.tensorflow.layers.SparseDropout"),
        (lambda: tf.function(1, 2), "tensorflow.function"),
    ],
)
def test_using_tensorflow_names_what_was_used(use: Any, name: str) -> None:
    """Calling or instantiating, also through a class of Rasa's, raises and says what to do."""
    with pytest.raises(TensorFlowAbsent, match=r"config\.yml") as error:
        use()
    assert error.value.name == name


def test_mentioning_tensorflow_is_quiet() -> None:
    """Annotations, subclasses and decorators, as they stand in Rasa's modules."""

    class Model(tf.keras.Model):  # type: ignore[misc]
        kind: tf.Tensor | None = None

        @tf.function  # type: ignore[untyped-decorator]
        def call(self) -> int:
            return 1

        @tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
        def again(self) -> dict[str, tf.Tensor[int]]:
            return {}

    assert Model.call(None) == 1
    assert Model.again(None) == {}


@pytest.mark.parametrize("attribute", ["__path_", "__wrapped__", "__array__"])
def test_no_protocol_is_pretended(attribute: str) -> None:
    """Libraries that feel for special names find none."""
    assert not hasattr(tf.Tensor, attribute)
    assert not hasattr(tf, "__wrapped__")


@pytest.mark.parametrize("component", [DIETClassifier, TEDPolicy, UnexpecTEDIntentPolicy, ResponseSelector])
@pytest.mark.usefixtures("processor")
def test_a_configuration_with_a_tensorflow_component_is_refused_by_name(component: Any) -> None:
    """Rasa's own check of config.yml names the component, before anything is trained."""
    node = SchemaNode(needs={}, uses=component, constructor_name="create", fn="process", config={})
    with pytest.raises(GraphSchemaValidationException, match=f"{component.__name__} needs TensorFlow"):
        validation._validate_required_packages(node)


@pytest.mark.parametrize("component", [KeywordIntentClassifier, LogisticRegressionClassifier, RulePolicy])
@pytest.mark.usefixtures("processor")
def test_a_configuration_without_tensorflow_is_accepted(component: Any) -> None:
    """Components that only stand in the neighbourhood of TensorFlow's pass."""
    validation._validate_required_packages(
        SchemaNode(needs={}, uses=component, constructor_name="create", fn="process", config={})
    )


LEAN = """
from bot.engine.rasa_compat import install
install(lean=True)
from bot.engine.rasa_compat.left_out import LeftOut
from bot.engine.rasa_compat.processor import load
from rasa.core.channels import CollectingOutputChannel, UserMessage, console
from rasa.core.channels.rest import RestInput
from rasa.core.tracker_store import InMemoryTrackerStore
import sys
unwanted = {"aiogram", "slack_sdk", "pymongo", "boto3", "matplotlib", "prompt_toolkit", "socketio"} & set(sys.modules)
assert not unwanted, unwanted
CollectingOutputChannel(), RestInput()
for use in (lambda: InMemoryTrackerStore(None), lambda: console.record_messages()):
    try:
        use()
    except LeftOut as error:
        assert "left_out.py" in str(error)
    else:
        raise AssertionError
import aiogram, pymongo  # everyone else's stay what they are
aiogram.types, pymongo.MongoClient
"""


def test_a_lean_process_has_no_connectors_and_says_so() -> None:
    """Connectors, stores and plots are not imported, raise when used, and their packages stay untouched."""
    subprocess.run([sys.executable, "-W", "error", "-c", LEAN], cwd=ROOT, check=True)
