"""Whether something is told of a record, to whom, and where he can be reached (PT-9, LC-15)."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from dmp.record.age import is_minor
from dmp.record.dtm import PARIS
from dmp.record.notice import ALWAYS_TOLD, Address, Channel, Frequency, Notice, NoticeKind
from dmp.record.patient import Contact
from dmp.record.record import Record

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_FRENCH_MOBILE = re.compile(r"(?:0|\+33|0033)([67][0-9]{8})", re.ASCII)
MOBILE = "MC"
"""Use of a telecom that is a mobile (HL7 v3)."""


def notice_of(record: Record, kind: NoticeKind, about: str, at: datetime) -> Iterator[Notice]:
    """The notice of something, as often as its holder wants it; none of what he did not ask to be told (PT-9)."""
    frequency = Frequency.IMMEDIATE if kind in ALWAYS_TOLD else record.notices.frequency
    if frequency is not Frequency.NONE:
        yield Notice(kind, about, people_told(record, at.astimezone(PARIS).date()), frequency)


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


def addresses_of(contact: Contact, first: Channel) -> tuple[Address, ...]:
    """The addresses of a contact that a message can be sent to, those of the channel `first` at the head.

    What is no e-mail address and no mobile number is left out: it is free text.
    """
    found = dict.fromkeys(address for use, told in contact.telecoms for address in _read(use, told))
    return tuple(sorted(found, key=lambda address: address.channel is not first))


def _read(use: str, told: str) -> Iterator[Address]:
    scheme, _, rest = told.strip().partition(":")
    match scheme.lower():
        case "mailto" if _MAIL.fullmatch(rest):
            yield Address(Channel.EMAIL, rest)
        case "tel":
            number = re.sub(r"[ .()-]", "", rest)
            if french := _FRENCH_MOBILE.fullmatch(number):
                yield Address(Channel.SMS, f"+33{french[1]}")
            elif use == MOBILE and _ABROAD.fullmatch(number):
                yield Address(Channel.SMS, number)
