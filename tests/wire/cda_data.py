"""The published CDA documents, read once for the tests; they stay outside the project."""

from functools import cache
from pathlib import Path

import pytest
from cda_mutations import PUBLISHED, bases, published

from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import CdaHeader, read_header
from dmp.wire.cda.tree import Element

needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published CDA documents are not here")
SCHEMAS = PUBLISHED.parent / "cda-schemas"
PUBLISHED_KOS = PUBLISHED.parent / "dicom" / "kos-drimbox.dcm"


def paths() -> list[Path]:
    """Every published document; empty when they are absent, so that collecting never fails."""
    return published() if PUBLISHED.is_dir() else []


def name(path: Path) -> str:
    """A test id."""
    return f"{path.parent.name[-4:]}-{path.stem}"


@cache
def document(path: Path) -> Element:
    """The parsed document, not to be changed."""
    return open_document(path.read_bytes())


def header(path: Path) -> CdaHeader:
    """Its header."""
    return read_header(document(path))


@cache
def header_bases() -> list[tuple[str, Element]]:
    """The documents without bodies, to be copied before they are changed."""
    return bases(paths())


def example(stem: str) -> Path:
    """The published document of that name."""
    return next(path for path in paths() if path.stem == stem)
