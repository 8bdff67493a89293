import pytest
from cda_data import document, example, header, needs_published
from cda_mutations import every
from lxml import etree

from dmp.record.codes import Code
from dmp.record.errors import Refused, XdsCode
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.wire.cda.document import open_document
from dmp.wire.cda.formats import MimeType, format_code, mime_type
from dmp.wire.cda.header import BodyKind, read_header
from dmp.wire.cda.parts import Ii
from dmp.wire.cda.patient import iso_date
from dmp.wire.cda.shape import is_birth_date, is_time
from dmp.wire.cda.tree import where

TEST_NIR = "1.2.250.1.213.1.4.10"
EMPTY = '<ClinicalDocument xmlns="urn:hl7-org:v3"/>'
XSL = "http://www.w3.org/1999/XSL/Transform"


@needs_published
def test_a_header_reads_as_it_was_written():
    told = header(example("BIO-CR-BIO_2024.01_TSH_1"))

    assert told.id == Ii("1.2.250.1.213.1.1.1.55.2024.9.1")
    assert told.code == Code("11502-2", "2.16.840.1.113883.6.1", "CR d'examens biologiques")
    assert told.title == "Compte rendu d'examens biologiques"
    assert told.effective_time == "20210401171000+0100"
    assert told.confidentiality == Code("N", "2.16.840.1.113883.5.25", "Normal")
    assert told.language == "fr-FR"
    assert told.set_id == Ii("1.2.250.1.213.1.1.1.55.2024.9")
    assert told.version == "1"
    assert told.orders == (Ii("1.2.250.1.213.1.1.9", "2014123456789"),)
    assert told.facility == Code("SA25", "1.2.250.1.71.4.2.4", "Laboratoire de biologie médicale")
    assert told.practice == Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire")
    assert [act.code.code for act in told.acts if act.code] == ["18719-5", "18727-8", "18718-7"]
    assert told.body is BodyKind.STRUCTURED
    assert not told.self_presentable


@needs_published
def test_the_patient_has_an_ins_a_local_number_and_traits():
    patient = header(example("BIO-CR-BIO_2024.01_TSH_1")).patient

    assert patient.ins == (PatientId("279035121518989", TEST_NIR),)
    assert patient.local == PatientId("1234567890121", "1.2.3.4.567.8.9.10")
    assert patient.traits == IdentityTraits(
        birth_name="PAT-TROIS",
        birth_first_name="DOMINIQUE",
        birth_first_names="DOMINIQUE MARIE-LOUISE",
        birth_date="1979-03-28",
        sex=Sex.FEMALE,
        birth_place="51215",
        used_name="PAT-TROIS",
        used_first_name="DOMINIQUE",
    )


@needs_published
def test_the_number_of_a_relative_is_neither_an_ins_nor_a_local_number():
    patient = header(example("CSE-CS24_2025.01")).patient

    assert [found.root for found in patient.ids] == [TEST_NIR, "1.2.250.1.213.1.4.13"]
    assert patient.ins == (PatientId("221042545611404", TEST_NIR),)
    assert patient.local is None


@needs_published
def test_older_documents_leave_the_first_name_out_of_the_list_and_it_is_put_back():
    assert header(example("AVC-AUNV_2.2")).patient.birth_first_names == "RUTH ISABELLE"


@needs_published
def test_the_people_and_structures_are_read():
    told = header(example("eDISP-MED_2024.01"))
    software, pharmacist = told.authors

    assert software.is_device
    assert (software.software, software.model) == ("Dossier Pharmaceutique", ".")
    assert (pharmacist.family, pharmacist.given) == ("DELIVE", "Pierre")
    assert pharmacist.ids == (Ii("1.2.250.1.71.4.2.1", "807505123456"),)
    assert pharmacist.organization is not None
    assert pharmacist.organization.name == "Pharmacie du village"
    assert told.custodian is not None
    assert told.custodian.ids == (Ii("1.2.250.1.71.4.2.2", "378435954900010"),)


@needs_published
def test_the_replaced_document_is_read():
    replaced = header(example("OPH-BRE_2021.01")).replaced

    assert replaced is not None
    assert replaced.relation == "RPLC"
    assert replaced.ids == (Ii("1.2.250.1.213.1.1.9", "OPH-BRE_2021.01_20210827_00001_2"),)


@needs_published
def test_of_several_main_acts_the_first_one_counts():
    told = header(example("IMG_CR_IMG_2024.01"))

    assert sum(act.is_main for act in told.acts) == 3
    assert told.main_act is told.acts[0]
    assert told.accessions[0] == Ii("1.2.250.1.925.994044785528.27", "105234751")


@needs_published
@pytest.mark.parametrize(
    ("stem", "format_", "mime"),
    [
        ("BIO-CR-BIO_2024.01_TSH_1", "urn:ihe:lab:xd-lab:2008", "text/xml"),
        ("CSE-CS8_2024.01", "urn:asip:ci-sis:cse-cs8:2017", "text/xml"),
        ("VSM_1.4_2022.01", "urn:asip:ci-sis:vsm:2012", "text/xml"),
        ("DOC_NON_STRUCTURE_CDA-R2-N1", "urn:ihe:iti:xds-sd:pdf:2008", "text/xml"),
        ("CR-BIO_2021.01_Auto-Presentable", "urn:ihe:lab:xd-lab:2008", "application/xslt+xml"),
    ],
)
def test_format_and_mime_type_follow_templates_body_and_root(stem, format_, mime):
    told = header(example(stem))

    assert (format_code(told).code, mime_type(told)) == (format_, mime)


def test_a_document_outside_the_models_has_the_format_of_those():
    told = read_header(
        open_document(b'<ClinicalDocument xmlns="urn:hl7-org:v3"><templateId root="1.2"/></ClinicalDocument>')
    )

    assert format_code(told).code == "urn:asipSante:modelesHorsProfils:2011"
    assert mime_type(told) is MimeType.CDA


def test_an_empty_header_reads_as_nothing():
    told = read_header(open_document(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'))

    assert (told.id, told.code, told.title, told.body, told.main_act, told.practice) == (
        None,
        None,
        "",
        None,
        None,
        None,
    )
    assert told.patient.traits is None


@pytest.mark.parametrize(
    "data",
    [
        b"not xml",
        b"<ClinicalDocument",
        b'<!DOCTYPE a><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
        b"<ClinicalDocument/>",
        b'<wrapper><ClinicalDocument xmlns="urn:hl7-org:v3"/></wrapper>',
        f'<xsl:stylesheet xmlns:xsl="{XSL}"/>'.encode(),
        f'<x:stylesheet xmlns:x="{XSL}">{2 * EMPTY}</x:stylesheet>'.encode(),
        b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><ClinicalDocument/></component></ClinicalDocument>',
    ],
)
def test_what_is_not_one_cda_document_is_refused(data):
    with pytest.raises(Refused) as refusal:
        open_document(data)

    assert [problem.code for problem in refusal.value.problems] == [XdsCode.INVALID_DOCUMENT_CONTENT]


def test_the_document_inside_a_stylesheet_is_found():
    data = f'<x:stylesheet xmlns:x="{XSL}"><a><ClinicalDocument xmlns="urn:hl7-org:v3"/></a></x:stylesheet>'

    assert read_header(open_document(data.encode())).self_presentable


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("19790328", "1979-03-28"),
        ("197903", "1979-03"),
        ("1979", "1979"),
        ("19790000", "1979-00-00"),
        ("1979-03-28", ""),
        ("197903281200", ""),
        ("", ""),
    ],
)
def test_a_birth_date_is_kept_partial_and_never_completed(value, iso):
    assert iso_date(value) == iso


@pytest.mark.parametrize("value", ["19790328", "197903", "1979", "19790000", "19790300"])
def test_a_partial_or_lunar_birth_date_is_taken(value):
    assert is_birth_date(value)


@pytest.mark.parametrize("value", ["19790231", "19791301", "19790332", "19790032", "10000101", "", "1979032", "abcd"])
def test_an_impossible_birth_date_is_not(value):
    assert not is_birth_date(value)


@pytest.mark.parametrize("value", ["00010101000000+0100", "99991231235959-0100", "٢٠٢١", "20210101000000+9999"])
def test_times_at_the_edges_of_the_calendar_are_refused_without_failing(value):
    assert not is_time(value)


@needs_published
def test_elements_are_named_by_their_path_and_rank():
    signed = document(example("CANCER-CR-GM_2021.01_AnalyseRealisee"))

    assert where(every(signed, "author/time")[1]) == "author[2]/time"
    assert where(every(signed, "legalAuthenticator/time")[0]) == "legalAuthenticator/time"
    assert where(etree.SubElement(signed, "foreign")) == "foreign"
    signed.remove(signed[-1])


def test_an_element_without_namespace_never_passes_for_one_of_cda():
    told = read_header(
        open_document(
            b'<ClinicalDocument xmlns="urn:hl7-org:v3"><title xmlns="">a</title><title>b</title>'
            b'<id xmlns="urn:x" root="1.2"/></ClinicalDocument>'
        )
    )

    assert told.title == "b"
    assert told.id is None
