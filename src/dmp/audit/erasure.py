"""What remains of a destroyed record: a signed statement that it is no more («certificat d'effacement», security 12.5).

The certificate names no person: the record by its random key, the data key by
a digest that leads nowhere. It is signed with the key of the tree heads; a
trace that holds its digest enters the tree.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from dmp.audit.canonical import Fields, InvalidTrace, canonical, instant, timestamp
from dmp.audit.trace import Change, Outcome, Trace, Who
from dmp.record.retention import Ground
from dmp.record.verb import Verb

FORM = "dmp-erasure-1"


@dataclass(frozen=True)
class Counts:
    """What went with the key: documents and their stored octets, pages, former versions, texts of traces."""

    documents: int = 0
    octets: int = 0
    pages: int = 0
    versions: int = 0
    traces: int = 0


@dataclass(frozen=True)
class ErasureCertificate:
    """Who destroyed which record, when, on which ground, and what went with it.

    `id` is also that of the trace which holds the digest. `by` and
    `confirmed_by` are two operators, or the name of the job, twice.
    `key` is the fingerprint of the data key, in hexadecimal.
    """

    id: str
    record: str
    at: datetime
    closed: datetime
    ground: Ground
    by: str
    confirmed_by: str
    key: str
    counts: Counts
    software: str = ""

    def text(self) -> bytes:
        """The canonical text: what is signed."""
        told = {**asdict(self), "at": timestamp(self.at), "closed": timestamp(self.closed), "form": FORM}
        return canonical(told)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal: what the trace in the tree holds."""
        return sha256(self.text()).hexdigest()

    @staticmethod
    def read(text: bytes) -> "ErasureCertificate":
        """Read a text back.

        Raises:
            InvalidTrace: not the canonical text of a certificate.
        """
        try:
            fields = Fields(json.loads(text))
            certificate = _read(fields)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError) as error:
            raise InvalidTrace("not a certificate of erasure") from error
        if certificate.text() != text:
            raise InvalidTrace("not the canonical text of a certificate of erasure")
        return certificate


@dataclass(frozen=True)
class SignedErasure:
    """A certificate and its Ed25519 signature, 64 octets."""

    certificate: ErasureCertificate
    signature: bytes


def trace_of(certificate: ErasureCertificate) -> Trace:
    """The trace that puts a certificate into the tree: of no record, since the key of the record is no more."""
    return Trace(
        id=certificate.id,
        at=certificate.at,
        who=Who(kind="operator", person=certificate.by),
        verb=Verb.DESTROY_RECORD,
        record="",
        outcome=Outcome.DONE,
        transaction="ErasureCertificate",
        detail=f"confirmed by {certificate.confirmed_by}",
        changes=(Change(certificate.record, "certificate", after=certificate.digest),),
        software=certificate.software,
    )


def _read(fields: Fields) -> ErasureCertificate:
    counts = fields.inside("counts")
    return ErasureCertificate(
        id=fields.text("id"),
        record=fields.text("record"),
        at=instant(fields.text("at")),
        closed=instant(fields.text("closed")),
        ground=Ground(fields.text("ground")),
        by=fields.text("by"),
        confirmed_by=fields.text("confirmed_by"),
        key=fields.text("key"),
        counts=Counts(**{name: counts.number(name) for name in asdict(Counts())}),
        software=fields.text("software"),
    )
