"""Small runs of claims inside the suite."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from dmp.assure.claim import Claim, Engine, Figure, Leg, Tally
from dmp.assure.working import AtWork

SEED = 20261122


def leg(folder: Path, size: int, *, engine: Engine = Engine.SQLITE) -> Leg:
    """A leg of so many."""
    return Leg(0, size, SEED, folder, engine, lambda _: None)


def figures(claim: Claim, tally: Tally) -> dict[str, Figure]:
    """What the claim makes of it, by name."""
    return {figure.name: figure for figure in claim.judge(tally)}


def short(claim: Claim, tally: Tally) -> list[str]:
    """The names of the figures out of their bounds."""
    return [figure.name for figure in claim.judge(tally) if not figure.held]


def strike_once_something_is_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be lost is there before the blow falls, however slow the machine is."""
    until = AtWork.until

    def with_something_to_lose(self: AtWork, strike: Callable[[], None], dice: Random) -> None:
        def wait_and_strike() -> None:
            deadline = time.monotonic() + 60
            while not self.ledger.acknowledged and time.monotonic() < deadline:
                time.sleep(0.02)
            strike()

        until(self, wait_and_strike, dice)

    monkeypatch.setattr(AtWork, "until", with_something_to_lose)
