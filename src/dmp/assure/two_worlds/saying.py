"""What documents say in two worlds: facts beside those that are there, hidden ones in the first world alone (SV-1).

What is hidden says the same as what is shown, the opposite, and more: looked
at, it would lead a fold, or add a conflict, a count, a choice or an alert.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from dmp.assure.two_worlds.world import START, World
from dmp.record.facts import (
    Allergy,
    Concept,
    Facts,
    Immunization,
    Measurement,
    Medication,
    PlanItem,
    PrescriptionLine,
    Problem,
    Procedure,
    Quantity,
    Result,
    Source,
    Stated,
)
from dmp.store.projections import Projection, pack_facts

ATC, LOINC, CCAM, ICD10 = (
    "2.16.840.1.113883.6.73",
    "2.16.840.1.113883.6.1",
    "1.2.250.1.213.2.5",
    "2.16.840.1.113883.6.3",
)
_PRODUCTS = (("C09AA05", "Ramipril"), ("B01AA03", "Warfarine"), ("M01AE01", "Ibuprofène"), ("C10AA01", "Simvastatine"))
_PROBLEMS = (("E11", "Diabète de type 2"), ("C50", "Tumeur maligne du sein"), ("I10", "Hypertension"))
_ANALYTES = (("4548-4", "Hémoglobine glyquée", "%"), ("2160-0", "Créatinine", "umol/L"))
_EXAMS = (("QEQK004", "Mammographie de dépistage"), ("ZBQK002", "Radiographie du thorax"))
_VACCINES = ("J07CA02", "J07BB02", "J07AL02")


def speak(world: World, key: str, said: Mapping[str, Facts]) -> None:
    """Have the documents of a record say this, by uniqueId; their words stay as they are."""
    with world.store.begin() as tx:
        record = tx.records.find(key)
        contents = tx.inside(record) if record is not None else None
        if contents is None:
            return
        entries = {entry.uuid: said[entry.unique_id] for entry in contents.entries() if entry.unique_id in said}
        documents = contents.documents_of(entries)
        for name, uuid in {name: uuid for uuid, name in documents.items()}.items():
            known = tx.projections.of(key, name) or Projection(b"")
            tx.projections.renew(key, name, replace(known, facts=pack_facts(entries[uuid])))


def facts_of(dice: Random) -> Facts:
    """What one document says of everything that the pages of the chart show."""
    return Facts(
        problems=(_problem(dice),),
        allergies=(
            Allergy(
                _source("allergy"),
                agent=Concept("J01CA04", ATC, "Amoxicilline"),
                stated=dice.choice((Stated.PRESENT, Stated.ABSENT)),
            ),
        ),
        medications=(_medication(dice),),
        prescriptions=(PrescriptionLine(_source("line"), _product(dice), start=_day(dice), quantity=_amount("30")),),
        immunizations=(Immunization(_source("dose"), Concept(dice.choice(_VACCINES), ATC), start=_day(dice)),),
        results=tuple(_result(dice, *known) for known in _ANALYTES),
        measurements=(
            Measurement(
                _source("weight"),
                Concept("29463-7", LOINC, "Poids"),
                start=_day(dice),
                quantity=_amount(str(dice.randint(50, 95)), "kg"),
            ),
        ),
        procedures=(Procedure(_source("act"), Concept(*_coded(dice, _EXAMS, CCAM)), start=_day(dice)),),
        plan=(
            PlanItem(_source("plan"), Concept(text=f"Contrôle {dice.randrange(9)}"), start=_day(dice, -60), mood="INT"),
        ),
    )


def _problem(dice: Random) -> Problem:
    concept = Concept(*_coded(dice, _PROBLEMS, ICD10))
    return Problem(_source("problem"), concept, start=_day(dice), stated=dice.choice((Stated.PRESENT, Stated.ABSENT)))


def _medication(dice: Random) -> Medication:
    dose = f"{dice.randint(1, 3)} par jour"
    return Medication(_source("treatment"), _product(dice), start=_day(dice), schedule=dose, status="active")


def _result(dice: Random, code: str, label: str, unit: str) -> Result:
    value = _amount(f"{dice.randint(40, 99) / 10}", unit)
    return Result(_source(code), Concept(code, LOINC, label), start=_day(dice), quantity=value, low="4", high="6")


def _product(dice: Random) -> Concept:
    return Concept(*_coded(dice, _PRODUCTS, ATC))


def _coded(dice: Random, known: tuple[tuple[str, str], ...], system: str) -> tuple[str, str, str]:
    code, label = dice.choice(known)
    return code, system, label


def _amount(value: str, unit: str = "") -> Quantity:
    return Quantity(value, unit)


def _source(place: str) -> Source:
    return Source(path=f"/{place}")


def _day(dice: Random, ago: int = 0) -> str:
    """Of the last year, or so many days from then."""
    return f"{START - timedelta(days=ago + dice.choice((2, 20, 200))):%Y%m%d}"
