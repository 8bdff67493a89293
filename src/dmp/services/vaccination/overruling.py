"""What goes before the reckoning: contraindications, refusals, and that nothing at all is known (DEC-60, DEC-65)."""

from collections.abc import Mapping
from dataclasses import replace

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.facts import Allergy
from dmp.services.chart import Chart
from dmp.services.vaccination.calendar import Calendar
from dmp.services.vaccination.conditions import Flag
from dmp.services.vaccination.doses import SERVICE_NAME, subject_valence
from dmp.services.vaccination.states import OPEN, Case, Reason, State, Status, Why
from dmp.services.vaccination.valences import Valences


def overruled(status: Status, case: Case, chart: Chart, valences: Valences, *, silent: bool) -> Status:
    """A status, unless something goes before it."""
    if status.state in OPEN:
        stops = _contraindications(status, case)
        if stops:
            return replace(status, state=State.CONTRAINDICATED, reasons=(*stops, *status.reasons))
        refused = _refusal(status, case, chart, valences)
        if refused is not None:
            return replace(status, state=State.REFUSED, reasons=(refused, *status.reasons))
    if silent and status.state not in {State.CLOSED, State.NOT_ELIGIBLE_YET}:
        return replace(status, state=State.UNKNOWN, reasons=(Reason(Why.NO_FACT),))
    undated = [one for one in case.history.unusable if one.day is None and one.valence.antigens & set(status.antigens)]
    if undated and status.state in OPEN:
        return replace(status, reasons=(*status.reasons, Reason(Why.UNDATED)))
    return status


def _contraindications(status: Status, case: Case) -> tuple[Reason, ...]:
    flags: list[Flag] = [case.flags[name] for name in status.rule.contraindicated if name in case.flags]
    found = [Reason(Why.CONDITION, flag.since, flag.id, flag.label) for flag in flags]
    found += [case.allergies[name] for name in status.antigens if name in case.allergies][:1]
    return tuple(found)


def _refusal(status: Status, case: Case, chart: Chart, valences: Valences) -> Reason | None:
    """A refusal of all that the next dose is for, told in a document since it came up; or what the holder declined."""
    wanted = set(status.antigens)
    for said in case.history.refusals:
        came_up = case.numbers.upcoming.before(status.recommended) if status.recommended is not None else None
        recent = said.day is None or came_up is None or said.day >= came_up
        if wanted and wanted <= said.antigens and recent:
            return Reason(Why.REFUSED, said.day)
    for choice in chart.chosen(SERVICE_NAME):
        if _declines(choice, status, case, valences):
            return Reason(Why.DECLINED, choice.day or choice.written.date())
    return None


def _declines(choice: HealthChoice, status: Status, case: Case, valences: Valences) -> bool:
    over = choice.until is not None and choice.until < case.today
    return choice.kind is ChoiceKind.DECLINED and not over and is_about(choice.subject, status, case.calendar, valences)


def is_about(subject: str, status: Status, calendar: Calendar, valences: Valences) -> bool:
    """Whether a choice is about a status: it names the rule, or all the antigens of the next dose."""
    if subject == status.id:
        return True
    if any(rule.id == subject for rule in calendar.rules):
        return False
    antigens = subject_valence(subject, calendar, valences).antigens
    return bool(status.antigens) and set(status.antigens) <= antigens


def severe_allergies(chart: Chart, calendar: Calendar, valences: Valences) -> Mapping[str, Reason]:
    """Antigens of vaccines to which a coded allergy is severe."""
    found: dict[str, Reason] = {}
    for _, fact in chart.of("allergies"):
        if not isinstance(fact, Allergy) or not fact.is_present:
            continue
        said = {code for reaction in fact.reactions for code, _ in reaction.codes()} | {fact.criticality}
        if said & calendar.anaphylaxis:
            words = (fact.agent.words, fact.agent.words)
            for antigen in valences.coded(fact.agent).antigens:
                found[antigen] = Reason(Why.ALLERGY, words=words)
    return found
