"""Codes that state an absence, or that nothing is known (SV-8): statements, not things that are there."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dmp.record.facts import Concept, Stated


@cache
def absences() -> Mapping[tuple[str, str], Stated]:
    """What each (code, system) of `absence.csv` states."""
    text = files("dmp.wire.cda.entries").joinpath("absence.csv").read_text("utf-8")
    return {(row["code"], row["system"]): Stated(row["stated"]) for row in csv.DictReader(text.splitlines())}


def stated(concepts: tuple[Concept, ...], *, negated: bool) -> Stated:
    """What an entry states: a negation wins, then a code of absence."""
    if negated:
        return Stated.ABSENT
    for found in concepts:
        for key in found.codes():
            if key in absences():
                return absences()[key]
    return Stated.PRESENT
