"""What is recorded of vaccines: doses, refusals, plans, from documents and from what the holder declares.

Nothing is thrown away: what cannot be used (no day, day to come, unknown
vaccine) is kept with the reason, and shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.entry import DocumentEntry
from dmp.record.facts import Immunization, Stated
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.vaccination.calendar import Calendar, Live
from dmp.services.vaccination.folding import SAME_DOSE_DAYS, folded
from dmp.services.vaccination.valences import NO_VALENCE, Valence, Valences

SERVICE_NAME = "vaccination"
NOTE_TYPE = "87273-9"
"""Type code of the note of one act («note de vaccination»)."""
_NOT_DONE = frozenset({"cancelled", "aborted", "nullified"})
_FORMS_THAT_ASK = ("urn:asip:ci-sis:cse-",)
"""Formats of the child's certificates: they ask of each vaccine whether it was given, and «Non» is «non réalisé»."""


class Strength(IntEnum):
    """How strong a source is, the strongest least (VA-3)."""

    PERFORMED = 1
    """By the professional who gave it («fait par»)."""
    TRANSCRIBED = 2
    """Copied by a professional from paper («recopié»)."""
    DECLARED = 3
    """By the holder («déclaré»)."""


class Unusable(StrEnum):
    """Why something that was recorded is left out of all reckoning."""

    NO_DAY = "no-day"
    PARTIAL_DAY = "partial-day"
    BAD_DAY = "bad-day"
    FUTURE = "future"
    BEFORE_BIRTH = "before-birth"
    NOT_DONE = "not-done"
    UNKNOWN_VACCINE = "unknown-vaccine"


@dataclass(frozen=True)
class Record:
    """One entry about a vaccine, as a document or the holder tells it."""

    written: str
    """The day as it stands there, HL7 digits or anything."""
    day: date | None
    valence: Valence
    label: str
    strength: Strength
    evidence: Evidence | None = None
    lot: str = ""
    rank: str = ""
    kind: str = ""
    performer: str = ""
    comment: str = ""
    path: str = ""
    unusable: Unusable | None = None


@dataclass(frozen=True)
class Dose:
    """A dose given on a day («dose»): the record that leads, and all of those that tell of it (VA-1)."""

    day: date
    antigens: frozenset[str]
    products: frozenset[str]
    live: Live
    lead: Record
    records: tuple[Record, ...]

    @property
    def declared(self) -> bool:
        """Whether only the holder tells of it."""
        return self.lead.strength is Strength.DECLARED

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The documents that tell of it, each once."""
        return tuple({one.evidence.uuid: one.evidence for one in self.records if one.evidence is not None}.values())


@dataclass(frozen=True)
class Said:
    """A vaccine that was refused, or not given, or is planned."""

    day: date | None
    written: str
    antigens: frozenset[str]
    label: str
    evidence: Evidence | None


@dataclass(frozen=True)
class History:
    """All of it: doses by day, what cannot be used, refusals, plans, and what a form says was not given."""

    doses: tuple[Dose, ...]
    unusable: tuple[Record, ...] = ()
    refusals: tuple[Said, ...] = ()
    planned: tuple[Said, ...] = ()
    not_given: tuple[Said, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all is known of vaccines (DEC-65); a plan says nothing of what was."""
        return not (self.doses or self.unusable or self.refusals or self.not_given)


def history_of(chart: Chart, calendar: Calendar, valences: Valences) -> History:
    """Read what the chart tells of vaccines."""
    records: list[Record] = []
    refusals: list[Said] = []
    planned: list[Said] = []
    not_given: list[Said] = []
    for sheet, fact in chart.of("immunizations"):
        if not isinstance(fact, Immunization) or fact.stated is Stated.UNKNOWN:
            continue
        valence = valences.of(fact)
        if fact.stated is Stated.ABSENT:
            told = not_given if sheet.entry.format_code.code.startswith(_FORMS_THAT_ASK) else refusals
            told.append(_said(sheet, fact, valence))
        elif fact.mood not in {"", "EVN"}:
            planned.append(_said(sheet, fact, valence))
        else:
            records.append(_recorded(sheet, fact, valence, chart))
    records += [_declared(choice, calendar, valences, chart) for choice in _done(chart)]
    usable = _apart([one for one in records if one.unusable is None])
    return History(
        doses=tuple(_dose(group) for group in folded(usable)),
        unusable=tuple(one for one in records if one.unusable is not None),
        refusals=tuple(refusals),
        planned=tuple(planned),
        not_given=tuple(not_given),
    )


def _apart(records: list[Record]) -> list[Record]:
    """What is declared adds nothing to what a document tells of that day: the rest of it stays declared (VA-3)."""
    firm = [one for one in records if one.strength is not Strength.DECLARED]
    return [_rest(one, firm) if one.strength is Strength.DECLARED else one for one in records]


def _rest(declared: Record, firm: list[Record]) -> Record:
    near = (one for one in firm if abs((_day(one) - _day(declared)).days) <= SAME_DOSE_DAYS)
    rest = declared.valence.antigens.difference(*(one.valence.antigens for one in near))
    return replace(declared, valence=replace(declared.valence, antigens=rest)) if rest else declared


def _day(record: Record) -> date:
    return record.day or date.min


def _recorded(sheet: Sheet, fact: Immunization, valence: Valence, chart: Chart) -> Record:
    day, trouble = read_day(fact.start)
    if fact.status in _NOT_DONE:
        trouble = Unusable.NOT_DONE
    return Record(
        written=fact.start,
        day=day,
        valence=valence,
        label=fact.concept.words or valence.label,
        strength=strength_of(sheet.entry, fact),
        evidence=evidence_of(sheet, fact),
        lot=fact.lot,
        rank=fact.rank,
        kind=fact.kind,
        performer=fact.performer,
        comment=fact.comment,
        path=fact.source.path,
        unusable=trouble or _out_of_reach(day, valence, chart),
    )


def _declared(choice: HealthChoice, calendar: Calendar, valences: Valences, chart: Chart) -> Record:
    valence = subject_valence(choice.subject, calendar, valences)
    trouble = None if choice.day is not None else Unusable.NO_DAY
    return Record(
        written=f"{choice.day:%Y%m%d}" if choice.day is not None else "",
        day=choice.day,
        valence=valence,
        label=valence.label,
        strength=Strength.DECLARED,
        comment=choice.reason,
        path=choice.id,
        unusable=trouble or _out_of_reach(choice.day, valence, chart),
    )


def _done(chart: Chart) -> Iterable[HealthChoice]:
    return (choice for choice in chart.chosen(SERVICE_NAME) if choice.kind is ChoiceKind.DONE)


def subject_valence(subject: str, calendar: Calendar, valences: Valences) -> Valence:
    """What a choice is about: a rule, an antigen, a product or an ATC code, or several of them with `+`."""
    parts = [_part(one.strip(), calendar, valences) for one in subject.split("+")]
    antigens = frozenset[str]().union(*(one.antigens for one in parts))
    live = next((one.live for one in parts if one.live is not Live.NO), Live.NO)
    product = next((one.product for one in parts if one.product), "")
    return Valence(" + ".join(one.label for one in parts if one.label), antigens, live, product)


def _part(subject: str, calendar: Calendar, valences: Valences) -> Valence:
    if subject in calendar.antigens:
        live = next((rule.live for rule in calendar.rules if subject in rule.antigens), Live.NO)
        return Valence(calendar.antigens[subject].label[0], frozenset({subject}), live)
    rule = next((one for one in calendar.rules if one.id == subject), None)
    if rule is not None:
        return Valence(rule.label[0], frozenset(rule.antigens), rule.live, next(iter(rule.completes), ""))
    found = valences.named(subject)
    return found if found is not NO_VALENCE else Valence(subject, frozenset())


def _said(sheet: Sheet, fact: Immunization, valence: Valence) -> Said:
    day, _ = read_day(fact.start)
    label = fact.concept.words or valence.label
    return Said(day, fact.start, valence.antigens, label, evidence_of(sheet, fact))


def strength_of(entry: DocumentEntry, fact: Immunization) -> Strength:
    """How strong a document is about a dose: a note of the act, or an entry that names who gave it, is performed."""
    if entry.deposit is not None and not entry.deposit.structure:
        return Strength.DECLARED
    if entry.authors and all("EXP_PATIENT" in "".join(author.specialties + author.roles) for author in entry.authors):
        return Strength.DECLARED
    done = entry.type_code.code == NOTE_TYPE or fact.performer or fact.performer_id
    return Strength.PERFORMED if done else Strength.TRANSCRIBED


def read_day(digits: str) -> tuple[date | None, Unusable | None]:
    """A whole day; otherwise why there is none."""
    if not digits:
        return None, Unusable.NO_DAY
    if not digits.isascii() or not digits.isdigit():
        return None, Unusable.BAD_DAY
    padded = digits[:8] + "00000101"[len(digits[:8]) :]
    try:
        day = date(int(padded[:4]), int(padded[4:6]), int(padded[6:8]))
    except ValueError:
        return None, Unusable.BAD_DAY
    if len(digits) >= 8:
        return day, None
    return None, Unusable.PARTIAL_DAY if len(digits) in {4, 6} else Unusable.BAD_DAY


def _out_of_reach(day: date | None, valence: Valence, chart: Chart) -> Unusable | None:
    if day is not None and day > chart.today:
        return Unusable.FUTURE
    if day is not None and chart.person.birth is not None and day < chart.person.birth:
        return Unusable.BEFORE_BIRTH
    return None if valence.antigens else Unusable.UNKNOWN_VACCINE


def _dose(records: tuple[Record, ...]) -> Dose:
    lead = records[0]
    telling = [one for one in records if one.strength is not Strength.DECLARED] or records
    live = next((one.valence.live for one in records if one.valence.live is not Live.NO), Live.NO)
    return Dose(
        day=_day(lead),
        antigens=frozenset[str]().union(*(one.valence.antigens for one in telling)),
        products=frozenset(one.valence.product for one in telling if one.valence.product),
        live=live,
        lead=lead,
        records=records,
    )
