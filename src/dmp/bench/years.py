"""Ten years of care of one person, as documents that say something: the mix of a real record (cda-and-services 5)."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from dmp.record.actor import Professional
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
    vaccination_note,
)
from dmp.sandbox.maker.catalogue import ANALYTES, MEDICINES, VACCINES, Analyte
from dmp.sandbox.maker.facts import ATC, CIM_10, Allergy, Dose, LabResult, Problem, Treatment
from dmp.sandbox.maker.letter import DISCHARGE_LETTER, IMAGING_REPORT
from dmp.sandbox.population import Person, practitioners

MIX = (
    ("biology", 45),
    ("prescription", 20),
    ("dispensation", 15),
    ("letter", 8),
    ("imaging", 5),
    ("vaccination", 3),
    ("synthesis", 2),
    ("discharge", 2),
)
"""Kinds of documents, in hundredths of a record."""
YEARS = 10
_AUTHORS = 12
"""One of each trade."""
_DOCTOR, _PHARMACIST, _BIOLOGIST, _RADIOLOGIST = 0, 3, 4, 7
_WORDS = "Chère consœur, cher confrère,", "Suivi annuel : tension stable, examen sans particularité.", "Bien à vous."
_MOST_RESULTS = len(ANALYTES)


def kinds(count: int, dice: random.Random) -> list[str]:
    """The kinds of so many documents, in the shares of the mix, each once where they are enough; shuffled."""
    rest = [name for name, share in MIX for _ in range(round(share * count / 100) - 1)]
    told = [*(name for name, _ in MIX), *rest][:count]
    told += [MIX[0][0]] * (count - len(told))
    dice.shuffle(told)
    return told


def days(until: datetime, count: int) -> list[datetime]:
    """So many moments, evenly over ten years, the last one on the day before `until`."""
    step = timedelta(days=365 * YEARS) / count
    return [until - timedelta(days=1) - step * (count - 1 - turn) for turn in range(count)]


@dataclass
class Years:
    """Who is cared for, and what was prescribed so far: a pharmacy delivers what somebody prescribed."""

    person: Person
    seed: int
    dice: random.Random
    ids: Iterator[str]
    _orders: list[tuple[str, Sequence[Prescribed]]] = field(default_factory=list[tuple[str, Sequence[Prescribed]]])

    def __post_init__(self) -> None:
        self._authors = [one.professional for one in practitioners(self.seed, _AUTHORS)]

    def documents(self, count: int, until: datetime) -> Iterator[tuple[datetime, bytes]]:
        """Documents and their moments, the oldest first; the same for the same dice."""
        for kind, at in zip(kinds(count, self.dice), days(until, count), strict=True):
            yield at, _MAKERS[kind](self, at)

    def biology(self, at: datetime) -> bytes:
        """A report of four results to all that the catalogue knows, sugar and kidney in each."""
        others = self.dice.sample([*ANALYTES], self.dice.randint(2, _MOST_RESULTS - 2))
        names = dict.fromkeys(("hba1c", "creatinine", *others))
        return biology_report(self._context(_BIOLOGIST, at), [self._result(ANALYTES[name], at) for name in names])

    def prescription(self, at: datetime) -> bytes:
        """Two to six medicines, for a month, to be renewed."""
        drawn = self.dice.sample([*MEDICINES], self.dice.randint(2, 6))
        lines = [
            Prescribed(MEDICINES[name], "1 comprimé le matin", Decimal(1), repeats=self.dice.randint(0, 5))
            for name in drawn
        ]
        context = self._context(_DOCTOR, at)
        self._orders.append((context.id, lines))
        return prescription(context, lines)

    def dispensation(self, at: datetime) -> bytes:
        """What the last prescription asks for; before any, of one that is not in the record."""
        order, lines = self._orders[-1] if self._orders else (next(self.ids), _UNKNOWN)
        return dispensation(self._context(_PHARMACIST, at), order, list(enumerate(lines, start=1)))

    def letter(self, at: datetime) -> bytes:
        """A page of PDF, which says nothing in entries."""
        return letter(self._context(self.dice.randrange(2), at), title="Lettre de consultation", paragraphs=_WORDS)

    def imaging(self, at: datetime) -> bytes:
        """A report in words."""
        words = "Échographie abdominale.\nFoie de taille normale, sans lésion."
        return plain_text(self._context(_RADIOLOGIST, at), words, title="Compte rendu d'imagerie", kind=IMAGING_REPORT)

    def vaccination(self, at: datetime) -> bytes:
        """A note of one dose."""
        vaccine = VACCINES[self.dice.choice(("vaxigrip", "comirnaty", "revaxis"))]
        return vaccination_note(self._context(_DOCTOR, at), Dose(vaccine, at.date(), lot=f"L{at:%y%m}"))

    def synthesis(self, at: datetime) -> bytes:
        """What the doctor keeps, a little more each time."""
        return medical_synthesis(
            self._context(_DOCTOR, at),
            problems=[
                Problem(Code("E11.9", CIM_10, "Diabète de type 2, sans complication"), date(2016, 5, 2)),
                Problem(Code("I10", CIM_10, "Hypertension essentielle"), date(2018, 9, 12)),
            ],
            allergies=[Allergy(Code("J01C", ATC, "Pénicillines"), since=date(1998, 1, 1))],
            treatments=[
                Treatment(MEDICINES[name], "1 comprimé le matin", at.date()) for name in ("metformin", "ramipril")
            ],
        )

    def discharge(self, at: datetime) -> bytes:
        """A letter after a stay, in words."""
        words = "Hospitalisation de trois jours. Sortie au domicile. Contrôle biologique dans un mois."
        return plain_text(self._context(1, at), words, title="Lettre de liaison", kind=DISCHARGE_LETTER)

    def _result(self, analyte: Analyte, at: datetime) -> LabResult:
        """A value about its bounds, outside of them now and then."""
        low, high = analyte.usual.low, analyte.usual.high
        middle = (low or high or Decimal(1)) if low is None or high is None else (low + high) / 2
        value = middle * Decimal(self.dice.randint(60, 150)) / 100
        return analyte.result(value.quantize(Decimal("0.01")), at - timedelta(hours=3))

    def _context(self, author: int, at: datetime) -> DocumentContext:
        who: Professional = self._authors[author]
        told, contact, guardians = self.person, self.person.contact, self.person.guardians
        return DocumentContext(next(self.ids), told.patient, told.traits, who, at, contact, guardians)


_MAKERS = {name: getattr(Years, name) for name, _ in MIX}
_UNKNOWN = (Prescribed(MEDICINES["paracetamol"], "1 comprimé si besoin", Decimal(3), size=8),)
