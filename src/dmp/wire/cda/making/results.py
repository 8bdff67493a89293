"""Results of the laboratory («résultats»), in batteries and under their germ (cda-and-services 3.2)."""

from collections.abc import Sequence
from itertools import groupby

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Result
from dmp.wire.cda.making.concepts import beside, code_of
from dmp.wire.cda.making.entries import LOINC, author, completed, performer
from dmp.wire.cda.making.observations import INTERPRETATION, SIMPLE, judged, observation
from dmp.wire.cda.making.pen import Line, Pen
from dmp.wire.cda.making.tree import Node, cda, coded, is_identifier, is_number, limits, templates

RESULTS = ("1.2.250.1.213.1.1.3.208",)
RESULT = (SIMPLE, "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.209")
ISOLATE = ("1.3.6.1.4.1.19376.1.3.1.5", "1.2.250.1.213.1.1.3.79")
RESULT_OF_ISOLATE = ("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80")
BIOLOGY = Code("26436-6", LOINC, "Biologie polyvalente")
NORMAL = Code("N", INTERPRETATION, "Normal")


def results(pen: Pen, facts: Sequence[Result]) -> tuple[list[Line], list[Node]]:
    """Results («FR-Resultats»), gathered by the battery that they are of."""
    lines: list[Line] = []
    nodes: list[Node] = []
    for (panel, ident, laboratory), some in groupby(facts, key=_battery_of):
        group = list(some)
        mine = [pen.line("result") for _ in group]
        components = _of_battery(pen, list(zip(group, mine, strict=True)))
        lines += mine
        nodes.append(_battery(pen, panel, ident, laboratory, components))
    return lines, nodes


def _battery_of(fact: Result) -> tuple[Concept, str, str]:
    panel = fact.panel if fact.panel != NOTHING else fact.specialty
    return panel, fact.panel_ident, fact.laboratory


def _battery(pen: Pen, panel: Concept, ident: str, laboratory: str, results: Sequence[Node]) -> Node:
    code = code_of(panel) if panel.code else BIOLOGY
    given = ident if is_identifier(ident) else ""
    return cda(
        "organizer",
        *templates(*RESULTS),
        pen.given_id(given, "battery", code.code, laboratory),
        coded("code", code),
        completed(),
        performer("", "", laboratory),
        *(cda("component", result) for result in results),
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _of_battery(pen: Pen, told: Sequence[tuple[Result, Line]]) -> list[Node]:
    """The results of a battery; those of a germ («isolat») stand together under it."""
    nodes: list[Node] = []
    for isolate, some in groupby(told, key=lambda one: one[0].isolate):
        group = list(some)
        if isolate == NOTHING:
            nodes += [_result(pen, fact, line, RESULT) for fact, line in group]
        else:
            nodes.append(_isolated(pen, isolate, group))
    return nodes


def _isolated(pen: Pen, isolate: Concept, told: Sequence[tuple[Result, Line]]) -> Node:
    """A germ that was found («FR-Isolat-microbiologique»), with its count and its antibiogram."""
    germs = [beside("code", isolate, line, "Germe") for _, line in told]
    playing = cda("specimenPlayingEntity", germs[0], classCode="MIC")
    return cda(
        "organizer",
        *templates(*ISOLATE),
        completed(),
        cda("specimen", cda("specimenRole", playing)),
        *(cda("component", _result(pen, fact, line, RESULT_OF_ISOLATE)) for fact, line in told),
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _result(pen: Pen, fact: Result, line: Line, conformance: Sequence[str]) -> Node:
    said = judged(fact, line)
    more = (*said, beside("methodCode", fact.method, line, "Méthode"), _specimen(fact, line), author(fact, line))
    return observation(pen, fact, conformance, line, more=more, ranged=_usual(fact, line))


def _specimen(fact: Result, line: Line) -> Node | None:
    """What was examined."""
    code = beside("code", fact.specimen, line, "Prélèvement")
    if code is None:
        return None
    return cda("specimen", cda("specimenRole", cda("specimenPlayingEntity", code)))


def _usual(fact: Result, line: Line) -> Node | None:
    """The reference range, which the code N says to be that of normal values."""
    bounded = is_number(fact.low) or is_number(fact.high)
    if not bounded and not fact.range_text:
        return None
    shown = " - ".join(part for part in (fact.low, fact.high) if part).replace(".", ",")
    line.add("Valeurs de référence", fact.range_text or f"{shown} {fact.range_unit}".strip())
    usual = cda(
        "observationRange",
        cda("text", fact.range_text) if fact.range_text else None,
        limits("value", fact.low, fact.high, fact.range_unit) if bounded else None,
        coded("interpretationCode", NORMAL),
    )
    return cda("referenceRange", usual, typeCode="REFV")
