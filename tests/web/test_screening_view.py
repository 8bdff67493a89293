"""The cards of screening: what a holder reads, what a professional reads, and what neither is told."""

from datetime import date

import pytest

from dmp.services.rule_set import SHIPPED
from dmp.services.screening.naming import subject_named
from dmp.services.screening.state import State
from dmp.web.chart.room import PATIENT
from dmp.web.chart.screening_view import ScreeningView, view
from dmp.web.portal.render import _environment
from sheet_builders import a_chart

POSITIVE = {"day": "20250303", "results": [{"code": "loinc:29771-3", "value": "snomed:10828004"}]}
MAN = {"sex": "M", "birth": date(1965, 1, 10), "today": date(2025, 6, 12)}
MAMMOGRAM = {"day": "20250401", "observations": [{"code": "ans:MED-1104", "value": "ans:MED-129"}]}
WOMAN = {"sex": "F", "birth": date(1963, 2, 1), "today": date(2025, 6, 12)}


def html(seen: ScreeningView) -> str:
    """Every card, as both portals put it into their page; in French."""
    card = _environment(()).get_template("chart/screening_parts.html").module.card
    cards = [card(one, PATIENT, lambda french, _: french, seen.choose, "a-token") for one in seen.cards]
    return "".join(str(card) for card in cards)


def test_only_what_concerns_the_person_has_a_card():
    assert {card.id for card in view(a_chart(MAN)).cards} == {"colorectal", "prevention"}


def test_somebody_who_is_soon_concerned_reads_from_when():
    soon = view(a_chart({**MAN, "birth": date(1975, 7, 1)}))
    card = next(card for card in soon.cards if card.id == "colorectal")
    assert (card.state, card.due) == (State.NOT_ELIGIBLE, "01/07/2025")


def test_a_positive_result_is_never_announced_to_its_holder():
    seen = view(a_chart({**MAN, "documents": [POSITIVE]}))
    assert not seen.concerns
    text = html(seen).lower()
    assert "résultat à voir avec votre médecin" in text
    assert "positif" not in text
    assert "60 jours" not in text


def test_the_attending_doctor_reads_it_with_his_task():
    seen = view(a_chart({**MAN, "professional": True, "documents": [POSITIVE]}), attending=True)
    assert "Positif, bilan en cours" in html(seen)
    assert [concern.since for concern in seen.concerns] == ["03/03/2025"]


def test_no_other_professional_has_the_task():
    seen = view(a_chart({**MAN, "professional": True, "documents": [POSITIVE]}))
    assert not seen.concerns
    assert "60 jours" not in html(seen)


def test_without_the_document_the_professional_reads_nothing_of_it():
    seen = view(a_chart({**MAN, "professional": True}), attending=True)
    assert not seen.concerns
    assert "Positif" not in html(seen)


def test_a_missing_second_reading_is_told_to_the_doctor():
    seen = view(a_chart({**WOMAN, "professional": True, "documents": [MAMMOGRAM]}), attending=True)
    assert "Deuxième lecture" in seen.concerns[0].words[0]


def test_each_test_leads_to_its_document():
    seen = view(a_chart({**WOMAN, "documents": [MAMMOGRAM]}))
    breast = next(card for card in seen.cards if card.id == "breast")
    assert PATIENT.document(breast.tests[0].evidence[0].uuid) in html(seen)


def test_the_holder_has_buttons_and_a_professional_has_none():
    mine = html(view(a_chart(MAN), choose="/patient/sante/choix"))
    assert 'name="kind" value="declined"' in mine
    assert 'name="subject" value="colorectal"' in mine
    theirs = html(view(a_chart({**MAN, "professional": True}), choose="/patient/sante/choix"))
    assert "<form" not in theirs


def test_a_refusal_can_be_taken_back():
    told = {**MAN, "choices": [{"kind": "declined", "subject": "colorectal"}]}
    text = html(view(a_chart(told), choose="/patient/sante/choix"))
    assert 'value="take-back"' in text
    assert 'name="choice"' in text


def test_a_professional_sees_no_refusal_that_is_not_shared():
    told = {**MAN, "professional": True, "choices": [{"kind": "declined", "subject": "colorectal"}]}
    assert html(view(a_chart(told))) == html(view(a_chart({**told, "choices": []})))


def test_the_page_says_which_rules_and_that_a_clinician_must_confirm_them():
    seen = view(a_chart(MAN))
    assert (seen.version, seen.start, seen.recalled) == ("FR-2025.1", "01/01/2025", True)


@pytest.mark.parametrize("written", ["2024-13", "19", "99999999", "abc"])
def test_a_date_that_is_none_breaks_no_page(written):
    result = {"code": "loinc:29771-3", "value": "snomed:260385009", "day": written}
    text = html(view(a_chart({**MAN, "documents": [{"day": "20250101", "results": [result]}]})))
    assert "Non pris en compte" in text
    assert f"({written})" in text


def test_words_of_a_document_are_escaped():
    told = {**WOMAN, "documents": [{**MAMMOGRAM, "title": "<b>Mammo</b>"}]}
    assert "&lt;b&gt;Mammo" in html(view(a_chart(told)))


def bodies(seen: ScreeningView) -> str:
    macro = _environment(()).get_template("chart/screening_parts.html").module.bodies
    return str(macro(seen, lambda french, _: french, "a-token"))


def test_the_holder_says_himself_which_organs_he_has():
    text = bodies(view(a_chart(MAN), choose="/patient/sante/choix"))
    assert 'value="CERVIX"' in text
    assert 'value="NO_BREASTS"' in text
    told = {**MAN, "choices": [{"kind": "condition", "subject": "CERVIX"}]}
    assert "avoir un col de l’utérus" in " ".join(bodies(view(a_chart(told), choose="/patient/sante/choix")).split())


def test_nobody_else_is_asked_about_his_body():
    assert bodies(view(a_chart({**MAN, "professional": True}), choose="/patient/sante/choix")).strip() == ""


def test_every_subject_that_a_button_names_is_known_by_its_words():
    for subject in ("breast", "breast.mastectomy", "CERVIX", "NO_CERVIX", "IMMUNODEP"):
        assert all(subject_named(subject, SHIPPED))
    assert subject_named("nothing", SHIPPED) is None
