"""The schemes of XDS metadata: which Classification or ExternalIdentifier means what (xds-wire 4.2 to 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENTRY_AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
CLASS_CODE = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
EVENT_CODE = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
FORMAT_CODE = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
FACILITY_TYPE = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
PRACTICE_SETTING = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
TYPE_CODE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
ENTRY_PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
ENTRY_UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

LOT_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
CONTENT_TYPE = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
LOT_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
LOT_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
LOT_UNIQUE_ID = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

FOLDER_CODES = "urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5"
FOLDER_PATIENT = "urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a"
FOLDER_UNIQUE_ID = "urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a"

REASON = "urn:uuid:abd807a3-4432-4053-87b4-fd82c643d1f3"

LOT_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
FOLDER_NODE = "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"
LIMITED_METADATA_NODES = frozenset(
    {
        "urn:uuid:ab9b591b-83ab-4d03-8f5d-f93b1fb92e85",
        "urn:uuid:5003a9db-8d8d-49e6-bf0c-990e34ac7707",
        "urn:uuid:2c144a76-29a9-4b7c-af54-b25409fe7d03",
    }
)
"""Marks of limited metadata on an entry, a submission set, a folder: never in XDS.b."""


@dataclass(frozen=True)
class Kind:
    """What one kind of object may carry: scheme to attribute name; `author` is the scheme of its authors."""

    name: str
    codes: Mapping[str, str]
    author: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)


ENTRY = Kind(
    "XDSDocumentEntry",
    codes={
        CLASS_CODE: "classCode",
        CONFIDENTIALITY: "confidentialityCode",
        EVENT_CODE: "eventCodeList",
        FORMAT_CODE: "formatCode",
        FACILITY_TYPE: "healthcareFacilityTypeCode",
        PRACTICE_SETTING: "practiceSettingCode",
        TYPE_CODE: "typeCode",
    },
    author=ENTRY_AUTHOR,
    identifiers={ENTRY_PATIENT: "patientId", ENTRY_UNIQUE_ID: "uniqueId"},
)
SUBMISSION_SET = Kind(
    "XDSSubmissionSet",
    codes={CONTENT_TYPE: "contentTypeCode"},
    author=LOT_AUTHOR,
    identifiers={LOT_PATIENT: "patientId", LOT_SOURCE: "sourceId", LOT_UNIQUE_ID: "uniqueId"},
)
FOLDER = Kind(
    "XDSFolder",
    codes={FOLDER_CODES: "codeList"},
    identifiers={FOLDER_PATIENT: "patientId", FOLDER_UNIQUE_ID: "uniqueId"},
)
ASSOCIATION_KIND = Kind("Association", codes={REASON: "reason"})
KINDS = {kind.name: kind for kind in (ENTRY, SUBMISSION_SET, FOLDER, ASSOCIATION_KIND)}

REFERENCE_IDS = "urn:ihe:iti:xds:2013:referenceIdList"
ENTRY_SLOTS = frozenset(
    {
        "creationTime",
        "hash",
        "languageCode",
        "legalAuthenticator",
        "repositoryUniqueId",
        "serviceStartTime",
        "serviceStopTime",
        "size",
        "sourcePatientId",
        "sourcePatientInfo",
        "URI",
        "documentAvailability",
        REFERENCE_IDS,
    }
)
LOT_SLOTS = frozenset({"submissionTime", "intendedRecipient"})
FOLDER_SLOTS = frozenset({"lastUpdateTime"})
AUTHOR_SLOTS = ("authorPerson", "authorInstitution", "authorRole", "authorSpecialty", "authorTelecommunication")
