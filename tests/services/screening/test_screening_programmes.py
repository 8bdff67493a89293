"""The file of programmes: what comes with the release, and what a broken file is refused for."""

import pytest

from dmp.services.screening.loading import FILE, read_programmes, shipped
from dmp.services.screening.programmes import Role
from dmp.services.tables import BrokenTable, Mark

TEXT = FILE.text()
BROKEN = {
    "no toml": ("[set]", "[set", "as a whole"),
    "no version": ('version = "FR-2025.1"\n', "", "version is missing"),
    "no source": ('source = "LOINC"\n', "", "line 182, programme.test fit: source is missing"),
    "no label": ('label_en = "Bowel cancer"\n', "", "programme colorectal: label_en is missing"),
    "a mark of one's own": ('mark = "decided"\nlabel_fr', 'mark = "sure"\nlabel_fr', "mark 'sure' is none of"),
    "a word for a number": (
        "gaps_months = [24]",
        'gaps_months = ["two years"]',
        "gaps_months is not a list of numbers",
    ),
    "a typing mistake": ("postpones_months = 60", "postpone_months = 60", "unknown key postpone_months"),
    "a test that is none": ('test = "fit"', 'test = "fat"', "fat is no primary test"),
    "ages that turn back": ("until_age = 25\n", "until_age = 2\n", "do not follow one another"),
    "a result that means two things": ('negative = ["MED-178"]', 'negative = ["MED-179"]', "a result has two meanings"),
    "two of one name": ('id = "dental"', 'id = "breast"', "programme breast is there twice"),
    "a sex that is none": ('sexes = ["F"]', 'sexes = ["W"]', "sex 'W' is none of"),
    "a negative number": ("work_up_days = 60", "work_up_days = -1", "work_up_days is -1"),
    "a code twice": ('["MED-129", "MED-130"]', '["MED-129", "MED-129"]', "names something twice"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_and_says_where_and_why(name):
    before, after, reason = BROKEN[name]
    assert before in TEXT
    with pytest.raises(BrokenTable) as refused:
        read_programmes(TEXT.replace(before, after, 1), "mine.toml")
    assert "mine.toml" in str(refused.value)
    assert reason.split(": ")[-1] in str(refused.value)


def test_the_line_of_a_broken_entry_is_named():
    with pytest.raises(BrokenTable) as refused:
        read_programmes(TEXT.replace('id = "colonoscopy"\n', "", 1), "mine.toml")
    line = TEXT.splitlines().index('id = "colonoscopy"')
    assert f"line {line}, programme.test" in str(refused.value)


def test_every_row_says_where_it_comes_from_and_how_sure_it_is():
    rules = shipped()
    rows = [row for one in rules.programmes for row in (one, *one.tests, *one.exclusions)]
    assert all(row.source for row in rows)
    assert {row.mark for row in rows} == set(Mark)
    assert all(row.label.french and row.label.english for row in rows)


def test_every_programme_has_a_test_for_each_age():
    for programme in shipped().programmes:
        primary = {test.id for test in programme.tests if test.role is Role.PRIMARY}
        assert {phase.test for phase in programme.phases} <= primary
