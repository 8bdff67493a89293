"""The narrative of a CDA as values: all its text, none of its markup, whatever the document."""

import random
import time

import pytest
from cda_data import name, needs_published, paths

from dmp.assure.hostile_text import payloads
from dmp.record.errors import Refused
from dmp.wire.cda.document import open_document
from dmp.wire.cda.narrative import (
    Align,
    Anchor,
    Break,
    Caption,
    Cell,
    Footnote,
    Link,
    List,
    Mark,
    Marked,
    NotShown,
    Paragraph,
    Picture,
    Place,
    Section,
    Table,
    Text,
    text_of_nodes,
)
from dmp.wire.cda.narrative_reading import MOST_NODES
from dmp.wire.cda.reading import CdaReading, read_cda
from dmp.wire.cda.rtf_text import text_of_rtf
from dmp.wire.cda.tree import CDA
from reader_builders import ACTIVE_PDF, PDF, PNG, a_cda, a_file, a_report, a_section, wrapped


def nodes(text: str, **how) -> tuple:
    (section,) = read_cda(a_report(text, **how)).narrative.sections
    return section.nodes


def packed(text: str) -> str:
    return "".join(text.split())


def all_text(sections: tuple[Section, ...]) -> str:
    return "".join(text_of_nodes(one.nodes) + all_text(one.sections) for one in sections)


@needs_published
@pytest.mark.parametrize("path", paths(), ids=name)
def test_every_published_document_is_read_without_losing_a_word(path):
    data = path.read_bytes()

    reading = read_cda(data)

    texts = [
        text for one in open_document(data).iter(f"{{{CDA}}}section") for text in one.iterchildren(f"{{{CDA}}}text")
    ]
    written = packed("".join("".join(text.itertext("*")) for text in texts))
    # Captions stand above their tables and lists, wherever they were written.
    assert sorted(packed(all_text(reading.narrative.sections))) == sorted(written)
    assert not reading.narrative.cut
    assert reading.narrative.sections or reading.body


def test_words_stand_out_as_their_author_wanted():
    found = nodes(
        '<content styleCode="Bold Underline">a</content><sub>2</sub><sup>3</sup><content revised="delete">b</content>'
    )

    assert found == (
        Marked(Mark.UNDERLINE, (Marked(Mark.BOLD, (Text("a"),)),)),
        Marked(Mark.SUBSCRIPT, (Text("2"),)),
        Marked(Mark.SUPERSCRIPT, (Text("3"),)),
        Marked(Mark.DELETED, (Text("b"),)),
    )


def test_a_style_that_is_not_known_is_left_out():
    assert nodes('<content styleCode="xBlink color:red">a</content>') == (Text("a"),)


def test_paragraphs_breaks_and_captions():
    assert nodes("<paragraph><caption>Titre</caption>un<br/>deux</paragraph>") == (
        Caption((Text("Titre"),)),
        Paragraph((Text("un"), Break(), Text("deux"))),
    )


def test_lists_keep_their_order_and_caption():
    assert nodes('<list listType="ordered"><caption>A</caption><item>un</item><item>deux</item></list>') == (
        Caption((Text("A"),)),
        List(True, ((Text("un"),), (Text("deux"),))),
    )


def test_tables_keep_headings_spans_and_sides():
    (table,) = nodes(
        "<table><caption>T</caption><thead><tr><th colspan='2'>Examen</th></tr></thead>"
        "<tbody><tr><th>Na</th><td align='right' rowspan='2'>140</td></tr></tbody></table>"
    )

    assert table == Table(
        caption=(Text("T"),),
        head=((Cell((Text("Examen"),), Place.COLUMN, columns=2),),),
        body=((Cell((Text("Na"),), Place.ROW), Cell((Text("140"),), rows=2, align=Align.END)),),
    )


def test_a_row_of_headings_heads_what_is_below_it():
    (table,) = nodes("<table><tbody><tr><th>A</th><th>B</th></tr><tr><th>C</th><td>1</td></tr></tbody></table>")

    assert [[cell.place for cell in row] for row in table.body] == [
        [Place.COLUMN, Place.COLUMN],
        [Place.ROW, Place.DATA],
    ]


@pytest.mark.parametrize("span", ["0", "-1", "1e9", "9" * 30, "x", "", "٣"])
def test_a_span_that_is_no_number_is_one(span):
    (table,) = nodes(f"<table><tbody><tr><td colspan='{span}'>a</td></tr></tbody></table>")

    assert table.body[0][0].columns == 1


def test_a_huge_span_is_bounded():
    (table,) = nodes("<table><tbody><tr><td colspan='9999999' rowspan='9999999'>a</td></tr></tbody></table>")

    assert (table.body[0][0].columns, table.body[0][0].rows) == (100, 1000)


def test_links_lead_inside_the_document_alone():
    found = nodes(
        '<linkHtml href="#note">voir</linkHtml><linkHtml href="https://example.org">dehors</linkHtml>'
        '<linkHtml href="javascript:alert(1)">piège</linkHtml><paragraph ID="note">ici</paragraph>'
    )

    assert found == (Link(1, (Text("voir"),)), Text("dehors"), Text("piège"), Paragraph((Anchor(1), Text("ici"))))


def test_an_id_is_written_once_and_only_where_a_link_leads():
    found = nodes(
        '<linkHtml href="#a">voir</linkHtml><content ID="a">1</content><content ID="a">2</content>'
        '<content ID="b">3</content>'
    )

    assert found == (Link(1, (Text("voir"),)), Anchor(1), Text("1"), Text("2"), Text("3"))


def test_footnotes_are_numbered():
    assert nodes("un<footnote>note</footnote>") == (Text("un"), Footnote(1, (Text("note"),)))


def test_an_image_of_the_document_has_its_place():
    found = nodes('<renderMultiMedia referencedObject="img"/>', more=a_file(PNG))

    assert found == (Picture(0),)


def test_what_is_not_in_the_document_is_said_to_be_missing():
    assert nodes('<renderMultiMedia referencedObject="elsewhere"><caption>Radio</caption></renderMultiMedia>') == (
        NotShown((Caption((Text("Radio"),)),)),
    )


def test_a_region_of_an_image_shows_the_image():
    region = f'<entry><regionOfInterest ID="roi"><id root="1.2"/>{a_file(PNG)}</regionOfInterest></entry>'

    assert nodes('<renderMultiMedia referencedObject="roi"/>', more=region) == (Picture(0),)


def test_a_file_is_what_its_octets_show():
    more = (
        a_file(b"<svg onload='alert(1)'/>", media_type="image/png")
        + a_file(PNG, "b", "text/html")
        + a_file(ACTIVE_PDF, "c")
    )

    files = read_cda(a_report("x", more=more)).files

    assert [(file.media_type, file.is_picture, file.is_pdf) for file in files] == [
        ("text/html", False, False),
        ("image/png", True, False),
        ("application/pdf", False, False),
    ]


@pytest.mark.parametrize("octets", [PDF, PNG, b"Bonjour"])
def test_the_body_of_a_document_without_structure_is_a_file(octets):
    body = read_cda(wrapped(octets)).body

    assert body is not None
    assert body.octets == octets


def test_a_packed_file_and_one_that_is_not_base64_are_not_shown():
    packed_file = a_file(PNG).replace("<value ", '<value compression="DF" ')
    broken = a_file(PNG, "b").replace("iVBOR", "!!!!!")

    files = read_cda(a_report("x", more=packed_file + broken)).files

    assert [(file.media_type, file.octets) for file in files] == [("", b""), ("", b"")]


def test_what_is_unknown_gives_its_text_and_no_tag():
    found = nodes(
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script><div onclick="x()">a</div>'
        '<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:x()">b</a></svg><!-- c --><?php d ?>e'
    )

    assert found == (Text("alert(1)"), Text("a"), Text("b"), Text("e"))


def test_hostile_texts_stay_texts():
    for payload in payloads(300):
        escaped = payload.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert nodes(f"<paragraph>{escaped}</paragraph>") == (Paragraph((Text(payload),)),)


def test_a_block_in_a_paragraph_stands_by_itself():
    found = nodes("<paragraph>a<list><item>b</item></list>c</paragraph>")

    assert found == (Paragraph((Text("a"),)), List(False, ((Text("b"),),)), Paragraph((Text("c"),)))


def test_text_where_only_elements_should_stand_is_not_lost():
    found = nodes("<table>a<tbody>b<tr>c<td>d</td>e</tr></tbody></table><list>f<item>g</item></list>")

    assert sorted(packed(text_of_nodes(found))) == sorted("abcdefg")


def test_what_lies_too_deep_gives_its_text():
    deep = "<content>" * 80 + "fond" + "</content>" * 80

    assert text_of_nodes(nodes(deep)) == "fond"


def test_a_document_nested_beyond_the_limits_of_xml_is_refused():
    with pytest.raises(Refused):
        read_cda(a_report("<content>" * 200 + "</content>" * 200))


def test_a_huge_table_is_cut_and_said_to_be():
    started = time.thread_time()

    narrative = read_cda(a_report(f"<table><tbody>{'<tr><td>1</td></tr>' * MOST_NODES}</tbody></table>")).narrative

    assert narrative.cut
    (table,) = narrative.sections[0].nodes
    assert len(table.body) < MOST_NODES
    assert time.thread_time() - started < 5


def test_sections_stand_in_one_another():
    inner = a_section("b", title="Dedans")
    reading: CdaReading = read_cda(a_cda(f"<structuredBody>{a_section('a', more=inner)}</structuredBody>"))

    assert reading.narrative.sections == (Section("Conclusion", (Text("a"),), (Section("Dedans", (Text("b"),)),)),)


def test_an_entity_is_refused_with_its_document():
    data = a_report("&x;").decode()
    with pytest.raises(Refused):
        read_cda(f'<!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM "file:///etc/passwd">]>{data}'.encode())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Bonjour\par Madame}", "Bonjour\nMadame"),
        (rb"{\rtf1 caf\'e9 \u233?t\u233?}", "café été"),
        (rb"{\rtf1{\*\generator X;}{\pict 89504e47}{\object{\objdata 4142}}reste}", "reste"),
        (rb"{\rtf1{\field{\*\fldinst HYPERLINK \"http://x\"}{\fldrslt lien}}}", "lien"),
        (rb"{\rtf1 a\{b\}\\c}", "a{b}\\c"),
        (b"}}}{{{", ""),
        (b"\\'zz", "zz"),
    ],
)
def test_the_words_of_an_rtf(data, text):
    assert text_of_rtf(data) == text


def test_no_octets_break_the_reading_of_an_rtf():
    luck = random.Random(7)  # noqa: S311 - no secret
    for _ in range(300):
        parts = luck.choices([b"{", b"}", b"\\u-1?", b"\\uc9", b"\\*", b"\\'e9", b"\\pict", b"\\", b"a", b"\xff"], k=30)
        text_of_rtf(b"".join(parts))
