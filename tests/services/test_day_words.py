"""How services write units, posologies, states and devices: as people say them, and what is unknown as it came."""

import pytest

from dmp.services.words import (
    day_words,
    device_words,
    posology_words,
    severity_words,
    state_words,
    truth_words,
    unit_words,
)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mm[Hg]", "mmHg"),
        ("Cel", "°C"),
        ("kg/m2", "kg/m²"),
        ("{tbl}", "comprimé"),
        ("30009000", "boîte"),
        ("{box}", "boîte"),
        ("{pack}/a", "paquets-années"),
        ("1", ""),
        ("", ""),
        ("zz", "zz"),
    ],
)
def test_a_unit_is_written_as_people_write_it(code, words):
    assert unit_words(code) == words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("1 {tbl} / 1 d", "1 comprimé par jour"),
        ("2 {tablet} / 6 h", "2 comprimés toutes les 6 heures"),
        ("1 cp, 3 fois/j", "1 cp, 3 fois/j"),
        ("1 g / 2 fois par jour", "1 g / 2 fois par jour"),
        ("{", "{"),
        ("", ""),
    ],
)
def test_a_posology_is_said_in_words_and_others_are_left_as_they_are(told, words):
    assert posology_words(told) == words


def test_a_state_or_a_truth_is_said_in_words_and_an_unknown_one_is_kept():
    assert state_words("active") == ("en cours", "current")
    assert state_words("completed") == state_words("Resolved")
    assert state_words("odd") == ("odd", "odd")
    assert state_words("G-A230") == state_words("active")
    assert severity_words("M") == ("modéré", "moderate")
    assert severity_words("modéré") == ("modéré", "modéré")
    assert truth_words("false") == ("non", "no")
    assert truth_words("peut-être") == ("peut-être", "peut-être")


@pytest.mark.parametrize(
    ("serial", "words"),
    [
        ("1.2.3^{01}00844588003288{17}141120{10}7654321D{21}1098", ("lot 7654321D", "n° 1098")),
        ("1.2.3^45ABC65F", ("n° 45ABC65F",)),
        ("A-12", ("n° A-12",)),
        ("1.2.3^{01}0084", ()),
        ("", ()),
    ],
)
def test_of_a_device_the_lot_and_the_number_are_read(serial, words):
    assert tuple(french for french, _ in device_words(serial)) == words


def test_a_day_that_is_none_is_kept():
    assert [day_words(one) for one in ("20240401", "202404", "19", "")] == ["01/04/2024", "04/2024", "19", ""]
