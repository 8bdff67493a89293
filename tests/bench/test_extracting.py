"""What documents say is timed one by one, those that are made and those of a folder."""

import pytest
from typer.testing import CliRunner

from dmp.bench import extracting
from dmp.bench.years import MIX
from dmp.cli import app


@pytest.fixture(autouse=True)
def _few_runs(monkeypatch):
    monkeypatch.setattr(extracting, "RUNS", 2)


def rows(*arguments: str) -> tuple[str, list[str]]:
    found = CliRunner().invoke(app, ["bench", "facts", *arguments])
    assert found.exit_code == 0, found.output
    first, *others = found.stdout.splitlines()
    return first, others[2:]


def test_a_document_of_each_kind_is_made_and_told_by_its_kind_with_its_facts():
    first, told = rows("--documents", str(len(MIX)))

    assert first.startswith(f"{len(MIX)} documents: median ")
    names = {row.split(" | ")[0].removeprefix("| "): row for row in told}
    assert {"laboratory_report", "prescription", "dispensation", "medical_summary"} <= names.keys()
    assert int(names["laboratory_report"].split(" | ")[2]) > 1


def test_the_documents_of_a_folder_are_told_by_their_files_and_those_that_take_longest_alone(tmp_path):
    made = [octets for _, octets in extracting.made(8, seed=7)]
    for number in range(extracting.SHOWN + 2):
        (tmp_path / f"d{number}.xml").write_bytes(made[number % len(made)])

    first, told = rows(str(tmp_path))

    assert first.startswith(f"{extracting.SHOWN + 2} documents: ")
    assert len(told) == extracting.SHOWN
    assert all(row.startswith("| d") for row in told)


def test_a_folder_without_documents_is_no_measure(tmp_path):
    with pytest.raises(ValueError, match="no document"):
        list(extracting.table(extracting.found([tmp_path])))
