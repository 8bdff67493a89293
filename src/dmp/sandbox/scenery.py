"""The years before the story: what a patient's record holds when somebody opens it for the first time.

Type 2 diabetes since 2016, blood pressure since 2018: each page of the chart has something to say of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from dmp.client import DmpClient
from dmp.record.actor import Facility, Mode
from dmp.record.codes import Code
from dmp.sandbox.maker import (
    DocumentContext,
    Prescribed,
    biology_report,
    dispensation,
    letter,
    medical_synthesis,
    plain_text,
    prescription,
    vaccination_history,
)
from dmp.sandbox.maker.catalogue import ANALYTES, MEDICINES, VACCINES
from dmp.sandbox.maker.facts import ATC, CCAM, CIM_10, Allergy, Done, Dose, Problem, Quantity, Range, Treatment
from dmp.sandbox.maker.letter import DISCHARGE_LETTER, IMAGING_REPORT, OPERATION_REPORT, REFERRAL_LETTER
from dmp.sandbox.people import HOSPITAL
from dmp.sandbox.population import Person
from dmp.wire.cda.making.context import INPATIENT

VISITS = 16
"""Consultations, one in four months."""
REPORTS = 10
"""Biology reports, one in six months, of which the newest is a few weeks old: five years."""
REASON = "Douleur thoracique, patiente qui ne peut pas répondre."
DIABETES = Problem(Code("E11.9", CIM_10, "Diabète de type 2, sans complication"), date(2016, 5, 2))
PRESSURE = Problem(Code("I10", CIM_10, "Hypertension essentielle"), date(2018, 9, 12))
PENICILLINS = Allergy(Code("J01C", ATC, "Pénicillines"), since=date(1998, 1, 1))
MAMMOGRAPHY = Code("QEQK001", CCAM, "Mammographie bilatérale")
MONTHLY = (
    Prescribed(MEDICINES["metformin"], "1 comprimé matin et soir", Decimal(2), 3, repeats=2, long_term_illness=True),
    Prescribed(MEDICINES["ramipril"], "1 comprimé le matin", Decimal(1), 2, repeats=2),
)
"""What she takes, and the pharmacy delivered."""
NEW = (Prescribed(MEDICINES["atorvastatin"], "1 comprimé le soir", Decimal(1), repeats=5),)
"""What she did not fetch yet."""


@dataclass(frozen=True)
class Scenery:
    """Who wrote it: the doctor, the laboratory (its software, and the biologist who signs), a hospital, a pharmacy."""

    doctor: DmpClient
    laboratory: DmpClient
    biologist: DmpClient
    hospital: DmpClient
    pharmacy: DmpClient

    def prepare(self, person: Person) -> int:
        """Put it into the record; gives how many documents."""
        now = datetime.now(UTC).replace(hour=8, minute=15, second=0, microsecond=0)
        written = [*self._visits(person, now), *self._of_her_doctor(person, now)]
        order = context_of(self.doctor, person, now - timedelta(days=38))
        asked = context_of(self.doctor, person, now - timedelta(days=12))
        written += [prescription(order, MONTHLY), prescription(asked, NEW)]
        self.doctor.submit(person.patient, written)
        reports = self._reports(person, now)
        self.doctor.become_attending(person.patient)
        self.pharmacy.authorise(person.patient)
        handed_out = context_of(self.pharmacy, person, now - timedelta(days=36))
        self.pharmacy.submit(person.patient, [dispensation(handed_out, order.id, list(enumerate(MONTHLY, start=1)))])
        emergency = self.hospital.in_mode(Mode.BREAK_GLASS, REASON)
        emergency.find(person.patient)
        self.hospital.authorise(person.patient)
        stays = [*self._of_hospital(person, now), self._discharge(person, now - timedelta(days=3))]
        self.hospital.submit(person.patient, stays)
        return len(written) + reports + 1 + len(stays)

    def _visits(self, person: Person, now: datetime) -> Iterator[bytes]:
        for turn in range(VISITS):
            at = now - timedelta(days=40 + 121 * turn)
            pressure = f"{13 + turn % 3}/{8 - turn % 2}"
            text = f"Suivi du diabète de type 2.\nTension : {pressure}\nPieds : rien à signaler.\nRevoir dans 4 mois."
            yield plain_text(context_of(self.doctor, person, at), text, title="Consultation de suivi")

    def _of_her_doctor(self, person: Person, now: datetime) -> Iterator[bytes]:
        """Two syntheses, of which the older one knew of no allergy; what she was vaccinated with; letters."""
        doctor = self.doctor
        yield medical_synthesis(
            context_of(doctor, person, now - timedelta(days=2200)), problems=[DIABETES, PRESSURE], no_allergy=True
        )
        yield medical_synthesis(
            context_of(doctor, person, now - timedelta(days=38)),
            problems=[DIABETES, PRESSURE],
            allergies=[PENICILLINS],
            treatments=[Treatment(MEDICINES["metformin"], "1 comprimé matin et soir", DIABETES.since)],
            procedures=[Done(MAMMOGRAPHY, (now - timedelta(days=500)).date())],
            remarks=["Fond d’œil à faire cette année."],
        )
        shots = (("revaxis", date(2020, 4, 9)), ("vaxigrip", date(2025, 10, 20)), ("pneumovax", date(2022, 11, 15)))
        doses = [Dose(VACCINES[name], on, rank=1, lot=f"L{on:%y%m}") for name, on in shots]
        yield vaccination_history(context_of(doctor, person, now - timedelta(days=39)), doses)
        # The hospital put its report in, and so did the doctor to whom it was sent: lists show one line.
        yield _mammography(context_of(doctor, person, now - timedelta(days=500)))
        yield letter(
            context_of(doctor, person, now - timedelta(days=60)),
            title="Adressage en ophtalmologie",
            paragraphs=["Cher confrère,", "Merci de voir cette patiente pour son fond d’œil annuel."],
            kind=REFERRAL_LETTER,
        )

    def _reports(self, person: Person, now: datetime) -> int:
        """Those of the laboratory, one of which it corrected; gives how many documents there are."""
        moments = [now - timedelta(days=20 + 182 * turn) for turn in range(REPORTS)]
        contexts = [context_of(self.biologist, person, at) for at in moments]
        # A comma that slipped: the report that she has now says 7.0.
        wrong = _report(contexts[4], 4, hba1c=Decimal("9.0"))
        others = [_report(context, turn) for turn, context in enumerate(contexts) if turn != 4]
        self.laboratory.submit(person.patient, [wrong, *others])
        first = next(one for one in self.doctor.find(person.patient) if one.unique_id == contexts[4].id)
        corrected = replace(
            contexts[4],
            id=self.biologist.new_oid(),
            at=moments[4] + timedelta(days=1),
            started=moments[4],
            series=contexts[4].id,
            version=2,
            replaces=contexts[4].id,
        )
        self.laboratory.submit(person.patient, [_report(corrected, 4, at=moments[4])], replaces=first.uuid)
        return REPORTS + 1

    def _of_hospital(self, person: Person, now: datetime) -> Iterator[bytes]:
        """A mammography; a stay of three nights with its letter; another one whose letter nobody finds."""
        yield _mammography(self._at_hospital(person, now - timedelta(days=500)))
        home = now - timedelta(days=800)
        stay = replace(self._at_hospital(person, home), started=home - timedelta(days=3), encounter=INPATIENT)
        yield _in_other_units(replace(stay, id=self.hospital.new_oid()), home - timedelta(days=2))
        words = "Hospitalisation pour une pneumopathie, antibiotiques, suites simples. Retour au domicile."
        yield plain_text(stay, words, title="Lettre de liaison, pneumologie", kind=DISCHARGE_LETTER, until=home)
        home = now - timedelta(days=150)
        stay = replace(self._at_hospital(person, home), started=home - timedelta(days=2), encounter=INPATIENT)
        words = "Cholécystectomie sous cœlioscopie, sans incident."
        yield plain_text(stay, words, title="Compte rendu opératoire", kind=OPERATION_REPORT, until=home)

    def _at_hospital(self, person: Person, at: datetime) -> DocumentContext:
        """The doctor of the emergencies has two places of work."""
        context = context_of(self.hospital, person, at)
        facility = Facility(HOSPITAL.id, HOSPITAL.name, HOSPITAL.sector)
        return replace(context, author=replace(context.professional, facility=facility))

    def _discharge(self, person: Person, at: datetime) -> bytes:
        paragraphs = [
            "Chère consœur,",
            "Passage aux urgences pour une douleur thoracique, sans cause cardiaque retrouvée.",
            "Sortie le jour même. Revoir son médecin dans la semaine.",
        ]
        context = self._at_hospital(person, at)
        return letter(context, title="Lettre de liaison, urgences", paragraphs=paragraphs, kind=DISCHARGE_LETTER)


def _mammography(context: DocumentContext) -> bytes:
    words = "Mammographie des deux seins, sans image suspecte.\nContrôle dans deux ans."
    return plain_text(context, words, title="Mammographie bilatérale", kind=IMAGING_REPORT)


def _report(context: DocumentContext, turn: int, *, hba1c: Decimal | None = None, at: datetime | None = None) -> bytes:
    values = {
        "glucose_fasting": Decimal("1.18") + Decimal(turn % 4) * Decimal("0.06"),
        "hba1c": hba1c or Decimal("6.6") + Decimal(turn) * Decimal("0.1"),
        "creatinine": Decimal("8.4") - Decimal(turn % 3) * Decimal("0.2"),
        "cholesterol_ldl": Decimal("1.02") + Decimal(turn % 5) * Decimal("0.07"),
    }
    taken = at or context.at
    return biology_report(context, [ANALYTES[name].result(value, taken) for name, value in values.items()])


def _in_other_units(context: DocumentContext, at: datetime) -> bytes:
    """What the laboratory of the hospital found, in units of its own."""
    sugar = ANALYTES["hba1c"].result(Decimal("7.0"), at)
    usual = Range(Decimal(20), Decimal(42))
    return biology_report(context, [replace(sugar, value=Quantity(Decimal(53), "mmol/mol"), usual=usual)])


def context_of(author: DmpClient, person: Person, at: datetime) -> DocumentContext:
    """Of a document that somebody writes about a person on that day."""
    traits, contact, guardians = person.traits, person.contact, person.guardians
    return DocumentContext(author.new_oid(), person.patient, traits, author.professional, at, contact, guardians)
