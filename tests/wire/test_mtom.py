import base64
import binascii
import gzip
import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp.record.errors import InvalidMessage
from dmp.wire import soap
from dmp.wire.compression import Gunzip
from dmp.wire.mime import media_type
from dmp.wire.mtom import LIMITS, Limits, MemoryContent, Multipart, MultipartReader, cid, packaging, simple_type, write
from dmp.wire.xml import Element, parse, qname
from envelope_builders import (
    a_body,
    a_content_type,
    a_document,
    a_part,
    a_root,
    a_submission,
    an_include,
)

NIST = Path("../shared/data/xds/nist-testkit/PnrXop")
PDF = b"%PDF-1.7\r\n\x00\xff--b1\r\n--b1x\n"


def received(body: bytes, content_type: str = "", *, pieces: int = 0, limits: Limits = LIMITS) -> Multipart:
    reader = MultipartReader(packaging(content_type or a_content_type()), limits=limits)
    for start in range(0, len(body), pieces or len(body)):
        reader.feed(body[start : start + (pieces or len(body))])
    return reader.close()


def refused(body: bytes, content_type: str = "", **options) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        received(body, content_type, **options)
    return caught.value


def documents(multipart: Multipart) -> list[Element]:
    return list(soap.read(multipart.root).tree.iter(qname("xdsb:Document")))


def attached(multipart: Multipart) -> list[bytes]:
    """What a service does: check the references, then take each document."""
    multipart.check_references(soap.read(multipart.root).tree)
    return [multipart.resolve(document).read() for document in documents(multipart)]


def not_attached(*parts: bytes, inside: str) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        attached(received(a_body(a_root(a_submission(inside)), *parts)))
    assert caught.value.fault == "Sender"
    assert caught.value.status == 0
    return caught.value


# Media types


@pytest.mark.parametrize(
    ("value", "name", "parameters"),
    [
        ("text/XML", "text/xml", {}),
        ('Multipart/Related;Boundary="a;b=c";TYPE=x/y', "multipart/related", {"boundary": "a;b=c", "type": "x/y"}),
        (r'a/b; c="say \"hi\" \\"', "a/b", {"c": 'say "hi" \\'}),
        (" a/b ; c=d ; ", "a/b", {"c": "d"}),
        ("a/b; start=<0.1@x>; c = d", "a/b", {"start": "<0.1@x>", "c": "d"}),
        ("a/b; boundary=uuid:1+id=2", "a/b", {"boundary": "uuid:1+id=2"}),
    ],
)
def test_media_types_are_read_with_parameters_quoted_or_not(value, name, parameters):
    found = media_type(value)
    assert (found.name, found.parameters) == (name, parameters)


@pytest.mark.parametrize(
    "value", ["", "text", "a/b; c", 'a/b; c="d', "a/b; c=d e", "a/b, c/d", "a/b; c=1; C=2", "a/b\x00"]
)
def test_what_is_no_media_type_is_refused(value):
    with pytest.raises(InvalidMessage):
        media_type(value)


def test_simple_soap_is_one_packaging():
    found = packaging(simple_type("urn:ihe:iti:2007:RegistryStoredQuery"))
    assert (found.multipart, found.action, found.charset) == (False, "urn:ihe:iti:2007:RegistryStoredQuery", "UTF-8")
    assert packaging(simple_type()).action == ""


def test_mtom_is_the_other():
    found = packaging(a_content_type(start='"<a@b>"', action='"urn:x"'))
    assert (found.multipart, found.action, found.parameters["start"]) == (True, "urn:x", "<a@b>")


def test_a_client_may_announce_the_media_type_of_soap_1_1_and_send_1_2():
    assert packaging(a_content_type(**{"start-info": '"text/xml"'})).multipart


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "text/xml",
        "application/json",
        "application/xop+xml",
        "multipart/form-data; boundary=b1",
        a_content_type(type='"text/xml"'),
        a_content_type(**{"start-info": '"text/plain"'}),
        "nonsense",
    ],
)
def test_any_other_media_type_is_a_415(value):
    with pytest.raises(InvalidMessage) as caught:
        packaging(value)
    assert caught.value.status == 415


@pytest.mark.parametrize("boundary", ["", '""', '"a b "', '"' + "x" * 71 + '"', '"a*b"', '"é"', r'"a\"b"'])
def test_a_boundary_that_rfc_2046_does_not_allow_is_a_fault(boundary):
    with pytest.raises(InvalidMessage) as caught:
        packaging(a_content_type(boundary))
    assert (caught.value.fault, caught.value.status) == ("Sender", 0)


# Reading


@pytest.mark.parametrize(
    "boundary",
    ["b1", "uuid:1+id=2", "----=_Part_0_1", "(a')+_,-./:=?", "with space", "MIMEBoundary_95b57d7287e4", "x" * 70],
)
def test_every_boundary_of_rfc_2046_separates(boundary):
    body = a_body(a_root(a_submission(a_document(an_include("cid:d@t")))), a_part(PDF, "<d@t>"), boundary=boundary)
    multipart = received(body, a_content_type(f'"{boundary}"'))
    assert multipart.parts["d@t"].read() == PDF


def test_a_document_is_the_octets_between_the_delimiters_and_is_measured():
    multipart = received(a_body(a_root(a_submission(a_document(an_include("cid:d")))), a_part(b"abc", "<d>")))
    content = multipart.resolve(documents(multipart)[0])
    assert (content.read(), content.size) == (b"abc", 3)
    assert content.sha1 == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert content.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert b"".join(content.chunks()) == b"abc"
    assert multipart.charset == "UTF-8"


@pytest.mark.parametrize(
    "octets", [b"", b"\r\n", b"\r\n\r\n", b"--b1", b"--b1x\r\n", b"\n--b1--", b"\r\n--b", b"-", b"\r\n--b1 x", b"\r\r"]
)
@pytest.mark.parametrize("pieces", [0, 1, 2, 7])
def test_content_that_looks_like_a_delimiter_is_kept(octets, pieces):
    if octets == b"--b1":
        octets = b"x--b1"
    body = a_body(a_root(a_submission(a_document(an_include("cid:d")))), a_part(octets, "<d>"))
    assert attached(received(body, pieces=pieces)) == [octets]


def test_a_part_without_a_blank_line_before_the_delimiter_is_empty():
    empty = a_part(b"", "<d>").removesuffix(b"\r\n")
    body = a_body(a_root(a_submission(a_document(an_include("cid:d")))), empty)
    for pieces in (0, 1, 3):
        assert attached(received(body, pieces=pieces)) == [b""]


def test_a_preamble_an_epilogue_and_spaces_after_the_delimiter_are_passed_over():
    root, part = a_root(a_submission(a_document(an_include("cid:d")))), a_part(b"x", "<d>")
    body = b"This is MIME\r\n--b1 \t\r\n" + root + b"\r\n--b1  \r\n" + part + b"\r\n--b1-- \r\nepilogue\r\n--b1\r\n"
    for pieces in (0, 1, 5):
        assert attached(received(body, pieces=pieces)) == [b"x"]
    assert attached(received(body[: body.index(b"-- \r\n") + 2])) == [b"x"]


def test_bare_line_feeds_are_taken_in_headers_only():
    root = a_root(a_submission(a_document(an_include("cid:d"))), end="\n")
    body = a_body(root, a_part(b"x\n--b1\ny", "<d>", end="\n")).replace(b"--b1\r\nContent", b"--b1\nContent")
    for pieces in (0, 1):
        assert attached(received(body, pieces=pieces)) == [b"x\n--b1\ny"]


def test_folded_headers_are_one_header():
    part = a_part(b"x", "<d>").replace(b"Content-ID: ", b"Content-ID:\r\n\t ")
    assert attached(received(a_body(a_root(a_submission(a_document(an_include("cid:d")))), part))) == [b"x"]


ENCODED = {
    "binary": PDF,
    "8BIT": PDF,
    "7bit": PDF,
    "Base64": base64.encodebytes(PDF * 20),
    "BASE64": base64.b64encode(PDF * 20),
    "Quoted-Printable": binascii.b2a_qp(PDF * 20, istext=False),
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("pieces", [0, 1, 3, 64])
def test_every_transfer_encoding_is_undone_in_any_letter_case(encoding, pieces):
    expected = PDF if encoding.lower() in ("binary", "8bit", "7bit") else PDF * 20
    part = a_part(ENCODED[encoding], "<d>", encoding)
    body = a_body(a_root(a_submission(a_document(an_include("cid:d")))), part)
    assert attached(received(body, pieces=pieces)) == [expected]


def test_quoted_printable_drops_added_spaces_and_soft_breaks():
    part = a_part(b"a=\r\nb  \r\nc=3D=  \r\n=e9 =20\r\nlast=", "<d>", "quoted-printable")
    body = a_body(a_root(a_submission(a_document(an_include("cid:d")))), part)
    assert attached(received(body)) == [b"ab\r\nc=\xe9  \r\nlast"]


@pytest.mark.parametrize(
    ("encoding", "octets"),
    [
        ("base64", b"QUJ"),
        ("base64", b"QUJD!"),
        ("base64", b"QQ==QUJD"),
        ("base64", b"Q=Q="),
        ("base64", b"===="),
        ("quoted-printable", b"a=zz"),
        ("quoted-printable", b"==\r\n41"),
        ("quoted-printable", b"a" * 70_000),
        ("x-gzip64", b"abc"),
    ],
)
def test_a_broken_or_unknown_transfer_encoding_is_a_fault(encoding, octets):
    body = a_body(a_root(a_submission(a_document(an_include("cid:d")))), a_part(octets, "<d>", encoding))
    for pieces in (0, 1) if len(octets) < 100 else (0,):
        assert refused(body, pieces=pieces).fault == "Sender"


def test_the_envelope_is_the_part_that_start_names_wherever_it_stands():
    root, part = a_root(a_submission(a_document(an_include("cid:d"))), "<r@t>"), a_part(b"x", "<d>")
    for start in ('"<r@t>"', "r@t", "<r@t>"):
        assert attached(received(a_body(part, root), a_content_type(start=start))) == [b"x"]


def test_without_start_the_envelope_is_the_first_part_even_without_content_id():
    root = a_root(a_submission(a_document(an_include("cid:d"))), "")
    assert attached(received(a_body(root, a_part(b"x", "<d>")))) == [b"x"]


def test_an_envelope_in_base64_is_read():
    root = a_root(base64.encodebytes(a_submission(a_document(an_include("cid:d")))), encoding="base64")
    assert attached(received(a_body(root, a_part(b"x", "d")))) == [b"x"]


# What is broken in the packaging


def test_packagings_that_are_broken_are_faults_of_the_sender():
    root, part = a_root(a_submission(a_document(an_include("cid:d")))), a_part(b"x", "<d>")
    broken = {
        "nothing": b" ",
        "wrong boundary": a_body(root, part, boundary="b2"),
        "no final boundary": a_body(root, part, end=b"\r\n"),
        "cut inside a part": a_body(root, part)[:-12],
        "cut inside the final boundary": a_body(root, part)[:-3],
        "only bare line feeds": a_body(root, part).replace(b"\r\n", b"\n"),
        "two parts with one Content-ID": a_body(root, part, part),
        "a part with the Content-ID of the root": a_body(root, a_part(b"x", "<root@test>")),
        "nested multipart": a_body(root, a_part(b"x", "<d>", kind="multipart/mixed; boundary=c")),
        "nested root": a_body(a_root(b"").replace(b"application/xop+xml", b"multipart/related"), part),
        "root of another type": a_body(a_part(a_submission()), part),
        "a line that is no header": a_body(root, b"hello\r\n\r\nx"),
        "Content-ID twice": a_body(root, b"Content-ID: <d>\r\n" + part),
        "a type that is none": a_body(root, a_part(b"x", "<d>", kind="text")),
        "final boundary only": b"--b1--\r\n",
    }
    found = {name: refused(body) for name, body in broken.items()}
    assert {error.fault for error in found.values()} == {"Sender"}
    assert {error.status for error in found.values()} == {0}


def test_a_start_that_names_no_part_is_a_fault():
    root = a_root(a_submission(a_document(an_include("cid:d"))))
    error = refused(a_body(root, a_part(b"x", "<d>")), a_content_type(start='"<other>"'))
    assert (error.element, error.fault, error.status) == ("start", "Sender", 0)


# References


@pytest.mark.parametrize(
    ("content_id", "href"),
    [
        ("<a@b>", "cid:a@b"),
        ("a@b", "CID:a@b"),
        ("<a@b>", "cid:a%40b"),
        ("<a%40b>", "cid:a%40b"),
        ("<a%40b>", "cid:a@b"),
        ("<a%40b>", "cid:a%2540b"),
        ("<urn:uuid:1+2>", "cid:urn:uuid:1+2"),
        ("<urn:uuid:1>", "cid:urn%3Auuid%3a1"),
        ("<100%>", "cid:100%"),
        ("<é>", "cid:%C3%A9"),
        ("<é>", "cid:é"),
    ],
)
def test_a_reference_is_found_percent_encoded_on_one_side_on_both_or_on_neither(content_id, href):
    body = a_body(a_root(a_submission(a_document(an_include(href)))), a_part(b"x", content_id))
    assert attached(received(body)) == [b"x"]


def test_the_exact_part_wins_over_one_that_is_the_same_once_decoded():
    first, second = a_document(an_include("cid:a@b")), a_document(an_include("cid:a%2540b"), "Document02")
    body = a_body(a_root(a_submission(first, second)), a_part(b"plain", "<a@b>"), a_part(b"encoded", "<a%40b>"))
    assert attached(received(body)) == [b"plain", b"encoded"]


def test_two_parts_that_could_both_be_meant_are_none():
    body = a_body(
        a_root(a_submission(a_document(an_include("cid:a@b")))), a_part(b"1", "<a%40b>"), a_part(b"2", "<%61@b>")
    )
    with pytest.raises(InvalidMessage):
        attached(received(body))


def test_references_that_are_wrong_are_faults_of_the_sender():
    part, include = a_part(b"x", "<d>"), an_include("cid:d")
    not_attached(inside=a_document(include))
    not_attached(part, inside=a_document(an_include("cid:other")))
    not_attached(part, inside=a_document(an_include("cid:root@test")))
    not_attached(part, inside=a_document(include) + a_document(include, "Document02"))
    not_attached(part, inside=a_document("text" + include))
    not_attached(part, inside=a_document(include + "text"))
    not_attached(part, inside=a_document(include + include))
    not_attached(part, inside=a_document(include + "<other/>"))
    not_attached(part, inside=a_document("<!-- c -->" + include))
    not_attached(part, inside=a_document("<other/>"))
    not_attached(part, inside=a_document(include.replace("/>", ">text</xop:Include>")))
    for href in ("http://127.0.0.1/x", "file:///etc/passwd", "d", "", "cid:", "cid:../d"):
        not_attached(part, inside=a_document(an_include(href)))
    not_attached(part, inside=a_document("<xop:Include/>"))


def test_a_part_that_nothing_includes_is_a_fault_when_strict():
    inline = a_document("QUJD")
    not_attached(a_part(b"x", "<d>"), inside=inline)
    not_attached(a_part(b"x"), inside=inline)
    for part in (a_part(b"x", "<d>"), a_part(b"x")):
        multipart = received(a_body(a_root(a_submission(inline)), part))
        multipart.check_references(soap.read(multipart.root).tree, strict=False)


@pytest.mark.parametrize(("inside", "octets"), [("QUJD", b"ABC"), (" QU\n JD RA== \n", b"ABCD"), ("", b"")])
def test_a_document_may_stand_in_the_envelope_in_base64(inside, octets):
    assert attached(received(a_body(a_root(a_submission(a_document(inside)))))) == [octets]
    assert attached(Multipart(a_submission(a_document(inside)))) == [octets]


@pytest.mark.parametrize("inside", ["QUJ", "é", "Q!==", "QUJD<!-- -->", "QQ==QUJD"])
def test_inline_text_that_is_not_base64_is_a_fault(inside):
    not_attached(inside=a_document(inside))


def test_a_simple_message_has_nothing_to_include():
    with pytest.raises(InvalidMessage):
        attached(Multipart(a_submission(a_document(an_include("cid:d")))))


# Limits


SMALL = Limits(envelope=2000, document=100, request=4000, parts=3, headers=200)


def test_sizes_over_a_limit_are_a_413():
    root = a_root(a_submission(a_document(an_include("cid:d"))))
    assert attached(received(a_body(root, a_part(b"x" * 100, "<d>")), limits=SMALL)) == [b"x" * 100]
    assert refused(a_body(root, a_part(b"x" * 101, "<d>")), limits=SMALL).status == 413
    assert refused(a_body(a_root(b"x" * 2001)), limits=SMALL).status == 413
    assert refused(a_body(root, end=b"--" + b" " * 4000), limits=SMALL).status == 413


def test_what_a_transfer_encoding_hides_is_measured_too():
    encoded = base64.b64encode(b"x" * 101)
    root = a_root(a_submission(a_document(an_include("cid:d"))))
    assert refused(a_body(root, a_part(encoded, "<d>", "base64")), limits=SMALL).status == 413


def test_too_many_parts_or_headers_are_a_fault():
    root = a_root(b"<a/>")
    parts = [a_part(b"x", f"<{name}>") for name in range(3)]
    received(a_body(root, *parts[:2]), limits=SMALL)
    assert refused(a_body(root, *parts), limits=SMALL).fault == "Sender"
    long = b"X: " + b"y" * 150 + b"\r\n" + parts[0]
    for pieces in (0, 1):
        error = refused(a_body(root, long), limits=SMALL, pieces=pieces)
        assert (error.element, error.status) == ("part headers", 0)
    endless = a_body(root)[: -len(b"--\r\n")] + b"\r\nX: " + b"y" * 300
    assert refused(endless, limits=SMALL).element == "part headers"


def test_the_limits_are_those_of_the_decision():
    assert Limits(4 * 2**20, 50 * 2**20, 64 * 2**20, 64, 8192) == LIMITS


@pytest.mark.parametrize(
    "octets",
    [b"\r\n--b" * 2_000_000, b"\r\n--b1 x" * 1_500_000, b"\r" * 12_000_000, (b"\r\n--b1" + b" " * 250 + b"x") * 40_000],
)
def test_content_full_of_half_delimiters_is_read_in_time(octets):
    body = a_body(a_root(b"<a/>"), a_part(octets, "<d>"))
    before = time.process_time()
    assert received(body, pieces=65_536).parts["d"].size == len(octets)
    assert time.process_time() - before < 8


def test_a_long_run_of_spaces_in_quoted_printable_is_read_in_time():
    body = a_body(a_root(b"<a/>"), a_part((b" " * 60_000 + b"x\r\n") * 20, "<d>", "quoted-printable"))
    before = time.process_time()
    received(body)
    assert time.process_time() - before < 3


# Writing


class Part:
    def __init__(self, content_id: str, mime_type: str, octets: bytes):
        self.content_id = content_id
        self.mime_type = mime_type
        self.content = MemoryContent(octets)


def test_what_is_written_is_read_back():
    root = a_submission(a_document(an_include(cid("a b+c/d@x"))), a_document(an_include("cid:e"), "Document02"))
    with pytest.raises(ValueError, match="Content-ID"):
        write(root, [Part("a b", "text/xml", b"")], boundary="b", root_id="r", action="urn:x")
    root = a_submission(a_document(an_include(cid("a+c/d@x"))), a_document(an_include("cid:e"), "Document02"))
    parts = [Part("a+c/d@x", "text/xml", PDF), Part("e", "bad\r\nX: y", b"")]
    content_type, pieces = write(root, parts, boundary="uuid:1+id=2", root_id="root@dmp", action="urn:x")
    body = b"".join(pieces)
    assert packaging(content_type).action == "urn:x"
    assert b"Content-Type: application/octet-stream\r\n" in body
    for size in (0, 1, 11):
        multipart = received(body, content_type, pieces=size)
        assert multipart.root == root
        assert attached(multipart) == [PDF, b""]


@pytest.mark.parametrize("name", ["", "a>", "a\r\nb", "é"])
def test_a_content_id_that_would_break_a_header_is_not_written(name):
    with pytest.raises(ValueError, match="Content-ID"):
        write(b"", [], boundary="b", root_id=name, action="")


def test_a_boundary_that_is_none_is_not_written():
    with pytest.raises(ValueError, match="boundary"):
        write(b"", [], boundary="a\r\n", root_id="r", action="")


CHUNK = st.sampled_from([b"\r\n", b"--b1", b"--", b"\r", b"\n", b"-", b"b1", b" ", b"x", b"\x00\xff"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(CHUNK, max_size=20).map(b"".join), max_size=3),
    st.lists(st.integers(1, 60), min_size=1, max_size=12),
)
def test_however_the_body_is_cut_the_contents_are_the_same(contents, cuts):
    contents = [b"^" + octets.replace(b"\r\n--b1", b"\r\n--c1") for octets in contents]
    inside = [a_document(an_include(f"cid:{at}"), f"Document{at}") for at in range(len(contents))]
    body = a_body(a_root(a_submission(*inside)), *(a_part(octets, f"<{at}>") for at, octets in enumerate(contents)))
    reader, at, turn = MultipartReader(packaging(a_content_type())), 0, 0
    while at < len(body):
        step = cuts[turn % len(cuts)]
        reader.feed(body[at : at + step])
        at, turn = at + step, turn + 1
    assert attached(reader.close()) == contents


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4000),
            st.integers(0, 300),
            st.sampled_from([b"", b"\r\n--b1\r\n", b"\r\n", b"%", b"=", b"\xff"]),
        )
    ),
    st.sampled_from(["binary", "base64", "quoted-printable"]),
)
def test_a_changed_body_is_read_or_refused_and_never_breaks(changes, encoding):
    body = a_body(a_root(a_submission(a_document(an_include("cid:d")))), a_part(b"QUJD=\r\n", "<d>", encoding))
    for at, length, instead in changes[:4]:
        start = at % len(body)
        body = body[:start] + instead + body[start + length :]
    try:
        multipart = received(body or b" ")
        attached(multipart)
    except InvalidMessage as error:
        assert error.status in (0, 413)


# Published examples


@pytest.mark.skipif(not NIST.exists(), reason="the shared test data are not here")
@pytest.mark.parametrize("name", ["NoXop", "Xop"])
def test_the_published_bodies_with_and_without_include_give_the_same_document(name):
    body = (NIST / name / "body.txt").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    content_type = (
        'multipart/related; boundary="MIMEBoundary_95b57d7287e4fa4b528a8f050c41f8ad829c20332f23b48d";'
        ' type="application/xop+xml"; start-info="application/soap+xml";'
        ' action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"'
    )
    multipart = received(body, content_type, pieces=100)
    envelope = soap.read(multipart.root, http_action=packaging(content_type).action)
    (octets,) = attached(multipart)
    assert envelope.body.tag == qname("xdsb:ProvideAndRegisterDocumentSetRequest")
    assert octets


def test_documents_for_a_picture_archive_come_with_every_sign_in_the_boundary():
    boundary = "a'b(c)d+e_f,g-h.i/j:k=l?m"
    dicom = bytes(128) + b"DICM" + bytes(range(256)) * 8
    root = a_root(
        a_submission(a_document(an_include("cid:1.urn:uuid:8D3C@apache.org"))), "<0.urn:uuid:8D3C@apache.org>"
    )
    part = a_part(dicom, "<1.urn:uuid:8D3C@apache.org>", kind="application/dicom")
    content_type = a_content_type(f'"{boundary}"', start='"<0.urn:uuid:8D3C@apache.org>"')
    assert attached(received(a_body(root, part, boundary=boundary), content_type, pieces=13)) == [dicom]


# Compression


def expanded(octets: bytes, pieces: int, **options: int) -> bytes:
    stream = Gunzip(**options)
    out = [piece for at in range(0, len(octets), pieces) for piece in stream.feed(octets[at : at + pieces])]
    return b"".join([*out, *stream.close()])


@pytest.mark.parametrize("pieces", [1, 7, 100_000])
def test_a_gzip_body_is_expanded_however_it_is_cut(pieces):
    body = a_submission(a_document(base64.b64encode(hashlib.sha512(b"x").digest() * 3).decode())) * 30
    assert expanded(gzip.compress(body), pieces) == body


def test_a_body_that_expands_too_much_is_a_413_before_it_is_in_memory():
    bomb = gzip.compress(bytes(50_000_000))
    stream = Gunzip()
    seen = 0
    with pytest.raises(InvalidMessage) as caught:
        for at in range(0, len(bomb), 1000):
            seen += sum(len(piece) for piece in stream.feed(bomb[at : at + 1000]))
    assert caught.value.status == 413
    assert seen < 200_000


def test_the_expanded_size_is_bounded_too():
    body = hashlib.sha512(b"x").digest() * 100
    assert expanded(gzip.compress(body), 50, limit=6400) == body
    with pytest.raises(InvalidMessage):
        expanded(gzip.compress(body), 50, limit=6399)


@pytest.mark.parametrize(
    "octets",
    [b"not gzip", gzip.compress(b"x")[:-1], gzip.compress(b"x") + b"y", gzip.compress(b"x") * 2, b"\x1f\x8b"],
    ids=["none at all", "cut", "with more behind", "two members", "a magic number alone"],
)
def test_what_is_not_one_whole_gzip_member_is_a_fault(octets):
    for pieces in (1, 100):
        with pytest.raises(InvalidMessage) as caught:
            expanded(octets, pieces)
        assert (caught.value.fault, caught.value.status) == ("Sender", 0)


def test_nothing_expands_to_nothing():
    assert expanded(b"", 1) == b""
    assert parse(expanded(gzip.compress(b"<a/>"), 3)).tag == "a"
