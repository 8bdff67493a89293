"""Entries, lots, links, folders and documents of one record (XDS registry and repository)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet, unique_key
from dmp.record.errors import StorageUnavailable
from dmp.record.record import Record
from dmp.record.submission import Content
from dmp.record.visibility import Visibility
from dmp.store import statements
from dmp.store.blobs import BlobRef, Blobs
from dmp.store.failures import Conflict
from dmp.store.lane import Batch
from dmp.store.packing import pack
from dmp.store.pages import DocumentPiece, EntryPiece, FolderPiece, LinkPiece, LotPiece, Piece, Sheaf
from dmp.store.places import Places
from dmp.store.records import Records
from dmp.store.sharing import Known
from dmp.store.vault import Seal

Object = DocumentEntry | SubmissionSet | Association | Folder
Some = TypeVar("Some", DocumentEntry, SubmissionSet, Association, Folder)


class RecordContents:
    """Everything inside one record, for one transaction; what hides a document is in the record itself."""

    def __init__(
        self,
        record: Record,
        *,
        records: Records,
        places: Places,
        batch: Batch,
        blobs: Blobs,
        written_blobs: list[str],
        after_commit: Callable[[Callable[[], None]], None],
    ):
        """Work inside one record that this transaction has met.

        The names of new blobs join `written_blobs`; what cannot be undone is left to `after_commit`.
        """
        self._record = record
        self._records = records
        self._places = places
        self._batch = batch
        self._blobs = blobs
        self._written_blobs = written_blobs
        self._after_commit = after_commit

    @property
    def _sheaf(self) -> Sheaf:
        return self._records.held(self._record.key).sheaf

    @property
    def _seal(self) -> Seal:
        return self._records.seal(self._record.key)

    # -- entries

    def entries(self) -> tuple[DocumentEntry, ...]:
        """Every entry of the record, all versions, in the order of their ids."""
        return self._entries_where(lambda _: True)

    def entries_but_signatures(self) -> tuple[DocumentEntry, ...]:
        """Every entry but the signatures of lots, which no list shows (DEC-12): half of the entries, left unread."""
        return self._in_order(self._sheaf.listed())

    def by_uuid(self, uuids: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """The entries with these entryUUIDs; unknown ones are absent."""
        wanted = frozenset(uuids)
        return self._entries_where(lambda piece: piece.uuid in wanted)

    def by_logical_id(self, logical_id: str) -> tuple[DocumentEntry, ...]:
        """Every version of one logical object."""
        return self._entries_where(lambda piece: piece.logical == logical_id)

    def by_unique_id(self, unique_ids: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """Every entry that has one of these document uniqueIds."""
        wanted = frozenset(map(unique_key, unique_ids))
        return self._entries_where(lambda piece: piece.unique in wanted)

    def signatures_called(self, names: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """The signatures of lots that one of these names means: an entryUUID, a logical id, a uniqueId."""
        wanted = frozenset(map(unique_key, names))
        return self._entries_where(
            lambda piece: piece.signature and not wanted.isdisjoint((piece.uuid, piece.logical, piece.unique))
        )

    def any_entry(self) -> DocumentEntry | None:
        """One entry of the record, whichever: what is asked about in the place of one that is not there."""
        piece = next(self._sheaf.all(EntryPiece), None)
        return None if piece is None else self._entry(piece)

    def lot_of(self, uuid: str) -> tuple[DocumentEntry, ...]:
        """Every entry that came with this one, itself included."""
        known = self._sheaf.get(EntryPiece, uuid)
        return () if known is None else self._entries_where(lambda piece: piece.lot == known.lot)

    def by_chain(self, chain: str) -> tuple[DocumentEntry, ...]:
        """Every entry of a replacement chain."""
        return self._entries_where(lambda piece: piece.chain == chain)

    def _entries_where(self, wanted: Callable[[EntryPiece], bool]) -> tuple[DocumentEntry, ...]:
        return self._in_order(piece for piece in self._sheaf.all(EntryPiece) if wanted(piece))

    def _in_order(self, pieces: Iterable[EntryPiece]) -> tuple[DocumentEntry, ...]:
        known = self._records.held(self._record.key).opened.known
        return tuple([self._entry(piece, known) for piece in sorted(pieces, key=lambda piece: piece.uuid)])

    def _entry(self, piece: EntryPiece, known: Known | None = None) -> DocumentEntry:
        entry, hidden = piece.read(known), self._record.visibility.get(piece.chain)
        return entry if hidden is None or piece.signature else replace(entry, visibility=hidden)

    def add_entry(self, entry: DocumentEntry, *, lot: str, document: str) -> None:
        """Add an entry; what hides it lives in the record. `document` is empty when its octets are not here."""
        self._put_entry(entry, lot, document)
        self._places.note(entry.uuid, self._record.key)

    def _put_entry(self, entry: DocumentEntry, lot: str, document: str) -> None:
        plain = entry if entry.visibility == Visibility() else replace(entry, visibility=Visibility())
        piece = EntryPiece(
            uuid=entry.uuid,
            unique=unique_key(entry.unique_id),
            logical=entry.logical_id,
            version=entry.version,
            chain=entry.chain,
            lot=lot,
            document=document,
            signature=entry.is_signature,
            value=_packed(plain),
        )
        self._put(piece)

    def set_status(self, uuid: str, status: EntryStatus) -> None:
        """Change the availabilityStatus of an entry, a lot, a folder or a link."""
        for kind in (EntryPiece, FolderPiece, LinkPiece, LotPiece):
            piece = self._sheaf.get(kind, uuid)
            if piece is not None:
                self.put(replace(piece.read(), status=status))
                return

    def set_chain(self, chain: str, new: str) -> None:
        """Join a replacement chain to another one."""
        for entry in self.by_chain(chain):
            self.put(replace(entry, chain=new))

    def put(self, value: Object) -> None:
        """Write the new value of an object of the record, known by its id.

        Raises:
            LookupError: the record has no such object.
        """
        match value:
            case DocumentEntry():
                known = self._known(EntryPiece, value.uuid)
                self._put_entry(value, known.lot, known.document)
            case SubmissionSet():
                self._put_lot(value, self._known(LotPiece, value.uuid).fingerprint)
            case Folder():
                self._put_folder(value, self._known(FolderPiece, value.uuid).lot)
            case Association():
                self._known(LinkPiece, value.uuid)
                self.add_links([value])

    def _known(self, kind: type[Piece], uuid: str) -> Any:
        piece = self._sheaf.get(kind, uuid)
        if piece is None:
            raise LookupError("the record has no such object")
        return piece

    def _put(self, piece: Piece) -> None:
        self._records.touch(self._record.key)
        self._sheaf.put(piece)

    def remove(self, uuids: Iterable[str]) -> None:
        """Take entries, lots, folders and links out of the record; documents stay (xds-wire 7.6)."""
        for uuid in uuids:
            for kind in (EntryPiece, LotPiece, FolderPiece, LinkPiece):
                if self._sheaf.remove(kind, uuid):
                    self._records.touch(self._record.key)
                    if kind in (EntryPiece, FolderPiece):
                        self._places.forget(uuid, self._record.key)

    def taken(self, uuids: Iterable[str]) -> frozenset[str]:
        """Which of these ids an entry, a lot, a folder or a link of the record already has."""
        kinds = (EntryPiece, LotPiece, FolderPiece, LinkPiece)
        return frozenset(uuid for uuid in uuids if any(self._sheaf.get(kind, uuid) is not None for kind in kinds))

    # -- lots

    def lots(self) -> tuple[SubmissionSet, ...]:
        """Every lot of the record."""
        return _sorted(piece.read() for piece in self._sheaf.all(LotPiece))

    def lots_by_uuid(self, uuids: Iterable[str]) -> tuple[SubmissionSet, ...]:
        """The lots with these ids."""
        wanted = frozenset(uuids)
        return _sorted(piece.read() for piece in self._sheaf.all(LotPiece) if piece.uuid in wanted)

    def lots_called(self, unique_id: str) -> dict[str, bytes]:
        """The lots that have this uniqueId, id to fingerprint, to recognise a retry (DEC-3).

        Several when their senders could not be told of one another (DEC-4).
        """
        return {piece.uuid: piece.fingerprint for piece in self._sheaf.all(LotPiece) if piece.unique == unique_id}

    def subjects_of_lots(self, uuids: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """The entries that came with these lots, and those whose status they changed."""
        lots = frozenset(uuids)
        changes = (link for link in self.links_touching(lots) if link.type is Relation.UPDATES_STATUS)
        changed = {link.target for link in changes if link.source in lots}
        return self._entries_where(lambda piece: piece.lot in lots or piece.uuid in changed)

    def fingerprint(self, text: str) -> bytes:
        """Keyed hash that a retry of the same lot gives again."""
        return self._seal.token("fingerprint", text)

    def add_lot(self, lot: SubmissionSet, fingerprint: bytes) -> None:
        """Add a lot."""
        self._put_lot(lot, fingerprint)

    def _put_lot(self, lot: SubmissionSet, fingerprint: bytes) -> None:
        self._put(LotPiece(lot.uuid, lot.unique_id, fingerprint, _packed(lot)))

    def entries_of_lots(self) -> dict[str, set[str]]:
        """Which lot each entry came with: lot id to entry ids."""
        found = dict[str, set[str]]()
        for piece in self._sheaf.all(EntryPiece):
            found.setdefault(piece.lot, set()).add(piece.uuid)
        return found

    # -- folders

    def folders(self) -> tuple[Folder, ...]:
        """Every folder of the record, all versions."""
        return self._folders_where(lambda _: True)

    def folders_by_uuid(self, uuids: Iterable[str]) -> tuple[Folder, ...]:
        """The folders with these ids."""
        wanted = frozenset(uuids)
        return self._folders_where(lambda piece: piece.uuid in wanted)

    def folders_by_unique_id(self, unique_ids: Iterable[str]) -> tuple[Folder, ...]:
        """Every version of the folders that have one of these uniqueIds."""
        wanted = frozenset(unique_ids)
        return self._folders_where(lambda piece: piece.unique in wanted)

    def folders_by_logical_id(self, logical_id: str) -> tuple[Folder, ...]:
        """Every version of one folder."""
        return self._folders_where(lambda piece: piece.logical == logical_id)

    def folders_of_lots(self) -> dict[str, set[str]]:
        """Which lot each folder came with: lot id to folder ids."""
        found = dict[str, set[str]]()
        for piece in self._sheaf.all(FolderPiece):
            found.setdefault(piece.lot, set()).add(piece.uuid)
        return found

    def add_folder(self, folder: Folder, *, lot: str) -> None:
        """Add a folder, or a version of one."""
        self._put_folder(folder, lot)
        self._places.note(folder.uuid, self._record.key)

    def _put_folder(self, folder: Folder, lot: str) -> None:
        logical = folder.logical_id or folder.uuid
        self._put(FolderPiece(folder.uuid, folder.unique_id, logical, folder.version, lot, _packed(folder)))

    def _folders_where(self, wanted: Callable[[FolderPiece], bool]) -> tuple[Folder, ...]:
        return _sorted(piece.read() for piece in self._sheaf.all(FolderPiece) if wanted(piece))

    # -- links

    def links(self) -> tuple[Association, ...]:
        """Every association of the record."""
        return _sorted(piece.read() for piece in self._sheaf.all(LinkPiece))

    def links_touching(self, uuids: Iterable[str]) -> tuple[Association, ...]:
        """Every association that has one of these ids at an end."""
        ends = frozenset(uuids)
        pieces = self._sheaf.all(LinkPiece)
        return _sorted(piece.read() for piece in pieces if piece.source in ends or piece.target in ends)

    def add_links(self, links: Iterable[Association]) -> None:
        """Add associations."""
        for link in links:
            self._put(LinkPiece(link.uuid, link.source, link.target, _packed(link)))

    # -- documents

    def add_document(self, content: Content) -> str:
        """Write the octets durably; gives the name of the document, for the entries that describe it."""
        ref = self._blobs.put(content.chunks())
        self._written_blobs.append(ref.name)
        self._put(DocumentPiece(ref.name, ref.key, ref.size, bytes.fromhex(content.sha256), ref.stored_sha256))
        row = {"record": self._record.key, "id": ref.name, "size": ref.stored_size, "stored_sha256": ref.stored_sha256}
        self._batch.add(statements.ADD_DOCUMENT, row)
        return ref.name

    def document_of(self, uuid: str) -> str:
        """The document behind an entry: several entries may share one."""
        return self._known(EntryPiece, uuid).document

    def documents_of(self, uuids: Iterable[str]) -> dict[str, str]:
        """The documents behind entries that lists show, entryUUID to name; empty for octets that are elsewhere."""
        wanted = frozenset(uuids)
        return {piece.uuid: piece.document for piece in self._sheaf.listed() if piece.uuid in wanted}

    def read_document(self, uuid: str) -> bytes:
        """The octets behind an entry, exactly as they were deposited."""
        piece = self._document(uuid)
        try:
            return self.octets_of(piece)
        except StorageUnavailable:
            if self._records.has_changed(self._record.key):
                # Somebody removed it meanwhile (ITI-86): what is there now will say so.
                raise Conflict from None
            raise

    def octets_of(self, piece: DocumentPiece) -> bytes:
        """The octets of a document of the record.

        Raises:
            StorageUnavailable: they are damaged, or not there.
        """
        return self._blobs.get(BlobRef(piece.uuid, piece.key, piece.size, piece.stored_sha256))

    def sha256_of(self, uuid: str) -> str:
        """SHA-256 of the octets behind an entry: unlike the `hash` of XDS, nobody makes two documents share it."""
        return self._document(uuid).sha256.hex()

    def size_of(self, uuid: str) -> int:
        """Count of the octets behind an entry."""
        return self._document(uuid).size

    def has_document(self, uuid: str) -> bool:
        """Tell whether the octets behind an entry are here: they may be elsewhere, or removed (ITI-42, ITI-86)."""
        return self._sheaf.get(DocumentPiece, self.document_of(uuid)) is not None

    def documents(self) -> tuple[DocumentPiece, ...]:
        """Every document of the record."""
        return tuple(self._sheaf.all(DocumentPiece))

    def documents_but_signatures(self) -> tuple[DocumentPiece, ...]:
        """The documents of the record without the signatures of lots."""
        signatures = {piece.document for piece in self._sheaf.all(EntryPiece) if piece.signature}
        return tuple(piece for piece in self.documents() if piece.uuid not in signatures)

    def remove_document(self, name: str) -> None:
        """Forget a document and the key that opens it; its blob is deleted once this is committed."""
        if self._sheaf.remove(DocumentPiece, name):
            self._records.touch(self._record.key)
            self._batch.add(statements.DROP_DOCUMENT, {"key": self._record.key, "named": name})
            self._batch.add(statements.DROP_PROJECTION, {"key": self._record.key, "named": name})
            self._after_commit(lambda: self._blobs.delete(name))

    def _document(self, uuid: str) -> DocumentPiece:
        return self._known(DocumentPiece, self.document_of(uuid))


def _packed(value: Object) -> msgspec.Raw:
    return msgspec.Raw(pack(value))


def _sorted(values: Iterable[Some]) -> tuple[Some, ...]:
    return tuple(sorted(values, key=lambda value: value.uuid))
