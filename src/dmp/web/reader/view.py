"""What the reader shows of a document: a value in words, from its entry and its octets alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp.actions.read_documents import ReadDocument
from dmp.record.entry import Author, DocumentEntry, EntryStatus
from dmp.web.entry_ids import bare
from dmp.web.portal.page import Language
from dmp.web.portal.places import PROFESSIONAL
from dmp.web.reader.content import Content, Shape, opened
from dmp.web.reader.facts import Fact, card_of
from dmp.web.reader.study_view import StudyView, study_view
from dmp.web.reader.words import kind_of, period_of, person_of, size_of, structure_of
from dmp.wire.cda.narrative import Section
from dmp.wire.cda.reading import EmbeddedFile

Words = tuple[str, str]
"""In French and in English."""


@dataclass(frozen=True)
class Badge:
    """A word about the entry that is seen at once; `tone` is one of Bootstrap's."""

    words: Words
    tone: str = "secondary"


@dataclass(frozen=True)
class ShownFile:
    """A file beside a narrative, by its index in the document."""

    index: int
    is_picture: bool
    is_pdf: bool
    size: str


@dataclass(frozen=True)
class ReaderView:
    """A document in words. `address` is that of its page; those of its files begin with it."""

    uuid: str
    """Bare, as addresses write it."""
    title: str
    kind: str
    day: str
    author: str
    structure: str
    badges: tuple[Badge, ...]
    facts: tuple[Fact, ...]
    shape: Shape
    address: str
    size: str
    sections: tuple[Section, ...] = ()
    files: tuple[ShownFile, ...] = ()
    text: str = ""
    study: StudyView | None = None
    cut: bool = False
    active: bool = False
    """It is a PDF that could do more than be read: it is handed out, never shown."""

    @property
    def frames(self) -> bool:
        """Whether the page that shows it needs frames (`Page.frames`)."""
        return self.shape is Shape.PDF or any(file.is_pdf for file in self.files)

    @property
    def mark(self) -> str:
        """What begins the ids of this document on a page that may show others."""
        return f"d{self.uuid[:8]}"

    @property
    def attached(self) -> tuple[ShownFile, ...]:
        """The files that are no pictures of the text."""
        return tuple(file for file in self.files if not file.is_picture)


def read_view(read: ReadDocument, language: Language, prefix: str) -> ReaderView:
    """The view of a document that was read, for pages below `prefix`."""
    return view_of(read.entry, opened(read.octets), language, prefix)


def view_of(entry: DocumentEntry, content: Content, language: Language, prefix: str) -> ReaderView:
    """The view of a document that was opened."""
    english = language is Language.ENGLISH
    uuid = bare(entry.uuid)
    author = entry.authors[0] if entry.authors else Author()
    return ReaderView(
        uuid=uuid,
        title=title_of(entry),
        kind=kind_of(entry.type_code),
        day=period_of(entry.service_start or entry.creation_time, entry.service_stop),
        author=person_of(author.person),
        structure=structure_of(author.institutions[0]) if author.institutions else "",
        badges=tuple(_badges(entry, to_professional=prefix.startswith(PROFESSIONAL))),
        facts=card_of(entry, content.cda.header if content.cda is not None else None),
        shape=content.shape,
        address=f"{prefix}/{uuid}",
        size=size_of(len(content.main.octets))[english],
        sections=content.cda.narrative.sections if content.cda is not None else (),
        files=tuple(_shown(index, file, english=english) for index, file in enumerate(content.files)),
        text=content.text,
        study=study_view(content.study, entry) if content.study is not None else None,
        cut=content.cut,
        active=bool(content.main.active),
    )


def title_of(entry: DocumentEntry) -> str:
    """What its author called it, else its kind."""
    return " ".join(entry.title.split()) or kind_of(entry.type_code)


def _shown(index: int, file: EmbeddedFile, *, english: bool) -> ShownFile:
    return ShownFile(index, file.is_picture, file.is_pdf, size_of(len(file.octets))[english])


def _badges(entry: DocumentEntry, *, to_professional: bool) -> Iterator[Badge]:
    """Who may see the entry may know how it is marked: a search tells the same codes (functional 3.2)."""
    visibility = entry.visibility
    if visibility.masked:
        yield Badge(("Masqué aux professionnels", "Hidden from professionals"))
    # To the holder it says nothing any more: what he may read was shown to him.
    if visibility.hidden_from_patient_since is not None and to_professional:
        yield Badge(("Pas encore montré au patient", "Not shown to the patient yet"), "danger")
    if visibility.hidden_from_guardians:
        yield Badge(("Non visible par les parents ou représentants", "Hidden from parents or representatives"))
    match entry.status:
        case EntryStatus.DEPRECATED:
            yield Badge(("Ancienne version", "Old version"), "danger")
        case EntryStatus.ARCHIVED:
            yield Badge(("Archivé", "Archived"))
        case EntryStatus.DELETED:
            yield Badge(("Supprimé", "Deleted"), "danger")
        case EntryStatus.APPROVED:
            return
