"""Read a DocumentEntry from its ExtrinsicObject and check it (xds-wire 4.2)."""

from dmp.record.codes import Code
from dmp.record.entry import ON_DEMAND, STABLE, Author, DocumentEntry, EntryStatus
from dmp.record.visibility import plain, read_visibility
from dmp.wire.xds import ebrim, french, syntax
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.parcel import Parcel, open_object
from dmp.wire.xds.rules import Rules, Stage
from dmp.wire.xds.schemes import ENTRY, ENTRY_SLOTS, REFERENCE_IDS

AVAILABILITIES = frozenset(
    {"urn:ihe:iti:2010:DocumentAvailability:Online", "urn:ihe:iti:2010:DocumentAvailability:Offline"}
)


def read_entry(element: Element, rules: Rules, findings: Findings) -> DocumentEntry:
    """Read one entry; whatever is wrong goes to `findings`, and the value is then only good for further checks."""
    parcel = open_object(element, ENTRY, findings)
    codes = tuple(parcel.codes.get("confidentialityCode", ()))
    entry = DocumentEntry(
        uuid=parcel.id,
        unique_id=parcel.identifier("uniqueId"),
        patient_cx=parcel.identifier("patientId"),
        mime_type=element.get("mimeType", ""),
        class_code=parcel.code("classCode"),
        type_code=parcel.code("typeCode"),
        format_code=parcel.code("formatCode"),
        facility_type=parcel.code("healthcareFacilityTypeCode"),
        practice_setting=parcel.code("practiceSettingCode"),
        creation_time=parcel.slot("creationTime", required=True),
        language=parcel.slot("languageCode", required=True),
        source_patient_cx=parcel.slot("sourcePatientId", required=True),
        confidentiality=plain(codes),
        authors=tuple(parcel.authors),
        title=parcel.title,
        comments=parcel.comments,
        event_codes=tuple(parcel.codes.get("eventCodeList", ())),
        legal_authenticator=parcel.slot("legalAuthenticator"),
        service_start=parcel.slot("serviceStartTime"),
        service_stop=parcel.slot("serviceStopTime"),
        source_patient_info=parcel.listed("sourcePatientInfo"),
        reference_ids=parcel.listed(REFERENCE_IDS),
        hash=parcel.slot("hash").lower(),
        size=_size(parcel),
        repository_unique_id=parcel.slot("repositoryUniqueId"),
        uri=parcel.slot("URI"),
        availability=parcel.slot("documentAvailability"),
        object_type=element.get("objectType", "").lower(),
        home=element.get("home", ""),
        extra=parcel.unknown(ENTRY_SLOTS),
        visibility=read_visibility(codes, rules.at),
        logical_id=read_logical_id(element, rules, parcel.owner),
        version=read_version(parcel, rules),
        status=read_status(element, rules, parcel.owner),
    )
    for node in parcel.nodes:
        parcel.owner.add("classificationNode", "not expected on a document entry", value=node)
    _check(entry, codes, rules, parcel.owner)
    return entry


def read_status(element: Element, rules: Rules, owner: Owner) -> EntryStatus:
    """The status a registry gives; one that a source supplies is ignored (xds-wire 4.2)."""
    if rules.stage is not Stage.REGISTERED:
        return EntryStatus.APPROVED
    text = element.get("status", "")
    try:
        return EntryStatus(text)
    except ValueError:
        owner.add("availabilityStatus", "missing or unknown", value=text)
        return EntryStatus.APPROVED


def read_logical_id(element: Element, rules: Rules, owner: Owner) -> str:
    """The logical id: that of the target of an update, which must be registered; a source has none to give."""
    if rules.stage is Stage.SUBMITTED:
        return ""
    logical_id = ebrim.normal_id(element.get("lid", ""))
    registered = ebrim.is_uuid_urn(logical_id) and syntax.is_uuid(logical_id[9:])
    if rules.stage is Stage.UPDATED and not registered:
        owner.add("lid", "not the UUID of a registered entry", value=logical_id)
    return logical_id


def read_version(parcel: Parcel, rules: Rules) -> int:
    """The version a registry gives; what a source says of it is ignored."""
    if rules.stage is not Stage.REGISTERED or not parcel.version:
        return 1
    if not syntax.is_version(parcel.version):
        parcel.owner.add("version", "not a positive integer", value=parcel.version)
        return 1
    return int(parcel.version)


def _size(parcel: Parcel) -> int | None:
    text = parcel.slot("size")
    if text and not syntax.is_size(text):
        parcel.owner.add("size", "not a count of octets", value=text)
        return None
    return int(text) if text else None


def _check(entry: DocumentEntry, codes: tuple[Code, ...], rules: Rules, owner: Owner) -> None:
    _check_kind(entry, owner)
    _check_identifiers(entry, rules, owner)
    _check_times(entry, owner)
    _check_people(entry, owner)
    if not codes:
        owner.add("confidentialityCode", "missing")
    if entry.hash and not syntax.is_hash(entry.hash):
        owner.add("hash", "not 40 hexadecimal digits", value=entry.hash)
    if entry.availability and entry.availability not in AVAILABILITIES:
        owner.add("documentAvailability", "unknown", value=entry.availability)
    if rules.french:
        french.check_entry(entry, codes, owner)


def _check_kind(entry: DocumentEntry, owner: Owner) -> None:
    if entry.object_type == ON_DEMAND:
        owner.add("objectType", "on-demand documents are not accepted", value=entry.object_type)
    elif entry.object_type != STABLE:
        owner.add("objectType", "not the stable document entry", value=entry.object_type)
    if not syntax.is_mime_type(entry.mime_type):
        owner.add("mimeType", "missing or not a media type", value=entry.mime_type)
    if entry.language and not syntax.is_language(entry.language):
        owner.add("languageCode", "not a language tag", value=entry.language)


def _check_identifiers(entry: DocumentEntry, rules: Rules, owner: Owner) -> None:
    if entry.unique_id and not syntax.is_unique_id(entry.unique_id):
        owner.add("uniqueId", "not an OID, OID^extension or UUID", value=entry.unique_id)
    if entry.patient_cx and not rules.is_cx(entry.patient_cx):
        owner.add("patientId", "not an identifier of the form id^^^&oid&ISO")
    if entry.source_patient_cx and not rules.is_cx(entry.source_patient_cx):
        owner.add("sourcePatientId", "not an identifier of the form id^^^&oid&ISO")
    if not all(map(syntax.is_reference, entry.reference_ids)):
        owner.add("referenceIdList", "not identifiers of the form id^^^&oid&ISO^type")
    if entry.home and not syntax.is_home(entry.home):
        owner.add("homeCommunityId", "not urn:oid: and an OID", value=entry.home)


def _check_times(entry: DocumentEntry, owner: Owner) -> None:
    times = (
        ("creationTime", entry.creation_time),
        ("serviceStartTime", entry.service_start),
        ("serviceStopTime", entry.service_stop),
    )
    for attribute, value in times:
        if value and not syntax.is_time(value):
            owner.add(attribute, "not a time YYYY[MM[DD[hh[mm[ss]]]]]", value=value)
    if entry.service_start and entry.service_stop and syntax.is_after(entry.service_start, entry.service_stop):
        owner.add("serviceStopTime", "before serviceStartTime", value=entry.service_stop)


def _check_people(entry: DocumentEntry, owner: Owner) -> None:
    check_authors(entry.authors, owner)
    if entry.legal_authenticator and not syntax.is_xcn(entry.legal_authenticator):
        owner.add("legalAuthenticator", "neither id nor name")
    if not all(map(syntax.is_pid_line, entry.source_patient_info)):
        owner.add("sourcePatientInfo", "not lines PID-n|value of an accepted field")


def check_authors(authors: tuple[Author, ...], owner: Owner) -> None:
    """Check the texts of the authors of an entry or a lot (xds-wire 4.5)."""
    for author in authors:
        if author.person and not syntax.is_xcn(author.person):
            owner.add("authorPerson", "neither id nor name")
        if not all(map(syntax.is_xon, author.institutions)):
            owner.add("authorInstitution", "neither name nor id")
