"""ITI-42: metadata whose documents another repository keeps."""

from dataclasses import replace

import pytest

from dmp.record.errors import InvalidMessage, Refused, XdsCode
from dmp.record.profile import ihe
from dmp.record.submission import Submission
from dmp.wire.xds import iti41, iti42
from xds_builders import AT, SCHEMAS, a_folder, a_lot, a_member, a_placement, a_submission, an_entry, reparsed, schema

PLAIN_CX = "1^^^&1.2&ISO"
KEPT_ELSEWHERE = an_entry(
    patient_cx=PLAIN_CX, source_patient_cx=PLAIN_CX, hash="a" * 40, size=12, repository_unique_id="1.2.3"
)


def of_somebody(*entries, **changes) -> Submission:
    return a_submission(*entries, submission_set=a_lot(patient_cx=PLAIN_CX), **changes)


def read(submission: Submission) -> Submission:
    """What a registry reads of a lot of this patient."""
    return iti42.read(reparsed(iti42.write_request(submission)), profile=ihe(), at=AT)


def refused(submission: Submission) -> list[str]:
    with pytest.raises(Refused) as refusal:
        read(submission)
    assert {problem.code for problem in refusal.value.problems} == {XdsCode.REGISTRY_METADATA_ERROR}
    return [problem.context for problem in refusal.value.problems]


def test_a_lot_comes_back_without_documents():
    submission = replace(of_somebody(KEPT_ELSEWHERE), documents={})
    assert read(submission) == submission


def test_folders_come_along():
    links = (
        a_member("Folder01", uuid="m", membership=""),
        a_placement(uuid="in"),
        a_member("in", uuid="n", membership=""),
    )
    submission = replace(
        of_somebody(KEPT_ELSEWHERE, links=links), documents={}, folders=(a_folder(patient_cx=PLAIN_CX),)
    )
    assert [folder.uuid for folder in read(submission).folders] == ["Folder01"]


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [({"hash": ""}, "hash"), ({"size": None}, "size"), ({"repository_unique_id": ""}, "repositoryUniqueId")],
)
def test_hash_size_and_repository_are_required(changes, attribute):
    (said,) = refused(of_somebody(replace(KEPT_ELSEWHERE, **changes)))
    assert said == f"Document01 {attribute}: missing: the repository tells it"


def test_a_unique_id_that_stands_twice_has_the_code_of_the_registry():
    twice = (KEPT_ELSEWHERE, replace(KEPT_ELSEWHERE, uuid="Document02"))
    with pytest.raises(Refused) as refusal:
        read(of_somebody(*twice))
    assert XdsCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE in {problem.code for problem in refusal.value.problems}


def test_another_body_is_no_such_request():
    with pytest.raises(InvalidMessage):
        iti42.read(iti41.write_request(of_somebody(KEPT_ELSEWHERE), cids={"Document01": "x"}), profile=ihe(), at=AT)


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not here")
def test_what_a_repository_sends_satisfies_the_schema():
    schema("lcm.xsd").assertValid(reparsed(iti42.write_request(of_somebody(KEPT_ELSEWHERE))))
