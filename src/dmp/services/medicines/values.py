"""One value of a data file of medicines: of its kind, or the file is refused with its place named."""

from datetime import date

from dmp.services.tables import LARGEST, BrokenTable


def a_text(file: str, place: str, value: object) -> str:
    """Words, not empty."""
    if not isinstance(value, str) or not value:
        raise BrokenTable(file, place, "missing, or no text")
    return value


def some_texts(file: str, place: str, value: object) -> tuple[str, ...]:
    """A list of words, which may be empty."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BrokenTable(file, place, "missing, or no list of texts")
    return tuple(value)


def a_whole(file: str, place: str, value: object) -> int:
    """A whole number above zero."""
    return a_count(file, place, value, least=1)


def a_count(file: str, place: str, value: object, *, least: int = 0) -> int:
    """A whole number, of which zero may be one."""
    if type(value) is not int or not least <= value <= LARGEST:
        raise BrokenTable(file, place, f"missing, or no whole number from {least} to {LARGEST}")
    return value


def a_day(file: str, place: str, value: object) -> date:
    """A day; a time of a day is none, which no day compares with."""
    if type(value) is not date:
        raise BrokenTable(file, place, "missing, or no day")
    return value
