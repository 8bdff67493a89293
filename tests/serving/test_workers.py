"""Several processes serve one address: they are watched, renewed without a refused caller, and end in order."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from serving_builders import Installed, Service, installed, serving


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone, or going while it is read
        return False


def wait_until(holds, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def callers(service: Service, *, count: int = 4, keep: bool) -> Iterator[list[str]]:
    """Callers who ask all the time; gives what went wrong."""
    wrong, over, answered = list[str](), threading.Event(), list[int]()

    def ask() -> None:
        caller = service.caller()
        while not over.wait(0.005):
            try:
                answered.append(caller.get("/admin").status_code)
            except httpx2.TransportError as error:
                wrong.append(f"{type(error).__name__} {error}")
            if not keep:
                caller.close()
                caller = service.caller()
        caller.close()

    with ThreadPoolExecutor(count) as pool:
        asking = [pool.submit(ask) for _ in range(count)]
        try:
            yield wrong
        finally:
            over.set()
    for one in asking:
        one.result()
    assert set(answered) == {200}
    assert len(answered) > 50


def test_each_worker_answers_and_connections_are_shared_out(service: Service):
    with ThreadPoolExecutor(16) as pool:
        crowd = [service.caller() for _ in range(16)]
        assert {answer.status_code for answer in pool.map(lambda c: c.get("/admin"), crowd)} == {200}
        held = [len([c for c in connections(pid) if c == service.port]) for pid in service.workers]
    for caller in crowd:
        caller.close()
    assert len(held) == 2
    assert sum(held) == 16
    assert min(held) >= 4


def connections(pid: int) -> list[int]:
    """The local port of each established connection of a process."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].partition(":")[2], 16) for row in rows if row[3] == "01" and row[9] in inodes]


def test_a_worker_that_is_killed_is_replaced_while_the_other_answers(service: Service):
    killed, spared = service.workers
    before = len(service.events("started"))

    os.kill(killed, signal.SIGKILL)

    service.waits_for("started", before + 1, seconds=100)
    with service.caller() as caller:
        assert caller.get("/admin").status_code == 200
    assert killed not in service.workers
    assert spared in service.workers
    (told,) = [line for line in service.events("worker-died") if line["pid"] == killed]
    assert (told["status"], told["level"]) == (-signal.SIGKILL, "error")


@pytest.mark.parametrize("keep", [True, False], ids=["connections that stay", "a connection per call"])
def test_hangup_renews_every_worker_and_no_caller_notices(service: Service, keep: bool):
    before, started = service.workers, len(service.events("started"))

    with callers(service, keep=keep) as wrong:
        service.process.send_signal(signal.SIGHUP)
        service.waits_for("started", started + 2, seconds=200)
        wait_until(lambda: not any(alive(pid) for pid in before), seconds=60)
        time.sleep(0.3)

    assert wrong == []
    assert len(service.workers) == 2
    assert not set(service.workers) & set(before)


def test_the_end_lets_what_was_asked_be_answered_and_refuses_newcomers(installation: Installed):
    with serving(installation.having(workers=2)) as service, service.connect() as connection:
        connection.sendall(b"POST /registry HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n")
        connection.sendall(b"Content-Length: 2\r\n\r\n<")
        time.sleep(1.5)
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_refused(service))
        connection.sendall(b"x")
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 415 ")
        assert b"connection: close" in answer.lower()
        assert service.stop() == 0
    assert [line["event"] for line in service.lines][-4:] == ["stopping", "stopped", "stopped", "ended"]


def is_refused(service: Service) -> bool:
    """Whether a newcomer finds nobody who listens."""
    try:
        with service.caller() as newcomer:
            newcomer.get("/admin")
    except httpx2.ConnectError:
        return True
    return False


def test_workers_whose_supervisor_is_gone_end_by_themselves(installation: Installed):
    with serving(installation.having(workers=2)) as service:
        workers = service.workers
        service.process.kill()
        service.process.wait()
        wait_until(lambda: not any(alive(pid) for pid in workers))


def test_a_service_that_cannot_start_says_why_and_ends(installation: Installed, tmp_path: Path):
    bad = installation.having(keys=tmp_path / "nowhere")
    with pytest.raises(AssertionError) as refusal, serving(bad):
        pass
    assert '"event": "start-refused", "reason": "no master key in the vault' in str(refusal.value)
    assert "dmp: no master key in the vault" in str(refusal.value)


def test_traces_written_by_both_workers_are_sealed_once(folder: Path):
    from dmp.desk.operations import Operations

    with installed(folder, workers=2) as made:
        patient = made.opened()
        with serving(made) as service:
            for _ in range(6):
                with service.client("doctor") as client:
                    assert client.test_record(patient).found
        assert not service.events("unforeseen")
        assert not service.events("storage-unavailable")
        report = Operations(made.settings).verify_traces(None)
    assert report.sound
    assert report.waiting == 0
    assert report.traces >= 7
