"""When the service itself fails: a clean fault, nothing told of our inside, a trace where one can be left."""

import logging
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from raw import READ, SEARCH, Answer, RawCaller
from raw_bodies import retrieve, search
from sqlalchemy import text

from dmp.audit.trace import Outcome
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port
from dmp.sandbox.postgres import temporary_postgresql
from dmp.sandbox.serve import running
from dmp.store.traces import NO_RECORD
from sandboxes import Sandbox, Sandboxes

INSIDE = (b"Traceback", b"File ", b"dmp/", b"sqlite", b"psycopg", b"sqlalchemy", b"seen", b"Error")
INS = "279035121518989"


@pytest.fixture
def damaged(start: Sandboxes):
    """A sandbox whose memory of used assertions is away for a moment: every statement on it is wrong."""
    sandbox = start(tolerant=True)
    with sandbox.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE seen RENAME TO seen_away"))
    yield sandbox
    with sandbox.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE seen_away RENAME TO seen"))


def newest_trace(sandbox: Sandbox):
    with sandbox.store.begin() as tx:
        return list(tx.traces.of(NO_RECORD))[-1]


def assert_silent(answer: Answer) -> None:
    assert not any(word in answer.content for word in INSIDE)


@pytest.mark.parametrize(("action", "body"), [(SEARCH, search(INS)), (READ, retrieve("1.2.3"))])
def test_an_error_that_nobody_foresaw_is_a_fault_of_the_receiver_traced_and_not_told(damaged, caplog, action, body):
    before = damaged.count_traces()
    with RawCaller(damaged.folder) as caller:
        answer = caller.call(action, body, INS)
    assert (answer.status, answer.fault) == (500, ("Receiver", "", "the service failed"))
    assert_silent(answer)
    assert damaged.count_traces() == before + 1
    trace = newest_trace(damaged)
    assert (trace.outcome, trace.detail) == (Outcome.FAILED, "OperationalError")
    # Other services of this process watch their traces meanwhile, and may tell of alerts.
    said = [record.getMessage() for record in caplog.records if record.name == "dmp"]
    (told,) = [line for line in said if line.startswith("unforeseen ")]
    assert told.startswith("unforeseen OperationalError: ")
    assert INS not in told


def test_without_its_database_the_service_says_when_to_come_back_and_stops_when_asked(tmp_path, caplog):
    caplog.set_level(logging.WARNING, "dmp")
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(prefix="dmp-postgresql-", ignore_cleanup_errors=True)))
        database = stack.enter_context(ExitStack())
        url = database.enter_context(temporary_postgresql(place))
        options = SandboxOptions(free_port(), database_url=url)
        service = stack.enter_context(ExitStack())
        service.enter_context(running(tmp_path, options))
        caller = stack.enter_context(RawCaller(tmp_path))
        assert caller.call(SEARCH, search(INS), INS).status == 200
        database.close()

        answers = [caller.call(SEARCH, search(INS), INS), caller.call(SEARCH, "<odd/>", INS)]
        assert [(a.status, a.headers["retry-after"]) for a in answers] == [(503, "5"), (503, "5")]
        assert {a.fault for a in answers} == {("Receiver", "", "the service cannot answer now, try again later")}
        assert caller.request("GET", "admin").status == 503
        for answer in answers:
            assert_silent(answer)

        begun = time.monotonic()
        service.close()
        assert time.monotonic() - begun < 20, "a caller who keeps his connection open keeps the service from stopping"
    assert {record.levelname for record in caplog.records if record.name == "dmp"} == {"WARNING"}
