"""Custom actions: short classes that read the tracker, call a pure function of bot/journeys and utter message ids.

They run inside the worker, in the turn's transaction, and touch nothing else: no network, no file, no sentence.
"""

from __future__ import annotations

from rasa_sdk import Action


def all_actions() -> list[Action]:
    """One instance of every custom action of the domain."""
    from bot.actions import enrolment, own_data, questions, requests, talk, unclear  # noqa: PLC0415 - importing this package stays cheap

    return [
        action() for module in (talk, questions, unclear, enrolment, requests, own_data) for action in module.ACTIONS
    ]
