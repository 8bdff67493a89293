"""What the desk does about the record of the person of a mandate: open, let in, close, open again (TD1.1 to TD1.4)."""

from dataclasses import dataclass

from dmp.actions.authorise import Authorise
from dmp.actions.authorise_in_person import is_of
from dmp.actions.open_record import OpenRecord
from dmp.actions.record_life import ChangeIdentity, CloseRecord, ReopenRecord
from dmp.record.errors import (
    AccessRefused,
    ConsentMissing,
    IncompleteRequest,
    InvalidIdentity,
    RecordExists,
    RecordNotClosed,
)
from dmp.record.management import Device, IdentityChange, MessageHeader, MessageId
from dmp.record.record import ClosingReason, Oppositions
from dmp.web.desk.counter import PERSON, back, done_for, mandate_of, under_mandate, wrong
from dmp.web.portal.forms import Form
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import DESK
from dmp.web.professional.creation_pages import (
    MISSING,
    RELATIONS,
    contact_of,
    guardians_of,
    traits_of,
    wrong_fields,
)
from dmp.web.professional.room import Room

OPENING, CONSENT, EMERGENCIES, CLOSING, REOPENING = (
    f"{DESK}/{name}" for name in ("ouverture", "accord", "urgence", "fermeture", "reouverture")
)
YES, NO = "yes", "no"
_OPENING = ("Ouvrir le dossier", "Open the record")
_CONSENT = Page("desk/consent.html", ("L’accord de la personne", "The person’s consent"))
_EMERGENCIES = Page("desk/emergencies.html", ("Choix pour l’urgence", "Choices for emergencies"))
_CLOSING = Page("desk/closing.html", ("Fermer le dossier", "Close the record"))
_REOPENING = Page("desk/reopening.html", ("Rouvrir le dossier", "Open the record again"))
_NOT_OPENED = (
    "Aucun dossier n’a été ouvert : il en existe déjà un sous ce numéro, ou la personne s’était opposée à son "
    "ouverture. Vérifiez l’identité ; l’assistance peut voir cela avec la personne.",
    "No record was opened: there is one under this number already, or the person had opposed it. "
    "Check the identity; the support desk may look into it with the person.",
)
_QUESTIONS = ("break_glass", "dispatch")
_ANSWER = ("Choisissez une réponse : rien n’est coché d’avance.", "Choose an answer: none is chosen beforehand.")
_OTHER = (
    "Ce nom n’est pas celui du mandat : mettez fin au mandat et recommencez.",
    "This name is not that of the mandate: end the mandate and start again.",
)
_PAPER = ("Vérifiez l’identité sur une pièce avec photo.", "Check the identity on a paper with a photograph.")
_AGREED = ("Sans l’accord de la personne, rien n’est fait.", "Without the person’s consent, nothing is done.")


@dataclass(frozen=True)
class OpeningView:
    """The choices of the form, and the birth date of the mandate."""

    relations: tuple[tuple[str, str], ...]
    birth_date: str


@dataclass(frozen=True)
class RecordPages:
    """The forms, each of which does one thing."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            under_mandate(OPENING, self._form, self._open),
            under_mandate(CONSENT, lambda _: _CONSENT, self._let_in),
            under_mandate(EMERGENCIES, lambda _: _EMERGENCIES, self._choose),
            under_mandate(CLOSING, lambda _: _CLOSING, self._close),
            under_mandate(REOPENING, lambda _: _REOPENING, self._reopen),
        )

    # -- open it

    def _form(self, visit: Visit) -> Page:
        relations = tuple((code, visit.says(french, english)) for code, french, english in RELATIONS)
        return Page("desk/opening.html", _OPENING, OpeningView(relations, mandate_of(visit).birth_date))

    def _open(self, visit: Visit) -> Answer:
        form = Form({**visit.form.fields, "birth": mandate_of(visit).birth_date})
        errors = {name: visit.says(*MISSING[name]) for name in wrong_fields(form)} | _unanswered(visit)
        if not form.ticked("paper"):
            errors["paper"] = visit.says(*_PAPER)
        if not errors and not is_of(traits_of(form), mandate_of(visit).name, mandate_of(visit).birth_date):
            errors["birth_name"] = visit.says(*_OTHER)
        if errors:
            return wrong(self._form(visit), errors)
        try:
            done_for(visit, self._opening(visit, form))
        except IncompleteRequest:
            return wrong(self._form(visit), {"guardian": visit.says(*MISSING["guardian"])})
        except (RecordExists, ConsentMissing, InvalidIdentity):
            return wrong(self._form(visit), {"": visit.says(*_NOT_OPENED)})
        except AccessRefused as error:
            if error.rule not in ("opening-opposed", "opening-left-to-the-insurer"):
                raise
            return wrong(self._form(visit), {"": visit.says(*_NOT_OPENED)})
        return back("ouvert")

    def _opening(self, visit: Visit, form: Form) -> OpenRecord:
        return OpenRecord(
            identifiers=(visit.patient,),
            regime=self.room.regime,
            traits=traits_of(form),
            consent=self.room.clock(),
            contact=contact_of(form),
            guardians=guardians_of(form),
            oppositions=_oppositions(form),
        )

    # -- what comes after

    def _let_in(self, visit: Visit) -> Answer:
        """The person lets the structure, or the professional, read: what handing out an access needs (TD0.3)."""
        if not visit.form.ticked("consent"):
            return wrong(_CONSENT, {"consent": visit.says(*_AGREED)})
        done_for(visit, Authorise(visit.patient))
        return back("accord")

    def _choose(self, visit: Visit) -> Answer:
        if errors := _unanswered(visit):
            return wrong(_EMERGENCIES, errors)
        opposed = _oppositions(visit.form)
        change = IdentityChange(
            MessageHeader(MessageId(self.room.new_id()), "", Device("", "portal")),
            (visit.patient,),
            break_glass_opposed=opposed.break_glass,
            emergency_dispatch_opposed=opposed.emergency_dispatch,
        )
        done_for(visit, ChangeIdentity(visit.patient, change))
        return back("urgence")

    def _close(self, visit: Visit) -> Answer:
        if not visit.form.ticked("asked"):
            return wrong(_CLOSING, {"asked": visit.says(*_AGREED)})
        done_for(visit, CloseRecord(visit.patient, ClosingReason.PATIENT_REQUEST))
        return back("ferme")

    def _reopen(self, visit: Visit) -> Answer:
        if not visit.form.ticked("consent"):
            return wrong(_REOPENING, {"consent": visit.says(*_AGREED)})
        try:
            done_for(visit, ReopenRecord(visit.patient, self.room.clock()))
        except RecordNotClosed:
            return Redirect(PERSON)
        return back("rouvert")


def _unanswered(visit: Visit) -> dict[str, str]:
    """The questions about emergencies that have no answer."""
    return {name: visit.says(*_ANSWER) for name in _QUESTIONS if visit.form.line(name) not in (YES, NO)}


def _oppositions(form: Form) -> Oppositions:
    return Oppositions(*(form.line(name) == NO for name in _QUESTIONS))
