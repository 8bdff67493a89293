"""What the published documents say, read once for the tests; they stay outside the project."""

from functools import cache
from pathlib import Path

import pytest

from dmp.documents.extraction import facts_of
from dmp.record.facts import Facts

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "cda"
KOS = PUBLISHED.parent / "dicom" / "kos-drimbox.dcm"
needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published CDA documents are not here")


def names() -> list[str]:
    """Every published document, by its folder and name."""
    return sorted(f"{path.parent.name}/{path.name}" for path in PUBLISHED.glob("*/*.xml"))


@cache
def facts(name: str) -> Facts:
    """What one says; `name` may leave out its folder of the newest release and its suffix."""
    path = PUBLISHED / name if name.endswith(".xml") else PUBLISHED / "TestContenuCDA-3-0" / f"{name}.xml"
    return facts_of(path.read_bytes())
