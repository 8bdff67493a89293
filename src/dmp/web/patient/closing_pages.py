"""«Fermer mon dossier»: what it means, the closed home, opening again, asking for destruction (LC-9 to LC-12)."""

from dataclasses import dataclass, replace

from dmp.actions.end_of_record import AskDestruction, EndOfRecord, ViewEnd
from dmp.actions.record_life import CloseRecord, ReopenRecord
from dmp.record.record import ClosingReason, RecordState
from dmp.web.days import day
from dmp.web.patient.own import for_who_signed_in_lately, is_own, now
from dmp.web.portal.page import Answer, Download, Page, PageRoute, Redirect, Visit

CLOSING, REOPEN, DESTROY, RECEIPT = (
    "/patient/fermer",
    "/patient/fermer/rouvrir",
    "/patient/fermer/detruire",
    "/patient/fermer/recu",
)
LONGEST_REASON = 500
_OPEN = ("Fermer mon dossier", "Close my record")
_CLOSED = ("Votre dossier est fermé", "Your record is closed")
_ANOTHER = ("Fermer un dossier", "Close a record")
_TICK = ("Cochez la case pour continuer.", "Tick the box to go on.")
_LONG = ("Raccourcissez ce texte.", "Shorten this text.")


@dataclass(frozen=True)
class ClosedView:
    """A closed record in words; days are empty where there is none."""

    closed_on: str
    kept_until: str
    asked_on: str
    held: bool
    dead: bool


def closing(visit: Visit) -> Answer:
    """What closing means; of a closed record, what its holder may still do."""
    if not is_own(visit):
        return Page("patient/closing_of_another.html", _ANOTHER)
    return _shown(visit.perform(ViewEnd(visit.patient)))


def close(visit: Visit) -> Answer:
    """Close it."""
    reason = visit.form.line("reason")
    errors = {} if visit.form.ticked("understood") else {"understood": visit.says(*_TICK)}
    if len(reason) > LONGEST_REASON:
        errors["reason"] = visit.says(*_LONG)
    if errors:
        return Page("patient/closing.html", _OPEN, status=422, errors=errors)
    visit.perform(CloseRecord(visit.patient, ClosingReason.PATIENT_REQUEST, reason))
    return Redirect(CLOSING)


def reopen(visit: Visit) -> Answer:
    """Open it again, with the consent that the law asks for."""
    if not visit.form.ticked("consent"):
        return _again(visit, "consent")
    visit.perform(ReopenRecord(visit.patient, now(visit)))
    return Redirect(CLOSING)


def ask_destruction(visit: Visit) -> Answer:
    """Ask for its destruction, or take that back."""
    if visit.form.ticked("back"):
        visit.perform(AskDestruction(visit.patient, wanted=False))
        return Redirect(CLOSING)
    if not visit.form.ticked("for_good"):
        return _again(visit, "for_good")
    visit.perform(AskDestruction(visit.patient, wanted=True))
    return Redirect(CLOSING)


def receipt(visit: Visit) -> Answer:
    """What was asked, to keep."""
    end = visit.perform(ViewEnd(visit.patient))
    if end.closure is None or end.destruction_asked is None:
        return Redirect(CLOSING)
    asked, closed = day(end.destruction_asked), day(end.closure.at)
    told = visit.says(
        f"Dossier médical partagé\r\n\r\nDemande de destruction du dossier, reçue le {asked}.\r\n"
        f"Le dossier est fermé depuis le {closed}.\r\n"
        "La destruction est faite par deux personnes du service. Elle est définitive.\r\n"
        "Tant qu’elle n’est pas faite, vous pouvez reprendre votre demande ou rouvrir le dossier.\r\n",
        f"Shared medical record\r\n\r\nRequest to destroy the record, received on {asked}.\r\n"
        f"The record has been closed since {closed}.\r\n"
        "The destruction is done by two people of the service. It is for good.\r\n"
        "As long as it is not done, you may take your request back or open the record again.\r\n",
    )
    return Download(told.encode(), "text/plain; charset=utf-8", "demande-de-destruction.txt")


def _shown(end: EndOfRecord) -> Page:
    if end.state is not RecordState.CLOSED or end.closure is None:
        return Page("patient/closing.html", _OPEN)
    asked = day(end.destruction_asked) if end.destruction_asked is not None else ""
    kept = day(end.kept_until) if end.kept_until is not None else ""
    dead = end.closure.reason is ClosingReason.DEATH
    return Page("patient/closed.html", _CLOSED, ClosedView(day(end.closure.at), kept, asked, end.held, dead))


def _again(visit: Visit, name: str) -> Answer:
    page = closing(visit)
    if not isinstance(page, Page):
        return page
    return replace(page, status=422, errors={name: visit.says(*_TICK)})


ROUTES = (
    PageRoute(CLOSING, closing, for_who_signed_in_lately(close)),
    PageRoute(REOPEN, post=for_who_signed_in_lately(reopen)),
    PageRoute(DESTROY, post=for_who_signed_in_lately(ask_destruction)),
    PageRoute(RECEIPT, receipt),
)
