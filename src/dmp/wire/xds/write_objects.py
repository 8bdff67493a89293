"""Write entries, submission sets, folders and associations as ebRIM text (xds-wire 4.1, 6.5).

`registered` adds what only a registry says: status, logical id and version.
There is one writer for what a client sends and for what the registry answers.
"""

from collections.abc import Iterable

from dmp.record.entry import Association, DocumentEntry, Folder, RegistryObjects, Slots, SubmissionSet
from dmp.wire.xds import schemes
from dmp.wire.xds.ebrim import OBJECT_TYPE
from dmp.wire.xds.ebrim_text import Children, attribute, extra_slot, listed_slot, named, optional, slot

_PACKAGE = f'objectType="{OBJECT_TYPE}RegistryPackage"'
_ASSOCIATION = f'objectType="{OBJECT_TYPE}Association"'

_MANY = 16
"""Below: the numbers of the attributes of one value. From here on, those of many values take turns."""


def objects_text(objects: RegistryObjects, *, registered: bool) -> str:
    """Write all of them: submission sets, folders, entries, associations.

    Raises:
        ValueError: a value holds a character that XML cannot hold.
    """
    return "".join(
        [
            *[submission_set_text(lot, registered=registered) for lot in objects.submission_sets],
            *[folder_text(folder, registered=registered) for folder in objects.folders],
            *[entry_text(entry, registered=registered) for entry in objects.entries],
            *[association_text(association, registered=registered) for association in objects.associations],
        ]
    )


def entry_text(entry: DocumentEntry, *, registered: bool) -> str:
    """Write an ExtrinsicObject; its confidentialityCode is the plain codes, then the visibility codes."""
    children = Children(entry.uuid)
    status = f' status="{entry.status}"' if registered else ""
    version = f'<rim:VersionInfo versionName="{entry.version}"/>' if registered else ""
    logical_id = entry.logical_id or (entry.uuid if registered else "")
    return (
        f'<rim:ExtrinsicObject id="{attribute(entry.uuid)}"{optional("lid", logical_id)}{optional("home", entry.home)}'
        f'{status} objectType="{attribute(entry.object_type)}" mimeType="{attribute(entry.mime_type)}"'
        f' isOpaque="false">{_entry_slots(entry)}'
        f"{named('Name', entry.title)}{named('Description', entry.comments)}{version}"
        f"{children.authors(schemes.ENTRY_AUTHOR, entry.authors, first=_MANY, step=3)}"
        f"{children.code(schemes.CLASS_CODE, entry.class_code, number=1)}"
        f"{_confidentiality(entry, children)}"
        f"{children.codes(schemes.EVENT_CODE, entry.event_codes, first=_MANY + 2, step=3)}"
        f"{children.code(schemes.FORMAT_CODE, entry.format_code, number=2)}"
        f"{children.code(schemes.FACILITY_TYPE, entry.facility_type, number=3)}"
        f"{children.code(schemes.PRACTICE_SETTING, entry.practice_setting, number=4)}"
        f"{children.code(schemes.TYPE_CODE, entry.type_code, number=5)}"
        f"{_identifiers(children, schemes.ENTRY, (entry.patient_cx, entry.unique_id))}"
        "</rim:ExtrinsicObject>"
    )


def _confidentiality(entry: DocumentEntry, children: Children) -> str:
    codes = entry.confidentiality + entry.visibility.codes
    return children.codes(schemes.CONFIDENTIALITY, codes, first=_MANY + 1, step=3)


def _entry_slots(entry: DocumentEntry) -> str:
    return (
        slot("creationTime", entry.creation_time)
        + slot("hash", entry.hash)
        + slot("languageCode", entry.language)
        + slot("legalAuthenticator", entry.legal_authenticator)
        + slot("repositoryUniqueId", entry.repository_unique_id)
        + slot("serviceStartTime", entry.service_start)
        + slot("serviceStopTime", entry.service_stop)
        + slot("size", "" if entry.size is None else str(entry.size))
        + slot("sourcePatientId", entry.source_patient_cx)
        + slot("URI", entry.uri)
        + slot("documentAvailability", entry.availability)
        + listed_slot("sourcePatientInfo", entry.source_patient_info)
        + listed_slot(schemes.REFERENCE_IDS, entry.reference_ids)
        + _extra(entry.extra)
    )


def submission_set_text(lot: SubmissionSet, *, registered: bool) -> str:
    """Write a RegistryPackage with its marker inside."""
    children = Children(lot.uuid)
    logical_id = lot.uuid if registered else ""
    status = f' status="{lot.status}"' if registered else ""
    version = '<rim:VersionInfo versionName="1"/>' if registered else ""
    return (
        f'<rim:RegistryPackage id="{attribute(lot.uuid)}"{optional("lid", logical_id)}{optional("home", lot.home)}'
        f"{status} {_PACKAGE}>{slot('submissionTime', lot.submission_time)}"
        f"{listed_slot('intendedRecipient', lot.intended_recipients)}{_extra(lot.extra)}"
        f"{named('Name', lot.title)}{named('Description', lot.comments)}{version}"
        f"{children.mark(schemes.LOT_NODE, number=1)}"
        f"{children.authors(schemes.LOT_AUTHOR, lot.authors, first=_MANY, step=1)}"
        f"{children.code(schemes.CONTENT_TYPE, lot.content_type, number=2)}"
        f"{_identifiers(children, schemes.SUBMISSION_SET, (lot.patient_cx, lot.source_id, lot.unique_id))}"
        "</rim:RegistryPackage>"
    )


def folder_text(folder: Folder, *, registered: bool) -> str:
    """Write a RegistryPackage with its marker inside (xds-wire 4.4)."""
    children = Children(folder.uuid)
    logical_id = folder.logical_id or (folder.uuid if registered else "")
    status = f' status="{folder.status}"' if registered else ""
    version = f'<rim:VersionInfo versionName="{folder.version}"/>' if registered else ""
    return (
        f'<rim:RegistryPackage id="{attribute(folder.uuid)}"{optional("lid", logical_id)}'
        f"{optional('home', folder.home)}{status} {_PACKAGE}>"
        f"{slot('lastUpdateTime', folder.last_update)}{_extra(folder.extra)}"
        f"{named('Name', folder.title)}{named('Description', folder.comments)}{version}"
        f"{children.mark(schemes.FOLDER_NODE, number=1)}"
        f"{children.codes(schemes.FOLDER_CODES, folder.codes, first=_MANY, step=1)}"
        f"{_identifiers(children, schemes.FOLDER, (folder.patient_cx, folder.unique_id))}"
        "</rim:RegistryPackage>"
    )


def association_text(link: Association, *, registered: bool) -> str:
    """Write an Association."""
    logical_id = link.uuid if registered else ""
    status = f' status="{link.status}"' if registered else ""
    version = '<rim:VersionInfo versionName="1"/>' if registered else ""
    reason = Children(link.uuid).code(schemes.REASON, link.reason, number=1) if link.reason else ""
    return (
        f'<rim:Association id="{attribute(link.uuid)}"{optional("lid", logical_id)}{status} {_ASSOCIATION}'
        f' associationType="{link.type}" sourceObject="{attribute(link.source)}"'
        f' targetObject="{attribute(link.target)}">{slot("SubmissionSetStatus", link.membership)}{_extra(link.extra)}'
        f"{version}{reason}</rim:Association>"
    )


def _extra(slots: Slots) -> str:
    return "".join([extra_slot(name, values) for name, values in slots])


def _identifiers(children: Children, kind: schemes.Kind, values: Iterable[str]) -> str:
    """The identifiers of an object, in the order of its kind."""
    known = enumerate(zip(kind.identifiers.items(), values, strict=True), start=10)
    return "".join(
        [
            children.identifier(scheme, value, name=f"{kind.name}.{name}", number=n)
            for n, ((scheme, name), value) in known
        ]
    )
