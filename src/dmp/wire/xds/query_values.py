"""The value syntax of stored queries: strings, numbers and lists of them (xds-wire 6.2)."""

from collections.abc import Iterable

SPACES = " \t\r\n"


class BadValue(ValueError):
    """A value that does not follow the syntax; the message says where, never what it held."""


def read_values(text: str) -> tuple[str, ...]:
    """The values of one rim:Value: a string, a number, or a list in parentheses, in linear time.

    Raises:
        BadValue: a quote or a parenthesis that is never closed, something that
            is neither a string nor a number, or text after the end.
    """
    text = text.strip(SPACES)
    if not text.startswith("("):
        value, end = _literal(text, 0)
        _nothing_after(text, end)
        return (value,)
    return tuple(_listed(text))


def _listed(text: str) -> Iterable[str]:
    position = 1
    while True:
        value, position = _literal(text, _skip(text, position))
        yield value
        position = _skip(text, position)
        sign = text[position : position + 1]
        position += 1
        if sign == ")":
            _nothing_after(text, position)
            return
        if sign != ",":
            raise BadValue("a list is not closed, or a comma is missing")


def _literal(text: str, start: int) -> tuple[str, int]:
    """One string or number and the position after it."""
    if text.startswith("'", start):
        return _quoted(text, start + 1)
    end = start
    while end < len(text) and "0" <= text[end] <= "9":
        end += 1
    if end == start:
        raise BadValue("neither a quoted string nor a number")
    return text[start:end], end


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The inside of a string, where a doubled quote stands for one."""
    pieces: list[str] = []
    while True:
        end = text.find("'", start)
        if end < 0:
            raise BadValue("a quoted string is not closed")
        pieces.append(text[start:end])
        if not text.startswith("'", end + 1):
            return "'".join(pieces), end + 1
        start = end + 2


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in SPACES:
        position += 1
    return position


def _nothing_after(text: str, position: int) -> None:
    if position != len(text):
        raise BadValue("text after the end of the value")


def quoted(text: str) -> str:
    """Write a string."""
    return "'" + text.replace("'", "''") + "'"


def listed(text: str) -> str:
    """Write a list of one: longer lists are split over several rim:Value, which the schema keeps short."""
    return f"({quoted(text)})"
