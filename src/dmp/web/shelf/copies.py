"""What seems to be one document, as the pages of the chart show it; lists show it the same way, by their lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dmp.record.entry import DocumentEntry
from dmp.record.hl7text import Xcn, Xon
from dmp.services.duplicates import Alike, Group, Thresholds, grouped
from dmp.web.days import day_of
from dmp.web.entry_ids import bare
from dmp.web.shelf.lines import by_patient


@dataclass(frozen=True)
class Exemplar:
    """One copy of a document, as `Line` is one; `why` is None for the first."""

    id: str
    day: str
    title: str
    author: str
    structure: str
    by_patient: bool
    why: Alike | None = None


Copies = tuple[Exemplar, ...]


def copies_of(entries: Iterable[DocumentEntry], numbers: Thresholds | None = None) -> Mapping[str, Copies]:
    """By entryUUID, every copy of the same document, its own first one included; nothing for what stands alone."""
    found: dict[str, Copies] = {}
    for group in grouped(entries, numbers):
        if group.copies:
            found.update(dict.fromkeys(group.documents, exemplars(group)))
    return found


def exemplars(group: Group) -> Copies:
    """Every copy of a document, its first one included."""
    return (_exemplar(group.first), *(_exemplar(copy.entry, copy.why) for copy in group.copies))


def _exemplar(entry: DocumentEntry, why: Alike | None = None) -> Exemplar:
    author = entry.authors[0] if entry.authors else None
    return Exemplar(
        id=bare(entry.uuid),
        day=day_of(entry.service_start or entry.creation_time),
        title=entry.title or entry.type_code.display or entry.type_code.code,
        author=Xcn.parse(author.person).name if author is not None else "",
        structure=Xon.parse(author.institutions[0]).name if author is not None and author.institutions else "",
        by_patient=by_patient(entry),
        why=why,
    )
