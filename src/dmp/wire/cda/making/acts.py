"""Acts, devices and stays, done or to come («actes», «dispositifs médicaux», «rencontres»)."""

from dmp.record.facts import NOTHING, Device, Encounter, Procedure
from dmp.wire.cda.making.concepts import beside, day, moment, pointer, principal, sided
from dmp.wire.cda.making.entries import author, comments, negated, performer, reason, status_of
from dmp.wire.cda.making.pen import Entry, Line, Pen
from dmp.wire.cda.making.tree import (
    Node,
    amount,
    cda,
    identifier,
    is_amount,
    is_identifier,
    templates,
)

PROCEDURE = "1.3.6.1.4.1.19376.1.5.3.1.4.19"
DONE, TO_COME = "2.16.840.1.113883.10.20.1.29", "2.16.840.1.113883.10.20.1.25"
PROCEDURE_FR = "1.2.250.1.213.1.1.3.62"
DEVICE = ("2.16.840.1.113883.10.20.1.34", "1.2.250.1.213.1.1.3.20")
ENCOUNTER = "1.3.6.1.4.1.19376.1.5.3.1.4.14"
ENCOUNTER_FR = "1.2.250.1.213.1.1.3.58"
PAST_ENCOUNTER = "2.16.840.1.113883.10.20.1.21"
PLANNED = frozenset({"INT", "ARQ", "PRMS", "PRP", "RQO"})


def procedure(pen: Pen, fact: Procedure) -> Entry:
    """An act («FR-Acte»), done or planned."""
    line = pen.line("act")
    day(line, "Date", fact.start)
    code, name = principal("code", fact.concept, line, "Acte", pointed=False)
    planned = fact.mood in PLANNED
    who = performer(fact.performer)
    line.add("Intervenant", fact.performer)
    node = cda(
        "procedure",
        *templates(PROCEDURE, TO_COME if planned else DONE, PROCEDURE_FR),
        pen.ident(fact, "procedure"),
        sided(code, "" if fact.site != NOTHING else fact.laterality, line),
        pointer(name),
        status_of(fact, "active" if planned else "completed"),
        moment(fact.start, fact.end),
        beside("methodCode", fact.method, line, "Méthode"),
        sided(beside("targetSiteCode", fact.site, line, "Localisation"), fact.laterality, line),
        who,
        author(fact, line),
        reason(pen, fact.reason, line),
        *comments(fact, line),
        classCode="PROC",
        moodCode=fact.mood if planned else "EVN",
        negationInd="true" if negated(fact, fact.concept) == "true" else "",
    )
    return Entry(line, node)


def device(pen: Pen, fact: Device) -> Entry:
    """A device («FR-Dispositif-medical»): worn, used or prescribed."""
    line = pen.line("device")
    day(line, "Depuis", fact.start)
    day(line, "Jusqu’au", fact.end)
    code, name = principal("code", fact.concept, line, "Dispositif")
    line.add("Numéro de série", fact.serial)
    serial = identifier(fact.serial) if fact.serial and is_identifier(fact.serial) else cda("id", nullFlavor="UNK")
    playing = cda("playingDevice", code, classCode="DEV", determinerCode="INSTANCE")
    node = cda(
        "supply",
        *templates(*DEVICE),
        pen.ident(fact, "device", fact.serial),
        pointer(name),
        status_of(fact),
        moment(fact.start, fact.end),
        _quantity(fact, line),
        author(fact, line),
        cda("participant", cda("participantRole", serial, playing, classCode="MANU"), typeCode="DEV"),
        *comments(fact, line),
        classCode="SPLY",
        moodCode=fact.mood if fact.mood in {"INT", "RQO"} else "EVN",
    )
    return Entry(line, node)


def _quantity(fact: Device, line: Line) -> Node | None:
    if not (is_amount(fact.quantity) and fact.quantity.value):
        return None
    line.add("Quantité", f"{fact.quantity.value} {fact.quantity.unit}".strip())
    return amount("quantity", fact.quantity.value, fact.quantity.unit)


def encounter(pen: Pen, fact: Encounter) -> Entry:
    """A stay or a visit («FR-Rencontre»), past or to come."""
    line = pen.line("encounter")
    day(line, "Date", fact.start)
    code, name = principal("code", fact.concept, line, "Rencontre", pointed=False)
    line.add("Intervenant", fact.performer)
    planned = fact.mood in PLANNED
    node = cda(
        "encounter",
        *templates(TO_COME if planned else PAST_ENCOUNTER, ENCOUNTER, ENCOUNTER_FR),
        pen.ident(fact, "encounter"),
        code,
        pointer(name),
        status_of(fact),
        moment(fact.start, fact.end),
        performer(fact.performer),
        _place(fact.place, line),
        *comments(fact, line),
        classCode="ENC",
        moodCode=fact.mood if planned else "EVN",
    )
    return Entry(line, node)


def _place(place: str, line: Line) -> Node | None:
    if not place:
        return None
    line.add("Lieu", place)
    playing = cda("playingEntity", cda("name", place), classCode="PLC", determinerCode="INSTANCE")
    role = cda("participantRole", cda("id", nullFlavor="UNK"), playing, classCode="SDLOC")
    return cda("participant", role, typeCode="LOC")
