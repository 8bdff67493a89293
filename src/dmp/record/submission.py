"""What is handed in: a lot of documents (ITI-41), or changes to what is registered (ITI-57)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Slots, SubmissionSet
from dmp.record.errors import Problem


class Content(Protocol):
    """The octets of one document, measured while they arrived and never changed (xds-wire 2.5)."""

    @property
    def size(self) -> int:
        """Count of octets."""
        ...

    @property
    def sha1(self) -> str:
        """40 lower-case hex digits, the `hash` of XDS."""
        ...

    @property
    def sha256(self) -> str:
        """64 lower-case hex digits, kept for integrity."""
        ...

    def read(self) -> bytes:
        """All the octets."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """The octets, in order, a piece at a time."""
        ...


@dataclass(frozen=True)
class Submission:
    """A lot as it was sent: metadata with symbolic ids, and the documents by entry id."""

    submission_set: SubmissionSet
    entries: tuple[DocumentEntry, ...]
    associations: tuple[Association, ...]
    documents: Mapping[str, Content] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    folders: tuple[Folder, ...] = ()


@dataclass(frozen=True)
class UpdateEntry:
    """A new version of an entry's metadata: `entry.logical_id` names the target (TD3.3a, TD3.3b).

    `propagate` carries the relationships and folders of the old version over
    to the new one (slot AssociationPropagation). `link` is the id that the
    sender gave to the operation.
    """

    entry: DocumentEntry
    previous_version: int
    propagate: bool = field(default=True, kw_only=True)
    link: str = field(default="", kw_only=True, compare=False)


@dataclass(frozen=True)
class UpdateFolder:
    """A new version of a folder's metadata: `folder.logical_id` names the target; plain IHE only (xds-wire 7.1)."""

    folder: Folder
    previous_version: int
    propagate: bool = field(default=True, kw_only=True)
    link: str = field(default="", kw_only=True, compare=False)


@dataclass(frozen=True)
class UpdateStatus:
    """A change of availabilityStatus (TD3.3c, TD3.3d).

    `target` is the id of an entry or, in plain IHE, of a folder or an
    association.
    """

    target: str
    original: EntryStatus
    new: EntryStatus
    link: str = field(default="", kw_only=True, compare=False)


@dataclass(frozen=True)
class SubmitAssociation:
    """A link between two registered objects; plain IHE only (xds-wire 7.1)."""

    association: Association
    link: str = field(default="", kw_only=True, compare=False)


PREVIOUS_VERSION, PROPAGATION = "PreviousVersion", "AssociationPropagation"


def version_slots(operation: UpdateEntry | UpdateFolder) -> Slots:
    """The slots of the link that makes a new version: which one it replaces, and whether its links stay behind."""
    version = (PREVIOUS_VERSION, (str(operation.previous_version),))
    return (version,) if operation.propagate else (version, (PROPAGATION, ("no",)))


UpdateOperation = UpdateEntry | UpdateFolder | UpdateStatus | SubmitAssociation


@dataclass(frozen=True)
class MetadataUpdate:
    """An ITI-57 message: all its operations succeed or none (xds-wire 7.1)."""

    submission_set: SubmissionSet
    operations: tuple[UpdateOperation, ...]
