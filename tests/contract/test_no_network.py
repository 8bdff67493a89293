"""The tests reach this machine and nothing else."""

import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "example.test"])
@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_nothing_but_this_machine_can_be_reached(address: str, connect: str):
    with socket.socket() as probe, pytest.raises(AssertionError, match=f"a test tried to reach {address}"):
        getattr(probe, connect)((address, 443))


def test_nor_over_ipv6():
    with socket.socket(socket.AF_INET6) as probe, pytest.raises(AssertionError, match="2001:db8::1"):
        probe.connect(("2001:db8::1", 443))


def test_this_machine_can():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
