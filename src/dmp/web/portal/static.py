"""The files that the pages use: our style sheet, script and icon, and those of other projects.

Each is served at an address that holds a digest of its octets, so that browsers
keep it for good and never have an old one, and is packed once.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

FOR_GOOD = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FILES: Mapping[str, tuple[str, ...]] = {
    # One sheet: between two, a page may be drawn with the pictures that ours puts aside, which the policy refuses.
    "portal.css": ("vendor/bootstrap/bootstrap.min.css", "portal.css"),
    "htmx.min.js": ("vendor/htmx/htmx.min.js",),
    "portal.js": ("portal.js",),
    "portal.svg": ("portal.svg",),
}
"""All that is served, and the files below `dmp/web/static` that each is made of."""


@dataclass(frozen=True)
class StaticFile:
    """A file, as it is and packed with gzip."""

    address: str
    media_type: str
    octets: bytes = field(repr=False)
    packed: bytes = field(repr=False)


@cache
def _all() -> Mapping[str, StaticFile]:
    found: dict[str, StaticFile] = {}
    for name, parts in _FILES.items():
        octets = b"\n".join((files("dmp.web") / "static" / part).read_bytes() for part in parts)
        digest = hashlib.sha256(octets).hexdigest()[:16]
        media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
        found[name] = StaticFile(f"/static/{digest}/{name}", media_type, octets, gzip.compress(octets, 9, mtime=0))
    return found


def address(name: str) -> str:
    """Where pages find a file, by its name.

    Raises:
        KeyError: there is no such file.
    """
    return _all()[name].address


def find(digest: str, name: str) -> StaticFile | None:
    """The file of an address; one of another release is not there."""
    found = _all().get(name)
    return found if found is not None and found.address == f"/static/{digest}/{name}" else None
