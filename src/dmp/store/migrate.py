"""Bring a database to the schema of this release («dmp migrate»)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from dmp.record.errors import StorageUnavailable


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; does nothing on an up-to-date database."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "head")


def check(engine: Engine) -> None:
    """Refuse to serve a database of another release.

    Raises:
        StorageUnavailable: migrations are missing, or the database is newer than this release.
    """
    wanted = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise StorageUnavailable(f"the database is at {found or 'nothing'}, this release wants {wanted}: dmp migrate")
