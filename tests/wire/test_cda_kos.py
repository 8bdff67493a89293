import struct
from dataclasses import replace

import pytest
from cda_data import PUBLISHED_KOS

from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry
from dmp.record.errors import Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.wire.dicom_kos import EXPLICIT, KOS_CLASS, KOS_FORMAT, check_kos, is_dicom, read_kos

NOTHING = Code("", "")
ENTRY = DocumentEntry(
    uuid="urn:uuid:7f0c3a52-7c5b-4a8e-9d53-0d5b1c1f7a10",
    unique_id="1.2.3.1",
    patient_cx="248039263001064^^^&1.2.250.1.213.1.4.10&ISO^NH",
    mime_type="application/dicom",
    class_code=NOTHING,
    type_code=NOTHING,
    format_code=KOS_FORMAT,
    facility_type=NOTHING,
    practice_setting=NOTHING,
    creation_time="2022",
    language="fr-FR",
    source_patient_cx="",
    confidentiality=(),
)
UNDEFINED = 0xFFFFFFFF


def explicit(group: int, number: int, form: bytes, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    size = struct.pack("<HI", 0, len(value)) if form in {b"SQ", b"OB"} else struct.pack("<H", len(value))
    return struct.pack("<HH", group, number) + form + size + value


def item(value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(value) if length is None else length) + value


def undefined_sequence(group: int, number: int, value: bytes) -> bytes:
    inside = item(value + struct.pack("<HHI", 0xFFFE, 0xE00D, 0), UNDEFINED)
    head = struct.pack("<HH", group, number) + b"SQ" + struct.pack("<HI", 0, UNDEFINED)
    return head + inside + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def a_kos(*, sop_class: str = KOS_CLASS, syntax: str = EXPLICIT, root: str = "1.2.250.1.213.1.4.10", more: bytes = b""):
    meta = explicit(2, 2, b"UI", sop_class.encode()) + explicit(2, 0x10, b"UI", syntax.encode())
    body = (
        explicit(8, 0x16, b"UI", sop_class.encode())
        + explicit(8, 0x18, b"UI", b"1.2.3.1")
        + undefined_sequence(8, 0x1115, explicit(8, 0x18, b"UI", b"9.9.9"))
        + explicit(0x10, 0x20, b"LO", b"248039263001064")
        + undefined_sequence(0x10, 0x24, explicit(0x40, 0x32, b"LO", root.encode()))
        + explicit(0x20, 0x0D, b"UI", b"1.2.3")
    )
    return b"\0" * 128 + b"DICM" + meta + body + more


@pytest.mark.skipif(not PUBLISHED_KOS.is_file(), reason="the published KOS is not here")
def test_a_published_kos_in_implicit_form_is_read():
    kos = read_kos(PUBLISHED_KOS.read_bytes())

    assert kos.instance_uid == "1.2.276.0.7230010.3.1.4.1332562220.14700.1670582576.438"
    assert kos.study_uid == "2.16.840.1.113669.632.20.1211.10000231621"
    assert kos.patient == PatientId("248039263001064", "1.2.250.1.213.1.4.10")
    assert kos.content_date == "20221209"


def test_a_kos_in_explicit_form_is_read_and_its_sequences_stepped_over():
    kos = read_kos(a_kos())

    assert (kos.instance_uid, kos.study_uid) == ("1.2.3.1", "1.2.3")
    assert kos.patient == PatientId("248039263001064", "1.2.250.1.213.1.4.10")


def test_a_kos_that_agrees_with_its_entry_passes():
    assert check_kos(a_kos(), ENTRY) == []


@pytest.mark.parametrize(
    ("attribute", "changes"),
    [
        ("uniqueId", {"unique_id": "1.2.3.2"}),
        ("formatCode", {"format_code": Code(KOS_CLASS, "1.2.3")}),
        ("patientId", {"patient_cx": "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"}),
        ("patientId", {"patient_cx": "248039263001064^^^&1.2.250.1.213.1.4.8&ISO^NH"}),
        ("patientId", {"patient_cx": "248039263001064"}),
    ],
)
def test_a_kos_that_is_not_what_its_entry_says_is_refused(attribute, changes):
    (problem,) = check_kos(a_kos(), replace(ENTRY, **changes))

    assert problem.code is XdsCode.REPOSITORY_METADATA_ERROR
    assert f" {attribute}: " in problem.context
    assert not problem.warning
    assert "248039263001064" not in problem.context


def test_a_tolerant_sandbox_takes_the_number_under_a_root_of_the_other_family():
    (problem,) = check_kos(a_kos(root="1.2.250.1.213.1.4.8"), ENTRY, tolerant=True)

    assert problem.warning


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.4",
        b"\0" * 128 + b"DICM",
        a_kos(sop_class="1.2.840.10008.5.1.4.1.1.2"),
        a_kos(syntax="1.2.840.10008.1.2.1.99"),
        a_kos(more=explicit(0x7FE0, 0x10, b"OB", b"\0\0")),
        a_kos()[:-4],
        a_kos(more=b"\x10"),
        a_kos(more=undefined_sequence(0x40, 0xA730, b"")[:-8]),
        a_kos(more=(struct.pack("<HH", 0x40, 0xA730) + b"SQ" + struct.pack("<HI", 0, UNDEFINED)) * 40),
    ],
)
def test_what_is_no_whole_key_object_selection_is_refused(data):
    with pytest.raises(Refused):
        read_kos(data)

    assert [problem.code for problem in check_kos(data, ENTRY)] == [XdsCode.INVALID_DOCUMENT_CONTENT]


def test_a_kos_larger_than_a_list_of_images_is_refused():
    (problem,) = check_kos(a_kos(more=b"\0" * 2**20), ENTRY)

    assert " size: " in problem.context


def test_a_cut_anywhere_is_refused_and_never_fails_otherwise():
    whole = a_kos()

    for end in range(132, len(whole) - 1):
        with pytest.raises(Refused):
            read_kos(whole[:end])


def test_dicom_is_told_by_its_prefix():
    assert is_dicom(a_kos())
    assert not is_dicom(b"DICM")
