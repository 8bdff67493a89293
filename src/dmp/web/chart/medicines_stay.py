"""What a stay changed in the medicines, as the page shows it («conciliation»)."""

from dataclasses import dataclass

from dmp.services.chart import Evidence
from dmp.services.medicines.discharge import StayCompared
from dmp.services.panel import Words
from dmp.web.chart.medicines_rows import day_of
from dmp.web.chart.medicines_words import OUTCOMES


@dataclass(frozen=True)
class StayRow:
    """A medicine over a stay; `-` where it is not told."""

    name: str
    before: str
    during: str
    after: str
    outcome: Words


@dataclass(frozen=True)
class StayView:
    """What a stay changed."""

    admitted: str
    left: str
    rows: tuple[StayRow, ...]
    before_from_letter: bool
    letter: Evidence


def stay_view(stay: StayCompared) -> StayView:
    """The rows of a stay, in words."""
    rows = (
        StayRow(row.product.label, _told(row.before), _told(row.during), _told(row.after), OUTCOMES[row.outcome])
        for row in stay.rows
    )
    return StayView(day_of(stay.admitted), day_of(stay.left), tuple(rows), stay.before_from_letter, stay.letter)


def _told(words: str | None) -> str:
    """A posology; `-` where the medicine is not told, `?` where it is without a posology."""
    return "-" if words is None else words or "?"
