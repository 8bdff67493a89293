"""Where documents carry codes, by place: what the published documents write there, and the published value sets.

A place is named by the nearest clinical statement with its French templates,
and the way from it: `observation[1.2.250.1.213.1.1.3.41]/value`.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree
from published_facts import PUBLISHED

from dmp.wire.cda.entries.place import STATEMENTS
from making_builders import VALUE_SETS

FRENCH = "1.2.250.1.213.1.1.3."
_SVS = "{urn:ihe:iti:svs:2008}Concept"


class Written(NamedTuple):
    """A code as a document writes it; a code of a fixed system (statusCode) has none."""

    code: str
    system: str
    label: str


def codes_in(document: Any) -> Iterator[tuple[str, Written]]:
    """Every code of a document, with its place."""
    for node in document.iter(etree.Element):
        if node.get("code"):
            yield _place(node), Written(node.get("code"), node.get("codeSystem", ""), node.get("displayName", ""))


def _place(node: Any) -> str:
    way: list[str] = []
    while node is not None:
        name = etree.QName(node).localname
        if name in STATEMENTS:
            return "/".join((f"{name}[{_french(node)}]", *reversed(way)))
        if name == "section":
            return "/".join(("section", *reversed(way)))
        way.append(name)
        node = node.getparent()
    return "/".join(reversed(way))


def _french(node: Any) -> str:
    roots = [child.get("root", "") for child in node.iterchildren("{*}templateId")]
    return " ".join(sorted(root.removeprefix(FRENCH) for root in roots if root.startswith(FRENCH)))


@cache
def value_set(name: str) -> dict[tuple[str, str], str]:
    """A published value set: labels by code and system."""
    found = etree.parse(VALUE_SETS / f"{name}.xml").iter(_SVS)
    return {(one.get("code").strip(), one.get("codeSystem")): one.get("displayName") for one in found}


@cache
def published() -> dict[str, set[Written]]:
    """What the published documents write, by place."""
    found: dict[str, set[Written]] = {}
    for path in sorted(PUBLISHED.glob("*/*.xml")):
        for place, written in codes_in(etree.parse(path).getroot()):
            found.setdefault(place, set()).add(written)
    return found


@cache
def rules() -> dict[str, tuple[str, ...]]:
    """Where the codes of each place come from: `told` by a fact, `published`, or the name of a value set."""
    with (Path(__file__).parent / "coded_places.csv").open(encoding="utf-8") as table:
        return {row["place"]: tuple(row["from"].split()) for row in csv.DictReader(table)}
