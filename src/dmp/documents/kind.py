"""A kind of document («type de document»): how it is recognised and what it tells (cda 2).

Adding a kind is one folder and one line in `kinds.py`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

MODEL = "1.2.250.1.213.1.1.1"
"""Root of the models of documents of the CI-SIS."""


@dataclass(frozen=True)
class Section:
    """A section («section»), with the label that pages show."""

    code: str
    """LOINC, or a code of the ANS."""
    label_fr: str
    label_en: str


@dataclass(frozen=True)
class DocumentKind:
    """A kind; `types` are the typeCodes it comes under, `own_types` those that no other kind has."""

    name: str
    label_fr: str
    label_en: str
    types: tuple[str, ...]
    own_types: tuple[str, ...] = ()
    """A document without a model («N1») is recognised by these."""
    formats: tuple[str, ...] = ()
    """XDS formatCodes."""
    templates: tuple[str, ...] = ()
    """Models of the CI-SIS, or of IHE, that its header names."""
    sections: tuple[str, ...] = ()
    """Codes of what it is made of."""
    facts: tuple[str, ...] = ()
    """Kinds of facts that it tells, by their field of `Facts`."""


def model(*numbers: str) -> tuple[str, ...]:
    """Templates of the CI-SIS by their last arcs: `5.1` for the certificate of the eighth day."""
    return tuple(f"{MODEL}.{number}" for number in numbers)


@cache
def sections() -> Mapping[str, Section]:
    """The sections of all kinds, by code."""
    text = files("dmp.documents").joinpath("sections.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["code"]: Section(row["code"], row["label_fr"], row["label_en"]) for row in rows})
