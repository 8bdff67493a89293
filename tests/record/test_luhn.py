import pytest

from dmp.record.luhn import has_luhn_key, luhn_key


@pytest.mark.parametrize("number", ["99900063480", "732829320", "73282932000074", "310781406"])
def test_published_numbers_have_their_key(number: str):
    assert has_luhn_key(number)
    assert luhn_key(number[:-1]) == number[-1]


@pytest.mark.parametrize("number", ["99900063481", "", "7328293²0", "2A0000014"])
def test_a_wrong_key_or_a_letter_has_none(number: str):
    assert not has_luhn_key(number)
