"""The archive of a full copy (LC-14): the documents in the layout of IHE XDM, an index to read, sums to check.

It grows in a file that only this process can read back (`web.spool`): however
large the record, one document at a time is in memory. Every name in it is ours.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeGuard

from dmp.actions.copy_record import CopyTaken
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry
from dmp.record.errors import Refused
from dmp.web.patient import copy_words
from dmp.web.patient.copied_tables import CopiedView, as_json, tables_of
from dmp.web.patient.xdm import metadata
from dmp.web.portal.render import alone
from dmp.web.spool import SpooledContent, SpooledSink
from dmp.wire.cda.narrative import Section
from dmp.wire.cda.reading import CdaReading, EmbeddedFile, read_cda

SUBSET = "IHE_XDM/SUBSET01"
READABLE = "LISIBLE"
_ENDINGS = {"text/xml": "XML", "application/dicom": "DCM"}
_READ_BY_ALL = {
    "application/pdf": "PDF",
    "text/plain": "TXT",
    "text/rtf": "RTF",
    "image/jpeg": "JPG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/tiff": "TIF",
}
_PRIVATE = 0o600 << 16


@dataclass(frozen=True)
class Filed:
    """A document of the copy: its entry, its file, and the one that any device opens; empty where there is none."""

    entry: DocumentEntry
    file: str = ""
    readable: str = ""


class _Open:
    """What a `zipfile` writes to: it only ever goes on."""

    def __init__(self, sink: SpooledSink):
        self._sink = sink

    def write(self, octets: bytes) -> int:
        self._sink.write(bytes(octets))
        return len(octets)

    def flush(self) -> None:
        """Nothing waits."""


class CopyArchive:
    """An archive under way: a `CopyShelf`. Whatever it was given is gone with it."""

    def __init__(self, at: datetime):
        """Begin; the files of the archive bear the time `at`, that of Paris."""
        self._at = at.astimezone(PARIS)
        self.begin()

    def begin(self) -> None:
        """Begin anew."""
        self._sink = SpooledSink()
        self._zip = zipfile.ZipFile(_Open(self._sink), "w", zipfile.ZIP_DEFLATED, compresslevel=1)  # type: ignore[arg-type]
        self._filed: list[Filed] = []
        self._sums: list[str] = []

    def add(self, entry: DocumentEntry, octets: bytes | None) -> None:
        """Put a document in, to the octet; beside it what people open: the file inside it, or its text as a page."""
        if octets is None:
            self._filed.append(Filed(entry))
            return
        name = f"DOC{len(self._filed) + 1:05}"
        file = f"{name}.{_ENDINGS.get(entry.mime_type, 'BIN')}"
        self._put(f"{SUBSET}/{file}", octets)
        self._filed.append(Filed(replace(entry, uri=file), file, self._readable(name, entry, octets)))

    def finish(self, taken: CopyTaken) -> SpooledContent:
        """Write what stands beside the documents; gives the whole archive."""
        filed = [one for one in self._filed if one.file]
        self._stream(f"{SUBSET}/METADATA.XML", metadata([one.entry for one in filed], taken))
        self._stream("ACCES.CSV", [copy_words.table(taken.lines)])
        self._stream("INDEX.HTM", (piece.encode() for piece in copy_words.index(self._filed, taken, SUBSET)))
        tables = tables_of(taken)
        self._put("DOSSIER.HTM", alone("patient/copied.html", CopiedView(copy_words.whose(taken), taken.at, tables)))
        self._put("DOSSIER.JSON", as_json(tables, taken))
        self._put("README.TXT", copy_words.read_me(taken).encode())
        sums = "".join(self._sums).encode()
        self._zip.writestr(self._info("SHA256.TXT"), sums)
        self._zip.close()
        return self._sink.finish()

    def _readable(self, name: str, entry: DocumentEntry, octets: bytes) -> str:
        """Put in what any device opens of a document; gives the name of the file, empty when there is none."""
        reading = _reading(entry, octets)
        if reading is None:
            return ""
        if _opens(reading.body):
            file = f"{READABLE}/{name}.{_READ_BY_ALL[reading.body.media_type]}"
            self._put(file, reading.body.octets)
            return file
        if not reading.narrative.sections:
            return ""
        inside = tuple(_Inside(place, one) for place, one in enumerate(reading.files))
        for one in inside:
            if one.there:
                self._put(f"{READABLE}/{name}/{one.path}", one.file.octets)
        title = entry.title or entry.type_code.display
        view = _ReadableView(title, reading.narrative.sections, inside, name, cut=reading.narrative.cut)
        self._put(f"{READABLE}/{name}.HTM", alone("patient/readable.html", view))
        return f"{READABLE}/{name}.HTM"

    def _put(self, name: str, octets: bytes) -> None:
        self._stream(name, [octets])

    def _stream(self, name: str, pieces: Iterable[bytes]) -> None:
        sha256 = hashlib.sha256()
        with self._zip.open(self._info(name), "w") as file:
            for piece in pieces:
                sha256.update(piece)
                file.write(piece)
        self._sums.append(f"{sha256.hexdigest()}  {name}\n")

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, _PRIVATE
        return info


def pieces_of(archive: SpooledContent) -> Iterator[bytes]:
    """The octets of an archive; its file goes away with the last of them."""
    yield from archive.chunks()


@dataclass(frozen=True)
class _Inside:
    """A file inside a document, and where it is put: pictures where the text shows them."""

    index: int
    file: EmbeddedFile

    @property
    def there(self) -> bool:
        return _opens(self.file)

    @property
    def is_picture(self) -> bool:
        return self.there and self.file.is_picture

    @property
    def path(self) -> str:
        return f"image/{self.index}" if self.is_picture else f"{self.index + 1}.{_READ_BY_ALL[self.file.media_type]}"


@dataclass(frozen=True)
class _ReadableView:
    """A document with a text, as `readable.html` shows it beside the folder of its files (`address`)."""

    title: str
    sections: tuple[Section, ...]
    files: tuple[_Inside, ...]
    address: str
    mark: str = "doc"
    cut: bool = field(default=False, kw_only=True)


def _reading(entry: DocumentEntry, octets: bytes) -> CdaReading | None:
    """What is to be read of a document; None where it is no CDA."""
    if entry.mime_type != "text/xml":
        return None
    try:
        return read_cda(octets)
    except Refused:
        return None


def _opens(file: EmbeddedFile | None) -> TypeGuard[EmbeddedFile]:
    """Whether any device opens it, and it only wants to be read."""
    return file is not None and file.media_type in _READ_BY_ALL and not file.active
