"""Small runs of claims inside the suite."""

from pathlib import Path

from dmp.assure.claim import Claim, Engine, Figure, Leg, Tally

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
