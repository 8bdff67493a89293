"""A panel: what a service shows where it needs no page of its own (house 7). Words are (French, English)."""

from dataclasses import dataclass

from dmp.services.chart import Evidence

Words = tuple[str, str]


def same(text: str) -> Words:
    """What reads the same in both languages: a name, a figure, the words of a document."""
    return text, text


@dataclass(frozen=True)
class Row:
    """A line: as many cells as the panel has columns, and where it comes from."""

    cells: tuple[Words, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A table with its title; `empty` is said where there is no row, `note` beside the rows."""

    title: Words
    columns: tuple[Words, ...]
    rows: tuple[Row, ...]
    empty: Words
    note: Words = ("", "")
