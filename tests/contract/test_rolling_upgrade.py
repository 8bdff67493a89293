"""A program may run on a newer schema when the migration says so, and on no other."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from dmp.record.errors import StorageUnavailable
from dmp.store import dialect, migrate

HEAD = ScriptDirectory.from_config(migrate.configuration()).get_current_head() or ""
"""The schema of this release."""
NUMBER = HEAD[:4]
ADDS = '''"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("directory", sa.Column("note_{revision}", sa.Text(), nullable=True))
'''


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of this release."""
    opened = dialect.open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def newer(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch):
    """Migrate as a later release does, which has these migrations more."""

    def upgrade(*revisions: str) -> None:
        scripts = Path(shutil.copytree(migrate.SCRIPTS, tmp_path / "-".join(revisions)))
        for before, revision in zip((HEAD, *revisions), revisions, strict=False):
            (scripts / "versions" / f"{revision}.py").write_text(ADDS.format(revision=revision, before=before))
        with monkeypatch.context() as patch:
            patch.setattr(migrate, "SCRIPTS", scripts)
            migrate.upgrade(engine)
            migrate.check(engine)

    return upgrade


def test_a_migration_that_only_adds_lets_the_former_release_run_on(engine: Engine, newer):
    newer(f"9001_since_{NUMBER}")
    migrate.check(engine)

    newer(f"9001_since_{NUMBER}", f"9002_since_{NUMBER}")
    migrate.check(engine)


def test_a_migration_that_changes_stops_the_former_release(engine: Engine, newer):
    newer(f"9001_since_{NUMBER}", "9002")

    told = f"the database is at 9002, too new for this release, which is of {HEAD}: install a newer one"
    with pytest.raises(StorageUnavailable, match=told):
        migrate.check(engine)
    with pytest.raises(StorageUnavailable, match="not of a release that this one knows"):
        migrate.upgrade(engine)


def test_a_later_migration_may_leave_older_releases_behind(engine: Engine, newer):
    newer("9001", "9002_since_9001")

    with pytest.raises(StorageUnavailable, match="the database is at 9002_since_9001, too new"):
        migrate.check(engine)


@pytest.mark.parametrize(
    ("found", "program", "may"),
    [
        ("0007_since_0005", "0005", True),
        ("0007_since_0005", "0006_since_0005", True),
        ("0007_since_0005", "0004", False),
        ("0007_since_0005", "0008", False),
        ("0007", "0006", False),
        ("", "0001", False),
        ("9999", "0001", False),
        ("0007_since_", "0006", False),
        ("odd", "0001", False),
    ],
)
def test_what_an_id_says(found: str, program: str, may: bool):
    assert migrate.may_run_on(found, program=program) is may
