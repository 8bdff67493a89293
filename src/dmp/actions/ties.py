"""What a lot names in the record, outside of itself: documents and folders that it links to (xds-wire 2.3, 2.4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dmp.record.entry import Association, DocumentEntry, Folder, Relation
from dmp.record.profile import Profile
from dmp.record.record import Record
from dmp.record.submission import Submission
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

REPLACING = frozenset({Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES})
RELATIONSHIPS = REPLACING | {Relation.APPENDS, Relation.TRANSFORMS, Relation.SIGNS}


def is_placement(link: Association, submission: Submission) -> bool:
    """Tell the link that puts a document in a folder."""
    return link.type is Relation.HAS_MEMBER and link.source != submission.submission_set.uuid


@dataclass(frozen=True)
class Names:
    """The ids by which a lot names what is not in it."""

    documents: frozenset[str]
    folders: frozenset[str]
    replaced: frozenset[str]
    """Those of the documents that it replaces."""

    @staticmethod
    def of(submission: Submission) -> "Names":
        """Gather them."""
        kinds = (submission.entries, submission.folders, submission.associations)
        inside = {one.uuid for kind in kinds for one in kind} | {submission.submission_set.uuid}
        outside = [link for link in submission.associations if link.target not in inside]
        placements = (link for link in submission.associations if is_placement(link, submission))
        return Names(
            frozenset(link.target for link in outside),
            frozenset(link.source for link in placements if link.source not in inside),
            frozenset(link.target for link in outside if link.type in REPLACING),
        )


@dataclass(frozen=True)
class Ties:
    """What the names lead to; `elsewhere` are those of objects of another patient, told apart in plain IHE only."""

    names: Names
    documents: Mapping[str, DocumentEntry]
    folders: Mapping[str, Folder]
    elsewhere: frozenset[str] = frozenset()

    def real(self, named: str) -> str:
        """The id of what is named, in the record."""
        return self.documents[named].uuid if named in self.documents else named


def ties_of(submission: Submission, tx: Tx, record: Record, profile: Profile) -> Ties:
    """Find what a lot names.

    In the French profile a logical id means the current version, which the
    sender may not know of (xds-wire 7.4); elsewhere, its first version. In
    plain IHE alone it is told that an object is of another patient (DEC-10).
    """
    names, contents = Names.of(submission), tx.inside(record)
    documents = {entry.uuid: entry for entry in contents.by_uuid(names.documents)} if names.documents else {}
    folders = {folder.uuid: folder for folder in contents.folders_by_uuid(names.folders)} if names.folders else {}
    if profile.french:
        return Ties(names, {named: _current(entry, contents) for named, entry in documents.items()}, folders)
    absent = (names.documents - documents.keys()) | (names.folders - folders.keys())
    return Ties(names, documents, folders, frozenset(_of_other_records(absent, tx, record)))


def _current(entry: DocumentEntry, contents: RecordContents) -> DocumentEntry:
    """What a first version stands for: its id is that of the logical document."""
    if entry.version > 1:
        return entry
    return max(contents.by_logical_id(entry.uuid), key=lambda version: version.version)


def _of_other_records(uuids: frozenset[str], tx: Tx, record: Record) -> Iterator[str]:
    return (uuid for uuid in sorted(uuids) if tx.places.record_of(uuid) not in (None, record.key))
