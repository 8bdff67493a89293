"""Charts made by hand, of few words: sheets of readable cases, for tests of screening and of the pathway."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.codes import Code
from dmp.record.entry import Author
from dmp.record.facts import (
    Concept,
    Dispensation,
    Facts,
    Kinship,
    Observation,
    PlanItem,
    Problem,
    Procedure,
    Quantity,
    Result,
    Source,
    Stated,
)
from dmp.record.invitation import Invitation
from dmp.record.patient import Sex
from dmp.services.chart import Chart, Person, Sheet
from store_builders import an_entry, uuid

SYSTEMS = {
    "loinc": "2.16.840.1.113883.6.1",
    "snomed": "2.16.840.1.113883.6.96",
    "ccam": "1.2.250.1.213.2.5",
    "ccam2": "1.2.250.1.215.300.1",
    "nabm": "1.2.250.1.213.2.7",
    "icd10": "2.16.840.1.113883.6.3",
    "ans": "1.2.250.1.213.1.1.4.322",
    "dcm": "1.2.840.10008.2.16.4",
    "kinship": "2.16.840.1.113883.5.111",
}
NOWHERE = Source()


def coded(text: str) -> Concept:
    """`loinc:77379-6` as a concept; empty for nothing."""
    system, _, code = text.partition(":")
    return Concept(code, SYSTEMS[system]) if text else Concept()


def code_of(text: str) -> Code:
    system, _, code = text.partition(":")
    return Code(code, SYSTEMS[system])


def quantity_of(text: str) -> Quantity:
    """`<5 ug/g` as a quantity."""
    value, _, unit = text.partition(" ")
    number = value.lstrip("<>=")
    return Quantity(number, unit, value[: len(value) - len(number)])


def _valued(kind: type, told: dict[str, Any], day: str) -> Any:
    return kind(
        NOWHERE,
        coded(told["code"]),
        start=told.get("day", day),
        status=told.get("status", "completed"),
        mood=told.get("mood", "EVN"),
        stated=Stated(told.get("stated", "present")),
        value=coded(told.get("value", "")),
        quantity=quantity_of(told.get("quantity", "")),
        interpretation=tuple(told.get("interpretation", ())),
    )


def facts_of(told: dict[str, Any], day: str) -> Facts:
    return Facts(
        results=tuple(_valued(Result, one, day) for one in told.get("results", ())),
        observations=tuple(_valued(Observation, one, day) for one in told.get("observations", ())),
        procedures=tuple(
            Procedure(NOWHERE, coded(one), start=day, mood=told.get("mood", "EVN"))
            for one in told.get("procedures", ())
        ),
        problems=tuple(
            Problem(
                NOWHERE, coded(one), stated=Stated(told.get("stated", "present")), history=told.get("history", False)
            )
            for one in told.get("problems", ())
        ),
        family=tuple(
            Kinship(NOWHERE, coded(f"icd10:{disease}"), relative=coded(f"kinship:{relative}"))
            for relative, disease in told.get("family", ())
        ),
        dispensations=(Dispensation(NOWHERE, start=day, prescription=told["delivers"]),) if "delivers" in told else (),
        plan=tuple(
            PlanItem(NOWHERE, Concept(text=one["text"]), start=one.get("day", ""), mood="INT")
            for one in told.get("plan", ())
        ),
    )


def _authors(told: dict[str, Any]) -> tuple[Author, ...]:
    """Of a `place`, by its name; else as told."""
    if "place" in told:
        name = told["place"]
        person = "899900000101^DUPONT^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
        return (Author(person, (f"{name}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^F{name}",), (), (told.get("who", ""),)),)
    return tuple(Author(**author) for author in told.get("authors", ()))


def a_sheet(number: int, told: dict[str, Any]) -> Sheet:
    """A document: `day` (HL7 digits), `type`, `format`, `events`, and what its facts are."""
    day = told.get("day", "20250101")
    entry = replace(
        an_entry(number),
        title=told.get("title", f"Document {number}"),
        type_code=Code(told.get("type", "11488-4"), SYSTEMS["loinc"], told.get("type_label", "CR de consultation")),
        class_code=Code(told.get("class", "10"), "1.2.250.1.213.1.1.4.1", "Compte rendu"),
        format_code=Code(told.get("format", "urn:ihe:iti:xds-sd:pdf:2008"), "1.3.6.1.4.1.19376.1.2.3"),
        practice_setting=Code(told.get("setting", "AMBULATOIRE"), "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
        event_codes=tuple(code_of(one) for one in told.get("events", ())),
        service_start=day,
        service_stop=told.get("end", ""),
        reference_ids=tuple(told.get("references", ())),
        authors=_authors(told),
        facility_type=Code(told.get("sector", "SA07"), "1.2.250.1.71.4.2.4"),
        unique_id=told.get("unique_id", f"1.2.250.1.999.1.{number}"),
        hash=told.get("hash", f"{number:040x}"),
        creation_time=told.get("created", day or "20250101"),
        comments=told.get("comments", ""),
    )
    return Sheet(entry, facts_of(told, day))


def a_choice(number: int, told: dict[str, Any]) -> HealthChoice:
    written = told.get("written", date(2025, 1, 1))
    return HealthChoice(
        uuid(900 + number),
        told.get("service", "screening"),
        ChoiceKind(told["kind"]),
        told["subject"],
        datetime.combine(written, time(12), UTC),
        day=told.get("day"),
        until=told.get("until"),
        shared=told.get("shared", False),
    )


def a_chart(told: dict[str, Any]) -> Chart:
    """A whole chart: `sex`, `birth`, `today`, `documents`, `choices`; the holder's own unless `professional`.

    A professional is given the choices that are shared, as `OpenChart` gives them.
    """
    choices = [a_choice(number, one) for number, one in enumerate(told.get("choices", ()), start=1)]
    return Chart(
        Person(Sex(told.get("sex", "F")), told.get("birth"), told.get("deceased", False)),
        told["today"],
        tuple(a_sheet(number, one) for number, one in enumerate(told.get("documents", ()), start=1)),
        tuple(choice for choice in choices if choice.shared or not told.get("professional", False)),
        tuple(an_invitation(number, **one) for number, one in enumerate(told.get("invitations", ()), start=1)),
        complete=not told.get("professional", False),
    )


def an_invitation(number: int, programme: str, day: date) -> Invitation:
    """A letter of the insurer."""
    return Invitation(f"invitation-{number}", f"CNAM-{number}", programme, day, datetime.combine(day, time(9), UTC))
