"""Answer for TensorFlow and Keras, which Rasa imports and our pipeline never uses.

Rasa imports TensorFlow for components that we do not configure (DIET, TED, ResponseSelector, LanguageModelFeaturizer).
Importing it costs 420 MB of resident memory and five seconds a process. The finder below answers for it instead:
importing, naming in annotations, subclassing and decorating are quiet; calling or instantiating raises
`TensorFlowAbsent` with the full name of what was used.

A TensorFlow that is really installed wins: the finder stands last in `sys.meta_path`. That is also how to undo this.
"""

import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from typing import Any

#: Packages answered for. Rasa 3.6.21 imports these two at start.
ABSENT_PACKAGES = frozenset({"tensorflow", "keras"})

#: Decorators that Rasa applies to methods while its classes are being defined. Each gives the method back unchanged.
DECORATORS = frozenset({"tensorflow.function"})


class TensorFlowAbsent(ImportError):
    """Something of TensorFlow was called or instantiated, and TensorFlow is not installed.

    Attributes:
        name: Dotted name of what was used, such as `tensorflow.random.set_seed` or
            `rasa.utils.tensorflow.models.RasaModel`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} needs TensorFlow, which Maalem does not install. Remove the component that uses it from config.yml "
            f"(DIETClassifier, TEDPolicy, UnexpecTEDIntentPolicy, ResponseSelector, LanguageModelFeaturizer and "
            f"ConveRTFeaturizer are such components), or install tensorflow==2.12.0 beside Rasa: it is then used.",
            name=name,
        )


class _AbsentClass(type):
    """Metaclass: a name of TensorFlow that may be mentioned, subclassed and indexed, and not called."""

    absent_name: str

    def __getattr__(cls, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return _absent(f"{cls.absent_name}.{attribute}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.absent_name in DECORATORS:
            return _decorate(args, kwargs, cls.absent_name)
        if cls.__module__ not in ABSENT_PACKAGES:  # a class of Rasa that inherits from TensorFlow
            raise TensorFlowAbsent(f"{cls.__module__}.{cls.__qualname__}")
        raise TensorFlowAbsent(cls.absent_name)

    def __getitem__(cls, _item: Any) -> Any:
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    def __ror__(cls, other: Any) -> Any:
        return cls


def _absent(name: str) -> Any:
    # The module is one of ABSENT_PACKAGES: that is how a class of TensorFlow is told from a subclass written in Rasa.
    return _AbsentClass(name.rpartition(".")[2], (), {"absent_name": name, "__module__": name.partition(".")[0]})


def _decorate(args: Sequence[Any], kwargs: dict[str, Any], name: str) -> Any:
    match args:
        case [method] if callable(method) and not kwargs:
            return method
        case []:
            keep: Callable[[Any], Any] = lambda method: method  # noqa: E731 - @tf.function(...) gives a decorator
            return keep
        case _:
            raise TensorFlowAbsent(name)


class _AbsentModule(types.ModuleType):
    """A module of TensorFlow: any public name can be taken from it."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return _absent(f"{self.__name__}.{attribute}")


class AbsentFinder(MetaPathFinder, Loader):
    """Find and load the packages of ABSENT_PACKAGES and everything below them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for TensorFlow's modules and for no other."""
        del path, target
        if fullname.partition(".")[0] not in ABSENT_PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make the empty module."""
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is run: there is nothing behind the name."""
        module.__path__ = []


def is_absent(package: str) -> bool:
    """Tell whether `package` is only answered for.

    Args:
        package: Name of a top-level package.
    """
    return isinstance(sys.modules.get(package), _AbsentModule)


def answer_for_tensorflow() -> None:
    """Put the finder last in `sys.meta_path`; a second call changes nothing."""
    if not any(isinstance(finder, AbsentFinder) for finder in sys.meta_path):
        sys.meta_path.append(AbsentFinder())
