"""Recognising a DICOM Key Object Selection («KOS»), the list of the images of a study (cda 4.10, functional 5.3).

Only what an entry of the record needs is read: the parts of DICOM PS3.5 and
PS3.10 for uncompressed little-endian files.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry
from dmp.record.errors import InvalidIdentity, Problem, Refused, XdsCode
from dmp.record.hl7text import Cx
from dmp.record.patient import PatientId
from dmp.record.profile import MIB
from dmp.wire.cda.patient import other_family

KOS_CLASS = "1.2.840.10008.5.1.4.1.1.88.59"
"""SOP class of a Key Object Selection document, also its formatCode."""
KOS_FORMAT = Code(KOS_CLASS, "1.2.840.10008.2.6.1", "Key Object Selection Document")
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"

CLASS, INSTANCE, DATE, TIME = (0x0008, 0x0016), (0x0008, 0x0018), (0x0008, 0x0023), (0x0008, 0x0033)
ACCESSION, PATIENT, STUDY = (0x0008, 0x0050), (0x0010, 0x0020), (0x0020, 0x000D)
QUALIFIERS, AUTHORITY = (0x0010, 0x0024), (0x0040, 0x0032)
"""Sequence that qualifies the issuer of the patient's number, and the OID inside."""
PIXELS = frozenset({(0x7FE0, 0x0008), (0x7FE0, 0x0009), (0x7FE0, 0x0010)})
LARGEST = MIB
"""Octets: a list of images is small."""
_WANTED = {CLASS, INSTANCE, DATE, TIME, ACCESSION, PATIENT, STUDY}
_META_CLASS, _META_SYNTAX = (0x0002, 0x0002), (0x0002, 0x0010)
_ITEM_END, _SEQUENCE_END = (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
_ITEM_GROUP = 0xFFFE
_LONG_FORMS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_UNDEFINED = 0xFFFFFFFF
_DEEPEST = 16

Tag = tuple[int, int]


@dataclass(frozen=True)
class Kos:
    """What an entry takes from a KOS; texts as written, blanks removed, empty when absent."""

    instance_uid: str
    """SOP instance UID, the uniqueId of the document."""
    study_uid: str
    patient: PatientId
    """Number and root of the patient; the root is empty when the file does not tell it."""
    accession: str
    content_date: str
    content_time: str


class Value(NamedTuple):
    """An element: where its value starts, its length, what is undefined left at _UNDEFINED."""

    tag: Tag
    form: bytes
    start: int
    length: int


def is_dicom(data: bytes) -> bool:
    """Tell a DICOM file by its prefix."""
    return data[128:132] == b"DICM"


def read_kos(data: bytes) -> Kos:
    """Read a Key Object Selection.

    Raises:
        Refused: not DICOM, not a KOS, cut short, or in a transfer syntax that is not read here.
    """
    if not is_dicom(data):
        raise _refused("not a DICOM file")
    try:
        start, meta = read_meta(data)
        if meta.get(_META_CLASS) != KOS_CLASS:
            raise _refused("not a Key Object Selection")
        if meta.get(_META_SYNTAX) not in (IMPLICIT, EXPLICIT):
            raise _refused("transfer syntax not taken")
        found = _texts(data, start, explicit=meta[_META_SYNTAX] == EXPLICIT)
    except (struct.error, ValueError) as error:
        raise _refused("damaged DICOM file") from error
    if found.get(CLASS) != KOS_CLASS or not found.get(INSTANCE) or not found.get(STUDY):
        raise _refused("without SOP class, instance or study")
    return Kos(
        instance_uid=found[INSTANCE],
        study_uid=found[STUDY],
        patient=PatientId(found.get(PATIENT, ""), found.get(AUTHORITY, "")),
        accession=found.get(ACCESSION, ""),
        content_date=found.get(DATE, ""),
        content_time=found.get(TIME, ""),
    )


def check_kos(data: bytes, entry: DocumentEntry, *, tolerant: bool = False) -> list[Problem]:
    """Judge a KOS against the entry that announces it (cda 4.10, DEC-103, DEC-107).

    Refused: unreadable, over 1 MiB, with pixels, another uniqueId, format or
    patient. A tolerant sandbox takes the patient's number under a root of the
    other family (DEC-120).
    """
    if len(data) > LARGEST:
        return [_differs(entry, "size", f"a Key Object Selection has at most {LARGEST} octets")]
    try:
        kos = read_kos(data)
        patient = Cx.parse(entry.patient_cx).patient
    except Refused as refusal:
        return [Problem(problem.code, f"{entry.uuid} {problem.context}") for problem in refusal.problems]
    except InvalidIdentity:
        return [_differs(entry, "patientId", "not a CX")]
    problems: list[Problem] = []
    if entry.unique_id != kos.instance_uid:
        problems.append(_differs(entry, "uniqueId", "not the SOP Instance UID (0008,0018)"))
    if not entry.format_code.same(KOS_FORMAT):
        problems.append(_differs(entry, "formatCode", "not that of a Key Object Selection"))
    if patient.number != kos.patient.number or (kos.patient.root and kos.patient.root != patient.root):
        cousin = tolerant and other_family(patient, kos.patient)
        problems.append(_differs(entry, "patientId", "not the Patient ID (0010,0020)", warning=cousin))
    return problems


def _differs(entry: DocumentEntry, attribute: str, what: str, *, warning: bool = False) -> Problem:
    return Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"{entry.uuid} {attribute}: {what}", warning=warning)


def read_meta(data: bytes) -> tuple[int, dict[Tag, str]]:
    """The file meta information, always explicit, and where it ends."""
    position, found = 132, dict[Tag, str]()
    while struct.unpack_from("<H", data, position)[0] == 0x0002:
        value = element_at(data, position, explicit=True)
        found[value.tag] = text_at(data, value)
        position = value.start + value.length
    return position, found


def _texts(data: bytes, start: int, *, explicit: bool) -> dict[Tag, str]:
    """The wanted elements of the data set; other sequences than the issuer's are stepped over.

    Raises:
        ValueError: pixels.
    """
    found: dict[Tag, str] = {}
    for value in _elements(data, start, explicit=explicit):
        if value.tag in PIXELS:
            raise ValueError("pixels in a list of images")
        if value.tag in _WANTED:
            found[value.tag] = text_at(data, value)
        elif value.tag == QUALIFIERS:
            found[AUTHORITY] = _authority(data, value, explicit=explicit)
    return found


def _authority(data: bytes, sequence: Value, *, explicit: bool) -> str:
    """The OID of the authority inside the issuer's sequence: items are entered, their elements read."""
    position, end = sequence.start, end_of(data, sequence, explicit=explicit, depth=0)
    while position < end:
        value = element_at(data, position, explicit=explicit)
        if value.tag == AUTHORITY:
            return text_at(data, value)
        entered = value.tag[0] == _ITEM_GROUP
        position = value.start if entered else end_of(data, value, explicit=explicit, depth=0)
    return ""


def _elements(data: bytes, start: int, *, explicit: bool) -> Iterator[Value]:
    position = start
    while position < len(data):
        value = element_at(data, position, explicit=explicit)
        yield value
        position = end_of(data, value, explicit=explicit, depth=0)


def element_at(data: bytes, position: int, *, explicit: bool) -> Value:
    """Read the head of an element.

    Raises:
        ValueError: its value goes past the end.
        struct.error: its head does.
    """
    group, number = struct.unpack_from("<HH", data, position)
    form = data[position + 4 : position + 6] if explicit and group != _ITEM_GROUP else b""
    if form in _LONG_FORMS:
        start, (length,) = position + 12, struct.unpack_from("<I", data, position + 8)
    elif form:
        start, (length,) = position + 8, struct.unpack_from("<H", data, position + 6)
    else:
        start, (length,) = position + 8, struct.unpack_from("<I", data, position + 4)
    if length != _UNDEFINED and start + length > len(data):
        raise ValueError("value past the end")
    return Value((group, number), form, start, length)


def end_of(data: bytes, value: Value, *, explicit: bool, depth: int) -> int:
    """Where the next element starts; an undefined length is walked to its delimiter.

    Raises:
        ValueError: nested too deep.
    """
    if value.length != _UNDEFINED:
        return value.start + value.length
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    position = value.start
    while True:
        inner = element_at(data, position, explicit=explicit)
        position = end_of(data, inner, explicit=explicit, depth=depth + 1)
        if inner.tag in (_ITEM_END, _SEQUENCE_END):
            return position


def text_at(data: bytes, value: Value) -> str:
    if value.length == _UNDEFINED:
        return ""
    return data[value.start : value.start + value.length].decode("latin-1").strip(" \0")


def _refused(reason: str) -> Refused:
    return Refused(Problem(XdsCode.INVALID_DOCUMENT_CONTENT, f"DICOM Key Object Selection: {reason}"))
