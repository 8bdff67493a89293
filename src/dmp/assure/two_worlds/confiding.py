"""What a minor keeps from his parents: a prescription taken in secret connection, and delivered (AR-21, RX-2)."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dmp.actions.dispense import Dispense, Handed, ReadPrescription
from dmp.actions.numbered import ByNumber
from dmp.actions.prescribe import Prescribe
from dmp.actions.submit_documents import SubmitDocuments
from dmp.assure.two_worlds.numbering import ORDINARY, prescription
from dmp.assure.two_worlds.scene import DISPENSATION, PRESCRIPTION, Scene, Step
from dmp.assure.two_worlds.world import World
from dmp.record.prescription import Deed, Execution, Prescription
from dmp.record.record import Record
from dmp.record.visibility import Visibility

PHARMACY = "pharmacist"
"""Who delivers it, as the sandbox calls him."""


def secret_prescription(scene: Scene) -> list[Step]:
    """Taken in secret connection, its document with it; read by its number, and delivered with a copy."""
    paper, copy = scene.paper(of=PRESCRIPTION), scene.paper(PHARMACY, of=DISPENSATION)
    lots = [scene.lot(each.author) for each in (paper, copy)]
    scene.secrets += [paper, copy]
    scene.lots += [lot.unique_id for lot in lots]
    kept = replace(prescription(scene, paper, ORDINARY), deposited=None)
    document = scene.submits(scene.submission(paper.author, [paper], lot=lots[0]))

    def left(
        record: Record,  # noqa: ARG001 - what a copy is told; this one was written before
        prescription: Prescription,  # noqa: ARG001
        done: Sequence[Execution],  # noqa: ARG001
        visibility: Visibility,
    ) -> SubmitDocuments:
        entry = replace(copy.entry, visibility=visibility)
        return scene.submits(scene.submission(copy.author, [replace(copy, entry=entry)], lot=lots[1]))

    doctor = replace(scene.caller(paper.author), secret=True)
    # He has no record open: the number is all that he was shown.
    pharmacist = replace(scene.caller(copy.author), patient=None)
    handed = (Handed("1", Deed.DELIVERED, Decimal(10)),)

    def prescribe(world: World) -> None:
        world.perform(doctor, Prescribe(scene.patient, kept, document))

    def read(world: World) -> None:
        world.perform(pharmacist, ReadPrescription(kept.number))

    def deliver(world: World) -> None:
        world.perform(pharmacist, Dispense(ByNumber(kept.number), handed, copy=left))

    return [Step(None, prescribe), Step(None, read), Step(None, deliver)]
