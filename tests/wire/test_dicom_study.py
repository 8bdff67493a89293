"""The study that a Key Object Selection lists: its series, and nothing but words."""

import pytest
from cda_data import PUBLISHED_KOS

from dmp.record.errors import Refused
from dmp.wire.dicom_study import MOST_SERIES, Series, read_study
from reader_builders import a_study


@pytest.mark.skipif(not PUBLISHED_KOS.is_file(), reason="the published KOS is not here")
def test_the_published_study_is_read():
    study = read_study(PUBLISHED_KOS.read_bytes())

    assert (study.date, study.description, study.modalities) == ("20060531", "Tête^Dental (Adulte)", ("CT",))


def test_series_are_counted_with_their_modality():
    study = read_study(a_study(series=2, images=3))

    assert study.series == (Series("1.2.3.0", 3, ("CT",)), Series("1.2.3.1", 3, ("CT",)))
    assert study.patient_name == "DUBOIS^ANNE"
    assert study.description == "Crâne"


def test_a_study_of_too_many_series_is_cut():
    assert len(read_study(a_study(series=MOST_SERIES + 50)).series) == MOST_SERIES


def test_a_study_cut_short_is_refused_or_read_and_never_breaks():
    whole = a_study(series=2)
    for length in range(0, len(whole), 3):
        try:
            read_study(whole[:length])
        except Refused:
            continue
