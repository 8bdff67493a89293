import unicodedata
from dataclasses import replace
from hashlib import sha1

import pytest
from cda_data import example, header, name, needs_published, paths

from dmp.record.codes import Code
from dmp.record.entry import Author
from dmp.record.errors import Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.profile import dmp
from dmp.wire.cda.comparison import compare, compare_file
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import read_header
from dmp.wire.cda.metadata import entry_from_header

pytestmark = needs_published

UUID = "urn:uuid:7f0c3a52-7c5b-4a8e-9d53-0d5b1c1f7a10"
REPORT = "BIO-CR-BIO_2024.01_TSH_1"
FILE = b"octets"
SHA1 = sha1(FILE, usedforsecurity=False).hexdigest()


def entry_of(told, **changes):
    entry = entry_from_header(told, uuid=UUID, patient=told.patient.ins[0], size=len(FILE), sha1=SHA1)
    return replace(entry, **changes)


def compared(told, entry, *, tolerant=False):
    return compare(entry, told, size=len(FILE), sha1=SHA1, profile=dmp(tolerant=tolerant))


def attributes(problems):
    return [(problem.context.split()[2], problem.warning) for problem in problems]


@pytest.mark.parametrize("path", paths(), ids=name)
def test_the_metadata_made_from_a_published_header_agree_with_it(path):
    told = header(path)

    assert compared(told, entry_of(told)) == []


def test_the_metadata_of_a_report_in_the_french_form():
    entry = entry_of(header(example(REPORT)))

    assert entry.unique_id == "1.2.250.1.213.1.1.1.55.2024.9.1"
    assert entry.patient_cx == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert entry.source_patient_cx == "1234567890121^^^&1.2.3.4.567.8.9.10&ISO^PI"
    assert entry.source_patient_info == (
        "PID-5|PAT-TROIS^DOMINIQUE^^^^^L",
        "PID-5|PAT-TROIS^DOMINIQUE^^^^^D",
        "PID-7|19790328",
        "PID-8|F",
    )
    assert entry.creation_time == "20210401161000"
    assert (entry.service_start, entry.service_stop) == ("20210104082200", "20210104150500")
    assert entry.class_code.code == "10"
    assert entry.legal_authenticator == "801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert entry.authors == (
        Author(
            person="801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
            institutions=("Laboratoire des charmes^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120459876",),
            specialties=("G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5",),
        ),
    )
    assert entry.reference_ids == ("2014123456789^^^&1.2.250.1.213.1.1.9&ISO^urn:ihe:iti:xds:2013:order",)


def test_a_software_author_and_an_internal_identifier():
    entry = entry_of(header(example("eDISP-MED_2024.01")))

    assert entry.authors[0].person == (
        "578435954900010/1.2.250.1.176.1^Dossier Pharmaceutique^^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI"
    )
    assert entry.legal_authenticator.endswith("^D^^^EI")
    assert entry.reference_ids == ("1.2.250.1.213.1.1.1.39.1.1^^^^urn:ihe:iti:xds:2013:order",)


def test_an_order_under_a_uuid_is_its_value_alone():
    entry = entry_of(header(example("CANCER-FRCP_2021.01_Appareil")))

    assert entry.reference_ids == ("2CE71A5B-FD99-4958-ADE4-CA39E86625ED^^^^urn:ihe:iti:xds:2013:order",)


def test_imaging_reports_give_translations_accessions_and_studies():
    entry = entry_of(header(example("IMG_CR_IMG_2024.01")))

    assert ("ACQH004", "1.2.250.1.215.300.1") in [(code.code, code.system) for code in entry.event_codes]
    assert [code.code for code in entry.event_codes].count("CT") == 1
    assert "105234752^^^&1.2.250.1.925.994044.27&ISO^urn:ihe:iti:xds:2013:accession" in entry.reference_ids
    assert "1.2.250.1.925.994044.27.123.1876360^^^^urn:ihe:iti:xds:2016:studyInstanceUID" in entry.reference_ids


def test_the_patient_who_signs_his_own_history_is_named_by_his_ins():
    entry = entry_of(header(example("VAC_2023.01")))

    assert entry.legal_authenticator.startswith("276059205062865^")
    assert entry.legal_authenticator.endswith("&1.2.250.1.213.1.4.8&ISO^D^^^NH")


def test_a_header_without_what_an_entry_needs_is_refused_with_the_element_named():
    empty = read_header(open_document(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'))

    with pytest.raises(Refused, match="ClinicalDocument/code is missing"):
        entry_from_header(empty, uuid=UUID, patient=PatientId("1", "1.2"))


@pytest.mark.parametrize(
    ("attribute", "changes"),
    [
        ("uniqueId", {"unique_id": "1.2.250.1.213.1.1.1.55.2024.9.2"}),
        ("typeCode", {"type_code": Code("18748-4", "2.16.840.1.113883.6.1")}),
        ("typeCode", {"type_code": Code("11502-2", "1.2.250.1.213.1.1.4.12")}),
        ("formatCode", {"format_code": Code("urn:asip:ci-sis:vsm:2012", "1.2.250.1.213.1.1.4.2.282")}),
        ("formatCode", {"format_code": Code("urn:ihe:lab:xd-lab:2008", "1.2.250.1.213.1.1.4.2.282")}),
        ("creationTime", {"creation_time": "20210401171000"}),
        ("title", {"title": "Autre titre"}),
        ("serviceStartTime", {"service_start": ""}),
        ("serviceStartTime", {"service_start": "20210104082300"}),
        ("hash", {"hash": "0" * 40}),
        ("size", {"size": 7}),
        ("patientId", {"patient_cx": "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"}),
        ("patientId", {"patient_cx": "279035121518989^^^&1.2.250.1.213.1.4.8&ISO^NH"}),
        ("patientId", {"patient_cx": "279035121518989"}),
    ],
)
def test_what_must_equal_the_header_is_refused_when_it_does_not(attribute, changes):
    told = header(example(REPORT))

    problems = compared(told, entry_of(told, **changes))

    assert attributes(problems) == [(attribute, False)]
    assert problems[0].code is XdsCode.REPOSITORY_METADATA_ERROR
    assert "279035121518989" not in problems[0].context


@pytest.mark.parametrize(
    ("attribute", "changes"),
    [
        ("authorPerson", {"authors": ()}),
        ("legalAuthenticator", {"legal_authenticator": "801234567897^AUTRE^Nom^^^^^^&1.2&ISO^D^^^IDNPS"}),
        ("eventCodeList", {"event_codes": ()}),
        ("healthcareFacilityTypeCode", {"facility_type": Code("SA01", "1.2.250.1.71.4.2.4")}),
        ("practiceSettingCode", {"practice_setting": Code("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9")}),
        ("languageCode", {"language": "en-GB"}),
        ("confidentialityCode", {"confidentiality": (Code("R", "2.16.840.1.113883.5.25"),)}),
        ("serviceStopTime", {"service_stop": "20210104150501"}),
        ("mimeType", {"mime_type": "application/xslt+xml"}),
    ],
)
def test_what_may_differ_is_only_told(attribute, changes):
    told = header(example(REPORT))

    problems = compared(told, entry_of(told, **changes))

    assert (attribute, True) in attributes(problems)
    assert all(problem.warning for problem in problems)


def test_labels_case_of_the_hash_white_space_and_normal_form_are_not_differences():
    told = header(example("ANEST-CR-ANEST_2021.01"))
    entry = entry_of(told)
    spaced = unicodedata.normalize("NFD", "  " + entry.title.replace(" ", "\n "))

    told_again = replace(
        entry,
        title=spaced,
        unique_id=entry.unique_id.lower(),
        hash=entry.hash.upper(),
        type_code=replace(entry.type_code, display="autre libellé"),
        event_codes=tuple(replace(code, display="") for code in reversed(entry.event_codes)),
    )

    assert compared(told, told_again) == []


def test_an_identifier_that_is_no_uuid_is_compared_with_its_case():
    told = header(example("eP-MED-DM_PosoStruct_2022.01"))
    entry = entry_of(told)

    assert entry.unique_id == "1.2.250.1.215.500.1.1^01S2TBPZ2JCNZZYGHZ"
    assert attributes(compared(told, replace(entry, unique_id=entry.unique_id.lower()))) == [("uniqueId", False)]


def test_a_tolerant_sandbox_takes_the_number_under_a_test_root():
    told = header(example("AVC-AUNV_2.2"))
    entry = entry_of(told, patient_cx="277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH")

    assert attributes(compared(told, entry)) == [("patientId", False)]
    assert attributes(compared(told, entry, tolerant=True)) == [("patientId", True)]


def test_a_size_and_a_hash_left_out_are_not_compared():
    entry = entry_of(header(example(REPORT)), size=None, hash="")

    assert compare_file(entry, size=3, sha1="0" * 40) == []
