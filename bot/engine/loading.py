"""Puts an engine together: model, actions, words, facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rasa_sdk.executor import ActionExecutor

from bot.actions import all_actions
from bot.engine import rasa_compat
from bot.engine.training import newest_model
from bot.responses.compose import Composer, Fits
from i18n.catalog import Catalogs
from i18n.messages import usual_choices
from knowledge import load as load_knowledge
from runtime.settings import Settings

if TYPE_CHECKING:
    from bot.engine.turn import Engine


class ModelMissing(Exception):
    """There is no trained model: `maalem train` makes one."""


def load_engine(settings: Settings, fits: Fits, model: Path | None = None) -> Engine:
    """Load the newest model and everything around it. Takes seconds: show that something happens.

    Args:
        settings: Where the model stands and the numbers turns go by.
        fits: What each surface can show whole.
        model: Another model than the newest.

    Returns:
        Ready to run turns.

    Raises:
        ModelMissing: No model was ever trained.
    """
    path = model or newest_model(settings.model_dir)
    if path is None:
        raise ModelMissing(f"No model in {settings.model_dir.name}/. Run: maalem train")
    rasa_compat.install(lean=True)
    from bot.engine.rasa_compat.processor import load  # noqa: PLC0415 - Rasa may be imported only after install()
    from bot.engine.speech import MessageIds  # noqa: PLC0415 - as above
    from bot.engine.turn import Engine, Policy  # noqa: PLC0415 - as above

    executor = ActionExecutor()
    for action in all_actions():
        executor.register_action(action)
    return Engine(
        load(path, executor, nlg=MessageIds()),
        Composer(Catalogs.load(), usual_choices(), fits),
        load_knowledge(),
        Policy(
            consent_version=settings.consent_version,
            resume_after_h=settings.resume_after_h,
            text_max_chars=settings.text_max_chars,
            reply_expires_s=settings.reply_expires_s,
            controller=settings.controller_name,
        ),
    )
