"""The end of a record: its key is destroyed, and with it all that it sealed («destruction», LC-11, security 12.5).

What stays: the row of the record, empty, in the state `DETRUIT`; the keyed
hashes of its identifiers, which lead to the certificate and no longer to a
record, so that the person may open another one (DEC-31); the certificate; its
traces and former versions, which nobody can read any more, and whose
commitments stay in the tree.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dmp.audit.erasure import Counts, ErasureCertificate, SignedErasure, trace_of
from dmp.audit.trace import Trace
from dmp.record.patient import PatientId
from dmp.record.record import Record, RecordState
from dmp.record.retention import Ground
from dmp.store import statements
from dmp.store.blobs import Blobs
from dmp.store.cases import drop_cases
from dmp.store.keys.journal import Fate, Line
from dmp.store.lane import Batch, Lane
from dmp.store.leads import drop_leads
from dmp.store.packing import microseconds
from dmp.store.pages import EntryPiece, FolderPiece
from dmp.store.places import Places
from dmp.store.prescriptions import drop_prescriptions
from dmp.store.readers import drop_readers
from dmp.store.records import Records
from dmp.store.removals import Removal, announced
from dmp.store.traces import NO_RECORD, Traces
from dmp.store.vault import Vault


@dataclass(frozen=True)
class Order:
    """Who destroys, who confirms it, on which ground; `id` becomes that of the certificate and of its trace."""

    id: str
    ground: Ground
    by: str
    confirmed_by: str
    software: str = ""


class Erasures:
    """Destruction of records, the certificates of those destroyed, and what else the journal of the keys is to know."""

    def __init__(
        self,
        lane: Lane,
        batch: Batch,
        vault: Vault,
        *,
        records: Records,
        places: Places,
        traces: Traces,
        blobs: Blobs,
        after_commit: Callable[[Callable[[], None]], None],
    ):
        """Read on a lane, write into a batch; what cannot be undone is left to `after_commit`."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._records = records
        self._places = places
        self._traces = traces
        self._blobs = blobs
        self._after_commit = after_commit

    def destroy(self, record: Record, order: Order, *, at: datetime) -> SignedErasure:
        """Destroy a closed record that this transaction has met, with all it holds; gives the signed certificate.

        Its blobs go once all is committed; one that cannot be removed then is
        unreadable, and swept later.
        """
        documents = [(row[0], row[1]) for row in self._lane.read(statements.READ_DOCUMENTS, key=record.key)]
        certificate = self._certificate(record, order, documents=documents, at=at)
        signed = SignedErasure(certificate, self._vault.heads.sign(certificate.text()))
        self._empty(record)
        row = {"record": record.key, "at": microseconds(at), "certificate": certificate.text()}
        self._batch.add(statements.ADD_ERASURE, row | {"signature": signed.signature})
        self.certify(certificate)
        self._after_commit(lambda: self._vault.note_destroyed(journal_line(signed)))
        for name, _ in documents:
            self._after_commit(self._removal(name))
        return signed

    def certify(self, certificate: ErasureCertificate) -> None:
        """Put a certificate into the tree, unless it is there: one trace more than that of the act (house 3).

        The trace of the act is sealed with the key that the act destroys; this
        one is of no record, and stays readable.
        """
        if not self._lane.read(statements.FIND_TRACE, key=NO_RECORD, named=certificate.id):
            self._traces.append(trace_of(certificate))

    def announce(self, removal: Removal, *, named: str, at: datetime) -> None:
        """Have the journal of the keys know of a removal inside a record, before it is committed and once it is.

        Raises:
            StorageUnavailable: the journal cannot be written.
        """
        self._vault.journal.append(announced(self._vault, removal, named=named, at=at))
        self._after_commit(lambda: self._vault.journal.append(Line(at, Fate.REMOVED, named)))

    def tell_again(self, trace: Trace) -> None:
        """Trace what is removed again after a restore: no act of the gate does it (as with `certify`)."""
        self._traces.append(trace)

    def of(self, patient: PatientId) -> Iterator[SignedErasure]:
        """The certificates of the destroyed records of a person, by any identifier these had."""
        for (key,) in self._lane.read(statements.FIND_FORMER_RECORDS, token=self._vault.person(patient)):
            yield from self.get(key)

    def get(self, key: str) -> Iterator[SignedErasure]:
        """The certificate of one destroyed record, by its key; none when it was not destroyed."""
        for text, signature in self._lane.read(statements.READ_ERASURE, key=key):
            yield SignedErasure(ErasureCertificate.read(bytes(text)), bytes(signature))

    def _certificate(
        self, record: Record, order: Order, *, documents: list[tuple[str, int]], at: datetime
    ) -> ErasureCertificate:
        if record.closure is None:
            raise ValueError("a record is closed before it is destroyed")
        counted = (statements.COUNT_PAGES, statements.COUNT_VERSIONS, statements.COUNT_TRACES)
        pages, versions, traces = (int(self._lane.read(query, key=record.key)[0][0]) for query in counted)
        return ErasureCertificate(
            id=order.id,
            record=record.key,
            at=at,
            closed=record.closure.at,
            ground=order.ground,
            by=order.by,
            confirmed_by=order.confirmed_by,
            key=self._records.seal(record.key).fingerprint,
            counts=Counts(len(documents), sum(size for _, size in documents), pages, versions, traces),
            software=order.software,
        )

    def _empty(self, record: Record) -> None:
        """Empty the row of a record and drop what hangs on it; another act that meets this one fails."""
        key, held = record.key, self._records.held(record.key)
        values = {"key": key, "seen": held.revision, "new_state": RecordState.DESTROYED, "nothing": b""}
        self._batch.touch(key, statements.DESTROY_RECORD, values)
        self._batch.add(statements.DROP_PAGES, {"key": key})
        self._batch.add(statements.DROP_DOCUMENTS, {"key": key})
        self._batch.add(statements.DROP_PROJECTIONS, {"key": key})
        self._batch.add(statements.DROP_LOOK, {"key": key})
        for kind in (EntryPiece, FolderPiece):
            for piece in held.sheaf.all(kind):
                self._places.forget(piece.uuid, key)
        drop_leads(self._batch, self._vault, record)
        drop_readers(self._batch, key)
        drop_cases(self._batch, key)
        drop_prescriptions(self._lane, self._batch, key)
        for token in sorted({self._vault.person(patient) for patient in record.identifiers}):
            self._batch.add(statements.DROP_IDENTIFIER, {"token": token, "key": key})
            self._batch.add(statements.ADD_FORMER_IDENTIFIER, {"token": token, "record": key})

    def _removal(self, name: str) -> Callable[[], None]:
        return lambda: self._blobs.delete(name)


def journal_line(signed: SignedErasure) -> Line:
    """What the journal of the keys keeps of an erasure."""
    certificate = signed.certificate
    text = certificate.text().decode("ascii")
    return Line(certificate.at, Fate.DESTROYED, certificate.record, text, signed.signature)
