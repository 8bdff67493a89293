"""Doses that come with an age, a campaign, a pregnancy or the age of the last one, each with its own reckoning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from dmp.services.vaccination.calendar import Campaign, Rule, Season
from dmp.services.vaccination.conditions import PREGNANT
from dmp.services.vaccination.doses import Dose
from dmp.services.vaccination.spans import NO_TIME, Span
from dmp.services.vaccination.states import Case, Outlook, Reason, State, Status, Why

_ONE_DAY = timedelta(days=1)


def fixed(rule: Rule, case: Case, antigen: str) -> Outlook:
    """A booster at fixed ages («rendez-vous vaccinaux»): the last age that was reached and not met, else the next one.

    Older ones that were missed are not stacked. A dose less than `recent`
    before an age moves it to the next one; where `recent_without` names
    antigens, only a dose without them does, and one with them only drops them.
    """
    mine = case.doses_of(antigen)
    moving = _moving(rule, case) if rule.recent_without else mine
    ages = [day for day in _ages(rule, case) if not _met(rule, case, antigen, day)]
    passed = [day for day in ages if day <= case.today]
    outlook = Outlook(counted=mine[-1:], steps=1, begun=bool(mine), reasons=_moved(rule, case, moving)[-1:])
    if not ages:
        return outlook
    day = passed[-1] if passed else ages[0]
    return replace(outlook, step=1, earliest=day, recommended=day, last_due=day)


def _ages(rule: Rule, case: Case) -> list[date]:
    return [case.at(age) for age in rule.fixed_ages]


def _moving(rule: Rule, case: Case) -> tuple[Dose, ...]:
    """Doses that move a fixed age for all antigens: of all those of the rule, without those that it names."""
    apart = set(rule.recent_without)
    wanted = set(rule.antigens) - apart
    return tuple(dose for dose in case.history.doses if wanted <= dose.antigens and not dose.antigens & apart)


def _met(rule: Rule, case: Case, antigen: str, day: date) -> bool:
    """Whether a fixed age needs no dose: one was given since, or one shortly before moved it or dropped the antigen."""
    mine = case.doses_of(antigen)
    if any(dose.day >= case.tolerated(day) for dose in mine):
        return True
    recent = _recent_from(rule, case, day)
    if any(recent < dose.day for dose in _moving(rule, case)):
        return True
    drops = not rule.recent_without or antigen in rule.recent_without
    return drops and any(recent < dose.day for dose in mine)


def _recent_from(rule: Rule, case: Case, day: date) -> date:
    return (rule.recent or NO_TIME).before(day) + timedelta(days=case.numbers.tolerance.days)


def _moved(rule: Rule, case: Case, moving: tuple[Dose, ...]) -> tuple[Reason, ...]:
    """Fixed ages that were reached, or soon are, and that a dose moved."""
    soon = case.numbers.upcoming.after(case.today)
    return tuple(
        Reason(Why.MOVED, day)
        for day in _ages(rule, case)
        if day <= soon and any(_recent_from(rule, case, day) < dose.day < case.tolerated(day) for dose in moving)
    )


def season(rule: Rule, case: Case, entry: date) -> Status:
    """A dose in each campaign, or in the first one only (`once`)."""
    calendar_season = case.calendar.seasons[rule.season]
    if entry > case.today:
        return _first_campaign(rule, case, calendar_season, entry)
    campaign = calendar_season.campaign(case.today)
    doses = tuple(dose for antigen in rule.antigens for dose in case.doses_of(antigen))
    own = tuple(dose for dose in doses if rule.once or campaign.counts_from <= dose.day < campaign.counts_until)
    needed = _needed_doses(rule, case, campaign, doses)
    following = calendar_season.of(campaign.year + 1)
    if len(own) >= needed:
        state = State.COMPLETE if rule.once else State.UP_TO_DATE
        return Status(rule, state, recommended=None if rule.once else following.start, doses=own, campaign=campaign)
    last = doses[-1].day if doses else None
    begins = max(campaign.start, entry, *([_interval(rule, case).after(last)] if last is not None else []))
    if case.today > campaign.end or begins > campaign.end:
        return _out_of_season(rule, case, following, doses)
    reasons = (Reason(Why.TWO_DOSES),) if needed > 1 else ()
    return Status(
        rule,
        _seasonal_state(case, begins, campaign),
        key=f"{campaign.id}-{len(own) + 1}",
        step=len(own) + 1,
        steps=needed,
        antigens=rule.antigens,
        earliest=begins,
        recommended=begins,
        overdue_from=None,
        closes=campaign.end + _ONE_DAY,
        doses=own,
        reasons=reasons,
        campaign=campaign,
    )


def _first_campaign(rule: Rule, case: Case, campaigns: Season, entry: date) -> Status:
    """The campaign in which somebody comes to be concerned."""
    campaign = campaigns.campaign(entry)
    if entry > campaign.end:
        campaign = campaigns.of(campaign.year + 1)
    begins = max(campaign.start, entry)
    soon = case.today >= case.numbers.upcoming.before(begins)
    state = State.UPCOMING if soon else State.NOT_ELIGIBLE_YET
    key = f"{campaign.id}-1"
    return Status(
        rule, state, key, 1, 1, antigens=rule.antigens, earliest=begins, recommended=begins, campaign=campaign
    )


def _seasonal_state(case: Case, begins: date, campaign: Campaign) -> State:
    if begins <= case.today:
        return State.DUE
    if case.numbers.upcoming.before(begins) <= case.today:
        return State.UPCOMING
    return State.OUT_OF_SEASON if case.today < campaign.start else State.UP_TO_DATE


def _out_of_season(rule: Rule, case: Case, following: Campaign, doses: tuple[Dose, ...]) -> Status:
    limits = [case.at(group.until) for group in rule.groups if group.until is not None and not group.any_of]
    if limits and len(limits) == len(rule.groups) and following.start >= max(limits):
        return Status(rule, State.CLOSED, antigens=rule.antigens, closes=max(limits), doses=doses)
    return Status(
        rule,
        State.OUT_OF_SEASON,
        step=1,
        steps=1,
        antigens=rule.antigens,
        recommended=following.start,
        earliest=following.start,
        campaign=following,
    )


def _needed_doses(rule: Rule, case: Case, campaign: Campaign, doses: tuple[Dose, ...]) -> int:
    """Two in the first campaign of a young child, else one."""
    if rule.first_ever_until is None or campaign.start >= case.at(rule.first_ever_until):
        return 1
    return 1 if any(dose.day < campaign.counts_from for dose in doses) else 2


def _interval(rule: Rule, case: Case) -> Span:
    if rule.shorter is not None:
        days = (case.entry(group) for group in rule.shorter_for)
        if any(day is not None and day <= case.today for day in days):
            return rule.shorter
    return rule.interval or NO_TIME


def pregnancy(rule: Rule, case: Case) -> Status | None:
    """A dose in each pregnancy, by weeks of amenorrhoea from the last period (DEC-68); None without a pregnancy."""
    flag = case.flags.get(PREGNANT)
    if flag is None:
        return None
    if flag.since is None:
        return Status(rule, State.UNKNOWN, antigens=rule.antigens, reasons=(Reason(Why.NO_WEEKS),))
    counts = case.tolerated(rule.counts_from.after(flag.since))
    own = tuple(dose for antigen in rule.antigens for dose in case.doses_of(antigen) if dose.day >= counts)
    if own:
        return Status(rule, State.COMPLETE, doses=own)
    begins, closes = rule.weeks_from.after(flag.since), rule.weeks_until.after(flag.since)
    if rule.season:
        begins, closes = _within_season(rule, case, begins, closes)
    state = _open_state(case, begins, closes)
    return Status(
        rule,
        state,
        key=f"pregnancy-{flag.since:%Y%m%d}",
        step=1,
        steps=1,
        antigens=rule.antigens,
        earliest=begins,
        recommended=begins,
        closes=closes,
    )


def _within_season(rule: Rule, case: Case, begins: date, closes: date) -> tuple[date, date]:
    """The part of a window that is in the season; where there is none, it ends when it begins."""
    campaigns: Iterator[Campaign] = (case.calendar.seasons[rule.season].of(begins.year + years) for years in (-1, 0, 1))
    for campaign in campaigns:
        first, last = max(begins, campaign.start), min(closes, campaign.end + _ONE_DAY)
        if first < last:
            return first, last
    return begins, begins


def _open_state(case: Case, begins: date, closes: date) -> State:
    if closes <= begins:
        return State.OUT_OF_SEASON
    if case.today >= closes:
        return State.CLOSED
    if case.today >= begins:
        return State.DUE
    return State.UPCOMING if case.today >= case.numbers.upcoming.before(begins) else State.NOT_ELIGIBLE_YET


def renewal(rule: Rule, case: Case, antigen: str, entry: date) -> Outlook:
    """A dose when the last one is older than `every`."""
    doses = case.doses_of(antigen)
    wanted = [entry] if not doses or rule.every is None else [entry, rule.every.after(doses[-1].day)]
    day = max(wanted)
    return Outlook(
        counted=doses[-1:],
        step=len(doses) + 1,
        steps=0,
        earliest=day,
        recommended=day,
        last_due=day,
        begun=bool(doses),
    )


def replacement(rule: Rule, case: Case, antigen: str, entry: date) -> Outlook:
    """A dose of one product, at a distance from the last dose of others."""
    doses = case.doses_of(antigen)
    done = tuple(dose for dose in doses if dose.products & set(rule.completes))
    if done:
        return Outlook(counted=done, steps=1, begun=True)
    products = frozenset[str]().union(*(dose.products for dose in doses))
    apart = next((one.interval for one in rule.earlier if set(one.products) <= products), rule.other_earlier)
    wanted = [apart.after(doses[-1].day)] if doses and apart is not None else []
    earliest = max([*wanted, case.birth])
    day = max(earliest, entry)
    return Outlook(counted=(), step=1, steps=1, earliest=earliest, recommended=day, last_due=day, begun=bool(doses))
