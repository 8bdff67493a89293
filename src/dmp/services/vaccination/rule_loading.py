"""One rule of a calendar, from its table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dmp.services.vaccination.calendar import (
    Closing,
    Earlier,
    Group,
    Kind,
    Live,
    Rule,
    Scheme,
    Step,
    Wait,
)
from dmp.services.vaccination.entries import CalendarEntry
from dmp.services.vaccination.spans import Span


@dataclass(frozen=True)
class Known:
    """The names that rules may use."""

    antigens: Mapping[str, object]
    conditions: Mapping[str, object]
    seasons: Mapping[str, object]
    parameters: Mapping[str, date]
    """Days on which something is switched on; a name that stands nowhere is not switched on."""


_NEEDED: Mapping[Kind, tuple[str, ...]] = {
    Kind.SERIES: ("antigens", "schemes"),
    Kind.FIXED: ("antigens", "ages", "recent"),
    Kind.SEASON: ("antigens", "season"),
    Kind.PREGNANCY: ("antigens", "weeks_from", "weeks_until"),
    Kind.RENEWAL: ("antigens", "every"),
    Kind.REPLACEMENT: ("antigens", "completes"),
    Kind.OBLIGATION: ("rules",),
}


def read_rule(entry: CalendarEntry, known: Known) -> Rule:
    """Read a rule.

    Raises:
        BrokenTable: something of it is missing, unknown or of another type.
    """
    kind = entry.one_of("kind", Kind)
    for key in _NEEDED[kind]:
        if not entry.has(key):
            raise entry.broken(f"{key} is missing")
    season = entry.text("season", "")
    if (season or kind is Kind.SEASON) and season not in known.seasons:
        raise entry.broken(f"unknown season {season}")
    antigens = entry.known("antigens", known.antigens, "antigen")
    limits = entry.part("antigen_until")
    groups = tuple(_group(one, known) for one in entry.parts("groups", "group"))
    rule = Rule(
        id=entry.text("id"),
        kind=kind,
        label=entry.label(),
        note=entry.note(),
        antigens=antigens,
        mark=entry.mark(),
        source=entry.text("source"),
        since=entry.day("from"),
        until=entry.day_or_none("until"),
        live=entry.one_of("live", Live, Live.NO),
        optional=entry.flag("optional"),
        born_from=entry.day_or_none("born_from"),
        born_before=entry.day_or_none("born_before"),
        groups=groups or (Group(),),
        any_of=entry.known("any_of", known.conditions, "condition"),
        none_of=entry.known("none_of", known.conditions, "condition"),
        concerns_from=entry.span_or_none("concerns_from"),
        start_since=entry.span_or_none("start_since"),
        start_until=entry.span_or_none("start_until"),
        ignore_before=entry.span_or_none("ignore_before"),
        after=entry.text("after", ""),
        closings=_closings(entry, known),
        antigen_until=_limits(limits, known),
        schemes=tuple(_scheme(one, known) for one in entry.parts("schemes", "scheme")),
        repeat=entry.span_or_none("repeat"),
        waits=tuple(_wait(one, known) for one in entry.parts("waits", "wait")),
        after_uncounted=entry.span_or_none("after_uncounted"),
        contraindicated=entry.known("contraindicated", known.conditions, "condition"),
        immune_by=entry.known("immune_by", known.conditions, "condition"),
        ahead=entry.span_or_none("ahead"),
        ages=entry.spans("ages"),
        every=entry.span_or_none("every"),
        recent=entry.span_or_none("recent"),
        recent_without=entry.known("recent_without", known.antigens, "antigen"),
        season=season,
        interval=entry.span_or_none("interval"),
        shorter=entry.span_or_none("shorter"),
        shorter_for=tuple(_group(one, known) for one in entry.parts("shorter_for", "group")),
        first_ever_until=entry.span_or_none("first_ever_until"),
        once=entry.flag("once"),
        weeks_from=entry.span("weeks_from"),
        weeks_until=entry.span("weeks_until"),
        counts_from=entry.span("counts_from"),
        completes=entry.texts("completes"),
        earlier=tuple(_earlier(one) for one in entry.parts("earlier", "earlier")),
        other_earlier=entry.span_or_none("other_earlier"),
        rules=entry.texts("rules"),
    )
    limits.done()
    entry.done()
    return rule


def _limits(entry: CalendarEntry, known: Known) -> Mapping[str, Span]:
    for name in entry.names:
        if name not in known.antigens:
            raise entry.broken(f"unknown antigen {name}")
    return {name: entry.span(name) for name in entry.names}


def _group(entry: CalendarEntry, known: Known) -> Group:
    sex = entry.text("sex", "")
    if sex not in {"", "F", "M"}:
        raise entry.broken(f"sex {sex!r} is neither F nor M")
    group = Group(
        min_age=entry.span("min_age"),
        until=entry.span_or_none("until"),
        sex=sex,
        any_of=entry.known("any_of", known.conditions, "condition"),
    )
    entry.done()
    return group


def _closings(entry: CalendarEntry, known: Known) -> tuple[Closing, ...]:
    found: list[Closing] = []
    for one in entry.parts("closings", "closing"):
        parameter = one.text("parameter", "")
        until, any_of = one.span("until"), one.known("any_of", known.conditions, "condition")
        one.done()
        if not parameter or parameter in known.parameters:
            found.append(Closing(until, any_of, known.parameters.get(parameter)))
    return tuple(found)


def _scheme(entry: CalendarEntry, known: Known) -> Scheme:
    steps = tuple(_step(one, known) for one in entry.parts("steps", "step"))
    if not steps:
        raise entry.broken("has no step")
    scheme = Scheme(
        steps=steps,
        catch_up=entry.flag("catch_up"),
        since=entry.span("since"),
        until=entry.span_or_none("until"),
        antigens=entry.known("antigens", known.antigens, "antigen"),
        product=entry.text("product", ""),
        any_of=entry.known("any_of", known.conditions, "condition"),
    )
    entry.done()
    return scheme


def _step(entry: CalendarEntry, known: Known) -> Step:
    step = Step(
        age=entry.span_or_none("age"),
        min_age=entry.span("min_age"),
        window=entry.span_or_none("window"),
        until=entry.span_or_none("until"),
        interval=entry.span_or_none("interval"),
        min_interval=entry.span_or_none("min_interval"),
        window_interval=entry.span_or_none("window_interval"),
        sooner=entry.span_or_none("sooner"),
        sooner_if=entry.known("sooner_if", known.conditions, "condition"),
        first_before=entry.span_or_none("first_before"),
    )
    entry.done()
    return step


def _wait(entry: CalendarEntry, known: Known) -> Wait:
    condition = entry.text("condition", "")
    if condition and condition not in known.conditions:
        raise entry.broken(f"unknown condition {condition}")
    wait = Wait(entry.span("interval"), entry.known("antigens", known.antigens, "antigen"), condition)
    entry.done()
    return wait


def _earlier(entry: CalendarEntry) -> Earlier:
    found = Earlier(entry.texts("products"), entry.span("interval"))
    entry.done()
    return found
