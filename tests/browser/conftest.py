"""One real service and one Chromium for all tests of this folder, a fresh window for each of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from chromium import PROGRAM, Window, chromium, window
from portal_builders import House, Patient, house


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in a browser run in one process: there is one service and one browser for them."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The service."""
    if PROGRAM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with house(tmp_path_factory.mktemp("browser") / "house") as opened:
        yield opened


@pytest.fixture(scope="module")
def program(home: House) -> Iterator[Browser]:
    """Chromium, which knows the service; closed with each file, since what drives it holds a loop of the thread."""
    with chromium(home.service.installed.settings.certificate) as browser:
        yield browser


Opens = Callable[..., AbstractContextManager[Window]]


@pytest.fixture
def opens(home: House, program: Browser) -> Opens:
    """Opens windows at the portal; whoever goes elsewhere on purpose says where."""

    def opened(*elsewhere: str, **options: Any) -> AbstractContextManager[Window]:
        return window(program, home.origin, *elsewhere, **options)

    return opened


@pytest.fixture
def wide(opens: Opens) -> Iterator[Window]:
    """A window on a desk."""
    with opens() as one:
        yield one


@pytest.fixture(scope="session")
def thick(home: House) -> Patient:
    """Somebody with 400 documents; tests only read them."""
    return home.thick()
