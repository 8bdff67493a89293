"""Treatments and prescription lines («traitements», «prescription», cda 3.2, 4.8)."""

from collections.abc import Sequence

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, DoseStep, Medication, PrescriptionLine, Quantity
from dmp.wire.cda.making.concepts import beside, code_of, day, pointer, span
from dmp.wire.cda.making.entries import (
    ACT_CODE,
    ANS_TERMS,
    SIMPLE_OBSERVATION,
    comments,
    completed,
    negated,
    reason,
    related,
    states_absence,
)
from dmp.wire.cda.making.narrative import printed
from dmp.wire.cda.making.pen import Entry, Line, Pen
from dmp.wire.cda.making.posology import CHANGING, DOSE, UNCHANGING, Intake, at_most, intake, steps
from dmp.wire.cda.making.products import Rich, product
from dmp.wire.cda.making.tree import (
    Node,
    amount,
    cda,
    coded,
    identifier,
    is_amount,
    is_identifier,
    reference,
    templates,
    typed,
)

DRUG = Code("DRUG", ACT_CODE, "Médicament")
LONG_TERM_ILLNESS = Code("MED-574", ANS_TERMS, "En rapport avec une ALD")
MEDICATION = ("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.7", "1.2.250.1.213.1.1.3.42")
LINE = (
    *MEDICATION[:2],
    "1.3.6.1.4.1.19376.1.9.1.3.2",
    "1.2.250.1.213.1.1.3.83",
    "1.3.6.1.4.1.19376.1.9.1.3.6",
)
SUPPLY = ("1.3.6.1.4.1.19376.1.9.1.3.8", "1.2.250.1.213.1.1.3.86")
PERMITTED = ("1.3.6.1.4.1.19376.1.9.1.3.9.1", "1.2.250.1.213.1.1.3.87")
ILLNESS = (*SIMPLE_OBSERVATION, "1.2.250.1.213.1.1.3.48.13")


def medication(pen: Pen, fact: Medication) -> Entry:
    """A treatment («FR-Traitement»): period, route, dose, product, and the problem it is given for."""
    line = pen.line("drug")
    nodes = _administered(fact, line)
    node = cda(
        "substanceAdministration",
        *templates(*MEDICATION, form_of(fact.steps)),
        pen.ident(fact, "treatment"),
        *nodes,
        *_judged(pen, fact, line, *steps(pen, fact.steps, line, _mood(fact.mood))),
        classCode="SBADM",
        moodCode=_mood(fact.mood),
        negationInd="true" if negated(fact, fact.concept) == "true" else "",
    )
    return Entry(line, node, "DRIV")


def form_of(told: Sequence[DoseStep]) -> str:
    """Whether the dose changes."""
    return CHANGING if len(told) > 1 else UNCHANGING


def _mood(mood: str) -> str:
    return mood if mood in {"EVN", "INT", "RQO", "PRMS", "PRP"} else "EVN"


def _administered(fact: Medication, line: Line, repeats: int = 0) -> list[Node]:
    """From the code to the product, in the order of the schema; lines are read from left to right: what, how, when."""
    rich = Rich(fact.substances) if fact.substances or isinstance(fact, PrescriptionLine) else None
    made, name = product(fact.concept, line, "Médicament", rich=rich)
    rhythm, dose = intake(Intake(fact.dose, fact.schedule, fact.per_day, fact.steps), line)
    most = at_most(fact.ceiling, line)
    route = beside("routeCode", fact.route, line, "Voie")
    day(line, "Début", fact.start)
    day(line, "Fin", fact.end)
    what = code_of(fact.concept) if states_absence(fact.concept) else DRUG
    nodes: Sequence[Node | None] = (
        coded("code", what),
        pointer(name),
        completed(),
        span(fact.start, fact.end, open_end=True),
        rhythm,
        cda("repeatNumber", value=str(repeats)) if repeats else None,
        route,
        dose,
        most,
        cda("consumable", made, typeCode="CSM"),
    )
    return [node for node in nodes if node is not None]


def _judged(pen: Pen, fact: Medication, line: Line, *inside: Node) -> list[Node]:
    """Why it is given, what is said of it, and on which condition it is taken, in the order of the schema."""
    why = reason(pen, fact.reason, line)
    condition = line.say(DOSE, "si besoin", "condition") if fact.as_needed else ""
    criterion = cda("criterion", cda("text", reference(condition))) if condition else None
    nodes = [why, *inside, *comments(fact, line), cda("precondition", criterion) if condition else None]
    return [node for node in nodes if node is not None]


def prescription_line(pen: Pen, fact: PrescriptionLine) -> Entry:
    """A line of a prescription («FR-Traitement-prescrit»): what to deliver, how much, how many times."""
    line = pen.line("drug")
    nodes = _administered(fact, line, fact.repeats)
    told = steps(pen, fact.steps, line, "INT")
    wanted = (*told, _supply(fact, line), _permitted(fact, line), _illness(pen, fact, line))
    node = cda(
        "substanceAdministration",
        *templates(*LINE, form_of(fact.steps)),
        pen.ident(fact, "line"),
        *nodes,
        *_ordered(_judged(pen, fact, line, *(found for found in wanted if found is not None)), _quoted(pen, fact)),
        classCode="SBADM",
        moodCode="INT",
    )
    return Entry(line, node)


def _ordered(nodes: list[Node], quoted: Node | None) -> list[Node]:
    """A reference stands after the links and before the condition."""
    if quoted is None:
        return nodes
    links = [node for node in nodes if node.tag.endswith("}entryRelationship")]
    return [*links, quoted, *(node for node in nodes if node not in links)]


def _supply(fact: PrescriptionLine, line: Line) -> Node | None:
    """How much to deliver each time."""
    if not is_amount(fact.quantity):
        return None
    line.add("Quantité", printed(fact.quantity))
    if fact.repeats:
        line.add("Quantité", f"à renouveler {fact.repeats} fois")
    supply = cda(
        "supply",
        *templates(*SUPPLY),
        cda("independentInd", value="false"),
        quantity_of(fact.quantity),
        classCode="SPLY",
        moodCode="RQO",
    )
    return related("COMP", supply)


def quantity_of(told: Quantity) -> Node | None:
    """A PQ: the schema takes no interval here."""
    return amount("quantity", told.value, told.unit) if is_amount(told) and told.value else None


def _permitted(fact: PrescriptionLine, line: Line) -> Node | None:
    """That nothing may be substituted, with the reason that the prescriber writes (MTE, EFG, CIF)."""
    told = fact.not_substitutable
    if told == NOTHING:
        return None
    said = Concept(told.code, told.system, told.display, told.text or "Non substituable", told.translations, told.null)
    return related("COMP", substitution(PERMITTED, said, line, "DEF"))


def substitution(conformance: Sequence[str], told: Concept, line: Line, mood: str) -> Node:
    """What is said of substitution: that none is permitted, or that there was one."""
    code = beside("code", told, line, "Substitution")
    return cda("act", *templates(*conformance), code, completed(), classCode="ACT", moodCode=mood)


def _illness(pen: Pen, fact: PrescriptionLine, line: Line) -> Node | None:
    """That the line is within a long-term illness."""
    if not fact.long_term_illness:
        return None
    name = line.say("ALD", "En rapport avec une ALD", "ald")
    observation = cda(
        "observation",
        *templates(*ILLNESS),
        pen.own_id("ald", line.name),
        coded("code", LONG_TERM_ILLNESS),
        pointer(name),
        completed(),
        cda("effectiveTime", nullFlavor="NA"),
        typed(cda("value", value="true"), "BL"),
        classCode="OBS",
        moodCode="EVN",
    )
    return related("COMP", observation)


def _quoted(pen: Pen, fact: PrescriptionLine) -> Node | None:
    """The prescription that a line is of, when it is another document."""
    own = fact.prescription in ("", pen.context.id)
    return None if own or not is_identifier(fact.prescription) else quoted_document(fact.prescription)


def quoted_document(unique_id: str) -> Node:
    """A reference to the prescription that is another document."""
    return cda("reference", cda("externalDocument", identifier(unique_id)), typeCode="XCRPT")
