from dataclasses import replace

import pytest
from lxml import etree

from dmp.record.entry import Association, EntryStatus, Relation
from dmp.record.errors import InvalidMessage, Refused
from dmp.record.profile import Profile, dmp, ihe
from dmp.record.submission import MetadataUpdate, SubmitAssociation, UpdateEntry, UpdateFolder, UpdateStatus
from dmp.record.visibility import Visibility
from dmp.wire.xds import iti57, iti57_request
from xds_builders import AT, ENTRY_UUID, SCHEMAS, a_folder, a_lot, a_registered_entry, reparsed, schema

OTHER = ENTRY_UUID[:-1] + "9"
needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
NEW_VERSION = a_registered_entry(uuid="Document01")
UPDATE = UpdateEntry(NEW_VERSION, 1)
ARCHIVE = UpdateStatus(OTHER, EntryStatus.APPROVED, EntryStatus.ARCHIVED)


def a_request(*operations):
    return reparsed(iti57.write_request(MetadataUpdate(a_lot(), operations)))


def read(request, profile: Profile | None = None) -> MetadataUpdate:
    return iti57.read(request, profile=profile or dmp(), at=AT)


def refused(request, profile: Profile | None = None) -> list[str]:
    with pytest.raises(Refused) as refusal:
        read(request, profile)
    return [f"{p.code.removeprefix('XDSMetadataUpdate')} {p.context}" for p in refusal.value.problems]


def the(request, name: str):
    (element,) = request.iter(f"{{*}}{name}")
    return element


def slot_of(request, name: str):
    (element,) = request.xpath(f"//*[local-name()='Association']/*[@name='{name}']")
    return element


def test_several_operations_are_read_in_order():
    assert read(a_request(ARCHIVE, UPDATE)) == MetadataUpdate(a_lot(), (ARCHIVE, UPDATE))


def test_the_logical_id_names_the_target_and_status_and_version_are_ignored():
    request = a_request(UPDATE)
    entry = the(request, "ExtrinsicObject")
    entry.set("lid", ENTRY_UUID.upper().replace("URN", "urn"))
    entry.set("status", "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated")
    assert read(request).operations == (UPDATE,)


def test_children_may_name_the_logical_id_and_the_source_may_be_symbolic():
    request = a_request(UPDATE)
    for child in the(request, "ExtrinsicObject").iter("{*}Classification", "{*}ExternalIdentifier"):
        child.set("classifiedObject", ENTRY_UUID)
        child.set("id", "same")
    the(request, "Association").set("sourceObject", "lot")
    the(request, "Association").set("targetObject", ENTRY_UUID)
    assert read(request).operations == (UPDATE,)


def test_the_status_of_an_entry_may_change_in_the_message_that_updates_it():
    change = replace(ARCHIVE, target="Document01")
    assert read(a_request(UPDATE, change)).operations == (UPDATE, change)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PreviousVersion", "0", "PreviousVersion: not a positive integer, 0"),
        ("PreviousVersion", "one", "PreviousVersion: not a positive integer, one"),
        ("PreviousVersion", "", "PreviousVersion: exactly one value is needed"),
        ("SubmissionSetStatus", "Reference", "SubmissionSetStatus: not Original, Reference"),
    ],
)
def test_an_update_of_an_entry_that_cannot_be_decoded_is_refused(name, value, said):
    request = a_request(UPDATE)
    slot_of(request, name)[0][0].text = value
    assert refused(request) == [f"OperationError operation-1 {said}"]


def test_an_entry_without_operation_is_refused():
    request = a_request(UPDATE)
    the(request, "Association").getparent().remove(the(request, "Association"))
    assert refused(request) == [
        "OperationError Document01 HasMember: no operation updates this entry",
        "OperationError SubmissionSet01 Association: no operation in this message",
    ]


def test_a_member_that_is_no_entry_of_the_message_is_refused():
    request = a_request(UPDATE)
    the(request, "Association").set("targetObject", OTHER)
    assert f"OperationError operation-1 targetObject: not a document entry of this message, {OTHER}" in refused(request)


@pytest.mark.parametrize("lid", ["", "Document01", "urn:uuid:half"])
def test_an_update_names_the_logical_id_of_a_registered_entry(lid):
    request = a_request(UPDATE)
    the(request, "ExtrinsicObject").set("lid", lid)
    assert refused(request)[0].startswith("Error Document01 lid: not the UUID of a registered entry")


def test_the_new_version_may_not_take_the_logical_id():
    request = a_request(UpdateEntry(a_registered_entry(), 1))
    assert refused(request) == [f"Error operation-1 lid: also the id of the new version, {ENTRY_UUID}"]


def test_two_updates_of_one_document_are_refused():
    again = UpdateEntry(replace(NEW_VERSION, uuid="Document02", unique_id="1.2.9"), 2)
    assert refused(a_request(UPDATE, again)) == [f"Error {ENTRY_UUID} lid: two operations for one object"]
    assert refused(a_request(ARCHIVE, ARCHIVE)) == [f"Error {OTHER} lid: two operations for one object"]


def test_incomplete_metadata_are_an_update_error():
    request = a_request(UpdateEntry(replace(NEW_VERSION, title="", language=""), 1))
    assert refused(request) == ["Error Document01 languageCode: missing", "Error Document01 title: missing"]


def test_the_patient_of_an_update_is_that_of_its_submission_set():
    other = replace(NEW_VERSION, patient_cx="299999999999999^^^&1.2.250.1.213.1.4.10&ISO^NH")
    (said,) = refused(a_request(UpdateEntry(other, 1)))
    assert said == "XDSPatientIDReconciliationError Document01 patientId: not the patient of the submission set"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OriginalStatus", "Approved", "OriginalStatus: unknown status, Approved"),
        ("NewStatus", "", "NewStatus: exactly one value is needed"),
        ("NewStatus", EntryStatus.APPROVED, f"NewStatus: the same as OriginalStatus, {EntryStatus.APPROVED}"),
    ],
)
def test_a_change_of_status_that_cannot_be_decoded_is_refused(name, value, said):
    request = a_request(ARCHIVE)
    slot_of(request, name)[0][0].text = value
    assert refused(request) == [f"OperationError operation-1 {said}"]


def test_a_change_of_status_needs_both_statuses_and_no_version():
    request = a_request(ARCHIVE)
    slot_of(request, "OriginalStatus").set("name", "PreviousVersion")
    assert refused(request) == [
        "OperationError operation-1 OriginalStatus: exactly one value is needed",
        "OperationError operation-1 PreviousVersion: not used by this operation",
    ]


def test_a_submission_set_has_no_status_to_change():
    assert refused(a_request(replace(ARCHIVE, target="SubmissionSet01"))) == [
        "Error operation-1 targetObject: a submission set has no status to change, SubmissionSet01"
    ]
    assert refused(a_request(replace(ARCHIVE, target="Document09"))) == [
        "OperationError operation-1 targetObject: not the UUID of a registered object, Document09"
    ]


def test_an_operation_starts_from_the_submission_set():
    request = a_request(ARCHIVE)
    the(request, "Association").set("sourceObject", OTHER)
    assert refused(request) == [f"OperationError operation-1 sourceObject: not the submission set, {OTHER}"]


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        ("urn:ihe:iti:2007:AssociationType:RPLC", "OperationError operation-1 associationType: not an operation"),
        (
            "urn:ihe:iti:2010:AssociationType:SubmitAssociation",
            "OperationError operation-1 associationType: not an operation",
        ),
        ("urn:invented", "XDSRegistryMetadataError operation-1 associationType: unknown, urn:invented"),
    ],
)
def test_other_associations_are_refused(relation, said):
    request = a_request(ARCHIVE)
    the(request, "Association").set("associationType", relation)
    assert refused(request)[0].startswith(said)


def test_an_update_has_one_submission_set():
    request = a_request(ARCHIVE)
    the(request, "RegistryPackage").getparent().remove(the(request, "RegistryPackage"))
    assert refused(request) == ["Error RegistryObjectList SubmissionSet: exactly one is needed, found, 0"]


def test_another_body_is_an_invalid_message():
    with pytest.raises(InvalidMessage):
        read(etree.fromstring("<x/>"))


def test_the_sender_of_an_update_is_named_only_for_the_dmp():
    request = reparsed(iti57.write_request(MetadataUpdate(a_lot(authors=(), patient_cx="1^^^&1.2&ISO"), (ARCHIVE,))))
    assert read(request, ihe()).operations == (ARCHIVE,)
    assert refused(request, dmp()) == ["Error SubmissionSet01 author: missing"]


HIDDEN = Visibility(masked=False, hidden_from_patient_since=AT, hidden_from_guardians=True)
REGISTERED = a_registered_entry(visibility=HIDDEN, version=4)


@needs_schemas
@pytest.mark.parametrize(
    ("action", "visibility"),
    [
        (iti57_request.mask, Visibility(masked=True, hidden_from_patient_since=AT, hidden_from_guardians=True)),
        (iti57_request.unmask, HIDDEN),
        (iti57_request.show_to_patient, Visibility(hidden_from_guardians=True)),
        (iti57_request.show_to_guardians, Visibility(hidden_from_patient_since=AT)),
    ],
)
def test_a_client_changes_who_sees_a_document_and_nothing_else(action, visibility):
    request = reparsed(iti57.write_request(action(a_lot(), REGISTERED)))
    schema("lcm.xsd").assertValid(request)
    changed = replace(REGISTERED, uuid="Document01", visibility=visibility, version=1)
    assert read(request).operations == (UpdateEntry(changed, 4),)


@needs_schemas
@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        (iti57_request.delete, EntryStatus.ARCHIVED, EntryStatus.DELETED),
        (iti57_request.archive, EntryStatus.APPROVED, EntryStatus.ARCHIVED),
        (iti57_request.unarchive, EntryStatus.ARCHIVED, EntryStatus.APPROVED),
    ],
)
def test_a_client_changes_the_status_of_a_document(action, before, after):
    request = reparsed(iti57.write_request(action(a_lot(), replace(REGISTERED, status=before))))
    schema("lcm.xsd").assertValid(request)
    assert read(request).operations == (UpdateStatus(ENTRY_UUID, before, after),)


# -- what plain IHE alone knows

PLAIN_CX = "1^^^&1.2&ISO"
FOLDER = a_folder(logical_id=ENTRY_UUID, title="Grossesse", patient_cx=PLAIN_CX)
PUT = SubmitAssociation(Association("Association01", Relation.HAS_MEMBER, OTHER, ENTRY_UUID))
RELATE = SubmitAssociation(Association("Association02", Relation.APPENDS, "Document01", OTHER))
FOLLOWED = UpdateEntry(replace(NEW_VERSION, patient_cx=PLAIN_CX, source_patient_cx=PLAIN_CX), 1)
STAYING = replace(FOLLOWED, propagate=False)


def a_plain_request(*operations):
    return reparsed(iti57.write_request(MetadataUpdate(a_lot(patient_cx=PLAIN_CX), operations)))


@pytest.mark.parametrize(
    "operation",
    [UpdateFolder(FOLDER, 3), UpdateFolder(FOLDER, 1, propagate=False), STAYING, PUT],
    ids=["folder", "folder alone", "entry alone", "placement"],
)
def test_plain_ihe_reads_what_a_client_writes(operation):
    assert read(a_plain_request(operation), ihe()).operations == (operation,)


def test_a_new_version_and_its_new_link_come_together_when_nothing_is_carried_over():
    assert read(a_plain_request(STAYING, RELATE), ihe()).operations == (STAYING, RELATE)
    (said,) = refused(a_plain_request(FOLLOWED, RELATE), ihe())
    assert said.startswith("OperationError Association02 AssociationPropagation")


@pytest.mark.parametrize("operation", [UpdateFolder(FOLDER, 1), PUT], ids=["folder", "placement"])
def test_the_french_profile_does_not_know_them(operation):
    assert any(said.startswith("OperationError") for said in refused(a_plain_request(operation), dmp()))


def test_propagation_is_yes_or_no():
    request = a_plain_request(STAYING)
    slot_of(request, "AssociationPropagation")[0][0].text = "perhaps"
    (said,) = refused(request, ihe())
    assert said == "OperationError operation-1 AssociationPropagation: neither yes nor no, perhaps"


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        (replace(FOLDER, logical_id=""), "Error operation-1 lid: not the UUID of a registered folder"),
        (
            replace(FOLDER, logical_id="Folder01"),
            "Error operation-1 lid: not the UUID of a registered folder, Folder01",
        ),
        (replace(FOLDER, uuid=ENTRY_UUID), "Error operation-1 lid: also the id of the new version"),
    ],
)
def test_a_folder_is_named_by_its_logical_id(folder, told):
    assert any(said.startswith(told) for said in refused(a_plain_request(UpdateFolder(folder, 1)), ihe()))


@pytest.mark.parametrize(
    ("link", "told"),
    [
        (Association("a", Relation.REPLACES, OTHER, ENTRY_UUID), "Error a associationType: a replacement comes with"),
        (Association("a", Relation.SNAPSHOT, OTHER, ENTRY_UUID), "OperationError a associationType: not a link"),
        (Association("a", Relation.APPENDS, OTHER, "Document09"), "Error a targetObject: neither in this message"),
        (Association("a", Relation.APPENDS, OTHER, OTHER), "Error a targetObject: also the source"),
    ],
)
def test_a_link_that_cannot_be_added_is_refused(link, told):
    assert any(said.startswith(told) for said in refused(a_plain_request(SubmitAssociation(link)), ihe()))


def test_a_submit_association_without_its_association_is_refused():
    request = a_plain_request(PUT)
    listed = the(request, "RegistryObjectList")
    listed.remove(listed.xpath("*[@id='Association01']")[0])
    (said,) = refused(request, ihe())
    assert said == "OperationError operation-1 targetObject: not an association of this message, Association01"


def test_a_folder_without_operation_is_refused():
    request = a_plain_request(UpdateFolder(FOLDER, 1), ARCHIVE)
    listed = the(request, "RegistryObjectList")
    listed.remove(listed.xpath("*[@id='operation-1']")[0])
    assert "OperationError Folder01 HasMember: no operation updates this folder" in refused(request, ihe())
