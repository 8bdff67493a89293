"""The stored queries of ITI-18: what is asked, in which form, of which versions (xds-wire 6)."""

from dataclasses import dataclass

from dmp.record.criteria import (
    ContentFilter,
    DocumentCriteria,
    DocumentIds,
    FolderCriteria,
    FolderIds,
    LotIds,
    Pairs,
    RecordCriteria,
    SubmissionSetCriteria,
    Texts,
    TimeRange,
    any_author,
)
from dmp.record.entry import STABLE, EntryStatus, Relation
from dmp.record.patient import PatientId

__all__ = [
    "ContentFilter",
    "DocumentCriteria",
    "DocumentIds",
    "FindDocuments",
    "FindFolders",
    "FindSubmissionSets",
    "FolderCriteria",
    "FolderIds",
    "GetAll",
    "GetAssociations",
    "GetDocuments",
    "GetDocumentsAndAssociations",
    "GetFolderAndContents",
    "GetFolders",
    "GetFoldersForDocument",
    "GetRelatedDocuments",
    "GetSubmissionSetAndContents",
    "GetSubmissionSets",
    "LotIds",
    "Pairs",
    "Question",
    "RecordCriteria",
    "StoredQuery",
    "SubmissionSetCriteria",
    "TimeRange",
    "any_author",
]


@dataclass(frozen=True)
class FindDocuments:
    """FindDocuments; FindDocumentsByReferenceId when reference ids are asked for, FindDocumentsExclude to leave out."""

    criteria: DocumentCriteria


@dataclass(frozen=True)
class FindSubmissionSets:
    """FindSubmissionSets."""

    criteria: SubmissionSetCriteria


@dataclass(frozen=True)
class FindFolders:
    """FindFolders."""

    criteria: FolderCriteria


@dataclass(frozen=True)
class GetAll:
    """GetAll: everything of a record, and the associations both ends of which are in the answer."""

    criteria: RecordCriteria


@dataclass(frozen=True)
class GetDocuments:
    """GetDocuments."""

    ids: DocumentIds


@dataclass(frozen=True)
class GetFolders:
    """GetFolders."""

    ids: FolderIds


@dataclass(frozen=True)
class GetAssociations:
    """GetAssociations: every association that has one of these ids at an end."""

    uuids: Texts


@dataclass(frozen=True)
class GetDocumentsAndAssociations:
    """GetDocumentsAndAssociations."""

    ids: DocumentIds


@dataclass(frozen=True)
class GetSubmissionSets:
    """GetSubmissionSets: the lots of which these entries or folders are members, and what ties them."""

    uuids: Texts


@dataclass(frozen=True)
class GetSubmissionSetAndContents:
    """GetSubmissionSetAndContents: one lot and its members."""

    ids: LotIds
    filter: ContentFilter = ContentFilter()


@dataclass(frozen=True)
class GetFolderAndContents:
    """GetFolderAndContents: one folder and its documents."""

    ids: FolderIds
    filter: ContentFilter = ContentFilter()


@dataclass(frozen=True)
class GetFoldersForDocument:
    """GetFoldersForDocument: the folders that one document is in."""

    ids: DocumentIds


@dataclass(frozen=True)
class GetRelatedDocuments:
    """GetRelatedDocuments: what relationships of these types tie to one document, itself included."""

    ids: DocumentIds
    relations: frozenset[Relation]
    object_types: Texts = frozenset({STABLE})


Question = (
    FindDocuments
    | FindSubmissionSets
    | FindFolders
    | GetAll
    | GetDocuments
    | GetFolders
    | GetAssociations
    | GetDocumentsAndAssociations
    | GetSubmissionSets
    | GetSubmissionSetAndContents
    | GetFolderAndContents
    | GetFoldersForDocument
    | GetRelatedDocuments
)


@dataclass(frozen=True)
class StoredQuery:
    """An ITI-18 request: the question, whether full objects or only ids are wanted, which versions are shown.

    `all_versions` is `$MetadataLevel` 2 (xds-wire 7.5); `association_statuses`
    is `$XDSAssociationStatus`.
    """

    question: Question
    full_objects: bool = True
    all_versions: bool = False
    association_statuses: frozenset[EntryStatus] = frozenset({EntryStatus.APPROVED})

    @property
    def patient(self) -> PatientId | None:
        """The patient the query names, None for queries by id (xds-wire 8.4-10)."""
        match self.question:
            case FindDocuments(criteria) | FindSubmissionSets(criteria) | FindFolders(criteria) | GetAll(criteria):
                return criteria.patient
            case _:
                return None
