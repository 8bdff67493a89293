import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp.record.errors import InvalidMessage
from dmp.wire.octets import XmlLimits
from dmp.wire.xml import label, parse, parse_document, plain_text, qname, serialise, text

DATA = Path("../shared/data")


def refused(data: bytes, **options) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        parse(data, **options)
    return caught.value


HOSTILE = {
    "nothing": b"",
    "no root": b"<!-- alone -->",
    "two roots": b"<a/><b/>",
    "text after the root": b"<a/>text",
    "doctype": b"<!DOCTYPE a><a/>",
    "doctype behind a comment": b"<?xml version='1.0'?><!-- <a> --> \n<!DOCTYPE a SYSTEM 'http://h/x.dtd'><a/>",
    "external entity": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "entity bomb": b"<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'>]><a>&y;&y;</a>",
    "doctype in UTF-16": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    "undefined entity": b"<a>&x;</a>",
    "undefined entity in an attribute": b"<a b='&x;'/>",
    "undeclared prefix": b"<p:a/>",
    "instruction before the root": b"<?xml-stylesheet href='x.xsl'?><a/>",
    "instruction inside": b"<a><?php echo?></a>",
    "instruction after the root": b"<a/><?x y?>",
    "NUL": b"<a>\0</a>",
    "NUL reference": b"<a>&#0;</a>",
    "control character": b"<a>\x01</a>",
    "overlong UTF-8": b"<a>\xc0\xaf</a>",
    "surrogate in UTF-8": b"<a>\xed\xa0\x80</a>",
    "lone surrogate in UTF-16": b"\xff\xfe" + "<a>".encode("utf-16-le") + b"\x00\xd8" + "</a>".encode("utf-16-le"),
    "UTF-16 without its declaration": "<a/>".encode("utf-16"),
    "UTF-16 without BOM": '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16-le"),
    "UTF-8 declared as UTF-16": b'<?xml version="1.0" encoding="UTF-16"?><a/>',
    "UTF-16 declared as UTF-8": '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"),
    "UTF-32": '<?xml version="1.0" encoding="UTF-32"?><a/>'.encode("utf-32"),
    "two BOMs": b"\xef\xbb\xbf\xef\xbb\xbf<a/>",
    "two BOMs before Latin-1": b'\xef\xbb\xbf\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><a>\xc3\xa9</a>',
    "two BOMs in UTF-16": '\ufeff<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-</a>',
    "Latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>',
    "XML 2.0": b'<?xml version="2.0"?><a/>',
    "duplicate attribute": b"<a b='' b=''/>",
    "same attribute under two prefixes": b"<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>",
    "65 levels": b"<a>" * 65 + b"</a>" * 65,
    "100,000 levels": b"<a>" * 100_000,
    "200,001 elements": b"<a>" + b"<b/>" * 200_000 + b"</a>",
    "200,001 comments": b"<a>" + b"<!---->" * 200_001 + b"</a>",
    "65 namespaces": b"<a " + b" ".join(b"xmlns:n%d='u'" % i for i in range(65)) + b"/>",
    "attribute over 64 KiB": b"<a b='" + b"x" * 65_537 + b"'/>",
    "namespace over 64 KiB": b"<a xmlns='" + b"x" * 65_537 + b"'/>",
    "257 attributes": b"<a " + b" ".join(b"b%d=''" % i for i in range(257)) + b"/>",
    "257 attributes with a space that is none": ("<a " + " ".join(f"\u1680{i}=''" for i in range(257)) + "/>").encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_and_says_what_was_read(name):
    assert refused(HOSTILE[name], element="the header").element == "the header"


@pytest.mark.parametrize("name", [name for name in HOSTILE if "instruction" not in name and "comment" not in name])
def test_hostile_documents_are_refused_too(name):
    data = HOSTILE[name].replace(b"<a>" * 65, b"<a>" * 101).replace(b"</a>" * 65, b"</a>" * 101)
    data = data.replace(b"<b/>" * 200_000, b"<b/>" * 250_000)
    with pytest.raises(InvalidMessage):
        parse_document(data)


@pytest.mark.parametrize(
    "data",
    [
        b"<a " + b" ".join(b"b%d=''" % i for i in range(300_000)) + b"/>",
        b"<!-- -->" * 500_000 + b"<a/>",
        b"<?a?>" * 800_000 + b"<a/>",
        b"<!--" * 1_000_000,
        b"<" * 4_000_000,
        b"<a b='" * 690_000,
        b"<a " * 1_300_000,
    ],
    ids=[
        "attributes",
        "comments first",
        "instructions first",
        "open comments",
        "less than",
        "open quotes",
        "open tags",
    ],
)
def test_what_would_cost_the_square_of_its_size_is_refused_at_once(data):
    before = time.process_time()
    refused(data)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"<b/>" * 250_000 + b"</a>",
        b"<a>" + b"<b></b>" * 250_000 + b"</a>",
        b"<a>" + b"<!-- -->" * 125_000 + b"<b/>" * 125_000 + b"</a>",
        b"<a>" + b"<b/>" * 249_000 + b"<b c='' d=''/>" * 500 + b"</a>",
        b"<a b='" + b"x" * 65_537 + b"'>" + b" " * 65_537 + b"</a>",
        b"<a xmlns:b='" + b"x" * 65_537 + b"'>" + b" " * 65_537 + b"</a>",
        b"<a>" * 101 + b" " * 65_537 + b"</a>" * 101,
        b"<a>" + b"<b/>" * 250_000 + b"<c>" + b"QUJD" * 300_000 + b"</c></a>",
        b"<a>" + b"<b c='' d=''/>" * 84_000 + b"<c>" + b"QUJD" * 300_000 + b"</c></a>",
        b"<a>" + b"QUJD" * 300_000 + b"<b " + b" ".join(b"b%d=''" % i for i in range(257)) + b"/></a>",
        b"<a>" + b"<b/>" * 20_000 + b"<b xmlns:c='" + b"x" * 65_537 + b"'/>" + b"<b/>" * 20_000 + b"</a>",
    ],
    ids=[
        "elements",
        "pairs",
        "comments",
        "attributes",
        "long attribute",
        "long namespace",
        "depth",
        "elements beside a long text",
        "attributes beside a long text",
        "a crowded tag behind a long text",
        "long namespace among short tags",
    ],
)
def test_a_large_document_over_one_limit_is_refused(data):
    with pytest.raises(InvalidMessage):
        parse_document(data)


def test_a_large_document_within_every_limit_passes():
    most = b"<a>" + b"<b></b>" * 249_997 + b"<b c='" + b"x" * 65_535 + b"'/></a>"
    hidden = b"<a><![CDATA[" + b"<b/>" * 300_000 + b"]]>" + b"<b/>" * 9 + b"</a>"
    named = b"<a xmlns='" + b"x" * 65_536 + b"'>" + b" " * 65_537 + b"</a>"

    assert [len(parse_document(data)) for data in (most, hidden, named)] == [249_998, 9, 0]


@pytest.mark.parametrize("before", range(6))
def test_a_letter_that_lies_across_two_slices_is_read_and_half_a_letter_is_refused(before):
    filling = b"x" * (65_536 - 3 - before)
    letters = "é€😀"

    assert text(parse_document(b"<a>" + filling + letters.encode() + b"</a>")).endswith(letters)
    for half in (letters.encode()[:-1], b"\xa9", b"\xc3"):
        with pytest.raises(InvalidMessage, match="octets that are not utf-8"):
            parse_document(b"<a>" + filling + half + b"</a>")


def test_octets_that_end_amid_a_letter_are_refused():
    with pytest.raises(InvalidMessage, match="octets that are not utf-8"):
        parse_document(b"<a/>\xc3")


def test_a_long_text_with_many_signs_is_no_attribute():
    data = b"<a>" + b"b='c' " * 100_000 + b"<b/></a>"

    assert len(parse_document(data)) == 1


def test_a_message_over_the_size_is_refused_with_413():
    assert refused(b"<a/>" + b" " * (4 * 1024 * 1024)).status == 413


def test_the_limits_themselves_pass():
    parse(b"<a>" * 64 + b"</a>" * 64)
    parse(b"<a>" + b"<b/>" * 199_999 + b"</a>")
    parse(b"<a " + b" ".join(b"xmlns:n%d='u'" % i for i in range(64)) + b"/>")
    parse(b"<a b='" + b"x" * 65_536 + b"'/>")
    parse(b"<a " + b" ".join(b"b%d=''" % i for i in range(256)) + b"/>")


def test_a_doctype_in_character_data_is_only_text():
    assert text(parse(b"<a><![CDATA[<!DOCTYPE x>]]></a>")) == "<!DOCTYPE x>"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_declared_utf_16_is_read(encoding):
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff"
    assert text(parse(bom + '<?xml version="1.0" encoding="UTF-16"?><a>é€😀</a>'.encode(encoding))) == "é€😀"
    assert text(parse(bom + "<a>é</a>".encode(encoding), charset="utf-16")) == "é"


def test_a_byte_order_mark_and_any_letter_case_of_the_encoding_are_read():
    assert text(parse(b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone='yes' ?><a>\xc3\xa9</a>")) == "é"


def test_the_charset_parameter_must_agree():
    assert text(parse(b"<a>x</a>", charset="UTF-8")) == "x"
    refused(b"<a>x</a>", charset="ISO-8859-1")
    refused(b"<a>x</a>", charset="UTF-16")


def test_a_schema_location_is_an_attribute_like_any_other():
    data = b"<a xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:schemaLocation='u http://127.0.0.1:9/s.xsd'/>"
    assert parse(data).tag == "a"


def test_an_xinclude_is_never_followed():
    data = b"<a xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='/etc/passwd' parse='text'/></a>"
    assert text(parse(data)) == ""


def test_a_document_may_name_a_stylesheet_and_carry_comments():
    document = parse_document(
        b"<?xml version='1.0'?><?xml-stylesheet href='cda.xsl'?><!-- c --><a>x<?p q?></a><!-- d -->"
    )
    assert text(document) == "x"


def test_a_document_may_carry_more_than_ten_million_octets_of_base64():
    assert len(text(parse_document(b"<a>" + b"QUJD" * 3_000_000 + b"</a>"))) == 12_000_000


def test_other_limits_can_be_asked_for():
    few = XmlLimits(size=1000, depth=2, nodes=3)
    parse(b"<a><b c=''/></a>", limits=few)
    refused(b"<a><b c='' d=''/></a>", limits=few)
    refused(b"<a><b><c/></b></a>", limits=few)


def test_the_message_of_an_error_holds_nothing_of_what_was_read():
    assert str(refused(b"<a>\n<secret>1 85 05</secrets></a>")).startswith("not well-formed XML, line 2")


def test_text_joins_what_a_comment_cuts_and_plain_text_refuses_it():
    element = parse(b"<a>admin<!-- x -->.evil<b>y</b></a>")
    assert text(element) == "admin.evily"
    with pytest.raises(InvalidMessage):
        plain_text(element)
    assert plain_text(parse(b"<a>admin</a>")) == "admin"
    assert plain_text(parse(b"<a/>")) == ""


@pytest.mark.parametrize("inside", [b"<!-- -->", b"<b/>"])
def test_plain_text_names_the_element_at_fault(inside):
    element = parse(b"<a xmlns='http://www.w3.org/2005/08/addressing'>x" + inside + b"</a>")
    with pytest.raises(InvalidMessage) as caught:
        plain_text(element)
    assert caught.value.element == "wsa:a"


def test_names_are_written_with_the_prefixes_of_the_house():
    assert qname("wsa:Action") == "{http://www.w3.org/2005/08/addressing}Action"
    assert label(parse(b"<x:Body xmlns:x='http://www.w3.org/2003/05/soap-envelope'/>")) == "env:Body"
    assert label(parse(b"<x:Body xmlns:x='urn:other'/>")) == "Body"


def test_serialising_keeps_namespaces_and_leaves_the_tail():
    root = parse("<p:a xmlns:p='u'><p:b>é</p:b> tail</p:a>".encode())
    assert serialise(root[0]) == '<p:b xmlns:p="u">é</p:b>'.encode()


@pytest.mark.skipif(not DATA.exists(), reason="the shared test data are not here")
def test_every_published_clinical_document_is_read():
    paths = list((DATA / "cda").glob("Test*/**/*.xml"))
    assert len(paths) == 89
    for path in paths:
        parse_document(path.read_bytes())


TAGS = st.sampled_from(
    [b"<a>", b"</a>", b"<a/>", b"<a b='", b"'>", b"<!--", b"-->", b"<?", b"?>", b"<![CDATA[", b"]]>"]
)
SCRAPS = st.sampled_from(
    [
        b"&#x0;",
        b"&amp;",
        b"&x;",
        b"<?xml version='1.0' encoding='",
        b"<!DOCTYPE",
        b"xmlns:",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(TAGS, SCRAPS, st.binary(max_size=6)), max_size=30).map(b"".join))
def test_whatever_the_octets_the_parser_answers_or_refuses(data):
    for reader in (parse, parse_document):
        try:
            reader(data)
        except InvalidMessage as error:
            assert error.element
