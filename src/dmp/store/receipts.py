"""Receipts: what proves a trace, or a certificate of erasure, to whoever holds the file (security 11.5, 12.5)."""

from collections.abc import Iterator
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, select

from dmp.audit.erasure import SignedErasure
from dmp.audit.export import Disclosure, Entry, Erasure, write_receipt
from dmp.audit.heads import SignedHead, TreeHead
from dmp.audit.tree import Frontier, Subtree, leaf_hash
from dmp.record.errors import DocumentNotFound
from dmp.store import schema
from dmp.store.packing import instant
from dmp.store.snapshot import snapshot, stream
from dmp.store.traces import NO_RECORD, SALT
from dmp.store.tx import Store


def receipt_of(store: Store, signed: SignedErasure, *, at: datetime) -> Iterator[bytes]:
    """The receipt of one erasure: the newest head, the trace that holds the digest, its path, the certificate.

    Raises:
        DocumentNotFound: no head covers the trace yet.
        StorageUnavailable: the database cannot be used now.
    """
    key, trace = store.vault.heads.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), signed.certificate.id
    with snapshot(store) as connection:
        leaf, row, head = schema.leaf.c, schema.trace.c, _newest_head(connection)
        place = select(leaf.sequence).where(leaf.record == NO_RECORD, leaf.trace == trace)
        sequence = connection.execute(place).scalar_one_or_none()
        if sequence is None or head is None:
            raise DocumentNotFound("the certificate is not in a signed tree yet")
        sealed = connection.execute(select(row.sealed).where(row.record == NO_RECORD, row.id == trace)).scalar_one()
        told = store.vault.service.open("trace", trace, bytes(sealed))
        entry = Entry(sequence, Disclosure(told[:SALT], told[SALT:]))
        yield from write_receipt(
            key, [entry], [head], _subtree(connection), exported_at=at, erasures=[Erasure(sequence, signed)]
        )


def _newest_head(connection: Connection) -> SignedHead | None:
    row = connection.execute(select(schema.head).order_by(schema.head.c.size.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return SignedHead(TreeHead(row.size, bytes(row.root), instant(row.at), bytes(row.previous)), bytes(row.signature))


def _subtree(connection: Connection) -> Subtree:
    """Look up any part of the tree: each is computed from its leaves as they stream by, none is kept."""
    leaf = schema.leaf.c

    def look_up(level: int, index: int) -> bytes:
        inside = leaf.sequence.between(index << level, ((index + 1) << level) - 1)
        rows = stream(connection, select(leaf.sequence, leaf.commitment).where(inside).order_by(leaf.sequence))
        return Frontier().grown(leaf_hash(row.sequence, bytes(row.commitment)) for row in rows).root

    return look_up
