"""Find the learnt rules that fit a conversation, without looking at every rule for every state.

Rasa decodes each rule from JSON and compares all of them with each state, three times a turn. Here rules are compiled
once and looked up by the action that came last, which every rule that fits must name. The conditions are those of
`RulePolicy._is_rule_applicable` and `RulePolicy._does_rule_match_state`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET
from rasa.shared.nlu.constants import ACTION_NAME

State = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _RuleState:
    """One state of a rule.

    Attributes:
        starts: The rule says that nothing was done before: the beginning of a conversation.
        equal: (part of the state, feature, value) that must be so.
        unset: (part of the state, feature) that must be empty.
    """

    starts: bool
    equal: tuple[tuple[str, str, Any], ...]
    unset: tuple[tuple[str, str], ...]

    def fits(self, state: State) -> bool:
        """Whether a conversation's state is as this rule wants it."""
        begins = not state.get(PREVIOUS_ACTION)
        if self.starts or begins:
            return self.starts and begins
        for part, feature, value in self.equal:
            if state.get(part, {}).get(feature) != value:
                return False
        for part, feature in self.unset:
            found = state.get(part, {}).get(feature)
            if found and found != SHOULD_NOT_BE_SET:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Rule:
    """A learnt rule.

    Attributes:
        key: As Rasa stores it: the JSON text of its states.
        answer: What is stored under the key: an action, or a condition of a loop's unhappy path.
        loop: The active loop the rule itself demands in its last state, if any.
    """

    key: str
    answer: str
    loop: str | None
    states: tuple[_RuleState, ...]  # the last one first

    def fits(self, states: Sequence[State]) -> bool:
        """Whether the conversation's states, the first one first, end as this rule says."""
        return all(mine.fits(theirs) for mine, theirs in zip(self.states, reversed(states), strict=False))


class RuleIndex:
    """Learnt rules by the action that came last.

    Args:
        lookup: One of the tables that `RulePolicy` learns: answer by key.
    """

    def __init__(self, lookup: Mapping[str, str]) -> None:
        self._by_last_action: defaultdict[str | None, list[Rule]] = defaultdict(list)
        for key, answer in lookup.items():
            states = json.loads(key)
            last = states[-1]
            loop = (last.get("active_loop") or {}).get("name")
            rule = Rule(
                key, answer, None if loop == SHOULD_NOT_BE_SET else loop, tuple(map(_compiled, reversed(states)))
            )
            self._by_last_action[(last.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)].append(rule)

    def fitting(self, states: Sequence[State]) -> list[Rule]:
        """All rules that fit, in the order in which they were learnt within one last action.

        Args:
            states: The conversation's states, at least one, the first one first.
        """
        last = (states[-1].get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
        found = [rule for rule in self._by_last_action.get(last, ()) if rule.fits(states)]
        if last is not None:  # rules whose last action has a text in place of a name
            found += [rule for rule in self._by_last_action.get(None, ()) if rule.fits(states)]
        return found


def _compiled(state: State) -> _RuleState:
    equal: list[tuple[str, str, Any]] = []
    unset: list[tuple[str, str]] = []
    for part, features in state.items():
        for feature, stored in features.items():
            value = tuple(stored) if isinstance(stored, list) else stored  # JSON has no tuples
            if value == SHOULD_NOT_BE_SET:
                unset.append((part, feature))
            elif value:
                equal.append((part, feature, value))
    return _RuleState(not state.get(PREVIOUS_ACTION), tuple(equal), tuple(unset))
