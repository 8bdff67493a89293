"""Notices («notifications»): that something happened in somebody's record, who is told, and how (PT-9)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about; the text of each is in `notices/texts.toml`."""

    EMERGENCY_ACCESS = "emergency-access"
    """Somebody used break-glass or the mode of an emergency call centre (AR-9, AR-11)."""
    ATTENDING_DECLARED = "attending-declared"
    """A doctor declared himself attending doctor (DEC-1)."""
    ANNOUNCEMENT = "announcement"
    """A document has waited a fortnight to be announced (AR-19, R.1111-53)."""
    AUTHORISATION_ENDED = "authorisation-ended"
    """A right to read has lapsed (AR-1)."""
    PARENTS_LEAVE = "parents-leave"
    """A holder is 18: told to those who represented him until then (LC-16)."""
    DELEGATE_NAMED = "delegate-named"
    """Somebody was named to act for the holder (PT-9, PT-11)."""
    RECORD_OPENED = "record-opened"
    """The record is open, for the first time or again."""
    RECORD_CLOSED = "record-closed"
    CAME_OF_AGE = "came-of-age"
    """The holder is 18: his parents' access ends (LC-16)."""
    FIRST_ACCESS = "first-access"
    """A professional read the record for the first time since its holder wants to know."""
    NEW_DOCUMENT = "new-document"
    ATTENDING_CHANGED = "attending-changed"
    """A doctor gave up his role, or somebody confirmed or removed him for the holder."""
    BLOCKED_ATTEMPT = "blocked-attempt"
    """Somebody whom the holder blocked tried to come in."""
    DELEGATE_ACTED = "delegate-acted"
    """A delegate did something in the record (PT-11)."""
    CHANNEL_CHANGED = "channel-changed"
    """One-time codes go elsewhere, or no longer here (TD1.5b, PT-9): told on the old address and on the new one."""
    DIRECTIVES_KEPT = "directives-kept"
    """What the holder wrote for the end of his life is still in the record: told each year (L.1111-11, PT-7)."""
    HEALTH_REMINDER = "health-reminder"
    """There is something to think of in the space: never what (RM-2)."""
    ACCOUNT_CHANGED = "account-changed"
    """An account was made, renewed or closed (TD1.5a, TD1.5d)."""


ALWAYS_TOLD = frozenset(
    {
        NoticeKind.EMERGENCY_ACCESS,
        NoticeKind.ATTENDING_DECLARED,
        NoticeKind.ANNOUNCEMENT,
        NoticeKind.PARENTS_LEAVE,
        NoticeKind.DELEGATE_NAMED,
        NoticeKind.CHANNEL_CHANGED,
        NoticeKind.RECORD_OPENED,
        NoticeKind.RECORD_CLOSED,
        NoticeKind.CAME_OF_AGE,
        NoticeKind.DIRECTIVES_KEPT,
        NoticeKind.ACCOUNT_CHANGED,
    }
)
"""What the law, or a decision, has the holder told at once, whatever he wishes (PT-9, AR-19, DEC-1)."""


class Frequency(StrEnum):
    """How often somebody wants to be told of what he need not be told of (PT-9: opt-in)."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    """One message a day, that names nothing of what happened."""
    NONE = "none"


class Channel(StrEnum):
    """How a message reaches somebody («canal»)."""

    EMAIL = "email"
    SMS = "sms"


class MailSecurity(StrEnum):
    """How the way to the server that takes our e-mail is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """In clear: on this machine only (`settings.check`)."""


@dataclass(frozen=True)
class NoticeWishes:
    """What the holder asked for; nothing is told without being asked for, but what is always told (PT-9)."""

    frequency: Frequency = Frequency.NONE
    channel: Channel = Channel.EMAIL
    """The one to try first."""


@dataclass(frozen=True)
class Address:
    """Where a message goes: an e-mail address, or a mobile number with its country (`+33…`)."""

    channel: Channel
    to: str


CERTAIN = 2
"""Messages that an address must refuse for good before no more are sent there (decided): one may be a mistake."""
MOST_UNREACHABLE = 20


@dataclass(frozen=True)
class Unreachable:
    """An address that refused messages for good («adresse en échec», RM-7): which ones, and when it did last."""

    address: Address
    messages: tuple[str, ...]
    at: datetime

    @property
    def stopped(self) -> bool:
        """It is certain: nothing is sent there any more, until the holder says so."""
        return len(self.messages) >= CERTAIN

    def refused(self, message: str, at: datetime) -> "Unreachable":
        """One more; the same one again counts once."""
        if message in self.messages or self.stopped:
            return self
        return Unreachable(self.address, (*self.messages, message), at)


@dataclass(frozen=True)
class Notice:
    """Something that people are to be told of about a record.

    `about` tells it from others of its kind, so that each is sent once. For
    each person, `people` holds the addresses that may be used, best first; one
    who has none is told nothing. No text: what is said depends on the kind
    alone, and names neither document nor person (PT-9).
    """

    kind: NoticeKind
    about: str
    people: tuple[tuple[Address, ...], ...]
    frequency: Frequency = Frequency.IMMEDIATE


@dataclass(frozen=True)
class Message:
    """What the outbox holds: the name of a text (`notices/texts.toml`), and the addresses of one person."""

    text: str
    addresses: tuple[Address, ...]


class TimerKind(StrEnum):
    """What is looked at again on its day."""

    ANNOUNCEMENT = "announcement"
    """A chain of documents hidden from its patient (AR-19)."""
    AUTHORISATION = "authorisation"
    """A right to read, by whom it was given to (AR-1)."""
    DIRECTIVES = "directives"
    """A chain of advance directives, a year after the last one of them (L.1111-11)."""
    MAJORITY = "majority"
    """The day on which the holder is 18 (LC-16)."""


@dataclass(frozen=True)
class Timer:
    """Something of a record to look at again on its day («échéance»): it may then be worth a notice, or be over.

    Looked at from `over` on, it is worth nothing any more.
    """

    kind: TimerKind
    subject: str
    due: datetime
    over: datetime | None = None
