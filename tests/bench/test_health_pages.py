"""The benchmark of the pages of health: its records are of the mix that it tells, and each page is measured."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from dmp.bench.health import bench, pages
from dmp.bench.papers import oids
from dmp.bench.plan import Plan
from dmp.bench.variety import person
from dmp.bench.years import MIX, Years, days, kinds
from dmp.documents.extraction import facts_of
from dmp.services import SERVICES

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - documents of nobody, no secret


def test_a_record_of_400_documents_is_of_the_mix_of_real_ones():
    assert Counter(kinds(400, _dice(1))) == {name: 4 * share for name, share in MIX}


def test_a_small_record_has_each_kind_once():
    assert Counter(kinds(len(MIX), _dice(1))) == dict.fromkeys(dict(MIX), 1)
    assert [len(kinds(count, _dice(1))) for count in (1, 5, 13, 97)] == [1, 5, 13, 97]


def test_the_documents_are_spread_over_ten_years():
    found = days(NOW, 40)
    assert found == sorted(found)
    assert timedelta(days=3500) < found[-1] - found[0] < timedelta(days=3660)
    assert found[-1] < NOW


def test_a_pharmacy_delivers_the_lines_that_somebody_prescribed():
    dice = _dice(4)
    years = Years(person(2026, 1), 2026, dice, oids(dice))
    ordered, delivered = facts_of(years.prescription(NOW)), facts_of(years.dispensation(NOW))
    assert {line.source.ident for line in ordered.prescriptions} == {one.line for one in delivered.dispensations}


def test_what_the_documents_of_some_years_say_is_read():
    dice = _dice(2)
    made = Years(person(2026, 1), 2026, dice, oids(dice)).documents(len(MIX), NOW)
    said = [facts_of(document) for _at, document in made]
    assert not any(facts.failures for facts in said)
    for kind in ("results", "prescriptions", "dispensations", "immunizations", "problems", "allergies"):
        assert any(getattr(facts, kind) for facts in said), kind


def test_every_page_of_the_chart_is_asked_for_by_both_readers():
    asked = Counter(one.who for one in pages())
    assert asked == {"patient": len(SERVICES) + 2, "professional": len(SERVICES) + 2}
    assert [one.path for one in pages() if one.words] == [
        "/patient/sante/recherche",
        "/professional/dossier/sante/recherche",
    ]


def test_each_page_is_measured_over_the_wire(postgresql_database_url: str):
    said: list[str] = []
    plan = Plan(postgresql_database_url, clients=1, seconds=0.2, warm_up=0, records=3, documents=10, workers=1)

    found = list(bench(plan, say=said.append))

    assert [(times.who, times.path) for times in found] == [(one.who, one.path) for one in pages()]
    assert all(times.wrong == 0 and times.first > 0 and 0 < times.p50 <= times.p95 for times in found)
    assert all(times.octets > 20_000 for times in found)
    assert "dmp: 3 records of 10 documents, each read" in said
