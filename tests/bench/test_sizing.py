"""What so many records take is arithmetic, on figures that can be replaced by measured ones."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dmp.bench import sizing
from dmp.bench.sizing import Costs, Country, Margins
from dmp.sandbox.trouble import Trouble

COSTS = Costs(
    rows=4_000,
    trace=1_000,
    blob=60_000,
    service=(8.0, 2.0, 2.0),
    database=(2.0, 0.5, 0.5),
    measured="in a test",
)


def test_the_whole_country_takes_what_its_busy_hour_and_its_year_take():
    found = sizing.size(70_000_000, COSTS)
    assert (found.documents_a_year, round(found.submissions, 6), round(found.calls, 6)) == (420e6, 75.0, 1125.0)
    assert found.rows_a_year == pytest.approx(420e6 * (4_000 + 14 * 1_000) / 1e12)
    assert found.blobs_a_year == pytest.approx(25.2)
    assert found.service_cores == pytest.approx((75 * 8 + 1050 * 2) / 1000 / 0.5)
    assert found.database_cores == pytest.approx((75 * 2 + 1050 * 0.5) / 1000 / 0.5)
    assert found.shards == 5
    assert found.workers == 2
    assert found.disks == pytest.approx(10 * (3 * 7.56 + 2 * 25.2) / 0.6)


def test_a_smaller_service_has_its_share():
    whole, tenth = sizing.size(70_000_000, COSTS), sizing.size(7_000_000, COSTS)
    assert tenth.calls == pytest.approx(whole.calls / 10)
    assert tenth.disks == pytest.approx(whole.disks / 10)
    assert (tenth.shards, tenth.workers) == (1, 2)


def test_machines_are_one_more_than_the_busy_hour_needs():
    small = Margins(cores=2)
    assert sizing.size(70_000_000, COSTS, margins=small).workers == 4
    assert sizing.size(70_000_000, COSTS, country=Country(openings=70), margins=small).workers == 23


def written(path: Path, value: dict) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_measured_figures_replace_the_estimates(tmp_path: Path):
    machine = {"processor": "any", "cores": 2, "memory_gb": 4, "kernel": "Linux"}
    plan = {"database_url": "postgresql", "clients": 16, "seconds": 20.0}
    about = {"at": "2026-11-22T08:00:00Z", "release": "0.1.0", "machine": machine, "plan": plan, "database": ""}
    cost = {"service": 5.0, "database": 1.0, "generator": 0.5, "peaks": []}
    run = {"figures": [], "cost": cost, "acknowledged": []}
    read = about | {"name": "read", "run": run, "kept": None, "floor": None}
    files = [written(tmp_path / "read.json", read)]

    found = sizing.costs_of(files, COSTS)
    assert found.service == (8.0, 2.0, 5.0)
    assert found.database == (2.0, 0.5, 1.0)
    assert found.measured == "measured: read of 2026-11-22; estimated: grow, submit, search"
    assert replace(found, service=COSTS.service, database=COSTS.database, measured=COSTS.measured) == COSTS


def test_what_is_no_benchmark_is_refused(tmp_path: Path):
    with pytest.raises(Trouble, match="holds no figures of a benchmark"):
        sizing.costs_of([written(tmp_path / "odd.json", {"size": 3})])


def test_the_page_gets_its_table_and_its_drawing(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{sizing.BEGIN}\nstale\n{sizing.END}\nafter\n")
    sizing.write(page, COSTS)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "stale" not in text
    assert "| 70,000,000 | 420,000,000 | 75 | 1,125 |" in text
    assert "](page-sizing.svg)" in text
    assert (tmp_path / "page-sizing.svg").read_text().startswith("<svg")
    page.write_text("no marks")
    with pytest.raises(Trouble, match="lacks its marks"):
        sizing.write(page, COSTS)
