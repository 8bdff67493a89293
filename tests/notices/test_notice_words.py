"""What messages say: that something happened, and where to look; nothing else (PT-9)."""

import re

import pytest

from dmp.notices.words import DAILY, every_text, words_of
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.notice import NoticeKind

CLINICAL = (
    "urgen|bris|glace|hôpit|hospit|clini|examen|résultat|analys|biolog|radio|imager|vaccin|dépist|cancer|tumeur|malad"
    "|patholog|diagnos|trait(?!ant)|soin|santé|patient|ordonnan|prescri|médicam|pharma|infirm|chirur|psych|grossesse"
    "|naissance|décès|masqu|caché|invisible|document|lettre|compte.rendu|annonce|emerg|health|care|disease|result|test"
    "|treat|drug|nurse|hospital|hidden"
)
NEEDED = {"médecin", "traitant", "professionnel", "dossier", "personnel", "autorisation"}
"""Words of the nomenclatures that the messages need; the first three by law (R.1111-53)."""


def whole(told: str) -> str:
    words = words_of(told, "https://dmp.example.org")
    return " ".join((words.subject, words.mail, words.sms)).lower()


def test_every_kind_of_notice_has_its_words_and_the_day_too():
    assert set(every_text()) == {*NoticeKind, DAILY}
    for told in every_text():
        assert len({words_of(told).mail, words_of(told).sms}) == 2


@pytest.mark.parametrize("told", every_text())
def test_no_text_holds_a_clinical_word(told):
    assert re.findall(rf"\w*(?:{CLINICAL})\w*", whole(told)) == []


@pytest.mark.parametrize("told", every_text())
def test_no_text_holds_a_word_of_the_nomenclatures(told):
    tables = (Nomenclature.DOCUMENT_TYPES, Nomenclature.DOCUMENT_CLASSES, Nomenclature.PRACTICE_SETTINGS)
    labels = " ".join(
        concept.code.display for table in tables for concept in value_set(table).concepts.values()
    ).lower()
    known = set(re.findall(r"\w{5,}", labels)) - NEEDED
    assert known & set(re.findall(r"\w{5,}", whole(told))) == set()
    assert len(known) > 150


@pytest.mark.parametrize("told", every_text())
def test_a_text_holds_no_figure_and_says_where_to_look_in_both_languages(told):
    words = words_of(told, "https://dmp.example.org")
    assert re.findall(r"[0-9]", whole(told)) == []
    assert words.mail.index("Bonjour,") < words.mail.index("Hello,")
    assert words.mail.count("https://dmp.example.org ") == 2
    assert "votre dossier" in words.mail.lower()
    assert "record" in words.mail.lower()


def test_without_a_portal_the_personal_space_is_named():
    words = words_of(NoticeKind.EMERGENCY_ACCESS)
    assert "ouvrez votre espace personnel." in words.mail
    assert "open your personal space." in words.mail


def test_the_subject_is_the_same_whatever_happened():
    assert len({words_of(told).subject for told in every_text()}) == 1


@pytest.mark.parametrize("told", every_text())
def test_an_sms_fits_into_four_parts(told):
    assert len(words_of(told, "https://dmp.example.org/dossier").sms) <= 4 * 67


def test_a_clinical_word_would_be_seen():
    assert re.findall(rf"\w*(?:{CLINICAL})\w*", "vos résultats d'examens")
