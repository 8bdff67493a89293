"""Clinical facts to put into invented documents, in few words; each knows the fact of the record that it is."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dmp.record import facts
from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.facts import Concept, Source, Stated
from dmp.wire.cda.making import vaccines

LOINC = "2.16.840.1.113883.6.1"
SNOMED_CT = "2.16.840.1.113883.6.96"
CIM_10 = "2.16.840.1.113883.6.3"
CCAM = "1.2.250.1.213.2.5"
CIS = "1.2.250.1.213.2.3.1"
CIP = "1.2.250.1.213.2.3.2"
ATC = "2.16.840.1.113883.6.73"
EDQM = "0.4.0.127.0.16.1.1.2.1"
ACT_CODE = "2.16.840.1.113883.5.4"
INTERPRETATION = "2.16.840.1.113883.5.83"
CLINICAL_STATUS = "2.16.840.1.113883.4.642.4.1373"

_HOURS = {"h": Decimal(1), "d": Decimal(24), "wk": Decimal(168)}

ORAL = Code("20053000", EDQM, "Voie orale")
INTRAMUSCULAR = Code("20035000", EDQM, "Voie intramusculaire")
SUBCUTANEOUS = Code("20066000", EDQM, "Voie sous-cutanée")
INHALED = Code("20020000", EDQM, "Voie inhalée")
LEFT_DELTOID = Code("16217701000119102", SNOMED_CT, "deltoïde gauche")
RIGHT_DELTOID = Code("16217661000119109", SNOMED_CT, "deltoïde droit")
LEFT_THIGH = Code("61396006", SNOMED_CT, "cuisse gauche")
RIGHT_THIGH = Code("11207009", SNOMED_CT, "cuisse droite")
DRUG_ALLERGY = Code("DALG", ACT_CODE, "Allergie médicamenteuse")
FOOD_ALLERGY = Code("FALG", ACT_CODE, "Allergie alimentaire")
ENVIRONMENT_ALLERGY = Code("EALG", ACT_CODE, "Allergie à un agent environnemental")


def concept_of(code: Code, text: str = "") -> Concept:
    """A code as a fact holds it, with the words of its author."""
    return Concept(code.code, code.system, code.display, text)


def digits(day: date | None) -> str:
    """A day as facts hold it; empty for none."""
    return f"{day:%Y%m%d}" if day else ""


class Interpretation(StrEnum):
    """How a result compares with what is usual, HL7 codes."""

    NORMAL = "N"
    LOW = "L"
    VERY_LOW = "LL"
    HIGH = "H"
    VERY_HIGH = "HH"
    ABNORMAL = "A"
    POSITIVE = "POS"
    NEGATIVE = "NEG"


@dataclass(frozen=True)
class Quantity:
    """A measured value: its digits are kept as the laboratory prints them; `unit` is UCUM.

    `comparator` is `<` or `>` when the method only gives a bound.
    """

    value: Decimal
    unit: str
    comparator: str = ""

    @property
    def told(self) -> facts.Quantity:
        """The same as a document tells it."""
        return facts.Quantity(f"{self.value:f}", self.unit, self.comparator)


@dataclass(frozen=True)
class Range:
    """Usual values («intervalle de référence»), in the unit of the result; either bound may be missing."""

    low: Decimal | None = None
    high: Decimal | None = None

    def place(self, measured: Quantity) -> Interpretation | None:
        """Where a value stands; None when only a bound is known and it does not tell."""
        value, comparator = measured.value, measured.comparator
        over = self.high is not None and (value > self.high or (comparator == ">" and value == self.high))
        under = self.low is not None and (value < self.low or (comparator == "<" and value == self.low))
        if over and comparator != "<":
            return Interpretation.HIGH
        if under and comparator != ">":
            return Interpretation.LOW
        sure = not comparator or (comparator == "<" and self.low is None and not over)
        return Interpretation.NORMAL if sure else None


@dataclass(frozen=True)
class LabResult:
    """A result of medical biology; `at` is when the specimen was taken.

    `chapter` is the specialty («chapitre»), `section` the sub-chapter, the
    chapter itself when absent. `panel` gathers results of one battery. Without
    `interpretation`, a number is placed in its reference range.
    """

    code: Code
    value: Quantity | Code | str
    at: datetime
    chapter: Code
    section: Code | None = None
    panel: Code | None = None
    usual: Range | None = None
    interpretation: Interpretation | None = None
    method: str = ""

    @property
    def reading(self) -> Interpretation | None:
        """The interpretation that was given, else the one that the range tells."""
        if self.interpretation is not None or self.usual is None or not isinstance(self.value, Quantity):
            return self.interpretation
        return self.usual.place(self.value)


@dataclass(frozen=True)
class Problem:
    """A disease or past event («pathologie, antécédent»), coded in CIM-10; `until` ends it."""

    code: Code
    since: date
    until: date | None = None

    @property
    def current(self) -> facts.Problem:
        """As one that goes on."""
        return self._told("active")

    @property
    def past(self) -> facts.Problem:
        """As one of the history."""
        return self._told("completed", history=True)

    def _told(self, status: str, *, history: bool = False) -> facts.Problem:
        return facts.Problem(
            Source(),
            concept_of(self.code, self.code.display),
            digits(self.since),
            digits(self.until),
            status="completed",
            clinical_status=status,
            history=history,
        )


@dataclass(frozen=True)
class Allergy:
    """An allergy or hypersensitivity: the agent, its kind, the reactions seen (CIM-10)."""

    agent: Code
    kind: Code = DRUG_ALLERGY
    since: date | None = None
    reactions: tuple[Code, ...] = ()
    active: bool = True

    @property
    def fact(self) -> facts.Allergy:
        """As a fact of the record."""
        return facts.Allergy(
            Source(),
            concept_of(self.kind),
            digits(self.since),
            status="completed",
            agent=concept_of(self.agent, self.agent.display),
            reactions=tuple(concept_of(code, code.display) for code in self.reactions),
            clinical_status="active" if self.active else "inactive",
        )


@dataclass(frozen=True)
class Done:
    """An act («acte») that was done, coded in CCAM."""

    code: Code
    on: date

    @property
    def fact(self) -> facts.Procedure:
        """As a fact of the record."""
        return facts.Procedure(Source(), concept_of(self.code, self.code.display), digits(self.on), status="completed")


@dataclass(frozen=True)
class Product:
    """A medicine or vaccine of the French market: CIS and CIP-13 codes, ATC class, name."""

    name: str
    cis: str
    cip: str
    atc: Code

    @property
    def concept(self) -> Concept:
        """By its CIS code, with its class and its pack."""
        pack = Code(self.cip, CIP, self.name)
        return Concept(self.cis, CIS, self.name, self.name, (self.atc, pack))


@dataclass(frozen=True)
class Treatment:
    """A treatment: `dosage` in words, and as dose, period and route where they are known."""

    product: Product
    dosage: str
    since: date
    until: date | None = None
    dose: Quantity | None = None
    period: Quantity | None = None
    route: Code = ORAL
    reason: Problem | None = None

    @property
    def fact(self) -> facts.Medication:
        """As a fact of the record."""
        return facts.Medication(
            Source(),
            self.product.concept,
            digits(self.since),
            digits(self.until),
            status="completed",
            dose=self.dose.told if self.dose else facts.Quantity(),
            route=concept_of(self.route),
            schedule=self.dosage,
            per_day=self._per_day,
            reason=concept_of(self.reason.code, self.reason.code.display) if self.reason else facts.NOTHING,
        )

    @property
    def _per_day(self) -> str:
        """Units a day, where the dose and its period tell it."""
        hours = _HOURS.get(self.period.unit) if self.period else None
        if self.dose is None or self.period is None or hours is None:
            return ""
        return f"{self.dose.value * 24 / (self.period.value * hours):f}"


class Series(StrEnum):
    """The kind of an act of vaccination, HL7 codes."""

    PRIMARY = "INITIMMUNIZ"
    BOOSTER = "BOOSTER"
    UNSPECIFIED = "IMMUNIZ"


@dataclass(frozen=True)
class Dose:
    """A dose of vaccine, given or refused; `rank` counts from 1 inside its series.

    `performer` is the author of the document when absent.
    """

    vaccine: Product
    on: date
    rank: int | None = None
    series: Series = Series.UNSPECIFIED
    lot: str = ""
    route: Code | None = INTRAMUSCULAR
    site: Code | None = None
    performer: Professional | None = None
    reaction: Code | None = None
    comment: str = ""
    refused: bool = False

    def by(self, author: Professional) -> vaccines.Dose:
        """As a document tells it whose author gave it, unless somebody else did."""
        told = facts.Immunization(
            Source(),
            self.vaccine.concept,
            digits(self.on),
            stated=Stated.ABSENT if self.refused else Stated.PRESENT,
            status="completed",
            comment=self.comment,
            rank="" if self.rank is None else str(self.rank),
            kind=self.series,
            lot=self.lot,
            route=concept_of(self.route) if self.route else facts.NOTHING,
            site=concept_of(self.site) if self.site else facts.NOTHING,
        )
        return vaccines.Dose(told, self.performer or author, self.reaction)
