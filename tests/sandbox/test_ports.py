"""Ports that are told to one caller alone: two programs that look for one at the same moment do not meet."""

import socket
import sys

import pytest

from dmp.sandbox import port
from dmp.sandbox.port import LOOPBACK, check_port, free_port

kept = pytest.mark.skipif(sys.platform != "linux", reason="a port is kept beside a server on Linux alone")


@kept
def test_a_port_that_was_told_is_given_to_nobody_else_before_it_is_used():
    told = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((LOOPBACK, told))


@kept
def test_ports_told_one_after_the_other_are_never_the_same():
    assert len({free_port() for _ in range(port.KEPT)}) == port.KEPT


def test_nobody_answers_at_a_free_port_until_a_server_listens_there():
    told = free_port()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, told), timeout=10)
    check_port(told)
    with socket.create_server((LOOPBACK, told)), socket.create_connection((LOOPBACK, told), timeout=10) as caller:
        assert caller.getpeername() == (LOOPBACK, told)


@kept
def test_no_more_ports_are_kept_than_are_needed():
    oldest = free_port()
    for _ in range(port.KEPT):
        free_port()
    with socket.socket() as other:
        other.bind((LOOPBACK, oldest))
