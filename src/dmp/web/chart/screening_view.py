"""Screening in plain words: a card for each programme that concerns the person (SV-6: nothing is decided here)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.services.chart import Chart, Evidence
from dmp.services.days import first_day
from dmp.services.panel import Words
from dmp.services.screening.evidence import Exam
from dmp.services.screening.exclusions import Found, chosen
from dmp.services.screening.findings import Task, TaskKind, tasks_of
from dmp.services.screening.loading import RULES
from dmp.services.screening.programmes import Outcome, Programme, Programmes
from dmp.services.screening.state import REFUSABLE, State, Status, Why
from dmp.services.screening.status import statuses
from dmp.services.words import day_words
from dmp.web.days import day

SOON = timedelta(days=90)
"""A programme is shown to somebody who will be concerned so soon."""

_STATES: dict[State, tuple[str, Words]] = {
    State.UNKNOWN: ("light", ("À voir avec votre professionnel", "To be seen with your professional")),
    State.NOT_ELIGIBLE: ("light", ("Pas à cet âge", "Not at this age")),
    State.ELIGIBLE: ("primary", ("Proposé", "Offered")),
    State.INVITED: ("primary", ("Invité(e)", "Invited")),
    State.DECLARED: ("secondary", ("Déclaré, sans document", "Declared, without document")),
    State.DONE: ("secondary", ("Fait, résultat dans le document", "Done, result in the document")),
    State.PENDING: ("secondary", ("Deuxième lecture attendue", "Second reading awaited")),
    State.NORMAL: ("secondary", ("À jour", "Up to date")),
    State.NOT_INTERPRETABLE: ("primary", ("Test à refaire", "Test to be done again")),
    State.CLOSED: ("secondary", ("Bilan terminé", "Work-up ended")),
    State.DUE: ("primary", ("À faire", "Due")),
    State.OVERDUE: ("danger", ("En retard", "Overdue")),
    State.DECLINED: ("light", ("Vous n’en voulez pas", "You do not want it")),
    State.EXCLUDED: ("light", ("Pas à faire en ce moment", "Not to be done now")),
}
_WORK_UP_FOR_HOLDER = ("primary", ("Résultat à voir avec votre médecin", "Result to be seen with your doctor"))
_WORK_UP_FOR_PROFESSIONAL = ("danger", ("Positif, bilan en cours", "Positive, work-up under way"))
_DECLINED_FOR_PROFESSIONAL = ("light", ("N’en veut pas", "Does not want it"))
_ASK_FOR_PROFESSIONAL = ("light", ("À voir avec la personne", "To be seen with the person"))

_WHYS: dict[Why, Words] = {
    Why.NO_BIRTH: (
        "La date de naissance n’est pas connue en entier : rien ne peut être calculé.",
        "The date of birth is not known in full: nothing can be computed.",
    ),
    Why.NO_SEX: (
        "Ce dépistage dépend du corps de chacun : un professionnel peut vous dire s’il vous concerne.",
        "This screening depends on one’s body: a professional can tell whether it is for you.",
    ),
    Why.NEVER_SEEN: (
        "Aucun test n’apparaît dans les documents visibles. Il a pu être fait ailleurs.",
        "No test appears in the documents that can be seen. It may have been done elsewhere.",
    ),
    Why.LAST_TEST: ("C’était le dernier test prévu à cet âge.", "That was the last test foreseen at this age."),
    Why.LAST_TIME: ("Ce test sera le dernier du programme.", "This test will be the last one of the programme."),
    Why.CONTROL: (
        "Un contrôle est prévu un peu plus tôt que d’habitude.",
        "A control is foreseen somewhat sooner than usual.",
    ),
    Why.NEW_TEST: (
        "Le prélèvement n’a pas pu être lu : le test est à refaire.",
        "The sample could not be read: the test is to be done again.",
    ),
    Why.DECLARED_LAPSED: (
        "Un test a été déclaré il y a plus de trois mois, et aucun document n’est arrivé.",
        "A test was declared more than three months ago, and no document has come.",
    ),
    Why.DECLARED_ONLY: (
        "Selon ce qui a été déclaré ; un document le confirmera.",
        "By what was declared; a document will confirm it.",
    ),
    Why.POSTPONED: (
        "Un examen plus complet a été fait : le test n’est pas utile avant cette date.",
        "A fuller examination was done: the test is of no use before that day.",
    ),
    Why.ONCE: (
        "Un seul rendez-vous est proposé pour cette période de la vie.",
        "One appointment is offered for this part of life.",
    ),
    Why.ORGAN_SAID: ("Selon ce que vous avez indiqué.", "By what you told."),
}
_ASKED = frozenset({Why.NO_WORK_UP_SEEN, Why.SECOND_READING_LATE})
_OUTCOMES: dict[Outcome, Words] = {
    Outcome.UNKNOWN: ("résultat dans le document", "result in the document"),
    Outcome.NOT_INTERPRETABLE: ("non interprétable", "not interpretable"),
    Outcome.NEGATIVE: ("sans anomalie", "nothing found"),
    Outcome.POSITIVE: ("positif ou anormal", "positive or abnormal"),
}
_ASIDE: dict[str, Words] = {
    "no-day": ("sa date ne peut pas être lue", "its date cannot be read"),
    "future": ("sa date est à venir", "its date is to come"),
    "before-birth": ("sa date est avant la naissance", "its date is before birth"),
}
_TASKS: dict[TaskKind, Words] = {
    TaskKind.NO_WORK_UP: (
        "Test positif sans examen complémentaire visible : à vérifier avec la personne.",
        "Positive test without any further examination to be seen: to be checked with the person.",
    ),
    TaskKind.NO_SECOND_READING: (
        "Deuxième lecture de la mammographie non retrouvée : à vérifier avec le radiologue.",
        "Second reading of the mammogram not found: to be checked with the radiologist.",
    ),
}
NOTHING: Words = ("", "")
KEPT_IN_SIGHT = timedelta(days=3 * 365)
"""A letter is shown for so long: the longest time to the next one, and a year."""
_A_SCREENING: Words = ("un dépistage", "a screening")


@dataclass(frozen=True)
class Line:
    """A test or a reason that stands on a document; `words` say what it found, to a professional alone (SC-7)."""

    title: Words
    day: str
    words: Words
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Card:
    """A programme, in plain words."""

    id: str
    rule: str
    title: Words
    about: Words
    state: State
    colour: str
    words: Words
    reasons: tuple[Words, ...]
    due: str = ""
    late: bool = False
    """The day is past."""
    step: Words = NOTHING
    until: str = ""
    tests: tuple[Line, ...] = ()
    exclusions: tuple[Line, ...] = ()
    set_aside: tuple[Line, ...] = ()
    recalled: bool = False
    new: bool = False
    """A programme that began lately, after the rules that it came into (RM-10)."""
    may_choose: bool = False
    """The holder may say that he does not want it, or that it was done."""
    refusal: HealthChoice | None = None
    """What he may take back."""
    declared: HealthChoice | None = None
    snoozed: HealthChoice | None = None
    """His own putting off of reminders, or their end."""
    snoozed_until: str = ""


@dataclass(frozen=True)
class Body:
    """What a programme is for («organe»): the holder says whether he has it, whatever his civil status (SC-2)."""

    subject: str
    organ: Words
    said: HealthChoice | None = None


@dataclass(frozen=True)
class Letter:
    """An invitation of the insurer, in our words: it comes without any text (SC-5)."""

    day: str
    about: Words


@dataclass(frozen=True)
class Concern:
    """A task of the attending doctor."""

    title: Words
    words: Words
    since: str


@dataclass(frozen=True)
class ScreeningView:
    """The cards, the tasks of a doctor, and which rules were used."""

    cards: tuple[Card, ...]
    concerns: tuple[Concern, ...]
    version: str
    start: str
    source: str
    recalled: bool
    choose: str = ""
    """Where the forms of the holder go; empty where he is not the one who looks."""
    bodies: tuple[Body, ...] = ()
    letters: tuple[Letter, ...] = ()
    """What the insurer wrote to the holder, newest first (SC-5)."""


def view(
    chart: Chart,
    rules: Programmes | None = None,
    *,
    choose: str = "",
    attending: bool = False,
) -> ScreeningView:
    """From the chart of whoever looks; tasks are for the attending doctor, and for nobody else (SC-8)."""
    used = rules or chart.rules.of(RULES)
    found = statuses(chart, used)
    shown = [status for status in found if _is_shown(status)]
    asked = attending and not chart.complete
    return ScreeningView(
        cards=tuple(_put_off(_card(status, used, holder=chart.complete), chart) for status in shown),
        concerns=tuple(_concern(status, task) for status in shown for task in tasks_of(status)) if asked else (),
        version=used.version,
        start=day(used.start),
        source=used.source,
        recalled=any(status.programme.recalled for status in shown),
        choose=choose if chart.complete else "",
        letters=_letters(chart, used) if chart.complete else (),
        bodies=tuple(_body(one, chart) for one in used.programmes if one.organ) if chart.complete and choose else (),
    )


def _letters(chart: Chart, rules: Programmes) -> tuple[Letter, ...]:
    """Of the last years, each once; of a programme that is in force no more, without its name."""
    labels = {one.id: one.label.pair for one in rules.programmes}
    told = {(one.day, one.programme) for one in chart.invitations if chart.today - one.day <= KEPT_IN_SIGHT}
    return tuple(Letter(day(when), labels.get(name, _A_SCREENING)) for when, name in sorted(told, reverse=True))


def _body(programme: Programme, chart: Chart) -> Body:
    subjects = (programme.organ, f"NO_{programme.organ}")
    said = (one for one in chosen(chart, ChoiceKind.CONDITION, chart.today) if one.subject in subjects)
    return Body(programme.organ, programme.organ_words.pair, next(said, None))


def _is_shown(status: Status) -> bool:
    """What concerns the person, now or soon."""
    soon = Why.TOO_YOUNG in status.reasons and status.due is not None and status.due - status.today <= SOON
    return status.concerns or soon


def _card(status: Status, rules: Programmes, *, holder: bool) -> Card:
    colour, words = _words(status, holder=holder)
    programme = status.programme
    return Card(
        id=programme.id,
        rule=programme.rule,
        title=programme.label.pair,
        about=programme.about.pair,
        state=status.state,
        colour=colour,
        words=words,
        reasons=tuple(_WHYS[why] for why in status.reasons if why in _WHYS and _may_say(why, holder=holder)),
        due=_written(status.due) if status.state is not State.DECLINED else "",
        late=status.due is not None and status.due < status.today,
        step=programme.test(status.step).label.pair if status.step else NOTHING,
        until=_written(status.until),
        tests=tuple(_test(exam, holder=holder) for exam in status.exams),
        exclusions=tuple(_excluded(found) for found in status.exclusions),
        set_aside=tuple(
            Line(NOTHING, _as_written(one.written), _ASIDE[one.reason], (one.evidence,)) for one in status.set_aside
        ),
        recalled=programme.recalled,
        new=status.due is not None and status.due <= status.today and rules.is_new(programme, status.today),
        may_choose=holder and status.state in REFUSABLE,
        refusal=status.refused if holder else None,
        declared=status.declared if holder else None,
    )


def _put_off(card: Card, chart: Chart) -> Card:
    """The card of a holder who put off its reminders, or stopped them."""
    if not card.may_choose:
        return card
    own = (one for one in chosen(chart, ChoiceKind.SNOOZED, chart.today) if one.subject == card.id)
    snoozed = next(own, None)
    return replace(card, snoozed=snoozed, snoozed_until=_written(snoozed.until if snoozed else None))


def _words(status: Status, *, holder: bool) -> tuple[str, Words]:
    """The record announces nothing to its holder (SC-7), and speaks to a professional as to one."""
    if status.state is State.WORK_UP:
        return _WORK_UP_FOR_HOLDER if holder else _WORK_UP_FOR_PROFESSIONAL
    if not holder and status.state is State.DECLINED:
        return _DECLINED_FOR_PROFESSIONAL
    if not holder and status.state is State.UNKNOWN:
        return _ASK_FOR_PROFESSIONAL
    if status.state is State.INVITED and status.invited is not None:
        when = day(status.invited)
        return _STATES[State.INVITED][0], (f"Invité(e) le {when}", f"Invited on {when}")
    return _STATES[status.state]


def _may_say(why: Why, *, holder: bool) -> bool:
    """What is missing is a task of the attending doctor, told there; a control tells a holder of a result."""
    return why not in _ASKED and not (holder and why is Why.CONTROL)


def _written(when: date | None) -> str:
    return day(when) if when is not None else ""


def _as_written(digits: str) -> str:
    """A day that can be read as people write it, and anything else as it is in the document."""
    return day_words(digits) if first_day(digits) is not None else digits


def _test(exam: Exam, *, holder: bool) -> Line:
    words = NOTHING if holder or exam.test.without_result else _OUTCOMES[exam.outcome]
    return Line(exam.test.label.pair, day(exam.day), words, exam.evidence)


_TOLD: Words = ("selon ce qui a été déclaré", "by what was declared")


def _excluded(found: Found) -> Line:
    title = found.exclusion.label.pair if found.exclusion is not None else _other(found)
    return Line(title, _written(found.until), _TOLD if found.told is not None else NOTHING, found.evidence)


def _other(found: Found) -> Words:
    reason = found.told.reason if found.told is not None else ""
    return (reason, reason) if reason else ("autre raison", "another reason")


def _concern(status: Status, task: Task) -> Concern:
    return Concern(status.programme.label.pair, _TASKS[task.kind], day(task.since))
