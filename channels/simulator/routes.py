"""The simulator's page and its API (docs/simulator.md).

`POST /simulator/messages` answers once the turn has been committed; `GET /simulator/messages` brings what came since.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.exc import SQLAlchemyError

from channels.intake import Intake, IntakeClosed
from channels.simulator.view import view
from conversation import (
    Attachment,
    AttachmentKind,
    Inbound,
    InboundKind,
    Location,
    PersonKey,
    SharedContact,
    Surface,
)
from runtime.clock import SystemClock
from runtime.wakeup import Wakeups
from storage import conversations, inbox, outbox
from storage.database import Database

STATIC: Final = Path(__file__).parent / "static"
WAIT_S: Final = 60.0
"""How long a request waits for its turn, seconds; the answer can be fetched later all the same."""
LOOK_S: Final = 0.25
"""Longest pause between two looks for the answer, should a wake-up be lost."""
TEXT_MAX: Final = 200_000
ID_MAX: Final = 2**63 - 1
"""No database has a larger one."""
Parse = Callable[[str], Awaitable[dict[str, Any]]]


class MediaSent(BaseModel):
    """A file, as far as the dialogue needs to know it."""

    model_config = ConfigDict(extra="forbid")
    kind: AttachmentKind
    mime_type: str | None = Field(default=None, max_length=100)
    size_bytes: int | None = Field(default=None, ge=0)
    duration_s: int | None = Field(default=None, ge=0)


class LocationSent(BaseModel):
    """A place on the map, degrees."""

    model_config = ConfigDict(extra="forbid")
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ContactSent(BaseModel):
    """A shared phone number."""

    model_config = ConfigDict(extra="forbid")
    phone: str = Field(min_length=3, max_length=40)
    own: bool = True


class MessageSent(BaseModel):
    """What a simulated person sends: exactly one of text, choice, media, location, contact, start."""

    model_config = ConfigDict(extra="forbid")
    channel: Surface
    sender: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")
    text: str | None = Field(default=None, max_length=TEXT_MAX)
    choice: str | None = Field(default=None, min_length=1, max_length=64)
    media: MediaSent | None = None
    location: LocationSent | None = None
    contact: ContactSent | None = None
    start: str | None = Field(default=None, max_length=64)
    message_id: str | None = Field(default=None, min_length=1, max_length=64)
    """The same id twice from one sender is the same message, delivered twice."""

    @model_validator(mode="after")
    def _one_thing(self) -> MessageSent:
        given = [self.choice, self.media, self.location, self.contact, self.start]
        if sum(value is not None for value in given) > 1 or (self.text is None and all(v is None for v in given)):
            raise ValueError("Send one of text, choice, media, location, contact, start.")
        return self


class TextToParse(BaseModel):
    """A text to understand."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=TEXT_MAX)


def add_routes(
    app: FastAPI,
    *,
    database: Database,
    intake: Intake,
    wakeups: Wakeups,
    parse: Parse | None,
) -> None:
    """Put the simulator's page and API into the gateway's application."""
    clock = SystemClock()

    @app.exception_handler(RequestValidationError)
    async def unreadable(_request: Request, error: RequestValidationError) -> JSONResponse:
        places = [(".".join(str(part) for part in one["loc"][1:]) or "body", one["msg"]) for one in error.errors()]
        problems = [f"{place}: {message}" for place, message in places]
        return JSONResponse({"error": "unreadable", "message": "; ".join(problems)}, 422)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    app.mount("/simulator/static", StaticFiles(directory=STATIC), name="simulator-static")

    @app.post("/simulator/messages")
    async def send(message: MessageSent) -> JSONResponse:
        inbound = _inbound(message, clock)
        with wakeups.listen("turn") as listener:
            try:
                await intake.take([inbound])
            except (IntakeClosed, SQLAlchemyError):
                body = {"error": "not_kept", "message": "The message could not be kept. Send it again."}
                return JSONResponse(body, 503, headers={"retry-after": "5"})
            loop = asyncio.get_running_loop()
            until = loop.time() + WAIT_S
            while True:
                with database.read() as connection:
                    found = inbox.find(connection, inbound.person, inbound.message_id)
                    if found is not None and found[1] != inbox.WAITING:
                        return JSONResponse(_answer(connection, inbound, found[2], message.channel))
                if loop.time() >= until:
                    body = {"error": "waiting", "message": "The message is kept. No worker has answered yet."}
                    return JSONResponse(body, 503, headers={"retry-after": "5"})
                await listener.wait_async(LOOK_S)

    @app.get("/simulator/messages")
    def fetch(
        channel: Surface,
        sender: Annotated[str, Query(min_length=1, max_length=64)],
        after: Annotated[int, Query(ge=0, le=ID_MAX)] = 0,
    ) -> JSONResponse:
        with database.read() as connection:
            rows = outbox.replies_after(connection, channel=f"simulator-{channel}", address=sender, after=after)
        replies = [view(outbound, channel, outbox_id, at) for outbox_id, outbound, at in rows]
        return JSONResponse({"replies": replies})

    @app.post("/nlu/parse")
    async def understand(body: TextToParse) -> JSONResponse:
        if parse is None:
            return JSONResponse({"error": "no_model", "message": "This gateway was started without a model."}, 503)
        return JSONResponse(await parse(body.text))


def _inbound(message: MessageSent, clock: SystemClock) -> Inbound:
    person = PersonKey(f"simulator-{message.channel}", message.sender)
    kind: Literal[
        InboundKind.TEXT,
        InboundKind.CHOICE,
        InboundKind.MEDIA,
        InboundKind.LOCATION,
        InboundKind.CONTACT,
        InboundKind.START,
    ] = InboundKind.TEXT
    attachment = location = contact = None
    if message.choice is not None:
        kind = InboundKind.CHOICE
    elif message.media is not None:
        kind = InboundKind.MEDIA
        attachment = Attachment(
            message.media.kind,
            "simulator",
            message.media.mime_type,
            message.media.size_bytes,
            message.media.duration_s,
        )
    elif message.location is not None:
        kind = InboundKind.LOCATION
        location = Location(message.location.latitude, message.location.longitude)
    elif message.contact is not None:
        kind = InboundKind.CONTACT
        contact = SharedContact(message.contact.phone, message.contact.own)
    elif message.start is not None:
        kind = InboundKind.START
    return Inbound(
        person=person,
        # Each phone counts for itself: two of them may use the same id.
        message_id=f"{message.sender}/{message.message_id or secrets.token_urlsafe(12)}",
        kind=kind,
        sent_at=clock.now(),
        text=message.text or "",
        token=message.choice,
        payload=message.start or None,
        attachment=attachment,
        location=location,
        contact=contact,
    )


def _answer(connection: Any, inbound: Inbound, turn_id: int | None, surface: Surface) -> dict[str, Any]:
    if turn_id is None:
        return {"replies": [], "language": None, "intent": None}
    rows = outbox.replies_to_turn(connection, turn_id)
    understood = conversations.turn_of(connection, turn_id)
    last = understood[-1] if understood else {}
    language = rows[-1][1].language if rows else last.get("language")
    return {
        "replies": [view(outbound, surface, outbox_id, inbound.sent_at) for outbox_id, outbound in rows],
        "language": language,
        "intent": last.get("intent"),
    }
