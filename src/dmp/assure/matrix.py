"""`matrix`: what the service allows, and what it hides, is what the rules say, cell by cell (T-MATRIX, security 14).

The rules were written down a second time, apart (`oracle`). Products of
dimensions are compared whole; of the product of them all, which is larger
than any machine, `count` cells are drawn. A fifth as many are asked over SOAP.
"""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from dmp.access.policy import load_policy
from dmp.assure.claim import NOTES, Claim, Engine, Figure, Leg, Tally
from dmp.assure.machine import cores
from dmp.assure.matrix_compare import Comparison
from dmp.assure.matrix_space import COLUMNS, PRODUCTS, Scene, callers, drawn
from dmp.assure.matrix_values import REGULATION_CENTRE
from dmp.assure.matrix_wire import over_soap
from dmp.assure.oracle.transactions import UNTOLD

LEAST = 2_000_000
"""Cells (issue of the rights, T-MATRIX): the products alone hold more."""
BY_SOAP = 5
"""One cell is asked over SOAP for so many draws."""


def play(leg: Leg) -> Tally:
    """Share the space out among processes, one per core."""
    begun, shares = time.monotonic(), cores()
    work = partial(_share, seed=leg.seed, draws=leg.size, of=shares, folder=leg.folder)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(shares, mp_context=context) as pool:
        found = sum(pool.map(work, range(shares)), Comparison(load_policy()))
    leg.advance(leg.size)
    return found.tally() + Tally({"seconds": time.monotonic() - begun}, notes=found.notes(NOTES))


def _share(number: int, *, seed: int, draws: int, of: int, folder: Path) -> Comparison:
    """Every n-th scene of all products, and the draws and messages of this process."""
    comparison = Comparison(load_policy(regulation_centres=[REGULATION_CENTRE]))
    for scene in islice(scenes(), number, None, of):
        comparison.scene(scene)
    if number == 0:
        comparison.one_refusal_for_every_record(callers())
        comparison.announcements()
    dice = Random(f"{seed}/{number}")  # noqa: S311 - choices that must be replayed, no secret
    for scene in drawn(dice, -(-draws // of), COLUMNS):
        comparison.drawn(scene)
    messages = over_soap(folder / f"{number}", seed=f"{seed}/{number}/soap", cells=-(-draws // (BY_SOAP * of)))
    return comparison + messages


def scenes() -> Iterator[Scene]:
    """All products, one after the other."""
    for product in PRODUCTS.values():
        yield from product()


def judge(total: Tally) -> list[Figure]:
    """Every cell equals."""
    return [
        Figure("cells", total["cells"], least=LEAST),
        Figure("of them drawn", total["draws"]),
        Figure("of them over SOAP", total["by soap"], least=total["draws"] / BY_SOAP),
        Figure("on which the rules are silent", total["untold"]),
        Figure("acts without a rule", len(UNTOLD)),
        Figure("differing", total["differing"], most=0),
        Figure("kinds of difference", total["kinds"], most=0),
        Figure("took", total["seconds"], "s"),
    ]


CLAIM = Claim(
    name="matrix",
    promise="Who may do what to which record and which document, and what a refusal hides, is in every cell what the "
    "published rules say, as written down a second time, apart from the service.",
    counted="draws beside the products",
    count=100_000,
    leg=100_000,
    play=play,
    judge=judge,
    source="T-MATRIX (security 14), security 6, functional 3",
    engines=(Engine.SQLITE,),
)
