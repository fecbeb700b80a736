"""Every liberty taken with Rasa 3.6.21, each of them described where it is taken and in docs/decisions/ 0001 to 0003.

What a turn is to us (messages, tables, words) does not live here; `install()` must run before Rasa is first imported.
"""

from bot.engine.rasa_compat.environment import install
from bot.engine.rasa_compat.no_tensorflow import TensorFlowAbsent

__all__ = ["TensorFlowAbsent", "install"]
