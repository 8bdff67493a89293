"""The words of a document, whatever it is; and nothing that is not there."""

import pytest

from dmp.documents.text import MOST_CHARACTERS, MOST_PDFS, DocumentText, TextState, text_of, with_pdf_words
from reader_builders import ACTIVE_PDF, PDF, PNG, a_cda, a_file, a_report, a_section, a_study, wrapped


def test_sections_are_told_with_their_titles():
    inside = a_section("Radius <content>consolidé</content>.", title="Examen")
    text = text_of(a_report("Bonne<br/>évolution", title="Conclusion", more=inside))

    assert [(one.title, one.text) for one in text.sections] == [
        ("Conclusion", "Bonne évolution"),
        ("Examen", "Radius consolidé."),
    ]
    assert text.state is TextState.WORDS


def test_cells_and_lines_part_words_and_runs_do_not():
    table = "<table><tbody><tr><td>Sodium</td><td>140</td></tr></tbody></table><paragraph>H<sub>2</sub>O</paragraph>"

    assert text_of(a_report(table)).sections[0].text == "Sodium 140 H2O"


def test_a_comment_is_not_of_the_document():
    assert text_of(a_report("vu <!-- caché --> le")).sections[0].text == "vu le"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (wrapped(rb"{\rtf1\ansi Tension \'e9lev\'e9e.\par}", "text/rtf"), "Tension élevée."),
        (wrapped("Œdème".encode(), "text/plain"), "Œdème"),
        (wrapped("élevée".encode("cp1252"), "text/plain"), "élevée"),
        (b"Une lettre", "Une lettre"),
        ("e\u0301le\u00advée\u200b".encode(), "élevée"),
    ],
)
def test_a_text_without_structure_is_read(octets, words):
    assert text_of(octets).plain == words


def test_a_pdf_is_left_to_be_read():
    for octets in (PDF, wrapped(PDF)):
        text = text_of(octets)
        assert (text.pdfs, text.state) == ((PDF,), TextState.UNREAD)


def test_a_pdf_that_could_do_something_is_not_read():
    assert text_of(ACTIVE_PDF) == DocumentText()


def test_files_beside_a_narrative_are_left_to_be_read_up_to_a_bound():
    files = "".join(a_file(PDF, f"f{number}", "application/pdf") for number in range(MOST_PDFS + 2))
    text = text_of(a_report("Voir les fichiers.", more=files))

    assert len(text.pdfs) == MOST_PDFS
    assert text.state is TextState.WORDS


def test_the_words_of_a_pdf_come_after_and_those_of_a_scan_are_none():
    text = with_pdf_words(
        text_of(a_report("Voir.", more=a_file(PDF, "f", "application/pdf"))), lambda _: "hyper-\ntension"
    )

    assert text.plain == "Conclusion\nVoir.\nhypertension"
    assert text.pdfs == ()
    assert with_pdf_words(text_of(PDF), lambda _: " \n ").state is TextState.NONE


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0" * 100,
        PNG,
        wrapped(PNG, "image/png"),
        a_study(),
        b"<?xml version='1.0'?><ClinicalDocument",
        b"<html><body>x</body></html>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><ClinicalDocument xmlns='urn:hl7-org:v3'>&a;</ClinicalDocument>",
        a_cda("<nonXMLBody/>"),
        a_cda("<nonXMLBody><text representation='B64'>!!!</text></nonXMLBody>"),
        a_cda("<structuredBody/>"),
        a_cda(""),
    ],
)
def test_what_holds_no_words_has_none(octets):
    assert text_of(octets).state is TextState.NONE


def test_a_long_document_is_cut():
    text = text_of(b"mot " * MOST_CHARACTERS)

    assert text.cut
    assert len(text.plain) <= MOST_CHARACTERS


def test_sections_in_one_another_without_end_are_read_in_time():
    deep = "<component><section><title>t</title><text>mot</text>" * 200 + "</section></component>" * 200

    assert text_of(a_cda(f"<structuredBody>{deep}</structuredBody>")).state is TextState.WORDS
