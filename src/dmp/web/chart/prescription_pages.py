"""Prescriptions that have a number: the holder shows them, their author cancels them, a pharmacist delivers them.

The number is drawn as a QR code on the page of the holder alone, and of who represents him.
"""

from dataclasses import dataclass

from dmp.actions.dispense import CancelPrescription
from dmp.actions.prescribe import ListPrescriptions
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest, RecordNotFound
from dmp.services.medicines.cycle import cycle_of
from dmp.services.panel import Words
from dmp.web.chart.counter_pages import HERE, deliverable, is_pharmacist
from dmp.web.chart.prescription_view import PrescriptionView, seen
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL as HOME_OF_PROFESSIONALS

MINE, WRITTEN = "/patient/ordonnances", HERE
CANCEL = f"{WRITTEN}/annuler"
DONE = "?fait=annule"
_TITLE = ("Ordonnances numériques", "Electronic prescriptions")
_NOT_CANCELLED: Words = (
    "Rien n’a été annulé : il ne reste rien à délivrer de cette ordonnance.",
    "Nothing was cancelled: nothing of this prescription is left to deliver.",
)


@dataclass(frozen=True)
class ListView:
    """The prescriptions of a record that its reader may know of."""

    prescriptions: tuple[PrescriptionView, ...]
    holder: bool
    done: bool = False
    """One was cancelled just now."""

    @property
    def shows_numbers(self) -> bool:
        """Whether the reader may go to the pharmacy with them."""
        return all(each.number for each in self.prescriptions)


def mine(visit: Visit) -> Answer:
    """The holder's prescriptions, with the code to show at the pharmacy."""
    return _listed(visit, holder=True)


def written(visit: Visit) -> Answer:
    """Those that a professional wrote for the person whose record is open; a pharmacist, those that he may deliver."""
    if visit.signed_in.patient is None:
        return Redirect(HOME_OF_PROFESSIONALS)
    return deliverable(visit) if is_pharmacist(visit) else _listed(visit, holder=False)


def _listed(visit: Visit, *, holder: bool, error: Words | None = None) -> Page:
    found = visit.perform(ListPrescriptions(visit.patient))
    today, rules = visit.portal.reception.desk.clock().astimezone(PARIS).date(), cycle_of(visit.portal.rules())
    told = tuple(seen(each, today, rules, drawn=holder) for each in found)
    view = ListView(told, holder, visit.asked("fait") == "annule")
    if error is None:
        return Page("chart/prescriptions.html", _TITLE, view)
    return Page("chart/prescriptions.html", _TITLE, view, 422, {"": visit.says(*error)})


def cancel(visit: Visit) -> Answer:
    """Cancel one of one's own: all of it, or the remainder."""
    if visit.signed_in.patient is None:
        return Redirect(HOME_OF_PROFESSIONALS)
    try:
        visit.perform(CancelPrescription(visit.form.line("number")[:60], visit.form.line("reason")[:300]))
    except (IncompleteRequest, RecordNotFound):
        return _listed(visit, holder=False, error=_NOT_CANCELLED)
    return Redirect(WRITTEN + DONE)


ROUTES = (
    PageRoute(MINE, mine, needs=Needs.PATIENT),
    PageRoute(WRITTEN, written, needs=Needs.PROFESSIONAL),
    PageRoute(CANCEL, None, cancel, Needs.PROFESSIONAL),
)
