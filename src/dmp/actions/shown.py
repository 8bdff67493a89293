"""What of a record one caller may see: entries, folders, lots and links, and nothing that tells of the rest (AR-17).

The rights are decided on documents, by the gate; everything else is seen
through them.

- A **folder** is seen by who may see one document that was put in it. Without
  one it is treated as a masked document of who deposited it: he sees it, the
  holder too, and nobody whom such a document would be hidden from. It never
  comes or goes with a document that the caller may not see, and the time of
  its last update is that of the last addition that he may know of.
- A **lot** is seen by who may see something that it brought or changed; the
  signature does not count (DEC-12).
- An **association** is seen by who may see both its ends.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from dmp.actions.action import Ask
from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet
from dmp.record.hl7text import Xcn
from dmp.record.professional import PROFESSIONAL_AUTHORITY
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents

Versioned = TypeVar("Versioned", DocumentEntry, Folder)
LotOf = Callable[[str], Iterable[DocumentEntry]]
"""Every entry that came with one."""
OF_LOTS = (Relation.HAS_MEMBER, Relation.UPDATES_STATUS, Relation.SUBMITS_ASSOCIATION)
"""What ties a lot to what it brought or changed."""
_NO_CODE = Code("", "")
"""What stands for a folder has this very code: by it, it is told from documents."""


@dataclass(frozen=True)
class Shown:
    """What may be seen of `contents`; `allowed` are the entries and the stand-ins that the gate let through."""

    contents: RecordContents
    allowed: tuple[DocumentEntry, ...]

    @cached_property
    def entries(self) -> Mapping[str, DocumentEntry]:
        """The entries, all versions, by id."""
        return {entry.uuid: entry for entry in self.allowed if not _stands_in(entry)}

    @cached_property
    def folders(self) -> Mapping[str, Folder]:
        """The folders, all versions, by id, as the caller may know them."""
        additions: dict[str, list[str]] = {}
        for link in self._links:
            if link.type is Relation.HAS_MEMBER and link.target in self.entries:
                additions.setdefault(link.source, []).append(link.added)
        own = {entry.uuid for entry in self.allowed}
        return {
            folder.uuid: replace(folder, last_update=max(folder.last_update, *additions.get(folder.uuid, ("",))))
            for folder in self.contents.folders()
            if folder.uuid in additions or folder.uuid in own
        }

    @cached_property
    def lots(self) -> Mapping[str, SubmissionSet]:
        """The lots, by id.

        A lot is Archived when all its documents are (xds-wire 4.3): all that
        may be seen of them, or its status would tell of the others (AR-17).
        """
        newest = {entry.logical_id: entry.status for entry in current_versions(self.entries.values())}
        statuses: dict[str, set[EntryStatus]] = {}
        for lot, held in self.contents.entries_of_lots().items():
            for uuid in held:
                entry = self.entries.get(uuid)
                if entry is not None and not entry.is_signature:
                    statuses.setdefault(lot, set()).add(newest[entry.logical_id])
        seen = {uuid for uuid, entry in self.entries.items() if not entry.is_signature}
        seen |= self.folders.keys() | self._between.keys()
        for link in self._links:
            if link.type in OF_LOTS and link.target in seen and link.source not in self.folders:
                statuses.setdefault(link.source, set())
        archived = {EntryStatus.ARCHIVED}
        return {
            lot.uuid: replace(lot, status=EntryStatus.ARCHIVED) if statuses[lot.uuid] == archived else lot
            for lot in self.contents.lots_by_uuid(statuses)
        }

    @cached_property
    def links(self) -> Mapping[str, Association]:
        """The associations, by id, in the order of their ids."""
        ends = self.entries.keys() | self.folders.keys() | self.lots.keys()
        found = {link.uuid: link for link in self._links if link.source in ends and link.target in ends}
        # A lot may hold an association, and change the status of one that another lot holds.
        for _ in range(2):
            known = found.keys() | set()
            found |= {link.uuid: link for link in self._links if link.source in self.lots and link.target in known}
        return {uuid: found[uuid] for uuid in sorted(found)}

    @cached_property
    def outdated(self) -> frozenset[str]:
        """The ids of the versions that newer ones took the place of (`$MetadataLevel` 1, xds-wire 7.5)."""
        current = {entry.uuid for entry in current_versions(self.entries.values())}
        current |= {folder.uuid for folder in current_versions(self.folders.values())}
        return frozenset((self.entries.keys() | self.folders.keys()) - current)

    @cached_property
    def _between(self) -> Mapping[str, Association]:
        """The associations between documents and folders."""
        ends = self.entries.keys() | self.folders.keys()
        return {link.uuid: link for link in self._links if link.source in ends and link.target in ends}

    @cached_property
    def _links(self) -> tuple[Association, ...]:
        return self.contents.links()


def asks_about(verb: Verb, entries: Iterable[DocumentEntry], lot_of: LotOf) -> Iterable[Ask]:
    """One optional ask for each entry; the signature of a lot is asked about with its lot (DEC-12)."""
    for entry in entries:
        lot = lot_of(entry.uuid) if entry.is_signature else ()
        companions = tuple(other for other in lot if other.uuid != entry.uuid)
        yield Ask(verb, entry, optional=True, lot=companions)


def asks_about_folders(verb: Verb, folders: Iterable[Folder]) -> Iterable[Ask]:
    """One optional ask for what stands for each folder."""
    return [Ask(verb, stand_in(folder), optional=True) for folder in folders]


def asks_to_see_folders(folders: Iterable[Folder], contents: RecordContents) -> Iterable[Ask]:
    """May these folders be known of? One optional ask for each document in them, and for what stands for each."""
    folders = tuple(folders)
    if not folders:
        return ()
    uuids = {folder.uuid for folder in folders}
    members = [link.target for link in contents.links_touching(uuids) if link.source in uuids]
    entries = [entry for entry in contents.by_uuid(members) if not entry.is_signature]
    asks = [Ask(Verb.FIND_REFERENCE, entry, optional=True) for entry in entries]
    return (*asks, *asks_about_folders(Verb.FIND_REFERENCE, folders))


def stand_in(folder: Folder) -> DocumentEntry:
    """What the rights are asked about for a folder: a masked document of who deposited it."""
    person = folder.deposit.person if folder.deposit else ""
    return DocumentEntry(
        uuid=folder.uuid,
        unique_id=folder.unique_id,
        patient_cx=folder.patient_cx,
        mime_type="",
        class_code=_NO_CODE,
        type_code=_NO_CODE,
        format_code=_NO_CODE,
        facility_type=_NO_CODE,
        practice_setting=_NO_CODE,
        creation_time="",
        language="",
        source_patient_cx="",
        confidentiality=(),
        legal_authenticator=Xcn(person, "", authority=PROFESSIONAL_AUTHORITY).text if person else "",
        visibility=Visibility(masked=True),
        logical_id=folder.logical_id,
        status=folder.status,
        deposit=folder.deposit,
    )


def _stands_in(entry: DocumentEntry) -> bool:
    return entry.class_code is _NO_CODE


def companions(
    entries: Iterable[DocumentEntry], lots: Mapping[str, Collection[str]]
) -> Mapping[str, tuple[DocumentEntry, ...]]:
    """What came with each entry, itself included."""
    known = {entry.uuid: entry for entry in entries}
    groups = (tuple(known[uuid] for uuid in sorted(held)) for held in lots.values())
    return {entry.uuid: group for group in groups for entry in group}


def current_versions(found: Iterable[Versioned]) -> tuple[Versioned, ...]:
    """The newest version of each logical object (`$MetadataLevel` 1, xds-wire 7.5)."""
    newest: dict[str, Versioned] = {}
    for one in found:
        known = newest.get(one.logical_id)
        if known is None or known.version < one.version:
            newest[one.logical_id] = one
    return tuple(newest.values())
