"""Synonyms are dated data: the file that is shipped, and what is refused of another."""

import pytest

from dmp.services.lookup.lexicon import read_lexicon, shipped
from dmp.services.lookup.query import parse
from dmp.services.lookup.words import tokens
from dmp.services.tables import BrokenTable

TABLE = """
version = "1"
from = 2026-01-01
[lay]
both_ways = false
source = "moi"
mark = "decided"
[lay.words]
"sucre" = ["glycémie"]
"""


def others(words: str) -> set[str]:
    expression = tuple(token.term for token in tokens(words))
    return {" ".join(other) for other in shipped().others(expression)}


def test_the_shipped_file_holds_enough_to_be_of_use():
    assert shipped().pairs >= 250
    assert shipped().longest <= 6


def test_an_abbreviation_and_its_words_find_each_other():
    assert "hypertens arter" in others("HTA")
    assert "hta" in others("hypertension artérielle")


def test_a_lay_word_finds_that_of_the_trade_and_not_the_other_way():
    assert "glycem" in others("sucre")
    assert "sucr" not in others("glycémie")


def test_the_longest_expression_is_taken():
    wishes = parse("hypertension artérielle pulmonaire sévère", shipped()).wishes

    assert [wish.written for wish in wishes] == ["hypertension artérielle pulmonaire", "sévère"]


def test_no_abbreviation_is_a_word_that_says_nothing():
    for expression in shipped().meanings:
        assert all(expression)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("version", "versions"), "version"),
        (("from = 2026-01-01", "from = 'hier'"), "from"),
        (('mark = "decided"', 'mark = "sure"'), "mark 'sure'"),
        (("both_ways = false", "both_ways = 1"), "both_ways"),
        (('source = "moi"', ""), "source"),
        (('source = "moi"', 'source = "moi"\ncomment = "x"'), "unknown key comment"),
        (('["glycémie"]', "[3]"), "words, sucre"),
        (('["glycémie"]', '["de la"]'), "words, sucre"),
        (('["glycémie"]', '["un deux trois quatre cinq six sept huit"]'), "words, sucre"),
        (('["glycémie"]', "[}"), "line 9"),
    ],
)
def test_a_broken_file_is_refused_and_the_entry_named(change, told):
    with pytest.raises(BrokenTable, match=r"mine\.toml") as refused:
        read_lexicon(TABLE.replace(*change), "mine.toml")

    assert told in str(refused.value)
