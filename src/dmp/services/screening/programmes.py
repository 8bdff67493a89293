"""What a programme of screening is («programme de dépistage»): ages, tests, results, exclusions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from dmp.record.patient import Sex
from dmp.services.tables import Mark, Words

CATEGORY = 3
"""Characters of a category of ICD-10: C50 of C50.2."""


class Role(StrEnum):
    """What a test is in its programme; in the order in which those of one day are read."""

    PRIMARY = "primary"
    SECOND_READING = "second_reading"
    WORK_UP = "work_up"


class Outcome(StrEnum):
    """What a result says."""

    UNKNOWN = "unknown"
    """It is in the document, in no code that we read."""
    NOT_INTERPRETABLE = "not_interpretable"
    NEGATIVE = "negative"
    POSITIVE = "positive"


class Measure(StrEnum):
    """What an exclusion does: it excludes, or only says what to ask a professional."""

    EXCLUDE = "exclude"
    CONFIRM = "confirm"
    CONSULT = "consult"


@dataclass(frozen=True)
class Threshold:
    """From which quantity on a result is positive, in these units."""

    units: tuple[str, ...]
    positive_from: int


@dataclass(frozen=True)
class Test:
    """An examination, and how documents tell of it.

    `ccam`, `loinc`, `nabm` and `acts` are codes of acts, in the metadata or
    in a procedure; `values` those of observations and results, whose value is
    the outcome; `types` and `formats` those of documents.
    """

    id: str
    role: Role
    label: Words
    mark: Mark
    source: str
    ccam: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    nabm: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    like: str = ""
    """The test for which it counts."""
    thresholds: tuple[Threshold, ...] = ()
    needs_second_reading: bool = False
    without_result: bool = False
    """Having been there is all: there is nothing to be found."""
    stands_alone: bool = False
    """It proves that the first test was done, where that one is not to be seen."""
    closes: bool = False
    """It ends the work-up, whatever it found: its document says what follows."""
    repeat_months: int = 0
    triages: tuple[str, ...] = ()
    """Positive tests that it sorts out."""
    control_months: int = 0
    """When it sorts one out as normal: the control after the positive test."""
    postpones_months: int = 0

    @property
    def counts_as(self) -> str:
        """The test that the intervals are about."""
        return self.like or self.id


@dataclass(frozen=True)
class Phase:
    """Ages from a birthday to the day before another one, the test of that age, and the gaps after each normal one.

    Without gaps the test is once for the phase. The last gap goes on.
    """

    from_age: int
    until_age: int
    test: str
    gaps: tuple[int, ...]
    after_others: Mapping[str, int]
    """Months after another test of the programme, for those who come from a former phase."""


@dataclass(frozen=True)
class Exclusion:
    """What keeps somebody out of a programme, in coded problems, procedures, relatives, or by what he said."""

    id: str
    label: Words
    measure: Measure
    mark: Mark
    source: str
    icd10: tuple[str, ...] = ()
    ccam: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    relatives_icd10: tuple[str, ...] = ()
    relatives_from: int = 0
    active_only: bool = False
    leaves_programme: bool = False
    """A cancer: the care of a specialist takes the place of the programme, of an open work-up too."""
    private: bool = False


@dataclass(frozen=True)
class Programme:
    """One programme; `sexes` decides where the record does not know of the organ."""

    id: str
    rule: str
    label: Words
    about: Words
    sexes: frozenset[Sex]
    organ: str
    """The flag by which somebody says that he has it; with `NO_` before, that he has not."""
    organ_words: Words
    phases: tuple[Phase, ...]
    tests: tuple[Test, ...]
    exclusions: tuple[Exclusion, ...]
    outcomes: Mapping[str, Outcome]
    positive_stays_open: bool
    start: date
    mark: Mark
    source: str

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every code by which a document may tell of it; of ICD-10, the categories."""
        found: set[str] = set()
        for test in self.tests:
            for codes in (test.ccam, test.loinc, test.nabm, test.acts, test.values, test.types, test.formats):
                found.update(codes)
        for one in self.exclusions:
            found.update((*one.ccam, *one.codes))
            found.update(code[:CATEGORY] for code in (*one.icd10, *one.relatives_icd10))
        return frozenset(found)

    def test(self, ident: str) -> Test:
        """A test by its id."""
        return next(test for test in self.tests if test.id == ident)

    @property
    def recalled(self) -> bool:
        """Whether something of it is not confirmed by a text."""
        marks = (self.mark, *(test.mark for test in self.tests), *(each.mark for each in self.exclusions))
        return Mark.RECALLED in marks


@dataclass(frozen=True)
class Stage:
    """A reminder, so long after the day on which the test is due (SC-6)."""

    name: str
    days: int
    months: int


NEW_FOR = timedelta(days=180)
"""Days within which a programme is called new (decided)."""


@dataclass(frozen=True)
class Programmes:
    """A set of programmes, with the numbers that they share."""

    id: str
    version: str
    start: date
    source: str
    mark: Mark
    due_before_days: int
    overdue_after_days: int
    declared_months: int
    work_up_days: int
    second_reading_days: int
    same_exam_days: int
    smallest_cell: int
    stages: tuple[Stage, ...]
    programmes: tuple[Programme, ...]

    def is_new(self, programme: Programme, today: date) -> bool:
        """Whether a programme came into the set after its day, and lately: a new recommendation (RM-10)."""
        return self.start < programme.start <= today < programme.start + NEW_FOR

    def programme(self, ident: str) -> Programme:
        """A programme by its id."""
        return next(each for each in self.programmes if each.id == ident)
