"""An answer as the simulated phone shows it: what each surface would make of it, with the figures behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from channels.sms.render import render as render_sms
from channels.sms.segments import measure
from channels.whatsapp.payloads import InteractivePayload
from channels.whatsapp.render import render as render_whatsapp
from conversation import Outbound, Surface

RTL = frozenset({"ary", "ar"})


def view(outbound: Outbound, surface: Surface, outbox_id: int, at: datetime) -> dict[str, Any]:
    """JSON of one answer for the page and for programs.

    Returns:
        id, text, choices, shown_as (text · buttons · list · keyboard · numbered), direction, and for SMS the parts as
        they would be sent with their segments, units and encoding.
    """
    body: dict[str, Any] = {
        "id": outbox_id,
        "text": outbound.text,
        "choices": [
            {"label": choice.label, "token": choice.token, "key": choice.key, "description": choice.description}
            for choice in outbound.choices
        ],
        "shown_as": _shown_as(outbound, surface),
        "list_title": outbound.list_title,
        "ask_phone": outbound.ask_phone if surface is Surface.TELEGRAM else None,
        "ask_location": outbound.ask_location if surface is Surface.TELEGRAM else None,
        "language": outbound.language,
        "direction": "rtl" if outbound.language in RTL else "ltr",
        "media": None,
        "at": at.isoformat(),
        "segments": None,
        "encoding": None,
        "units": None,
        "parts": None,
    }
    if surface is Surface.SMS:
        parts = [payload.text for payload in render_sms(outbound)]
        sizes = [measure(part) for part in parts]
        body |= {
            "parts": parts,
            "segments": sum(size.segments for size in sizes),
            "units": sum(size.units for size in sizes),
            "encoding": sizes[0].encoding if sizes else None,
        }
    return body


def _shown_as(outbound: Outbound, surface: Surface) -> str:
    if not outbound.choices:
        return "text"
    if surface is Surface.SMS:
        return "numbered"
    if surface is Surface.TELEGRAM:
        return "keyboard"
    payload = render_whatsapp(outbound)[-1]
    return "list" if isinstance(payload, InteractivePayload) and payload.interactive.type == "list" else "buttons"
