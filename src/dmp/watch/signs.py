"""The signs of one person: what each rule of the watch sees in the day at hand (security 10)."""

from collections.abc import Iterator
from datetime import time, timedelta

from dmp.record.actor import Mode
from dmp.record.dtm import PARIS
from dmp.record.verb import Verb
from dmp.watch.fact import Fact, Tie
from dmp.watch.profile import Crowd, Profile, Sign
from dmp.watch.rules import Rules

NIGHT_FROM, NIGHT_TO = time(22), time(6)
A_WALK = timedelta(minutes=15)
"""Who acts from two structures within it is in two places."""
COMPARED = (
    ("patients-in-an-hour", "hour"),
    ("patients-in-a-day", "patients"),
    ("without-link", "unlinked"),
    ("break-glass", "glass"),
    ("documents", "documents"),
    ("denials", "denials"),
    ("unknown-people", "unknown"),
)
"""Rules that compare a number of the day with what is usual."""
NEEDING_A_PAST = ("without-link",)
"""At the start of a service nobody is linked to anybody."""


def note(profile: Profile, fact: Fact, *, linked: bool) -> None:
    """Write an act into the day of who did it."""
    today = profile.today
    today.denials += fact.refused
    if fact.verb == Verb.TEST_RECORD and not fact.record and not fact.refused:
        today.unknown += 1
    _note_place(profile, fact)
    if not fact.reads:
        return
    local = fact.at.astimezone(PARIS)
    _note_hour(profile, fact, local.hour)
    today.records[fact.record] = linked or today.records.get(fact.record, False)
    today.documents += fact.documents
    if local.time() >= NIGHT_FROM or local.time() < NIGHT_TO:
        today.night.add(fact.record)
    if fact.mode == Mode.BREAK_GLASS:
        today.glass.add(fact.record)
    if profile.known and fact.place not in profile.places:
        today.away.add(fact.record)
    if not linked:
        for tie, records in _curious(profile):
            if tie in fact.ties:
                records.add(fact.record)
    _note_run(profile, fact)


def link(profile: Profile, record: str) -> None:
    """Something was put into a record by its reader: he had a reason to read it."""
    if record in profile.today.records:
        profile.today.records[record] = True
        for _, records in _curious(profile):
            records.discard(record)


def _curious(profile: Profile) -> tuple[tuple[Tie, set[str]], ...]:
    today = profile.today
    return (Tie.SAME_NAME, today.same_name), (Tie.COLLEAGUE, today.colleague), (Tie.FLAGGED, today.flagged)


def _note_hour(profile: Profile, fact: Fact, hour: int) -> None:
    today = profile.today
    if hour != today.hour:
        today.hour, today.in_hour = hour, set()
    today.in_hour.add(fact.record)
    today.best_hour = max(today.best_hour, len(today.in_hour))


def _note_place(profile: Profile, fact: Fact) -> None:
    moved = profile.last_structure and fact.structure and fact.structure != profile.last_structure
    if moved and profile.last_at is not None and fact.at - profile.last_at < A_WALK:
        profile.today.moves += 1
    profile.last_structure, profile.last_at = fact.structure or profile.last_structure, fact.at
    profile.place = fact.place


def _note_run(profile: Profile, fact: Fact) -> None:
    """Count the records in a row that were read in the order of their identifiers."""
    today = profile.today
    if fact.record == profile.record:
        return
    comparable = bool(fact.rank and profile.rank)
    today.up = today.up + 1 if comparable and fact.rank > profile.rank else 1
    today.down = today.down + 1 if comparable and fact.rank < profile.rank else 1
    today.run = max(today.run, today.up, today.down)
    profile.record, profile.rank = fact.record, fact.rank


def signs(profile: Profile, crowd: Crowd, rules: Rules) -> Iterator[Sign]:
    """What is odd in the day at hand."""
    today, day, numbers = profile.today, profile.today.day, profile.today.numbers()
    for name, of in COMPARED:
        usual = profile.usual(of, crowd)
        if usual is None and name in NEEDING_A_PAST:
            continue
        count = getattr(numbers, of)
        if strength := rules[name].strength(count, usual or 0.0):
            yield Sign(name, day, strength, count, round(usual or 0.0, 1))
    for name, records in (("same-name", today.same_name), ("colleague", today.colleague), ("flagged", today.flagged)):
        if strength := rules[name].strength(len(records)):
            yield Sign(name, day, strength, len(records), record=min(records) if len(records) == 1 else "")
    counted = (("sequential", today.run), ("two-places", today.moves), ("last-reader", sum(profile.lasts.values())))
    for name, count in (*counted, *_unlike_before(profile, rules)):
        if strength := rules[name].strength(count):
            yield Sign(name, day, strength, count)


def _unlike_before(profile: Profile, rules: Rules) -> Iterator[tuple[str, int]]:
    """What only somebody with a past can do for the first time."""
    if not profile.known:
        return
    yield "new-place", len(profile.today.away)
    if all(day.night < rules["night"].least for day in profile.history):
        yield "night", len(profile.today.night)
