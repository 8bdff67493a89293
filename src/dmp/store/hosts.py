"""The address of a database that one of several servers has at a time: a primary, and standbys that may replace it."""

from collections.abc import Iterator

from sqlalchemy.engine import URL, make_url

from dmp.record.errors import StorageUnavailable

WRITABLE = "read-write"
"""What a server must be for us to stay on it: a standby is passed over, so is a primary that became one."""
SOONER = "2"
"""Seconds until the next server is tried, when one of several does not answer."""


def address(text: str) -> URL:
    """Read `DMP_DATABASE_URL`; PostgreSQL's own list of hosts is understood: `postgresql://u:p@h1:5432,h2:5432/dmp`.

    With several hosts, and unless the URL says otherwise, a connection goes to
    the one that takes writes.

    Raises:
        StorageUnavailable: a host of a list is not a name or an IPv4 address, with its port.
    """
    scheme, _, rest = text.partition("://")
    place, slash, path = rest.partition("/")
    who, at, where = place.rpartition("@")
    if "," not in where or not scheme.startswith("postgresql"):
        return make_url(text)
    url = make_url(f"{scheme}://{who}{at}{slash}{path}")
    query = {"target_session_attrs": WRITABLE, "connect_timeout": SOONER, **url.query}
    return url.set(query=query | {"host": tuple(_hosts(where))})


def _hosts(where: str) -> Iterator[str]:
    for host in where.split(","):
        name, _, port = host.partition(":")
        if not name or not (port or "5432").isdigit():
            raise StorageUnavailable("a host of the database's address is not NAME:PORT")
        yield f"{name}:{port or 5432}"
