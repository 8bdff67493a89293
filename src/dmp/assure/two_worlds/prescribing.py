"""Prescriptions with numbers in two worlds, and what stands beside documents: letters of the insurer (RX-1, SC-5).

A prescription whose document is hidden stands in the first world alone: the
base of numbers is national, and its number leads there in both for who bears
it, which is nobody here. What the viewer prescribed himself, he knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from dmp.assure.two_worlds.saying import facts_of, speak
from dmp.assure.two_worlds.scene import AUTHOR, Paper, Scene
from dmp.assure.two_worlds.viewers import DELEGATE, PROTECTOR, Seen
from dmp.assure.two_worlds.world import START, World
from dmp.record.dtm import PARIS
from dmp.record.facts import Concept
from dmp.record.invitation import Invitation
from dmp.record.prescription import OCTETS, Deed, Execution, Item, Prescription, number_of
from dmp.web.entry_ids import bare

_TODAY = START.astimezone(PARIS).date()


@dataclass(frozen=True)
class Prescribed:
    """The prescriptions of a scene: those of both worlds, and those of the first alone."""

    shown: tuple[Prescription, ...]
    hidden: tuple[Prescription, ...]


def furnish(seen: Seen, step: int) -> Prescribed:
    """Have the documents speak, prescribe, and let the insurer write; all of it before any page is opened."""
    scene = seen.scene
    said = {paper.unique_id: facts_of(scene.dice) for paper in seen.papers if not paper.entry.is_signature}
    prescribed = Prescribed(tuple(_in_both(seen)), tuple(_hidden(seen)))
    letter = Invitation(seen.message_id(), "FICTIF-1", "colorectal", _TODAY - timedelta(days=9), START)
    for world in scene.worlds.all:
        world.turn_to(step)
        speak(world, scene.record_key, said)
        alone = prescribed.hidden if world is scene.worlds.all[0] else ()
        _keep(world, scene, (*prescribed.shown, *alone), letter)
    seen.number = prescribed.shown[0].number if prescribed.shown else ""
    return prescribed


def _keep(world: World, scene: Scene, prescriptions: tuple[Prescription, ...], letter: Invitation) -> None:
    with world.store.begin() as tx:
        record = tx.records.find(scene.record_key)
        if record is None:
            return
        tx.personal.put(record, letter)
        for each in prescriptions:
            tx.prescriptions.add(record, each)


def _in_both(seen: Seen) -> Iterator[Prescription]:
    """Of documents that are shown: open, begun, cancelled; copies that were opposed; the viewer's own among them."""
    scene, own = seen.scene, seen.who.user if seen.who is not None else ""
    kinds = (_whole, _begun, _cancelled)
    for number, paper in enumerate(scene.shown):
        made = kinds[number % len(kinds)](_prescription(scene, paper))
        yield replace(made, prescriber=own) if own and number != 1 else made
    if seen.who is None and not seen.viewer.no_record:
        yield _prescription(scene, None)


def _hidden(seen: Seen) -> Iterator[Prescription]:
    """Of documents that are hidden; without a document, for professionals; in secret, for all but the holder."""
    scene = seen.scene
    for paper in scene.secrets:
        if not paper.entry.is_signature:
            yield _begun(_prescription(scene, paper))
    if seen.who is not None:
        yield _prescription(scene, None)
    if seen.who is not None or seen.viewer.holder in (PROTECTOR, DELEGATE):
        beside = scene.shown[0].unique_id if scene.shown and seen.who is not None else ""
        yield replace(_prescription(scene, None), secret=True, document=beside)


def _prescription(scene: Scene, paper: Paper | None) -> Prescription:
    """By the author, of two lines; named as its document, so that one asks for it where one asks for that."""
    author, dice = scene.worlds.credentials(AUTHOR), scene.dice
    items = tuple(
        Item(str(n), Concept(text=f"{name} 5 mg"), "1 par jour", Decimal(30), repeats=1, days=30, atc=atc)
        for n, (name, atc) in enumerate((("Ramipril", "C09AA05"), ("Simvastatine", "C10AA01")), start=1)
    )
    return Prescription(
        id=bare(paper.uuid if paper is not None else scene.uuid()),
        number=number_of(dice.randbytes(OCTETS)),
        prescriber=author.user,
        prescriber_name=author.name,
        structure=author.facility.id,
        written=_TODAY - timedelta(days=dice.randrange(5)),
        items=items,
        signed=START,
        deposited=START,
        document=paper.unique_id if paper is not None else "",
    )


def _whole(one: Prescription) -> Prescription:
    return one


def _begun(one: Prescription) -> Prescription:
    """The pharmacy of the scenes delivered one line of it."""
    done = Execution("e", START, _TODAY, "1", Deed.DELIVERED, Decimal(30), "1", "ESNAULT-TEST Léa", "F", lot="L1")
    return replace(one, executions=(done,))


def _cancelled(one: Prescription) -> Prescription:
    return replace(one, cancelled=START, reason="erreur")
