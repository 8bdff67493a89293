"""What is concluded of one medicine, and of all of them: the values that pages, checks and searches read."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.services.chart import Evidence, Sheet
from dmp.services.medicines.changes import Change
from dmp.services.medicines.deliveries import Delivery
from dmp.services.medicines.lines import Followed, Tie, Tied
from dmp.services.medicines.product import Product
from dmp.services.medicines.sayings import Source
from dmp.services.medicines.supply import Supply


class Basis(StrEnum):
    """Why a treatment is current."""

    LISTED = "listed"
    COVERED = "covered"
    DELIVERED = "delivered"


class Mark(StrEnum):
    """What is said beside a treatment."""

    NOT_COLLECTED = "not_collected"
    DISPENSED_UNKNOWN = "dispensed_unknown"
    """Delivered without a prescription that the viewer may see."""
    DISPENSED_NOT_LISTED = "dispensed_not_listed"
    """Delivered again and again, and in no summary."""
    TO_BE_LINKED = "to_be_linked"
    DOSES_DIFFER = "doses_differ"
    LONG_TERM = "long_term"
    """Prescribed within a long-term illness («ALD»)."""
    AS_NEEDED = "as_needed"
    SUBSTITUTED = "substituted"


@dataclass(frozen=True)
class Dose:
    """A posology, and where it is written."""

    words: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True)
class Treatment:
    """One medicine of the list."""

    product: Product
    bases: tuple[Basis, ...]
    """Why it is current; none when it is not."""
    stopped: bool
    """Said to be stopped, or not to be taken, by the last who spoke of it."""
    since: date | None
    until: date | None
    """The last day that somebody told."""
    doses: tuple[Dose, ...]
    """The one to show first; more where sources disagree."""
    sources: tuple[Source, ...]
    last_delivery: date | None
    supplied_until: date | None
    supply: Supply
    """Of the last delivery."""
    marks: frozenset[Mark]
    changes: tuple[Change, ...]
    """The newest first."""
    lines: tuple[Followed, ...]
    deliveries: tuple[Delivery, ...]
    ties: tuple[Tie, ...]
    """How each delivery was tied to a line."""
    evidence: tuple[Evidence, ...]

    @property
    def is_current(self) -> bool:
        """Whether it is taken today, as far as the documents tell."""
        return bool(self.bases)


@dataclass(frozen=True)
class MedicineList:
    """Everything: current treatments first, then the others, each by name."""

    treatments: tuple[Treatment, ...]
    deliveries: tuple[Delivery, ...]
    """All of them, the oldest first: `deliveries.shown_deliveries` tells which still show."""
    unlinked: tuple[Tied, ...]
    """For which several lines would do (DEC-93)."""
    unstructured: tuple[Sheet, ...]
    """Prescriptions, deliveries and summaries without one coded line (SV-4)."""
    stated_none: tuple[Evidence, ...]
    """Documents that say that no treatment is taken (SV-8)."""
    version: str

    @property
    def current(self) -> tuple[Treatment, ...]:
        """What is taken today."""
        return tuple(each for each in self.treatments if each.is_current)
