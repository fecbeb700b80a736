"""An action server as Rasa means it: `rasa_sdk` over HTTP, the bot's own actions, each call in its own transaction.

    SANIC_HOST=127.0.0.1 python -m benchmarks.stock_actions PORT      settings in MAALEM_… as always

What an action needs to know of the turn (bot/actions/context.py) is put together here from the call and the database.
There is no inbox, no menu and no outbox on this side.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import rasa_sdk.endpoint
from rasa_sdk.executor import ActionExecutor

from benchmarks.script import CHANNEL
from bot.actions.context import TurnContext, running
from conversation import Inbound, InboundKind, PersonKey, Surface
from i18n.languages import LANGUAGES
from knowledge import Knowledge
from knowledge import load as load_knowledge
from runtime.clock import SystemClock
from runtime.settings import Settings, load_settings
from storage import people
from storage.database import Database

DEFAULT_LANGUAGE: Final = "ary"


class InTransaction(ActionExecutor):  # type: ignore[misc] # rasa_sdk has no types
    """Runs each action call in a transaction, with a turn's context around it."""

    settings: Settings
    database: Database
    knowledge: Knowledge

    async def run(self, action_call: dict[str, Any]) -> dict[str, Any] | None:
        """Answer one call of Rasa's server."""
        now = SystemClock().now()
        person = PersonKey(CHANNEL, str(action_call["sender_id"]))
        tracker = action_call["tracker"]
        latest = tracker.get("latest_message") or {}
        with self.database.begin() as connection:
            conversation_id = people.ensure(connection, person, now=now)
            facts = people.of_conversation(connection, conversation_id)
            language = facts["language"]
            form = str((latest.get("language") or {}).get("form"))
            if language is None and form in LANGUAGES:
                language = form
                people.set_language(connection, facts["person_id"], form, chosen=False)
            context = TurnContext(
                connection=connection,
                person_id=facts["person_id"],
                conversation_id=conversation_id,
                channel=person.channel,
                address=person.address,
                surface=Surface.WHATSAPP,
                language=language or DEFAULT_LANGUAGE,
                inbound=Inbound(person, "", InboundKind.TEXT, now, text=str(latest.get("text") or "")),
                now=now,
                knowledge=self.knowledge,
                consent_version=self.settings.consent_version,
                resume_after_h=self.settings.resume_after_h,
                phone=facts["phone"],
                met_before=sum(event["event"] == "user" for event in tracker["events"]) > 1,
            )
            with running(context):
                return _in_plain_text(await super().run(action_call))


def _in_plain_text(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """An action's answer with ids as text: Rasa would look for them in the domain, where no sentence stands."""
    if result is None:
        return None
    return {**result, "responses": [{"text": one["response"]} for one in result["responses"]]}


def main(port: int) -> None:
    """Serve until a signal ends it."""
    settings = load_settings()
    InTransaction.settings = settings
    InTransaction.database = Database(settings.database_url)
    InTransaction.knowledge = load_knowledge()
    rasa_sdk.endpoint.ActionExecutor = InTransaction
    rasa_sdk.endpoint.run("bot.actions", port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]))
