"""What a Key Object Selection tells of the images of a study, for whoever reads it (cda 4.10): never an image."""

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dmp.record.errors import Problem, Refused, XdsCode
from dmp.wire.dicom_kos import EXPLICIT, Kos, Tag, Value, element_at, end_of, read_kos, read_meta

MOST_SERIES = 500
"""Told of one study."""
MODALITIES: Mapping[str, str] = MappingProxyType(
    {
        "1.2.840.10008.5.1.4.1.1.1": "CR",
        "1.2.840.10008.5.1.4.1.1.1.1": "DX",
        "1.2.840.10008.5.1.4.1.1.1.2": "MG",
        "1.2.840.10008.5.1.4.1.1.2": "CT",
        "1.2.840.10008.5.1.4.1.1.2.1": "CT",
        "1.2.840.10008.5.1.4.1.1.4": "MR",
        "1.2.840.10008.5.1.4.1.1.4.1": "MR",
        "1.2.840.10008.5.1.4.1.1.6.1": "US",
        "1.2.840.10008.5.1.4.1.1.3.1": "US",
        "1.2.840.10008.5.1.4.1.1.12.1": "XA",
        "1.2.840.10008.5.1.4.1.1.13.1.3": "MG",
        "1.2.840.10008.5.1.4.1.1.20": "NM",
        "1.2.840.10008.5.1.4.1.1.128": "PT",
        "1.2.840.10008.5.1.4.1.1.7": "SC",
    }
)
"""Modality (DICOM CID 29) by class of image (PS3.4 table B.5-1); of others the number of images alone is told."""

_CHARSET, _DESCRIPTION, _STUDY_DATE = (0x0008, 0x0005), (0x0008, 0x1030), (0x0008, 0x0020)
_NAME, _BIRTH, _SEX = (0x0010, 0x0010), (0x0010, 0x0030), (0x0010, 0x0040)
_INSTITUTION = (0x0008, 0x0080)
_EVIDENCE, _SERIES, _IMAGES = (0x0040, 0xA375), (0x0008, 0x1115), (0x0008, 0x1199)
_SERIES_UID, _IMAGE_CLASS = (0x0020, 0x000E), (0x0008, 0x1150)
_ITEMS = 0xFFFE
_ENTERED = frozenset({_EVIDENCE, _SERIES, _IMAGES})
_CHARSETS = {"ISO_IR 192": "utf-8", "ISO_IR 100": "latin-1", "ISO_IR 101": "iso8859-2", "ISO_IR 203": "iso8859-15"}


@dataclass(frozen=True)
class Series:
    """A series of a study: how many objects, and by which modalities where it is known."""

    uid: str
    objects: int
    modalities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """A study; texts as written, empty when absent."""

    kos: Kos
    date: str
    description: str
    institution: str
    patient_name: str
    """`FAMILY^Given`."""
    birth_date: str
    sex: str
    series: tuple[Series, ...]

    @property
    def modalities(self) -> tuple[str, ...]:
        """Those of all the series."""
        return tuple(dict.fromkeys(name for one in self.series for name in one.modalities))


def read_study(data: bytes) -> Study:
    """Read the study that a Key Object Selection lists.

    Raises:
        Refused: no Key Object Selection that can be read.
    """
    kos = read_kos(data)
    try:
        start, meta = read_meta(data)
        explicit = meta[0x0002, 0x0010] == EXPLICIT
        return _study(data, kos, _elements(data, start, explicit=explicit))
    except (struct.error, ValueError) as error:
        told = "DICOM Key Object Selection: damaged DICOM file"
        raise Refused(Problem(XdsCode.INVALID_DOCUMENT_CONTENT, told)) from error


def _study(data: bytes, kos: Kos, elements: Iterator[Value]) -> Study:
    found: dict[Tag, bytes] = {}
    series: dict[str, Counter[str]] = {}
    classes = Counter[str]()
    inside = False
    for value in elements:
        octets = data[value.start : value.start + value.length] if value.tag not in _ENTERED else b""
        inside = inside or value.tag == _EVIDENCE
        if not inside:
            found.setdefault(value.tag, octets)
        elif value.tag == _IMAGE_CLASS:
            classes[_plain(octets)] += 1
        elif value.tag == _SERIES_UID and len(series) < MOST_SERIES:
            # The images of a series stand before its own number.
            series.setdefault(_plain(octets), Counter()).update(classes)
            classes = Counter()
    charset = _CHARSETS.get(_plain(found.get(_CHARSET, b"")).rpartition("\\")[2], "latin-1")

    def text(tag: Tag) -> str:
        return found.get(tag, b"").decode(charset, "replace").strip(" \0")

    return Study(
        kos=kos,
        date=text(_STUDY_DATE),
        description=text(_DESCRIPTION),
        institution=text(_INSTITUTION),
        patient_name=text(_NAME),
        birth_date=text(_BIRTH),
        sex=text(_SEX),
        series=tuple(_series(uid, images) for uid, images in series.items()),
    )


def _series(uid: str, images: Counter[str]) -> Series:
    modalities = (MODALITIES[name] for name in images if name in MODALITIES)
    return Series(uid, images.total(), tuple(dict.fromkeys(modalities)))


def _elements(data: bytes, start: int, *, explicit: bool) -> Iterator[Value]:
    """Every element in its order; the lists of series and images are entered, other sequences stepped over."""
    position, inside = start, False
    while position < len(data):
        value = element_at(data, position, explicit=explicit)
        yield value
        inside = inside or value.tag == _EVIDENCE
        entered = value.tag in _ENTERED or value.tag[0] == _ITEMS
        enter = inside and entered
        position = value.start if enter else end_of(data, value, explicit=explicit, depth=0)


def _plain(octets: bytes) -> str:
    return octets.decode("latin-1").strip(" \0")
