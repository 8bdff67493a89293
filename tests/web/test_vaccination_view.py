"""The page of vaccinations: what a holder reads, what a professional reads, and what neither is told."""

import re
from dataclasses import replace
from datetime import date

import pytest

from dmp.record.choice import ChoiceKind
from dmp.record.facts import Concept
from dmp.services.vaccination.doses import Unusable
from dmp.services.vaccination.states import Reason, State, Why
from dmp.web.chart.room import PATIENT, PROFESSIONAL
from dmp.web.chart.vaccination_view import VaccinationView, view
from dmp.web.chart.vaccination_words import STATES, UNUSABLE, reason_words
from dmp.web.portal.render import _environment
from vaccination_builders import a_chart, a_choice, a_dose, a_problem, a_refusal, a_sheet

BORN, TODAY = date(2025, 1, 15), date(2025, 5, 16)
HEXA = a_dose("20250315", "hexa", lot="A1B2", performer="Dr Alice Martin")
BABY = a_chart(BORN, TODAY, a_sheet(HEXA))
ADULT = a_sheet(a_dose("20000110", "tetra"), a_dose("19810310", "mmr"), number=2)
PARTS = ("to_do", "diseases", "card", "asides", "conditions", "applied")


def html(seen: VaccinationView, *, english: bool = False, room=PATIENT) -> str:
    """All the parts of the page."""

    def t(french: str, in_english: str) -> str:
        return in_english if english else french

    module = _environment(()).get_template("chart/vaccination_parts.html").module
    with_token = {"to_do", "card", "conditions"}
    parts = [getattr(module, name)(seen, room, t, *(["a-token"] if name in with_token else [])) for name in PARTS]
    return "".join(str(part) for part in parts)


def text(seen: VaccinationView, **how) -> str:
    """The words of the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(seen, **how)))


def _titles(lines) -> list[str]:
    return [line.id for line in lines]


def test_what_to_do_now_comes_first_and_the_overdue_before_the_due():
    seen = view(BABY)
    assert _titles(seen.now) == ["C02", "C03", "C01"]
    assert [line.state[0] for line in seen.now] == ["En retard", "En retard", "À faire maintenant"]
    assert (seen.now[2].step[0], seen.now[2].day) == ("dose 2 sur 3", "15/05/2025")
    words = text(seen)
    assert words.index("À faire maintenant") < words.index("Maladie par maladie") < words.index("Carnet de vaccination")


def test_the_page_says_who_confirms_and_which_calendar_it_is():
    words = text(view(BABY))
    assert "À voir avec votre professionnel" in words
    assert "Un professionnel doit confirmer" in words
    assert "Calendrier des vaccinations 2025, version 2025.1, en vigueur depuis le 01/01/2025" in words
    assert "à confirmer" in words


def test_a_mandatory_vaccine_is_said_to_be():
    assert [line.mandatory for line in view(BABY).now] == [True, True, True]
    assert "Obligatoire" in text(view(BABY))


def test_the_card_has_each_dose_with_its_lot_its_source_and_a_link():
    (line,) = view(BABY).card
    assert (line.day, line.lot, line.source[0], line.performer) == ("15/03/2025", "A1B2", "Fait par", "Dr Alice Martin")
    page = html(view(BABY))
    assert PATIENT.document(line.evidence[0].uuid) in page
    assert "Fait par : Dr Alice Martin" in text(view(BABY))


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (a_sheet(a_dose("20250315", "hexa", performer="Dr Alice Martin")), "Fait par"),
        (a_sheet(a_dose("20250315", "hexa")), "Recopié par un professionnel"),
        (a_sheet(a_dose("20250315", "hexa"), by_patient=True), "Déclaré, sans preuve"),
    ],
)
def test_the_card_says_how_each_dose_is_known(sheet, words):
    assert words in text(view(a_chart(BORN, TODAY, sheet)))


def test_a_certificate_of_several_valences_is_one_line():
    sheet = a_sheet(*[a_dose("20250315", name) for name in ("dtp", "hib", "hepb")])
    (line,) = view(a_chart(BORN, TODAY, sheet)).card
    assert line.label == "dtp + hepb + hib"


def test_a_dose_that_does_not_count_says_why():
    sheet = a_sheet(a_dose("20250219", "hexa"))
    seen = view(a_chart(BORN, date(2025, 3, 25), sheet))
    assert seen.card[0].aside[0][0].endswith("Donnée avant l’âge minimal (6 semaines).")
    assert "19/02/2025 (non comptée)" in text(seen)
    (aside,) = seen.aside
    assert (aside.day, aside.why[0]) == ("19/02/2025", "Donnée avant l’âge minimal (6 semaines).")


@pytest.mark.parametrize("day", ["", "19", "2025-13", "abc", "20990101", "1975", "<script>"])
def test_a_date_that_is_none_is_shown_as_it_is_and_breaks_nothing(day):
    seen = view(a_chart(BORN, TODAY, a_sheet(a_dose(day, "hexa"))))
    assert seen.card == ()
    (aside,) = seen.aside
    assert aside.label == "hexa"
    assert "<script>" not in html(seen)


def test_somebody_else_than_the_holder_reads_that_it_is_what_he_may_see():
    seen = view(a_chart(BORN, TODAY, a_sheet(HEXA), complete=False), choose="/anything")
    page = text(seen, room=PROFESSIONAL)
    assert "D’après ce que vous pouvez voir" in page
    assert "<form" not in html(seen, room=PROFESSIONAL)
    assert "D’après ce que vous pouvez voir" not in text(view(BABY))


def test_the_page_of_one_document_of_two_is_that_of_a_record_with_one():
    first, second = a_sheet(HEXA, number=1), a_sheet(a_dose("20250420", "pneumo"), number=2)
    assert view(a_chart(BORN, TODAY, first)) == view(BABY)
    assert view(a_chart(BORN, TODAY, first, second)) != view(BABY)


def test_no_fact_at_all_says_what_to_check_and_nothing_is_late():
    seen = view(a_chart(date(1955, 1, 10), date(2025, 11, 20)))
    assert (seen.silent, seen.now) == (True, ())
    words = text(seen)
    assert "Cela ne veut pas dire que rien n’a été fait" in words
    assert "Zona" in words
    assert "En retard" not in words


def test_without_a_birth_date_the_card_stands_and_the_page_says_why():
    seen = view(a_chart(None, TODAY, a_sheet(HEXA)))
    assert len(seen.card) == 1
    assert "rien n’est calculé" in text(seen)


def test_the_holder_has_buttons():
    page = html(view(BABY, choose="/patient/sante/choix"))
    for kind in ("done", "snoozed", "declined", "condition"):
        assert f'name="kind" value="{kind}"' in page
    assert 'name="subject" value="C01"' in page
    assert "<form" not in html(view(BABY))


def test_what_was_declined_can_be_taken_back_by_its_holder_alone():
    choice = a_choice(ChoiceKind.DECLINED, "C01")
    mine = a_chart(BORN, TODAY, a_sheet(HEXA), choices=(choice,))
    page = html(view(mine, choose="/x"))
    assert f'name="choice" value="{choice.id}"' in page
    assert 'value="take-back"' in page
    shared = a_chart(BORN, TODAY, a_sheet(HEXA), choices=(choice,), complete=False)
    assert choice.id not in html(view(shared, choose="/x"))
    assert "Refusé" in text(view(shared))


def test_what_was_put_off_or_denied_can_be_taken_back_by_its_holder_alone():
    snoozed = a_choice(ChoiceKind.SNOOZED, "C01", until=date(2025, 8, 1))
    denied = a_choice(ChoiceKind.EXCLUDED, "DIABETES")
    chart = a_chart(BORN, TODAY, a_sheet(HEXA), choices=(snoozed, denied))
    page = html(view(chart, choose="/x"))
    assert "Rappel reporté au 01/08/2025" in page
    for choice in (snoozed, denied):
        assert f'name="choice" value="{choice.id}"' in page
        shared = a_chart(BORN, TODAY, a_sheet(HEXA), choices=(snoozed, denied), complete=False)
        assert choice.id not in html(view(shared, choose="/x"))


def test_a_declared_dose_is_marked_and_can_be_taken_back():
    choice = a_choice(ChoiceKind.DONE, "A02", date(2025, 2, 1))
    seen = view(a_chart(date(1980, 1, 10), date(2025, 6, 1), ADULT, choices=(choice,)), choose="/x")
    assert "Sans doute à jour" in text(seen)
    assert "Déclaré, sans preuve" in text(seen)
    assert f'name="choice" value="{choice.id}"' in html(seen)


def test_a_condition_that_was_inferred_says_so_with_its_document():
    sheet = a_sheet(a_dose("20000110", "tetra"), problems=(a_problem("E11.9", "20250901"),))
    seen = view(a_chart(date(1985, 1, 10), date(2025, 11, 10), sheet), choose="/x")
    words = text(seen)
    assert "Diabète, depuis le 01/09/2025" in words
    assert "Déduit d’un document, à confirmer" in words
    assert 'value="excluded"' in html(seen)
    assert "Parce que : Diabète" in words


def test_refusals_and_plans_are_listed():
    plan = a_dose("20260115", "mmr", mood="INT")
    seen = view(a_chart(BORN, TODAY, a_sheet(HEXA, a_refusal("20250315", "rota2"), plan)))
    assert [line.label for line in seen.refused] == ["rota2"]
    assert [line.day for line in seen.planned] == ["15/01/2026"]


def test_a_document_that_tells_of_no_vaccine_is_no_refusal():
    none = replace(a_refusal("", "rota2"), concept=Concept("02276797", "1.2.250.1.213.2.63", "Aucun"))
    assert view(a_chart(BORN, TODAY, a_sheet(HEXA, none))).refused == ()


def test_every_disease_with_a_dose_or_a_rule_has_a_line():
    seen = view(BABY)
    lines = {line.title[0]: line for line in seen.diseases}
    together = "Diphtérie, Tétanos, Poliomyélite, Coqueluche, Haemophilus influenzae b, Hépatite B"
    assert lines[together].days == ("15/03/2025",)
    assert lines["Pneumocoque"].state[0] == "En retard"
    assert lines["Rougeole, Oreillons, Rubéole"].next_day == "15/01/2026"


def test_an_out_of_date_calendar_is_said_to_be(monkeypatch):
    from dataclasses import replace

    from dmp.services.vaccination import rulebook

    (calendar,) = rulebook.shipped().calendars
    ended = replace(rulebook.shipped(), calendars=(replace(calendar, until=date(2025, 2, 1)),))
    assert "il est peut-être dépassé" in text(view(BABY, ended))


@pytest.mark.parametrize("english", [False, True])
def test_the_page_speaks_both_languages(english):
    words = text(view(BABY), english=english)
    assert ("Overdue" in words) is english
    assert ("En retard" in words) is not english


def test_every_state_and_every_reason_has_words_in_both_languages():
    assert set(STATES) == set(State)
    assert set(UNUSABLE) == set(Unusable)
    for why in Why:
        for day in (None, TODAY):
            french, english = reason_words(Reason(why, day, "6w", ("mot", "word")))
            assert french
            assert english
            assert french != english


def test_ids_of_the_page_are_unique_and_tables_are_for_phones():
    seen = view(a_chart(BORN, TODAY, a_sheet(HEXA, a_dose("2024", "mmr"))), choose="/x")
    page = html(seen)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)
    assert page.count('<table class="table stack">') == page.count("<table")
    cells = re.findall(r"<td[^>]*>", page)
    assert all("data-label=" in cell for cell in cells)
    assert "style=" not in page


def test_the_page_stands_in_the_frame_of_the_chart():
    page = _environment(()).get_template("chart/vaccination.html")
    assert {"panel", "content"} <= set(page.blocks) | {"content"}


def test_words_of_documents_are_escaped():
    sheet = a_sheet(a_dose("20250315", "<b>vaccin</b>"), a_dose("20250316", "hexa", lot="<i>", performer="<u>"))
    page = html(view(a_chart(BORN, TODAY, sheet)))
    assert not re.search(r"<(b|i|u)>", page)
