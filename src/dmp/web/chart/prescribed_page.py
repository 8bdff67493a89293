"""A prescription that was signed: its number and its code, on a page that is printed as the paper (RX-1)."""

from dataclasses import dataclass, replace

from dmp.actions.prescribe import ListPrescriptions
from dmp.record.dtm import PARIS
from dmp.record.prescription import Prescription
from dmp.services.medicines.cycle import cycle_of
from dmp.services.panel import Words
from dmp.web.chart.prescribing_view import LineView, line_view
from dmp.web.chart.prescription_pages import WRITTEN
from dmp.web.chart.prescription_view import PrescriptionView, seen
from dmp.web.portal import trouble
from dmp.web.portal.page import Answer, Page, Visit

SIGNED = f"{WRITTEN}/signee/{{id}}"
_SIGNED = Page("chart/prescribed.html", ("Ordonnance", "Prescription"))


@dataclass(frozen=True)
class PrescribedView:
    """A prescription that was signed, for a screen and for paper."""

    prescription: PrescriptionView
    groups: tuple[tuple[Words, tuple[LineView, ...]], ...]
    prescriber: str
    structure: str
    patient: str
    paper: bool


def signed(visit: Visit) -> Answer:
    """What was signed: its number, its code, and a page for paper."""
    found = visit.perform(ListPrescriptions(visit.patient))
    one = next((each for each in found if each.id == visit.parts["id"]), None)
    if one is None:
        return trouble.of_status(404)
    return replace(_SIGNED, view=_prescribed(visit, one))


_LONG_TERM = (
    "Prescriptions relatives au traitement de l’affection de longue durée reconnue (ALD)",
    "Prescriptions for the long-term illness (ALD)",
)
_OTHERS = ("Prescriptions sans rapport avec l’affection de longue durée", "Other prescriptions")


def _prescribed(visit: Visit, one: Prescription) -> PrescribedView:
    who, rules = visit.signed_in.professional, cycle_of(visit.portal.rules())
    today = visit.portal.reception.desk.clock().astimezone(PARIS).date()
    return PrescribedView(
        prescription=seen(one, today, rules, drawn=True),
        groups=_zones(tuple(line_view(item, rules) for item in one.items)),
        prescriber=one.prescriber,
        structure=who.facility.name if who is not None and who.facility.id == one.structure else one.structure,
        patient=visit.signed_in.patient_called,
        paper=one.paper,
    )


def _zones(lines: tuple[LineView, ...]) -> tuple[tuple[Words, tuple[LineView, ...]], ...]:
    """The two zones of a paper («ordonnance bizone»); without a line of a long-term illness, one that has no title."""
    long_term = tuple(line for line in lines if line.long_term)
    others = tuple(line for line in lines if not line.long_term)
    if not long_term:
        return ((("", ""), others),)
    return ((_LONG_TERM, long_term), *(((_OTHERS, others),) if others else ()))
