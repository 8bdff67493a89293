"""Who does not read his answer is found out at the second look; who was only just answered is not."""

import math
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dmp.web.answered import Reader
from dmp.web.patience import Patience

PATIENCE = Patience(answer=2.0, pace=1024)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end of a connection, and the caller's."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as theirs:
        ours, _ = listener.accept()
        with ours:
            ours.setblocking(False)
            theirs.settimeout(0.2)
            yield ours, theirs


def fill(ours: socket.socket) -> None:
    with suppress(BlockingIOError):
        while True:
            ours.send(b"x" * 65_536)


def read(theirs: socket.socket) -> None:
    with suppress(TimeoutError):
        while theirs.recv(1 << 20):
            pass


def test_nothing_is_looked_at_before_an_answer_and_after_it_was_read(ends: tuple[socket.socket, socket.socket]):
    reader = Reader(PATIENCE)
    assert reader.look_at == math.inf
    reader.answered(100.0)
    assert reader.look_at == 101.0
    assert not reader.stalled(101.0, ends[0])
    assert reader.look_at == math.inf


def test_who_reads_nothing_between_two_looks_is_found_out(ends: tuple[socket.socket, socket.socket]):
    reader = Reader(PATIENCE)
    reader.answered(100.0)
    fill(ends[0])
    assert not reader.stalled(101.0, ends[0])
    assert reader.look_at == 102.0
    assert reader.stalled(102.0, ends[0])


def test_who_has_read_all_that_was_owed_is_not_blamed_for_what_he_was_sent_since(
    ends: tuple[socket.socket, socket.socket],
):
    ours, theirs = ends
    reader = Reader(PATIENCE)
    reader.answered(100.0)
    fill(ours)
    assert not reader.stalled(101.0, ours)
    read(theirs)
    fill(ours)
    assert not reader.stalled(102.0, ours)
    assert reader.look_at == 103.0
    assert reader.stalled(103.0, ours)


def test_an_answer_that_began_shortly_before_a_look_is_looked_at_again(ends: tuple[socket.socket, socket.socket]):
    reader = Reader(PATIENCE)
    reader.answered(100.0)
    reader.answered(100.9)
    assert reader.look_at == 101.0
    assert not reader.stalled(101.0, ends[0])
    assert reader.look_at == 101.9
