"""Removed stays removed: what an administrator took out does not come back with a backup (xds-wire 7.6, 7.7).

`remove` takes it out and has it noted in the journal of the keys. After a
restore, `replay` takes it out again; `settle` does so for a database that was
restored by other means, and learns what became of an act that a crash cut.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from dmp.audit.trace import Outcome, Touched, Trace, Who
from dmp.record.entry import DocumentEntry, unique_key
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store import schema
from dmp.store.entries import RecordContents
from dmp.store.keys.journal import Fate, Line
from dmp.store.places import place_token
from dmp.store.removals import Removal, opened, parted
from dmp.store.tx import Store, Tx

AT_ONCE = 500
"""Names asked for in one query."""
JOB = "restore"
"""Who the trace of what is removed again names."""


def remove(tx: Tx, record: Record, names: Collection[str], *, named: str, at: datetime) -> None:
    """Take objects and stored documents out of a record for good, by their ids; `named` is a fresh id for the journal.

    Raises:
        StorageUnavailable: the journal of the keys cannot be written; the act must not be committed.
    """
    tx.erasures.announce(Removal(record.key, tuple(names)), named=named, at=at)
    _take_out(tx, record, names, at=at)


def _take_out(tx: Tx, record: Record, names: Collection[str], *, at: datetime) -> None:
    """What hid a chain of which nothing is left hides nothing any more; documents without entry await their removal."""
    contents = tx.inside(record)
    waiting = _waiting(record, contents, names)
    contents.remove(names)
    for name in names:
        contents.remove_document(name)
    entries = contents.entries()
    chains, listed = {entry.chain for entry in entries}, {contents.document_of(entry.uuid) for entry in entries}
    orphans = {piece.uuid for piece in contents.documents()} - listed
    left = {key: tuple(name for name in known if name in orphans) for key, known in waiting.items()}
    changed = replace(
        record,
        visibility={chain: marks for chain, marks in record.visibility.items() if chain in chains},
        unlisted={key: known for key, known in left.items() if known},
    )
    if changed != record:
        tx.records.change(changed, at=at)


def _waiting(record: Record, contents: RecordContents, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The documents that may have no entry any more, by uniqueId: ITI-86 can still name them."""
    waiting = dict(record.unlisted)
    for entry in contents.by_uuid(names):
        key, document = unique_key(entry.unique_id), contents.document_of(entry.uuid)
        waiting[key] = tuple(dict.fromkeys((*waiting.get(key, ()), document)))
    return waiting


# -- after a restore


def settle(store: Store) -> int:
    """Make the database and the journal agree at a start, at the cost of two look-ups when anything was ever removed.

    Gives how many documents and objects were removed again.

    Raises:
        StorageUnavailable: as `replay`; or the journal cannot be written.
    """
    committed, unsure = parted(store.vault.journal.lines())
    gone = [line for line in unsure if _is_done(store, opened(store.vault, line))]
    if gone:
        store.vault.journal.append(*(Line(line.at, Fate.REMOVED, line.key) for line in gone))
    return _replay(store, committed)


def replay(store: Store, journal: Iterable[Line]) -> int:
    """Remove again, in a restored database, what the journal says was removed; gives how many documents and objects.

    An entry of the same id that was registered after the removal stays, with
    all that was removed beside the former one. What is not there is passed
    over, so that it may be run twice.

    Raises:
        StorageUnavailable: a line was not written by this service; or the database or the blobs cannot be used.
    """
    return _replay(store, parted(journal)[0])


def _replay(store: Store, lines: Iterable[Line]) -> int:
    removals = [(line, opened(store.vault, line)) for line in lines]
    if not removals:
        return 0
    holders = _holders(store, sorted({name for _, removal in removals for name in removal.names}))
    return sum(
        _remove_again(store, key, line, removal)
        for line, removal in removals
        for key in sorted(_records(holders, removal))
    )


def _records(holders: Mapping[str, str], removal: Removal) -> set[str]:
    """Where it must be removed again: two records that were merged since the backup are two again."""
    found = {holders[name] for name in removal.names if name in holders}
    return found | {removal.record} if found else found


def _holders(store: Store, names: Sequence[str]) -> dict[str, str]:
    """The documents, entries and folders among these that the database has, each with a record that holds it.

    Lots and links are in no index: they go with what they came with.
    """
    documents, places, found = schema.document.c, schema.place.c, dict[str, str]()
    with store.connection() as connection:
        for start in range(0, len(names), AT_ONCE):
            wanted = {place_token(store.vault, name): name for name in names[start : start + AT_ONCE]}
            query = select(documents.id, documents.record).where(documents.id.in_(wanted.values()))
            found |= {row.id: row.record for row in connection.execute(query)}
            query = select(places.token, places.record).where(places.token.in_(wanted))
            found |= {wanted[bytes(row.token)]: row.record for row in connection.execute(query)}
    return found


def _is_done(store: Store, removal: Removal) -> bool:
    """Whether an act of which that is not known was committed: its record is here, and nothing that was to go."""
    with store.begin() as tx:
        record = tx.records.find(removal.record)
        return record is not None and not _there(tx.inside(record), removal)


def _there(contents: RecordContents, removal: Removal) -> list[str]:
    documents = {piece.uuid for piece in contents.documents()}
    return [name for name in removal.names if name in documents] + sorted(contents.taken(removal.names))


def _remove_again(store: Store, key: str, line: Line, removal: Removal) -> int:
    with store.begin(held=True) as tx:
        record = tx.records.find(key)
        if record is None:
            return 0
        contents = tx.inside(record)
        names = _there(contents, removal)
        if not names or any(_is_later(entry, line.at) for entry in contents.by_uuid(names)):
            return 0
        tx.erasures.tell_again(_trace(line, key, names, contents))
        _take_out(tx, record, names, at=line.at)
        return len(names)


def _is_later(entry: DocumentEntry, at: datetime) -> bool:
    return entry.deposit is not None and entry.deposit.at > at


def _trace(line: Line, record: str, names: Collection[str], contents: RecordContents) -> Trace:
    """What the record keeps of it: who removed it first, and why, was in a trace that the backup did not have."""
    emptied = [entry for entry in contents.entries() if contents.document_of(entry.uuid) in names]
    return Trace(
        id=line.key,
        at=line.at,
        who=Who(kind="operator", person=JOB),
        verb=Verb.REMOVE_DOCUMENTS if emptied else Verb.REMOVE_METADATA,
        record=record,
        outcome=Outcome.DONE,
        transaction="Restore",
        touched=tuple(Touched(uuid=name) for name in names)
        + tuple(Touched(uuid=entry.uuid, unique_id=entry.unique_id) for entry in emptied),
        detail="removed again after a restore",
    )
