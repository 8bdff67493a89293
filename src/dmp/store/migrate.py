"""Bring a database to the schema of this release («dmp migrate»).

The id of a migration is its number; one that only adds, so that older programs
run on beside new ones, also tells the oldest schema whose programs may:
`0007_since_0005`. An older program cannot know newer migrations: the id in the
database is all that it reads of them.
"""

import re
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from dmp.record.errors import StorageUnavailable
from dmp.store import dialect
from dmp.store.failures import told_apart

SCRIPTS = Path(__file__).parent / "migrations"
_ID = re.compile(r"([0-9]{4})(?:_since_([0-9]{4}))?")


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, all or none; does nothing on an up-to-date database.

    Raises:
        StorageUnavailable: the database is newer than this release, or cannot be used.
    """
    with told_apart(), engine.begin() as connection:
        dialect.hold_schema(connection)
        try:
            command.upgrade(configuration(connection), "head")
        except CommandError as error:
            raise StorageUnavailable("the database is not of a release that this one knows") from error


def check(engine: Engine) -> None:
    """Refuse to serve a database of another release, unless it is newer and says that this release may run on it.

    Raises:
        StorageUnavailable: migrations are missing, or the database is too new for this release.
    """
    wanted = ScriptDirectory.from_config(configuration()).get_current_head() or ""
    found = current(engine)
    if found == wanted or may_run_on(found, program=wanted):
        return
    if _number(found) > _number(wanted):
        told = f"the database is at {found}, too new for this release, which is of {wanted}: install a newer one"
        raise StorageUnavailable(told)
    raise StorageUnavailable(f"the database is at {found or 'nothing'}, this release wants {wanted}: dmp migrate")


def may_run_on(found: str, *, program: str) -> bool:
    """Whether a program whose own schema is `program` may run on the newer schema `found`."""
    told = _ID.fullmatch(found)
    return told is not None and told[2] is not None and told[2] <= _number(program) < told[1]


def _number(revision: str) -> str:
    told = _ID.fullmatch(revision)
    return told[1] if told else ""


def current(engine: Engine) -> str:
    """The id of the schema that a database has; empty without any.

    Raises:
        StorageUnavailable: the database cannot be used now.
    """
    with told_apart(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""
