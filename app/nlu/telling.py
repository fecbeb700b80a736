"""`maalem nlu parse` and `explain`: one message, in words and tables."""

# ruff: noqa: PLC0415 - what needs Rasa is imported after the loading has installed it

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from bot.nlu.measuring.explaining import Explanation
    from bot.nlu.measuring.pipeline import Pipeline

RANKED: Final = 5
"""Intents of a ranking that are shown."""
_DOUBTS: Final = {
    "known": "too little of the message was seen in training",
    "threshold": "the best guess is not likely enough",
    "gap": "the second guess is close behind",
}


def tell(parsed: dict[str, Any], console: Console) -> None:
    """Print what a message means."""
    console.print(Text(parsed["text"], style="bold"))
    language = parsed.get("language") or {}  # a model of a single form tells none
    if language.get("form"):
        mixed = ", mixed" if language["mixed"] else ""
        console.print(f"  form: {language['form']} ({language['confidence']:.2f}{mixed})")
    else:
        console.print("  form: open")
    table = Table("", "", box=None, show_header=False)
    for one in parsed["intent_ranking"][:RANKED]:
        table.add_row(Text(one["name"]), f"{one['confidence']:.3f}")
    for one in parsed["entities"]:
        place = f"“{one['text']}”, characters {one['start']} to {one['end']}"
        table.add_row(Text(f"{one['entity']} = {one['value']}"), Text(place))
    console.print(table)


def tell_why(pipeline: Pipeline, text: str, intent: str | None, top: int, console: Console) -> None:
    """Print which n-grams decided, and what gate and fallback did then.

    Args:
        pipeline: A trained one.
        text: The message.
        intent: What to ask about; the likeliest if not given.
        top: How many n-grams to show, 1 or more.
        console: Where to.

    Raises:
        typer.BadParameter: The model has no such intent.
    """
    from bot.nlu.measuring.explaining import NoSuchIntent, explain

    try:
        why = explain(pipeline, text, intent)
    except NoSuchIntent as error:
        near = difflib.get_close_matches(str(error), pipeline.classifier.model.classes)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise typer.BadParameter(f"the model has no intent {error}{meant}", param_hint="--intent") from error
    table = Table("seen as", "n-gram", why.intent, why.rival, box=None)
    for reason in why.reasons[:top]:
        weights = f"{reason.weight:+.3f}", f"{reason.rival_weight:+.3f}"
        table.add_row(reason.view, Text(reason.gram.replace(" ", "·")), *weights)  # a word's edge is to be seen
    console.print(table)
    if len(why.reasons) > top:
        console.print(f"… and {len(why.reasons) - top} more")
    for words in _sentences(why, pipeline.fallback.limits):
        console.print(words, markup=False)


def _sentences(why: Explanation, limits: dict[str, float]) -> list[str]:
    """What the figures come to."""
    ahead = why.margin - why.rival_margin
    where = "ahead of" if ahead >= 0 else "behind"
    told = [
        f"Of the n-grams {why.known:.0%} were seen in training.",
        f"{why.intent} has margin {why.margin:+.2f} and probability {why.probability:.3f}.",
        f"It is {abs(ahead):.2f} {where} {why.rival}: {why.rival_margin:+.2f}, {why.rival_probability:.3f}.",
    ]
    if why.foreign is None:
        told.append("Gate: none, the model has no out_of_scope.")
    else:
        held = "at or above" if why.foreign >= why.gate else "below"
        effect = "taken for foreign" if why.foreign >= why.gate else "let through"
        told.append(f"Gate: out_of_scope has probability {why.foreign:.3f}, {held} {why.gate:.3f}: {effect}.")
    if why.doubt is None:
        told.append("Fallback: sure enough.")
    else:
        told.append(f"Fallback: {_DOUBTS[why.doubt]} (limit {why.doubt} {limits[why.doubt]:g}): asks back.")
    return [*told, f"Decided: {why.decided}."]
