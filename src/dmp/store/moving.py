"""Carry objects from one record into another: they are sealed anew with its key, blobs keep their own (LC-18)."""

from collections.abc import Iterable

import msgspec

from dmp.store import statements
from dmp.store.blobs import BlobRef, Blobs
from dmp.store.lane import Batch
from dmp.store.pages import DocumentPiece, EntryPiece, FolderPiece, LinkPiece, LotPiece, Piece, Sheaf
from dmp.store.places import Places
from dmp.store.projections import Projections
from dmp.store.records import Records

OBJECTS: tuple[type[Piece], ...] = (EntryPiece, LotPiece, FolderPiece, LinkPiece)
PLACED = (EntryPiece, FolderPiece)


class Moving:
    """Moves between records that this transaction has met, by their keys."""

    def __init__(
        self,
        *,
        records: Records,
        projections: Projections,
        places: Places,
        batch: Batch,
        blobs: Blobs,
        written_blobs: list[str],
    ):
        """Write into a batch; the names of new blobs join `written_blobs`."""
        self._records = records
        self._projections = projections
        self._places = places
        self._batch = batch
        self._blobs = blobs
        self._written_blobs = written_blobs

    def move(self, uuids: Iterable[str], *, source: str, target: str, copied: Iterable[str] = ()) -> None:
        """Move entries, lots, folders and links, with the octets behind the entries; those `copied` stay as well.

        Octets that entries on both sides share are stored twice from then on:
        each record has its own to remove.

        Raises:
            LookupError: the other record has an object of one of these ids.
        """
        moved = list(uuids)
        for uuid in (*moved, *copied):
            for kind in OBJECTS:
                piece = self._sheaf(source).get(kind, uuid)
                if piece is not None:
                    self._put(target, piece)
        for uuid in moved:
            self._take_out(source, target, uuid)
        self._move_octets(source, target)

    def move_documents(self, names: Iterable[str], *, source: str, target: str) -> None:
        """Move stored documents that no entry describes."""
        for name in names:
            piece = self._sheaf(source).get(DocumentPiece, name)
            if piece is not None:
                self._projections.copy(name, source=source, target=target, named=name)
                self._add_document(target, piece)
                self._drop_document(source, name)

    def _move_octets(self, source: str, target: str) -> None:
        here = {piece.document for piece in self._sheaf(source).all(EntryPiece)}
        for entry in list(self._sheaf(target).all(EntryPiece)):
            document = self._sheaf(source).get(DocumentPiece, entry.document)
            if document is None:
                continue
            if entry.document not in here:
                self.move_documents([entry.document], source=source, target=target)
            elif self._sheaf(target).get(DocumentPiece, entry.document) is None:
                self._store_twice(document, source=source, target=target)

    def _store_twice(self, document: DocumentPiece, *, source: str, target: str) -> None:
        octets = self._blobs.get(BlobRef(document.uuid, document.key, document.size, document.stored_sha256))
        ref = self._blobs.put([octets])
        self._written_blobs.append(ref.name)
        self._projections.copy(document.uuid, source=source, target=target, named=ref.name)
        self._add_document(target, DocumentPiece(ref.name, ref.key, ref.size, document.sha256, ref.stored_sha256))
        for entry in list(self._sheaf(target).all(EntryPiece)):
            if entry.document == document.uuid:
                self._sheaf(target).put(msgspec.structs.replace(entry, document=ref.name))

    def _add_document(self, target: str, piece: DocumentPiece) -> None:
        self._records.touch(target)
        self._sheaf(target).put(piece)
        row = {"record": target, "id": piece.uuid, "size": piece.size, "stored_sha256": piece.stored_sha256}
        self._batch.add(statements.ADD_DOCUMENT, row)

    def _drop_document(self, source: str, name: str) -> None:
        self._records.touch(source)
        self._sheaf(source).remove(DocumentPiece, name)
        self._batch.add(statements.DROP_DOCUMENT, {"key": source, "named": name})
        self._batch.add(statements.DROP_PROJECTION, {"key": source, "named": name})

    def _put(self, target: str, piece: Piece) -> None:
        if any(self._sheaf(target).get(kind, piece.uuid) is not None for kind in OBJECTS):
            raise LookupError("both records have an object of the same id")
        self._records.touch(target)
        self._sheaf(target).put(piece)

    def _take_out(self, source: str, target: str, uuid: str) -> None:
        self._records.touch(source)
        for kind in OBJECTS:
            if self._sheaf(source).remove(kind, uuid) and kind in PLACED:
                self._places.forget(uuid, source)
                self._places.note(uuid, target)

    def _sheaf(self, key: str) -> Sheaf:
        return self._records.held(key).sheaf
