"""A sender with WhatsApp: the window, the pair limit, reports that are faster than the answer, the month's cap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.meter import Meter
from channels.pacing import Pace
from channels.sender import Sender
from channels.ways_out import Channel
from channels.whatsapp.adapter import WhatsAppAdapter
from channels.whatsapp.errors import meaning
from channels.whatsapp.parse import parse
from channels.whatsapp.render import render, render_template
from channels.whatsapp.window import needs_template
from conversation import Delivery, Outbound, PersonKey, Purpose, Template
from runtime.clock import FixedClock
from storage import charges, deliveries, outbox, people, tables
from storage.database import Database
from tests.channels.outgoing import STUCK_AFTER_S, row
from tests.fakes.whatsapp import NUMBER, PHONE, Answer, FakeWhatsApp

REMINDER = Outbound("Il reste une question.", "fr", template=Template("reminder", variables=("M1",)))


@pytest.fixture
def sender(database: Database, adapter: WhatsAppAdapter, clock: FixedClock) -> Sender:
    """One message a month may be paid for."""
    cap = Meter(database, clock, "whatsapp", NUMBER, 1).withholds
    channel = Channel(adapter, render, Pace(80, 6, 45), needs_template, render_template, meaning, cap)
    return Sender("sender-1", database, {"whatsapp": channel}, clock, STUCK_AFTER_S)


def put(sender: Sender, outbound: Outbound, *, wrote_h_ago: float | None = 0, **more: Any) -> int:
    now = sender._clock.now()
    with sender._database.begin() as connection:
        conversation_id = people.ensure(connection, PersonKey("whatsapp", PHONE), now=now)
        at = None if wrote_h_ago is None else now - timedelta(hours=wrote_h_ago)
        of_person = tables.conversation.c.id == conversation_id
        connection.execute(tables.conversation.update().where(of_person).values(last_inbound_at=at))
        return outbox.add(
            connection,
            outbound,
            conversation_id=conversation_id,
            channel="whatsapp",
            address=PHONE,
            turn_id=None,
            now=now,
            **more,
        )


def report(sender: Sender, whatsapp: FakeWhatsApp, *args: Any, **more: Any) -> None:
    raw, _ = whatsapp.webhook(whatsapp.status(*args, **more))
    with sender._database.begin() as connection:
        for event in parse(raw, NUMBER):
            assert isinstance(event, Delivery)
            deliveries.deliver(connection, event)
            charges.record(connection, event)


async def test_an_answer_goes_out_as_text(sender: Sender, whatsapp: FakeWhatsApp) -> None:
    """Within the day, with the row's mark, and the report finds the row."""
    outbox_id = put(sender, Outbound("Bonjour", "fr"))
    assert await sender.once()
    (message,) = whatsapp.messages(PHONE)
    assert (message["type"], message["biz_opaque_callback_data"]) == ("text", f"{outbox_id}.0")
    report(sender, whatsapp, "wamid.out1", "read", reference=f"{outbox_id}.0")
    assert row(sender, outbox_id).state == "read"


@pytest.mark.parametrize("hours", [24, None])
async def test_after_a_day_a_template_goes_in_its_place(
    sender: Sender, whatsapp: FakeWhatsApp, hours: float | None
) -> None:
    """And what has none is dropped with its reason."""
    put(sender, REMINDER, wrote_h_ago=hours, purpose=Purpose.REMINDER)
    plain = put(sender, replace(REMINDER, template=None), wrote_h_ago=hours, purpose=Purpose.REMINDER)
    while await sender.once():
        pass
    assert [one["type"] for one in whatsapp.messages(PHONE)] == ["template"]
    assert (row(sender, plain).state, row(sender, plain).error_code) == ("dropped", "window")


async def test_a_window_that_meta_holds_for_closed_is_closed(sender: Sender, whatsapp: FakeWhatsApp) -> None:
    """131047: the same message again, as its template."""
    whatsapp.queue(Answer("messages", 400, 131047))
    put(sender, REMINDER)
    while await sender.once():
        pass
    assert [one["type"] for one in whatsapp.messages(PHONE)] == ["template"]


async def test_a_report_that_is_faster_than_the_answer_settles_the_doubt(
    sender: Sender, whatsapp: FakeWhatsApp, clock: FixedClock
) -> None:
    """The send got no answer, the report comes with our mark: it is not sent again."""
    whatsapp.queue(Answer("messages", cut="after"))
    outbox_id = put(sender, Outbound("Bonjour", "fr"))
    assert await sender.once()
    report(sender, whatsapp, "wamid.out1", "delivered", reference=f"{outbox_id}.0")
    clock.advance(600)
    while await sender.once():
        pass
    assert len(whatsapp.messages(PHONE)) == 1
    assert row(sender, outbox_id).state == "delivered"


async def test_at_the_months_cap_only_answers_leave(sender: Sender, whatsapp: FakeWhatsApp, clock: FixedClock) -> None:
    """A reminder is dropped with its reason; who writes is answered."""
    put(sender, Outbound("1", "fr"))
    assert await sender.once()
    report(sender, whatsapp, "wamid.out1", "delivered")
    clock.advance(60)
    reminder = put(sender, REMINDER, purpose=Purpose.REMINDER)
    answer = put(sender, Outbound("2", "fr"))
    while await sender.once():
        pass
    assert (row(sender, reminder).state, row(sender, reminder).error_code) == ("dropped", "cap")
    assert row(sender, answer).state == "sent"


async def test_who_wants_no_marketing_is_not_written_to(sender: Sender, whatsapp: FakeWhatsApp) -> None:
    """131050 as if they had told us."""
    whatsapp.queue(Answer("messages", 400, 131050))
    put(sender, REMINDER, purpose=Purpose.CAMPAIGN)
    while await sender.once():
        pass
    with sender._database.read() as connection:
        (standing,) = connection.execute(tables.suppression.select()).all()
    assert (standing.reason, standing.how) == ("provider", "400 131050")
