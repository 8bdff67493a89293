"""The one file that a service reads: medicines and interactions, packed, with dates, sources and a hash inside.

A line that names the format, a line of JSON that tells where it comes from,
then the packed rest. A file that was cut short or changed is refused whole.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from dmp.services.medicines import ansm, bdpm
from dmp.services.medicines.bdpm import Found
from dmp.services.medicines.names import class_key, key_of
from dmp.services.tables import BrokenTable

MAGIC = b"dmp-medicines 1"
MOST_OCTETS = 256 << 20


@dataclass(frozen=True)
class Origin:
    """Where the data come from: the day of each set, and each file with the SHA-256 of its content."""

    medicines: date
    interactions: date
    files: tuple[tuple[str, str], ...]
    loaded: date


@dataclass(frozen=True)
class Raw:
    """The files of an operator, as found."""

    specialities: Found
    components: Found
    packs: Found
    generics: Found
    interactions: Found
    substances: Found

    def files(self) -> tuple[tuple[str, str], ...]:
        """Name and SHA-256 of each."""
        return tuple((found.name, found.sha256) for found in vars(self).values())


def packed(raw: Raw, *, medicines: date, interactions: date, loaded: date) -> bytes:
    """The compact file of these files.

    Raises:
        BrokenTable: one of them cannot be used; the message names file and line.
    """
    origin = Origin(medicines, interactions, raw.files(), loaded)
    body = zlib.compress(json.dumps(_content(raw), ensure_ascii=False, separators=(",", ":")).encode(), 9)
    header = {**asdict(origin), "sha256": hashlib.sha256(body).hexdigest()}
    return b"\n".join((MAGIC, json.dumps(header, default=date.isoformat).encode(), body))


def unpacked(octets: bytes, file: str) -> tuple[Origin, Mapping[str, Any]]:
    """What a compact file holds.

    Raises:
        BrokenTable: it is of another format, cut short or changed.
    """
    magic, _, rest = octets.partition(b"\n")
    if magic != MAGIC:
        raise BrokenTable(file, "line 1", f"is not a file of medicines of this release ({MAGIC.decode()})")
    line, _, body = rest.partition(b"\n")
    try:
        told = json.loads(line)
        if told["sha256"] != hashlib.sha256(body).hexdigest():
            raise BrokenTable(file, "line 3", "the data are not those that were written: load them again")
        origin = Origin(
            medicines=date.fromisoformat(told["medicines"]),
            interactions=date.fromisoformat(told["interactions"]),
            files=tuple((str(name), str(digest)) for name, digest in told["files"]),
            loaded=date.fromisoformat(told["loaded"]),
        )
        unzipped = zlib.decompressobj()
        content: dict[str, Any] = json.loads(unzipped.decompress(body, MOST_OCTETS))
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise BrokenTable(file, "line 2", f"cannot be read: {error}") from error
    return origin, content


def _content(raw: Raw) -> dict[str, Any]:
    labels = {one.cis: one.label for one in bdpm.specialities(raw.specialities)}
    substances = _substances(bdpm.components(raw.components))
    groups = {one.cis: one.group for one in bdpm.generics(raw.generics)}
    known = sorted(labels)
    names = sorted({name for found in substances.values() for name in found})
    number = {name: index for index, name in enumerate(names)}
    presentations = sorted({(one.cip13, one.cis) for one in bdpm.packs(raw.packs)})
    return {
        "cis": known,
        "labels": [labels[cis] for cis in known],
        "groups": [groups.get(cis, 0) for cis in known],
        "names": names,
        "substances": [[number[name] for name in substances.get(cis, ())] for cis in known],
        "cip": [cip for cip, _ in presentations],
        "cip_cis": [cis for _, cis in presentations],
        **_interactions(raw),
    }


def _substances(components: Iterable[bdpm.Component]) -> dict[int, tuple[str, ...]]:
    """The substances of each medicine: the moiety where it is told, else the salt."""
    by_medicine: dict[int, dict[str, bdpm.Component]] = {}
    for one in components:
        held = by_medicine.setdefault(one.cis, {})
        name = one.link or one.substance
        if name not in held or not one.active:
            held[name] = one
    return {
        cis: tuple(dict.fromkeys(one.substance for one in held.values() if one.substance))
        for cis, held in by_medicine.items()
    }


def _interactions(raw: Raw) -> dict[str, Any]:
    """Terms by key, the classes of each substance, the pairs; all by the number of their terms."""
    told, members = list(ansm.pairs(raw.interactions)), list(ansm.classes(raw.substances))
    substances = {key_of(name) for name, _ in members}

    def term_of(name: str) -> str:
        """A name that is no substance is a class: brackets say which one («sauf esmolol») and are kept."""
        return key_of(name) if key_of(name) in substances and class_key(name) not in classes else class_key(name)

    classes = {class_key(name) for _, of in members for name in of}
    terms = {key_of(name): name for name, _ in members}
    terms |= {class_key(name): name for _, of in members for name in of}
    terms |= {term_of(name): name for pair in told for name in (pair.one, pair.other)}
    number = {key: index for index, key in enumerate(terms)}
    return {
        "terms": list(terms.items()),
        "classes": [[number[key_of(name)], [number[class_key(one)] for one in of]] for name, of in members],
        "pairs": [
            [number[term_of(one.one)], number[term_of(one.other)], [*map(list, one.levels)], one.mechanism]
            for one in told
        ],
    }
