"""What leads to a record besides its identifiers: whom it lets in, who acts in it, whom it resembles (TD0.4, TD0.5).

Leads are texts that the store keeps as keyed hashes, never as words (security
12.3). They only propose records: who looks one up opens the record and
believes what it says. A closed record has none.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dmp.record.ins import normalised
from dmp.record.patient import IdentityTraits
from dmp.record.record import Attending, Authorisation, Record, RecordState

LONGEST = timedelta(days=366)
"""An authorisation that lasts no longer leads there by its month alone (AR-1)."""
ALWAYS = "always"


def leads_of(record: Record) -> frozenset[str]:
    """All the leads to a record as it is now; whom it blocks and whoever opposed to be found has none."""
    if record.state is not RecordState.ACTIVE:
        return frozenset()
    resembled = record.traits is not None and not record.oppositions.emergency_dispatch
    of_traits = _of_traits(record.traits) if resembled and record.traits else ()
    return frozenset((*_of_readers(record), *_of_people(record), *of_traits))


def leads_to_readable(subject: str, *, at: datetime, since: datetime | None = None) -> tuple[str, ...]:
    """The leads to the records that may let this professional or structure read at that time.

    Authorisations last a year: a year of months is looked up, whatever was
    given in former ones; fewer when only those given `since` are wanted.
    """
    first = max(at - LONGEST, since) if since else at - LONGEST
    months = [first]
    while (months[-1].year, months[-1].month) < (at.year, at.month):
        months.append((months[-1].replace(day=1) + timedelta(days=31)).replace(day=1))
    return (_reader(subject, ALWAYS), *(_reader(subject, _month(month)) for month in months))


def lead_to_name(family: str, given: str) -> str:
    """The lead to the persons of a family and a first name, birth names or used ones."""
    return f"name {spelt(family)} {spelt(given)}"


def lead_to_birth(family: str, birth_date: str) -> str:
    """The lead to the persons of a family name who were born on a day."""
    return f"birth {spelt(family)} {birth_date}"


def lead_to_acted_for(person: str) -> str:
    """The lead to the records of those for whom somebody may act, by his number (PT-11, PT-12)."""
    return f"acts {person}"


def spelt(name: str) -> str:
    """A name as leads compare it: capitals without accent, and nothing between them."""
    return re.sub(r"[^A-Z0-9]", "", normalised(name))


def granted(given: Authorisation) -> datetime:
    """When an authorisation was given, or last renewed."""
    return given.last_action or given.start


def _of_readers(record: Record) -> Iterator[str]:
    letting_in = (*record.authorisations, *record.attending)
    for given in letting_in:
        subject = given.doctor if isinstance(given, Attending) else given.subject
        if subject not in record.blocked:
            yield from _of_reader(subject, given)


def _of_reader(subject: str, given: Authorisation | Attending) -> Iterator[str]:
    if isinstance(given, Attending) or given.until - granted(given) > LONGEST:
        yield _reader(subject, ALWAYS)
    elif given.until > granted(given):  # else it was given up
        yield _reader(subject, _month(granted(given)))


def _of_people(record: Record) -> Iterator[str]:
    """Whoever the record names, whether or not he may act today: a lead needs no job to end (ADR 20)."""
    gone = {withdrawal.person.number for withdrawal in record.withdrawals}
    guardians = (each.identifier for each in record.guardians if each.identifier is not None)
    people = (*guardians, *(each.person for each in (*record.protections, *record.delegates)))
    return (lead_to_acted_for(person.number) for person in people if person.number not in gone)


def _of_traits(traits: IdentityTraits) -> Iterator[str]:
    for family in filter(spelt, {traits.birth_name, traits.used_name}):
        for given in filter(spelt, {traits.birth_first_name, traits.used_first_name}):
            yield lead_to_name(family, given)
        if traits.birth_date:
            yield lead_to_birth(family, traits.birth_date)


def _reader(subject: str, month: str) -> str:
    return f"reader {subject} {month}"


def _month(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"
