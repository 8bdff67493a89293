"""Broken and hostile requests over real HTTP: the right refusal, one trace each, and never more than that told."""

import gzip
import socket
import ssl
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random

import httpx2
import pytest
from mutations import mutated, valid_requests
from raw import (
    ENV,
    READ,
    SEARCH,
    SUBMIT,
    Answer,
    RawCaller,
    an_envelope,
    an_include,
    inline,
    joined,
    mtom_body,
    mtom_part,
    mtom_root,
    mtom_type,
    simple_type,
    tls_context,
)
from raw_bodies import XOP, Lot, retrieve, search

from sandboxes import Sandbox

MUTATIONS = 500
BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(9))


@contextmanager
def traced(sandbox: Sandbox, times: int = 1) -> Iterator[None]:
    """What happens inside leaves this many traces."""
    before = sandbox.count_traces()
    yield
    assert sandbox.count_traces() - before == times


def envelope(ins: str, sender: RawCaller, body: str = "", **changes: str) -> bytes:
    """A search in its envelope."""
    return an_envelope(SEARCH, body or search(ins), sender.security(ins), **changes)


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, code and subcode; and nothing of our inside is told."""
    assert not any(word in answer.content for word in (b"Traceback", b'File "', b"dmp/", b"sqlite", b"psycopg"))
    return answer.status, *answer.fault[:2]


# -- XML


@pytest.mark.parametrize(
    "change",
    [
        lambda octets: octets.replace(b"<s:Envelope", b"<!DOCTYPE s:Envelope><s:Envelope", 1),
        lambda octets: octets.replace(b"<s:Envelope", f"<!DOCTYPE x [{BOMB}]><s:Envelope".encode(), 1),
        lambda octets: octets.replace(b"<s:Body>", b"<s:Body>&e8;", 1),
        lambda octets: octets.replace(
            b"<s:Envelope", b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><s:Envelope', 1
        ),
        lambda octets: octets.replace(b"<s:Body>", b"<s:Body>" + b"<d>" * 100 + b"</d>" * 100),
        lambda octets: octets.replace(b"<s:Body>", b"<s:Body><d a='" + b"x" * 100_000 + b"'/>"),
        lambda octets: octets.replace(b"<s:Body>", b"<s:Body>" + b"<d/>" * 250_000),
        lambda octets: octets.replace(b"<s:Body>", b"<s:Body><?php odd?>"),
        lambda octets: octets.replace(b"</s:Envelope>", b""),
        lambda octets: octets.replace(b"<s:Body>", b"<s:Body>\xff"),
        lambda octets: octets.replace(b"encoding='UTF-8'", b"encoding='EBCDIC'").replace(b"UTF-8", b"EBCDIC", 1),
        lambda octets: octets[:0],
    ],
    ids=[
        "doctype",
        "bomb",
        "entity",
        "file",
        "deep",
        "long",
        "many",
        "instruction",
        "cut",
        "octet",
        "charset",
        "empty",
    ],
)
def test_hostile_xml_is_a_fault_of_the_sender(strict, sender, ins, change):
    with traced(strict):
        answer = sender.post("registry", change(envelope(ins, sender)), simple_type())
    assert refusal(answer)[:2] == (400, "Sender")


# -- HTTP


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/json", "multipart/form-data; boundary=b", "x"])
def test_another_media_type_is_a_415_without_body(strict, sender, ins, content_type):
    with traced(strict):
        answer = sender.post("registry", envelope(ins, sender), content_type)
    assert (answer.status, answer.content) == (415, b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
def test_only_post_is_taken(strict, sender, method):
    with traced(strict, 0):
        answer = sender.request(method, "registry")
    assert answer.status == 405


@pytest.mark.parametrize("size", [4 * 2**20 + 1, 30 * 2**20])
@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_over_the_limit_is_a_413_that_the_caller_gets_to_read(strict, sender, size, chunked):
    content = (b"x" * 2**20 for _ in range(size // 2**20 + 1)) if chunked else b"x" * size
    with traced(strict):
        answer = sender.request("POST", "registry", content=content, headers={"Content-Type": simple_type()})
    assert (answer.status, answer.content, answer.headers["connection"]) == (413, b"", "close")


def test_a_submission_over_the_limit_is_a_413(strict, sender):
    pieces = (b"x" * 2**20 for _ in range(66))
    with traced(strict):
        answer = sender.request("POST", "repository", content=pieces, headers={"Content-Type": mtom_type()})
    assert answer.status == 413


def test_a_gzip_body_is_read(strict, sender, ins):
    with traced(strict):
        packed = gzip.compress(envelope(ins, sender))
        answer = sender.post("registry", packed, simple_type(), Content_Encoding="gzip")
    assert (answer.status, answer.outcome) == (200, "Success")


@pytest.mark.parametrize(
    ("content", "encoding", "status"),
    [
        (gzip.compress(b"x" * 3 * 2**20), "gzip", 413),
        (gzip.compress(gzip.compress(b"x" * 2**26)), "gzip", 400),
        (gzip.compress(b"<x/>")[:-4], "gzip", 400),
        (gzip.compress(b"<x/>") + b"more", "gzip", 400),
        (b"not gzip", "gzip", 400),
        (b"<x/>", "br", 415),
        (gzip.compress(b"<x/>"), "gzip, gzip", 415),
    ],
    ids=["bomb", "bomb in a bomb", "cut", "with more behind", "none at all", "unknown encoding", "encoded twice"],
)
def test_a_gzip_bomb_or_a_broken_encoding_is_refused(strict, sender, content, encoding, status):
    with traced(strict):
        answer = sender.post("registry", content, simple_type(), Content_Encoding=encoding)
    assert answer.status == status


@pytest.mark.parametrize("host", ["[", "a b", "localhost:99999", ""])
def test_a_host_header_that_is_none_changes_nothing(strict, sender, ins, host):
    with traced(strict):
        answer = sender.post("registry", envelope(ins, sender), simple_type(), Host=host)
    assert (answer.status, answer.outcome) == (200, "Success")


def test_a_path_with_a_slash_more_is_not_found_and_leads_nowhere(strict, sender, ins):
    response = sender.client.post(sender.url("registry") + "/", headers={"Host": "elsewhere.example"})
    assert (response.status_code, response.headers.get("location")) == (404, None)


# -- time


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[ssl.SSLSocket]:
    """A bare TLS connection of the hospital."""
    port = int(sandbox.base_url.rpartition(":")[2])
    tls = tls_context(sandbox.contract, "hospital")
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as bare,
        tls.wrap_socket(bare, server_hostname="localhost") as secured,
    ):
        yield secured


HEAD = f"POST /registry HTTP/1.1\r\nHost: localhost\r\nContent-Type: {simple_type()}\r\n"


def read_all(connection: ssl.SSLSocket) -> bytes:
    """What comes until the other side closes."""
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    return received


def test_headers_without_end_are_refused(strict):
    with traced(strict, 0), connected(strict) as connection:
        connection.sendall(HEAD.encode() + (b"X-Odd: " + b"x" * 4000 + b"\r\n") * 50)
        received = read_all(connection)
    assert received.startswith(b"HTTP/1.1 431 ")


def test_a_caller_who_leaves_in_the_middle_is_traced(strict):
    before = strict.count_traces()
    with connected(strict) as connection:
        connection.sendall(f"{HEAD}Content-Length: 1000\r\n\r\nbegun".encode())
        connection.shutdown(socket.SHUT_RDWR)
    deadline = time.monotonic() + 60
    while strict.count_traces() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert strict.count_traces() - before == 1


# -- packaging


def submission(sender: RawCaller, ins: str, include: str = "") -> tuple[Lot, bytes]:
    """A lot and its envelope, with something else in place of the Include."""
    lot = Lot.of(ins)
    return lot, an_envelope(SUBMIT, lot.request(include or an_include("d1@raw")), sender.security(ins))


def test_every_broken_package_is_a_fault_of_the_sender(strict, sender, ins):
    lot, root = submission(sender, ins)
    document = mtom_part(lot.document, "d1@raw")
    nested = mtom_part(joined(document, boundary="inner"), "d1@raw", 'multipart/mixed; boundary="inner"')
    broken = {
        "no final boundary": (joined(mtom_root(root), document, end=""), mtom_type()),
        "cut in the document": (joined(mtom_root(root), document)[:-500], mtom_type()),
        "part missing": (joined(mtom_root(root)), mtom_type()),
        "part twice": (joined(mtom_root(root), document, document), mtom_type()),
        "part too many": (joined(mtom_root(root), document, mtom_part(b"x", "d2@raw")), mtom_type()),
        "part without name": (joined(mtom_root(root), document, b"Content-Type: text/xml\r\n\r\nx"), mtom_type()),
        "nested": (joined(mtom_root(root), nested), mtom_type()),
        "start of nobody": (joined(mtom_root(root), document), mtom_type(start="nobody@raw")),
        "start of the document": (joined(mtom_root(root), document), mtom_type(start="d1@raw")),
        "another boundary": (joined(mtom_root(root), document), mtom_type(boundary="other")),
        "no boundary": (joined(mtom_root(root), document), mtom_type(boundary="")),
        "70 parts": (joined(mtom_root(root), *(mtom_part(b"x", f"p{n}") for n in range(70))), mtom_type()),
        "long headers": (joined(b"X-Odd: " + b"x" * 9000 + b"\r\n\r\n", mtom_root(root)), mtom_type()),
        "unknown encoding": (joined(mtom_root(root), document.replace(b"binary", b"odd")), mtom_type()),
        "not base64": (joined(mtom_root(root), document.replace(b"binary", b"base64")), mtom_type()),
        "nothing": (b"", mtom_type()),
    }
    for name, (content, content_type) in broken.items():
        with traced(strict):
            answer = sender.post("repository", content, content_type)
        assert (name, *refusal(answer)[:2]) == (name, 400, "Sender")


def test_a_submission_that_is_not_mtom_is_a_fault(strict, sender, ins):
    lot, _ = submission(sender, ins)
    root = an_envelope(SUBMIT, lot.request(inline(lot.document)), sender.security(ins))
    with traced(strict):
        answer = sender.post("repository", root, simple_type(SUBMIT))
    assert refusal(answer)[:2] == (400, "Sender")


@pytest.mark.parametrize(
    "inside",
    [
        an_include("d1@raw") + "text",
        "text" + an_include("d1@raw"),
        an_include("d1@raw") * 2,
        an_include("nobody@raw"),
        f'<xop:Include xmlns:xop="{XOP}" href="http://localhost/d1"/>',
        f'<xop:Include xmlns:xop="{XOP}" href="file:///etc/passwd"/>',
        f'<xop:Include xmlns:xop="{XOP}"/>',
        "<odd/>",
        "not base64 !",
        "",
    ],
)
def test_a_document_that_is_neither_one_include_nor_base64_is_refused(strict, sender, ins, inside):
    lot, _ = submission(sender, ins)
    root = an_envelope(SUBMIT, lot.request(inside), sender.security(ins))
    with traced(strict):
        answer = sender.post("repository", mtom_body(root, {"d1@raw": lot.document}), mtom_type())
    assert refusal(answer)[:2] == (400, "Sender")


@pytest.mark.parametrize("header_encoded", [False, True])
@pytest.mark.parametrize("reference_encoded", [False, True])
def test_a_part_is_found_whichever_side_encodes_its_name(strict, sender, ins, header_encoded, reference_encoded):
    plain, encoded = "d+1=é@raw", "d%2B1%3D%C3%A9@raw"
    lot, root = submission(sender, ins, an_include(encoded if reference_encoded else plain))
    name = encoded if header_encoded else plain
    with traced(strict):
        part = f"Content-Type: text/xml\r\nContent-ID: <{name}>\r\n\r\n".encode() + lot.document
        answer = sender.post("repository", joined(mtom_root(root), part), mtom_type())
    assert (answer.status, answer.outcome) == (200, "Success")


# -- who calls


def test_no_security_two_or_two_assertions_are_faults(strict, sender, ins):
    one = sender.security(ins)
    start, end = one.index("<saml2:Assertion"), one.index("</saml2:Assertion>") + len("</saml2:Assertion>")
    assertion = one[start:end]
    for security in ("", one + sender.security(ins), one.replace(assertion, assertion + assertion)):
        with traced(strict):
            answer = sender.call(SEARCH, search(ins), ins, security=security)
        assert refusal(answer)[:2] == (400, "Sender")


@pytest.mark.parametrize("holder", ["expired", "foreign"])
def test_a_certificate_that_tls_itself_refuses_reaches_nothing(strict, holder):
    with traced(strict, 0), RawCaller(strict.folder, tls=holder) as caller, pytest.raises(httpx2.TransportError):
        caller.call(SEARCH, search("1"), security="")


def test_no_certificate_reaches_nothing(strict):
    bare = ssl.create_default_context(cafile=strict.contract["ca"])
    with traced(strict, 0), httpx2.Client(verify=bare, trust_env=False) as client, pytest.raises(httpx2.TransportError):
        client.post(strict.contract["services"]["registry"], content=b"x")


def test_a_revoked_certificate_is_refused_before_the_body_is_looked_at(strict, ins):
    with traced(strict), RawCaller(strict.folder, tls="revoked", holder="revoked", auth="direct") as caller:
        answer = caller.call(SEARCH, search(ins), ins)
    assert refusal(answer) == (400, "Sender", "dmp:DMPInvalidCertificate")


@pytest.mark.parametrize("holder", ["expired", "revoked", "foreign"])
def test_an_assertion_signed_with_a_bad_certificate_is_refused(strict, ins, holder):
    with traced(strict), RawCaller(strict.folder, tls="doctor", holder=holder, auth="direct") as caller:
        answer = caller.call(SEARCH, search(ins), ins)
    assert refusal(answer) == (400, "Sender", "dmp:DMPInvalidCertificate")


def test_a_signature_certificate_does_not_open_a_connection(strict, ins):
    with traced(strict), RawCaller(strict.folder, tls="doctor", auth="direct", certificate="sign") as caller:
        answer = caller.call(SEARCH, search(ins), ins)
    assert refusal(answer) == (400, "Sender", "dmp:DMPInvalidCertificate")


def test_an_assertion_of_somebody_else_is_refused(strict, ins):
    with traced(strict), RawCaller(strict.folder, tls="nurse", auth="direct") as caller:
        answer = caller.call(SEARCH, search(ins), ins)
    assert refusal(answer)[:2] == (400, "Sender")


def test_a_message_serves_once(strict, sender, ins):
    octets = envelope(ins, sender, message=f"urn:uuid:{uuid.uuid4()}")
    with traced(strict, 2):
        first, second = (sender.post("registry", octets, simple_type()) for _ in range(2))
    assert first.status == 200
    assert refusal(second) == (400, "Sender", "dmp:DuplicateMessageID")


def test_an_assertion_may_be_used_by_many_calls_at_the_same_moment(served):
    served.client("doctor").authorise(served.opened("279035121518989"))
    with RawCaller(served.folder) as caller, ThreadPoolExecutor(8) as pool, traced(served, 24):
        for _ in range(3):
            security = caller.security("279035121518989")
            calls = [pool.submit(caller.call, SEARCH, search("279035121518989"), security=security) for _ in range(8)]
            assert [call.result().status for call in calls] == [200] * 8


# -- anything


def test_no_mutation_of_a_valid_request_breaks_the_service(strict, reader, ins):
    random, security = Random(20261102), reader.security(ins)  # noqa: S311
    valid = valid_requests(reader, ins, security)
    statuses: dict[int, int] = {}
    for number in range(MUTATIONS):
        request = mutated(valid[number % len(valid)](), random)
        with traced(strict):
            answer = reader.post(request.service, request.content, request.content_type)
        told = (number, answer.status, answer.content[:600])
        assert answer.status in (200, 400, 413, 415, 500), told
        if answer.status == 500:
            assert refusal(answer)[1] in ("VersionMismatch", "MustUnderstand"), told
        elif answer.content:
            assert answer.envelope.tag == f"{{{ENV}}}Envelope", told
        assert not any(word in answer.content for word in (b"Traceback", b'File "', b"dmp/")), told
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    assert statuses[200] > 50
    assert statuses[400] > 100


def test_a_valid_request_is_still_answered_after_all_that(strict, reader, ins):
    with traced(strict):
        answer = reader.call(READ, retrieve("1.2.3"), ins)
    assert (answer.status, answer.errors) == (200, [("XDSDocumentUniqueIdError", "Error")])
