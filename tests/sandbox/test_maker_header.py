"""Headers of the documents made for the sandbox."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from dmp.record.actor import Facility
from dmp.record.codes import Code
from dmp.record.patient import Contact, Guardian, PatientId
from dmp.record.professional import name_parts
from dmp.sandbox.maker import medical_synthesis, vaccination_note
from dmp.sandbox.maker.facts import CIM_10, LEFT_DELTOID
from dmp.sandbox.maker.fiction import FICTION
from maker_builders import AT, KINDS, a_context, a_doctor, a_dose, every_kind, find, parsed

SCHEMA = Path(__file__).parents[3] / "shared/data/cda-schemas/xsd/CDA_extended.xsd"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not SCHEMA.exists():
        pytest.skip("the published CDA schema is not here")
    return etree.XMLSchema(etree.parse(SCHEMA))


def attribute(root: etree._Element, path: str) -> str:
    (found,) = find(root, path)
    return str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_obeys_the_published_schema(kind: str, schema: etree.XMLSchema) -> None:
    schema.assertValid(parsed(every_kind(a_context())[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_version_obeys_the_published_schema(kind: str, schema: etree.XMLSchema) -> None:
    context = a_context(
        id="1.2.250.1.999.1.1.8", series="1.2.250.1.999.1.1.7", version=2, replaces="1.2.250.1.999.1.1.7"
    )
    schema.assertValid(parsed(every_kind(context)[kind]))


def test_an_empty_synthesis_obeys_the_published_schema(schema: etree.XMLSchema) -> None:
    schema.assertValid(parsed(medical_synthesis(a_context())))


def test_every_piece_of_a_dose_obeys_the_published_schema(schema: etree.XMLSchema) -> None:
    reaction = Code("R50.2", CIM_10, "Fièvre due à des médicaments")
    dose = a_dose(site=LEFT_DELTOID, reaction=reaction, comment="Passée seule.", refused=True)
    schema.assertValid(parsed(vaccination_note(a_context(), dose)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_values_give_the_same_octets(kind: str) -> None:
    assert every_kind(a_context())[kind] == every_kind(a_context())[kind]


@pytest.mark.parametrize(
    ("kind", "type_code", "templates"),
    [
        ("letter", "11488-4", ["1.3.6.1.4.1.19376.1.2.20"]),
        ("text", "11488-4", ["1.3.6.1.4.1.19376.1.2.20"]),
        ("biology", "11502-2", ["1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55"]),
        ("synthesis", "60591-5", ["1.2.250.1.213.1.1.1.13"]),
        ("history", "11369-6", ["1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2", "1.2.250.1.213.1.1.1.37"]),
        ("note", "87273-9", ["1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2", "1.2.250.1.213.1.1.1.46"]),
    ],
)
def test_a_document_declares_its_type_and_model(kind: str, type_code: str, templates: list[str]) -> None:
    root = parsed(every_kind(a_context())[kind])
    assert attribute(root, "c:code/@code") == type_code
    assert find(root, "c:templateId/@root") == ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", *templates]


def test_the_header_says_who_and_when() -> None:
    root = parsed(every_kind(a_context())["note"])
    assert attribute(root, "c:effectiveTime/@value") == "20260302103000+0100"
    assert attribute(root, "c:recordTarget/c:patientRole/c:id/@root") == "1.2.250.1.213.1.4.10"
    assert attribute(root, "c:recordTarget/c:patientRole/c:id/@extension") == "279035121518989"
    assert find(root, "c:recordTarget//c:family/@qualifier") == ["BR", "CL"]
    assert attribute(root, "c:recordTarget//c:given[not(@qualifier)]/text()") == "LOUISE MARIE"
    assert attribute(root, "c:recordTarget//c:birthTime/@value") == "19790328"
    assert attribute(root, "c:recordTarget//c:birthplace//c:county/text()") == "51215"
    assert attribute(root, "c:author/c:assignedAuthor/c:id/@extension") == "899900000011"
    assert attribute(root, "c:author/c:assignedAuthor/c:code/@code") == "G15_10/SM26"
    assert attribute(root, "c:legalAuthenticator/c:assignedEntity/c:id/@extension") == "899900000011"
    assert attribute(root, "c:custodian//c:id/@root") == "1.2.250.1.71.4.2.2"
    assert attribute(root, "c:componentOf//c:healthCareFacility/c:code/@code") == "SA07"
    assert attribute(root, "c:documentationOf//c:standardIndustryClassCode/@code") == "AMBULATOIRE"


def test_summer_time_is_written_with_its_offset() -> None:
    root = parsed(every_kind(a_context(at=datetime(2026, 7, 2, 9, 30, tzinfo=UTC)))["text"])
    assert attribute(root, "c:effectiveTime/@value") == "20260702113000+0200"


def test_a_hospital_practises_in_an_establishment() -> None:
    hospital = a_doctor(facility=Facility("1750000002", "Hôpital fictif", "SA01"))
    root = parsed(every_kind(a_context(author=hospital))["text"])
    assert attribute(root, "c:documentationOf//c:standardIndustryClassCode/@code") == "ETABLISSEMENT"


def test_an_id_with_an_extension_and_a_bare_uuid_are_written_as_they_stand() -> None:
    root = parsed(every_kind(a_context(id="1.2.3^DOC 7"))["text"])
    assert attribute(root, "c:id/@root") == "1.2.3"
    assert attribute(root, "c:id/@extension") == "DOC 7"
    uuid = "9B2B7C62-8A70-4A3E-9A51-5B9F6E0D3C11"
    assert find(parsed(every_kind(a_context(id=uuid))["text"]), "c:id/@*") == [uuid]


def test_a_first_version_opens_its_own_series() -> None:
    root = parsed(every_kind(a_context())["text"])
    assert attribute(root, "c:setId/@root") == "1.2.250.1.999.1.1.7"
    assert attribute(root, "c:versionNumber/@value") == "1"
    assert find(root, "c:relatedDocument") == []


def test_a_later_version_names_the_one_it_replaces() -> None:
    context = a_context(id="1.2.3.8", series="1.2.3.7", version=3, replaces="1.2.3.9^old")
    root = parsed(every_kind(context)["text"])
    assert attribute(root, "c:relatedDocument/@typeCode") == "RPLC"
    assert attribute(root, "c:relatedDocument/c:parentDocument/c:id/@root") == "1.2.3.9"
    assert attribute(root, "c:relatedDocument/c:parentDocument/c:id/@extension") == "old"
    assert attribute(root, "c:relatedDocument/c:parentDocument/c:setId/@root") == "1.2.3.7"
    assert attribute(root, "c:relatedDocument/c:parentDocument/c:versionNumber/@value") == "2"
    assert attribute(root, "c:versionNumber/@value") == "3"


def test_a_fact_keeps_its_entry_id_in_the_next_version() -> None:
    first = parsed(every_kind(a_context())["synthesis"])
    second = parsed(every_kind(a_context(id="1.2.3.8", series="1.2.250.1.999.1.1.7", version=2))["synthesis"])
    assert find(first, "//c:entry/*/c:id/@root") == find(second, "//c:entry/*/c:id/@root")


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_entries_of_a_document_share_an_id(kind: str) -> None:
    root = parsed(every_kind(a_context())[kind])
    repeated = "//c:entry//c:id[not(parent::c:assignedEntity or parent::c:assignedAuthor)"
    repeated += " and not(parent::c:representedOrganization or parent::c:participantRole)"
    repeated += " and not(ancestor::c:entryRelationship[@typeCode='RSON'])]/@root"
    ids = find(root, repeated)
    assert len(ids) == len(set(ids))


def test_the_act_begins_when_the_context_says() -> None:
    root = parsed(every_kind(a_context(started=datetime(2026, 3, 2, 8, 0, tzinfo=UTC)))["letter"])
    assert attribute(root, "c:documentationOf//c:effectiveTime/c:low/@value") == "20260302090000+0100"
    assert attribute(root, "c:componentOf//c:effectiveTime/c:low/@value") == "20260302090000+0100"


def test_a_local_number_follows_the_ins() -> None:
    root = parsed(every_kind(a_context(local_id=PatientId("42", "1.2.3.4")))["text"])
    assert find(root, "c:recordTarget/c:patientRole/c:id/@extension") == ["279035121518989", "42"]


def test_a_minor_has_guardians(schema: etree.XMLSchema) -> None:
    mother = Guardian("MTH", "FICTIVE", "Jeanne", Contact(telecoms=(("MC", "tel:0600000001"),)))
    root = parsed(every_kind(a_context(guardians=(mother,)))["text"])
    schema.assertValid(root)
    assert attribute(root, "c:recordTarget//c:guardian/c:code/@code") == "MTH"
    assert attribute(root, "c:recordTarget//c:guardian/c:guardianPerson/c:name/c:family/text()") == "FICTIVE"
    assert attribute(root, "c:recordTarget//c:guardian/c:telecom/@value") == "tel:0600000001"


def test_an_incomplete_birth_date_is_written_as_far_as_it_is_known() -> None:
    context = a_context()
    partial = replace(context, traits=replace(context.traits, birth_date="1979-03"))
    assert attribute(parsed(every_kind(partial)["text"]), "c:recordTarget//c:birthTime/@value") == "197903"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anne MARTIN", ("MARTIN", "Anne")),
        ("DE LA TOUR Jean-Paul", ("DE LA TOUR", "Jean-Paul")),
        ("ANNE MARTIN", ("MARTIN", "ANNE")),
        ("Anne Martin", ("Martin", "Anne")),
        ("MARTIN", ("MARTIN", "")),
    ],
)
def test_capitals_tell_the_family_name(name: str, parts: tuple[str, str]) -> None:
    assert name_parts(name) == parts


@pytest.mark.parametrize("kind", ["biology", "synthesis", "history", "note"])
def test_a_structured_document_says_that_it_is_fictional(kind: str) -> None:
    root = parsed(every_kind(a_context())[kind])
    assert FICTION in ["".join(text.itertext()) for text in find(root, "//c:section/c:text/c:paragraph")]


def test_an_unstructured_document_says_that_it_is_fictional() -> None:
    made = every_kind(a_context())
    (text,) = find(parsed(made["text"]), "//c:nonXMLBody/c:text/text()")
    (pdf,) = find(parsed(made["letter"]), "//c:nonXMLBody/c:text/text()")
    assert b64decode(text).decode().endswith(f"\n\n{FICTION}\n")
    assert "identité fictive, aucune personne réelle".encode() in b64decode(pdf)


@pytest.mark.parametrize("kind", KINDS)
def test_every_pointer_to_the_narrative_finds_its_words(kind: str) -> None:
    root = parsed(every_kind(a_context())[kind])
    anchors = find(root, "//c:section/c:text//@ID")
    pointers = {pointer.removeprefix("#") for pointer in find(root, "//c:reference/@value")}
    assert len(anchors) == len(set(anchors))
    assert pointers <= set(anchors)
    assert bool(pointers) == (kind not in ("letter", "text"))


def test_the_moment_of_the_document_is_that_of_its_author_and_signer() -> None:
    root = parsed(every_kind(a_context(at=AT))["biology"])
    assert find(root, "c:author/c:time/@value | c:legalAuthenticator/c:time/@value") == ["20260302103000+0100"] * 2
