from datetime import UTC, datetime, timedelta

from dmp.record.codes import Code
from dmp.record.visibility import (
    ACT_CODE_SYSTEM,
    HIDDEN_FROM_GUARDIANS,
    HIDDEN_FROM_PATIENT,
    MASKED,
    NORMAL,
    Visibility,
    plain,
    read_visibility,
)

AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_the_french_codes_are_read_beside_the_plain_one():
    codes = (NORMAL, MASKED, HIDDEN_FROM_GUARDIANS)
    assert read_visibility(codes, AT) == Visibility(masked=True, hidden_from_guardians=True)
    assert plain(codes) == (NORMAL,)


def test_nopat_of_2026_means_hidden_from_the_patient():
    assert read_visibility((NORMAL, Code("NOPAT", ACT_CODE_SYSTEM)), AT) == Visibility(hidden_from_patient_since=AT)


def test_a_french_code_of_another_system_hides_nothing():
    stranger = Code("MASQUE_PS", "1.2.3")
    assert read_visibility((stranger,), AT) == Visibility()
    assert plain((stranger,)) == (stranger,)


def test_codes_are_written_back_in_the_order_of_the_value_set():
    visibility = Visibility(masked=True, hidden_from_patient_since=AT, hidden_from_guardians=True)
    assert visibility.codes == (MASKED, HIDDEN_FROM_PATIENT, HIDDEN_FROM_GUARDIANS)


def test_of_two_visibilities_the_strictest_wins_and_the_timer_keeps_its_start():
    older, newer = Visibility(hidden_from_patient_since=AT), Visibility(True, AT + timedelta(days=3))
    assert older.strictest(newer) == newer.strictest(older) == Visibility(True, AT)
