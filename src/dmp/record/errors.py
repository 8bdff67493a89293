"""Every way the record can refuse or fail, named once.

An error carries a stable `code`; each edge translates it in one table (SOAP
fault, XDS errorCode, HTTP status, French sentence). Messages and contexts
never hold an INS, a name or a clinical value of somebody else's record.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class XdsCode(StrEnum):
    """Error codes of the IHE registry and repository (xds-wire 3.2), kept verbatim."""

    MISSING_DOCUMENT = "XDSMissingDocument"
    MISSING_DOCUMENT_METADATA = "XDSMissingDocumentMetadata"
    REPOSITORY_METADATA_ERROR = "XDSRepositoryMetadataError"
    REGISTRY_METADATA_ERROR = "XDSRegistryMetadataError"
    PATIENT_ID_DOES_NOT_MATCH = "XDSPatientIdDoesNotMatch"
    UNKNOWN_PATIENT_ID = "XDSUnknownPatientId"
    DUPLICATE_UNIQUE_ID_IN_REGISTRY = "XDSDuplicateUniqueIdInRegistry"
    REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE = "XDSRepositoryDuplicateUniqueIdInMessage"
    REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE = "XDSRegistryDuplicateUniqueIdInMessage"
    NON_IDENTICAL_HASH = "XDSNonIdenticalHash"
    NON_IDENTICAL_SIZE = "XDSNonIdenticalSize"
    DEPRECATED_DOCUMENT = "XDSRegistryDeprecatedDocumentError"
    EXTRA_METADATA_NOT_SAVED = "XDSExtraMetadataNotSaved"
    INVALID_DOCUMENT_CONTENT = "InvalidDocumentContent"
    UNRESOLVED_REFERENCE = "UnresolvedReferenceException"
    UNKNOWN_STORED_QUERY = "XDSUnknownStoredQuery"
    STORED_QUERY_MISSING_PARAM = "XDSStoredQueryMissingParam"
    STORED_QUERY_PARAM_NUMBER = "XDSStoredQueryParamNumber"
    RESULT_NOT_SINGLE_PATIENT = "XDSResultNotSinglePatient"
    TOO_MANY_RESULTS = "XDSTooManyResults"
    DOCUMENT_UNIQUE_ID_ERROR = "XDSDocumentUniqueIdError"
    UNKNOWN_REPOSITORY_ID = "XDSUnknownRepositoryId"
    METADATA_UPDATE_ERROR = "XDSMetadataUpdateError"
    METADATA_UPDATE_OPERATION_ERROR = "XDSMetadataUpdateOperationError"
    METADATA_VERSION_ERROR = "XDSMetadataVersionError"
    PATIENT_ID_RECONCILIATION_ERROR = "XDSPatientIDReconciliationError"
    UNMODIFIABLE_METADATA = "UnmodifiableMetadataError"
    METADATA_IDENTIFIER_ERROR = "XDSMetadataIdentifierError"
    OBJECT_TYPE_ERROR = "XDSObjectTypeError"
    LOCAL_POLICY_RESTRICTION = "LocalPolicyRestrictionError"
    REFERENCES_EXIST = "ReferencesExistException"
    UNREFERENCED_OBJECT = "XDSUnreferencedObjectException"
    REMOVE_DOCUMENTS_ERROR = "XDSRemoveDocumentsError"
    REGISTRY_BUSY = "XDSRegistryBusy"
    REPOSITORY_BUSY = "XDSRepositoryBusy"
    REGISTRY_ERROR = "XDSRegistryError"
    REPOSITORY_ERROR = "XDSRepositoryError"


class DmpCode(StrEnum):
    """Codes that the French service puts in faults, HL7 V3 details and `status` (DEC-41, xds-wire 9.6)."""

    OK = "DMPOk"
    INVALID_CERTIFICATE = "DMPInvalidCertificate"
    INVALID_VIHF = "DMPInvalidVIHF"
    EXPIRED_VIHF = "DMPExpiredVIHF"
    PATIENT_MISMATCH = "DMPPatientMismatch"
    FOUND = "DMPFound"
    NOT_FOUND = "DMPNotFound"
    CLOSED = "DMPClosed"
    CONSENT_MISSING = "DMPConsentMissing"
    ACCESS_DENIED = "DMPAccessDeniedByRightsService"
    ACCESS_MODE_REFUSED = "DMPAccessModeRefused"
    IDENTITY_FAILURE = "DMPIdentityCertificationFailure"
    ACCOUNT_EXISTS = "DMPPatientAccessAlreadyExists"
    CHANNEL_EXISTS = "DMPPatientAccessOTPAlreadyExists"
    ACCOUNT_NOT_FOUND = "DMPPatientAccessNotFound"
    INVALID_MESSAGE = "DMPInvalidMessage"
    UNAVAILABLE = "DMPUnavailable"
    DUPLICATE_MESSAGE_ID = "DuplicateMessageID"


@dataclass(frozen=True)
class Problem:
    """One line of an error list: what is wrong and where.

    `context` names the object, the attribute and the offending value, at most
    400 characters (xds-wire 3.2); a warning never blocks.
    """

    code: XdsCode
    context: str
    warning: bool = False


class DmpError(Exception):
    """A refusal or failure told so that the caller can act on it."""

    code: ClassVar[str] = "failure"


class InvalidMessage(DmpError):
    """The message cannot be read: packaging, XML, envelope (DEC-117).

    `element` is the header, part or element at fault. `fault` is the SOAP code
    (`Sender`, `VersionMismatch`, `MustUnderstand`), `subcode` an optional
    qualified detail such as `wsa:ActionNotSupported`. `status` is an HTTP
    status when no SOAP body is owed (405, 413, 415), else 0.
    """

    code = "invalid-message"

    def __init__(self, message: str, *, element: str, fault: str = "Sender", subcode: str = "", status: int = 0):
        super().__init__(message)
        self.element = element
        self.fault = fault
        self.subcode = subcode
        self.status = status


class AssertionRefused(DmpError):
    """The VIHF, or the certificate that carries it, was refused (DEC-118).

    `answer` is all the client learns; `reason` is for the trace alone and
    names the check that failed.
    """

    code = "assertion-refused"

    def __init__(self, reason: str, *, answer: DmpCode = DmpCode.INVALID_VIHF):
        super().__init__(reason)
        self.reason = reason
        self.answer = answer


class Refused(DmpError):
    """A submission, query or update that breaks a rule: every problem found, at least one not a warning."""

    code = "refused"

    def __init__(self, *problems: Problem):
        super().__init__("; ".join(f"{problem.code}: {problem.context}" for problem in problems))
        self.problems = problems


class InvalidIdentity(DmpError):
    """An identifier or a trait of a person is not well formed, or is not of a kind that this instance takes."""

    code = "invalid-identity"

    def __init__(self, message: str, *, element: str):
        super().__init__(message)
        self.element = element


class RecordNotFound(DmpError):
    """No record for this person."""

    code = "record-not-found"


class RecordExists(DmpError):
    """The person already has a record, under this identifier or another one (LC-1)."""

    code = "record-exists"


class RecordClosed(DmpError):
    """The record is closed: nothing is read or written (LC-10). `reason` is the closing code."""

    code = "record-closed"

    def __init__(self, message: str, *, reason: str = ""):
        super().__init__(message)
        self.reason = reason


class RecordNotClosed(DmpError):
    """Only a closed record can be reactivated (LC-12)."""

    code = "record-not-closed"


class AccountExists(DmpError):
    """The person already has an account to sign in with (TD1.5a)."""

    code = "account-exists"


class ChannelExists(DmpError):
    """One-time codes already go to this address (TD1.5b)."""

    code = "channel-exists"


class AccountNotFound(DmpError):
    """The person has no account: there is nothing to change, renew or close (TD1.5b, TD1.5d)."""

    code = "account-not-found"


class ConsentMissing(DmpError):
    """Opening or reactivating needs the consent of the person, recorded and true (LC-2, LC-12)."""

    code = "consent-missing"

    def __init__(self, message: str, *, element: str):
        super().__init__(message)
        self.element = element


class IncompleteRequest(DmpError):
    """A record management message lacks or contradicts something; `element` names it, `line` which of several lines."""

    code = "incomplete-request"

    def __init__(self, message: str, *, element: str, line: str = ""):
        super().__init__(message)
        self.element = element
        self.line = line


class DocumentNotFound(DmpError):
    """No such document, or none this caller may know about: same answer."""

    code = "document-not-found"


class AccessRefused(DmpError):
    """The access rules said no and the caller may know it; `rule` names the rule, `next_step` what he can do now."""

    code = "access-refused"

    def __init__(self, message: str, *, rule: str, next_step: str = ""):
        super().__init__(message)
        self.rule = rule
        self.next_step = next_step


class StorageUnavailable(DmpError):
    """The database, the blobs or the keys cannot be used now; nothing was done, try again later."""

    code = "storage-unavailable"
