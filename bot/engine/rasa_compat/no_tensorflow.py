"""Answer for TensorFlow and Keras, which Rasa imports and our pipeline never uses.

Rasa imports TensorFlow for components that we do not configure (DIET, TED, ResponseSelector, LanguageModelFeaturizer).
That costs 420 MB of resident memory and five seconds a process. A TensorFlow that is really installed wins: the finder
stands last in `sys.meta_path`. That is also how to undo this.
"""

from __future__ import annotations

import sys
from typing import Final

from bot.engine.rasa_compat.absent import Absent, AbsentFinder, AbsentModule

#: Packages answered for. Rasa 3.6.21 imports these two at start.
PACKAGES: Final = frozenset({"tensorflow", "keras"})

#: Decorators that Rasa applies to methods while its classes are being defined.
DECORATORS: Final = frozenset({"tensorflow.function"})


class TensorFlowAbsent(Absent):
    """Something of TensorFlow was called or instantiated, and TensorFlow is not installed.

    Attributes:
        name: Dotted name of what was used, such as `tensorflow.random.set_seed`, or of the class of Rasa's that
            inherits from TensorFlow, such as `rasa.utils.tensorflow.models.RasaModel`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            "needs TensorFlow, which Maalem does not install. Remove the component that uses it from config.yml "
            "(DIETClassifier, TEDPolicy, UnexpecTEDIntentPolicy, ResponseSelector, LanguageModelFeaturizer and "
            "ConveRTFeaturizer are such components), or install tensorflow==2.12.0 beside Rasa: it is then used.",
        )


class _Finder(AbsentFinder):
    pass


def _is_tensorflow(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


def answers_for(package: str) -> bool:
    """Tell whether a package is only answered for.

    Args:
        package: Name of a top-level package.
    """
    return package in PACKAGES and isinstance(sys.modules.get(package), AbsentModule)


def answer_for_tensorflow() -> None:
    """Put the finder last in `sys.meta_path`; a second call changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder(_is_tensorflow, TensorFlowAbsent, DECORATORS))
