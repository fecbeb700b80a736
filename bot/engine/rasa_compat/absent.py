"""Modules that can be imported, named and subclassed from, and that raise as soon as anything of them is used."""

from __future__ import annotations

import types
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any


class Absent(ImportError):
    """Something was used that is only answered for in this process.

    Attributes:
        name: Dotted name of what was called or instantiated.
    """

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"{name} {remedy}", name=name)


class AbsentClass(type):
    """Metaclass of absent names: each may be mentioned, subclassed and indexed, and neither called nor instantiated.

    Attributes:
        absent_name: Dotted name.
        absent_error: Makes the exception from a dotted name.
        absent_decorators: Names that may be called: they give back the function they decorate.
    """

    absent_name: str
    absent_error: Callable[[str], Absent]
    absent_decorators: frozenset[str]

    def __getattr__(cls, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return absent(f"{cls.absent_name}.{attribute}", cls.absent_error, cls.absent_decorators)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Raise, unless the name is a decorator."""
        if "absent_name" not in cls.__dict__:  # a class of Rasa's that inherits from what is absent
            raise cls.absent_error(f"{cls.__module__}.{cls.__qualname__}")
        if cls.absent_name in cls.absent_decorators:
            if not args:  # @decorator(...)
                return _unchanged
            if callable(args[0]) and len(args) == 1 and not kwargs:  # @decorator
                return args[0]
        raise cls.absent_error(cls.absent_name)

    def __getitem__(cls, _item: Any) -> Any:
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    def __ror__(cls, other: Any) -> Any:
        return cls


def _unchanged(function: Any) -> Any:
    return function


def absent(name: str, error: Callable[[str], Absent], decorators: frozenset[str] = frozenset()) -> Any:
    """Make an absent name.

    Args:
        name: Dotted, from the package on.
        error: Makes the exception from a dotted name.
        decorators: Dotted names that may be called.
    """
    namespace = {
        "absent_name": name,
        "absent_error": staticmethod(error),
        "absent_decorators": decorators,
        "__module__": name.rpartition(".")[0],
    }
    return AbsentClass(name.rpartition(".")[2], (), namespace)


class AbsentModule(types.ModuleType):
    """A module from which any public name can be taken."""

    def __init__(self, name: str, error: Callable[[str], Absent], decorators: frozenset[str] = frozenset()) -> None:
        super().__init__(name)
        self._error = error
        self._decorators = decorators

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return absent(f"{self.__name__}.{attribute}", self._error, self._decorators)


class AbsentFinder(MetaPathFinder, Loader):
    """Answers for some modules.

    Args:
        answers: Whether to answer for a module, by its full name.
        error: Makes the exception from a dotted name.
        decorators: Dotted names that may be called.
    """

    def __init__(
        self, answers: Callable[[str], bool], error: Callable[[str], Absent], decorators: frozenset[str] = frozenset()
    ) -> None:
        self._answers = answers
        self._error = error
        self._decorators = decorators

    def find_spec(self, fullname: str, path: Any, target: types.ModuleType | None = None) -> ModuleSpec | None:
        """Answer, or leave the module to the next finder."""
        del path, target
        return ModuleSpec(fullname, self, is_package=True) if self._answers(fullname) else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Make the module."""
        return AbsentModule(spec.name, self._error, self._decorators)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing: there is nothing behind the name."""
