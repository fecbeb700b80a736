"""Why a message was taken for what it was: the n-grams that decided, and what gate and fallback did then."""

from __future__ import annotations

from dataclasses import dataclass

from bot.nlu.intents import OUT_OF_SCOPE
from bot.nlu.measuring.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Reason:
    """What one n-gram of a text added to the margins of two intents."""

    view: str
    gram: str
    weight: float
    rival_weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text has the margin it has for an intent.

    Attributes:
        intent: What was asked about.
        rival: The likeliest of the others.
        probability: Of the intent, 0…1.
        rival_probability: As above.
        margin: The sum of all weights and of the intent's intercept.
        rival_margin: As above.
        reasons: Weightiest for the intent first.
        known: Share (0…1) of the text's n-grams that training has seen.
        foreign: Probability (0…1) of `out_of_scope`; None where the model has no such intent.
        gate: From which probability on `out_of_scope` is put first, 0…1.
        decided: The intent that the whole pipeline puts first.
        doubt: The limit of the fallback that the best guess is under (`Fallback.doubt`), None where it is believed.
    """

    intent: str
    rival: str
    probability: float
    rival_probability: float
    margin: float
    rival_margin: float
    reasons: tuple[Reason, ...]
    known: float
    foreign: float | None
    gate: float
    decided: str
    doubt: str | None


class NoSuchIntent(ValueError):
    """The model has no intent of this name."""


def explain(pipeline: Pipeline, text: str, intent: str | None = None) -> Explanation:
    """Tell what decided.

    Args:
        pipeline: A trained one.
        text: Any string.
        intent: What to ask about; the likeliest if not given.

    Raises:
        NoSuchIntent: The model does not know it.
    """
    model = pipeline.classifier.model
    name = intent or pipeline.guess(text)[0]
    if name not in model.classes:
        raise NoSuchIntent(name)
    chances, known = model.probabilities(text)
    margins, _ = model.margins(text)
    place = model.classes.index(name)
    rival = max((other for other in range(len(margins)) if other != place), key=lambda other: float(margins[other]))
    rival_weights = {(term.view, term.gram): term.weight for term in model.explain(text, model.classes[rival])}
    ranking, _ = pipeline.classifier.rank(text)
    return Explanation(
        intent=name,
        rival=model.classes[rival],
        probability=float(chances[place]),
        rival_probability=float(chances[rival]),
        margin=float(margins[place]),
        rival_margin=float(margins[rival]),
        reasons=tuple(
            Reason(model.look.names[term.view], term.gram, term.weight, rival_weights.get((term.view, term.gram), 0.0))
            for term in model.explain(text, name)
        ),
        known=known,
        foreign=float(chances[model.classes.index(OUT_OF_SCOPE)]) if OUT_OF_SCOPE in model.classes else None,
        gate=pipeline.classifier.model.gate,
        decided=str(pipeline.parse(text)["intent"]["name"]),
        doubt=pipeline.fallback.doubt(ranking, known),
    )
