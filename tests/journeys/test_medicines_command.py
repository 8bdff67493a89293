"""The reference data of medicines on the command line: loaded whole, or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.portal import medicines_of
from dmp.services.medicines.thesaurus import load
from dmp.settings import InvalidSetting
from shelf_builders import settings

REAL = Path(__file__).parents[3] / "shared/data/medicaments"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the files of BDPM and ANSM are not here")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["medicines", *arguments])


def loaded(path: Path, source: Path = REAL) -> Result:
    return run("load", str(source), "--to", str(path), "--medicines-day", "2022-06-01")


def test_the_files_of_a_folder_are_loaded_with_their_days(tmp_path: Path):
    path = tmp_path / "medicines.dat"
    result = loaded(path)

    assert result.exit_code == 0, result.exception
    assert "15676 medicines" in result.stdout
    assert "interactions of 2020-10-01" in result.stdout
    assert path.stat().st_size < 1_000_000
    assert [each.name for each in tmp_path.iterdir()] == ["medicines.dat"]


def test_a_broken_file_leaves_the_former_data_and_says_where(tmp_path: Path):
    path, broken = tmp_path / "medicines.dat", tmp_path / "broken"
    loaded(path)
    before = path.read_bytes()
    broken.mkdir()
    for file in REAL.iterdir():
        if file.name != "CIS_CIP_bdpm.txt.gz":
            (broken / file.name).symlink_to(file)
    (broken / "CIS_CIP_bdpm.txt").write_bytes(b"60002283\t4949729\tbo\xeete\r\n")

    result = loaded(path, broken)
    assert isinstance(result.exception, InvalidSetting)
    assert "CIS_CIP_bdpm.txt, line 1: 3 columns" in str(result.exception)
    assert "the former data stay" in str(result.exception)
    assert path.read_bytes() == before


def test_a_day_that_no_name_tells_is_asked_for(tmp_path: Path):
    result = run("load", str(REAL), "--to", str(tmp_path / "medicines.dat"))

    assert isinstance(result.exception, InvalidSetting)
    assert "--medicines-day" in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_what_is_loaded_is_told_with_its_files(tmp_path: Path):
    path = tmp_path / "medicines.dat"
    loaded(path)

    told = run("show", "--to", str(path)).stdout
    assert "of 2022-06-01" in told
    assert "CIS_bdpm.txt.gz  sha256 " in told
    (tmp_path / "none").write_bytes(b"")
    assert isinstance(run("show", "--to", str(tmp_path / "none")).exception, InvalidSetting)


def test_the_pages_have_what_was_loaded_and_none_before(tmp_path: Path):
    path = tmp_path / "medicines.dat"
    mine = replace(settings(), medicines=path)
    assert medicines_of(settings()) is medicines_of(mine) is None

    loaded(path)
    found = medicines_of(mine)
    assert found is not None
    assert found.counts == load(path).counts
    path.write_bytes(b"x")
    with pytest.raises(InvalidSetting, match="DMP_MEDICINES"):
        medicines_of(mine)
