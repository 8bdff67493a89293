"""The words of a PDF: read by a child that may hang or die, and whose death is but a document without words."""

import time
import zlib

import pytest

from dmp.documents import pdf_words
from dmp.documents.pdf_words import BROKEN, PdfUnread, read_pdf, words_of_pdf
from pdf_builders import a_pdf

pytest.importorskip("pypdf", reason="the library that reads PDF is not installed")


def test_the_layer_of_text_is_read():
    shown = "BT /F 12 Tf 50 700 Td (Glycémie à jeun 1,32 g/L) Tj ET".encode("cp1252")

    assert words_of_pdf(a_pdf(shown)).strip() == "Glycémie à jeun 1,32 g/L"


def test_a_scan_has_no_words():
    assert words_of_pdf(a_pdf(b"")).strip() == ""


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"%PDF-1.4 broken",
        a_pdf(b"BT")[:150],
        b"%PDF-1.4\n1 0 obj<</Type/Pages/Kids[1 0 R]/Count 1>>endobj\n2 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\n"
        b"trailer<</Root 2 0 R>>",
        a_pdf(zlib.compress(b"BT (x) Tj ET " * 5_000_000, 9), packed=True),
        a_pdf(b"q " * 2_000_000),
    ],
    ids=["nothing", "broken", "cut", "in a circle", "swelling", "endless"],
)
def test_a_hostile_file_gives_nothing_within_its_bounds(octets):
    before = time.monotonic()

    assert words_of_pdf(octets).strip() == ""
    assert time.monotonic() - before < pdf_words.SECONDS + 5


def test_a_child_that_takes_too_long_is_ended():
    assert words_of_pdf(a_pdf(b"BT (x) Tj ET"), seconds=0.001) == ""


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(pdf_words, "LARGEST", 10)

    assert words_of_pdf(a_pdf(b"BT /F 12 Tf (x) Tj ET")) == ""


def test_why_a_file_was_not_read_is_one_word_and_only_a_slow_one_is_worth_another_try():
    with pytest.raises(PdfUnread) as broken:
        read_pdf(b"%PDF-1.4 broken")
    with pytest.raises(PdfUnread) as slow:
        read_pdf(a_pdf(b"BT"), seconds=0.001)

    assert (broken.value.said, broken.value.is_passing) == (BROKEN, False)
    assert (slow.value.said, slow.value.is_passing) == ("pdf-too-slow", True)
