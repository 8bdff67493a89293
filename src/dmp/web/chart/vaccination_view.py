"""Vaccinations in plain words: what to do now, what is known of each disease, the card, and what does not count."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.services.chart import Chart, Evidence
from dmp.services.panel import Words
from dmp.services.vaccination.calendar import Calendar, Kind, Mark, Rule
from dmp.services.vaccination.doses import SERVICE_NAME, Dose, History, Said
from dmp.services.vaccination.evaluate import Situation, evaluate
from dmp.services.vaccination.novelty import is_new
from dmp.services.vaccination.rulebook import RULES, Rulebook
from dmp.services.vaccination.states import State, Status
from dmp.web.chart.vaccination_card import (
    NOTHING,
    Aside,
    CardLine,
    ConditionLine,
    asides,
    card_line,
    condition,
    denied,
    names,
    said,
)
from dmp.web.chart.vaccination_words import CATCH_UP, MARKS, PARTLY, STATES, reason_words
from dmp.web.days import day

_ORDER = tuple(STATES)
_NOW = (State.OVERDUE, State.DUE)
_CHOOSABLE = frozenset({State.OVERDUE, State.DUE, State.UPCOMING, State.MAY_BE_OFFERED, State.UNKNOWN})
_ASKED = (
    "PREGNANT", "COCOON", "FRAGILE_CONTACT", "HCW", "CHILDCARE", "IMMUNODEP", "NURSING_HOME", "VARICELLA_SUSCEPTIBLE",
    "TRAVEL_ENDEMIC_YF", "RES_GUYANE", "RES_ANTILLES", "RES_REUNION", "RES_MAYOTTE",
)  # fmt: skip
"""Conditions that a holder is asked about on the page; any other may be told by a professional or a document."""


@dataclass(frozen=True)
class Line:
    """A rule of the calendar for the person."""

    id: str
    title: Words
    colour: str
    state: Words
    step: Words = NOTHING
    day: str = ""
    day_label: Words = NOTHING
    protects: Words = NOTHING
    reasons: tuple[Words, ...] = ()
    flags: tuple[Words, ...] = ()
    note: Words = NOTHING
    mandatory: bool = False
    new: bool = False
    """A new recommendation, which makes late who was not (RM-10)."""
    recalled: bool = False
    mark: Words = NOTHING
    """How sure the rule is."""
    evidence: tuple[Evidence, ...] = ()
    may_choose: bool = False
    refusal: HealthChoice | None = None
    """What the holder may take back."""
    snoozed: HealthChoice | None = None
    """His own putting off of reminders, which he may take back too."""
    snoozed_until: str = ""


@dataclass(frozen=True)
class Disease:
    """What is known about one disease: the days of its doses, and what comes next."""

    title: Words
    days: tuple[str, ...]
    colour: str
    state: Words
    next_day: str
    evidence: tuple[Evidence, ...]
    not_counted: tuple[str, ...] = ()
    """Those of the days that do not count."""


@dataclass(frozen=True)
class VaccinationView:
    """The page."""

    now: tuple[Line, ...]
    soon: tuple[Line, ...]
    offered: tuple[Line, ...]
    to_check: tuple[Line, ...]
    stopped: tuple[Line, ...]
    diseases: tuple[Disease, ...]
    card: tuple[CardLine, ...]
    aside: tuple[Aside, ...]
    refused: tuple[Aside, ...]
    planned: tuple[Aside, ...]
    conditions: tuple[ConditionLine, ...]
    denied: tuple[ConditionLine, ...]
    """What the holder said is not right."""
    askable: tuple[tuple[str, Words], ...]
    rules: tuple[Line, ...]
    title: Words
    version: str
    since: str
    source: str
    current: bool
    recalled: bool
    silent: bool
    knows_birth: bool
    holder: bool
    choose: str = ""
    """Where the forms of the holder go; empty where he is not the one who looks."""


def view(chart: Chart, rules: Rulebook | None = None, *, choose: str = "") -> VaccinationView:
    """From the chart of whoever looks: everything on the page follows from it alone."""
    book = rules or chart.rules.of(RULES)
    situation = evaluate(chart, book)
    pairs = [(status, _line(status, situation.calendar, chart, book)) for status in situation.statuses]
    calendar = situation.calendar
    return VaccinationView(
        now=_in_states(pairs, *_NOW),
        soon=_in_states(pairs, State.UPCOMING),
        offered=_in_states(pairs, State.MAY_BE_OFFERED),
        to_check=_in_states(pairs, State.UNKNOWN),
        stopped=_in_states(pairs, State.CONTRAINDICATED, State.REFUSED),
        diseases=tuple(_diseases(situation)),
        card=tuple(card_line(dose, situation) for dose in reversed(situation.history.doses)),
        aside=tuple(asides(situation)),
        refused=tuple(said(one, calendar) for one in _not_given(situation.history) if not _is_about_none(one)),
        planned=tuple(said(one, calendar) for one in situation.history.planned),
        conditions=tuple(condition(flag, chart) for flag in situation.flags.values()),
        denied=tuple(denied(chart, calendar)),
        askable=tuple(_askable(situation)) if chart.complete and choose else (),
        rules=tuple(line for _, line in pairs),
        title=calendar.title,
        version=calendar.version,
        since=day(calendar.since),
        source=calendar.source,
        current=situation.current,
        recalled=any(line.recalled for _, line in pairs),
        silent=situation.silent,
        knows_birth=situation.knows_birth,
        holder=chart.complete,
        choose=choose if chart.complete else "",
    )


def _in_states(pairs: Iterable[tuple[Status, Line]], *states: State) -> tuple[Line, ...]:
    """Lines in these states, the first state first; a gathering of duties only repeats others."""
    found = [pair for pair in pairs if pair[0].state in states and pair[0].rule.kind is not Kind.OBLIGATION]
    return tuple(line for _, line in sorted(found, key=lambda pair: states.index(pair[0].state)))


def _line(status: Status, calendar: Calendar, chart: Chart, book: Rulebook) -> Line:
    colour, words = STATES[status.state]
    snoozed = _snoozed(status, chart)
    label, when = _next_day(status)
    holder = chart.complete
    return Line(
        id=status.id,
        title=status.rule.label,
        colour=colour,
        state=words,
        step=_step(status),
        day=when,
        day_label=label,
        protects=names(status.antigens or status.rule.antigens, calendar),
        reasons=tuple(dict.fromkeys(reason_words(reason) for reason in status.reasons)),
        flags=tuple(flag.label for flag in status.flags),
        note=status.rule.note,
        mandatory=status.mandatory,
        new=status.state in _NOW and is_new(status.rule, book, chart.today),
        recalled=_is_recalled(status.rule),
        mark=PARTLY if status.rule.mark is Mark.CONFIRMED and _is_recalled(status.rule) else MARKS[status.rule.mark],
        evidence=tuple(_evidence(status)),
        may_choose=holder and status.state in _CHOOSABLE and status.rule.kind is not Kind.OBLIGATION,
        refusal=_declined(status, chart) if holder else None,
        snoozed=snoozed,
        snoozed_until=day(snoozed.until) if snoozed is not None and snoozed.until is not None else "",
    )


def _is_recalled(rule: Rule) -> bool:
    return rule.mark is not Mark.CONFIRMED or Mark.RECALLED in rule.source


def _next_day(status: Status) -> tuple[Words, str]:
    """The day to show, and what it is."""
    if status.recommended is None or status.state in {State.COMPLETE, State.CLOSED, State.IMMUNE, State.UNKNOWN}:
        return NOTHING, ""
    if status.state in _NOW:
        return ("Prévu depuis le", "Foreseen since"), day(status.recommended)
    return ("À partir du", "From"), day(status.recommended)


def _step(status: Status) -> Words:
    if not status.step or status.state in {State.CLOSED, State.UNKNOWN}:
        return NOTHING
    if status.step == status.steps == 1:
        return CATCH_UP if status.catch_up else NOTHING
    french, english = f"dose {status.step}", f"dose {status.step}"
    if status.steps > 1:
        french, english = f"{french} sur {status.steps}", f"{english} of {status.steps}"
    if status.catch_up:
        french, english = f"{french}, {CATCH_UP[0]}", f"{english}, {CATCH_UP[1]}"
    return french, english


def _evidence(status: Status) -> Iterator[Evidence]:
    found = {one.uuid: one for dose in status.doses for one in dose.evidence}
    found.update((flag.evidence.uuid, flag.evidence) for flag in status.flags if flag.evidence is not None)
    yield from found.values()


def _snoozed(status: Status, chart: Chart) -> HealthChoice | None:
    """The holder's own putting off, as long as it lasts."""
    if not chart.complete or status.state not in _CHOOSABLE:
        return None
    own = (one for one in chart.chosen(SERVICE_NAME) if one.kind is ChoiceKind.SNOOZED and one.subject == status.id)
    return next((one for one in own if one.until is None or one.until > chart.today), None)


def _not_given(history: History) -> tuple[Said, ...]:
    """What was refused, and what a form says was not given."""
    return (*history.refusals, *history.not_given)


def _is_about_none(refusal: Said) -> bool:
    """Some documents say «aucun» in the place of a vaccine: that there is none, which nobody refused."""
    return not refusal.antigens and refusal.label.casefold().startswith("aucun")


def _declined(status: Status, chart: Chart) -> HealthChoice | None:
    """The holder's own refusal, which he may take back."""
    if status.state is not State.REFUSED:
        return None
    declined = [one for one in chart.chosen(SERVICE_NAME) if one.kind is ChoiceKind.DECLINED]
    return next((one for one in declined if one.subject == status.id), None)


def _diseases(situation: Situation) -> Iterator[Disease]:
    """Each disease that a dose or a rule is about, in the order of the calendar; those with the same story as one."""
    told: dict[tuple[tuple[int, ...], tuple[date, ...], str], tuple[list[Words], Disease]] = {}
    for antigen in situation.calendar.antigens.values():
        doses = [dose for dose in situation.history.doses if antigen.id in dose.antigens]
        lead = min((one for one in situation.statuses if antigen.id in one.rule.antigens), key=_first, default=None)
        if doses or lead is not None:
            aside = [one.dose.day for one in situation.uncounted if antigen.id in one.antigens]
            key = (tuple(map(id, doses)), tuple(aside), lead.id if lead is not None else "")
            told.setdefault(key, ([], _disease(doses, lead, aside)))[0].append(antigen.label)
    for labels, disease in told.values():
        yield replace(disease, title=(", ".join(one[0] for one in labels), ", ".join(one[1] for one in labels)))


def _disease(doses: list[Dose], lead: Status | None, aside: list[date]) -> Disease:
    colour, words = STATES[lead.state] if lead is not None else ("light", ("Aucune règle", "No rule"))
    evidence = {one.uuid: one for dose in doses for one in dose.evidence}
    return Disease(
        title=NOTHING,
        days=tuple(day(dose.day) for dose in doses),
        colour=colour,
        state=words,
        next_day=_next_day(lead)[1] if lead is not None else "",
        evidence=tuple(evidence.values()),
        not_counted=tuple(map(day, aside)),
    )


def _first(status: Status) -> tuple[int, str]:
    return _ORDER.index(status.state), f"{status.recommended or ''}"


def _askable(situation: Situation) -> Iterator[tuple[str, Words]]:
    for name in _ASKED:
        known = situation.calendar.conditions.get(name)
        if known is not None and name not in situation.flags:
            yield name, known.label
