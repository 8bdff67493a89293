"""From an error of the house to a registry error list: one table for every write (DEC-41)."""

from lxml import etree

from dmp.record.errors import (
    AccessRefused,
    DmpCode,
    DmpError,
    DocumentNotFound,
    InvalidIdentity,
    Problem,
    RecordClosed,
    RecordNotFound,
    Refused,
    StorageUnavailable,
    XdsCode,
)
from dmp.record.profile import Profile
from dmp.wire.xds.responses import ResponseStatus, registry_response

Element = etree._Element


def write_problems(error: DmpError, *, profile: Profile, busy: XdsCode) -> Element:
    """The failure answer of a write.

    Raises:
        DmpError: the error itself, when it is a matter for a fault.
    """
    return registry_response(ResponseStatus.FAILURE, problems_of(error, profile=profile, busy=busy))


def problems_of(error: DmpError, *, profile: Profile, busy: XdsCode) -> tuple[Problem, ...]:
    """The problems that an error means to the sender; hidden things are told like unknown ones (DEC-10)."""
    if isinstance(error, Refused):
        return error.problems
    code, text = _told(error, profile, busy)
    return (Problem(code, text),)


def _told(error: DmpError, profile: Profile, busy: XdsCode) -> tuple[XdsCode, str]:
    match error:
        case DocumentNotFound():
            told = XdsCode.UNRESOLVED_REFERENCE, f"{error}: no such object in this record"
        case RecordNotFound():
            told = XdsCode.UNKNOWN_PATIENT_ID, "patientId: no record for this patient"
        case RecordClosed():
            text = f"{DmpCode.CLOSED}: the record is closed ({error.reason})" if profile.french else "patientId"
            told = XdsCode.UNKNOWN_PATIENT_ID, text
        case AccessRefused():
            told = XdsCode.LOCAL_POLICY_RESTRICTION, f"{DmpCode.ACCESS_DENIED}: {error}"
        case InvalidIdentity():
            told = XdsCode.REPOSITORY_METADATA_ERROR, f"{error.element}: {error}"
        case StorageUnavailable():
            told = busy, "the service cannot answer now, try again later"
        case _:
            raise error
    return told
