"""The years before the story: what a patient's record holds when somebody opens it for the first time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from dmp.client import DmpClient
from dmp.record.actor import Mode
from dmp.record.codes import Code
from dmp.sandbox.maker import (
    DocumentContext,
    biology_report,
    letter,
    medical_synthesis,
    plain_text,
    vaccination_history,
)
from dmp.sandbox.maker.catalogue import ANALYTES, MEDICINES, VACCINES
from dmp.sandbox.maker.facts import CIM_10, Allergy, Dose, Problem, Treatment
from dmp.sandbox.maker.letter import DISCHARGE_LETTER, REFERRAL_LETTER
from dmp.sandbox.population import Person

VISITS = 16
"""Consultations, one in four months."""
REPORTS = 8
"""Biology reports, one in six months, of which the newest is a few weeks old."""
REASON = "Douleur thoracique, patiente qui ne peut pas répondre."


@dataclass(frozen=True)
class Scenery:
    """Who wrote it: the doctor, the laboratory (its software, and the biologist who signs), a hospital doctor."""

    doctor: DmpClient
    laboratory: DmpClient
    biologist: DmpClient
    hospital: DmpClient

    def prepare(self, person: Person) -> int:
        """Put it into the record; gives how many documents."""
        now = datetime.now(UTC).replace(microsecond=0)
        written = [*self._visits(person, now), *self._of_her_doctor(person, now)]
        self.doctor.submit(person.patient, written)
        reports = [self._report(person, now - timedelta(days=20 + 182 * turn), turn) for turn in range(REPORTS)]
        self.laboratory.submit(person.patient, reports)
        self.doctor.become_attending(person.patient)
        emergency = self.hospital.in_mode(Mode.BREAK_GLASS, REASON)
        emergency.find(person.patient)
        self.hospital.authorise(person.patient)
        self.hospital.submit(person.patient, [self._discharge(person, now - timedelta(days=3))])
        return len(written) + len(reports) + 1

    def _visits(self, person: Person, now: datetime) -> Iterator[bytes]:
        for turn in range(VISITS):
            at = now - timedelta(days=40 + 121 * turn)
            pressure = f"{13 + turn % 3}/{8 - turn % 2}"
            text = f"Suivi du diabète de type 2.\nTension : {pressure}\nPieds : rien à signaler.\nRevoir dans 4 mois."
            yield plain_text(context_of(self.doctor, person, at), text, title="Consultation de suivi")

    def _of_her_doctor(self, person: Person, now: datetime) -> Iterator[bytes]:
        doctor = self.doctor
        context = context_of(doctor, person, now - timedelta(days=38))
        yield medical_synthesis(
            context,
            problems=[
                Problem(Code("E11.9", CIM_10, "Diabète de type 2, sans complication"), date(2016, 5, 2)),
                Problem(Code("I10", CIM_10, "Hypertension essentielle"), date(2018, 9, 12)),
            ],
            allergies=[Allergy(Code("J01C", "2.16.840.1.113883.6.73", "Pénicillines"), since=date(1998, 1, 1))],
            treatments=[Treatment(MEDICINES["metformin"], "1 comprimé matin et soir", date(2016, 5, 2))],
            remarks=["Fond d’œil à faire cette année."],
        )
        shots = (("revaxis", date(2020, 4, 9)), ("vaxigrip", date(2025, 10, 20)), ("pneumovax", date(2022, 11, 15)))
        doses = [Dose(VACCINES[name], on, rank=1, lot=f"L{on:%y%m}") for name, on in shots]
        yield vaccination_history(context_of(doctor, person, now - timedelta(days=39)), doses)
        yield letter(
            context_of(doctor, person, now - timedelta(days=60)),
            title="Adressage en ophtalmologie",
            paragraphs=["Cher confrère,", "Merci de voir cette patiente pour son fond d’œil annuel."],
            kind=REFERRAL_LETTER,
        )

    def _report(self, person: Person, at: datetime, turn: int) -> bytes:
        values = {
            "glucose_fasting": Decimal("1.18") + Decimal(turn % 4) * Decimal("0.06"),
            "hba1c": Decimal("6.6") + Decimal(turn) * Decimal("0.1"),
            "creatinine": Decimal("8.4") - Decimal(turn % 3) * Decimal("0.2"),
            "cholesterol_ldl": Decimal("1.02") + Decimal(turn % 5) * Decimal("0.07"),
        }
        results = [ANALYTES[name].result(value, at) for name, value in values.items()]
        return biology_report(context_of(self.biologist, person, at), results)

    def _discharge(self, person: Person, at: datetime) -> bytes:
        paragraphs = [
            "Chère consœur,",
            "Passage aux urgences pour une douleur thoracique, sans cause cardiaque retrouvée.",
            "Sortie le jour même. Revoir son médecin dans la semaine.",
        ]
        context = context_of(self.hospital, person, at)
        return letter(context, title="Lettre de liaison, urgences", paragraphs=paragraphs, kind=DISCHARGE_LETTER)


def context_of(author: DmpClient, person: Person, at: datetime) -> DocumentContext:
    """Of a document that somebody writes about a person on that day."""
    traits, contact, guardians = person.traits, person.contact, person.guardians
    return DocumentContext(author.new_oid(), person.patient, traits, author.professional, at, contact, guardians)
