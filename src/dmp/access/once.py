"""A fact that is worked out when it is first looked at, and kept."""

from collections.abc import Callable
from typing import Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class once(Generic[Owner, Value]):  # noqa: N801 - used as a decorator, like `property`
    """As `functools.cached_property`, without its lock: of Python 3.11 it costs more than most facts of a question.

    Two threads that look at the same time work the same fact out twice.
    """

    def __init__(self, work: Callable[[Owner], Value]):
        """Keep how the fact is worked out, with its words."""
        self.work, self.name, self.__doc__ = work, work.__name__, work.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Owner]) -> "once[Owner, Value]": ...
    @overload
    def __get__(self, owner: Owner, kind: type[Owner]) -> Value: ...
    def __get__(self, owner: Owner | None, kind: type[Owner]) -> "Value | once[Owner, Value]":
        """The fact; from then on it is an attribute of its owner like another."""
        if owner is None:
            return self
        value = owner.__dict__[self.name] = self.work(owner)
        return value
