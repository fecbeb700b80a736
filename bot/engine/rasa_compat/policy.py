"""The rule policy without its repetitions: the same predictions, a tenth of the time.

Rasa's `RulePolicy` rebuilds the conversation's states twice for a prediction, copies them for a debug log that nobody
reads, compares every learnt rule with every state, and does so even where an active form decides alone. Tests hold the
two against each other. `runner.py` puts this class in the place of `RulePolicy` when a model is loaded; config.yml
keeps naming `RulePolicy`, and Rasa trains with its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import (
    DO_NOT_PREDICT_LOOP_ACTION,
    LOOP_WAS_INTERRUPTED,
    RULES,
    RULES_FOR_LOOP_UNHAPPY_PATH,
    RULES_NOT_IN_STORIES,
    RulePolicy,
)
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, ENTITIES, INTENT, TEXT

from bot.engine.rasa_compat.rules import RuleIndex

_States = list[dict[str, dict[str, Any]]]


class _Found(NamedTuple):
    action: str | None
    source: str | None
    back_to_loop: bool


class FastRulePolicy(RulePolicy):
    """`RulePolicy` for a trained model.

    Where two rules of the same length fit, Rasa takes whichever its set of rules yields first, which differs from
    process to process; this takes the one learnt first. Training is Rasa's own.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rules = RuleIndex(self.lookup.get(RULES, {}))
        self._loop_rules = RuleIndex(self.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, {}))
        self._hidden = frozenset(self.lookup.get(RULES_NOT_IN_STORIES, ()))

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict the next action.

        Args:
            tracker: The conversation.
            domain: The model's domain.
            rule_only_data: Not used, as in `RulePolicy`.
            kwargs: Not used: what other policies need.
        """
        del rule_only_data, kwargs
        action, source = self._find_action_from_default_actions(tracker)
        loop_action, loop_source = self._find_action_from_loop_happy_path(tracker)
        if loop_action and not action:
            # A running form decides alone: rules are not asked, by Rasa neither, which computes and discards them.
            return self._answer(loop_action, loop_source, tracker, domain, is_no_user_prediction=True)

        states = tracker.past_states(domain)
        from_text = self._find(tracker, states, by_text=True)
        if action and not from_text.action:
            return self._answer(action, source, tracker, domain)
        if loop_action:
            return self._answer(loop_action, loop_source, tracker, domain, is_no_user_prediction=True)
        if from_text.action:
            return self._answer(
                from_text.action,
                from_text.source,
                tracker,
                domain,
                returning_from_unhappy_path=from_text.back_to_loop,
                is_end_to_end_prediction=True,
            )
        from_intent = self._find(tracker, states, by_text=False)
        return self._answer(
            from_intent.action,
            from_intent.source,
            tracker,
            domain,
            returning_from_unhappy_path=from_text.back_to_loop or from_intent.back_to_loop,
        )

    def _answer(
        self, action: str | None, source: str | None, tracker: DialogueStateTracker, domain: Domain, **flags: bool
    ) -> PolicyPrediction:
        if action:
            probabilities = self._prediction_result(action, tracker, domain)
        else:
            probabilities = self._default_predictions(domain)
        prediction = self._rule_prediction(probabilities, None, **flags)
        prediction.policy_name = RulePolicy.__name__
        prediction.hide_rule_turn = source in self._hidden
        return prediction

    def _find(self, tracker: DialogueStateTracker, past: _States, *, by_text: bool) -> _Found:
        if by_text and tracker.latest_action_name != ACTION_LISTEN_NAME:
            return _Found(None, None, back_to_loop=False)
        states = _for_prediction(past, by_text=by_text)
        rule = max(self._rules.fitting(states), key=lambda fitting: len(fitting.key), default=None)
        action = rule.answer if rule else None
        back_to_loop = False
        loop: str | None = tracker.active_loop_name
        if loop:
            conditions = {fitting.answer for fitting in self._loop_rules.fitting(states)}
            if rule and action == ACTION_LISTEN_NAME and not rule.loop:
                # A rule from outside the loop ends by waiting: inside it, the loop's question comes again instead.
                if DO_NOT_PREDICT_LOOP_ACTION not in conditions:
                    return _Found(loop, rule.key, back_to_loop=False)
                action = None
            back_to_loop = LOOP_WAS_INTERRUPTED in conditions
        return _Found(action, rule.key if rule else self._create_feature_key(states), back_to_loop)


def _for_prediction(past: _States, *, by_text: bool) -> _States:
    """States with the person's words or their intent, never both: of the last message as asked, else the intent.

    As `TrackerFeaturizer.prediction_states` does for `RulePolicy`, without changing `past`.
    """
    last = past[-1]
    just_heard = last.get(PREVIOUS_ACTION, {}).get(ACTION_NAME) == ACTION_LISTEN_NAME
    drop_last = ((INTENT, ENTITIES) if by_text else (TEXT,)) if just_heard else ()
    return [
        _without_both(_without(state, drop_last) if index == len(past) - 1 else state)
        for index, state in enumerate(past)
    ]


def _without_both(state: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    user = state.get(USER, {})
    return _without(state, (TEXT,)) if user.get(INTENT) and user.get(TEXT) else state


def _without(state: dict[str, dict[str, Any]], features: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    user = state.get(USER)
    if not features or not user:
        return state
    return {**state, USER: {name: value for name, value in user.items() if name not in features}}
