"""The tables of rights and of codes as they tell of themselves: version, source, how much is reconstructed."""

import csv
from importlib.resources import files
from pathlib import Path

from dmp.access.explain_types import how_sure
from dmp.access.matrix import lines
from dmp.access.policy import read_professions
from dmp.access.table import TABLES, texts_of
from dmp.record.oversight import TableLine

RECONSTRUCTED = "reconstructed"
_CODES = files("dmp.record").joinpath("data")


def rights(folder: Path | None) -> tuple[TableLine, ...]:
    """The tables of rights that are in force: those of an operator's folder in the place of ours."""
    shipped, in_force = texts_of(None), texts_of(folder)
    boxes = how_sure(in_force, read_professions(in_force["professions"]))
    guessed = {"classes": boxes.guessed}
    return tuple(
        _line(name, in_force[name], guessed.get(name), replaced=in_force[name] != shipped[name]) for name in TABLES
    )


def codes() -> tuple[TableLine, ...]:
    """The tables of codes of this release."""
    names = sorted(file.name for file in _CODES.iterdir() if file.name.endswith(".csv"))
    texts = ((name, _CODES.joinpath(name).read_text(encoding="utf-8")) for name in names)
    return tuple(_line(name.removesuffix(".csv"), text) for name, text in texts)


def _line(name: str, text: str, guessed: int | None = None, *, replaced: bool = False) -> TableLine:
    """One table; a line is a cell, unless the table counts its cells otherwise."""
    rows = list(csv.DictReader(lines(text)))
    if guessed is None:
        guessed = sum(row.get("evidence") == RECONSTRUCTED for row in rows)
    return TableLine(f"{name}.csv", _said(text, "version"), _said(text, "source"), len(rows), guessed, replaced)


def _said(text: str, word: str) -> str:
    """What a line of the comments at the head says under a word; empty when none does: its lines tell theirs."""
    start = f"# {word}:"
    heads = (line for line in text.splitlines() if line.startswith(start))
    return next(heads, start)[len(start) :].strip()
