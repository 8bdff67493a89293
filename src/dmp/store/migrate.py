"""Bring a database to the schema of this release («dmp migrate»)."""

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


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
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
    """Refuse to serve a database of another release.

    Raises:
        StorageUnavailable: migrations are missing, or the database is newer than this release.
    """
    wanted = ScriptDirectory.from_config(configuration()).get_current_head()
    with told_apart(), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise StorageUnavailable(f"the database is at {found or 'nothing'}, this release wants {wanted}: dmp migrate")
