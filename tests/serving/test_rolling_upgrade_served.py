"""Two releases serve one database at the same time, and a third one stops the first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

import dmp
from dmp.settings import to_environment
from dmp.store import migrate
from serving_builders import PATIENT, Installed, Service, installed, serving

HEAD = ScriptDirectory.from_config(migrate.configuration()).get_current_head() or ""
"""The schema of this release."""
NEXT, THIRD = f"9001_since_{HEAD[:4]}", "9002"
ADDS = '''"""Another column."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("directory", sa.Column("note_{revision}", sa.Text(), nullable=True))
'''


def release(folder: Path, *revisions: str) -> str:
    """The program, with migrations of its own more: what to put before the path of Python."""
    source = Path(dmp.__file__).parent
    copied = Path(shutil.copytree(source, folder / "dmp", ignore=shutil.ignore_patterns("__pycache__")))
    versions = copied / migrate.SCRIPTS.relative_to(source) / "versions"
    for before, revision in zip((HEAD, *revisions), revisions, strict=False):
        (versions / f"{revision}.py").write_text(ADDS.format(revision=revision, before=before))
    return str(folder)


def migrated(made: Installed, path: str) -> None:
    environment = os.environ | to_environment(made.settings) | {"PYTHONPATH": path}
    command = [sys.executable, "-m", "dmp", "migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def fed(service: Service) -> None:
    with service.client("doctor") as doctor:
        assert doctor.test_record(PATIENT).found


def test_the_former_release_serves_beside_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    second = release(tmp_path / "second", NEXT)
    third = release(tmp_path / "third", NEXT, THIRD)
    with installed(tmp_path / "installation") as made:
        made.opened()
        with serving(made) as former:
            fed(former)
            migrated(made, second)
            fed(former)
            with monkeypatch.context() as patch:
                patch.setenv("PYTHONPATH", second)
                with serving(made) as newest:
                    for _ in range(3):
                        fed(former)
                        fed(newest)
                    assert former.asked("/readyz").text == newest.asked("/readyz").text == "ready\n"

            migrated(made, third)

        told = "dmp: the database is at 9002, too new for this release"
        with pytest.raises(AssertionError, match=told), serving(made):
            pass
