"""Put in a file of somebody who is signed in: the document is written around it with the identity of the record."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dmp.actions.action import Scope, Turn
from dmp.actions.submit_documents import SubmitDocuments
from dmp.record.entry import DocumentEntry, Relation
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

INCOMPLETE = "recordTarget: the record has no identity traits yet"


@dataclass(frozen=True)
class Replaced:
    """What a new version replaces: its entry, and its octets where they are here."""

    entry: DocumentEntry
    octets: bytes = field(repr=False)


Finish = Callable[[Record, Replaced | None], SubmitDocuments]
"""Writes the document, once it is known that it may go in: with the identity of the record, after what it replaces."""


@dataclass(frozen=True)
class DepositFile:
    """A lot of one document, asked about by its metadata (`draft`), and written when it may go in.

    Whatever the file and its fields are worth is told after the rights: who
    may not put in a document learns nothing of the record by trying.
    """

    draft: SubmitDocuments
    finish: Finish

    verb = Verb.SUBMIT

    @property
    def about(self) -> tuple[str, ...]:
        """The lot and its document."""
        return self.draft.about

    def scope(self, tx: Tx) -> Scope:
        """As for any lot."""
        return self.draft.scope(tx)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Write the document and put it in; returns the warnings.

        Raises:
            DocumentNotFound: what it replaces is not there.
            Refused: every problem found.
        """
        record = turn.known_record
        if record.traits is None:
            raise Refused(Problem(XdsCode.REGISTRY_ERROR, INCOMPLETE))
        return self.finish(record, self._replaced(turn)).apply(turn)

    def _replaced(self, turn: Turn) -> Replaced | None:
        links = self.draft.submission.associations
        named = {link.target for link in links if link.type is Relation.REPLACES}
        allowed = {entry.uuid: entry for entry in turn.entries}
        found = [entry for uuid, entry in allowed.items() if uuid in named or entry.logical_id in named]
        if not found:
            return None
        entry = max(found, key=lambda one: one.version)
        held = turn.contents.has_document(entry.uuid)
        return Replaced(entry, turn.contents.read_document(entry.uuid) if held else b"")
