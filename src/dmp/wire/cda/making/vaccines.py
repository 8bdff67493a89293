"""Vaccines given, refused or planned («vaccinations», cda-and-services 4.3, vaccination-screening 1.1)."""

from dataclasses import dataclass

from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.facts import Concept, Immunization, Stated
from dmp.wire.cda.making.concepts import beside, code_of, day, moment, pointer
from dmp.wire.cda.making.entries import ACT_CODE, LOINC, author, comments, negated, performer, related, states_absence
from dmp.wire.cda.making.labels import by_code
from dmp.wire.cda.making.pen import Entry, Line, Pen
from dmp.wire.cda.making.people import assigned
from dmp.wire.cda.making.problems import reaction_observation
from dmp.wire.cda.making.products import consumable
from dmp.wire.cda.making.tree import (
    Node,
    amount,
    cda,
    coded,
    is_amount,
    is_number,
    stamp,
    templates,
    typed,
)

RANK = Code("30973-2", LOINC, "Rang de la vaccination")
GIVEN = ("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.12", "1.2.250.1.213.1.1.3.45")
PLANNED = ("2.16.840.1.113883.10.20.1.25", "1.3.6.1.4.1.19376.1.5.3.1.4.12.2", "1.2.250.1.213.1.1.3.47")
SERIES_NUMBER = ("2.16.840.1.113883.10.20.1.46", "1.2.250.1.213.1.1.3.82")
INTERNAL_REFERENCE = ("1.3.6.1.4.1.19376.1.5.3.1.4.4.1", "1.2.250.1.213.1.1.3.36")
REFUSED = "Vaccination refusée."


@dataclass(frozen=True)
class Dose:
    """A vaccine as it is read, with what its author knows besides: who gave it, in codes, and what followed."""

    fact: Immunization
    performer: Professional | None = None
    reaction: Code | None = None


def immunization(pen: Pen, dose: Dose, *, signed: bool = False) -> Entry:
    """The coded act of vaccination («FR-Vaccination»); `signed` has the author of the document answer for it."""
    fact, line = dose.fact, pen.line("vac")
    planned = fact.mood != "EVN"
    product = consumable(fact.concept, line, "Vaccin", lot=fact.lot)
    pointed = pointer(line.name)
    day(line, "Date", fact.start)
    line.add("Lot", fact.lot)
    line.add("Rang", fact.rank)
    code = by_code("series", fact.kind)
    line.add("Série", code.display if code else "")
    node = cda(
        "substanceAdministration",
        *templates(*(PLANNED if planned else GIVEN)),
        pen.ident(fact, "immunization", fact.rank),
        _kind(fact),
        pointed,
        cda("statusCode", code="active" if planned else "completed"),
        moment(fact.start, fact.end),
        beside("routeCode", fact.route, line, "Voie"),
        beside("approachSiteCode", fact.site, line, "Région"),
        _amount(fact),
        product,
        _performer(dose, line),
        _author(pen) if signed and not planned else author(fact, line),
        *_details(pen, dose, line),
        classCode="SBADM",
        moodCode="INT" if planned else "EVN",
        negationInd=negated(fact, fact.concept, Concept(fact.kind, ACT_CODE)),
    )
    return Entry(line, node)


def _kind(fact: Immunization) -> Node:
    found = by_code("series", fact.kind)
    if found is not None:
        return coded("code", found)
    absent = states_absence(fact.concept)
    code = code_of(fact.concept) if absent else Code(fact.kind, ACT_CODE if fact.kind else "")
    return coded("code", code) if code.code else cda("code", nullFlavor="UNK")


def _amount(fact: Immunization) -> Node | None:
    told = fact.dose
    return amount("doseQuantity", told.value, told.unit) if is_amount(told) and told.value else None


def _performer(dose: Dose, line: Line) -> Node | None:
    if dose.performer is not None:
        line.add("Vaccinateur", dose.performer.name)
        return cda("performer", assigned("assignedEntity", dose.performer), typeCode="PRF")
    line.add("Vaccinateur", dose.fact.performer)
    return performer(dose.fact.performer, dose.fact.performer_id)


def _author(pen: Pen) -> Node:
    return cda("author", cda("time", value=stamp(pen.context.at)), assigned("assignedAuthor", pen.context.author))


def _details(pen: Pen, dose: Dose, line: Line) -> list[Node]:
    """Rank in the series, diseases aimed at, reaction observed, remarks: each only when it is known."""
    fact = dose.fact
    told = dose.reaction
    reaction = Concept(told.code, told.system, told.display) if told else Concept(text=fact.reaction)
    details = [related("SUBJ", _rank(fact.rank))] if fact.rank else []
    details += [_target(pen, target, line) for target in fact.targets if target.words]
    if reaction.words:
        seen = reaction_observation(pen, reaction, line, "Réaction", fact.start)
        details.append(related("CAUS", seen, inversion="false"))
    if fact.stated is Stated.ABSENT and not states_absence(fact.concept):
        # Readers do not see `negationInd`.
        line.say("Remarque", REFUSED, "refused")
    return [*details, *comments(fact, line)]


def _rank(rank: str) -> Node:
    """The place of the dose in its series («FR-Rang-de-la-vaccination»)."""
    whole = is_number(rank) and "." not in rank
    value = typed(cda("value", value=rank), "INT") if whole else typed(cda("value", rank), "ST")
    return cda(
        "observation",
        *templates(*SERIES_NUMBER),
        coded("code", RANK),
        cda("statusCode", code="completed"),
        value,
        classCode="OBS",
        moodCode="EVN",
    )


def _target(pen: Pen, target: Concept, line: Line) -> Node:
    """A disease that it protects from."""
    act = cda(
        "act",
        *templates(*INTERNAL_REFERENCE),
        pen.own_id("target", line.name, target.code, target.words),
        beside("code", target, line, "Maladies"),
        classCode="ACT",
        moodCode="EVN",
    )
    return related("RSON", act)
