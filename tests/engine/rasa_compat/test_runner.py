"""The graph gives the same in plain order as through dask."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.rasa_compat.environment import known_warnings_ignored
from bot.engine.rasa_compat.processor import StrictProcessor
from bot.engine.rasa_compat.runner import SequentialRunner


def inputs(text: str, processor: StrictProcessor) -> dict[str, Any]:
    """What both runners are given."""
    tracker = DialogueStateTracker.from_events("1", [], processor.domain.slots)
    return {PLACEHOLDER_MESSAGE: [UserMessage(text, message_id="1")], PLACEHOLDER_TRACKER: tracker}


@pytest.mark.parametrize("text", ["enroll", "whichprice please", "", "/enroll"])
def test_results_are_dasks(model_path: Path, processor: StrictProcessor, text: str) -> None:
    """Understanding and prediction come out the same."""
    with tempfile.TemporaryDirectory() as folder, known_warnings_ignored():
        metadata, dask = load_predict_graph_runner(Path(folder), model_path, LocalModelStorage, DaskGraphRunner)
    theirs, mine = (
        runner.run(inputs(text, processor), [metadata.nlu_target, metadata.core_target])
        for runner in (dask, processor.graph_runner)
    )
    nlu, core = metadata.nlu_target, metadata.core_target
    assert mine[nlu][0].as_dict() == theirs[nlu][0].as_dict()
    assert mine[core].probabilities == theirs[core].probabilities


def test_a_missing_input_is_an_error(processor: StrictProcessor) -> None:
    """A node is never run with less than it needs."""
    with pytest.raises(GraphRunError, match=PLACEHOLDER_MESSAGE):
        processor.graph_runner.run({}, [processor.model_metadata.nlu_target])


def test_an_input_may_not_hide_a_node(processor: StrictProcessor) -> None:
    """A name that is a node's is refused as an input."""
    target = processor.model_metadata.nlu_target
    with pytest.raises(GraphRunError, match="name of a node"):
        processor.graph_runner.run({target: 1}, [target])


def test_a_component_that_raises_is_named(processor: StrictProcessor) -> None:
    """What broke inside a component comes out as Rasa's exception for it, with the cause."""
    with pytest.raises(GraphComponentException, match="nlu_message_converter") as error:
        processor.graph_runner.run({**inputs("x", processor), PLACEHOLDER_MESSAGE: [5]}, [processor._nlu_target])
    assert isinstance(error.value.__cause__, AttributeError)


def test_the_plan_is_made_once(processor: StrictProcessor) -> None:
    """A second run for the same targets finds its plan."""
    runner: SequentialRunner = processor.graph_runner
    runner.run(inputs("x", processor), [processor._nlu_target])
    plan = runner._plans[(processor._nlu_target,)]
    runner.run(inputs("x", processor), [processor._nlu_target])
    assert runner._plans[(processor._nlu_target,)] is plan
