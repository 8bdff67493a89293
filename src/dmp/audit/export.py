"""Files that prove the traces to anyone: the whole log, or the receipt of one person (security 11.4, 11.5).

JSON Lines, each line canonical. `verify_traces.py` reads them with nothing but
Python's standard library; both are written from this page and share no code.

A log: a `header` line; a `leaf` line per trace in order, with salt and text
where the text is disclosed; after the last leaf that it covers, a `head` line.
A receipt: a `header` line; `head` lines in order, from the last one that the
person holds (if any) to the newest, each but the first followed by the
`consistency` line that links it to the one before; an `entry` line per trace
of the person, with its salt and text, or with its commitment alone where the
text is not for the person (security 11.7), and its path to the newest head; a `certificate` line per
certificate of erasure, signed, whose digest the text of the trace holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from dmp.audit.canonical import canonical, timestamp
from dmp.audit.erasure import SignedErasure
from dmp.audit.heads import SignedHead
from dmp.audit.tree import Subtree, consistency_path, inclusion_path

LOG, RECEIPT = "dmp-traces-1", "dmp-receipt-1"


@dataclass(frozen=True)
class Disclosure:
    """The text of a trace and the salt of its commitment, for whoever may read it."""

    salt: bytes
    text: bytes


@dataclass(frozen=True)
class Leaf:
    """A trace as the log shows it: a commitment, and its text for who may read it."""

    sequence: int
    commitment: bytes
    disclosed: Disclosure | None = None


@dataclass(frozen=True)
class Entry:
    """A trace in a receipt: disclosed, or its `commitment` alone where its text is not for the bearer."""

    sequence: int
    disclosed: Disclosure | None
    commitment: bytes = b""


@dataclass(frozen=True)
class Erasure:
    """A certificate of erasure in a receipt, and the sequence of the trace that holds its digest."""

    sequence: int
    signed: SignedErasure


def write_log(
    public_key: bytes, leaves: Iterable[Leaf], heads: Iterable[SignedHead], *, exported_at: datetime
) -> Iterator[bytes]:
    """Write the log up to its last head; leaves that no head covers yet are left for a later export.

    Leaves come in order from sequence 0, heads in order of size.

    Raises:
        ValueError: fewer leaves than a head covers.
    """
    yield _header(LOG, public_key, exported_at)
    rest = iter(leaves)
    written = 0
    for head in heads:
        for leaf in islice(rest, head.head.size - written):
            yield _leaf(leaf)
            written += 1
        if written < head.head.size:
            raise ValueError("fewer leaves than a head covers")
        yield _head(head)


def write_receipt(
    public_key: bytes,
    entries: Iterable[Entry],
    heads: Iterable[SignedHead],
    subtree: Subtree,
    *,
    exported_at: datetime,
    erasures: Iterable[Erasure] = (),
) -> Iterator[bytes]:
    """Write the receipt of one person; `subtree` looks up the tree of the newest head.

    Entries and heads come in order; there is at least one head. The trace of
    each erasure is among the entries.
    """
    yield _header(RECEIPT, public_key, exported_at)
    size = 0
    for head in heads:
        yield _head(head)
        if size:
            path = consistency_path(size, head.head.size, subtree)
            yield _line(type="consistency", old=size, new=head.head.size, path=[step.hex() for step in path])
        size = head.head.size
    for entry in entries:
        path = inclusion_path(entry.sequence, size, subtree)
        steps = [step.hex() for step in path]
        told = _told(entry.disclosed) if entry.disclosed else {"commitment": entry.commitment.hex()}
        yield _line(type="entry", sequence=entry.sequence, path=steps, **told)
    for erasure in erasures:
        text, signature = erasure.signed.certificate.text(), erasure.signed.signature
        yield _line(type="certificate", sequence=erasure.sequence, text=text.decode("ascii"), signature=signature.hex())


def _header(name: str, public_key: bytes, at: datetime) -> bytes:
    return _line(type="header", format=name, public_key=public_key.hex(), exported_at=timestamp(at))


def _leaf(leaf: Leaf) -> bytes:
    told = _told(leaf.disclosed) if leaf.disclosed else {}
    return _line(type="leaf", sequence=leaf.sequence, commitment=leaf.commitment.hex(), **told)


def _head(signed: SignedHead) -> bytes:
    head = signed.head
    return _line(
        type="head",
        size=head.size,
        root=head.root.hex(),
        at=timestamp(head.at),
        previous=head.previous.hex(),
        signature=signed.signature.hex(),
    )


def _told(disclosed: Disclosure) -> dict[str, str]:
    return {"salt": disclosed.salt.hex(), "text": disclosed.text.decode("ascii")}


def _line(**members: object) -> bytes:
    return canonical(members) + b"\n"
