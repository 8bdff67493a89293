"""Files that people put in: what they are, told by their octets; and what is left of a photo."""

import re
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp.documents.files.jpeg import read_jpeg
from dmp.documents.files.png import read_png
from dmp.documents.files.trouble import UnusableFile, Why
from dmp.documents.files.typed import CDA, JPEG, typed
from dmp.documents.files.typed import PDF as PDF_TYPE
from dmp.wire.cda import pdf
from dmp.wire.cda.content import detected
from file_builders import ACTIVE_PDF, PDF, PLACE, RTF, TEXT, a_jpeg, a_photo, a_png, chunk, exif, segment

MARKUP = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("octets", "media_type"),
    [(PDF, PDF_TYPE), (RTF, "text/rtf"), (TEXT, "text/plain"), (a_jpeg(), JPEG), (a_png(), PDF_TYPE)],
    ids=["pdf", "rtf", "text", "jpeg", "png"],
)
def test_each_type_is_told_by_its_octets(octets, media_type):
    found = typed([octets])
    assert found.media_type == media_type
    assert detected(found.octets) == media_type


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", Why.EMPTY),
        (b"PK\x03\x04\0\0", Why.UNKNOWN),
        (b"GIF89a\1\0\1\0", Why.UNKNOWN),
        (b"MZ\x90\0\3", Why.UNKNOWN),
        (MARKUP, Why.MARKUP),
        (b"  <svg onload='x'/>", Why.MARKUP),
        (b"<?xml version='1.0'?><ClinicalDocument/>", Why.MARKUP),
        (ACTIVE_PDF, Why.ACTIVE),
        (PDF.replace(b"/Catalog", b"/Catalog /Encrypt 2 0 R"), Why.ACTIVE),
        (RTF.replace(b"Tension", rb"{\object\objdata 00}"), Why.ACTIVE),
        (a_jpeg()[:-20], Why.BROKEN),
        (b"\xff\xd8\xff", Why.BROKEN),
        (a_jpeg(width=0), Why.BROKEN),
        (a_jpeg(width=60000, height=60000), Why.HUGE_PICTURE),
        (a_jpeg(frame=0xC3), Why.RARE_PICTURE),
        (a_jpeg(colours=2), Why.RARE_PICTURE),
        (a_png()[:60], Why.BROKEN),
        (a_png(points=bytes(5)), Why.BROKEN),
        (a_png(points=bytes(10**6)), Why.BROKEN),
        (a_png(width=20000, height=2, points=b""), Why.HUGE_PICTURE),
        (a_png(interlaced=1), Why.RARE_PICTURE),
        (a_png(kind=0, bits=3), Why.BROKEN),
        (a_png().replace(b"Location", b"Locatiox"), Why.BROKEN),
    ],
)
def test_what_cannot_be_taken_says_why(octets, why):
    with pytest.raises(UnusableFile) as told:
        typed([octets])
    assert told.value.why is why


@pytest.mark.parametrize("octets", [b"<?xml version='1.0'?><ClinicalDocument/>", b"\xef\xbb\xbf <ClinicalDocument/>"])
def test_a_cda_document_is_taken_as_it_is_where_it_may(octets):
    found = typed([octets], cda=True)
    assert (found.media_type, found.octets) == (CDA, octets)
    with pytest.raises(UnusableFile):
        typed([MARKUP], cda=True)


def test_a_text_of_windows_becomes_one_of_everybody():
    assert typed(["Bien toléré, 20 € à régler".encode("cp1252")]).octets == "Bien toléré, 20 € à régler".encode()
    assert typed([b"\xef\xbb\xbfBonjour"]).octets == b"Bonjour"


# -- photos


@pytest.mark.parametrize("photo", [a_photo(), a_photo(1), a_photo(8)])
def test_a_photo_does_not_tell_where_it_was_taken(photo):
    assert PLACE in photo
    kept = typed([photo]).octets
    assert PLACE not in kept
    for told in (b"Photoshop", b"adobe.com", b"MPF", b"film", b"8825"):
        assert told not in kept
    assert b"ICC_PROFILE" in kept, "colours stay true"


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_stays_the_right_way_up(turned, order):
    photo = read_jpeg(a_jpeg(exif(turned, order=order)))
    assert photo.turned == turned
    assert photo.shown == ((30, 40) if turned >= 5 else (40, 30))
    again = read_jpeg(photo.octets)
    assert (again.turned, again.octets) == (turned, photo.octets)
    assert photo.octets.count(b"Exif") == (turned != 1)


def test_what_shows_of_a_photo_is_kept_to_the_octet():
    plain = a_jpeg()
    assert read_jpeg(plain).octets == plain
    several = a_jpeg(frame=0xC2)[:-2] + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x77\x78\xff\xd9"
    assert read_jpeg(several).octets == several, "a progressive picture has several scans"


@pytest.mark.parametrize(
    "lie",
    [
        b"Exif\0\0MM\0*" + struct.pack(">I", 2**32 - 1),
        b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 65535),
        b"Exif\0\0MM\0*" + struct.pack(">IHHHIHH", 8, 1, 0x0112, 3, 1, 99, 0),
        b"Exif\0\0XX\0*\0\0\0\x08",
        b"Exif\0\0",
    ],
)
def test_a_lying_exif_turns_nothing_and_stays_out(lie):
    photo = read_jpeg(a_jpeg(segment(0xE1, lie)))
    assert photo.turned == 1
    assert b"Exif" not in photo.octets


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_octets_break_the_readers_otherwise_than_by_their_refusal(noise, at):
    for octets, read in ((a_photo(), read_jpeg), (a_png(), read_png)):
        try:
            read(octets[:at] + noise + octets[at:])
        except UnusableFile:
            continue


# -- pages


def test_several_photos_are_the_pages_of_one_document():
    found = typed([a_photo(), a_png(), a_jpeg()])
    assert found.media_type == PDF_TYPE
    assert found.octets.count(b"/Type /Page ") == 3
    assert PLACE not in found.octets
    assert pdf.examine(found.octets) == pdf.PdfTraits()


@pytest.mark.parametrize("others", [[PDF, a_jpeg()], [TEXT, TEXT], [a_png(), RTF]])
def test_only_photos_go_together(others):
    with pytest.raises(UnusableFile) as told:
        typed(others)
    assert told.value.why is Why.MIXED


def test_an_empty_file_among_others_is_told():
    with pytest.raises(UnusableFile) as told:
        typed([a_jpeg(), b""])
    assert told.value.why is Why.EMPTY


@pytest.mark.parametrize("kind", [0, 2, 3, 4, 6])
def test_the_points_of_a_png_go_into_the_page_as_they_are(kind):
    octets = typed([a_png(kind=kind)]).octets
    values = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    packed = zlib.compress((b"\0" + bytes(20 * values)) * 10)
    assert packed in octets
    assert f"/Colors {values} ".encode() in octets
    assert PLACE not in octets
    for place in map(int, re.findall(rb"(\d{10}) 00000 n", octets)):
        assert re.match(rb"\d+ 0 obj", octets[place : place + 12]), "the table leads to the objects"


def test_what_follows_the_points_of_a_png_is_left_out():
    rows = (b"\0" + bytes(60)) * 10
    body = zlib.compress(rows)
    png = a_png().replace(chunk(b"IDAT", body), chunk(b"IDAT", body + PLACE))
    assert PLACE not in typed([png]).octets


@pytest.mark.parametrize(
    ("turned", "shape", "matrix"),
    [
        (1, "793.33 595.00", "793.33 0 0 595.00 0 0"),
        (3, "793.33 595.00", "-793.33 0 0 -595.00 793.33 595.00"),
        (6, "595.00 793.33", "0 -793.33 595.00 0 0 793.33"),
        (8, "595.00 793.33", "0 793.33 -595.00 0 595.00 0"),
    ],
)
def test_a_page_has_the_shape_of_its_picture_the_right_way_up(turned, shape, matrix):
    octets = typed([a_jpeg(exif(turned)), a_jpeg()]).octets
    assert f"/MediaBox [0 0 {shape}]".encode() in octets
    assert f"q {matrix} cm".encode() in octets
