"""The sheaf of a record: its entries, lots, links and folders, in sealed pages of a few KiB.

An act reads the record and its pages in one statement and finds everything in
memory; a deposit rewrites one page. A copy of the database tells neither how
many documents or links a record holds, nor what state they are in (security
12.3). A page is a list of pieces for each kind of object, packed, compressed
and sealed with the key of the record; a piece holds the value of the object
still packed beside what it is looked up by, so that only what is asked for is
read.

The pages stand on two shelves: the entries that lists show, then everything
else. A search of documents, the most frequent act of all, reads the first
shelf alone: a third of the octets, one page for some twenty documents.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from dmp.record.entry import Association, DocumentEntry, Folder, SubmissionSet
from dmp.record.visibility import Visibility
from dmp.store.packing import pack, unpack_entry, unpack_folder, unpack_link, unpack_lot
from dmp.store.sharing import Known, shared
from dmp.store.vault import Seal

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OTHERS = 1 << 20
"""The number from which pages stand on the second shelf."""
FULL = 6800
"""Octets of a sealed page from which new objects go to another one."""
MOST = 7900
"""Octets of a sealed page that new objects may bring it to, about: it must fit into 8 KiB."""
_COMPRESSED = 5
"""New objects take less than a fifth of their octets once compressed with others of their kind."""
_EFFORT = 1
"""Compress as fast as it can: four times the time saves a twentieth of the octets."""


class EntryPiece(msgspec.Struct, array_like=True, frozen=True, dict=True):
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

    def read(self, known: Known | None = None) -> DocumentEntry:
        """The entry as it is kept; unpacked once, since the page may stay opened (`at_hand`).

        With what is `known` of other entries, which it then shares.
        """
        entry: DocumentEntry | None = self.__dict__.get("entry")
        if entry is None:
            entry = _unpacked(self) if known is None else shared(_unpacked(self), known)
            self.__dict__["entry"] = entry
        return entry


class LotPiece(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """A lot, and what a retry of it is known by."""

    uuid: str
    unique: str
    fingerprint: bytes
    value: msgspec.Raw

    def read(self) -> SubmissionSet:
        """The lot."""
        return unpack_lot(self.value)


class LinkPiece(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """An association."""

    uuid: str
    source: str
    target: str
    value: msgspec.Raw

    def read(self) -> Association:
        """The association."""
        return unpack_link(self.value)


class FolderPiece(msgspec.Struct, array_like=True, gc=False, frozen=True):
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


class DocumentPiece(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """The octets of a document: the name of the blob and what opens it."""

    uuid: str
    """Name of the blob."""
    key: bytes
    size: int
    sha256: bytes
    stored_sha256: bytes


class PersonalPiece(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """Something of the holder's own space (`store/personal.py`); `kind` says what."""

    uuid: str
    kind: str
    value: msgspec.Raw


Piece = EntryPiece | LotPiece | LinkPiece | FolderPiece | DocumentPiece | PersonalPiece
KINDS: tuple[type[Piece], ...] = (EntryPiece, LotPiece, LinkPiece, FolderPiece, DocumentPiece, PersonalPiece)
"""In the order of a page; one of a former release lacks the last ones."""
_MARK = 16
"""Octets of each end of a sealed page that tell it from others: the nonce is in the first, the tag is the last."""
_NONE = msgspec.Raw(msgspec.msgpack.encode([]))
_read_page = msgspec.msgpack.Decoder(tuple[msgspec.Raw, ...]).decode
_read_pieces: dict[type[Piece], Any] = {kind: msgspec.msgpack.Decoder(tuple[kind, ...]).decode for kind in KINDS}  # type: ignore[valid-type]


class Page:
    """One page of a record as it was read: sealed until it is first looked at, never changed; threads may share it."""

    def __init__(self, seal: Seal, number: int, sealed: bytes):
        """Hold a sealed page."""
        self._seal, self._sealed, self.number = seal, sealed, number
        self._parts: tuple[msgspec.Raw, ...] = ()
        self._pieces: dict[type[Piece], tuple[Any, ...]] = {}
        self.size = len(sealed)
        self.mark = sealed[:_MARK] + sealed[-_MARK:]
        """What tells it from any other page that was ever sealed with this key."""

    def part(self, kind: type[Piece]) -> msgspec.Raw:
        """The pieces of a kind, packed."""
        # Read first: another thread may open the page meanwhile, and then lets go of what was sealed.
        sealed = self._sealed
        if not self._parts:
            self._parts = _read_page(open_page(self._seal, self.number, sealed))
            self._sealed = b""
        place = KINDS.index(kind)
        return self._parts[place] if place < len(self._parts) else _NONE

    def pieces(self, kind: type[Piece]) -> tuple[Any, ...]:
        """The pieces of a kind."""
        if kind not in self._pieces:
            self._pieces[kind] = _read_pieces[kind](self.part(kind))
        return self._pieces[kind]


Pages = dict[int, Page]
"""The pages of a record by their numbers."""


class Sheaf:
    """The pages of one record in one transaction: opened when first looked at, rewritten when changed."""

    def __init__(self, seal: Seal, pages: Pages, others: Callable[[], Pages] | None = None):
        """Keep the pages; `others` brings those of the second shelf when `pages` are of the first alone."""
        self._seal = seal
        self._pages = pages
        self._others = others
        self._kinds: dict[type[Piece], dict[str, tuple[int, Any]]] = {}
        self._filled = {number: page.size for number, page in pages.items()}
        self._changed: set[int] = set()
        self._new: set[int] = set()

    def listed(self) -> Iterator[EntryPiece]:
        """Every entry that lists show: all but the signatures of lots (DEC-12)."""
        if EntryPiece in self._kinds:
            return (piece for piece in self.all(EntryPiece) if not piece.signature)
        first = (page for number, page in self._pages.items() if not _is_second(number))
        return (piece for page in first for piece in page.pieces(EntryPiece) if not piece.signature)

    def all(self, kind: type[Any]) -> Iterator[Any]:
        """Every piece of a kind."""
        return (piece for _, piece in self._of(kind).values())

    def get(self, kind: type[Any], uuid: str) -> Any:
        """A piece by its id; None when there is none."""
        found = self._of(kind).get(uuid)
        return None if found is None else found[1]

    def put(self, piece: Piece) -> None:
        """Replace a piece in its page, or add it to the newest page of its shelf that has room."""
        held, shelf = self._of(type(piece)), _shelf(piece)
        number = held[piece.uuid][0] if piece.uuid in held else None
        if number is None or _is_second(number) is not _is_second(shelf):
            self.remove(type(piece), piece.uuid)
            number = self._page_with_room(piece, shelf)
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
        for number in sorted(self._changed):
            parts = [self._part(kind, number) for kind in KINDS]
            yield number, seal_page(self._seal, number, pack(parts)), number in self._new

    def _part(self, kind: type[Piece], number: int) -> object:
        """The pieces of a kind in a page; those that nobody looked at stay packed."""
        if kind in self._kinds or number in self._new:
            return [piece for page, piece in self._of(kind).values() if page == number]
        return self._pages[number].part(kind)

    def _page_with_room(self, piece: Piece, shelf: int) -> int:
        numbers = (number for number in self._filled if _is_second(number) is _is_second(shelf))
        newest, octets = max(numbers, default=shelf - 1), len(pack(piece)) // _COMPRESSED
        filled = self._filled.get(newest, FULL)
        if (filled >= FULL and newest not in self._new) or filled + octets > MOST:
            newest, filled = newest + 1, 0
            self._new.add(newest)
        self._filled[newest] = filled + octets
        return newest

    def _of(self, kind: type[Any]) -> dict[str, tuple[int, Any]]:
        if kind not in self._kinds:
            self._fetch_others()
            self._kinds[kind] = {piece.uuid: (number, piece) for number, piece in self._read(kind)}
        return self._kinds[kind]

    def _fetch_others(self) -> None:
        if self._others is not None:
            others, self._others = self._others(), None
            self._pages = {**self._pages, **others}
            self._filled |= {number: page.size for number, page in others.items()}

    def _read(self, kind: type[Any]) -> Iterator[tuple[int, Any]]:
        return ((number, piece) for number, page in self._pages.items() for piece in page.pieces(kind))


def _shelf(piece: Piece) -> int:
    """The first number of the shelf that a piece stands on."""
    return 1 if isinstance(piece, EntryPiece) and not piece.signature else OTHERS


def _is_second(number: int) -> bool:
    return number >= OTHERS


def open_page(seal: Seal, number: int, sealed: bytes) -> bytes:
    """Open one page.

    Raises:
        StorageUnavailable: altered, moved from elsewhere, or sealed with another key.
    """
    return zstd.decompress(seal.open("page", str(number), sealed))


def seal_page(seal: Seal, number: int, packed: bytes) -> bytes:
    """Seal one page as the one of this number in this record."""
    return seal.close("page", str(number), zstd.compress(packed, _EFFORT))


def _unpacked(piece: EntryPiece) -> DocumentEntry:
    entry = unpack_entry(piece.value)
    if not entry.is_signature:
        return entry
    # A signature's marks are always the same (xds-wire 4.6).
    since = entry.deposit.at if entry.deposit is not None else None
    return replace(entry, visibility=Visibility(masked=since is not None, hidden_from_patient_since=since))
