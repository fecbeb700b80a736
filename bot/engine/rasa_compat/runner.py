"""Run Rasa's graph in plain Python, in the order of its nodes, instead of through dask's scheduler.

dask builds and walks a task graph anew for every run, three runs or more a turn. The components are called one after
the other in both. To undo: give `DaskGraphRunner` to the loader in `processor.py`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

from bot.engine.rasa_compat.policy import FastRulePolicy


class SequentialRunner(GraphRunner):
    """Runs a predict graph; the plan for a set of targets is made once.

    `RulePolicy` is loaded as `FastRulePolicy`, so that config.yml names Rasa's own and Rasa's training and validation
    see nothing unusual.
    """

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        self.schema = schema
        self._nodes = nodes
        self._plans: dict[tuple[str, ...], list[tuple[str, GraphNode, tuple[str, ...]]]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> SequentialRunner:
        """Load every component of the graph.

        Args:
            graph_schema: The graph to run.
            model_storage: Where components find what they learnt.
            execution_context: Passed to every component.
            hooks: Called before and after each node.
        """
        nodes = {
            name: GraphNode.from_schema_node(
                name,
                dataclasses.replace(node, uses=FastRulePolicy) if node.uses is RulePolicy else node,
                model_storage,
                execution_context,
                hooks,
            )
            for name, node in graph_schema.nodes.items()
        }
        return cls(graph_schema, nodes)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what the targets need.

        Args:
            inputs: Values by placeholder name.
            targets: Nodes whose output is wanted; the schema's own targets if not given.

        Returns:
            Output by target.

        Raises:
            GraphRunError: An input has the name of a node, or a node needs an input that was not given.
            rasa.engine.exceptions.GraphComponentException: A component raised; the cause is chained.
        """
        wanted = tuple(targets or self.schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted)
        outputs = {name: (name, value) for name, value in (inputs or {}).items()}
        if not self._nodes.keys().isdisjoint(outputs):
            raise GraphRunError("An input has the name of a node of the graph.")
        for name, node, needs in plan:
            try:
                given = [outputs[need] for need in needs]
            except KeyError as missing:
                raise GraphRunError(f"Node {name!r} needs the input {missing}.") from None
            outputs[name] = node(*given)
        return {name: outputs[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> list[tuple[str, GraphNode, tuple[str, ...]]]:
        nodes = self.schema.minimal_graph_schema(list(targets)).nodes
        plan: dict[str, tuple[str, GraphNode, tuple[str, ...]]] = {}

        def visit(name: str) -> None:
            if name in plan or name not in nodes:
                return
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                visit(need)
            plan[name] = (name, self._nodes[name], needs)

        for name in nodes:
            visit(name)
        return list(plan.values())
