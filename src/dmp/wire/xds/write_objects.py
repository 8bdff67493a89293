"""Write entries, submission sets, folders and associations as ebRIM text (xds-wire 4.1, 6.5).

`registered` adds what only a registry says: status, logical id and version.
There is one writer for what a client sends and for what the registry answers.
"""

from functools import lru_cache

from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, Folder, RegistryObjects, Slots, SubmissionSet
from dmp.wire.xds import schemes
from dmp.wire.xds.ebrim import OBJECT_TYPE
from dmp.wire.xds.ebrim_text import (
    Children,
    attribute,
    authors,
    code,
    codes,
    extra_slot,
    listed_slot,
    mark,
    named,
    optional,
    slot,
)

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
        f"{children.written(authors(schemes.ENTRY_AUTHOR, entry.authors, first=_MANY, step=3))}"
        f"{children.written(_entry_codes(*_coded(entry)))}"
        f"{children.identified(schemes.ENTRY, (entry.patient_cx, entry.unique_id))}"
        "</rim:ExtrinsicObject>"
    )


_Coded = tuple[Code, tuple[Code, ...], tuple[Code, ...], Code, Code, Code, Code]


def _coded(entry: DocumentEntry) -> _Coded:
    return (
        entry.class_code,
        entry.confidentiality + entry.visibility.codes,
        entry.event_codes,
        entry.format_code,
        entry.facility_type,
        entry.practice_setting,
        entry.type_code,
    )


@lru_cache(maxsize=4096)
def _entry_codes(*coded: *_Coded) -> str:
    """The template of the coded attributes of an entry: the same few hundred combinations come all day."""
    kind, confidentiality, events, form, facility, practice, precise = coded
    return (
        code(schemes.CLASS_CODE, kind, number=1)
        + codes(schemes.CONFIDENTIALITY, confidentiality, first=_MANY + 1, step=3)
        + codes(schemes.EVENT_CODE, events, first=_MANY + 2, step=3)
        + code(schemes.FORMAT_CODE, form, number=2)
        + code(schemes.FACILITY_TYPE, facility, number=3)
        + code(schemes.PRACTICE_SETTING, practice, number=4)
        + code(schemes.TYPE_CODE, precise, number=5)
    )


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
        f"{children.written(mark(schemes.LOT_NODE, number=1))}"
        f"{children.written(authors(schemes.LOT_AUTHOR, lot.authors, first=_MANY, step=1))}"
        f"{children.written(code(schemes.CONTENT_TYPE, lot.content_type, number=2))}"
        f"{children.identified(schemes.SUBMISSION_SET, (lot.patient_cx, lot.source_id, lot.unique_id))}"
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
        f"{children.written(mark(schemes.FOLDER_NODE, number=1))}"
        f"{children.written(codes(schemes.FOLDER_CODES, folder.codes, first=_MANY, step=1))}"
        f"{children.identified(schemes.FOLDER, (folder.patient_cx, folder.unique_id))}"
        "</rim:RegistryPackage>"
    )


def association_text(link: Association, *, registered: bool) -> str:
    """Write an Association."""
    logical_id = link.uuid if registered else ""
    status = f' status="{link.status}"' if registered else ""
    version = '<rim:VersionInfo versionName="1"/>' if registered else ""
    reason = Children(link.uuid).written(code(schemes.REASON, link.reason, number=1)) if link.reason else ""
    return (
        f'<rim:Association id="{attribute(link.uuid)}"{optional("lid", logical_id)}{status} {_ASSOCIATION}'
        f' associationType="{link.type}" sourceObject="{attribute(link.source)}"'
        f' targetObject="{attribute(link.target)}">{slot("SubmissionSetStatus", link.membership)}{_extra(link.extra)}'
        f"{version}{reason}</rim:Association>"
    )


def _extra(slots: Slots) -> str:
    return "".join([extra_slot(name, values) for name, values in slots])
