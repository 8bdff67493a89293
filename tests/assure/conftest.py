"""A place for services of claims."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not under pytest's own folder, which the server of the database, started by root, may not enter."""
    made = Path(tempfile.mkdtemp(prefix="dmp-test-assure-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)
