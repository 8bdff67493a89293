"""Remove the octets of documents, for good (ITI-86): an administrator's act, with its reason in the trace."""

from dataclasses import dataclass

from dmp.actions.action import Ask, Scope, Turn
from dmp.record.entry import unique_key
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.removal import remove
from dmp.store.tx import Tx

NOT_THERE = "no such document"


@dataclass(frozen=True)
class RemoveDocuments:
    """Documents of one record, by uniqueId; their metadata stay until they are removed too (xds-wire 7.7)."""

    patient: PatientId
    unique_ids: tuple[str, ...]

    verb = Verb.REMOVE_DOCUMENTS

    @property
    def about(self) -> tuple[str, ...]:
        """The documents to remove."""
        return self.unique_ids

    def scope(self, tx: Tx) -> Scope:
        """The record alone: an administrator sees no document."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> frozenset[str]:
        """Remove those that are there: gives their uniqueIds.

        The blobs go once the act is committed: what was promised and undone is still there.

        Raises:
            Refused: none of them is there.
        """
        found = {unique_id: names for unique_id in self.unique_ids if (names := _documents(unique_id, turn))}
        if not found:
            told = [Problem(XdsCode.DOCUMENT_UNIQUE_ID_ERROR, f"{name}: {NOT_THERE}") for name in self.unique_ids]
            raise Refused(*told)
        names = dict.fromkeys(name for names in found.values() for name in names)
        remove(turn.tx, turn.known_record, names, named=turn.new_id(), at=turn.at)
        return frozenset(found)


def _documents(unique_id: str, turn: Turn) -> tuple[str, ...]:
    """The stored documents of a uniqueId: those of its entries, and those whose entries were removed before."""
    contents = turn.contents
    stored = {document.uuid for document in contents.documents()}
    listed = (contents.document_of(entry.uuid) for entry in contents.by_unique_id([unique_id]))
    unlisted = turn.known_record.unlisted.get(unique_key(unique_id), ())
    return tuple(dict.fromkeys(name for name in (*listed, *unlisted) if name in stored))
