"""Tiny runs from beginning to end, over the real wire: that they work, never how fast."""

from pathlib import Path

import msgspec
import pytest

from dmp.bench.benchmark import Report, bench
from dmp.bench.growing import grow
from dmp.bench.plan import Mix, Plan
from dmp.sandbox.trouble import Trouble


def test_submissions_are_counted_kept_and_compared_with_the_floor(postgresql_database_url: str, tmp_path: Path):
    said: list[str] = []
    plan = Plan(
        postgresql_database_url,
        clients=3,
        seconds=1.0,
        warm_up=0.1,
        records=6,
        documents=3,
        own_octets=1,
        workers=1,
        submissions=12,
        profiled=True,
    )

    report = bench("submit", plan, say=said.append)

    (figures,) = report.run.figures
    assert (figures.act, figures.errors) == ("submit", 0)
    assert report.kept is not None
    assert 1 <= figures.requests <= report.kept.acknowledged <= 12
    assert report.kept.lost == ()
    assert report.floor is not None
    assert report.floor.inserts > 0
    assert report.floor.rows >= 6  # the record, its page, two documents, a trace and its place in the queue
    assert report.run.cost.service > 0
    assert len(report.run.cost.peaks) == 1
    assert report.profile is not None
    assert report.sound
    assert "dmp: requests for 6 records, 13 lots" in said
    report.write(tmp_path / "submit.json")
    assert msgspec.json.decode((tmp_path / "submit.json").read_bytes(), type=Report) == report


def test_the_mix_sends_what_is_due_and_loses_nothing(postgresql_database_url: str):
    plan = Plan(
        postgresql_database_url,
        clients=6,
        seconds=2.0,
        warm_up=0.5,
        records=6,
        documents=3,
        own_octets=1,
        workers=1,
    )

    report = bench("mix", plan, mix=Mix(submissions=4, searches=6, reads=6), say=lambda _line: None)

    assert {figures.act: figures.requests for figures in report.run.figures} == {"submit": 8, "search": 12, "read": 12}
    assert report.kept is not None
    assert (report.kept.acknowledged, report.kept.lost) == (10, ())
    assert report.sound


def test_growth_is_measured_at_each_size(postgresql_database_url: str):
    plan = Plan(
        postgresql_database_url,
        clients=3,
        seconds=0.5,
        warm_up=0.1,
        documents=3,
        own_octets=0,
        workers=1,
        submissions=160,
    )

    growth = grow(plan, (800, 1_600), say=lambda _line: None)

    small, large = growth.sizes
    assert 800 <= small.documents < 1_600 <= large.documents
    assert small.search.requests > 0
    assert small.submit.requests > 0
    assert small.blocks.average > 0
    assert {"page", "record", "trace"} <= set(large.tables)
    assert [figures.told for size in growth.sizes for figures in (size.search, size.submit)] == [()] * 4
    assert growth.sound


def test_a_database_that_is_no_postgresql_is_refused():
    with pytest.raises(Trouble, match="a benchmark runs on PostgreSQL"):
        bench("read", Plan("sqlite:///dmp.db"), say=lambda _line: None)
