"""From signs to alerts: those of a week together, each rule up to its cap, and one odd act alone is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dmp.record.alert import AlertKind, Reason
from dmp.watch.profile import Notes, Profile, Sign
from dmp.watch.rules import Rules
from dmp.watch.words import reason

GROWN = 1.5
"""An alert is told again when its signs weigh so much more."""
MOST_RECORDS = 1000
"""Pseudonyms that an alert names."""


@dataclass(frozen=True)
class Finding:
    """What somebody should look at. `name` is that of the alert: one that was found before says more now."""

    name: str
    kind: AlertKind
    subject: str
    """The person, or the pseudonym of the record."""
    reasons: tuple[Reason, ...]
    records: tuple[str, ...] = ()
    profession: str = ""
    structure: str = ""


def keep(known: list[Sign], seen: Iterable[Sign], day: date, rules: Rules) -> tuple[list[Sign], bool]:
    """The signs of the last days with those of today, each at its strongest; and whether any is new or stronger."""
    signs = [sign for sign in known if sign.day > day - timedelta(days=rules.days)]
    grown = False
    for sign in seen:
        before = next((old for old in signs if (old.rule, old.day) == (sign.rule, sign.day)), None)
        if before is None or sign.strength > before.strength:
            grown = True
        if before is None or sign.count >= before.count:
            signs = [old for old in signs if old is not before] + [sign]
    return signs, grown


def weighed(signs: Iterable[Sign], rules: Rules) -> tuple[Reason, ...]:
    """The reasons, the heaviest first. Of signs that are about one and the same record, the heaviest alone counts."""
    by_rule: dict[str, list[Sign]] = {}
    for sign in signs:
        by_rule.setdefault(sign.rule, []).append(sign)
    told: list[tuple[Reason, str]] = []
    for name, found in by_rule.items():
        rule, newest = rules[name], max(found, key=lambda sign: sign.day)
        score = min(rule.cap, rule.weight * sum(sign.strength for sign in found))
        only = newest.record if len(found) == 1 else ""
        told.append((reason(name, score=score, count=newest.count, usual=newest.usual), only))
    told.sort(key=lambda pair: (-pair[0].score, pair[0].rule))
    about: set[str] = set()
    reasons: list[Reason] = []
    for why, only in told:
        if only and only in about:
            continue
        about.add(only)
        reasons.append(why)
    return tuple(reasons)


def of_person(profile: Profile, rules: Rules) -> Finding | None:
    """An alert about somebody, when his signs are enough and say something that the last alert did not."""
    reasons, day = weighed(profile.signs, rules), profile.today.day
    if not _tells_more(profile, sum(why.score for why in reasons), day, rules, f"{profile.person} {day.isoformat()}"):
        return None
    records = tuple(reversed(profile.today.unlinked or list(profile.today.records)))[:MOST_RECORDS]
    return Finding(
        profile.alert,
        AlertKind.PERSON,
        profile.person,
        reasons,
        records,
        profession=profile.profession,
        structure=profile.structure,
    )


def of_record(record: str, notes: Notes, day: date, rules: Rules) -> Finding | None:
    """An alert about a record that several read without a reason."""
    recent = {reader.person: reader.near for reader in notes.readers}
    counts = {"several-readers": len(recent), "relatives-and-colleagues": sum(recent.values())}
    if notes.flagged:
        counts["flagged-record"] = len(recent)
    signs = [Sign(name, day, strength, n) for name, n in counts.items() if (strength := rules[name].strength(n))]
    if not any(sign.rule == "several-readers" for sign in signs):
        return None
    reasons = weighed(signs, rules)
    if not _tells_more(notes, sum(why.score for why in reasons), day, rules, f"{record} {day.isoformat()}"):
        return None
    return Finding(notes.alert, AlertKind.RECORD, record, reasons, (record,))


def _tells_more(known: Profile | Notes, score: int, day: date, rules: Rules, name: str) -> bool:
    if score < rules.threshold:
        return False
    again = known.alerted is not None and day - known.alerted < timedelta(days=rules.days)
    if again and score < GROWN * known.alert_score:
        return False
    if not again:
        known.alerted, known.alert = day, name
    known.alert_score = score
    return True
