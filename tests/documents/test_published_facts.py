"""What some published documents say, word by word."""

from published_facts import facts, needs_published

from dmp.record.facts import Quantity, Stated

pytestmark = needs_published

CIM10 = "2.16.840.1.113883.6.3"
ATC = "2.16.840.1.113883.6.73"
CIS, CIP = "1.2.250.1.213.2.3.1", "1.2.250.1.213.2.3.2"


def test_a_fasting_glucose_has_its_time_value_and_range():
    (found,) = facts("BIO-CR-BIO_2024.01_Glycémie mole").results

    assert (found.concept.code, found.quantity) == ("40193-5", Quantity("4.89", "mmol/L"))
    assert (found.low, found.high, found.range_unit) == ("3.89", "3.89", "mmol/L")
    assert (found.start, found.interpretation, found.method.code) == ("20140402145521", ("N",), "DEG")
    assert (found.laboratory, found.specialty.code) == ("Laboratoire des charmes", "18719-5")


def test_a_glucose_in_two_units_is_one_result():
    found = [one for one in facts("BIO-CR-BIO_2021.01_Auto-Presentable").results if one.concept.code == "53049-3"]

    assert [(one.quantity, one.second) for one in found] == [(Quantity("0.88", "g/L"), Quantity("4.89", "mmol/L"))]
    assert (found[0].start, found[0].low, found[0].high) == ("20140402145521", "0.70", "1.08")


def test_a_former_result_has_its_own_day():
    urea = [one for one in facts("BIO-CR-BIO_2023.01_Electrophorese").results if one.concept.code == "22664-7"]

    assert [(one.start, one.quantity.value) for one in urea][-2:] == [("202009120815", "8.5"), ("202001030812", "7.9")]


def test_an_antibiogram_is_of_its_germ():
    found = [one for one in facts("BIO-CR-BIO_2024.01_Microbiologie_V1").results if one.interpretation]

    assert found[0].isolate.code == "112283007"
    assert (found[0].quantity, found[0].interpretation) == (Quantity("0.512", "ug/mL", ">="), ("R",))
    assert (found[1].quantity, found[1].panel.code) == (Quantity("0.128", "ug/mL", "<"), "18769-0")
    assert {one.specimen.code for one in found} == {"UR"}


def test_a_medical_summary_tells_problems_and_history():
    found = facts("VSM_1.4_2022.01").problems

    assert [(one.concept.code, one.start, one.clinical_status, one.history) for one in found] == [
        ("G45.9", "20190811", "active", False),
        ("I20.0", "20190811", "active", False),
        ("N10", "20180422", "completed", True),
        ("I21.1", "20180114", "completed", True),
    ]
    assert {one.concept.system for one in found} == {CIM10}


def test_a_medical_summary_tells_allergies_and_treatments():
    summary = facts("VSM_1.4_2022.01")
    (allergy,) = summary.allergies
    plavix, coumadine = summary.medications

    assert (allergy.concept.code, allergy.agent.display, allergy.clinical_status) == (
        "416098002",
        "PARACETAMOL",
        "inactive",
    )
    assert plavix.concept.code_in(CIS) == "63564053"
    assert plavix.concept.code_in(CIP) == "3400938022209"
    assert (plavix.per_day, coumadine.per_day, plavix.reason.code) == ("2", "4", "I20.0")
    assert [(one.concept.code, one.relative.code) for one in summary.family] == [("D57.1", "MTH")]


def test_a_prescription_line_has_its_posology():
    first, second = facts("eP-MED-DM_2024.01_PosoStruct").prescriptions

    assert first.source.ident == "AADC9C14-F1CA-4177-B2C8-A5178D5B3CA0"
    assert (first.repeats, first.quantity, first.mood) == (3, Quantity("2", "30009000"), "INT")
    assert first.concept.code_in(ATC) == "N02BE01"
    assert [(one.concept.display, one.strength) for one in first.substances] == [("Paracetamol", "500 mg")]
    assert first.schedule == (
        "1 cp - 2 cp, 3 fois/j à partir du 01/12/2023 pendant 2 jours; "
        "1 cp - 2 cp, 2 fois/j à partir du 03/12/2023 pendant 4 jours"
    )
    assert (first.per_day, first.long_term_illness, first.not_substitutable.code) == ("", False, "N")
    assert first.prescription == "1.2.250.1.213.1.1.1.39.2024.2.1"
    assert second.concept.text.startswith("Préparation magistrale")


def test_a_delivery_names_its_prescription_line():
    first, second = facts("eDISP-MED_2024.01").dispensations

    assert first.line == facts("eP-MED-DM_2024.01_PosoStruct").prescriptions[0].source.ident
    assert (first.prescription, first.start) == ("1.2.250.1.213.1.1.1.39.12345.1", "20241225090000")
    assert (first.quantity, first.pack) == (Quantity("2", "30009000"), Quantity("16", "{Tablet}"))
    assert (first.lot, first.expiry, first.substitution, first.pharmacy) == (
        "12345",
        "20321231",
        "G",
        "Pharmacie du village",
    )
    assert (first.per_day, first.concept.code_in(CIP)) == ("3", "3400933516390")
    assert (second.line, second.stated) == ("BBDC9C14-F1CA-4177-B2C8-A5178D5B3DB1", Stated.PRESENT)


def test_the_dose_of_a_delivery_is_no_treatment():
    assert facts("eDISP-MED_2024.01").medications == ()


def test_a_vaccination_has_its_lot_rank_and_performer():
    (found,) = facts("VAC-NOTE_2023.01").immunizations

    assert (found.start, found.rank, found.kind, found.lot) == ("20090928", "2", "INITIMMUNIZ", "4456672")
    assert found.concept.code_in(ATC) == "J07AM"
    assert (found.performer, found.performer_id) == ("Charles MULLER", "1.2.250.1.71.4.2.1^801234567897")
    assert found.reaction == "Fièvre due à des médicaments"
    assert (found.route.code, found.site.display) == ("20035000", "deltoïde gauche")
    assert found.comment.startswith("Prise récente")


def test_a_vaccine_that_was_not_given_is_told_as_absent():
    (found,) = facts("BIO-CR-BIO_2024.01_DEP-CCU-tout-structuré").immunizations

    assert (found.concept.code_in(ATC), found.stated) == ("J07BM", Stated.ABSENT)


def test_a_planned_vaccine_is_an_intention():
    planned = [one for one in facts("IPS-FR_2024.01").immunizations if one.mood == "INT"]

    assert [one.concept.code_in(ATC) for one in planned] == ["J07AN", ""]
    assert [(one.start, one.end) for one in planned] == [("20241201", "20241231")] * 2


def test_a_screening_of_the_cervix_has_its_results_and_the_former_ones():
    found = facts("BIO-CR-BIO_2024.01_DEP-CCU-tout-structuré").results

    assert [(one.concept.code, one.start[:6], one.value.code) for one in found] == [
        ("77379-6", "202401", "1269497006"),
        ("77379-6", "202312", "77851000146104"),
        ("10524-7", "202401", "MED-1194"),
        ("10524-7", "202312", "MED-1193"),
    ]


def test_a_patient_summary_tells_everything():
    found = facts("IPS-FR_2024.01")

    (allergy,) = found.allergies
    assert [one.code for one in allergy.reactions] == ["4A80.0", "4A82"]
    assert (allergy.criticality, allergy.certainty, allergy.severity) == ("Bas", "Confirmé", "modéré, léger")
    assert (found.problems[0].severity, found.problems[0].certainty) == ("modéré", "Confirmé")
    assert [one.value.truth for one in found.directives][:4] == [False, False, False, True]
    assert {one.concept.code: one.value.words or one.quantity.value for one in found.pregnancies} == {
        "11449-6": "enceinte",
        "11778-8": "20240903",
        "11638-4": "1",
        "11612-9": "1",
    }
    assert next((one.concept.code, one.value.text) for one in found.results) == ("1988-5", "<1.0 mg/L")


def test_a_certificate_of_the_child_tells_measures_and_vaccines():
    found = facts("CSE-CS24_2025.01")

    assert {one.concept.code for one in found.measurements} >= {"29463-7", "8302-2", "8287-5"}
    assert len(found.immunizations) == 25
    assert any(one.concept.code == "MED-200" for one in found.observations)


def test_the_parents_of_a_child_are_family():
    found = facts("CSE-CS8_2025.01")

    assert found.pregnancies == ()
    assert {one.relative.code for one in found.family} == {"MTH", "FTH"}
    assert [one.quantity.value for one in found.measurements if one.concept.code == "8302-2"] == ["52"]


def test_an_imaging_report_tells_its_studies():
    first, *_ = facts("IMG_CR_IMG_2024.01").imaging

    assert first.uid == "1.2.250.1.925.994044.27.123.1876360"
    assert [(one.uid, one.modality, one.images) for one in first.series] == [(f"{first.uid}.1", "CT", 1)]
    assert (first.region.code, first.concept.code) == ("302548004", "24727-0")


def test_a_tumour_board_tells_the_tumour():
    found = facts("CANCER-FRCP_2022.01_Appareil")
    (tumour,) = found.problems
    told = {one.concept.code: one.value for one in found.observations}

    assert (tumour.concept.code, tumour.site.code, tumour.laterality) == ("8000/3", "C50.2", "droit")
    assert (told["21905-5"].code, told["21906-3"].code, told["21907-1"].code) == ("T1b", "N1", "M0")
    assert (told["GEN-100"].truth, told["ORG-125"].code, told["MED-243"].code) == (True, "ORG-126", "MED-244")


def test_the_detail_of_an_entry_has_a_path_below_it():
    found = facts("CANCER-FRCP_2022.01_Appareil")
    stage = next(one for one in found.observations if one.concept.code == "75620-5")

    assert stage.source.path.startswith(f"{found.problems[0].source.path}/")


def test_a_second_reading_tells_each_breast():
    found = facts("CANCER-D2LM-FIN_2022.01").observations
    read = {(one.value.code, one.laterality) for one in found if one.concept.code == "MED-1104"}

    assert read == {("MED-129", "droit"), ("MED-048", "gauche")}


def test_reimbursed_medicines_were_delivered():
    found = facts("CNAM-HR_2021.01")
    first = found.dispensations[0]

    assert (first.start, first.pharmacy, first.quantity.value) == ("20190526", "CLINIQUE SAINTE GENEVIEVE", "1")
    assert [one.concept.display for one in first.substances] == ["ETHINYLESTRADIOL", "LEVONORGESTREL"]


def test_nothing_reimbursed_is_told_as_absent():
    found = facts("TestContenuCDA-2-41/CNAM-HR_2021.01_sans-info.xml")

    told = (*found.medications, *found.immunizations, *found.procedures, *found.devices, *found.encounters)
    assert len(told) == 7
    assert {one.stated for one in told} == {Stated.ABSENT}


def test_a_discharge_letter_tells_its_events():
    told = {one.concept.code: one.value for one in facts("LDL-SES_2022.01").observations}

    assert told["MED-142"].text == "Infection respiratoire aigüe"
    assert told["MED-144"].text == "Streptococcus pneumoniae"
    assert told["MED-145"].truth is False


def test_a_care_plan_tells_which_treatments():
    found = facts("CANCER-PPS_2022.01_feuille-de-style-externe").procedures
    treatments = [one.concept.qualifiers[0].value.code for one in found if one.concept.code == "MED-568"]

    assert set(treatments) >= {"C15313", "C15632"}
    assert len(treatments) == 4
