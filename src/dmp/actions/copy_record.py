"""Take away all of a record that one may read («copie intégrale», LC-14), in one act."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.copied import Copied, asks_about_parts, copied
from dmp.actions.sequels import with_sequels
from dmp.actions.shown import asks_about, asks_about_folders, companions, current_versions
from dmp.actions.view_log import acts_on, with_names
from dmp.record.entry import Association, DocumentEntry, Relation
from dmp.record.history import LogLine
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.verb import Verb
from dmp.services.rule_set import SHIPPED, Rules
from dmp.store.tx import Tx


class CopyShelf(Protocol):
    """Where the documents of a copy are put, one after another: never two in memory."""

    def begin(self) -> None:
        """Forget what was put there: an act that met another one is run again."""
        ...

    def add(self, entry: DocumentEntry, octets: bytes | None) -> None:
        """Take a document, as it was deposited; None where its octets are not kept here."""
        ...


@dataclass(frozen=True)
class CopyTaken:
    """What stands beside the documents: whose record it is, what replaces what, who came, what else it holds."""

    patient: PatientId
    traits: IdentityTraits | None
    at: datetime
    replacements: tuple[Association, ...]
    lines: tuple[LogLine, ...]
    beside: Copied = Copied()
    rules: Rules = SHIPPED
    """By which the states of prescriptions and the names of programmes are told."""


@dataclass(frozen=True)
class TakeCopy:
    """Every document that the caller may read, the history and the rest of the record as he may see them.

    Of what he may not see, there is no trace of absence. Private notes are taken along when he asks for them, since
    a copy is made to be handed on.

    Signatures of lots are left out: they prove who sent, and no list shows them (DEC-12).
    """

    patient: PatientId
    shelf: CopyShelf = field(repr=False)
    notes: bool = False

    verb = Verb.COPY_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, what stands in it, every document and folder, and the acts."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(self.verb),))
        contents = tx.inside(record)
        entries = contents.entries()
        lots = companions(entries, contents.entries_of_lots())
        asks = (*asks_about(self.verb, entries, lots.__getitem__), *asks_about_folders(self.verb, contents.folders()))
        # In a list, what may not be read is left out.
        optional = [replace(ask, optional=True) for ask in asks]
        parts = asks_about_parts(notes=self.notes)
        return Scope(record, (Ask(self.verb), *parts, *optional), acts=partial(acts_on, tx, record))

    def apply(self, turn: Turn) -> CopyTaken:
        """Hand out the newest version of each document, newest document first."""
        self.shelf.begin()
        kept: set[str] = set()
        for entry in _newest_first(turn.entries):
            there = turn.contents.has_document(entry.uuid)
            self.shelf.add(entry, turn.contents.read_document(entry.uuid) if there else None)
            kept.add(entry.uuid)
        named = sorted(with_names(turn.lines, turn.tx.directory), key=lambda line: line.at, reverse=True)
        lines = with_sequels(turn, named)
        links = tuple(_replacements(turn.contents.links(), kept))
        beside = copied(turn, self.patient, lines, notes=self.notes)
        return CopyTaken(self.patient, turn.known_record.traits, turn.at, links, lines, beside, turn.rules)


def _newest_first(entries: Iterable[DocumentEntry]) -> list[DocumentEntry]:
    documents = [entry for entry in entries if entry.unique_id and not entry.is_signature]
    return sorted(current_versions(documents), key=lambda entry: (entry.creation_time, entry.uuid), reverse=True)


def _replacements(links: Iterable[Association], kept: set[str]) -> Iterator[Association]:
    """What replaces what, where both are in the copy."""
    for link in links:
        if link.type is Relation.REPLACES and link.source in kept and link.target in kept:
            yield link
