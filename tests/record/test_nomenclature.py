"""The French tables, and the metadata of the published documents against them."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from dmp.record import profile
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, SubmissionSet
from dmp.record.errors import Problem, XdsCode
from dmp.record.nomenclature import (
    FALLBACK_FORMAT,
    Nomenclature,
    ValueSet,
    check_codes,
    check_set_codes,
    class_of,
    format_of,
    value_set,
)

LOINC = "2.16.840.1.113883.6.1"
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "cda"
CDA = {"c": "urn:hl7-org:v3"}

LETTER = DocumentEntry(
    "urn:uuid:7c6a3a5e-0000-4000-8000-000000000001",
    "1.2.3",
    "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
    "text/xml",
    Code("10", "1.2.250.1.213.1.1.4.1"),
    Code("11490-0", LOINC),
    Code("urn:asip:ci-sis:ldl-ses:2017", "1.2.250.1.213.1.1.4.2.282"),
    Code("SA01", "1.2.250.1.71.4.2.4"),
    Code("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9"),
    "20260105",
    "fr-FR",
    "1^^^&1.2&ISO^PI",
    (Code("N", "2.16.840.1.113883.5.25"),),
)
SIGNATURE = replace(
    LETTER,
    class_code=Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN"),
    type_code=Code("E1762", "ASTM"),
    format_code=Code("http://www.w3.org/2000/09/xmldsig#", "URN"),
    language="art",
)
LOT = SubmissionSet("urn:uuid:1", "1.2.4", "x", "1.2.5", "20260105", Code("04", "1.2.250.1.213.2.2"))


def contexts(problems: list[Problem]) -> list[str]:
    return [problem.context.removeprefix(LETTER.uuid + " ") for problem in problems]


@pytest.mark.parametrize("name", list(Nomenclature))
def test_every_table_tells_its_source_its_date_and_the_evidence_of_each_row(name: Nomenclature):
    table = value_set(name)
    assert table.name
    assert table.source
    assert table.version
    assert table.concepts
    for (code, system), concept in table.concepts.items():
        assert (concept.code.code, concept.code.system) == (code, system)
        assert code == code.strip() != ""
        assert system == system.strip() != ""
        assert concept.evidence
        assert concept.code.display or "label not given" in concept.evidence


@pytest.mark.parametrize(
    ("name", "count"),
    [
        (Nomenclature.PROFESSIONS, 33),
        (Nomenclature.FACILITY_TYPES, 69),
        (Nomenclature.PRACTICE_SETTINGS, 12),
        (Nomenclature.DOCUMENT_CLASSES, 12),
        (Nomenclature.DOCUMENT_TYPES, 115),
        (Nomenclature.FORMATS, 67),
        (Nomenclature.CONFIDENTIALITY, 7),
    ],
)
def test_tables_have_all_their_rows(name: Nomenclature, count: int):
    assert len(value_set(name).concepts) == count


def test_a_label_is_found_with_or_without_its_system():
    professions = value_set(Nomenclature.PROFESSIONS)
    assert professions.label("10") == "Médecin"
    assert professions.label("10", "1.2.250.1.71.1.2.8") == "Médecin en formation"
    assert professions.label("00") == professions.label("10", "1.2.3") == ""
    assert value_set(Nomenclature.FACILITY_TYPES).label("SA33") == "Pharmacie d'officine"


def test_a_table_cannot_be_changed():
    with pytest.raises(TypeError):
        value_set(Nomenclature.FORMATS).concepts["x", "y"] = None  # type: ignore[index]


def test_the_class_follows_from_the_type():
    assert class_of(Code("11490-0", LOINC)) == Code("10", "1.2.250.1.213.1.1.4.1", "Compte rendu")
    assert class_of(Code("REMB", "1.2.250.1.213.1.1.4.12")) == Code(
        "60", "1.2.250.1.213.1.1.4.1", "Données de remboursement"
    )
    assert class_of(Code("E1762", "ASTM")) == Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN", "Digital Signature")
    assert class_of(Code("FICHE-CONTACTS", "1.2.250.1.213.1.1.4.12")) is None
    assert class_of(Code("11490-0", "1.2.250.1.213.1.1.4.12")) is None


def test_types_without_a_class_are_the_twelve_outside_the_dmp_association():
    types = value_set(Nomenclature.DOCUMENT_TYPES).concepts.values()
    assert [concept.code.code for concept in types if not concept.parent] == [
        *("PIECE-IDENTITE", "FEUILLE-DE-STYLE", "FICHE-CONTACTS", "EXPORT_DUI", "28617-9", "34120-6", "51851-4"),
        *("56446-8", "60280-5", "78341-5", "89233-1", "101881-1"),
    ]


def test_an_entry_within_the_tables_has_no_problem():
    assert check_codes(LETTER, profile=profile.dmp()) == []
    assert check_codes(SIGNATURE, profile=profile.dmp()) == []


def test_each_unknown_code_is_named_with_its_attribute_and_its_list():
    entry = replace(
        LETTER,
        class_code=Code("12", "1.2.250.1.213.1.1.4.1"),
        type_code=Code("0-0", LOINC),
        format_code=Code("urn:ihe:iti:xds-sd:pdf:2008", "1.2.3"),
        facility_type=Code("SA11", "1.2.250.1.71.4.2.4"),
        practice_setting=Code("X", "Y"),
        confidentiality=(Code("N", "2.16.840.1.113883.5.25"), Code("MASQUE_PT", "1.2.250.1.213.1.1.4.13")),
    )
    problems = check_codes(entry, profile=profile.dmp())
    assert {(problem.code, problem.warning) for problem in problems} == {(XdsCode.REPOSITORY_METADATA_ERROR, False)}
    assert contexts(problems) == [
        "classCode: code 12 of 1.2.250.1.213.1.1.4.1 is not in JDV_J57-ClassCode-DMP",
        f"typeCode: code 0-0 of {LOINC} is not in JDV_J66-TypeCode-DMP",
        "formatCode: code urn:ihe:iti:xds-sd:pdf:2008 of 1.2.3 is not in JDV_J60-FormatCode-DMP",
        "healthcareFacilityTypeCode: code SA11 of 1.2.250.1.71.4.2.4 is not in JDV_J61-HealthcareFacilityTypeCode-DMP",
        "practiceSettingCode: code X of Y is not in JDV_J62-PracticeSettingCode-DMP",
        "confidentialityCode: code MASQUE_PT of 1.2.250.1.213.1.1.4.13 is not in JDV_J58-ConfidentialityCode-DMP",
    ]


def test_the_class_of_another_type_is_refused():
    problems = check_codes(replace(LETTER, class_code=Code("11", "1.2.250.1.213.1.1.4.1")), profile=profile.dmp())
    assert contexts(problems) == ["classCode: type 11490-0 is of class 10 of 1.2.250.1.213.1.1.4.1"]


def test_a_type_without_class_is_refused_and_only_a_warning_when_tolerant():
    entry = replace(LETTER, type_code=Code("89233-1", LOINC))
    (strict,) = check_codes(entry, profile=profile.dmp())
    (tolerated,) = check_codes(entry, profile=profile.dmp(tolerant=True))
    assert contexts([strict]) == ["typeCode: code 89233-1 has no class in the DMP"]
    assert not strict.warning
    assert tolerated == replace(strict, warning=True)


def test_a_signature_has_its_own_language_and_formats():
    assert contexts(check_codes(replace(SIGNATURE, language="fr-FR"), profile=profile.dmp())) == [
        "languageCode: a signature entry has art"
    ]
    told = "formatCode: signature formats are for signature entries, and these take no other"
    assert contexts(check_codes(replace(SIGNATURE, format_code=LETTER.format_code), profile=profile.dmp())) == [told]
    assert contexts(check_codes(replace(LETTER, format_code=SIGNATURE.format_code), profile=profile.dmp())) == [told]
    assert contexts(check_codes(replace(LETTER, language="français"), profile=profile.dmp())) == [
        "languageCode: not a language tag"
    ]


def test_event_codes_are_free_and_labels_never_compared():
    entry = replace(LETTER, event_codes=(Code("X", "Y"),), type_code=Code("11490-0", LOINC, "autre libellé"))
    assert check_codes(entry, profile=profile.dmp()) == []


def test_a_very_long_value_does_not_fill_the_answer():
    (problem, *_) = check_codes(replace(LETTER, practice_setting=Code("x" * 5000, "y" * 5000)), profile=profile.dmp())
    assert len(problem.context) < 400


def test_the_ihe_profile_refuses_no_code():
    entry = replace(LETTER, type_code=Code("x", "y"), language="")
    assert check_codes(entry, profile=profile.ihe()) == []
    assert check_set_codes(replace(LOT, content_type=Code("x", "y")), profile=profile.ihe()) == []


def test_the_content_type_of_a_lot_is_within_a_list_that_can_be_set():
    unknown = replace(LOT, content_type=Code("99", "1.2.250.1.213.2.2"))
    assert check_set_codes(LOT, profile=profile.dmp()) == []
    assert [problem.context for problem in check_set_codes(unknown, profile=profile.dmp())] == [
        "urn:uuid:1 contentTypeCode: code 99 of 1.2.250.1.213.2.2 is not in JDV_J59-ContentTypeCode-DMP"
    ]
    ours = ValueSet("ours", "here", "2026", {})
    assert len(check_set_codes(LOT, profile=profile.dmp(), content_types=ours)) == 1


@pytest.mark.parametrize(
    ("templates", "media_type", "code"),
    [
        (
            ["1.2.250.1.213.1.1.1.1", "1.2.250.1.213.1.1.1.5", "1.2.250.1.213.1.1.1.5.3"],
            "",
            "urn:asip:ci-sis:cse-cs24:2017",
        ),
        (["1.3.6.1.4.1.19376.1.3.3"], "", "urn:ihe:lab:xd-lab:2008"),
        (["1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.13"], "", "urn:asip:ci-sis:vsm:2012"),
        (["1.3.6.1.4.1.19376.1.2.20"], "application/pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
        (["1.3.6.1.4.1.19376.1.2.20"], "image/png", FALLBACK_FORMAT),
        ([], "", FALLBACK_FORMAT),
    ],
)
def test_the_format_follows_from_the_templates_or_the_media_type(templates: list[str], media_type: str, code: str):
    assert format_of(templates, media_type).code == code


def published() -> list[Path]:
    return sorted(PUBLISHED.glob("TestContenuCDA-*/*.xml"))


@pytest.mark.skipif(not published(), reason="the published CDA examples are not beside this checkout")
def test_the_codes_of_all_the_published_documents_are_in_the_tables():
    refused = {path.name: told for path in published() if (told := contexts(problems_of(path)))}
    assert len(published()) == 89
    assert refused == {}


def problems_of(path: Path) -> list[Problem]:
    root = etree.parse(path).getroot()
    (document,) = root.xpath("descendant-or-self::c:ClinicalDocument", namespaces=CDA)

    def code(xpath: str) -> Code:
        element = document.xpath(xpath, namespaces=CDA)[0]
        return Code(element.get("code"), element.get("codeSystem"))

    type_code = code("c:code")
    entry = replace(
        LETTER,
        type_code=type_code,
        class_code=class_of(type_code) or Code("10", "1.2.250.1.213.1.1.4.1"),
        format_code=format_of(
            document.xpath("c:templateId/@root", namespaces=CDA),
            "".join(document.xpath("c:component/c:nonXMLBody/c:text/@mediaType", namespaces=CDA)),
        ),
        facility_type=code(".//c:encompassingEncounter/c:location/c:healthCareFacility/c:code"),
        practice_setting=code("c:documentationOf/c:serviceEvent/c:performer//c:standardIndustryClassCode"),
        confidentiality=(code("c:confidentialityCode"),),
        language=code("c:languageCode").code,
    )
    return check_codes(entry, profile=profile.dmp(tolerant=True))
