"""Participation of a territory («taux de participation»), with small cells suppressed (SC-9). Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dmp.services.screening.state import State, Status

_OUT = frozenset({State.NOT_ELIGIBLE, State.UNKNOWN, State.EXCLUDED})
_DONE = frozenset({State.DONE, State.PENDING, State.NORMAL, State.WORK_UP, State.CLOSED})


@dataclass(frozen=True)
class Counted:
    """One person in one programme, without any name: his cell of the territory, and whether he took part."""

    programme: str
    cell: str
    done: bool


@dataclass(frozen=True)
class Participation:
    """A programme in a cell; `people` and `done` are None where telling them could tell of somebody."""

    programme: str
    cell: str
    people: int | None
    done: int | None

    @property
    def share(self) -> float | None:
        """Who took part among those concerned, between 0 and 1."""
        return self.done / self.people if self.people and self.done is not None else None


def counted(status: Status, cell: str) -> Counted | None:
    """What somebody counts for: eligible minus excluded, done within the interval; None when he does not count."""
    if status.state in _OUT:
        return None
    recent = status.due is not None and status.due > status.today and bool(status.exams)
    return Counted(status.programme.id, cell, status.state in _DONE or recent)


def participation(people: Iterable[Counted], smallest: int) -> tuple[Participation, ...]:
    """Each programme in each cell; a cell where those who did, or did not, are fewer than `smallest` says nothing.

    No total is given: from a total, the one cell that says nothing could be worked out.
    """
    told = Counter((one.programme, one.cell, one.done) for one in people)
    cells = sorted({(programme, cell) for programme, cell, _ in told})
    return tuple(_cell(programme, cell, told, smallest) for programme, cell in cells)


def _cell(programme: str, cell: str, told: Counter[tuple[str, str, bool]], smallest: int) -> Participation:
    done, not_done = told[programme, cell, True], told[programme, cell, False]
    if min(done, not_done) < smallest:
        return Participation(programme, cell, None, None)
    return Participation(programme, cell, done + not_done, done)
