"""Write entries, submission sets and associations as ebRIM (xds-wire 4.1, 6.5)."""

from collections.abc import Iterable

from dmp.record.codes import Code
from dmp.record.entry import Association, Author, DocumentEntry, SubmissionSet
from dmp.wire.xds import ebrim, schemes
from dmp.wire.xds.ebrim import Element, add, add_code, add_identifier, add_slot, add_text


def write_entry(parent: Element, entry: DocumentEntry, *, registered: bool) -> None:
    """Append an ExtrinsicObject.

    `registered` adds what only a registry says: status and version. The
    logical id is written when there is one. The confidentialityCode is the
    plain codes, then the visibility codes.
    """
    attributes = {
        "id": entry.uuid,
        **_optional("lid", entry.logical_id or (entry.uuid if registered else "")),
        **_optional("home", entry.home),
        **_optional("status", entry.status if registered else ""),
        "objectType": entry.object_type,
        "mimeType": entry.mime_type,
        "isOpaque": "false",
    }
    element = add(parent, ebrim.EXTRINSIC_OBJECT, attributes)
    _entry_slots(element, entry)
    _texts(element, entry.title, entry.comments)
    if registered:
        add(element, ebrim.VERSION_INFO, {"versionName": str(entry.version)})
    _authors(element, schemes.ENTRY_AUTHOR, entry.authors)
    _codes(element, schemes.CLASS_CODE, [entry.class_code])
    _codes(element, schemes.CONFIDENTIALITY, entry.confidentiality + entry.visibility.codes)
    _codes(element, schemes.EVENT_CODE, entry.event_codes)
    _codes(element, schemes.FORMAT_CODE, [entry.format_code])
    _codes(element, schemes.FACILITY_TYPE, [entry.facility_type])
    _codes(element, schemes.PRACTICE_SETTING, [entry.practice_setting])
    _codes(element, schemes.TYPE_CODE, [entry.type_code])
    _identifiers(element, schemes.ENTRY, {"patientId": entry.patient_cx, "uniqueId": entry.unique_id})


def _entry_slots(element: Element, entry: DocumentEntry) -> None:
    one = (
        ("creationTime", entry.creation_time),
        ("hash", entry.hash),
        ("languageCode", entry.language),
        ("legalAuthenticator", entry.legal_authenticator),
        ("repositoryUniqueId", entry.repository_unique_id),
        ("serviceStartTime", entry.service_start),
        ("serviceStopTime", entry.service_stop),
        ("size", "" if entry.size is None else str(entry.size)),
        ("sourcePatientId", entry.source_patient_cx),
        ("URI", entry.uri),
        ("documentAvailability", entry.availability),
    )
    for name, value in one:
        if value:
            add_slot(element, name, value)
    add_slot(element, "sourcePatientInfo", *entry.source_patient_info)
    add_slot(element, schemes.REFERENCE_IDS, *entry.reference_ids)
    _extra(element, entry.extra)


def write_submission_set(parent: Element, lot: SubmissionSet, *, registered: bool) -> None:
    """Append a RegistryPackage with its marker inside."""
    attributes = {
        "id": lot.uuid,
        **_optional("lid", lot.uuid if registered else ""),
        **_optional("home", lot.home),
        **_optional("status", lot.status if registered else ""),
        "objectType": f"{ebrim.OBJECT_TYPE}RegistryPackage",
    }
    element = add(parent, ebrim.REGISTRY_PACKAGE, attributes)
    add_slot(element, "submissionTime", lot.submission_time)
    add_slot(element, "intendedRecipient", *lot.intended_recipients)
    _extra(element, lot.extra)
    _texts(element, lot.title, lot.comments)
    if registered:
        add(element, ebrim.VERSION_INFO, {"versionName": "1"})
    _marker(element)
    _authors(element, schemes.LOT_AUTHOR, lot.authors)
    _codes(element, schemes.CONTENT_TYPE, [lot.content_type])
    values = {"patientId": lot.patient_cx, "sourceId": lot.source_id, "uniqueId": lot.unique_id}
    _identifiers(element, schemes.SUBMISSION_SET, values)


def write_association(parent: Element, association: Association, *, registered: bool) -> None:
    """Append an Association."""
    attributes = {
        "id": association.uuid,
        **_optional("lid", association.uuid if registered else ""),
        **_optional("status", association.status if registered else ""),
        "objectType": f"{ebrim.OBJECT_TYPE}Association",
        "associationType": association.type,
        "sourceObject": association.source,
        "targetObject": association.target,
    }
    element = add(parent, ebrim.ASSOCIATION, attributes)
    if association.membership:
        add_slot(element, "SubmissionSetStatus", association.membership)
    _extra(element, association.extra)
    if registered:
        add(element, ebrim.VERSION_INFO, {"versionName": "1"})
    _codes(element, schemes.REASON, [association.reason] if association.reason else [])


def _optional(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def _extra(element: Element, slots: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    for name, values in slots:
        held = add(add(element, ebrim.SLOT, {"name": name}), ebrim.VALUE_LIST)
        for value in values:
            add(held, ebrim.VALUE, text=value)


def _texts(element: Element, title: str, comments: str) -> None:
    if title:
        add_text(element, ebrim.NAME, title)
    if comments:
        add_text(element, ebrim.DESCRIPTION, comments)


def _codes(element: Element, scheme: str, codes: Iterable[Code]) -> None:
    for order, code in enumerate(codes):
        add_code(element, scheme, code, order=order)


def _identifiers(element: Element, kind: schemes.Kind, values: dict[str, str]) -> None:
    for scheme, attribute in kind.identifiers.items():
        add_identifier(element, scheme, name=f"{kind.name}.{attribute}", value=values[attribute])


def _authors(element: Element, scheme: str, authors: Iterable[Author]) -> None:
    for order, author in enumerate(authors):
        classification = _classification(element, f"{scheme}.{order}")
        classification.set("classificationScheme", scheme)
        classification.set("nodeRepresentation", "")
        add_slot(classification, "authorPerson", *([author.person] if author.person else []))
        add_slot(classification, "authorInstitution", *author.institutions)
        add_slot(classification, "authorRole", *author.roles)
        add_slot(classification, "authorSpecialty", *author.specialties)
        add_slot(classification, "authorTelecommunication", *author.telecoms)


def _marker(element: Element) -> None:
    _classification(element, schemes.LOT_NODE).set("classificationNode", schemes.LOT_NODE)


def _classification(element: Element, part: str) -> Element:
    owner = element.get("id", "")
    attributes = {
        "id": ebrim.child_id(owner, part),
        "objectType": f"{ebrim.OBJECT_TYPE}Classification",
        "classifiedObject": owner,
    }
    return add(element, ebrim.CLASSIFICATION, attributes)
