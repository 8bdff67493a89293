import tomllib
from pathlib import Path

import pytest

from dmp.services.biology.trend import series
from result_builders import report, result, results

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]


def _result(text):
    code, value, unit, when, *bounds = text.split(" ")
    given = {}
    if bounds:
        low, high = bounds[0].split("..")
        given = {"low": low, "high": high, "range_unit": bounds[1]}
    comparator = "<" if value.startswith("<") else ""
    return result(
        code, value.lstrip("<"), unit.replace("-", "") if unit == "-" else unit, when, comparator=comparator, **given
    )


def _found(case):
    reports = [report(*map(_result, given["results"])) for given in case["reports"]]
    found = results(*reports)
    assert [group.key for group in found.groups] == [case["analyte"]]
    return series(found.groups[0])


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_results_say_what_the_case_says(case):
    found = _found(case)
    assert found.unit.text == case["unit"]
    assert [f"{line.comparator}{line.shown} {found.unit.text}" for line in found.points] == case["points"]
    assert [line.doubt for line in found.left_out] == case.get("left", [])
    for name, of in (
        ("sources", lambda line: len(line.sources)),
        ("doubts", lambda line: line.doubt or ""),
        ("marks", lambda line: sorted(line.marks)),
        ("flags", lambda line: line.flag.value),
    ):
        if name in case:
            assert [of(line) for line in found.points] == case[name]
