"""The access history of a record («historique des accès»): acts as they were traced, lines as somebody may see them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dmp.record.access_question import AccessQuestion
from dmp.record.alert import Check
from dmp.record.verb import Verb

FIRST_PERIOD, FIRST_LINES, MORE_LINES = timedelta(days=365), 100, 100
"""What is shown first, a year or a hundred lines, and how many more at a time: never a limit (LOG-3, DEC-30)."""


class Ending(StrEnum):
    """How an act ended; the words of the trace."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class DoerKind(StrEnum):
    """What somebody is to the record; the words of the trace."""

    PROFESSIONAL = "professional"
    STAFF = "staff"
    SOFTWARE = "facility-software"
    HOLDER = "holder"
    REPRESENTATIVE = "representative"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUTOMATON = "automaton"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Doer:
    """Who acted, as his trace has him: ids, names, and the codes of his profession (or role) and know-how."""

    kind: str
    person: str = ""
    name: str = ""
    profession: str = ""
    know_how: str = ""
    structure: str = ""
    structure_name: str = ""


@dataclass(frozen=True)
class TracedAct:
    """One trace, reduced to what a line may tell and to what decides who sees it.

    `id` and `record` are those of the trace. `names` are the ids that the act
    named or touched, of whatever: a line never tells them.
    """

    id: str
    record: str
    at: datetime
    doer: Doer
    verb: str
    ending: Ending
    mode: str = "normal"
    reason: str = ""
    secret: bool = False
    """Done in the secret connection of a minor (AR-21)."""
    names: tuple[str, ...] = ()


CHANGE = "change"
"""The verb of a line about a change of documents that was refused, whichever it was, or that has no verb of its own:
which one was refused depends on what is there."""


class Vague(StrEnum):
    """What is told of an act on a document that waits to be announced to its patient (DEC-30)."""

    UPDATED = "updated"
    CONSULTED = "consulted"


class Proof(StrEnum):
    """What may be handed out of a trace, beside its line (security 11.5, 11.7)."""

    TEXT = "text"
    COMMITMENT = "commitment"
    """Its place in the tree alone: the text may name what its reader may not know of."""
    NONE = "none"


@dataclass(frozen=True)
class KnownDocument:
    """A document that a line may name: its logical id, and its title now."""

    id: str
    title: str


@dataclass(frozen=True)
class Sequel:
    """What came of an access («suite»), as the holder reads it, and nobody else."""

    check: Check = Check.NONE
    question: AccessQuestion | None = None
    may_ask: bool = False
    """Nobody has asked about it, and somebody can be asked."""


@dataclass(frozen=True)
class LogLine:
    """One line, as one person may see it.

    `act` is None where little may be told: then `at` is the day, at midnight in
    France, and `vague` says the rest.
    """

    at: datetime
    act: TracedAct | None = None
    documents: tuple[KnownDocument, ...] = ()
    proof: Proof = Proof.NONE
    vague: Vague | None = None
    sequel: Sequel | None = None


class Kind(StrEnum):
    """Kinds of acts, to search by."""

    READING = "reading"
    WRITING = "writing"
    RIGHTS = "rights"
    RECORD = "record"
    OTHER = "other"


KINDS: dict[str, Kind] = {
    **dict.fromkeys((Verb.FIND, Verb.FIND_REFERENCE, Verb.READ, Verb.READ_IDENTITY), Kind.READING),
    **dict.fromkeys(
        (Verb.TEST_RECORD, Verb.FIND_PATIENTS, Verb.LIST_AUTHORISATIONS, Verb.VIEW_LOG, Verb.LIST_CASES), Kind.READING
    ),
    **dict.fromkeys((Verb.SUBMIT, Verb.REPLACE, Verb.DELETE, Verb.ARCHIVE, Verb.UNARCHIVE), Kind.WRITING),
    **dict.fromkeys((Verb.MASK, Verb.UNMASK, Verb.RELEASE, Verb.HIDE_FROM_GUARDIANS), Kind.WRITING),
    **dict.fromkeys((Verb.RELEASE_TO_GUARDIANS, Verb.REMOVE_METADATA, Verb.REMOVE_DOCUMENTS), Kind.WRITING),
    CHANGE: Kind.WRITING,
    **dict.fromkeys((Verb.AUTHORISE, Verb.RENOUNCE, Verb.BECOME_ATTENDING, Verb.LEAVE_ATTENDING), Kind.RIGHTS),
    **dict.fromkeys((Verb.AUTHORISE_OTHER, Verb.WITHDRAW, Verb.BLOCK, Verb.UNBLOCK), Kind.RIGHTS),
    **dict.fromkeys((Verb.CONFIRM_ATTENDING, Verb.REMOVE_ATTENDING, Verb.HIDE_EVERYTHING), Kind.RIGHTS),
    **dict.fromkeys((Verb.CHOOSE_FOR_EMERGENCIES, Verb.DECLARE_CARE, Verb.OPPOSE_CARE), Kind.RIGHTS),
    **dict.fromkeys((Verb.OPEN_RECORD, Verb.REOPEN_RECORD, Verb.CLOSE_RECORD, Verb.CHANGE_IDENTITY), Kind.RECORD),
    Verb.COPY_RECORD: Kind.READING,
    Verb.ASK_DESTRUCTION: Kind.RECORD,
}
"""The kind of each act that people look for; everything else is `OTHER`."""


@dataclass(frozen=True)
class LogQuery:
    """Which lines are wanted. `who` is a part of a name or of an id, without case; days are inclusive.

    `below` asks for the lines before a page: how many there were, counted from
    the oldest, so that lines that come in meanwhile shift nothing.
    """

    who: str = ""
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None
    emergencies: bool = False
    """Those in an emergency mode alone."""
    others: bool = False
    """Those of anybody but the holder himself (PT-8)."""
    below: int | None = None
    access: str = ""
    """The one line of the act of this id; empty for all."""

    def wants(self, line: LogLine) -> bool:
        """Tell whether a line is one of them: it is only ever asked about lines that may be seen."""
        if self.access and (line.act is None or line.act.id != self.access):
            return False
        if (self.since is not None and line.at < self.since) or (self.until is not None and line.at >= self.until):
            return False
        if line.act is None:
            kind = Kind.READING if line.vague is Vague.CONSULTED else Kind.WRITING
            return not self.who and not self.emergencies and self.kind in (None, kind)
        if self.kind is not None and KINDS.get(line.act.verb, Kind.OTHER) is not self.kind:
            return False
        if self.others and line.act.doer.kind == DoerKind.HOLDER:
            return False
        return (not self.emergencies or line.act.mode != "normal") and self._is_by(line.act.doer)

    def _is_by(self, doer: Doer) -> bool:
        wanted = self.who.strip().casefold()
        return any(wanted in text.casefold() for text in (doer.name, doer.person, doer.structure_name, doer.structure))


@dataclass(frozen=True)
class LogPage:
    """Lines, newest first. `below` asks for the page after it: None when this is the last one."""

    lines: tuple[LogLine, ...]
    below: int | None = None


def page_of(lines: Iterable[LogLine], query: LogQuery, at: datetime) -> LogPage:
    """The page that is asked for, out of the lines that one person may see; none of the others was ever counted."""
    found = sorted((line for line in lines if query.wants(line)), key=_age)
    if query.below is None:
        recent = sum(line.at > at - FIRST_PERIOD for line in found)
        start, stop = max(0, len(found) - max(recent, FIRST_LINES)), len(found)
    else:
        stop = max(0, min(query.below, len(found)))
        start = max(0, stop - MORE_LINES)
    return LogPage(tuple(reversed(found[start:stop])), start or None)


def _age(line: LogLine) -> tuple[datetime, str]:
    """In order of time; a line that tells only its day stands where the day begins."""
    return line.at, line.act.id if line.act else ""


Acts = Callable[[], Iterable[TracedAct]]
"""Reads the acts on a record, when it is known that somebody may see some of them."""
