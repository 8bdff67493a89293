"""Whether something is told of a record, to whom, and where he can be reached (PT-9, LC-15)."""

from collections.abc import Iterator
from datetime import date, datetime

from dmp.record.age import coming_of_age, is_minor
from dmp.record.dtm import PARIS
from dmp.record.enrolment import read_address
from dmp.record.notice import ALWAYS_TOLD, Address, Channel, Frequency, Notice, NoticeKind, Timer, TimerKind
from dmp.record.patient import Contact
from dmp.record.record import Record

_SCHEMES = {"mailto": Channel.EMAIL, "tel": Channel.SMS}
_FRANCE = "+33"
MOBILE = "MC"
"""Use of a telecom that is a mobile (HL7 v3)."""


def notice_of(record: Record, kind: NoticeKind, about: str, at: datetime) -> Iterator[Notice]:
    """The notice of something, as often as its holder wants it; none of what he did not ask to be told (PT-9)."""
    frequency = Frequency.IMMEDIATE if kind in ALWAYS_TOLD else record.notices.frequency
    if frequency is not Frequency.NONE:
        people = people_told(record, at.astimezone(PARIS).date())
        reached = tuple(reached_by(record, each, always=kind in ALWAYS_TOLD) for each in people)
        yield Notice(kind, about, reached, frequency)


def majority_timers(record: Record, at: datetime) -> Iterator[Timer]:
    """The day on which a minor comes of age, to be looked at then (LC-16)."""
    due = coming_of_age(record.traits.birth_date) if record.traits is not None else None
    if due is not None and at < due:
        yield Timer(TimerKind.MAJORITY, "", due=due)


def majority_notices(record: Record, at: datetime) -> Iterator[Notice]:
    """The holder is 18: he is told that the record is his alone, and his parents that it was theirs (LC-16).

    Their access has ended by the rights themselves, whenever this is sent.
    """
    yield from notice_of(record, NoticeKind.CAME_OF_AGE, "", at)
    parents = tuple(addresses_of(guardian.contact, record.notices.channel) for guardian in record.guardians)
    if parents and not record.deceased:
        yield Notice(NoticeKind.PARENTS_LEAVE, "", parents)


def people_told(record: Record, today: date) -> tuple[tuple[Address, ...], ...]:
    """The addresses of each person who is told, best first; nobody once the holder is dead.

    The holder himself. For a minor the representatives, who exercise his
    rights (LC-15), until the day that he comes of age (LC-16).
    """
    if record.deceased:
        return ()
    if record.traits is not None and is_minor(record.traits.birth_date, today):
        contacts = tuple(guardian.contact for guardian in record.guardians)
    else:
        contacts = (record.contact,)
    return tuple(addresses_of(contact, record.notices.channel) for contact in contacts)


def reached_by(record: Record, addresses: tuple[Address, ...], *, always: bool = False) -> tuple[Address, ...]:
    """Those that still take messages (RM-7); what is always told is tried all the same where none does."""
    stopped = {one.address for one in record.unreachable if one.stopped}
    left = tuple(one for one in addresses if one not in stopped)
    return addresses if always and not left else left


def addresses_of(contact: Contact, first: Channel) -> tuple[Address, ...]:
    """The addresses of a contact that a message can be sent to, those of the channel `first` at the head.

    What is no e-mail address and no mobile number is left out: it is free text.
    """
    found = dict.fromkeys(address for use, told in contact.telecoms for address in _read(use, told))
    return tuple(sorted(found, key=lambda address: address.channel is not first))


def _read(use: str, told: str) -> Iterator[Address]:
    scheme, _, rest = told.strip().partition(":")
    channel = _SCHEMES.get(scheme.lower())
    address = read_address(channel, rest) if channel else None
    # Of a number from abroad, its form does not tell that it is a mobile.
    if address is not None and (channel is Channel.EMAIL or use == MOBILE or address.to.startswith(_FRANCE)):
        yield address
