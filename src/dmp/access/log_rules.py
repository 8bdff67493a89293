"""Which lines of the access history somebody may see, and how much of each (LOG-2, LOG-5, DEC-30, security 11.7).

A pure function of who looks, of the acts as they were traced, and of what the
gate decided, now, about each document. What may not be known is left out before
anything is counted, ordered or cut into pages.

- The **holder** sees every act. One on documents that wait to be announced to
  him tells its day, and that a professional did it, until the timer ends (DEC-30).
- His **legal representative** sees the same, without secret connections, without
  acts on what is hidden from representatives, and without what the holder did
  himself: a minor may have let somebody in secretly (AR-21). Delegates and heirs
  have no right to the history at all (DEC-29), nor has the operator.
- The confirmed **attending doctor** sees all but secret connections (DEC-30).
- **Everybody else** sees what he did himself.
- No **professional** sees an act of which he may know none of the documents:
  masked, deleted, or of a type that is not for him (LOG-5).

Doctors whom the insurer designates (R.1111-54) have no account here, and so no history.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum

from dmp.access.question import Question
from dmp.record.actor import Actor, Holder, Professional, Representative, Staff, person_id
from dmp.record.announcement import shown_to_patient
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry, unique_key
from dmp.record.history import CHANGE, DoerKind, Ending, KnownDocument, LogLine, Proof, TracedAct, Vague
from dmp.record.verb import CHANGES, Verb

REMOVALS = frozenset({Verb.REMOVE_METADATA, Verb.REMOVE_DOCUMENTS})
UPDATES = CHANGES | {CHANGE}
ON_DOCUMENTS = UPDATES | REMOVALS | {Verb.SUBMIT, Verb.REPLACE, Verb.READ}
"""Acts that are done to documents which their trace names; any other one is told without them."""
NAMING_NONE = frozenset(
    {
        Verb.TEST_RECORD,
        Verb.AUTHORISE,
        Verb.RENOUNCE,
        Verb.BECOME_ATTENDING,
        Verb.LEAVE_ATTENDING,
        Verb.OPEN_RECORD,
        Verb.REOPEN_RECORD,
        Verb.READ_IDENTITY,
        Verb.CHANGE_IDENTITY,
        Verb.CLOSE_RECORD,
        Verb.LIST_AUTHORISATIONS,
    }
)
"""Acts whose trace tells of no document, in no word: neither by a name, nor by a rule that looked at one."""


class Reader(StrEnum):
    """As whom somebody reads the history."""

    HOLDER = "holder"
    REPRESENTATIVE = "representative"
    ATTENDING = "attending"
    ACTOR = "actor"


class Sight(StrEnum):
    """How much of an act somebody sees."""

    WHOLE = "whole"
    VAGUE = "vague"
    NONE = "none"


@dataclass(frozen=True)
class Paper:
    """A document of the record as it stands to the reader now; `known` is what the gate decided.

    `lot` holds the other documents of its lot where it is the signature of one:
    a signature is known with its lot (DEC-12), and no line names it.
    """

    entry: DocumentEntry
    known: bool
    lot: tuple[DocumentEntry, ...] = ()

    @property
    def names(self) -> Iterator[str]:
        """Everything that a trace may call it."""
        yield self.entry.uuid
        yield self.entry.logical_id
        yield unique_key(self.entry.unique_id)


def lines_for(question: Question, acts: Iterable[TracedAct], papers: Iterable[Paper]) -> tuple[LogLine, ...]:
    """The lines that the caller of a question may see, in the order of the acts."""
    view = _View(question.caller.actor, reader_of(question), _by_name(papers), question.at)
    return tuple(line for act in acts if (line := view.line(act)) is not None)


def reader_of(question: Question) -> Reader:
    """As whom the caller reads: the attending doctor once he is confirmed (DEC-1)."""
    match question.caller.actor:
        case Holder():
            return Reader.HOLDER
        case Representative():
            return Reader.REPRESENTATIVE
        case _:
            return Reader.ATTENDING if question.confirmed_attending else Reader.ACTOR


@dataclass(frozen=True)
class _View:
    actor: Actor
    reader: Reader
    papers: Mapping[str, tuple[Paper, ...]]
    at: datetime

    def line(self, act: TracedAct) -> LogLine | None:
        """What the reader sees of an act; None for nothing."""
        if self._is_left_out(act):
            return None
        papers = [paper for paper in self._papers_of(act) if not self._is_secret(paper)]
        if act.verb in ON_DOCUMENTS and act.ending is Ending.DONE and not any(paper.known for paper in papers):
            match self._of_unknown(act, papers):
                case Sight.NONE:
                    return None
                case Sight.VAGUE:
                    return _vague(act)
        # What was refused, and about which documents, depends on what is hidden: the trace of a change that was not
        # done names those that it came to before the one that stopped it.
        undone = act.verb in UPDATES and act.ending is not Ending.DONE
        told = () if undone or self._may_have_vanished(act) else _documents(papers)
        verb = CHANGE if undone else act.verb
        return LogLine(act.at, replace(act, names=(), verb=verb), told, self._proof(act))

    def _of_unknown(self, act: TracedAct, papers: list[Paper]) -> Sight:
        """What is told of something done to documents of which the reader may know none."""
        waits = any(self._waits(paper) for paper in papers)
        match self.reader:
            case Reader.HOLDER:
                waits = waits or (not papers and self._is_recent(act))
                return Sight.VAGUE if waits and act.verb not in REMOVALS and not self._did(act) else Sight.WHOLE
            case Reader.REPRESENTATIVE if self._may_have_vanished(act):
                return Sight.WHOLE
            case Reader.REPRESENTATIVE if papers:
                return Sight.VAGUE if waits else Sight.WHOLE
            case _:
                return Sight.NONE

    def _may_have_vanished(self, act: TracedAct) -> bool:
        """A citizen's own deposit may take up marks that hide it from him (DEC-3, DEC-4): its line names nothing."""
        citizen = isinstance(self.actor, (Holder, Representative))
        return citizen and act.verb in (Verb.SUBMIT, Verb.REPLACE) and self._did(act)

    def _is_left_out(self, act: TracedAct) -> bool:
        if act.verb == Verb.KEEP_NOTES and self.reader is not Reader.HOLDER:
            return True  # that he keeps any is his own affair (PT-6)
        if act.verb == Verb.REMIND:
            return True  # nobody came; its days would tell of documents
        match self.reader:
            case Reader.HOLDER:
                return False
            case Reader.REPRESENTATIVE:
                return act.secret or act.doer.kind == DoerKind.HOLDER
            case Reader.ATTENDING:
                return act.secret and not self._did(act)
            case Reader.ACTOR:
                return not self._did(act)

    def _did(self, act: TracedAct) -> bool:
        """Did the reader act, in person? What a structure declares of him is not proven (DEC-6)."""
        actor, doer = self.actor, act.doer
        match actor:
            case Professional():
                return doer.kind == DoerKind.PROFESSIONAL and bool(actor.id) and doer.person == actor.id
            case Staff():
                same = doer.person == actor.id and doer.structure == actor.facility.id
                return doer.kind == DoerKind.STAFF and bool(actor.id) and same
            case Holder():
                return doer.kind == DoerKind.HOLDER
            case _:
                return doer.kind == DoerKind.REPRESENTATIVE and doer.person == person_id(actor)

    def _papers_of(self, act: TracedAct) -> list[Paper]:
        """The documents that an act names and that are still there; a signature alone stands for its lot.

        What came later under the same id is none of them: who deposits under the id of something that is hidden from
        him must not read in older lines whether his own took the id.
        """
        named = (paper for name in act.names for paper in self.papers.get(unique_key(name), ()))
        found = [paper for paper in named if paper.entry.deposit is None or paper.entry.deposit.at <= act.at]
        plain = [paper for paper in found if not paper.entry.is_signature]
        return plain or [self.papers[each.uuid][0] for paper in found for each in paper.lot if each.uuid in self.papers]

    def _is_secret(self, paper: Paper) -> bool:
        """The document is a secret of the minor towards this reader: it is as if it were not (AR-21, DEC-29)."""
        return self.reader is Reader.REPRESENTATIVE and paper.entry.visibility.hidden_from_guardians

    def _waits(self, paper: Paper) -> bool:
        """The document waits to be announced (AR-19, DEC-24)."""
        since = paper.entry.visibility.hidden_from_patient_since
        return since is not None and self.at < shown_to_patient(since)

    def _is_recent(self, act: TracedAct) -> bool:
        """What the act was done to may have waited to be announced before it was removed, and would wait still."""
        return self.at < shown_to_patient(act.at)

    def _proof(self, act: TracedAct) -> Proof:
        """May the text of the trace be handed out? It names every document of the act, known or not.

        That must not depend on what is hidden: it goes by the kind of act and
        its age alone. Whatever was hidden from the holder when it was done is
        shown to him a month later at the latest; what is hidden from others
        may stay so. The text of what a representative did holds his number,
        which is for nobody but him.
        """
        if act.doer.kind == DoerKind.REPRESENTATIVE and not self._did(act):
            return Proof.COMMITMENT
        if act.verb in NAMING_NONE:
            return Proof.TEXT
        announced = self.reader is Reader.HOLDER and not self._is_recent(act)
        return Proof.TEXT if announced else Proof.COMMITMENT


def _vague(act: TracedAct) -> LogLine:
    """The day alone: neither who nor where, and no hour that would tell."""
    day = act.at.astimezone(PARIS).date()
    vague = Vague.CONSULTED if act.verb == Verb.READ else Vague.UPDATED
    return LogLine(datetime.combine(day, time.min, PARIS), vague=vague)


def _documents(papers: Iterable[Paper]) -> tuple[KnownDocument, ...]:
    """The documents that may be named, each once, by its newest title."""
    newest: dict[str, DocumentEntry] = {}
    for paper in papers:
        entry = paper.entry
        if not paper.known or not entry.title:
            continue
        held = newest.get(entry.logical_id)
        if held is None or held.version < entry.version:
            newest[entry.logical_id] = entry
    return tuple(KnownDocument(entry.logical_id, entry.title) for entry in newest.values())


def _by_name(papers: Iterable[Paper]) -> dict[str, tuple[Paper, ...]]:
    found: dict[str, tuple[Paper, ...]] = {}
    for paper in papers:
        for name in dict.fromkeys(paper.names):
            found[name] = (*found.get(name, ()), paper)
    return found
