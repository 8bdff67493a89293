"""The data of the pathway: what comes with the release, and what a broken file is refused for."""

import pytest

from dmp.services.pathway.rules import FILE, read_rules, shipped
from dmp.services.tables import BrokenTable

TEXT = FILE.text()
BROKEN = [
    ("[set]", "[set", "as a whole"),
    ("gap_months = 12", "gap_months = 0", "gap_months is 0, less than 1"),
    ('kind = "document"', 'kind = "paper"', "kind 'paper' is none of"),
    ('lanes = ["visits", ', 'lanes = ["walks", ', "there is no lane walks"),
    ('label_en = "Imaging"\n', "", "label_en is missing"),
    ('id = "summaries"', 'id = "own"', "one twice"),
    ("window_days = 45", "windows_days = 45", "window_days is missing"),
    ('types = ["11369-6", "87273-9", "96874-3"]', 'type = ["11369-6"]', "unknown key type"),
]


@pytest.mark.parametrize(("before", "after", "reason"), BROKEN)
def test_a_broken_file_is_refused_and_says_where_and_why(before, after, reason):
    assert before in TEXT
    with pytest.raises(BrokenTable) as refused:
        read_rules(TEXT.replace(before, after, 1), "mine.toml")
    assert "mine.toml" in str(refused.value)
    assert reason in str(refused.value)


def test_the_line_of_a_broken_entry_is_named():
    line = TEXT.splitlines().index("[[expected]]") + 1
    with pytest.raises(BrokenTable, match=f"line {line}, expected"):
        read_rules(TEXT.replace('kind = "document"\n', "", 1), "mine.toml")


def test_no_type_of_document_is_in_two_lanes():
    types = [code for lane in shipped().lanes for code in lane.types]
    twice = {code for code in types if types.count(code) > 1}
    assert twice == set()
