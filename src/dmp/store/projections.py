"""What was read from the documents of a record: facts, and terms to search by; sealed beside the documents (house 7).

A projection is made from the octets of a document alone and owns nothing: it
is written in the transaction that writes the document, goes with it, and can
be made again («dmp rebuild-facts»). Whose entry leads to the document, and who
may know of that, is asked each time anew: nothing here is ever an answer.
"""

import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, get_type_hints

import msgspec

from dmp.record.errors import StorageUnavailable
from dmp.record.facts import EXTRACTOR, KINDS, Facts, Failure
from dmp.store import statements
from dmp.store.lane import Batch, Lane
from dmp.store.packing import pack
from dmp.store.records import Records
from dmp.store.statements import Prepared

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_EFFORT = 1
_hints = get_type_hints(Facts)
_READ: dict[str, Any] = {kind: msgspec.msgpack.Decoder(_hints[kind]).decode for kind in KINDS}
_parts = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode


@dataclass(frozen=True)
class Projection:
    """What was read from one document, packed: the same octets for the same document, whoever reads it."""

    facts: bytes = field(repr=False)
    terms: bytes = field(default=b"", repr=False)
    version: int = EXTRACTOR

    @property
    def is_empty(self) -> bool:
        """Whether the document said nothing that is kept: it then has no row."""
        return self.facts in (b"", NO_FACTS) and not self.terms

    @property
    def is_readable(self) -> bool:
        """Whether these are facts, as they are written today."""
        try:
            unpack_facts(self.facts)
        except msgspec.DecodeError:
            return False
        return True


NO_FACTS = pack({})


def pack_facts(facts: Facts) -> bytes:
    """Facts to octets; the kinds that a document says nothing of are left out, as is what a fact does not say."""
    return pack({kind: _said(said) for kind in KINDS if (said := getattr(facts, kind))})


def _said(value: Any) -> Any:
    """A value without what is as it would be by itself: two thirds of the fields of a fact."""
    if isinstance(value, tuple):
        return [_said(one) for one in value]
    if not is_dataclass(value):
        return value
    own = vars(value)
    return {name: _said(own[name]) for name, unsaid in _defaults(type(value)) if own[name] != unsaid}


@cache
def _defaults(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    return tuple((one.name, None if one.default is MISSING else one.default) for one in fields(kind))


def unpack_facts(packed: bytes, kinds: Collection[str] = KINDS) -> Facts:
    """Octets to facts, only the kinds asked for: a page about vaccines opens no results.

    Raises:
        msgspec.DecodeError: these are no facts.
    """
    return Said(packed).facts(kinds)


class Said:
    """What one document says, each kind packed until it is asked for; it stays at hand with its record (ADR 34)."""

    def __init__(self, packed: bytes):
        """Hold facts that nobody has looked at.

        Raises:
            msgspec.DecodeError: these are no facts.
        """
        self._parts: dict[str, Any] = _parts(packed)
        self._read: dict[str, Any] = {}
        self._facts: dict[frozenset[str], Facts] = {}
        self.octets = len(packed)

    def facts(self, kinds: Collection[str]) -> Facts:
        """The facts of these kinds, the same object as long as it stays at hand.

        Raises:
            msgspec.DecodeError: these are no facts.
        """
        asked = frozenset(kinds)
        found = self._facts.get(asked)
        if found is None:
            told = {kind: self._of(kind) for kind in self._parts if kind in asked}
            found = self._facts[asked] = Facts(**told) if told else _NOTHING
        return found

    def _of(self, kind: str) -> Any:
        if kind not in self._read:
            self._read[kind] = _READ[kind](self._parts[kind])
        return self._read[kind]


_NOTHING = Facts()
UNREAD = Facts(failures=(Failure("", "what was kept of this document does not open"),))
"""What is known of a document whose projection was damaged: that it has to be read itself, until it is made again."""


def _said_in(packed: bytes) -> Said | Facts:
    """What stands in a row; `UNREAD` where that is anything else."""
    with suppress(msgspec.DecodeError):
        return Said(packed)
    return UNREAD


def _facts_in(said: Said | Facts, kinds: Collection[str]) -> Facts:
    if isinstance(said, Facts):
        return said
    with suppress(msgspec.DecodeError):
        return said.facts(kinds)
    return UNREAD


class Projections:
    """The projections inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, records: Records):
        """Read on a lane, write into a batch, in records that this transaction has met."""
        self._lane = lane
        self._batch = batch
        self._records = records

    def keep(self, key: str, document: str, projection: Projection) -> None:
        """Keep what was read from a document that is added."""
        if not projection.is_empty:
            self._batch.add(statements.ADD_PROJECTION, self._row(key, document, projection))

    def renew(self, key: str, document: str, projection: Projection) -> None:
        """Keep what was read from a document again."""
        self._records.touch(key)
        self._batch.add(statements.DROP_PROJECTION, {"key": key, "named": document})
        self.keep(key, document, projection)

    def of(self, key: str, document: str) -> Projection | None:
        """What was read from one document; None when it was not.

        Raises:
            StorageUnavailable: it was damaged.
        """
        rows = self._lane.read(statements.READ_PROJECTION, key=key, named=document)
        if not rows:
            return None
        return self._read(key, document, *rows[0])

    def kept(self, key: str) -> dict[str, Projection | None]:
        """All that was read from documents of a record, by their names; None for one that was damaged."""
        found: dict[str, Projection | None] = {}
        for name, version, facts, terms in self._lane.read(statements.READ_PROJECTIONS, key=key):
            found[name] = None
            with suppress(StorageUnavailable):
                found[name] = self._read(key, name, version, facts, terms)
        return found

    def facts(self, key: str, documents: Collection[str], kinds: Collection[str] = KINDS) -> dict[str, Facts]:
        """What these documents say, of these kinds; only they are opened. One that was damaged says `UNREAD`."""
        said = self._records.held(key).opened.said
        missing = [name for name in documents if name not in said]
        if missing:
            opened = self._opened(key, "facts", statements.READ_FACTS, missing)
            said.update({name: _said_in(opened[name]) if name in opened else None for name in missing})
            self._records.keep(key)
        asked = frozenset(kinds)
        return {name: _facts_in(one, asked) for name in documents if (one := said[name]) is not None}

    def terms(self, key: str, documents: Collection[str]) -> dict[str, bytes]:
        """The packed terms of these documents; only they are opened. Those that were damaged are empty."""
        return self._opened(key, "terms", statements.READ_TERMS, documents)

    def is_damaged(self, key: str, document: str) -> bool:
        """Whether what was read from a document does not open any more; it can be made again."""
        try:
            self.of(key, document)
        except StorageUnavailable:
            return True
        return False

    def copy(self, document: str, *, source: str, target: str, named: str) -> None:
        """Keep the projection of a document in another record too, sealed with its key, under the name there.

        One that was damaged stays behind, to be made again there.
        """
        with suppress(StorageUnavailable):
            projection = self.of(source, document)
            if projection is not None:
                self.keep(target, named, projection)

    def _opened(self, key: str, what: str, reading: Prepared, documents: Collection[str]) -> dict[str, bytes]:
        """The rows of some documents, each opened by itself: one that was damaged is empty, the others are there."""
        opened: dict[str, bytes] = {}
        for name, sealed in self._lane.read(reading, key=key, names=",".join(documents)):
            opened[name] = b""
            with suppress(StorageUnavailable):
                opened[name] = self._open(key, what, name, sealed)
        return opened

    def _read(self, key: str, document: str, version: int, facts: bytes, terms: bytes) -> Projection:
        return Projection(self._open(key, "facts", document, facts), self._open(key, "terms", document, terms), version)

    def _row(self, key: str, document: str, projection: Projection) -> Mapping[str, object]:
        return {
            "record": key,
            "document": document,
            "version": projection.version,
            "facts": self._close(key, "facts", document, projection.facts),
            "terms": self._close(key, "terms", document, projection.terms),
        }

    def _close(self, key: str, what: str, document: str, packed: bytes) -> bytes:
        return self._records.seal(key).close(what, document, zstd.compress(packed, _EFFORT)) if packed else b""

    def _open(self, key: str, what: str, document: str, sealed: bytes) -> bytes:
        return zstd.decompress(self._records.seal(key).open(what, document, bytes(sealed))) if sealed else b""
