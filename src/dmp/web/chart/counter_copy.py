"""The document of what a pharmacist handed out, written when it goes into the record (RX-2, RX-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmp.actions.deposit_file import DepositFile
from dmp.actions.dispense import Copy
from dmp.documents.dispensation import make
from dmp.record.actor import Professional
from dmp.record.facts import Dispensation, Quantity, Source
from dmp.record.prescription import Deed, Execution, Item, Prescription
from dmp.record.record import Record
from dmp.record.visibility import Visibility
from dmp.web.chart.context import context_of
from dmp.web.deposit_authors import EVENTS, by_professional
from dmp.web.depositing import Depositing, Place, Told, Written
from dmp.web.portal.callers import professional_of
from dmp.web.portal.page import Visit
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE

_TEMPLATES = (HL7_FRANCE, CI_SIS, make.MODEL.templates[-1][0])
GENERIC = "G"
"""Another product of the same medicine («substitution»)."""


@dataclass(frozen=True)
class DispensationCopy:
    """Puts the document in, as the pharmacist of a visit; `nonce` is the UUID of his form."""

    depositing: Depositing
    visit: Visit
    who: Professional
    nonce: str

    def __call__(
        self, record: Record, prescription: Prescription, done: Sequence[Execution], visibility: Visibility
    ) -> DepositFile:
        """The act, for the record that the prescription stands with."""
        told = Told(
            self.depositing.nonce(self.nonce),
            make.TITLE,
            make.TYPE,
            day=f"{done[0].day:%Y%m%d}",
            event=EVENTS["AMB"][0],
            visibility=visibility,
        )
        written = _written(self.who, prescription, done)
        author = by_professional(self.who)
        return self.depositing.deposit_written(self.visit, author, written, told, patient=record.patient)


def copy_of(depositing: Depositing, visit: Visit, nonce: str) -> Copy:
    """The copy that goes with what a form says."""
    return DispensationCopy(depositing, visit, professional_of(visit.signed_in), nonce)


def _written(who: Professional, prescription: Prescription, done: Sequence[Execution]) -> Written:
    facts = [_fact(who, prescription, each) for each in done]

    def write(place: Place) -> bytes:
        return make.dispensation(context_of(place, who), facts, order=prescription.document)

    return Written(repr(facts).encode(), "", _TEMPLATES, write)


def _fact(who: Professional, prescription: Prescription, done: Execution) -> Dispensation:
    item = prescription.item(done.item)
    if item is None:
        raise LookupError("what was handed out is of a line")
    substituted = done.is_substitute and done.deed is Deed.DELIVERED
    return Dispensation(
        Source(),
        done.product if done.is_substitute else item.product,
        f"{done.day:%Y%m%d}",
        status="completed",
        comment=done.reason,
        line=prescription.line_ident(item.id),
        prescription=prescription.document,
        quantity=Quantity(f"{done.quantity.normalize():f}", item.unit),
        schedule=item.posology,
        lot=done.lot,
        substitution=GENERIC if substituted else "",
        completeness=_completeness(prescription, item, done),
        pharmacy=who.facility.name,
    )


def _completeness(prescription: Prescription, item: Item, done: Execution) -> str:
    """First or following delivery, whole or in part: whole where it completes what one delivery holds."""
    before = prescription.delivered(item.id)
    whole_ones = (before + done.quantity) // item.quantity - before // item.quantity
    return f"{'R' if before > 0 else 'F'}F{'C' if whole_ones > 0 else 'P'}"
