"""Prescriptions with numbers in two worlds, and what stands beside documents: letters of the insurer (RX-1, SC-5).

A prescription whose document is hidden stands in the first world alone: the
base of numbers is national, and its number leads there in both for who bears
it, which is nobody here. What the viewer prescribed himself, he knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from dmp.assure.two_worlds.hiding import CONFIDENTIAL
from dmp.assure.two_worlds.numbering import NARCOTIC_LINE, TODAY, prescription
from dmp.assure.two_worlds.saying import facts_of, speak
from dmp.assure.two_worlds.scene import PRESCRIPTION, SHOWN, Scene, Step
from dmp.assure.two_worlds.viewers import DELEGATE, PROTECTOR, Seen
from dmp.assure.two_worlds.world import START, World
from dmp.record.invitation import Invitation
from dmp.record.prescription import Deed, Execution, Prescription


@dataclass(frozen=True)
class Prescribed:
    """The prescriptions of a scene: those of both worlds, and those of the first alone."""

    shown: tuple[Prescription, ...]
    hidden: tuple[Prescription, ...]


def furnish(seen: Seen, step: int) -> Prescribed:
    """Have the documents speak, prescribe, and let the insurer write; all of it before any page is opened."""
    scene = seen.scene
    _bring_to_the_counter(seen, step - 1)
    said = {paper.unique_id: facts_of(scene.dice) for paper in seen.papers if not paper.entry.is_signature}
    prescribed = Prescribed(tuple(_in_both(seen)), tuple(_hidden(seen)))
    letter = Invitation(seen.message_id(), "FICTIF-1", "colorectal", TODAY - timedelta(days=9), START)
    for world in scene.worlds.all:
        world.turn_to(step)
        speak(world, scene.record_key, said)
        alone = prescribed.hidden if world is scene.worlds.all[0] else ()
        _keep(world, scene, (*prescribed.shown, *alone), letter)
    seen.hidden_numbers = tuple(one.number for one in prescribed.hidden)
    seen.number = prescribed.shown[0].number if prescribed.shown else ""
    seen.delivered = next((one for one in prescribed.shown if seen.counter and one.document == seen.counter[0]), None)
    return prescribed


def _bring_to_the_counter(seen: Seen, step: int) -> None:
    """For a pharmacist: the document of what he delivers, and one that is hidden from who represents a minor.

    He may read both. The prescription of the second one is in the first world
    alone: a parent may stand before his screen, so that no list tells of it (AR-21).
    """
    if not is_pharmacist(seen):
        return
    scene = seen.scene
    for hidden in (SHOWN, CONFIDENTIAL):
        paper = scene.paper(of=PRESCRIPTION, hidden=hidden)
        Step(scene.deposits(scene.submission(paper.author, [paper]), paper.author)).happen(scene.worlds, step)
        scene.shown.append(paper)
        seen.counter += (paper.unique_id,)


def is_pharmacist(seen: Seen) -> bool:
    """Whether the viewer delivers."""
    return seen.viewer.holder == "pharmacist"


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
    counter = [paper for paper in scene.shown if paper.unique_id in seen.counter]
    for paper in counter[:1]:
        yield replace(prescription(scene, paper), written=TODAY)
    for number, paper in enumerate(paper for paper in scene.shown if paper not in counter):
        made = kinds[number % len(kinds)](prescription(scene, paper))
        yield replace(made, prescriber=own) if own and number != 1 else made
    if seen.who is None and not seen.viewer.no_record:
        yield prescription(scene, None)


def _hidden(seen: Seen) -> Iterator[Prescription]:
    """Of documents that are hidden; without a document, for professionals; in secret, for all but the holder."""
    scene = seen.scene
    for paper in scene.secrets:
        if not paper.entry.is_signature:
            # With the narcotic, which whoever knew of it would not deliver again.
            yield _begun(prescription(scene, paper), ("1", NARCOTIC_LINE))
    for paper in scene.shown:
        if paper.unique_id in seen.counter[1:]:
            yield replace(prescription(scene, paper), secret=scene.dice.random() < 0.5)
    if seen.who is not None:
        yield prescription(scene, None)
    if seen.who is not None or seen.viewer.holder in (PROTECTOR, DELEGATE):
        beside = scene.shown[0].unique_id if scene.shown and seen.who is not None else ""
        yield replace(prescription(scene, None), secret=True, document=beside)


def _whole(one: Prescription) -> Prescription:
    return one


def _begun(one: Prescription, lines: tuple[str, ...] = ("1",)) -> Prescription:
    """A pharmacy that nobody here works in delivered some lines of it."""
    done = [
        Execution(f"e {line}", START, TODAY, line, Deed.DELIVERED, Decimal(28), "1", "ESNAULT-TEST Léa", "F", lot="L1")
        for line in lines
    ]
    return replace(one, executions=tuple(done))


def _cancelled(one: Prescription) -> Prescription:
    return replace(one, cancelled=START, reason="erreur")
