"""One address for a primary and its standbys, written as PostgreSQL writes it."""

import pytest

from dmp.record.errors import StorageUnavailable
from dmp.store.hosts import address


@pytest.mark.parametrize(
    "text", ["sqlite:////var/lib/dmp/dmp.db", "postgresql://dmp:p%40ss@db:5433/dmp?sslmode=verify-full"]
)
def test_an_address_of_one_server_is_left_as_it_is(text: str):
    assert address(text).render_as_string(hide_password=False) == text


def test_several_hosts_mean_the_one_that_takes_writes():
    url = address("postgresql://dmp:p%2Css@one:5432,two,10.0.0.3:6000/dmp?sslmode=verify-full")
    assert (url.username, url.password, url.database) == ("dmp", "p,ss", "dmp")
    assert dict(url.query) == {
        "host": ("one:5432", "two:5432", "10.0.0.3:6000"),
        "target_session_attrs": "read-write",
        "connect_timeout": "2",
        "sslmode": "verify-full",
    }


def test_what_the_address_says_of_the_server_stands():
    url = address("postgresql://dmp@one,two/dmp?target_session_attrs=primary&connect_timeout=7")
    assert (url.query["target_session_attrs"], url.query["connect_timeout"]) == ("primary", "7")


@pytest.mark.parametrize("hosts", ["one,", "one:x,two", "[::1]:5432,two"])
def test_a_list_that_is_not_one_of_hosts_is_refused(hosts: str):
    with pytest.raises(StorageUnavailable, match="a host of the database's address is not NAME:PORT"):
        address(f"postgresql://dmp:secret@{hosts}/dmp")
