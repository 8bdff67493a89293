"""Receipts: what proves a trace, or a certificate of erasure, to whoever holds the file (security 11.5, 12.5)."""

from collections.abc import Iterator
from datetime import datetime

from dmp.audit.erasure import SignedErasure
from dmp.audit.export import Entry, Erasure, write_receipt
from dmp.record.errors import DocumentNotFound
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store


def receipt_of(store: Store, signed: SignedErasure, *, at: datetime) -> Iterator[bytes]:
    """The receipt of one erasure: the newest head, the trace that holds the digest, its path, the certificate.

    Raises:
        DocumentNotFound: no head covers the trace yet.
        StorageUnavailable: the database cannot be used now.
    """
    trace = signed.certificate.id
    with store.begin() as tx:
        proofs = tx.proofs
        head, sequence = proofs.newest_head(), proofs.place(NO_RECORD, trace)
        if sequence is None or head is None or sequence >= head.head.size:
            raise DocumentNotFound("the certificate is not in a signed tree yet")
        entry, erasure = Entry(sequence, tx.traces.disclosed(NO_RECORD, trace)), Erasure(sequence, signed)
        yield from write_receipt(proofs.public_key, [entry], [head], proofs.subtree, exported_at=at, erasures=[erasure])
