import pytest
from lxml import etree

from dmp.record.entry import EntryStatus, Folder, RegistryObjects, Relation
from dmp.record.errors import Refused, XdsCode
from dmp.record.profile import dmp, ihe
from dmp.wire.xds import iti18, iti41
from dmp.wire.xds.schemes import FOLDER_CODES, FOLDER_NODE, LIMITED_METADATA_NODES, LOT_NODE
from xds_builders import (
    AT,
    ENTRY_UUID,
    SCHEMAS,
    a_folder,
    a_lot,
    a_member,
    a_placement,
    a_submission,
    an_entry,
    inline,
    reparsed,
    schema,
)

NS = {"rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"}
REGISTERED = ENTRY_UUID
FOLDER = "//rim:RegistryPackage[@id='Folder01']"


def a_request(*folders: Folder, links=(), entries=None):
    """A lot of one document and these folders, each held by the lot."""
    held = tuple(a_member(folder.uuid, membership="") for folder in folders)
    submission = a_submission(*(entries or ()), links=(*held, *links), folders=folders)
    return reparsed(iti41.write_request(submission, cids={uuid: uuid for uuid in submission.documents}))


def read(request, profile=None):
    return iti41.read(request, resolve=inline, profile=profile or dmp(), at=AT)


def problems(request, profile=None) -> list[str]:
    with pytest.raises(Refused) as refusal:
        read(request, profile)
    return [f"{problem.code.removeprefix('XDS')}: {problem.context}" for problem in refusal.value.problems]


def said(*links, folders=(), profile=None) -> list[str]:
    found = problems(a_request(*folders, links=links), profile)
    return [line.removeprefix("RepositoryMetadataError: ") for line in found]


def the(request, path):
    (found,) = request.xpath(path, namespaces=NS)
    return found


def test_a_folder_is_read_as_it_was_written():
    folder = a_folder(comments="Depuis 2026", extra=(("couleur", ("bleu",)),), last_update="20200101")
    assert read(a_request(folder)).folders == (folder,)


def test_the_marker_may_stand_beside_the_folder():
    request = a_request(a_folder())
    package = the(request, FOLDER)
    marker = the(request, f"{FOLDER}/rim:Classification[@classificationNode]")
    marker.set("classifiedObject", "Folder01")
    package.getparent().insert(0, marker)
    assert read(request).folders == (a_folder(),)


def test_a_package_is_a_set_or_a_folder_and_not_both():
    request = a_request(a_folder())
    etree.SubElement(the(request, FOLDER), f"{{{NS['rim']}}}Classification", classificationNode=LOT_NODE)
    marks = " ".join(sorted((LOT_NODE, FOLDER_NODE)))
    expected = f"Folder01 RegistryPackage: not marked as a submission set or as a folder, {marks}"
    assert f"RepositoryMetadataError: {expected}" in problems(request)


def test_limited_metadata_is_refused_beside_a_folder_too():
    request = a_request(a_folder())
    listed = the(request, "//rim:RegistryObjectList")
    for node in sorted(LIMITED_METADATA_NODES):
        marker = {"classifiedObject": "Folder01", "classificationNode": node}
        etree.SubElement(listed, f"{{{NS['rim']}}}Classification", marker)
    assert problems(request) == ["RepositoryMetadataError: Folder01 limitedMetadata: not accepted"]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (a_folder(unique_id="1.2.x"), "uniqueId: not an OID, 1.2.x"),
        (a_folder(codes=()), "codeList: missing"),
        (a_folder(title=" "), "title: missing"),
        (a_folder(last_update="20261301"), "lastUpdateTime: not a time YYYY[MM[DD[hh[mm[ss]]]]], 20261301"),
        (a_folder(home="1.2"), "homeCommunityId: not urn:oid: and an OID, 1.2"),
    ],
)
def test_what_a_folder_lacks_or_spoils_is_told(folder, expected):
    assert problems(a_request(folder)) == [f"RepositoryMetadataError: Folder01 {expected}"]


def test_a_folder_has_an_id_and_a_patient_of_its_own():
    request = a_request(a_folder())
    for identifier in request.xpath(f"{FOLDER}/rim:ExternalIdentifier", namespaces=NS):
        identifier.getparent().remove(identifier)
    head = "RepositoryMetadataError: Folder01"
    assert problems(request) == [f"{head} uniqueId: missing", f"{head} patientId: missing"]


def test_an_identifier_of_a_folder_is_checked_by_the_profile():
    request = a_request(a_folder(patient_cx="1^^^&1.2.3&ISO^NH^^2026"))
    for identifier in request.xpath("//rim:ExternalIdentifier[contains(@value, '279035121518989')]", namespaces=NS):
        identifier.set("value", "1^^^&1.2.3&ISO")
    assert problems(request, ihe())[0].startswith("RepositoryMetadataError: Folder01 patientId: not an identifier")


def test_the_folders_of_a_lot_are_of_its_patient():
    other = a_folder(patient_cx="279035121518000^^^&1.2.250.1.213.1.4.10&ISO^NH")
    assert problems(a_request(other)) == [
        "PatientIdDoesNotMatch: Folder01 patientId: not the patient of the submission set"
    ]


def test_a_folder_has_a_uniqueid_that_nothing_else_of_the_message_has():
    twin = a_folder(uuid="Folder02")
    told = "Folder02 uniqueId: used twice in this message, 1.2.250.1.999.6.1"
    assert problems(a_request(a_folder(), twin)) == [f"RepositoryDuplicateUniqueIdInMessage: {told}"]


def test_a_folder_is_a_member_of_its_lot_once():
    submission = a_submission(folders=(a_folder(),))
    request = reparsed(iti41.write_request(submission, cids={"Document01": "x"}))
    assert problems(request) == [
        "RepositoryMetadataError: Folder01 HasMember: must be a member of the submission set, once"
    ]


@pytest.mark.parametrize(
    "links",
    [
        (a_placement(),),
        (a_placement(), a_member("FD-Document01", membership="")),
        (a_placement(REGISTERED), a_member("FD-Document01", membership="")),
        (a_placement(document=REGISTERED),),
        (a_placement(REGISTERED, REGISTERED[:-1] + "2"), a_member(f"FD-{REGISTERED[:-1]}2"[:40], membership="")),
    ],
    ids=["new", "held by the lot", "in a registered folder", "a registered document", "both registered"],
)
def test_documents_are_put_in_folders(links):
    submission = read(a_request(a_folder(), links=links))
    assert submission.associations[-len(links) :] == links


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (a_placement("Folder99"), "sourceObject: neither the submission set nor a folder, Folder99"),
        (a_placement("Document01"), "sourceObject: neither the submission set nor a folder, Document01"),
        (a_placement(document="Folder01"), "targetObject: not a document that can be put in a folder, Folder01"),
        (a_placement(document="Document99"), "targetObject: not a document that can be put in a folder, Document99"),
        (a_placement(document="SubmissionSet01"), "targetObject: not a document that can be put in a folder"),
    ],
)
def test_only_documents_are_put_and_only_in_folders(link, expected):
    assert said(link, folders=(a_folder(),))[0].startswith(f"{link.uuid} {expected}")


def test_a_folder_is_no_end_of_a_relationship():
    link = a_placement("Document01", "Folder01", uuid="link-1", type=Relation.APPENDS)
    expected = "link-1 targetObject: neither in this message nor the UUID of a registered object, Folder01"
    assert said(link, folders=(a_folder(),)) == [expected]


@pytest.mark.parametrize("relation", [Relation.UPDATES_STATUS, Relation.SUBMITS_ASSOCIATION])
def test_an_operation_of_an_update_is_a_metadata_error_in_a_submission(relation):
    link = a_placement("SubmissionSet01", REGISTERED, uuid="link-1", type=relation)
    told = f"link-1 associationType: not accepted in a submission, {relation}"
    assert problems(a_request(links=(link,))) == [f"{XdsCode.REGISTRY_METADATA_ERROR.removeprefix('XDS')}: {told}"]


def test_a_client_reads_a_registered_folder():
    folder = a_folder(
        uuid=REGISTERED, logical_id=REGISTERED, version=3, status=EntryStatus.DEPRECATED, last_update="20261122093000"
    )
    response = reparsed(iti18.write_response(RegistryObjects(folders=(folder,)), full_objects=True))
    assert iti18.read_response(response, at=AT).objects.folders == (folder,)


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
@pytest.mark.parametrize("full_objects", [True, False])
def test_an_answer_with_folders_follows_the_schema(full_objects):
    folder, lot = a_folder(uuid=REGISTERED, comments="x"), a_lot(uuid=REGISTERED[:-1] + "2")
    placed = a_placement(folder.uuid, REGISTERED[:-1] + "3", uuid=REGISTERED[:-1] + "4")
    found = RegistryObjects((), (lot,), (placed,), (folder,))
    response = reparsed(iti18.write_response(found, full_objects=full_objects, counted=True))
    schema("query.xsd").assertValid(response)
    assert response.get("totalResultCount") == "3"


def test_the_codes_of_a_folder_keep_their_ids_when_one_is_added():
    def children(folder: Folder) -> set[tuple[str, str]]:
        response = reparsed(iti18.write_response(RegistryObjects(folders=(folder,)), full_objects=True))
        return {(c.get("id"), c.get("nodeRepresentation")) for c in response.iter("{*}Classification")}

    one = a_folder(uuid=REGISTERED)
    two = a_folder(uuid=REGISTERED, codes=(*one.codes, *an_entry().confidentiality))
    assert children(one) < children(two)
    assert FOLDER_CODES in iti18.write_response(RegistryObjects(folders=(two,)), full_objects=True).decode()
