"""What the holder tells or chooses about a vaccine, a screening or a condition, and takes back (RM-4, SC-10)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from dmp.actions.health_choices import TakeBackChoice, WriteChoice
from dmp.record.choice import ChoiceKind
from dmp.record.errors import IncompleteRequest
from dmp.services import screening, vaccination
from dmp.services.panel import Words
from dmp.services.rule_set import Rules
from dmp.services.screening import naming as screenings
from dmp.services.vaccination import naming as vaccines
from dmp.services.vaccination.conditions import PREGNANT
from dmp.web.chart.room import CHOICES, PATIENT
from dmp.web.days import read_day
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit

TAKE_BACK = "take-back"
SNOOZES = (1, 3, 6)
"""Months for which a reminder may be put off."""
NAMED: Mapping[str, Callable[[str, Rules], Words | None]] = {
    vaccination.SERVICE.name: vaccines.subject_named,
    screening.SERVICE.name: screenings.subject_named,
}
"""What a choice may be about, by service: the words of a subject, None for one that is not known."""
_SLUGS = {service.name: service.slug for service in (vaccination.SERVICE, screening.SERVICE)}
_TITLE = ("Votre choix", "Your choice")
_WORDS = {
    "day": (
        "Vérifiez la date : écrivez-la comme 31/01/2026, aujourd’hui au plus tard.",
        "Check the date: write it as 31/01/2026, today at the latest.",
    ),
    "until": (
        "Vérifiez cette date : écrivez-la comme 31/01/2026, aujourd’hui au plus tôt, en accord avec l’autre.",
        "Check this day: write it as 31/01/2026, today at the earliest, and in keeping with the other one.",
    ),
    "reason": ("Raccourcissez ce texte.", "Shorten this text."),
    "months": ("Choisissez une durée.", "Choose how long."),
    "most": (
        "Vous avez atteint la limite : retirez d’abord un choix devenu inutile.",
        "You have reached the limit: first take back a choice that you no longer need.",
    ),
}


@dataclass(frozen=True)
class ChoiceView:
    """The question before a choice is kept."""

    service: str
    kind: ChoiceKind
    subject: str
    about: Words
    back: str
    snoozes: tuple[int, ...] = SNOOZES

    @property
    def dated(self) -> bool:
        """A condition that rules count by its days: of a pregnancy, the weeks (A03, A11)."""
        return self.kind is ChoiceKind.CONDITION and self.service == vaccination.SERVICE.name

    @property
    def pregnancy(self) -> bool:
        """It ends on a day that is known before."""
        return self.dated and self.subject == PREGNANT


def choose(visit: Visit) -> Answer:
    """Ask what is to be known of a choice, keep it, or take one back."""
    service, said = visit.form.line("service"), visit.form.line("kind")
    back = PATIENT.page(_SLUGS.get(service, ""))
    if said == TAKE_BACK:
        visit.perform(TakeBackChoice(visit.patient, visit.form.line("choice")))
        return Redirect(back)
    subject = visit.form.line("subject")
    about = NAMED[service](subject, visit.portal.rules()) if service in NAMED else None
    if about is None or said not in set(ChoiceKind):
        return Redirect(back)
    asked = ChoiceView(service, ChoiceKind(said), subject, about, back)
    page = Page("chart/choice.html", _TITLE, asked)
    return _kept(visit, asked) if visit.form.ticked("sure") else page


def _kept(visit: Visit, asked: ChoiceView) -> Answer:
    try:
        visit.perform(_choice(visit, asked))
    except IncompleteRequest as error:
        name = error.element if error.element in _WORDS else "most"
        errors = {name: visit.says(*_WORDS[name])}
        return Page("chart/choice.html", _TITLE, asked, 422, errors)
    return Redirect(asked.back)


def _choice(visit: Visit, asked: ChoiceView) -> WriteChoice:
    """What was typed.

    Raises:
        IncompleteRequest: a day or a duration that is none.
    """
    form = visit.form
    day = _day(form.line("day"), "day") if asked.kind is ChoiceKind.DONE else None
    until = None
    if asked.dated:
        day = _day_or_none(form.line("day"), "day")
        until = _day_or_none(form.line("until"), "until") if asked.pregnancy else None
    months = _months(form.line("months")) if asked.kind is ChoiceKind.SNOOZED else 0
    reason, shared = form.text("reason"), form.ticked("shared")
    return WriteChoice(
        visit.patient, asked.service, asked.kind, asked.subject, day, months, reason, shared, until=until
    )


def _day_or_none(text: str, element: str) -> date | None:
    return _day(text, element) if text.strip() else None


def _day(text: str, element: str) -> date:
    try:
        return read_day(text.strip())
    except ValueError as error:
        raise IncompleteRequest("no day", element=element) from error


def _months(text: str) -> int:
    """0 for good: no more reminders (RM-4)."""
    if text not in {"0", *map(str, SNOOZES)}:
        raise IncompleteRequest("no duration", element="months")
    return int(text)


ROUTES = (PageRoute(PATIENT.page(CHOICES), None, choose, PATIENT.needs),)
