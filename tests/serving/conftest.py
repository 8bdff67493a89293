"""One installation, and one service of it, for the tests that leave them as they found them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving_builders import Installed, Service, installed, serving


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """An installation of its own, on SQLite, with an open record."""
    with installed(tmp_path_factory.mktemp("serving")) as made:
        made.opened()
        yield made


@pytest.fixture(scope="module")
def service(installation: Installed) -> Iterator[Service]:
    """Two workers."""
    with serving(installation.having(workers=2)) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for an installation."""
    return tmp_path / "installation"
