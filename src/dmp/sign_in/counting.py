"""Counting failures in the store, before the work that they would cost: tries that come at once all count."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dmp.sign_in.kept import KeptTallies
from dmp.sign_in.limits import ALARM, GLOBAL, Limit

Counted = tuple[str, Limit]
"""Under which name something is counted, and how much of it is borne."""


def wait(tallies: KeptTallies, names: Iterable[Counted], at: datetime) -> timedelta:
    """How long nobody is listened to yet: the longest wait of all the names."""
    waits = [limit.wait(*_known(tallies, name, limit, at), at) for name, limit in sorted(names)]
    return max(waits, default=timedelta(0))


def count(tallies: KeptTallies, names: Iterable[Counted], at: datetime) -> None:
    """One more of each."""
    for name, limit in sorted(names):
        known, _ = _known(tallies, name, limit, at)
        tallies.write(name, known + 1, at + limit.memory)


def take_back(tallies: KeptTallies, names: Iterable[Counted], at: datetime) -> None:
    """One less of each: what was counted beforehand did not fail."""
    for name, limit in sorted(names):
        known, last = _known(tallies, name, limit, at)
        if known:
            tallies.write(name, known - 1, last + limit.memory)


def forget(tallies: KeptTallies, name: Counted, at: datetime) -> None:
    """None any more."""
    if tallies.of(name[0]) is not None:
        tallies.write(name[0], 0, at)


def alarming(tallies: KeptTallies, at: datetime) -> bool:
    """Count one failure of anybody; true once in a minute, when there were as many as somebody should look at."""
    name = f"failures {at:%Y-%m-%d %H:%M}"
    known, _ = _known(tallies, name, GLOBAL, at)
    tallies.write(name, known + 1, at + GLOBAL.memory)
    return known + 1 == ALARM


def _known(tallies: KeptTallies, name: str, limit: Limit, at: datetime) -> tuple[int, datetime]:
    """How often, and when last; nothing when that was long ago, and not later than now."""
    kept = tallies.of(name)
    if kept is None or kept[1] <= at:
        return 0, at
    return kept[0], min(kept[1] - limit.memory, at)
