"""What those who watch the service learn: alive, ready or why not, how much; and nothing of anybody."""

import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from dmp.desk.operations import Operations
from dmp.main import open_store
from dmp.readiness import check_clock, missing, newest_written
from dmp.record.errors import StorageUnavailable
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store
from serving_builders import INS, SEARCH, SUBMIT, Installed, Service, envelope, installed, search, serving, simple_type

TITLE = "Canari Marguerite Sentinelle"


def wait_for(service: Service, path: str, status: int) -> httpx2.Response:
    deadline = time.monotonic() + 90
    while (answer := service.asked(path)).status_code != status:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)
    return answer


def test_a_service_that_works_is_alive_and_ready(service: Service):
    assert (service.asked("/healthz").status_code, service.asked("/healthz").text) == (200, "ok\n")
    assert (service.asked("/readyz").status_code, service.asked("/readyz").text) == (200, "ready\n")
    assert service.asked("/admin").status_code == 404
    assert service.asked("/registry").status_code == 404


def test_the_watchers_page_is_not_on_the_listener_of_the_service(service: Service):
    with service.caller() as caller:
        assert [caller.get(path).status_code for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 404]


def test_without_its_port_nobody_listens_for_watchers(installation: Installed):
    from dmp.listeners import Listeners
    from dmp.sandbox.port import free_port

    listeners = Listeners.bound(installation.having(admin_port=0, port=free_port()).settings)
    assert set(listeners.descriptors) == {"service"}
    listeners.close()


def test_rules_that_were_refused_stop_nothing_and_are_a_figure(folder: Path):
    own = folder / "own-rules"
    own.mkdir(parents=True)
    (own / "duplicates.toml").write_text("no rules", encoding="utf-8")
    with installed(folder / "service") as made, serving(made.having(rules=own)) as service:
        assert (service.asked("/readyz").status_code, service.asked("/readyz").text) == (200, "ready\n")
        told = service.asked("/metrics").text
        assert 'dmp_rules_faults{of="folder"} 1.0' in told
        assert 'dmp_rules_faults{of="kept"} 0.0' in told


def test_a_service_says_in_one_word_what_it_lacks_and_recovers(folder: Path):
    with installed(folder) as made, serving(made) as service:
        documents = made.settings.blobs
        away = documents.with_name("away")
        documents.rename(away)
        documents.write_text("a file where the folder was")
        assert wait_for(service, "/readyz", 503).text == "documents\n"
        documents.unlink()
        away.rename(documents)
        assert wait_for(service, "/readyz", 200).text == "ready\n"

        database = made.settings.database_url.removeprefix("sqlite:///")
        with sqlite3.connect(database) as other:
            other.execute("UPDATE alembic_version SET version_num = '0000'")
        assert wait_for(service, "/readyz", 503).text == "schema\n"
        with sqlite3.connect(database) as other:
            other.execute("UPDATE alembic_version SET version_num = '9999'")
        assert wait_for(service, "/readyz", 503).text == "schema\n"
        other.close()


@pytest.fixture
def traced(folder: Path):
    """A store with a sealed head and a trace that waits."""
    with installed(folder) as made:
        made.opened()
        opened = open_store(made.settings)
        seal_traces(opened, datetime.now(UTC))
        Operations(made.settings).test(INS)
        yield opened
        opened.close()


def test_a_clock_far_behind_what_was_written_is_refused(traced: Store):
    newest = newest_written(traced)
    assert newest is not None
    assert datetime.now(UTC) - newest < timedelta(minutes=1)
    check_clock(traced, newest - timedelta(minutes=4, seconds=59))
    assert missing(traced, newest) is None
    late = newest - timedelta(minutes=5, seconds=1)
    with pytest.raises(StorageUnavailable, match="the clock is wrong: it says 20"):
        check_clock(traced, late)
    assert missing(traced, late) == "clock"


def test_a_clock_behind_the_newest_head_is_refused_when_nothing_waits(traced: Store):
    ahead = datetime.now(UTC) + timedelta(days=3)
    seal_traces(traced, ahead)
    with pytest.raises(StorageUnavailable, match="the clock is wrong"):
        check_clock(traced, datetime.now(UTC))


def test_a_service_does_not_start_with_a_wrong_clock(folder: Path):
    with installed(folder) as made:
        made.opened()
        opened = open_store(made.settings)
        seal_traces(opened, datetime.now(UTC) + timedelta(days=3))
        opened.close()
        with pytest.raises(AssertionError, match="dmp: the clock is wrong: it says"), serving(made):
            pass


def fed(service: Service) -> list[str]:
    """Real calls, good and bad; gives what must be found nowhere."""
    with service.caller() as caller:
        kind = {"Content-Type": simple_type(SEARCH)}
        for mode in ("normal", "bris_de_glace"):
            answer = caller.post("/registry", content=search(service, mode=mode), headers=kind)
            assert answer.status_code == 200
        odd = simple_type(f"{SEARCH}/{INS}")
        caller.post(f"/registry/{INS}?ins={INS}", content=b"<x/>", headers={"Content-Type": odd})
        caller.post("/registry", content=envelope(SEARCH, f"<x>{TITLE}</x>"), headers=kind)
        caller.post("/repository", content=TITLE.encode(), headers={"Content-Type": simple_type(SUBMIT)})
        caller.get(f"/{INS}")
    with service.client("doctor") as doctor:
        person = doctor.credentials
    return [INS, INS[:13], *TITLE.split(), person.user, person.facility.id, "urn:uuid", "2.25."]


def test_the_figures_count_everything_and_name_nobody(service: Service):
    never = fed(service)
    told = service.asked("/metrics").text
    for word in never:
        assert word not in told
    labels = set(re.findall(r'="([^"]*)"', told))
    assert [label for label in labels if not re.fullmatch(r"[A-Za-z_]+|[0-9.]{1,5}|\+Inf|[1-5]\d\d", label)] == []
    for expected in (
        'dmp_requests_total{operation="stored_query",service="registry",status="200"}',
        'dmp_requests_total{operation="unnamed",service="other",status="404"}',
        'dmp_acts_total{act="SearchRecord",outcome=',
        'dmp_request_seconds_bucket{le="0.5",operation="stored_query",service="registry"}',
        'dmp_shed_total{kind="deposit"} 0.0',
        'dmp_waiting{kind="emergency"} 0.0',
        "dmp_connections ",
        "dmp_traces_waiting ",
        'dmp_emergency_cases{state="overdue"} 0.0',
        "dmp_unforeseen_errors_total 0.0",
    ):
        assert expected in told, told


def test_the_figures_are_those_of_all_the_workers(service: Service):
    def answered() -> float:
        found = re.search(r'service="admin",status="200"\} ([0-9.e+]+)', service.asked("/metrics").text)
        return float(found[1]) if found else 0

    before = answered()
    callers = [service.caller() for _ in range(8)]
    for caller in callers * 5:
        assert caller.get("/admin").status_code == 200
    for caller in callers:
        caller.close()
    deadline = time.monotonic() + 60
    while answered() < before + 40:  # an answer is counted once it was given
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {answered() for _ in range(6)} == {before + 40}


def test_what_is_logged_names_nobody(service: Service):
    never = fed(service)
    text = service.log.read_text()
    for word in never:
        assert word not in text
    assert not re.search(r"\d{11,}", text)
    assert {line["event"] for line in service.lines} <= {"starting", "started", "library"}


def test_an_answer_bears_the_name_of_its_request(service: Service):
    with service.caller() as caller:
        names = {caller.get("/admin").headers["x-request-id"] for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch("[a-p]{16}", name) for name in names)


def test_a_failure_of_the_storage_is_counted_and_logged_with_the_name_of_its_request(folder: Path):
    with installed(folder) as made, serving(made) as service:
        Path(made.settings.database_url.removeprefix("sqlite:///")).write_bytes(b"not a database" * 1000)
        with service.caller() as caller:
            answer = caller.post("/registry", content=search(service), headers={"Content-Type": simple_type(SEARCH)})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        (line, *_) = service.events("storage-unavailable")
        assert line["request"] == answer.headers["x-request-id"]
        assert line["reason"] == "the database cannot be used now"
        told = service.asked("/metrics").text
        assert re.search(r'dmp_storage_errors_total\{part="database"\} [1-9]', told)
        assert service.asked("/readyz").text == "database\n"
        assert service.asked("/healthz").status_code == 200
