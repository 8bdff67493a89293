"""Small value sets that makers write from («jeux de valeurs»): a code by itself, or by its label."""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from dmp.record.codes import Code


@cache
def codes_of(name: str) -> tuple[Code, ...]:
    """The codes of a set of `labels.csv`, in its order."""
    text = files("dmp.wire.cda.making").joinpath("labels.csv").read_text("utf-8")
    rows: Iterable[dict[str, str]] = csv.DictReader(text.splitlines())
    return tuple(Code(row["code"], row["system"], row["label"]) for row in rows if row["set"] == name)


def by_label(name: str, label: str) -> Code | None:
    """The code of a label; None when the set has none."""
    return next((code for code in codes_of(name) if code.display == label), None)


def by_code(name: str, code: str) -> Code | None:
    """A code with its system and label; None when it is none of the set."""
    return next((found for found in codes_of(name) if found.code == code), None)


def label_of(name: str, code: str) -> Code:
    """A code of a set, of which the program itself chose it.

    Raises:
        LookupError: it is none of the set.
    """
    found = by_code(name, code)
    if found is None:
        raise LookupError(f"{code} is none of {name}")
    return found
