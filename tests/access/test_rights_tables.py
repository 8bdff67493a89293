"""The tables of rights are checked when they are read: a service with a wrong one does not start."""

from importlib.resources import files

import pytest

from dmp.access.column import Column
from dmp.access.matrix import Cell, read_matrix
from dmp.access.policy import load_policy, read_list, read_professions, read_sectors
from dmp.access.table import InvalidPolicy
from dmp.record.verb import Verb

PUBLISHED = files("dmp.access").joinpath("matrix.csv").read_text(encoding="utf-8")
CITIZENS = files("dmp.access").joinpath("citizens.csv").read_text(encoding="utf-8")


def test_every_verb_has_its_row_in_the_matrix():
    matrix = load_policy().matrix
    assert [verb for verb in Verb if not matrix.has(verb)] == []


def test_the_version_is_the_date_of_the_published_table_and_a_fingerprint_of_all():
    date, _, fingerprint = load_policy().version.partition("+")
    assert date == "2024-09-25"
    assert len(fingerprint) == 8


def test_rows_of_the_published_table_that_no_verb_asks_for_are_kept_as_data():
    matrix = load_policy().matrix
    assert matrix.cell("TD0.5", Column.FACILITY_DISPATCH) is Cell.YES
    assert matrix.cell("TD1.6", Column.OCCUPATIONAL) is Cell.YES
    assert matrix.cell("TD0.4", Column.FACILITY_NORMAL) is Cell.NEW_AUTHORISATIONS
    assert matrix.cell("TD2.2", Column.STAFF) is Cell.STRUCTURE_LIABLE
    assert matrix.cell("TD2.1", Column.STAFF) is Cell.NO


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("TD3.1,y,y", "TD3.1,y,yes", "row TD3.1, column PSr"),
        ("TD3.3c,", "TD3.4,", "row TD3.4"),
        ("TD3.3c,", "TD3.3b,", "row TD3.3b"),
        ("TD3.3c,y8,", "TD3.3c,", "row TD3.3c"),
        ("TD3.3c,y8,", "TD3.3c,y8,y8,", "row TD3.3c"),
        ("# version:", "# edition:", "version"),
        ("row,PSn,PSr", "row,PSr,PSn", "columns"),
        (",confirmed", ",rumoured", "TD0.1"),
    ],
)
def test_a_matrix_that_is_not_well_formed_is_refused_and_its_line_named(old, new, told):
    with pytest.raises(InvalidPolicy, match=told):
        read_matrix(PUBLISHED.replace(old, new), CITIZENS)


def test_a_profession_there_twice_or_without_answer_is_refused():
    with pytest.raises(InvalidPolicy, match="10"):
        read_professions("code,documents,source\n10,yes,x\n10,no,x\n")
    with pytest.raises(InvalidPolicy, match="10"):
        read_professions("code,documents,source\n10,perhaps,x\n")


def test_a_sector_with_an_unknown_actor_or_verb_is_refused():
    with pytest.raises(InvalidPolicy, match="SA22"):
        read_sectors("sector,actor,code,verbs,source\nSA22,robot,,TD0.2,x\n")
    with pytest.raises(InvalidPolicy, match="SA22"):
        read_sectors("sector,actor,code,verbs,source\nSA22,staff,,TD9.9,x\n")


def test_a_list_of_regulation_centres_holds_one_id_a_line_and_comments(tmp_path):
    path = tmp_path / "centres"
    path.write_text("# SAMU 75\n1750000015\n\n1920000016 \n", encoding="utf-8")
    assert read_list(path) == {"1750000015", "1920000016"}


def test_nobody_but_the_holder_asks_why_somebody_came():
    """That something was asked already would tell a representative of a minor (AR-21)."""
    matrix = load_policy().matrix
    assert [column for column in Column if matrix.cell(Verb.ASK_ABOUT_ACCESS, column) is not Cell.NO] == [Column.HOLDER]
