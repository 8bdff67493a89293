import base64
import zlib

import pytest
from cda_data import document, name, needs_published, paths

from dmp.record.errors import XdsCode
from dmp.wire.cda import pdf
from dmp.wire.cda.active_content import check_content
from dmp.wire.cda.document import open_document

PLAIN_PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/OpenAction[3 0 R/Fit]>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
RTF = rb"{\rtf1\ansi Bonjour}"


def a_pdf(inside: bytes) -> bytes:
    return b"%PDF-1.5\n1 0 obj\n" + inside + b"\nendobj\n%%EOF"


def an_object_stream(objects: bytes, *, packing: bytes = b"/Filter/FlateDecode", name: bytes = b"ObjStm") -> bytes:
    packed = zlib.compress(b"5 0 " + objects)
    return b"<</Type/" + name + b"/N 1/First 4" + packing + b">>stream\n" + packed + b"\nendstream"


def unstructured(data: bytes, media_type: str = "application/pdf", attributes: str = 'representation="B64"'):
    return a_document(
        f'<nonXMLBody><text mediaType="{media_type}" {attributes}>{base64.b64encode(data).decode()}</text></nonXMLBody>'
    )


def attached(data: bytes, media_type: str):
    encoded = base64.b64encode(data).decode()
    return narrative(
        "",
        f'<entry><observationMedia><value representation="B64" mediaType="{media_type}">{encoded}</value>'
        "</observationMedia></entry>",
    )


def narrative(inside: str, after: str = ""):
    return a_document(
        "<structuredBody><component><section>"
        f'<text xmlns:h="http://www.w3.org/1999/xhtml">{inside}</text>{after}'
        "</section></component></structuredBody>"
    )


def a_document(body: str):
    text = f'<ClinicalDocument xmlns="urn:hl7-org:v3"><component>{body}</component></ClinicalDocument>'
    return open_document(text.encode())


def refusals(root) -> list[str]:
    return [problem.context for problem in check_content(root) if not problem.warning]


@needs_published
@pytest.mark.parametrize("path", paths(), ids=name)
def test_a_published_document_is_inert(path):
    assert refusals(document(path)) == []


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PLAIN_PDF, "application/pdf"),
        ("Compte rendu, 38 °C\n".encode(), "text/plain"),
        ("été".encode("latin-1"), "text/plain"),
        (RTF, "text/rtf"),
        (JPEG, "image/jpeg"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
    ],
)
def test_a_body_of_each_type_taken_passes(data, media_type):
    assert check_content(unstructured(data, media_type)) == []


@pytest.mark.parametrize(
    ("data", "media_type", "why"),
    [
        (JPEG, "application/pdf", "its octets are image/jpeg"),
        (PLAIN_PDF, "text/plain", "its octets are application/pdf"),
        (b"PK\x03\x04\x00\x00", "application/pdf", "its octets are unknown"),
        (b"<html><script>1</script></html>", "text/plain", "its octets are text/html"),
        (b" \xef\xbb\xbf<!DOCTYPE html>", "text/plain", "its octets are text/html"),
        (b"MZ\x90\x00", "text/plain", "its octets are unknown"),
        (PNG, "image/png", "a media type that is not taken"),
        (b"PK\x03\x04", "application/msword", "a media type that is not taken"),
        (b"", "application/pdf", "not base64, or empty"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(data, media_type, why):
    (problem,) = check_content(unstructured(data, media_type))

    assert problem.code is XdsCode.INVALID_DOCUMENT_CONTENT
    assert problem.context.startswith("ClinicalDocument/component/nonXMLBody/text: ")
    assert why in problem.context


@pytest.mark.parametrize("text", ["JVBERi0=!", "JVBERi0", "JVBERi0===", "JVBé", "====", "JVBE Ri0=x"])
def test_what_is_not_base64_is_refused(text):
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{text}</text></nonXMLBody>'

    assert refusals(a_document(body)) == ["ClinicalDocument/component/nonXMLBody/text: not base64, or empty"]


def test_a_comment_inside_base64_hides_nothing():
    encoded = base64.b64encode(a_pdf(b"<</S/JavaScript/JS(1)>>")).decode()
    cut = f"{encoded[:12]}<!-- -->{encoded[12:]}"
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{cut}</text></nonXMLBody>'

    assert "a PDF with JavaScript" in refusals(a_document(body))[0]


def test_a_compressed_file_is_refused():
    root = unstructured(PLAIN_PDF, attributes='representation="B64" compression="DF"')

    assert "a compressed file" in refusals(root)[0]


def test_one_image_taken_for_another_is_only_told_in_an_attachment():
    (problem,) = check_content(attached(PNG, "image/jpeg"))

    assert problem.warning
    assert refusals(attached(b"MZ\x90\x00", "image/jpeg")) != []


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        (b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "JavaScript"),
        (b"<</OpenAction<</S /J#61vaScript/JS(1)>>>>", "JavaScript"),
        (b"<</OpenAction<</S/#4A#61#76#61#53cript>>>>", "JavaScript"),
        (b"<</A<</S/Launch/F(calc.exe)>>>>", "Launch"),
        (b"<</Names<</EmbeddedFiles 4 0 R>>>>", "EmbeddedFiles"),
        (b"<</Type/EmbeddedFile>>", "EmbeddedFile"),
        (b"<</Subtype/FileAttachment>>", "FileAttachment"),
        (b"<</Subtype/RichMedia>>", "RichMedia"),
        (b"<</A<</S/SubmitForm/F(http://x)>>>>", "SubmitForm"),
        (b"<</A<</S/GoToR/F(x.pdf)>>>>", "GoToR"),
        (b"<</AcroForm<</XFA 5 0 R>>>>", "XFA"),
        (b"<</Encrypt 6 0 R>>", "Encrypt"),
        (an_object_stream(b"<</S/JavaScript/JS(1)>>"), "JavaScript"),
        (an_object_stream(b"<</S/Launch>>", name=b"Other"), "Launch"),
        (an_object_stream(b"<</S/GoTo>>", packing=b"/Filter[/ASCIIHexDecode/FlateDecode]"), "opaque object stream"),
        (
            an_object_stream(b"<<>>", packing=b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>"),
            "opaque object stream",
        ),
        (an_object_stream(b"<<>>", packing=b"/Filter/Fl#61teDecode"), "opaque object stream"),
        (an_object_stream(b"<<>>", packing=b"/Filter 9 0 R"), "opaque object stream"),
        (an_object_stream(b"<<>>", name=b"Obj#53tm") + b"<</Type/ObjStm>>", "opaque object stream"),
        (b"<</Type/ObjStm/Filter/FlateDecode>>stream\nnot deflate\nendstream", "opaque object stream"),
    ],
)
def test_a_pdf_that_acts_is_refused_however_it_is_written(inside, name):
    assert pdf.examine(a_pdf(inside)).active == (name,)
    assert f"a PDF with {name}" in refusals(unstructured(a_pdf(inside)))[0]


def test_an_object_stream_of_plain_objects_is_taken():
    assert pdf.examine(a_pdf(an_object_stream(b"<</S/GoTo/D[3 0 R]>>"))) == pdf.PdfTraits()


def test_a_bomb_in_an_object_stream_is_refused_and_one_in_an_image_is_not_inflated(monkeypatch):
    monkeypatch.setattr(pdf, "LARGEST_INFLATED", 1000)
    bomb = zlib.compress(b"5 0 " + b" " * 100_000)
    image = b"<</Subtype/Image/Filter/FlateDecode>>stream\n" + zlib.compress(b"\xff" * 100_000) + b"\nendstream"

    declared = b"<</Type/ObjStm/Filter/FlateDecode>>stream\n" + bomb + b"\nendstream"

    assert pdf.examine(a_pdf(declared)).active == ("opaque object stream",)
    assert pdf.examine(a_pdf(image)).active == ()


def test_damaged_streams_spend_what_may_be_inflated_too(monkeypatch):
    monkeypatch.setattr(pdf, "LARGEST_INFLATED", 150_000)
    damaged = zlib.compress(b"5 0 " + b" " * 100_000)[:-4] + b"\0\0\0\0"
    stream = b"<</Length 9>>stream\n" + damaged + b"\nendstream\n"

    assert pdf.examine(a_pdf(stream * 2)).active == ()
    assert pdf.examine(a_pdf(stream * 3)).active == ("opaque object stream",)


def test_blocks_that_inflate_to_nothing_spend_it_as_well(monkeypatch):
    monkeypatch.setattr(pdf, "LARGEST_INFLATED", 100_000)
    nothing = b"stream\n" + zlib.compress(b"")[:2] + b"\0\4\0\xfb\xff5 0 " + b"\0\0\0\xff\xff" * 2000

    assert pdf.examine(a_pdf(nothing * 3)).active == ()
    assert pdf.examine(a_pdf(nothing * 20)).active == ("opaque object stream",)


@pytest.mark.parametrize("many", [b"stream\n", b"/J#61"], ids=["streams", "escapes"])
def test_a_pdf_with_more_to_look_at_than_any_page_has_is_refused(monkeypatch, many):
    monkeypatch.setattr(pdf, "MOST_LOOKED_AT", 100)

    assert pdf.examine(a_pdf(many * 100)).active == ()
    assert pdf.examine(a_pdf(many * 101)).active == ("opaque object stream",)


def test_one_stream_does_not_answer_for_what_another_declares():
    unread = b"<</Type/ObjStm>>" + b" " * 5000

    assert pdf.examine(unread + an_object_stream(b"<<>>")).active == ("opaque object stream",)


def test_links_of_a_pdf_are_only_told():
    (problem,) = check_content(unstructured(a_pdf(b"<</A<</S/URI/URI(https://example.org)>>>>")))

    assert problem.warning
    assert "links" in problem.context


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        (rb"{\object\objemb{\*\objdata 0105}}", "objdata"),
        (rb"{\*\template http://x/y.dot}", "template"),
        (rb"{\field{\*\fldinst DDEAUTO cmd}}", "DDEAUTO"),
        (rb"{\field{\*\fldinst {\b INCLUDE}{TEXT} x}}", "INCLUDETEXT"),
    ],
)
def test_an_rtf_that_acts_is_refused(inside, word):
    assert any(
        f"an RTF with {word}" in told for told in refusals(unstructured(rb"{\rtf1 " + inside + b"}", "text/rtf"))
    )


def test_an_ordinary_narrative_passes():
    inside = (
        '<table border="1"><tbody><tr><td ID="a1">1</td></tr></tbody></table>'
        + '<paragraph styleCode="Bold">x<br/><sub>2</sub></paragraph><list><item>y</item></list>'
        + '<linkHtml href="#a1">z</linkHtml><linkHtml href="https://www.has-sante.fr">HAS</linkHtml>'
        + '<linkHtml href="mailto:a@b.fr">m</linkHtml><renderMultiMedia referencedObject="i"/>'
    )

    assert check_content(narrative(inside)) == []


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<script>1</script>", "not an element of a narrative"),
        ("<paragraph><iframe/></paragraph>", "not an element of a narrative"),
        ("<h:script>1</h:script>", "an element of web pages or stylesheets"),
        ('<paragraph onclick="x()"/>', "an event handler"),
        ('<content ONLOAD="x()">a</content>', "an event handler"),
        ('<linkHtml href="javascript:alert(1)">a</linkHtml>', "a link to something else"),
        ('<linkHtml href=" java&#10;script:alert(1)">a</linkHtml>', "a link to something else"),
        ('<linkHtml href="JavaScript:alert(1)">a</linkHtml>', "a link to something else"),
        ('<linkHtml href="data:text/html,1">a</linkHtml>', "a link to something else"),
        ('<linkHtml href="file:///etc/passwd">a</linkHtml>', "a link to something else"),
        ('<linkHtml href="ftp://x">a</linkHtml>', "a link to something else"),
    ],
)
def test_a_narrative_that_acts_is_refused_with_the_element_named(inside, why):
    told = refusals(narrative(inside))

    assert any(why in context for context in told)
    assert all(context.startswith("ClinicalDocument/component/structuredBody") for context in told)


def test_a_relative_link_leads_nowhere_and_is_only_told():
    (problem,) = check_content(narrative('<linkHtml href="Documents/TAP.pdf">a</linkHtml>'))

    assert problem.warning


@pytest.mark.parametrize(
    "after",
    [
        '<entry><act><text><reference value="javascript:alert(1)"/></text></act></entry>',
        '<entry><act><telecom value="data:text/html,1"/></act></entry>',
        '<entry><observation><value mediaType="text/html">x</value></observation></entry>',
        '<entry><observation><value mediaType="image/svg+xml">x</value></observation></entry>',
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        '<x:if xmlns:x="http://www.w3.org/1999/XSL/Transform" test="1"/>',
    ],
)
def test_what_a_browser_would_run_is_refused_outside_the_narrative_too(after):
    assert len(refusals(narrative("", after))) == 1


def test_the_stylesheet_around_a_document_is_not_judged():
    text = (
        '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" xmlns:h="http://www.w3.org/1999/xhtml">'
        '<x:template match="/"><h:script>1</h:script></x:template>'
        '<ClinicalDocument xmlns="urn:hl7-org:v3"/></x:stylesheet>'
    )

    assert check_content(open_document(text.encode())) == []


def test_many_warnings_are_cut_short_and_hide_no_refusal():
    links = '<linkHtml href="a">b</linkHtml>' * 300

    told = check_content(narrative(links + '<linkHtml href="javascript:a">b</linkHtml>'))

    assert [problem.warning for problem in told] == [True] * 100 + [False]
    assert "linkHtml[301]" in told[-1].context
