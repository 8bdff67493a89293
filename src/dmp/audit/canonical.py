"""One spelling for everything that is hashed or signed: canonical JSON and times."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class InvalidTrace(ValueError):
    """A trace or a head cannot be read, or is not spelt in the canonical form."""


def canonical(value: Mapping[str, object]) -> bytes:
    """JSON in ASCII with sorted keys and no space: the same value always gives the same octets."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def timestamp(at: datetime) -> str:
    """An instant in UTC, to the microsecond."""
    return at.astimezone(UTC).strftime(TIME)


def instant(text: str) -> datetime:
    """Read a `timestamp`.

    Raises:
        InvalidTrace: another spelling.
    """
    try:
        at = datetime.strptime(text, TIME).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidTrace("not a time in canonical form") from None
    if timestamp(at) != text:
        raise InvalidTrace("not a time in canonical form")
    return at


class Fields:
    """The members of a JSON object, each asked for by name and type."""

    def __init__(self, value: object):
        """Hold an object.

        Raises:
            InvalidTrace: not an object.
        """
        if not isinstance(value, dict):
            raise InvalidTrace("not a JSON object")
        self._members: dict[object, object] = value

    def text(self, name: str) -> str:
        """A text member."""
        value = self._members.get(name)
        if not isinstance(value, str):
            raise InvalidTrace(f"{name}: not a text")
        return value

    def number(self, name: str) -> int:
        """A whole number, not negative."""
        value = self._members.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidTrace(f"{name}: not a number")
        return value

    def flag(self, name: str) -> bool:
        """A boolean member."""
        value = self._members.get(name)
        if not isinstance(value, bool):
            raise InvalidTrace(f"{name}: not a boolean")
        return value

    def inside(self, name: str) -> "Fields":
        """A member that is an object."""
        return Fields(self._members.get(name))

    def objects(self, name: str) -> list["Fields"]:
        """A member that is a list of objects."""
        return [Fields(item) for item in self._list(name)]

    def texts(self, name: str) -> tuple[str, ...]:
        """A member that is a list of texts."""
        items = self._list(name)
        texts = tuple(item for item in items if isinstance(item, str))
        if len(texts) != len(items):
            raise InvalidTrace(f"{name}: not a list of texts")
        return texts

    def _list(self, name: str) -> list[object]:
        value = self._members.get(name)
        if not isinstance(value, list):
            raise InvalidTrace(f"{name}: not a list")
        return value
