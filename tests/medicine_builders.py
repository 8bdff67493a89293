"""Charts of medicines, built by hand: sheets with lines, deliveries, statements."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from dmp.record.codes import Code
from dmp.record.facts import (
    Allergy,
    Ceiling,
    Concept,
    Dispensation,
    DoseStep,
    Facts,
    Medication,
    PrescriptionLine,
    Quantity,
    Rhythm,
    Source,
    Stated,
    Substance,
)
from dmp.record.patient import Sex
from dmp.services.chart import Chart, Person, Sheet
from dmp.services.medicines.product import ATC, CIP, CIS, MV
from xds_builders import an_author, an_entry

TYPES = {
    "prescription": ("57833-6", "42"),
    "delivery": ("60593-1", "43"),
    "pharmacy": ("DISP_AUT", "43"),
    "summary": ("60591-5", "11"),
    "own summary": ("SYNTH", "11"),
    "letter": ("11490-0", "10"),
    "profile": ("DOCPAT08", "11"),
    "biology": ("11502-2", "10"),
}
SYSTEMS = {"cis": CIS, "cip": CIP[0], "mv": MV, "atc": ATC}
TODAY = date(2026, 3, 1)


def concept(told: Mapping[str, Any]) -> Concept:
    codes = tuple(
        Code(told[name], system, told.get("atc_name", "")) for name, system in SYSTEMS.items() if name in told
    )
    return Concept(text=told.get("name", ""), translations=codes)


def quantity(text: str) -> Quantity:
    value, _, unit = text.partition(" ")
    return Quantity(value, unit)


def step(told: Mapping[str, Any]) -> DoseStep:
    """A step: `dose` such as `2 {tbl}` or `1-2 {tbl}`, `every` a period, `at` events, `for` a length."""
    amount = quantity(told.get("dose", ""))
    low, _, high = amount.value.partition("-")
    rhythms = (
        *([Rhythm(quantity(told["every"]))] if "every" in told else []),
        *(Rhythm(event=event) for event in told.get("at", [])),
    )
    return DoseStep(
        dose=Quantity(unit=amount.unit, low=low, high=high) if high else amount,
        rhythms=rhythms,
        start=told.get("start", ""),
        end=told.get("end", ""),
        length=quantity(told.get("for", "")),
    )


def ceiling(text: str) -> Ceiling:
    """The most that may be taken: `4 {tbl} / 1 d`."""
    dose, _, period = text.partition(" / ")
    return Ceiling(quantity(dose), quantity(period))


def medication(told: Mapping[str, Any], kind: type[Any] = Medication, **more: Any) -> Any:
    substances = told.get("substances", [told["substance"]] if "substance" in told else [])
    return kind(
        source=Source(ident=told.get("id", ""), section=told.get("section", "")),
        concept=concept(told),
        start=told.get("start", ""),
        end=told.get("end", ""),
        stated=Stated(told.get("stated", "present")),
        status=told.get("status", "active"),
        substances=tuple(Substance(Concept(text=name)) for name in substances),
        dose=quantity(told.get("dose", "")),
        route=Concept(told.get("route", "")),
        schedule=told.get("schedule", ""),
        per_day=told.get("per_day", ""),
        steps=tuple(map(step, told.get("steps", []))),
        ceiling=ceiling(told.get("ceiling", "")),
        as_needed=told.get("as_needed", False),
        **more,
    )


def line(told: Mapping[str, Any]) -> PrescriptionLine:
    return medication(
        told,
        PrescriptionLine,
        quantity=quantity(told.get("quantity", "")),
        repeats=told.get("repeats", 0),
        long_term_illness=told.get("long_term", False),
        prescription=told.get("prescription", ""),
    )


def delivery(told: Mapping[str, Any]) -> Dispensation:
    substances = told.get("substances", [told["substance"]] if "substance" in told else [])
    return Dispensation(
        source=Source(ident=told.get("id", "")),
        concept=concept(told),
        start=told.get("start", ""),
        substances=tuple(Substance(Concept(text=name)) for name in substances),
        line=told.get("line", ""),
        prescription=told.get("prescription", ""),
        quantity=quantity(told.get("quantity", "1")),
        per_day=told.get("per_day", ""),
        steps=tuple(map(step, told.get("steps", []))),
        pack=quantity(told.get("pack", "")),
        substitution=told.get("substitution", ""),
        completeness=told.get("completeness", ""),
        pharmacy=told.get("pharmacy", ""),
    )


def allergy(told: Mapping[str, Any]) -> Allergy:
    codes = tuple(Code(told[name], system) for name, system in SYSTEMS.items() if name in told)
    return Allergy(
        Source(),
        agent=Concept(text=told.get("to", ""), code=told.get("code", ""), translations=codes),
        stated=Stated(told.get("stated", "present")),
        clinical_status=told.get("clinical_status", ""),
    )


def sheet(told: Mapping[str, Any], number: int = 0) -> Sheet:
    type_code, class_code = TYPES[told["kind"]]
    day = str(told["day"]).replace("-", "")
    entry = replace(
        an_entry(),
        uuid=f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        unique_id=told.get("unique", f"1.2.3.{number}"),
        type_code=Code(type_code, "2.16.840.1.113883.6.1"),
        class_code=Code(class_code, "1.2.250.1.213.1.1.4.1"),
        title=told.get("title", f"Document {number}"),
        creation_time=day,
        service_start=told.get("service_start", day),
        service_stop=told.get("service_stop", ""),
        authors=(an_author(person=told.get("by", "801234567897^FICTIF^Jacques")),),
    )
    facts = Facts(
        prescriptions=tuple(map(line, told.get("lines", []))),
        dispensations=tuple(map(delivery, told.get("deliveries", []))),
        medications=tuple(map(medication, told.get("treatments", []))),
        allergies=tuple(map(allergy, told.get("allergies", []))),
    )
    return Sheet(entry, facts)


def chart(*sheets: Mapping[str, Any], today: date = TODAY, **person: Any) -> Chart:
    found = [sheet(told, number) for number, told in enumerate(sheets, start=1)]
    found.sort(key=lambda each: each.entry.service_start or each.entry.creation_time, reverse=True)
    who = Person(Sex.FEMALE, person.get("birth", date(1970, 5, 1)))
    return Chart(who, today, tuple(found), complete=person.get("complete", False))
