"""The reports that the agency publishes, when they are there: what laboratories really write."""

from pathlib import Path

import pytest

from dmp.documents.extraction import facts_of
from dmp.services.biology.readings import Doubt, Flag
from dmp.services.biology.trend import series
from dmp.services.chart import Sheet
from result_builders import chart, entry, packaged, results_of

FOLDER = Path(__file__).parents[4] / "shared/data/cda"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published CDA examples are not here")


@pytest.fixture(scope="module")
def found():
    sheets = []
    for path in sorted(FOLDER.glob("*/*.xml")):
        facts = facts_of(path.read_bytes())
        if facts.results:
            sheets.append(Sheet(entry(title=path.stem), facts))
    return results_of(chart(*sheets), packaged())


def test_every_unit_of_a_number_is_understood(found):
    lines = [line for group in found.groups for line in group.lines]
    assert len(lines) > 150
    assert [line.words for line in lines if line.doubt is Doubt.UNIT_UNKNOWN] == []


def test_the_pair_of_one_specimen_is_one_point_in_grams(found):
    points = series(found.group("glucose_fasting")).points
    minutes = [line.when for line in points]
    assert len(minutes) == len(set(minutes))
    pairs = [line for line in points if {one.unit.text for one in line.readings} == {"g/L", "mmol/L"}]
    assert pairs
    assert all(line.readings[0].unit.text == "g/L" and len(line.readings) >= 2 for line in pairs)


def test_cultures_have_their_antibiograms(found):
    germs = {one.germ for one in found.cultures}
    assert {"Escherichia coli (organism)", "Genus Streptococcus (organism)"} <= germs
    resistant = [line.name for one in found.cultures for line in one.antibiotics if line.flag is Flag.RESISTANT]
    assert set(resistant) == {"Amoxicilline+clavulanate"}


def test_a_limit_that_is_written_in_words_is_a_limit(found):
    (limit,) = {f"{line.comparator}{line.shown}" for line in found.group("crp").lines if line.is_censored}
    assert limit == "<1.0"
