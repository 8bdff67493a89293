"""The access history («qui a consulté mon dossier», PT-8): who did what to a record, as one person may see it.

What may be seen is decided by the gate, act by act (`access.log_rules`): these
acts count, search and cut into pages what is left, and nothing else. Reading
the history is an act too, and leaves its trace.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.change_document import ChangeDocument
from dmp.actions.sequels import with_sequels
from dmp.actions.shown import asks_about, asks_about_folders, companions
from dmp.actions.update_documents import UpdateDocuments
from dmp.audit.export import Disclosure, Entry, write_receipt
from dmp.audit.trace import Outcome, Trace, Who
from dmp.record.history import (
    CHANGE,
    Doer,
    DoerKind,
    Ending,
    LogLine,
    LogPage,
    LogQuery,
    Proof,
    TracedAct,
    page_of,
)
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.verb import CHANGES, Verb
from dmp.store.directory import Directory
from dmp.store.tx import Tx

_CITIZENS = (DoerKind.HOLDER, DoerKind.REPRESENTATIVE)
_CHANGING = (UpdateDocuments.__name__, ChangeDocument.__name__)


@dataclass(frozen=True)
class ViewLog:
    """One page of the history."""

    patient: PatientId
    query: LogQuery = LogQuery()

    verb = Verb.VIEW_LOG
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, every document that an act may name, and the acts."""
        return _scope(tx, self.patient)

    def apply(self, turn: Turn) -> LogPage:
        """Search among the lines that the caller may see, newest first, with what came of each."""
        page = page_of(with_names(turn.lines, turn.tx.directory), self.query, turn.at)
        return replace(page, lines=with_sequels(turn, page.lines))


@dataclass(frozen=True)
class LogFile:
    """The history to take away: every line, newest first, and the receipt that proves them.

    `receipt` is for `verify_traces.py`; empty while nothing is sealed. `waiting`
    are the ids of acts that the signed tree does not hold yet: a minute at most.
    """

    lines: tuple[LogLine, ...]
    receipt: bytes
    sequences: dict[str, int]
    """The place in the tree of each act that the receipt proves, by the id of its trace."""

    @property
    def waiting(self) -> frozenset[str]:
        """The acts that will be provable within a minute."""
        ids = {line.act.id for line in self.lines if line.act is not None and line.proof is not Proof.NONE}
        return frozenset(ids - self.sequences.keys())


@dataclass(frozen=True)
class TakeLog:
    """The whole history with its proofs (security 11.5); what may not be disclosed is proven by its place alone."""

    patient: PatientId

    verb = Verb.VIEW_LOG
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """As for a page."""
        return _scope(tx, self.patient)

    def apply(self, turn: Turn) -> LogFile:
        """Every line, and the receipt under the newest signed head."""
        proofs = turn.tx.proofs
        lines = sorted(with_names(turn.lines, turn.tx.directory), key=_newest_first, reverse=True)
        head = proofs.newest_head()
        if head is None:
            return LogFile(tuple(lines), b"", {})
        entries = dict(_entries(turn.tx, lines, head.head.size))
        sequences = {name: entry.sequence for name, entry in entries.items()}
        receipt = write_receipt(
            proofs.public_key,
            sorted(entries.values(), key=lambda entry: entry.sequence),
            [head],
            proofs.subtree,
            exported_at=turn.at,
        )
        return LogFile(tuple(lines), b"".join(receipt), sequences)


def _scope(tx: Tx, patient: PatientId) -> Scope:
    record = tx.records.of(patient)
    if record is None:
        return Scope(None, (Ask(Verb.VIEW_LOG),))
    contents = tx.inside(record)
    entries, folders = contents.entries(), contents.folders()
    lots = companions(entries, contents.entries_of_lots())
    # He may know of what he finds, and of his own documents without a right to search (DEC-7).
    ways = (Verb.FIND, Verb.FIND_REFERENCE)
    known = (ask for verb in ways for ask in asks_about(verb, entries, lots.__getitem__))
    held = (ask for verb in ways for ask in asks_about_folders(verb, folders))
    return Scope(record, (Ask(Verb.VIEW_LOG), *known, *held), acts=partial(acts_on, tx, record))


def acts_on(tx: Tx, record: Record) -> tuple[TracedAct, ...]:
    """The acts on a record, and on those that it absorbed (LC-18)."""
    there = (key for key in record.history if tx.records.find(key) is not None)
    return tuple(act for key in there for act in tx.traces.made(key, act_of))


def act_of(trace: Trace) -> TracedAct:
    """What the history needs of a trace."""
    names = (name for touched in trace.touched for name in (touched.uuid, touched.unique_id) if name)
    return TracedAct(
        id=trace.id,
        record=trace.record,
        at=trace.at,
        doer=_doer(trace.who),
        verb=_verb(trace),
        ending=Ending(trace.outcome.value),
        mode=trace.who.mode,
        reason=trace.who.reason,
        secret=trace.who.secret,
        names=tuple(dict.fromkeys(names)),
    )


def _verb(trace: Trace) -> str:
    """What was done; a change that was refused, or that tied documents together, has the right that was asked first."""
    if trace.transaction not in _CHANGING:
        return trace.verb
    told = trace.outcome is Outcome.DONE and trace.verb in CHANGES
    return trace.verb if told else CHANGE


def _doer(who: Who) -> Doer:
    return Doer(who.kind, who.person, who.name, who.profession, who.know_how, who.structure, who.structure_name)


def with_names(lines: Iterable[LogLine], directory: Directory) -> list[LogLine]:
    """The directory tells the names that assertions left out; numbers of citizens stay where they are."""
    known: dict[Doer, Doer] = {}
    named: list[LogLine] = []
    for line in lines:
        if line.act is None:
            named.append(line)
            continue
        doer = line.act.doer
        if doer not in known:
            known[doer] = name_doer(doer, directory)
        named.append(replace(line, act=replace(line.act, doer=known[doer])))
    return named


def name_doer(doer: Doer, directory: Directory) -> Doer:
    """Who acted, with the names that the directory has for him; the number of a citizen is left out."""
    if doer.kind in _CITIZENS:
        return replace(doer, person="")
    person = directory.professional(doer.person) if not doer.name and doer.person else None
    structure = directory.structure(doer.structure) if not doer.structure_name and doer.structure else None
    return replace(
        doer,
        name=person.name if person else doer.name,
        structure_name=structure.name if structure else doer.structure_name,
    )


def _newest_first(line: LogLine) -> tuple[object, str]:
    return line.at, line.act.id if line.act else ""


def _entries(tx: Tx, lines: Iterable[LogLine], size: int) -> Iterator[tuple[str, Entry]]:
    """What proves each line, by the id of its trace; one that tells only a day has no proof: its place would tell."""
    proofs: dict[str, dict[str, Proof]] = {}
    for line in lines:
        if line.act is not None and line.proof is not Proof.NONE:
            proofs.setdefault(line.act.record, {})[line.act.id] = line.proof
    for record, wanted in proofs.items():
        places = tx.proofs.places(record, below=size)
        for name, committed, sealed in tx.traces.rows(record):
            if name in wanted and name in places:
                text = tx.traces.opened(record, name, sealed) if wanted[name] is Proof.TEXT else None
                yield name, _entry(places[name], committed, text)


def _entry(sequence: int, committed: bytes, text: Disclosure | None) -> Entry:
    return Entry(sequence, text) if text is not None else Entry(sequence, None, committed)
