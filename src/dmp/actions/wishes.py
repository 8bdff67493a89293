"""The will and rights of a holder («volontés et droits», PT-7): what he put in, and what he decided for his heirs."""

from dataclasses import dataclass

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.shown import current_versions
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.tx import Tx

WILL, DIRECTIVES = "EXPPAT_1", "EXPPAT_3"
"""Types of the documents that say them (functional 5.1)."""


@dataclass(frozen=True)
class Wishes:
    """The documents in force, newest first. `heirs_opposed` is told to the holder alone."""

    documents: tuple[DocumentEntry, ...]
    heirs_opposed: bool | None = None


@dataclass(frozen=True)
class ViewWishes:
    """See what stands today: a search like any other, that looks at two types."""

    patient: PatientId

    verb = Verb.FIND
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and the documents of these types that are in force."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(self.verb),))
        found = [entry for entry in tx.inside(record).entries_but_signatures() if _says_a_wish(entry)]
        return Scope(record, (Ask(self.verb), *[Ask(self.verb, entry, optional=True) for entry in found]))

    def apply(self, turn: Turn) -> Wishes:
        """What may be seen of them."""
        kept = [entry for entry in current_versions(turn.entries) if entry.status is EntryStatus.APPROVED]
        newest = sorted(kept, key=lambda entry: (entry.creation_time, entry.uuid), reverse=True)
        return Wishes(tuple(newest), turn.known_record.heirs_opposed if turn.beside.holder_alone else None)


def _says_a_wish(entry: DocumentEntry) -> bool:
    return entry.type_code.code in (WILL, DIRECTIVES)
