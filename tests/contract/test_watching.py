"""The watch on a store: it takes up where it ended, one of any number of workers does it, alerts are sealed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from dmp.audit.trace import Outcome, Trace, Who
from dmp.main import new_id
from dmp.record.alert import Alert, AlertKind, AlertState
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store import schema
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store
from dmp.watching import Watching, flag, listed
from store_builders import NIR, NOW, at_once, opened
from stores import opened_store

READER = "899900000101"
TRAITS = IdentityTraits("DELMAS-TEST", "Hugo", "Hugo", "1980-01-01", Sex.MALE)


def records(count: int) -> list[Record]:
    return [Record(f"rec-{n}", (PatientId(f"1800199108{n:03d}00", NIR),), traits=TRAITS) for n in range(count)]


def a_trace(record: str, at: datetime, **changes) -> Trace:
    who = Who("professional", READER, "Claire ARNOUX-TEST", profession="10", structure="1750000001")
    known = {"verb": Verb.READ, "outcome": Outcome.DONE, **changes}
    return Trace(id=new_id(), at=at, who=known.pop("who", who), record=record, **known)


def traced(store: Store, traces: Iterable[Trace], *, at: datetime = NOW) -> None:
    """Write traces as the gate does, and seal them."""
    with store.begin() as tx:
        for trace in traces:
            if trace.record:
                tx.records.get(trace.record)
            tx.traces.append(trace)
    seal_traces(store, at)


def refused_all_day(count: int, at: datetime = NOW) -> Iterable[Trace]:
    return (a_trace("rec-0", at + timedelta(minutes=n), outcome=Outcome.REFUSED) for n in range(count))


def open_alerts(store: Store) -> list[Alert]:
    return list(listed(store, AlertState.OPEN))


def test_what_adds_up_over_days_and_rounds_becomes_one_alert(store: Store):
    opened(store, *records(1))
    for day in range(3):
        traced(store, refused_all_day(16, NOW + timedelta(days=day)))
        Watching(store).watch(NOW + timedelta(days=day))
    (alert,) = open_alerts(store)
    assert (alert.kind, alert.person, alert.structure) == (AlertKind.PERSON, READER, "1750000001")
    assert [reason.rule for reason in alert.reasons] == ["denials"]


def test_a_watch_that_stood_still_catches_up_in_order(store: Store):
    opened(store, *records(1))
    for day in range(3):
        traced(store, refused_all_day(400, NOW + timedelta(days=day)))
    assert Watching(store).watch(NOW) == 1
    assert Watching(store).watch(NOW) == 0


def test_of_two_workers_one_reads_each_trace(store: Store, tmp_path):
    opened(store, *records(1))
    traced(store, refused_all_day(100))
    url = store.engine.url.render_as_string(hide_password=False)
    with opened_store(url, tmp_path) as second:
        raised = at_once(lambda: Watching(store).watch(NOW), lambda: Watching(second).watch(NOW))
    assert sorted(raised) == [0, 1], raised
    (alert,) = open_alerts(store)
    assert alert.reasons[0].french == "30 refus en un jour.", "when it was strong enough for the first time"


def test_an_assertion_from_two_places_is_told_at_once(store: Store):
    reason = "replay: this ID was used with other content or by another holder"
    traced(store, [a_trace("", NOW, who=Who("unknown", ""), outcome=Outcome.REFUSED, detail=reason)])
    Watching(store).watch(NOW)
    assert [alert.kind for alert in open_alerts(store)] == [AlertKind.REPLAY]


def test_who_is_flagged_is_known_to_the_next_round_and_can_be_let_go(store: Store):
    opened(store, *records(2))
    flag(store, "rec-0", exposed=True)
    flag(store, "rec-1", exposed=True)
    flag(store, "rec-1", exposed=False)
    with store.begin() as tx:
        assert tx.watching.flagged() == {"rec-0"}


def test_colleagues_are_those_whom_the_directory_has_in_the_structure(store: Store):
    from dmp.record.listed import Listed

    with store.begin() as tx:
        tx.directory.load(
            [Listed("professional", "p1", "Hugo DELMAS-TEST"), Listed("professional", "p2", "Léa X")],
            [("p1", "1750000001"), ("p2", "elsewhere")],
        )
    with store.begin() as tx:
        assert tx.directory.names_in("1750000001") == ("Hugo DELMAS-TEST",)


def test_what_the_watch_keeps_names_nobody_in_the_database(store: Store):
    opened(store, *records(1))
    traced(store, refused_all_day(60))
    Watching(store).watch(NOW)
    with store.connection() as connection:
        rows = [
            bytes(value) if isinstance(value, memoryview) else value
            for table in (schema.profile, schema.alert, schema.clearance)
            for row in connection.execute(select(table)).all()
            for value in row
        ]
    told = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in rows)
    assert rows
    assert READER.encode() not in told
    assert b"rec-0" not in told


def test_more_signs_are_told_in_the_alert_that_is_open(store: Store):
    opened(store, *records(1))
    with store.begin() as tx:
        alert = Alert(tx.alerts.name("x"), AlertKind.PERSON, NOW, READER)
        tx.alerts.raise_(alert)
    with store.begin() as tx:
        tx.alerts.raise_(replace(alert, person="twice"))
    with store.begin() as tx:
        tx.alerts.change(replace(tx.alerts.one(alert.id), structure="1750000001"))
    (known,) = open_alerts(store)
    assert (known.person, known.structure) == (READER, "1750000001")
