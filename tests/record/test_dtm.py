from datetime import UTC, datetime

import pytest

from dmp.record import dtm


@pytest.mark.parametrize("text", ["2026", "202602", "20260228", "2026022823", "202602282359", "20260228235959"])
def test_a_dtm_has_any_of_six_precisions(text):
    assert dtm.is_dtm(text)


@pytest.mark.parametrize(
    "text", ["", "202", "20261", "20260231", "20261301", "2026010124", "20260101235960", "20260101+0100", "٢٠٢٦"]
)
def test_a_date_out_of_range_or_of_another_form_is_refused(text):
    assert not dtm.is_dtm(text)


def test_the_29th_of_february_exists_in_leap_years_only():
    assert dtm.is_dtm("20240229")
    assert not dtm.is_dtm("20260229")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20210401134745+0100", "20210401124745"),
        ("20210401003000+0200", "20210331223000"),
        ("20210401134745.123-0500", "20210401184745"),
        ("20210701134745", "20210701114745"),
        ("20210101134745", "20210101124745"),
        ("202107011347", "202107011147"),
        ("20210401", "20210401"),
        ("1979", "1979"),
    ],
)
def test_an_hl7_time_goes_to_utc_with_its_precision_and_a_date_stays_a_date(value, expected):
    assert dtm.from_hl7_ts(value) == expected


@pytest.mark.parametrize("value", ["", "hier", "2021-04-01", "20211301", "00010101000000+1400", "20210401134745+01"])
def test_what_is_no_hl7_time_is_refused(value):
    with pytest.raises(ValueError, match=r".+"):
        dtm.from_hl7_ts(value)


def test_an_instant_is_written_in_utc_to_the_second():
    assert dtm.of(datetime(2026, 11, 2, 9, 30, 5, 999, tzinfo=UTC)) == "20261102093005"
