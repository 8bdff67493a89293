"""A prescription with a number, as the scenes write it: under ids of ours, with chance from the dice (RX-1)."""

from datetime import timedelta
from decimal import Decimal

from dmp.assure.two_worlds.scene import AUTHOR, Paper, Scene
from dmp.assure.two_worlds.world import START
from dmp.record.dtm import PARIS
from dmp.record.facts import Concept
from dmp.record.prescription import OCTETS, Item, Prescription, number_of
from dmp.web.entry_ids import bare

TODAY = START.astimezone(PARIS).date()
ORDINARY = (("Ramipril", "C09AA05"), ("Simvastatine", "C10AA01"))
NARCOTIC = ("Morphine", "N02AA01")
"""Of which nobody delivers for days that he knows to be covered (RX-5)."""
LINES = (*ORDINARY, NARCOTIC)
NARCOTIC_LINE = str(len(LINES))


def prescription(scene: Scene, paper: Paper | None, lines: tuple[tuple[str, str], ...] = LINES) -> Prescription:
    """By the author; named as its document, so that one asks for it where one asks for that."""
    author, dice = scene.worlds.credentials(AUTHOR), scene.dice
    items = tuple(
        Item(str(n), Concept(text=f"{name} 5 mg"), "1 par jour", Decimal(28), repeats=repeats, days=28, atc=atc)
        for n, (name, atc) in enumerate(lines, start=1)
        for repeats in (0 if (name, atc) == NARCOTIC else 1,)
    )
    return Prescription(
        id=bare(paper.uuid if paper is not None else scene.uuid()),
        number=number_of(dice.randbytes(OCTETS)),
        prescriber=author.user,
        prescriber_name=author.name,
        structure=author.facility.id,
        written=TODAY - timedelta(days=dice.randrange(5)),
        items=items,
        signed=START,
        deposited=START,
        document=paper.unique_id if paper is not None else "",
    )
