"""Where a person stands in a rule for several antigens at once, and the state that follows from the days (DEC-60)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dmp.services.vaccination.calendar import Kind, Rule
from dmp.services.vaccination.occasions import fixed, renewal, replacement
from dmp.services.vaccination.series import series
from dmp.services.vaccination.states import Case, Outlook, Reason, State, Status, Uncounted, Why


def outlooks(rule: Rule, case: Case, entry: date) -> Mapping[str, Outlook]:
    """One for each antigen; those with the same doses and the same schemes share theirs."""
    shared: dict[object, Outlook] = {}
    found: dict[str, Outlook] = {}
    for antigen in _wanted(rule, case):
        own = antigen in rule.recent_without, *(antigen in one.antigens for one in rule.schemes if one.antigens)
        key = (tuple(map(id, case.doses_of(antigen))), own)
        if key not in shared:
            shared[key] = _outlook(rule, case, antigen, entry)
        found[antigen] = shared[key]
    return found


def _wanted(rule: Rule, case: Case) -> tuple[str, ...]:
    limits = rule.antigen_until
    return tuple(one for one in rule.antigens if one not in limits or case.today < case.at(limits[one]))


def _outlook(rule: Rule, case: Case, antigen: str, entry: date) -> Outlook:
    if rule.kind is Kind.FIXED:
        return fixed(rule, case, antigen)
    if rule.kind is Kind.RENEWAL:
        return renewal(rule, case, antigen, entry)
    if rule.kind is Kind.REPLACEMENT:
        return replacement(rule, case, antigen, entry)
    return series(rule, case, antigen, entry)


def merged(rule: Rule, case: Case, found: Mapping[str, Outlook]) -> Status | None:
    """One status out of those of the antigens: that of the antigen whose next dose comes first."""
    if not found:
        return None
    closing = _closing(rule, case)
    limited = {name: _limited(one, closing) for name, one in found.items()}
    open_ones = {name: one for name, one in limited.items() if one.step}
    alive = {name: one for name, one in open_ones.items() if not one.is_closed(case.today)}
    doses = tuple(sorted({dose for one in limited.values() for dose in one.counted}, key=lambda dose: dose.day))
    base = Status(rule, State.COMPLETE, doses=doses, uncounted=_together(limited))
    if not open_ones:
        steps = max(one.steps for one in limited.values())
        reasons = next((one.reasons for one in limited.values() if one.reasons), ())
        return replace(base, steps=steps, reasons=reasons)
    if not alive:
        closes = max((one.closes for one in open_ones.values() if one.closes is not None), default=None)
        first = next(iter(open_ones.values()))
        return replace(
            base, state=State.CLOSED, antigens=tuple(open_ones), closes=closes, step=first.step, steps=first.steps
        )
    lead = min(alive.values(), key=lambda one: (one.recommended or case.today, one.earliest or case.today))
    return _standing(base, lead, alive, case)


def _standing(base: Status, lead: Outlook, alive: Mapping[str, Outlook], case: Case) -> Status:
    recommended = lead.recommended or case.today
    last_due = lead.last_due or recommended
    overdue_from = case.grace_after(recommended).after(last_due)
    horizon = max(case.today, recommended)
    antigens = tuple(name for name, one in alive.items() if (one.recommended or case.today) <= horizon)
    if lead.closes is not None and (lead.earliest or recommended) >= lead.closes:
        state = State.CLOSED
    elif case.today > overdue_from:
        state = State.OVERDUE
    elif case.today >= recommended:
        state = State.DUE
    elif case.today >= case.numbers.upcoming.before(recommended):
        state = State.UPCOMING
    else:
        state = State.UP_TO_DATE if lead.begun else State.NOT_ELIGIBLE_YET
    reasons = lead.reasons + ((Reason(Why.CATCH_UP),) if lead.catch_up else ())
    return replace(
        base,
        state=state,
        key=_key(base.rule, lead, case),
        step=lead.step,
        steps=lead.steps,
        catch_up=lead.catch_up,
        antigens=antigens,
        earliest=lead.earliest,
        recommended=recommended,
        overdue_from=overdue_from,
        closes=lead.closes,
        reasons=reasons,
    )


def _key(rule: Rule, lead: Outlook, case: Case) -> str:
    if rule.kind is Kind.FIXED and lead.recommended is not None:
        return f"{lead.recommended.year - case.birth.year}y"
    return str(lead.step)


def _limited(outlook: Outlook, closing: date | None) -> Outlook:
    if closing is None or (outlook.closes is not None and outlook.closes <= closing):
        return outlook
    return replace(outlook, closes=closing)


def _closing(rule: Rule, case: Case) -> date | None:
    """The age from which a rule is closed: the highest of those that are for the person."""
    days = [
        case.at(one.until)
        for one in rule.closings
        if (not one.any_of or case.has_any(one.any_of)) and (one.since is None or one.since <= case.today)
    ]
    return max(days, default=None)


def _together(outlooks: Mapping[str, Outlook]) -> tuple[Uncounted, ...]:
    """The same dose, for the same reason, once for all its antigens."""
    found: dict[tuple[int, Reason], Uncounted] = {}
    for antigen, outlook in outlooks.items():
        for one in outlook.uncounted:
            key = (id(one.dose), one.reason)
            known = found.get(key, one)
            found[key] = replace(known, antigens=(*known.antigens, antigen))
    return tuple(found.values())
