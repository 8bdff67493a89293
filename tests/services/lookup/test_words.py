"""Words as the search knows them: the same however they were written, and apart when they mean different things."""

import pytest

from dmp.services.lookup.folding import flat, folded
from dmp.services.lookup.words import LONGEST, term_of, tokens

FAMILIES = (
    "hospitalisé hospitalisée hospitalisation hospitalisations hospitalier hospitalière hospitaliser",
    "opéré opérée opérés opération opérations opératoire opératoires",
    "vaccin vaccins vacciné vaccinée vaccination vaccinations vaccinal vaccinale",
    "glycémie glycémies glycémique",
    "allergie allergies allergique allergiques",
    "douleur douleurs douloureux douloureuse",
    "infection infections infectieux infectieuse",
    "artère artères artériel artérielle artériels",
    "rein reins rénal rénale rénaux",
    "fracture fractures fracturé",
    "respiratoire respiration respiratoires",
    "dépistage dépistages dépister dépisté",
    "traitement traitements traité traitée traiter",
    "prescription prescriptions prescrit prescrite prescrits",
    "chirurgie chirurgien chirurgical chirurgicale chirurgicaux",
    "diabète diabétique diabétiques",
    "tumeur tumeurs tumoral tumorale",
    "biologie biologique biologiques biologiste",
    "pulmonaire pulmonaires poumon poumons",
    "cardiologie cardiologue cardiologues",
    "thyroïde thyroïdien thyroïdienne",
    "anticoagulant anticoagulants anticoagulation",
    "veine veines veineux veineuse",
    "hémorragie hémorragies hémorragique",
    "nausée nausées nauséeux",
)
APART = (
    ("hépatite", "hépatique"),
    ("arthrose", "arthrite"),
    ("sténose", "sténographie"),
    ("générale", "générique"),
    ("médical", "médication"),
    ("hypertension", "hypotension"),
    ("hyperthyroïdie", "hypothyroïdie"),
    ("adénome", "adénite"),
    ("lombaire", "lombalgie"),
    ("foie", "fois"),
)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.split()[0])
def test_the_forms_of_a_word_have_one_stem(family):
    assert len({term_of(word) for word in family.split()}) == 1


@pytest.mark.parametrize(("one", "other"), APART)
def test_words_that_mean_different_things_have_two(one, other):
    assert term_of(one) != term_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’œdème", "l'oedeme"),
        ("OEDÈME", "œdèmes"),
        ("75mg", "75 mg"),
        ("7,8 %", "7.8%"),
        ("12/03/2023", "12 mars 2023"),
        ("2023-03-12", "12.03.2023"),
        ("1er avril 2021", "01/04/2021"),
        ("mars 2023", "03/2023"),
        ("β-bloquant", "bêta-bloquant"),
        ("µg", "ug"),
        ("d’insuline", "insuline"),
        ("qu’hier", "hier"),
        ("post‑opératoire", "post-opératoire"),
        ("e\u0301chographie".replace("e\u0301", "é"), "echographie"),
        ("d\N{LATIN SMALL LIGATURE FI}nir", "dfinir"),
    ],
)
def test_what_is_written_in_two_ways_is_one(one, other):
    assert [token.term for token in tokens(one)] == [token.term for token in tokens(other)]


def test_a_word_with_a_hyphen_is_known_by_its_parts_and_as_a_whole():
    first, second = tokens("post-opératoire")

    assert (first.term, second.term, first.joined, first.parts) == ("post", "oper", term_of("postopératoire"), 2)


def test_words_that_say_nothing_take_no_place():
    assert [(token.term, token.place) for token in tokens("arrêt de travail")] == [("arret", 0), ("travail", 1)]


def test_what_denies_is_kept():
    assert [token.term for token in tokens("pas de fièvre, sans allergie")] == ["pas", "fievr", "sans", "allerg"]


def test_a_date_that_is_none_is_its_numbers():
    assert [token.term for token in tokens("45/13/2020")] == ["45", "13", "@2020"]


def test_a_token_tells_where_it_is_written():
    text = "Un ŒDÈME du poumon"

    assert [text[token.start : token.end] for token in tokens(text)] == ["ŒDÈME", "poumon"]


def test_folding_keeps_the_length_where_it_must():
    text = "L’ŒUF de Noël : 5 µg\N{NO-BREAK SPACE}— İ ﬁn \U0001f600"

    assert len(flat(text)) == len(text)
    assert folded("CŒUR") == "coeur"


def test_a_word_without_end_is_cut():
    assert len(term_of("b" * 5000)) == LONGEST
