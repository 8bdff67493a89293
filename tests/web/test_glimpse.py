"""What is refused at a glance, and what is left to be read in earnest (security 13.6)."""

import asyncio
from collections.abc import Iterator

import pytest

from dmp.web import glimpse, metrics
from dmp.web.admission import Admission, Kind, Room, Ticket
from dmp.web.glimpse import Glimpse, glimpsed

SEARCH = b'application/soap+xml; action="urn:ihe:iti:2007:RegistryStoredQuery"'
SUBMIT = b'application/soap+xml; action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"'


def post(*headers: bytes, body: bytes = b"<a/>", line: bytes = b"POST /registry HTTP/1.1") -> bytes:
    return b"\r\n".join((line, b"Host: dmp", *headers, b"", body))


def search(body: bytes = b"<a/>", *, content_type: bytes = SEARCH) -> bytes:
    return post(b"Content-Type: " + content_type, b"Content-Length: %d" % len(body), body=body)


def test_a_whole_post_is_seen_by_its_path_and_content_type():
    assert glimpsed(search()) == Glimpse(b"/registry", SEARCH)
    assert glimpsed(post(b"CONTENT-LENGTH:4", line=b"POST /registry?x=1 HTTP/1.1")) == Glimpse(b"/registry", b"")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"POST /regis",
        post(b"Content-Length: 5"),
        post(b"Content-Length: 3"),
        post(b"Content-Length: 4") + post(b"Content-Length: 4"),
        post(b"Content-Length: 4", b"Content-Length: 4"),
        post(b"Content-Length: +4"),
        post(b"Content-Length : 4"),
        post(b"Content-Length: 4", b"Transfer-Encoding: chunked"),
        post(b"Content-Length: 4", b"Expect: 100-continue"),
        post(b"Content-Length: 4", b"Connection: close"),
        post(b"Content-Length: 4", b" folded"),
        post(b"Content-Length: 4", b": nameless"),
        post(b"Content-Length: 4", line=b"POST /registry HTTP/1.0"),
        post(b"Content-Length: 4", line=b"POST /registry x HTTP/1.1"),
        post(b"Content-Length: 4", line=b"GET /registry HTTP/1.1"),
        post(),
        search(b"x" * 70_000),
    ],
)
def test_whatever_might_be_framed_in_another_way_is_not(octets: bytes):
    assert glimpsed(octets) is None


@pytest.fixture
def full() -> Iterator[Admission]:
    """One works, one reading waits, and there is room for no more."""
    with asyncio.Runner() as runner:

        async def filled() -> Admission:
            admission = Admission(Room(places=1, queue=1))
            for _ in range(2):
                admission.enter(Ticket(Kind.READING, b"", lambda: None, lambda: None))
            return admission

        yield runner.run(filled())


def counted(name: str, **labels: str) -> float:
    return metrics.OWN.get_sample_value(name, labels) or 0.0


def test_who_finds_no_room_is_refused_and_counted(full: Admission):
    told = {"service": "registry", "operation": "stored_query", "status": "503"}
    before = counted("dmp_requests_total", **told), counted("dmp_shed_total", kind="reading")
    assert glimpse.refused(search(), full, frozenset({"registry"}))
    after = counted("dmp_requests_total", **told), counted("dmp_shed_total", kind="reading")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    assert full.waiting == 1


def test_an_emergency_and_what_is_no_plain_request_are_not_refused_at_a_glance(full: Admission):
    assert not glimpse.refused(search(b"<a>bris_de_glace</a>"), full, frozenset())
    assert not glimpse.refused(search()[:-1], full, frozenset())
    assert glimpse.refused(search(b"<a>bris_de_glace</a>", content_type=SUBMIT), full, frozenset())


def test_who_may_take_the_place_of_somebody_less_urgent_is_not_refused_at_a_glance():
    async def inside() -> None:
        admission = Admission(Room(places=1, queue=1))
        for _ in range(2):
            admission.enter(Ticket(Kind.DEPOSIT, b"", lambda: None, lambda: None))
        assert not glimpse.refused(search(), admission, frozenset())
        assert glimpse.refused(search(content_type=SUBMIT), admission, frozenset())

    asyncio.run(inside())


def test_where_there_is_room_nobody_is_refused():
    assert not glimpse.refused(search(), Admission(), frozenset())
