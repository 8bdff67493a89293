"""From facts to doses: what a product protects from, the same dose told twice, what cannot be used."""

from dataclasses import replace
from datetime import date

import pytest

from dmp.record.choice import ChoiceKind
from dmp.record.codes import Code
from dmp.record.facts import Concept, Pregnancy, Source
from dmp.services.vaccination import rulebook
from dmp.services.vaccination.conditions import flags_of
from dmp.services.vaccination.doses import History, Strength, history_of
from dmp.services.vaccination.evaluate import evaluate
from dmp.services.vaccination.states import State
from vaccination_builders import (
    ICD10,
    LOINC,
    SNOMED,
    a_certificate,
    a_chart,
    a_choice,
    a_dose,
    a_last_period,
    a_problem,
    a_refusal,
    a_sheet,
    an_allergy,
)

BORN, TODAY = date(2024, 1, 10), date(2025, 6, 1)
HEXA = {"D", "T", "P", "aP", "Hib", "HepB"}


def _history(*sheets, choices=(), born=BORN) -> History:
    chart = a_chart(born, TODAY, *sheets, choices=choices)
    book = rulebook.shipped()
    return history_of(chart, book.on(TODAY), book.valences)


def _flags(*sheets, choices=()):
    return flags_of(a_chart(BORN, TODAY, *sheets, choices=choices), rulebook.shipped().on(TODAY))


def test_a_combined_vaccine_counts_for_each_antigen():
    (dose,) = _history(a_sheet(a_dose("20240310", "hexa"))).doses
    assert dose.antigens == HEXA


def test_the_product_by_cis_says_more_than_its_class():
    concept = Concept("67786749", "1.2.250.1.213.2.3.1", translations=(Code("J07AL02", "2.16.840.1.113883.6.73"),))
    (dose,) = _history(a_sheet(a_dose("20240310", "", concept=concept))).doses
    assert (dose.antigens, dose.products) == ({"Pneumo"}, {"VPC13"})


def test_an_unknown_atc_code_is_read_as_its_group():
    (dose,) = _history(a_sheet(a_dose("20240310", "", concept=Concept("J07AL99", "2.16.840.1.113883.6.73")))).doses
    assert dose.antigens == {"Pneumo"}


def test_an_unknown_product_is_what_its_diseases_say():
    targets = (Concept("14189004", SNOMED), Concept("B26", ICD10))
    (dose,) = _history(a_sheet(a_dose("20240310", "Vaccin inconnu", targets=targets))).doses
    assert dose.antigens == {"Measles", "Mumps"}


def test_an_unknown_product_without_diseases_is_kept_and_left_out():
    history = _history(a_sheet(a_dose("20240310", "Vaccin inconnu")))
    assert history.doses == ()
    assert [(one.label, one.unusable) for one in history.unusable] == [("Vaccin inconnu", "unknown-vaccine")]
    assert not history.is_silent


def test_a_certificate_that_tells_valence_by_valence_is_one_act():
    entries = [a_dose("20240310", name) for name in ("dtp", "hib", "hepb")]
    (dose,) = _history(a_sheet(*entries)).doses
    assert dose.antigens == {"D", "T", "P", "Hib", "HepB"}
    assert len(dose.records) == 3
    assert len(dose.evidence) == 1


def test_two_vaccines_with_their_lots_on_one_day_stay_two():
    entries = (a_dose("20240310", "hexa", lot="A1"), a_dose("20240310", "pneumo", lot="B2"))
    assert len(_history(a_sheet(*entries)).doses) == 2


def test_a_note_and_a_certificate_a_day_apart_are_one_dose_and_the_note_leads():
    certificate = a_sheet(*[a_dose("20240311", name) for name in ("dtp", "hib", "hepb")], number=1)
    note = a_sheet(a_dose("20240310", "hexa", lot="A1", performer="Dr Martin"), number=2, type_code="87273-9")
    (dose,) = _history(certificate, note).doses
    assert (dose.day, dose.lead.lot, dose.lead.strength) == (date(2024, 3, 10), "A1", Strength.PERFORMED)
    assert len(dose.records) == 4
    assert [one.title for one in dose.evidence] == ["Document 2", "Document 1"]


@pytest.mark.parametrize(
    ("first", "second", "doses"),
    [
        (("20240310", "hexa", ""), ("20240311", "hexa", ""), 1),
        (("20240310", "hexa", ""), ("20240312", "hexa", ""), 2),
        (("20240310", "hexa", "A1"), ("20240312", "hexa", "A1"), 1),
        (("20240310", "hexa", "A1"), ("20240313", "hexa", "A1"), 2),
        (("20240310", "hexa", "A1"), ("20240311", "penta", "A1"), 1),
        (("20240310", "hexa", "A1"), ("20240310", "pneumo", "B1"), 2),
    ],
)
def test_notes_fold_a_day_apart_or_two_with_the_same_lot(first, second, doses):
    sheets = [a_sheet(a_dose(d, n, lot=lot), number=i) for i, (d, n, lot) in enumerate((first, second), 1)]
    assert len(_history(*sheets).doses) == doses
    assert len(_history(*reversed(sheets)).doses) == doses


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("", "no-day"),
        ("2024", "partial-day"),
        ("202403", "partial-day"),
        ("19", "bad-day"),
        ("20241340", "bad-day"),
        ("2024-03-10", "bad-day"),
        ("٢٠٢٤٠٣١٠", "bad-day"),
        ("20300101", "future"),
        ("20231231", "before-birth"),
    ],
)
def test_a_dose_without_a_day_that_can_be_is_kept_and_left_out_with_the_reason(day, why):
    history = _history(a_sheet(a_dose(day, "hexa")))
    assert history.doses == ()
    assert [(one.written, one.unusable) for one in history.unusable] == [(day, why)]


def test_a_time_of_day_is_that_day():
    (dose,) = _history(a_sheet(a_dose("202403101430", "hexa"))).doses
    assert dose.day == date(2024, 3, 10)


def test_what_was_stopped_before_it_was_given_is_no_dose():
    history = _history(a_sheet(a_dose("20240310", "hexa", status="cancelled")))
    assert [one.unusable for one in history.unusable] == ["not-done"]


def test_a_no_on_a_childs_certificate_is_not_done_and_nobodys_refusal():
    history = _history(a_certificate(a_refusal("20250110", "hepb")))
    assert (history.doses, history.refusals) == ((), ())
    assert [one.label for one in history.not_given] == ["hepb"]
    assert not history.is_silent


def test_refusals_and_plans_are_no_doses():
    plan = a_dose("20250901", "mmr", mood="INT")
    history = _history(a_sheet(a_refusal("20250110", "mmr"), plan))
    assert history.doses == ()
    assert [one.label for one in history.refusals] == ["mmr"]
    assert [one.label for one in history.planned] == ["mmr"]
    assert not history.is_silent
    assert _history(a_sheet(plan)).is_silent


def test_sources_by_strength():
    strengths = [
        (a_sheet(a_dose("20240310", "hexa", performer="Dr Martin")), Strength.PERFORMED),
        (a_sheet(a_dose("20240310", "hexa"), type_code="87273-9"), Strength.PERFORMED),
        (a_sheet(a_dose("20240310", "hexa")), Strength.TRANSCRIBED),
        (a_sheet(a_dose("20240310", "hexa", performer="Dr Martin"), by_patient=True), Strength.DECLARED),
    ]
    for sheet, strength in strengths:
        (dose,) = _history(sheet).doses
        assert dose.lead.strength is strength


@pytest.mark.parametrize("subject", ["HPV", "C09", "J07BM03"])
def test_a_declared_dose_names_an_antigen_a_rule_or_a_product(subject):
    (dose,) = _history(choices=(a_choice(ChoiceKind.DONE, subject, date(2025, 2, 1)),)).doses
    assert (dose.antigens, dose.declared) == ({"HPV"}, True)


def test_what_is_declared_adds_no_antigen_to_a_dose_of_a_document():
    declared = a_choice(ChoiceKind.DONE, "D+T+P+HepB", date(2024, 3, 11))
    history = _history(a_sheet(a_dose("20240310", "hepb")), choices=(declared,))
    assert [(sorted(dose.antigens), dose.declared) for dose in history.doses] == [
        (["HepB"], False),
        (["D", "P", "T"], True),
    ]
    whole = _history(a_sheet(a_dose("20240310", "hexa")), choices=(declared,))
    assert [(dose.antigens, len(dose.records)) for dose in whole.doses] == [(HEXA, 2)]


def test_a_declared_dose_of_what_nobody_knows_is_kept():
    history = _history(choices=(a_choice(ChoiceKind.DONE, "vaccin du voyage", date(2025, 2, 1)),))
    assert [(one.label, one.unusable) for one in history.unusable] == [("vaccin du voyage", "unknown-vaccine")]


def test_a_condition_from_a_problem_is_labelled_as_inferred_and_one_that_is_told_is_not():
    sheet = a_sheet(problems=(a_problem("E11.9", "20240601"),))
    flag = _flags(sheet)["DIABETES"]
    assert (flag.inferred, flag.since, flag.evidence.title) == (True, date(2024, 6, 1), "Document 1")
    told = _flags(sheet, choices=(a_choice(ChoiceKind.CONDITION, "DIABETES", date(2025, 1, 1)),))["DIABETES"]
    assert (told.inferred, told.evidence) == (False, None)


def test_a_problem_that_is_over_or_denied_is_no_condition():
    over = a_problem("J45.0", clinical_status="413322009")
    denied = a_problem("E11.9", stated="absent")
    assert _flags(a_sheet(problems=(over, denied))) == {}
    past = a_problem("B01.9", clinical_status="413322009")
    assert set(_flags(a_sheet(problems=(past,)))) == {"VARICELLA_PAST"}


def test_the_holder_may_say_that_an_inference_is_wrong():
    sheet = a_sheet(problems=(a_problem("E11.9"),))
    assert _flags(sheet, choices=(a_choice(ChoiceKind.EXCLUDED, "DIABETES"),)) == {}


def test_a_condition_ends_on_its_day():
    choice = a_choice(ChoiceKind.CONDITION, "COCOON", date(2025, 1, 1), until=date(2025, 5, 31))
    assert _flags(choices=(choice,)) == {}


def test_a_pregnancy_told_by_a_document():
    sheet = a_sheet(pregnancies=(a_last_period("20250301"),))
    flag = _flags(sheet)["PREGNANT"]
    assert (flag.since, flag.inferred) == (date(2025, 3, 1), True)
    assert _flags(a_sheet(pregnancies=(a_last_period("20240301"),))) == {}


def test_a_birth_ends_the_pregnancy():
    born = Pregnancy(Source(), Concept("63893-2", LOINC), start="20250520", value=Concept("236973005", SNOMED))
    assert _flags(a_sheet(pregnancies=(a_last_period("20240901"), born))) == {}
    before = a_sheet(pregnancies=(a_last_period("20250301"), replace(born, start="20240520")))
    assert set(_flags(before)) == {"PREGNANT"}


def test_an_anaphylaxis_to_a_vaccine_stops_it():
    severe = an_allergy("mmr", criticality="CRITH")
    mild = an_allergy("mmr")
    born = date(2024, 1, 10)
    for allergy, state in ((severe, State.CONTRAINDICATED), (mild, State.OVERDUE)):
        sheet = a_sheet(a_dose("20240310", "hexa"), allergies=(allergy,))
        assert evaluate(a_chart(born, TODAY, sheet)).status("C05").state is state


def test_without_a_day_of_birth_nothing_is_reckoned_and_the_card_stands():
    for born in (None, date(2030, 1, 1), date(1, 1, 1)):
        situation = evaluate(a_chart(born, TODAY, a_sheet(a_dose("20240310", "hexa"))))
        assert (situation.knows_birth, situation.statuses) == (False, ())
        assert len((*situation.history.doses, *situation.history.unusable)) == 1


def test_who_sees_one_document_of_many_reckons_with_that_one_and_cannot_tell():
    seen = a_sheet(a_dose("20240310", "hexa"), number=1)
    hidden = a_sheet(a_dose("20240510", "hexa"), number=2)
    partly = evaluate(a_chart(BORN, TODAY, seen, complete=False))
    never = evaluate(a_chart(BORN, TODAY, seen, complete=True))
    assert partly == never
    whole = evaluate(a_chart(BORN, TODAY, seen, hidden))
    assert (partly.status("C01").step, whole.status("C01").step) == (2, 3)
