"""Sandboxes and callers for programs that share no code with our client."""

from collections.abc import Iterator

import pytest
from raw import RawCaller

from dmp.sandbox.population import people
from sandboxes import Sandbox, Sandboxes


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def tolerant(request: pytest.FixtureRequest, start: Sandboxes) -> Sandbox:
    """A tolerant sandbox (DEC-120), on each database in turn."""
    return start(tolerant=True, engine=request.param)


@pytest.fixture
def sender(strict: Sandbox) -> Iterator[RawCaller]:
    """The software of the hospital, which deposits for a doctor without signing (DEC-108)."""
    with RawCaller(strict.folder) as caller:
        yield caller


@pytest.fixture
def reader(strict: Sandbox) -> Iterator[RawCaller]:
    """The same doctor, recognised through the hospital (AIR), as who he reads and changes."""
    with RawCaller(strict.folder, auth="air") as caller:
        yield caller


_population = iter(people(11, 400))


@pytest.fixture
def ins(strict: Sandbox) -> str:
    """Somebody whose record is open, and who lets the doctor read it; another one for each test."""
    patient = strict.opened(next(_population).patient.number)
    strict.client("doctor").authorise(patient)
    return patient.number
