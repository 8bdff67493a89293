"""«En cas d'urgence»: the choices as they stand, the switch that hides everything, and each emergency access (PT-3)."""

from dataclasses import dataclass, replace

from dmp.actions.decide_access import ChooseForEmergencies, HideEverything
from dmp.actions.my_emergencies import InEmergencies, ReadEmergencies
from dmp.record.actor import Mode
from dmp.record.emergency import Case, Finding
from dmp.record.errors import AccessRefused
from dmp.record.record import Oppositions
from dmp.web.days import day, moment
from dmp.web.patient.own import is_own
from dmp.web.patient.words import Both
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit

EMERGENCIES, HIDING = "/patient/urgences", "/patient/urgences/tout-cacher"
_TITLE = ("En cas d’urgence", "In an emergency")
_HIDE = ("Cacher tout le dossier", "Hide the whole record")
_SHOW = ("Montrer de nouveau le dossier", "Show the record again")
_YES, _NO = "yes", "no"
_ASKED = ("break_glass", "dispatch", "masked")
_CHOOSE = ("Répondez oui ou non.", "Answer yes or no.")
_MODES = {
    Mode.BREAK_GLASS: ("Urgence vitale (bris de glace)", "Danger of life (break-glass)"),
    Mode.EMERGENCY_DISPATCH: ("Appel au 15", "Call to the emergency number"),
}
_FOUND = {
    Finding.JUSTIFIED: ("C’était bien une urgence.", "It was an emergency indeed."),
    Finding.UNJUSTIFIED: ("Ce n’était pas une urgence.", "It was not an emergency."),
}
_DONE = {
    "choix": ("Vos choix sont enregistrés.", "Your choices are saved."),
    "cache": ("Tout le dossier est caché.", "The whole record is hidden."),
    "montre": ("Le dossier est montré de nouveau.", "The record is shown again."),
}


@dataclass(frozen=True)
class CaseLine:
    """One emergency access, in words."""

    when: str
    who: str
    structure: str
    mode: Both
    reasons: tuple[str, ...]
    finding: Both
    words: str
    reviewed: str
    due: str


@dataclass(frozen=True)
class EmergencyView:
    """What the page shows."""

    own: bool
    chosen: dict[str, str]
    hidden: bool
    cases: tuple[CaseLine, ...]
    done: Both


def emergencies(visit: Visit) -> Answer:
    """The choices in force, and what happened."""
    found = visit.perform(ReadEmergencies(visit.patient))
    return Page(
        "patient/emergencies.html", _TITLE, _view(found, _DONE.get(visit.asked("fait"), ("", "")), own=is_own(visit))
    )


def choose(visit: Visit) -> Answer:
    """Write the choices: all three, so that none is guessed."""
    said = {name: visit.form.line(name) for name in _ASKED}
    missing = {name: visit.says(*_CHOOSE) for name, answer in said.items() if answer not in (_YES, _NO)}
    if missing:
        page = emergencies(visit)
        return replace(page, status=422, errors=missing) if isinstance(page, Page) else page
    oppositions = Oppositions(break_glass=said["break_glass"] == _NO, emergency_dispatch=said["dispatch"] == _NO)
    visit.perform(ChooseForEmergencies(visit.patient, oppositions, reads_masked=said["masked"] == _YES))
    return Redirect(f"{EMERGENCIES}?fait=choix")


def hiding(visit: Visit) -> Answer:
    """What the switch does, before it is turned; `montrer` turns it back."""
    back = bool(visit.asked("montrer"))
    return Page("patient/hiding.html", _SHOW if back else _HIDE, not back)


def hide(visit: Visit) -> Answer:
    """Turn it."""
    hidden = visit.form.line("hidden")
    if hidden not in (_YES, _NO):
        return Redirect(EMERGENCIES)
    try:
        visit.perform(HideEverything(visit.patient, hidden=hidden == _YES))
    except AccessRefused as refusal:
        told = visit.says(f"{refusal} {refusal.next_step}".strip(), "The rules do not allow this: nothing was done.")
        return Page("patient/hiding.html", _HIDE if hidden == _YES else _SHOW, hidden == _YES, 403, {"": told})
    return Redirect(f"{EMERGENCIES}?fait={'cache' if hidden == _YES else 'montre'}")


def _view(found: InEmergencies, done: Both, *, own: bool) -> EmergencyView:
    allowed = {
        "break_glass": not found.oppositions.break_glass,
        "dispatch": not found.oppositions.emergency_dispatch,
        "masked": found.reads_masked,
    }
    chosen = {name: _YES if yes else _NO for name, yes in allowed.items()}
    return EmergencyView(own, chosen, found.hides_everything, tuple(_line(case) for case in found.cases), done)


def _line(case: Case) -> CaseLine:
    review = case.review
    return CaseLine(
        when=moment(case.began),
        who=case.name,
        structure=case.structure,
        mode=_MODES.get(case.mode, ("Urgence", "Emergency")),
        reasons=case.reasons,
        finding=_FOUND[review.finding] if review is not None else ("", ""),
        words=review.words if review is not None else "",
        reviewed=day(review.at) if review is not None else "",
        due=day(case.due),
    )


ROUTES = (PageRoute(EMERGENCIES, emergencies, choose), PageRoute(HIDING, hiding, hide))
