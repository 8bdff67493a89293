"""Documents to be read, for tests of the reader: every default is valid, every test names only what matters."""

import base64
import struct

from dmp.wire.dicom_kos import EXPLICIT, KOS_CLASS

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACTIVE_PDF = PDF.replace(b"/Type/Catalog", b"/Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def a_cda(body: str) -> bytes:
    """A document with that body; its header says whose it is and who wrote it."""
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><title>Compte rendu</title>'
        '<effectiveTime value="20260131101500+0100"/><versionNumber value="2"/>'
        '<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="279035121518989"/><patient><name>'
        '<family qualifier="BR">DUBOIS</family><given qualifier="BR">ANNE</given></name>'
        '<administrativeGenderCode code="F"/><birthTime value="19790328"/></patient></patientRole></recordTarget>'
        '<legalAuthenticator><time value="20260131"/><assignedEntity><assignedPerson><name><family>ARNOUX</family>'
        "<given>Claire</given></name></assignedPerson></assignedEntity></legalAuthenticator>"
        f"<component>{body}</component></ClinicalDocument>"
    ).encode()


def a_section(text: str, *, title: str = "Conclusion", more: str = "") -> str:
    """A section with that narrative."""
    return f"<component><section><title>{title}</title><text>{text}</text>{more}</section></component>"


def a_report(text: str, *, title: str = "Conclusion", more: str = "") -> bytes:
    """A structured document (N3) with one section."""
    return a_cda(f"<structuredBody>{a_section(text, title=title, more=more)}</structuredBody>")


def wrapped(octets: bytes, media_type: str = "application/pdf") -> bytes:
    """A document without structure (N1) around a file."""
    text = base64.b64encode(octets).decode()
    return a_cda(f'<nonXMLBody><text mediaType="{media_type}" representation="B64">{text}</text></nonXMLBody>')


def a_file(octets: bytes, name: str = "img", media_type: str = "image/png") -> str:
    """An entry of a section that holds a file."""
    text = base64.b64encode(octets).decode()
    value = f'<value mediaType="{media_type}" representation="B64">{text}</value>'
    return f'<entry><observationMedia classCode="OBS" moodCode="EVN" ID="{name}">{value}</observationMedia></entry>'


def a_study(*, series: int = 1, images: int = 2, name: str = "DUBOIS^ANNE") -> bytes:
    """A Key Object Selection that lists series of scans."""
    meta = _element(2, 2, b"UI", KOS_CLASS) + _element(2, 0x10, b"UI", EXPLICIT)
    scan = _item(_element(8, 0x1150, b"UI", "1.2.840.10008.5.1.4.1.1.2"))
    listed = (
        _item(_sequence(8, 0x1199, scan * images) + _element(0x20, 0x0E, b"UI", f"1.2.3.{number}"))
        for number in range(series)
    )
    body = (
        _element(8, 5, b"CS", "ISO_IR 192")
        + _element(8, 0x16, b"UI", KOS_CLASS)
        + _element(8, 0x18, b"UI", "1.2.3.1")
        + _element(8, 0x20, b"DA", "20260131")
        + _element(8, 0x1030, b"LO", "Crâne")
        + _element(0x10, 0x10, b"PN", name)
        + _element(0x10, 0x20, b"LO", "279035121518989")
        + _element(0x20, 0x0D, b"UI", "1.2.3")
        + _sequence(0x40, 0xA375, _item(_sequence(8, 0x1115, b"".join(listed))))
    )
    return b"\0" * 128 + b"DICM" + meta + body


def _element(group: int, number: int, form: bytes, text: str) -> bytes:
    value = text.encode()
    value += b" " * (len(value) % 2)
    return struct.pack("<HH", group, number) + form + struct.pack("<H", len(value)) + value


def _item(value: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(value)) + value


def _sequence(group: int, number: int, items: bytes) -> bytes:
    """A sequence of undefined length, ended by its delimiter."""
    head = struct.pack("<HH", group, number) + b"SQ" + struct.pack("<HI", 0, 0xFFFFFFFF)
    return head + items + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
