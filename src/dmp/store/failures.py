"""What an error of the database means: run the act again, come back later, or a fault of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import TimeoutError as NoConnectionFree

from dmp.record.errors import StorageUnavailable
from dmp.store import dialect


class Conflict(Exception):
    """Another transaction changed the same record or took the same unique key meanwhile: run the act again."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Turn the errors of the database into those of the house; a wrong statement stays what it is.

    Raises:
        Conflict: another transaction came first, or the database chose this one to end a deadlock.
        StorageUnavailable: no connection, disk full, rows locked for too long, database read-only or damaged.
    """
    try:
        yield
    except NoConnectionFree as error:
        raise StorageUnavailable("every connection to the database is busy") from error
    except Exception as error:
        if dialect.is_conflict(error):
            raise Conflict from error
        if dialect.is_outage(error):
            raise StorageUnavailable("the database cannot be used now") from error
        raise
