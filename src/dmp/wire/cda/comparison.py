"""Comparing metadata with the header of the document they describe (DEC-103, xds-wire 4.8)."""

import unicodedata
from collections.abc import Iterator

from dmp.record import dtm
from dmp.record.codes import keys
from dmp.record.entry import DocumentEntry
from dmp.record.errors import InvalidIdentity, Problem, XdsCode
from dmp.record.hl7text import Cx, Xcn, Xon
from dmp.record.profile import Profile
from dmp.wire.cda import metadata
from dmp.wire.cda.formats import format_code, mime_type
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.patient import other_family
from dmp.wire.cda.shape import UUID


def compare(entry: DocumentEntry, header: CdaHeader, *, size: int, sha1: str, profile: Profile) -> list[Problem]:
    """Compare an entry with the header, the size in octets and the SHA-1 of its document.

    Refused: uniqueId, typeCode, formatCode, patientId, creationTime, title,
    serviceStartTime, hash, size. Only told: authors, legal authenticator, event
    codes, kind of structure, practice setting, language, confidentiality, end
    of the act, mimeType. Labels are never compared. A tolerant sandbox only
    tells an INS whose root is of the other family (DEC-120).
    """
    return [
        *(_problem(entry, name, place) for name, place in _refused(entry, header)),
        *compare_file(entry, size=size, sha1=sha1),
        *_patient(entry, header, profile),
        *(_problem(entry, name, place, warning=True) for name, place in _told(entry, header)),
    ]


def compare_file(entry: DocumentEntry, *, size: int, sha1: str) -> list[Problem]:
    """Compare the size and the hash of any document; one that the source left out is computed (xds-wire 2.5)."""
    problems: list[Problem] = []
    if entry.hash and entry.hash.lower() != sha1.lower():
        problems.append(_problem(entry, "hash", "its octets"))
    if entry.size is not None and entry.size != size:
        problems.append(_problem(entry, "size", "its octets"))
    return problems


def _refused(entry: DocumentEntry, header: CdaHeader) -> Iterator[tuple[str, str]]:
    act = header.main_act
    if header.id is None or _same_case(entry.unique_id) != _same_case(header.id.unique_id):
        yield "uniqueId", "id"
    if header.code is None or not entry.type_code.same(header.code):
        yield "typeCode", "code"
    if not entry.format_code.same(format_code(header)):
        yield "formatCode", "templateId or component/nonXMLBody/text/@mediaType"
    if not _same_time(entry.creation_time, header.effective_time):
        yield "creationTime", "effectiveTime"
    if _folded(entry.title) != _folded(metadata.title(header)):
        yield "title", "title"
    if not _same_time(entry.service_start, act.start if act else ""):
        yield "serviceStartTime", "documentationOf/serviceEvent/effectiveTime/low"


def _patient(entry: DocumentEntry, header: CdaHeader, profile: Profile) -> Iterator[Problem]:
    place = "recordTarget/patientRole/id"
    try:
        wanted = Cx.parse(entry.patient_cx).patient
    except InvalidIdentity:
        yield _problem(entry, "patientId", place)
        return
    if wanted not in header.patient.ins:
        cousin = any(other_family(wanted, ins) for ins in header.patient.ins)
        yield _problem(entry, "patientId", place, warning=cousin and profile.tolerant)


def _told(entry: DocumentEntry, header: CdaHeader) -> Iterator[tuple[str, str]]:
    act = header.main_act
    made = [metadata.author(who) for who in header.authors]
    signer = header.legal_authenticator
    confidentiality = header.confidentiality
    if [_name(found.person) for found in entry.authors] != [_name(found.person) for found in made]:
        yield "authorPerson", "author/assignedAuthor"
    if _structures(entry) != {_structure(text) for found in made for text in found.institutions}:
        yield "authorInstitution", "author/assignedAuthor/representedOrganization"
    if _name(entry.legal_authenticator) != _name(metadata.person(signer).text if signer else ""):
        yield "legalAuthenticator", "legalAuthenticator/assignedEntity"
    if keys(entry.event_codes) != keys(metadata.event_codes(header)):
        yield "eventCodeList", "documentationOf/serviceEvent/code"
    if header.facility is None or not entry.facility_type.same(header.facility):
        yield "healthcareFacilityTypeCode", "componentOf/encompassingEncounter/location/healthCareFacility/code"
    if header.practice is None or not entry.practice_setting.same(header.practice):
        yield "practiceSettingCode", "documentationOf/serviceEvent/performer//standardIndustryClassCode"
    if entry.language.casefold() != header.language.casefold():
        yield "languageCode", "languageCode"
    if confidentiality is None or not any(confidentiality.same(code) for code in entry.confidentiality):
        yield "confidentialityCode", "confidentialityCode"
    if entry.service_stop and not _same_time(entry.service_stop, act.stop if act else ""):
        yield "serviceStopTime", "documentationOf/serviceEvent/effectiveTime/high"
    if entry.mime_type != mime_type(header):
        yield "mimeType", "the root element"


def _problem(entry: DocumentEntry, attribute: str, place: str, *, warning: bool = False) -> Problem:
    """Name both ends; never their values, which may tell who or what."""
    context = f"DocumentEntry {entry.uuid}: {attribute} differs from the document, see {place}"
    return Problem(XdsCode.REPOSITORY_METADATA_ERROR, context, warning=warning)


def _same_case(unique_id: str) -> str:
    """A UUID is compared without case, anything else as it stands (DEC-105)."""
    return unique_id.lower() if UUID.fullmatch(unique_id) else unique_id


def _same_time(written: str, in_header: str) -> bool:
    """Compare a DTM with an HL7 time: the instants they start at."""
    expected = metadata.time(in_header)
    return dtm.padded(written) == dtm.padded(expected) if written and expected else written == expected


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _name(xcn: str) -> tuple[str, str, str]:
    """What makes a person in an XCN: number, family, given."""
    found = Xcn.parse(xcn)
    return found.id, _folded(found.family).casefold(), _folded(found.given).casefold()


def _structures(entry: DocumentEntry) -> set[str]:
    return {_structure(text) for author in entry.authors for text in author.institutions}


def _structure(xon: str) -> str:
    """What makes a structure in an XON: its number, or its name when it has none."""
    found = Xon.parse(xon)
    return found.id or _folded(found.name).casefold()
