"""The sheaf of a record: its entries, lots, links and folders, in sealed pages of a few KiB.

An act reads the record and its pages in one statement and finds everything in
memory; a deposit rewrites one page. A copy of the database tells neither how
many documents or links a record holds, nor what state they are in (security
12.3). A page is a list of pieces for each kind of object, packed, deflated and
sealed with the key of the record; a piece holds the value of the object still
packed beside what it is looked up by, so that only what is asked for is read.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from dmp.record.entry import Association, DocumentEntry, Folder, SubmissionSet
from dmp.store.packing import pack, unpack_entry, unpack_folder, unpack_link, unpack_lot
from dmp.store.vault import Seal

FULL = 6800
"""Octets of a sealed page from which new objects go to another one."""
MOST = 7900
"""Octets of a sealed page that new objects may bring it to, about: it must fit into 8 KiB."""
_DEFLATED = 5
"""New objects take about a fifth of their octets once deflated with others of their kind."""
_EFFORT = 1
"""Deflate as fast as it can: twice the time saves a tenth of the octets."""


class EntryPiece(msgspec.Struct, array_like=True, gc=False):
    """A document entry, the lot it came with and the document behind it."""

    uuid: str
    unique: str
    logical: str
    version: int
    chain: str
    lot: str
    document: str
    signature: bool
    value: msgspec.Raw

    def read(self) -> DocumentEntry:
        """The entry."""
        return unpack_entry(self.value)


class LotPiece(msgspec.Struct, array_like=True, gc=False):
    """A lot, and what a retry of it is known by."""

    uuid: str
    unique: str
    fingerprint: bytes
    value: msgspec.Raw

    def read(self) -> SubmissionSet:
        """The lot."""
        return unpack_lot(self.value)


class LinkPiece(msgspec.Struct, array_like=True, gc=False):
    """An association."""

    uuid: str
    source: str
    target: str
    value: msgspec.Raw

    def read(self) -> Association:
        """The association."""
        return unpack_link(self.value)


class FolderPiece(msgspec.Struct, array_like=True, gc=False):
    """A folder, and the lot it came with."""

    uuid: str
    unique: str
    logical: str
    version: int
    lot: str
    value: msgspec.Raw

    def read(self) -> Folder:
        """The folder."""
        return unpack_folder(self.value)


class DocumentPiece(msgspec.Struct, array_like=True, gc=False):
    """The octets of a document: the name of the blob and what opens it."""

    uuid: str
    """Name of the blob."""
    key: bytes
    size: int
    sha256: bytes
    stored_sha256: bytes


Piece = EntryPiece | LotPiece | LinkPiece | FolderPiece | DocumentPiece
KINDS: tuple[type[Piece], ...] = (EntryPiece, LotPiece, LinkPiece, FolderPiece, DocumentPiece)
"""In the order of a page."""
_read_page = msgspec.msgpack.Decoder(tuple[msgspec.Raw, ...]).decode
_read_pieces: dict[type[Piece], Any] = {kind: msgspec.msgpack.Decoder(list[kind]).decode for kind in KINDS}  # type: ignore[valid-type]


class Sheaf:
    """The pages of one record in one transaction: opened when first looked at, rewritten when changed."""

    def __init__(self, seal: Seal, pages: list[tuple[int, bytes]]):
        """Keep the sealed pages, by number."""
        self._seal = seal
        self._sealed = pages
        self._last, self._filled = max(((number, len(sealed)) for number, sealed in pages), default=(0, FULL))
        self._kinds: dict[type[Piece], dict[str, tuple[int, Any]]] = {}
        self._opened: list[tuple[int, tuple[msgspec.Raw, ...]]] | None = None
        self._changed: set[int] = set()
        self._new: set[int] = set()

    def all(self, kind: type[Any]) -> Iterator[Any]:
        """Every piece of a kind."""
        return (piece for _, piece in self._of(kind).values())

    def get(self, kind: type[Any], uuid: str) -> Any:
        """A piece by its id; None when there is none."""
        found = self._of(kind).get(uuid)
        return None if found is None else found[1]

    def put(self, piece: Piece) -> None:
        """Replace a piece in its page, or add it to the newest page that has room."""
        held = self._of(type(piece))
        known = held.get(piece.uuid)
        number = self._page_with_room(piece) if known is None else known[0]
        held[piece.uuid] = (number, piece)
        self._changed.add(number)

    def remove(self, kind: type[Any], uuid: str) -> bool:
        """Take a piece out; tells whether it was there."""
        found = self._of(kind).pop(uuid, None)
        if found is not None:
            self._changed.add(found[0])
        return found is not None

    def written(self) -> Iterator[tuple[int, bytes, bool]]:
        """The pages to write: number, sealed, whether it is a new one."""
        kept = dict(self._open()) if self._changed else {}
        for number in sorted(self._changed):
            parts = [self._part(kind, number, kept.get(number)) for kind in KINDS]
            yield number, seal_page(self._seal, number, pack(parts)), number in self._new

    def _part(self, kind: type[Piece], number: int, kept: tuple[msgspec.Raw, ...] | None) -> object:
        """The pieces of a kind in a page; those that nobody looked at stay packed."""
        if kind in self._kinds or kept is None:
            return [piece for page, piece in self._of(kind).values() if page == number]
        return kept[KINDS.index(kind)]

    def _page_with_room(self, piece: Piece) -> int:
        octets = len(pack(piece)) // _DEFLATED
        if (self._filled >= FULL and self._last not in self._new) or self._filled + octets > MOST:
            self._last, self._filled = self._last + 1, 0
            self._new.add(self._last)
        self._filled += octets
        return self._last

    def _of(self, kind: type[Any]) -> dict[str, tuple[int, Any]]:
        if kind not in self._kinds:
            place = KINDS.index(kind)
            self._kinds[kind] = {
                piece.uuid: (number, piece)
                for number, page in self._open()
                for piece in _read_pieces[kind](page[place])
            }
        return self._kinds[kind]

    def _open(self) -> list[tuple[int, tuple[msgspec.Raw, ...]]]:
        if self._opened is None:
            self._opened = [(number, _read_page(open_page(self._seal, number, page))) for number, page in self._sealed]
        return self._opened


def open_page(seal: Seal, number: int, sealed: bytes) -> bytes:
    """Open one page.

    Raises:
        StorageUnavailable: altered, moved from elsewhere, or sealed with another key.
    """
    return zlib.decompress(seal.open("page", str(number), sealed))


def seal_page(seal: Seal, number: int, packed: bytes) -> bytes:
    """Seal one page as the one of this number in this record."""
    return seal.close("page", str(number), zlib.compress(packed, _EFFORT))
