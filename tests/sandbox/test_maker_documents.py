"""What the documents made for the sandbox tell: letters, biology, synthesis, vaccination."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from lxml import etree

from dmp.record.codes import Code
from dmp.sandbox.maker import (
    biology_report,
    letter,
    medical_synthesis,
    plain_text,
    vaccination_history,
    vaccination_note,
)
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.sandbox.maker.facts import CIM_10, INTERPRETATION, LEFT_DELTOID, Interpretation, Quantity, Series
from dmp.sandbox.maker.letter import DISCHARGE_LETTER
from maker_builders import (
    SPECIMEN,
    V3,
    a_context,
    a_doctor,
    a_dose,
    a_past_problem,
    a_problem,
    a_range,
    a_treatment,
    an_allergy,
    every_kind,
    find,
    parsed,
    some_results,
)

XSI_TYPE = "@*[local-name()='type']"
PROBLEM = "//c:entry//c:act[c:templateId/@root='1.3.6.1.4.1.19376.1.5.3.1.4.5.2']"
ALLERGY = "//c:entry//c:act[c:templateId/@root='1.3.6.1.4.1.19376.1.5.3.1.4.5.3']"
MEDICATION = "//c:entry//c:substanceAdministration[c:templateId/@root='1.3.6.1.4.1.19376.1.5.3.1.4.7']"
IMMUNIZATION = "//c:entry//c:substanceAdministration[c:templateId/@root='1.3.6.1.4.1.19376.1.5.3.1.4.12']"
LAB = "//c:entry[c:templateId/@root='1.3.6.1.4.1.19376.1.3.1']"
RESULT = LAB + "//c:observation[c:templateId/@root='1.3.6.1.4.1.19376.1.3.1.6']"


def counts(root: etree._Element) -> dict[str, int]:
    """How many facts of each kind the XPaths of extraction find."""
    paths = {
        "problem": PROBLEM + "/c:entryRelationship[@typeCode='SUBJ']/c:observation",
        "allergy": ALLERGY + "/c:entryRelationship/c:observation",
        "medication": MEDICATION,
        "immunization": IMMUNIZATION,
        "lab": RESULT,
    }
    return {kind: len(find(root, path)) for kind, path in paths.items() if find(root, path)}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("letter", {}),
        ("text", {}),
        ("biology", {"lab": 5}),
        ("synthesis", {"problem": 2, "allergy": 1, "medication": 1}),
        ("history", {"immunization": 2}),
        ("note", {"immunization": 1}),
    ],
)
def test_extraction_finds_every_fact(kind: str, expected: dict[str, int]) -> None:
    assert counts(parsed(every_kind(a_context())[kind])) == expected


# Letters


def pdf_of(octets: bytes) -> bytes:
    (text,) = find(parsed(octets), "c:component/c:nonXMLBody/c:text")
    assert text.get("mediaType") == "application/pdf"
    assert text.get("representation") == "B64"
    return b64decode(text.text, validate=True)


def test_a_letter_is_pdf_a_1b() -> None:
    pdf = pdf_of(letter(a_context(), title="Compte rendu", paragraphs=("Bonjour.",)))
    assert pdf.startswith(b"%PDF-1.4")
    assert b"<pdfaid:part>1</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_the_dates_inside_a_pdf_are_those_of_the_context() -> None:
    pdf = pdf_of(letter(a_context(), title="Compte rendu", paragraphs=()))
    assert b"CreationDate(D:20260302093000Z" in pdf
    later = a_context(at=datetime(2026, 3, 2, 9, 31, tzinfo=UTC))
    assert pdf_of(letter(later, title="Compte rendu", paragraphs=())) != pdf


def test_words_of_a_letter_are_never_read_as_markup() -> None:
    hostile = '#panic("no") ] [ $ \\ "quoted" *bold* #import "/etc/passwd"'
    pdf = pdf_of(letter(a_context(), title="#panic(1)", paragraphs=(hostile,)))
    assert b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">#panic(1)<' in pdf


def test_a_letter_may_be_of_another_type() -> None:
    octets = letter(a_context(), title="Lettre de liaison", paragraphs=("Sortie.",), kind=DISCHARGE_LETTER)
    assert find(parsed(octets), "c:code/@code") == ["11490-0"]
    assert find(parsed(octets), "c:title/text()") == ["Lettre de liaison"]


def test_a_text_keeps_its_words() -> None:
    (text,) = find(parsed(plain_text(a_context(), "Tension : 12/8\nRevoir à 3 mois.")), "//c:nonXMLBody/c:text")
    assert text.get("mediaType") == "text/plain"
    assert b64decode(text.text).decode().startswith("Tension : 12/8\nRevoir à 3 mois.\n\n")


# Biology


def test_results_stand_in_chapters_in_the_order_they_first_come() -> None:
    root = parsed(biology_report(a_context(), some_results()))
    chapters = "c:component/c:structuredBody/c:component/c:section[c:templateId/@root='1.2.250.1.213.1.1.2.70']"
    assert find(root, chapters + "/c:code/@code") == ["18719-5", "18718-7", "18723-7"]
    sub_chapters = chapters + "/c:component/c:section[c:templateId/@root='1.2.250.1.213.1.1.2.71']"
    assert len(find(root, sub_chapters)) == 3
    assert find(root, "c:documentationOf/c:serviceEvent/c:code/@code") == ["18719-5", "18718-7", "18723-7"]


def test_a_result_carries_code_time_value_unit_and_range() -> None:
    (glucose,) = find(parsed(biology_report(a_context(), some_results()[:1])), RESULT)
    assert find(glucose, "c:code/@code") == ["53049-3"]
    assert find(glucose, "c:effectiveTime/@value") == ["20260301074500+0100"]
    assert find(glucose, "c:value/@value") == ["0.88"]
    assert find(glucose, "c:value/@unit") == ["g/L"]
    assert find(glucose, f"c:value/{XSI_TYPE}") == ["PQ"]
    assert find(glucose, "c:interpretationCode/@code") == ["N"]
    assert find(glucose, "c:referenceRange//c:low/@value") == ["0.70"]
    assert find(glucose, "c:referenceRange//c:high/@value") == ["1.10"]


def test_a_result_below_what_the_method_measures_is_an_open_interval() -> None:
    (crp,) = find(parsed(biology_report(a_context(), some_results()[2:3])), RESULT)
    assert find(crp, f"c:value/{XSI_TYPE}") == ["IVL_PQ"]
    assert find(crp, "c:value/c:high/@value") == ["5"]
    assert find(crp, "c:value/c:high/@inclusive") == ["false"]
    assert find(crp, "c:value/c:low") == []


def test_coded_and_worded_results_keep_their_type() -> None:
    serology = replace(
        some_results()[0],
        value=Code("POS", INTERPRETATION, "Positif"),
        interpretation=Interpretation.POSITIVE,
        usual=None,
        method="ELISA",
    )
    worded = replace(serology, code=Code("630-4", serology.code.system, "Culture"), value="Flore polymorphe")
    root = parsed(biology_report(a_context(), (serology, worded)))
    assert find(root, f"{RESULT}/c:value/{XSI_TYPE}") == ["CD", "ST"]
    assert find(root, RESULT + "/c:value/text()") == ["Flore polymorphe"]
    assert find(root, RESULT + "/c:referenceRange") == []
    assert find(root, "//c:content[@ID='result-01-method']/text()") == ["ELISA"]


def test_the_results_of_one_battery_are_gathered() -> None:
    root = parsed(biology_report(a_context(), some_results()))
    (battery,) = find(root, LAB + "//c:organizer[c:templateId/@root='1.3.6.1.4.1.19376.1.3.1.4']")
    assert find(battery, "c:code/@code") == ["58410-2"]
    assert find(battery, "c:component/c:observation/c:code/@code") == ["718-7", "777-3"]


def test_the_act_of_a_laboratory_runs_from_the_first_specimen_to_the_report() -> None:
    root = parsed(biology_report(a_context(), some_results(), prescriber=a_doctor(id="899900000099"), order="1.2.3^44"))
    assert find(root, "c:documentationOf[1]//c:effectiveTime/*/@value") == [
        "20260301074500+0100",
        "20260302103000+0100",
    ]
    assert find(root, "c:participant[@typeCode='REF']/c:associatedEntity/c:id/@extension") == ["899900000099"]
    assert find(root, "c:inFulfillmentOf/c:order/c:id/@extension") == ["44"]


def test_the_table_prints_results_as_french_reports_do() -> None:
    root = parsed(biology_report(a_context(), some_results()))
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in find(root, "//c:tbody/c:tr")]
    assert rows == [
        ["Glycémie à jeun", "0,88 g/L", "0,70 - 1,10", "Normal"],
        ["Hémoglobine glyquée (HbA1c)", "7,4 %", "4,0 - 6,0", "Haut"],
        ["CRP", "< 5 mg/L", "< 5", "Normal"],
        ["Hémoglobine", "11,2 g/dL", "12,0 - 16,0", "Bas"],
        ["Plaquettes", "250 G/L", "150 - 400", "Normal"],
    ]


@pytest.mark.parametrize(
    ("value", "comparator", "expected"),
    [
        ("0.69", "", Interpretation.LOW),
        ("0.70", "", Interpretation.NORMAL),
        ("1.10", "", Interpretation.NORMAL),
        ("1.11", "", Interpretation.HIGH),
        ("1.10", ">", Interpretation.HIGH),
        ("0.70", "<", Interpretation.LOW),
        ("0.80", "<", None),
        ("0.80", ">", None),
        ("2.00", "<", None),
    ],
)
def test_a_value_is_placed_only_where_it_surely_stands(
    value: str, comparator: str, expected: Interpretation | None
) -> None:
    assert a_range("0.70", "1.10").place(Quantity(Decimal(value), "g/L", comparator)) is expected


def test_a_given_interpretation_wins_over_the_range() -> None:
    alert = replace(ANALYTES["potassium"].result(Decimal("6.9"), SPECIMEN), interpretation=Interpretation.VERY_HIGH)
    assert find(parsed(biology_report(a_context(), (alert,))), RESULT + "/c:interpretationCode/@code") == ["HH"]


def test_a_report_without_result_is_refused() -> None:
    with pytest.raises(ValueError, match="result"):
        biology_report(a_context(), ())


# Synthesis


def test_problems_that_go_on_are_active_and_history_is_completed() -> None:
    root = parsed(medical_synthesis(a_context(), problems=(a_problem(),), history=(a_past_problem(),)))
    section = "//c:section[c:code/@code='{}']/c:entry/c:act"
    (active,) = find(root, section.format("11450-4"))
    (past,) = find(root, section.format("11348-0"))
    assert find(active, "c:statusCode/@code") == ["active"]
    assert find(active, "c:effectiveTime/c:high") == []
    assert find(past, "c:statusCode/@code") == ["completed"]
    assert find(past, "c:effectiveTime/*/@value") == ["19960701", "19960712"]
    assert find(past, ".//c:observation/c:value/@code") == ["K35.8"]


def test_an_allergy_names_agent_reaction_and_status() -> None:
    root = parsed(medical_synthesis(a_context(), allergies=(an_allergy(), an_allergy(since=None, active=False))))
    first, second = find(root, ALLERGY + "/c:entryRelationship/c:observation")
    assert find(first, "c:participant[@typeCode='CSM']//c:playingEntity/c:code/@code") == ["J01CA04"]
    assert find(first, "c:entryRelationship[@typeCode='MFST']/c:observation/c:value/@code") == ["L27.0"]
    assert find(first, "c:entryRelationship[@typeCode='REFR']/c:observation/c:value/@code") == ["active"]
    assert find(second, "c:entryRelationship[@typeCode='REFR']/c:observation/c:value/@code") == ["inactive"]
    assert find(second, "c:effectiveTime/c:low/@nullFlavor") == ["UNK"]


def test_a_treatment_says_product_dose_period_and_reason() -> None:
    root = parsed(medical_synthesis(a_context(), problems=(a_problem(),), treatments=(a_treatment(),)))
    (drug,) = find(root, MEDICATION)
    code = "c:consumable/c:manufacturedProduct/c:manufacturedMaterial/c:code"
    assert find(drug, f"{code}/@code") == ["68583940"]
    assert find(drug, f"{code}/c:translation/@code") == ["A10BA02", "3400935281678"]
    assert find(drug, f"c:effectiveTime/{XSI_TYPE}") == ["IVL_TS", "PIVL_TS"]
    assert find(drug, "c:effectiveTime/c:high/@nullFlavor") == ["UNK"]
    assert find(drug, "c:effectiveTime/c:period/@value") == ["12"]
    assert find(drug, "c:doseQuantity/c:low/@unit") == ["{tablet}"]
    assert find(drug, "c:entryRelationship[@typeCode='RSON']/c:act/c:id/@root") == find(
        root, PROBLEM + "/c:entryRelationship/c:observation/c:id/@root"
    )


def test_a_treatment_that_ended_says_so() -> None:
    root = parsed(medical_synthesis(a_context(), treatments=(a_treatment(until=date(2020, 1, 2), reason=None),)))
    assert find(root, MEDICATION + "/c:effectiveTime/c:high/@value") == ["20200102"]
    assert find(root, MEDICATION + "/c:entryRelationship") == []


def test_what_the_author_leaves_empty_says_so() -> None:
    root = parsed(medical_synthesis(a_context(), remarks=("Vit seule.",)))
    empty = find(root, "//c:section[@nullFlavor='NI']")
    assert [find(section, "c:code/@code")[0] for section in empty] == [
        "11450-4",
        "11348-0",
        "47519-4",
        "48765-2",
        "29762-2",
        "10161-8",
        "10157-6",
        "10160-0",
    ]
    assert {find(section, "c:text/c:paragraph/text()")[0] for section in empty} == {"Aucune information."}
    assert find(root, "//c:entry") == []
    assert "Vit seule." in find(root, "//c:paragraph/text()")


# Vaccination


def test_a_dose_says_product_rank_lot_site_and_performer() -> None:
    nurse = a_doctor(id="899900000077", name="Noé MODELE", profession="60", know_how="")
    dose = a_dose(performer=nurse, site=LEFT_DELTOID, reaction=Code("R50.2", CIM_10, "Fièvre"), comment="Passée seule.")
    (act,) = find(parsed(vaccination_note(a_context(), dose)), IMMUNIZATION)
    assert find(act, "@negationInd") == ["false"]
    assert find(act, "c:code/@code") == ["BOOSTER"]
    assert find(act, "c:effectiveTime/@value") == ["20240409"]
    assert find(act, "c:approachSiteCode/@code") == ["16217701000119102"]
    assert find(act, ".//c:manufacturedMaterial/c:code/@code") == ["60917345"]
    assert find(act, ".//c:manufacturedMaterial/c:code/c:translation/@code") == ["J07CA01", "3400936876293"]
    assert find(act, ".//c:lotNumberText/text()") == ["T1234"]
    assert find(act, "c:performer/c:assignedEntity/c:id/@extension") == ["899900000077"]
    assert find(act, "c:performer/c:assignedEntity/c:code/@code") == ["G15_60"]
    assert find(act, "c:entryRelationship[@typeCode='SUBJ']/c:observation/c:value/@value") == ["1"]
    assert find(act, "c:entryRelationship[@typeCode='CAUS']/c:observation/c:value/@code") == ["R50.2"]
    assert act.xpath("normalize-space(c:entryRelationship/c:act/c:text)", namespaces=V3) == "Passée seule."


def test_a_refused_dose_is_negated_and_told_in_words() -> None:
    refused = a_dose(refused=True, rank=None, lot="", series=Series.UNSPECIFIED)
    root = parsed(vaccination_history(a_context(), (refused,)))
    assert find(root, IMMUNIZATION + "/@negationInd") == ["true"]
    assert "Vaccination refusée." in find(root, "//c:tbody//c:content/text()")
    assert find(root, "//c:lotNumberText") == []
    assert find(root, "//c:observation") == []


def test_a_history_keeps_the_order_of_its_doses() -> None:
    doses = (a_dose(on=date(2010, 5, 6)), a_dose(on=date(2024, 4, 9)))
    root = parsed(vaccination_history(a_context(), doses))
    assert find(root, IMMUNIZATION + "/c:effectiveTime/@value") == ["20100506", "20240409"]
    assert find(root, IMMUNIZATION + "/c:text/c:reference/@value") == ["#vac-01", "#vac-02"]


def test_a_history_without_dose_is_refused() -> None:
    with pytest.raises(ValueError, match="dose"):
        vaccination_history(a_context(), ())
