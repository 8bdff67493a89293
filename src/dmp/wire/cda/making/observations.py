"""Measures, habits, pregnancies, directives and functional status, as observations (cda-and-services 3.2)."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from dmp.record.codes import Code
from dmp.record.facts import (
    NOTHING,
    Concept,
    Directive,
    Lifestyle,
    Measurement,
    Observation,
    PlanItem,
    Pregnancy,
    Quantity,
    Result,
)
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.making.concepts import beside, day, moment, pointer, principal, sided, value
from dmp.wire.cda.making.entries import LOINC, comments, completed, negated, performer, status_of
from dmp.wire.cda.making.labels import by_code
from dmp.wire.cda.making.narrative import printed
from dmp.wire.cda.making.pen import Entry, Line, Pen
from dmp.wire.cda.making.tree import (
    Node,
    cda,
    coded,
    identifier,
    is_identifier,
    is_number,
    templates,
    typed,
)

SIMPLE = "1.3.6.1.4.1.19376.1.5.3.1.4.13"
LIFESTYLE = ("2.16.840.1.113883.10.20.1.33", SIMPLE, f"{SIMPLE}.4", "1.2.250.1.213.1.1.3.52")
PREGNANCY = (SIMPLE, f"{SIMPLE}.5", "1.2.250.1.213.1.1.3.53")
DIRECTIVE = ("2.16.840.1.113883.10.20.1.17", SIMPLE, f"{SIMPLE}.7", "1.2.250.1.213.1.1.3.54")
VITAL_SIGN = ("2.16.840.1.113883.10.20.1.31", SIMPLE, f"{SIMPLE}.2", "1.2.250.1.213.1.1.3.50")
VITAL_SIGNS = (
    "2.16.840.1.113883.10.20.1.32",
    "2.16.840.1.113883.10.20.1.35",
    f"{SIMPLE}.1",
    "1.2.250.1.213.1.1.3.49",
)
FUNCTION = (
    "2.16.840.1.113883.10.20.1.31",
    "1.3.6.1.4.1.19376.1.5.3.1.1.12.3.6",
    SIMPLE,
    "1.2.250.1.213.1.1.3.25",
)
FUNCTIONS = ("2.16.840.1.113883.10.20.1.32", "1.3.6.1.4.1.19376.1.5.3.1.1.12.3.7", "1.2.250.1.213.1.1.3.95")
ADVERSE_EFFECT = (
    "2.16.840.1.113883.10.20.1.18",
    "2.16.840.1.113883.10.20.1.28",
    "1.3.6.1.4.1.19376.1.5.3.1.4.5",
    "1.2.250.1.213.1.1.3.210",
)
FOLLOW_UP = ("2.16.840.1.113883.10.20.1.25", "1.3.6.1.4.1.19376.1.5.3.1.1.20.3.1", "1.2.250.1.213.1.1.3.27")
VITALS = Code("85353-1", LOINC, "Signes vitaux")
INTERPRETATION = "2.16.840.1.113883.5.83"
WHAT, VALUE, DATE = "Élément", "Valeur", "Date"
_DATES = frozenset({"11778-8"})
"""Observations whose value is a day: the expected date of a birth."""

Simple = Lifestyle | Pregnancy | Measurement | Directive | Observation | PlanItem | Result


def observation(
    pen: Pen,
    fact: Simple,
    conformance: Sequence[str],
    line: Line,
    *,
    mood: str = "EVN",
    more: Iterable[Node | None] = (),
    ranged: Node | None = None,
) -> Node:
    """What all of these have: code, words, status, time, value, then `more` in the order of the schema."""
    code, name = principal("code", fact.concept, line, WHAT, pointed=False)
    laterality = fact.laterality if isinstance(fact, Observation) else ""
    found = _value(fact, line)
    day(line, DATE, fact.start)
    return cda(
        "observation",
        *templates(*conformance),
        pen.ident(fact, "observation", line.name),
        sided(code, laterality, line),
        pointer(name),
        status_of(fact, "completed"),
        moment(fact.start, fact.end),
        found,
        *more,
        *comments(fact, line),
        ranged,
        classCode="OBS",
        moodCode=mood,
        negationInd="true" if negated(fact, fact.concept) == "true" else "",
    )


def _value(fact: Simple, line: Line) -> Node | None:
    told: Concept = fact.value
    if fact.concept.code in _DATES and time(told.text) and not told.code:
        day(line, VALUE, told.text)
        return typed(cda("value", value=time(told.text)), "TS")
    node = value(getattr(fact, "quantity", Quantity()), told, line, VALUE)
    if node is not None and isinstance(fact, Result) and is_number(fact.second.value):
        line.add(VALUE, f"({printed(fact.second)})")
        node.append(cda("translation", value=fact.second.value, displayName=fact.second.unit))
    return node


def lifestyle(pen: Pen, fact: Lifestyle) -> Entry:
    """A habit («FR-Habitus-mode-de-vie»)."""
    line = pen.line("habit")
    return Entry(line, observation(pen, fact, LIFESTYLE, line))


def pregnancy(pen: Pen, fact: Pregnancy) -> Entry:
    """Something about a pregnancy («FR-Observation-sur-la-grossesse»)."""
    line = pen.line("pregnancy")
    return Entry(line, observation(pen, fact, PREGNANCY, line))


def directive(pen: Pen, fact: Directive) -> Entry:
    """An advance directive («FR-Directive-anticipee»), with where it is written."""
    line = pen.line("directive")
    node = observation(pen, fact, DIRECTIVE, line)
    if fact.reference and is_identifier(fact.reference):
        line.add("Document", fact.reference)
        written = cda("externalDocument", identifier(fact.reference))
        node.append(cda("reference", written, typeCode="REFR"))
    return Entry(line, node)


def follow_up(pen: Pen, fact: PlanItem) -> Entry:
    """Something foreseen («FR-Demande-d-examen-ou-de-suivi»)."""
    line = pen.line("plan")
    more = (
        beside("methodCode", fact.method, line, "Méthode"),
        beside("targetSiteCode", fact.site, line, "Localisation"),
        _who(fact.performer, line),
    )
    mood = fact.mood if fact.mood in {"INT", "PRP", "RQO", "GOL", "PRMS"} else "INT"
    return Entry(line, observation(pen, fact, FOLLOW_UP, line, mood=mood, more=more))


def _who(name: str, line: Line) -> Node | None:
    line.add("Intervenant", name)
    return performer(name)


def adverse_effect(pen: Pen, fact: Observation) -> Entry:
    """An adverse effect of a medicine («effet indésirable»), by its kind and its day."""
    line = pen.line("adverse")
    return Entry(line, observation(pen, fact, ADVERSE_EFFECT, line, more=judged(fact, line)))


def judged(fact: Measurement | Observation | Result, line: Line) -> list[Node | None]:
    """How a value is judged, and where in the body it was seen."""
    codes = [by_code("interpretation", code) or Code(code, INTERPRETATION) for code in fact.interpretation]
    said = [coded("interpretationCode", code) for code in codes]
    line.add("Interprétation", ", ".join(code.display or code.code for code in codes))
    site = fact.site if isinstance(fact, Observation) else NOTHING
    return [*said, beside("targetSiteCode", site, line, "Localisation")]


# -- groups


def measurements(pen: Pen, facts: Sequence[Measurement]) -> tuple[list[Line], list[Node]]:
    """Vital signs («FR-Signes-vitaux»), gathered by their moment."""
    lines, groups = _grouped(pen, facts, VITAL_SIGN, "measure")
    return lines, [_cluster(pen, VITAL_SIGNS, VITALS, moment, nodes) for moment, nodes in groups]


def functions(pen: Pen, facts: Sequence[Observation]) -> tuple[list[Line], list[Node]]:
    """What the patient can do («FR-Statut-fonctionnel»), gathered by its moment."""
    lines, groups = _grouped(pen, facts, FUNCTION, "function")
    return lines, [_cluster(pen, FUNCTIONS, None, moment, nodes) for moment, nodes in groups]


def _grouped(
    pen: Pen, facts: Sequence[Measurement | Observation], conformance: Sequence[str], name: str
) -> tuple[list[Line], list[tuple[str, list[Node]]]]:
    lines: list[Line] = []
    groups: list[tuple[str, list[Node]]] = []
    for start, some in groupby(facts, key=lambda fact: fact.start):
        nodes: list[Node] = []
        for fact in some:
            lines.append(pen.line(name))
            nodes.append(observation(pen, fact, conformance, lines[-1], more=judged(fact, lines[-1])))
        groups.append((start, nodes))
    return lines, groups


def _cluster(pen: Pen, conformance: Sequence[str], code: Code | None, start: str, nodes: Sequence[Node]) -> Node:
    return cda(
        "organizer",
        *templates(*conformance),
        pen.own_id("cluster", code.code if code else "", start, str(len(nodes))),
        coded("code", code) if code else cda("code", nullFlavor="NA"),
        completed(),
        moment(start, ""),
        *(cda("component", node, typeCode="COMP") for node in nodes),
        classCode="CLUSTER",
        moodCode="EVN",
    )
