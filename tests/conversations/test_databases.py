"""The same conversation on SQLite and on PostgreSQL: filed, changed, withdrawn and erased alike."""

from __future__ import annotations

import pytest

from storage import journeys
from tests.conversations.scripts import REFERENCE, SCRIPTS, Begin, go


@pytest.mark.usefixtures("database_url")
def test_a_whole_life_on_both_databases(talk: Begin) -> None:
    """Enrol, change, ask, withdraw, erase: each step finds what the one before left."""
    person = talk()
    go(person, SCRIPTS["fr"])
    reference = REFERENCE.search(person.pick("Confirmer"))
    assert reference is not None, "\n".join(person.transcript)
    person.say("je veux modifier mon inscription")
    person.pick("Ville")
    person.say("Rabat")
    assert reference.group() in person.pick("Confirmer")
    person.photo()
    person.say("je veux retirer mon inscription")
    person.say("oui")
    with person.database.read() as connection:
        found = journeys.by_reference(connection, reference.group())
        assert found is not None
        assert found.state == "withdrawn"
        assert found.answers["place"]["province"] == "MA-RAB"
    person.say("efface toutes mes données")
    person.say("oui")
    with person.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journey").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM erasure").scalar() == 1
    assert person.say("Bonjour")
