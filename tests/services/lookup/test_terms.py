"""What is kept of one document: small, bounded, the same after a reading again."""

import time
from pathlib import Path

import pytest

from dmp.documents.text import DocumentText, TextSection, TextState, text_of
from dmp.services.lookup.snippets import snippets
from dmp.services.lookup.terms import MOST_KEPT, MOST_OCTETS, MOST_PLACES, NO_TERMS, terms_of, unpack
from lookup_builders import a_paper

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "cda"
PATHS = sorted(PUBLISHED.glob("*/*.xml"))
needs_published = pytest.mark.skipif(not PATHS, reason="the published CDA documents are not here")


def text(*sections: str) -> DocumentText:
    return DocumentText(tuple(TextSection("", one) for one in sections))


def test_a_term_is_found_with_its_places():
    terms = terms_of(text("Fracture du radius droit. Radius consolidé."))

    assert terms.places("radiu") == (1, 3)
    assert terms.places("radi") == ()
    assert list(terms.starting("radi")) == ["radiu"]
    assert terms.length == 5


def test_what_was_kept_is_read_as_it_was():
    terms = terms_of(text("Un texte.", "Un autre, œdème ÉTÉ \U0001f600 وصفة"))

    assert unpack(terms.packed) == terms
    assert unpack(NO_TERMS.packed) == NO_TERMS
    assert NO_TERMS.packed == b""


def test_a_text_cannot_forge_what_is_kept():
    terms = unpack(terms_of(text("a\n\nzona ! \x1e\x1f\nglycémie", "\x1ffaux\x1e")).packed)

    assert terms.places("zona") == (0,)
    assert [section.text for section in terms.text.sections] == ["a zona ! glycémie", "faux"]


def test_a_document_without_words_leaves_nothing():
    assert terms_of(DocumentText()).packed == b""
    assert unpack(b"").state is TextState.NONE


def test_a_pdf_that_was_not_read_is_known_to_wait():
    terms = unpack(terms_of(DocumentText(pdfs=(b"%PDF-1.4",))).packed)

    assert (terms.state, terms.waiting) == (TextState.UNREAD, True)


def test_a_long_document_is_cut_and_says_so():
    terms = terms_of(text(" ".join(f"mot{number}x" for number in range(50_000))))

    assert terms.cut
    assert len(terms.lines) <= MOST_OCTETS + 1
    assert len(terms.kept.decode()) <= MOST_KEPT + 2
    assert terms.places("mot0x") == (0,)


def test_a_word_said_without_end_is_counted_up_to_a_bound():
    assert len(terms_of(text("radius " * 5000)).places("radiu")) == MOST_PLACES


def test_a_word_far_away_keeps_its_place():
    terms = terms_of(text("a1 " + "b2 " * 15_000 + "fin"))

    assert terms.places("fin") == (15_001,)


def test_the_beginning_of_a_text_is_kept_for_snippets():
    paper = a_paper("a", "Glycémie 1,32 g/L")

    assert paper.terms.text.plain == "Glycémie 1,32 g/L"


@needs_published
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_published_document_gives_the_same_terms_each_time(path):
    octets = path.read_bytes()

    terms = terms_of(text_of(octets))

    assert unpack(terms.packed) == terms == terms_of(text_of(octets))
    assert not terms.cut
    assert terms.state is TextState.NONE or terms.waiting or terms.length
    assert snippets(terms.text, ()) == ()


@needs_published
def test_published_documents_are_read_in_time():
    contents = [path.read_bytes() for path in PATHS]
    before = time.process_time()

    packed = [terms_of(text_of(octets)).packed for octets in contents]

    assert (time.process_time() - before) / len(contents) < 0.018
    assert sum(map(len, packed)) / len(packed) < 6_000
