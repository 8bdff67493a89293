"""Forms with files, the way back after signing in again, and the name under which a browser keeps what is typed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser_builders import Browser
from deposit_builders import ADD, ADDING, ANNE, DEPOSIT, DOCTOR, NOW, ORIGIN, Doors, with_people
from dmp.record.actor import Holder
from dmp.record.errors import InvalidMessage
from dmp.record.people import Delegate, DelegateScope
from dmp.sign_in.reception import Reception, Reply, Said
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from dmp.web.portal.forms import LARGEST, Form
from dmp.web.portal.page import CookieName
from dmp.web.portal.places import is_path
from dmp.web.portal.uploads import LARGEST_HEADER, MOST_FILES, read_uploads
from file_builders import TEXT
from store_builders import PERSON, SOMEBODY_ELSE

BOUNDARY = "frontiere"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
BACK = "__Host-dmp-back"


def part(disposition: str, octets: bytes = b"", *headers: bytes) -> bytes:
    told = b"\r\n".join((b"Content-Disposition: " + disposition.encode(), *headers))
    return f"--{BOUNDARY}\r\n".encode() + told + b"\r\n\r\n" + octets + b"\r\n"


def text(name: str, value: bytes) -> bytes:
    return part(f'form-data; name="{name}"', value)


def file(name: str, file_name: str, octets: bytes) -> bytes:
    return part(f'form-data; name="{name}"; filename="{file_name}"', octets, b"Content-Type: image/png")


def read(
    *parts: bytes, most: int = 1000, end: bytes = b"--frontiere--\r\n", by: int = 0, media_type: str = TYPE
) -> Form:
    body = b"".join(parts) + end

    async def pieces():
        for start in range(0, len(body), by or len(body)):
            yield body[start : start + (by or len(body))]

    return asyncio.run(read_uploads(pieces(), media_type, most=most))


# -- reading


@pytest.mark.parametrize("by", [0, 1, 2, 7])
def test_fields_and_files_are_read_however_they_come(by):
    form = read(text("title", "Prise de sang é".encode()), file("file", "a.png", b"\0\r\n--front\xff"), by=by)
    assert form.text("title") == "Prise de sang é"
    (sent,) = form.files["file"]
    assert (sent.name, sent.media_type, sent.octets) == ("a.png", "image/png", b"\0\r\n--front\xff")
    assert not sent.too_large


def test_several_files_of_one_field_come_in_their_order():
    form = read(file("file", "1", b"a"), file("file", "", b""), file("file", "2", b"b"))
    assert [one.octets for one in form.files["file"]] == [b"a", b"b"], "an input that was left empty is none"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\\Users\\anne\\scan.pdf", "scan.pdf"),
        ("a\tb\x7f.pdf", "ab.pdf"),
        ("é" * 300, "é" * 200),
        ("%22><script>.pdf", "%22><script>.pdf"),
        ("/", ""),
    ],
)
def test_a_name_is_a_last_name_without_signs_that_act(told, name):
    (sent,) = read(file("file", told, b"x")).files["file"]
    assert sent.name == name


def test_a_file_that_is_too_large_is_told_and_thrown_away_and_the_words_are_kept():
    form = read(file("file", "a", b"x" * 600), file("file", "b", b"y" * 600), text("title", b"T"), most=1000, by=100)
    first, second = form.files["file"]
    assert (len(first.octets), first.too_large) == (600, False)
    assert (second.octets, second.too_large) == (b"", True)
    assert form.text("title") == "T"


@pytest.mark.parametrize(
    ("parts", "status", "element"),
    [
        ([text("a", b"1"), text("a", b"2")], 400, "a"),
        ([text("a", b"\xff")], 400, "a"),
        ([text("a", b"\0")], 400, "a"),
        ([text("a", b"x" * (LARGEST + 1))], 413, "a"),
        ([text(str(number), b"") for number in range(101)], 400, "body"),
        ([file("photo", str(number), b"x") for number in range(MOST_FILES + 1)], 400, "photo"),
        ([part("attachment; name=a", b"x")], 400, "body"),
        ([part("form-data", b"x")], 400, "body"),
        ([part('form-data; name="a"', b"x", b"X: " + b"y" * LARGEST_HEADER)], 400, "body"),
        ([part('form-data; name="a"', b"x", *[b"X-%d: y" % number for number in range(9)])], 400, "body"),
    ],
)
def test_what_cannot_be_read_names_its_field(parts, status, element):
    with pytest.raises(InvalidMessage) as told:
        read(*parts)
    assert (told.value.status, told.value.element) == (status, element)


@pytest.mark.parametrize("end", [b"", b"--frontiere"])
def test_a_form_that_is_cut_short_is_refused(end):
    with pytest.raises(InvalidMessage):
        read(text("a", b"1"), end=end)


@pytest.mark.parametrize(
    "media_type",
    ["multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'b' * 999}"],
)
def test_a_form_without_a_boundary_is_refused(media_type):
    with pytest.raises(InvalidMessage):
        read(text("a", b"1"), media_type=media_type)


@given(st.binary(max_size=400), st.integers(1, 50))
def test_no_octets_break_the_reader_otherwise_than_by_its_refusal(noise, by):
    try:
        read(file("file", "a", noise), noise, by=by)
    except InvalidMessage as error:
        assert error.status in (400, 413)


# -- pages that take files, and those that do not


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Doors:
    return Doors(loop, with_people(sqlite_store))


def send(browser: Browser, path: str, **data: str) -> Browser:
    told = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    return browser._send("POST", path, data=data, files=[("file", ("a.txt", TEXT, "text/plain"))], headers=told)


def test_a_page_that_takes_no_file_refuses_a_form_with_one(doors: Doors):
    assert send(doors.anne(), "/sessions", token="x").status == 415


def test_who_has_no_session_sends_no_large_file(loop, doors: Doors):
    stranger = Browser(loop, doors.app, ORIGIN)
    told = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    stranger._send("POST", ADD, data=ADDING, files=[("file", ("a", b"x" * LARGEST, "text/plain"))], headers=told)
    assert stranger.status == 413


def test_of_who_has_an_invented_session_no_file_is_kept(loop, doors: Doors, monkeypatch):
    read: list[int] = []
    monkeypatch.setattr("dmp.web.portal.app.read_uploads", lambda *_args, **_told: read.append(1))
    stranger = Browser(loop, doors.app, ORIGIN)
    stranger.cookies["__Host-dmp-session"] = ("f" * 64, True)
    told = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    stranger._send("POST", ADD, data=ADDING, files=[("file", ("a", b"x" * LARGEST, "text/plain"))], headers=told)
    assert (stranger.status, stranger.answer.headers["location"]) == (303, "/connexion")
    assert read == []


def test_more_than_any_page_reads_is_refused_whole(doors: Doors):
    anne = doors.anne()
    told = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "content-type": TYPE, "content-length": str(2**40)}
    anne._send("POST", ADD, content=b"x", headers=told)
    assert anne.status == 413


# -- back to where one was


def proven() -> Proven:
    return Proven(Proof.PASSKEY, account=ANNE)


def signed_in_again(doors: Doors, browser: Browser, monkeypatch) -> str:
    """Where signing in leads: the last step is the same for each means."""

    def last_step(*_args):
        return Reply(Said.DONE, secret=doors.secret_of(proven()))

    monkeypatch.setattr(Reception, "password", last_step)
    browser.get("/connexion").submit("/connexion", login="anne", password="x")
    assert browser.answer is not None
    return browser.answer.headers["location"]


@pytest.mark.parametrize("path", [ADD, "/historique", "/patient"])
def test_signing_in_leads_back_to_the_page_that_was_asked_for(loop, doors: Doors, monkeypatch, path):
    browser = Browser(loop, doors.app, ORIGIN)
    assert browser.get(path).answer.headers["location"] == "/connexion"
    assert browser.cookies[BACK] == (path, False), "the way back from an identity provider carries it"
    assert signed_in_again(doors, browser, monkeypatch) == path
    assert BACK not in browser.cookies, "it serves once"


def test_a_form_that_comes_after_the_end_of_the_session_leads_back_to_its_page(loop, doors: Doors, monkeypatch):
    anne = doors.anne().get(ADD)
    form = anne.answer
    doors.reception.signed_out(anne.cookies["__Host-dmp-session"][0])
    token = anne.page.partition('name="token" value="')[2].partition('"')[0]
    anne.answer = form
    send(anne, ADD, **{**ADDING, "token": token})
    assert (anne.status, anne.answer.headers["location"]) == (303, "/connexion")
    assert doors.seen_by(Holder(PERSON)) == []
    assert signed_in_again(doors, anne, monkeypatch) == ADD


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil", "/patient\t/x", "", "/..", "/a?b=c", "/A"]
)
def test_nobody_is_led_elsewhere(loop, doors: Doors, monkeypatch, path):
    assert not is_path(path)
    browser = Browser(loop, doors.app, ORIGIN)
    browser.cookies[BACK] = (path, False)
    assert signed_in_again(doors, browser, monkeypatch) == "/patient"


def test_what_stands_inside_a_page_is_not_gone_back_to(loop, doors: Doors):
    browser = Browser(loop, doors.app, ORIGIN)
    for inside in ("iframe", "empty", "image"):
        browser._send("GET", "/historique", headers={"sec-fetch-dest": inside})
        assert (browser.status, BACK in browser.cookies) == (303, False)


def test_a_page_that_is_not_for_who_signs_in_leads_home(doors: Doors):
    anne = doors.anne().get(DEPOSIT)
    assert anne.answer.headers["location"] == "/"
    assert BACK not in anne.cookies


def test_signing_out_forgets_the_way_back(doors: Doors):
    anne = doors.anne().get(ADD)
    anne.cookies[BACK] = (ADD, False)
    anne.submit("/deconnexion")
    assert BACK not in anne.cookies


# -- what a browser keeps of what is typed


def draft_of(browser: Browser, path: str) -> str:
    page = browser.get(path).page
    return page.partition('data-draft="')[2].partition('"')[0]


def test_what_is_typed_is_kept_for_one_person_about_one_record_on_one_page(doors: Doors):
    until = NOW + timedelta(days=300)
    delegate = Delegate(SOMEBODY_ELSE, "Paul AIDE", DelegateScope.WRITE, NOW - timedelta(days=1), until)
    with doors.store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.records.change(replace(record, delegates=(delegate,)), at=NOW)
    anne, helper, claire = doors.anne(), doors.helper(), doors.professional()
    for browser in (anne, helper, claire):
        browser.cookies["__Host-dmp-form"] = ("f" * 32, True)
    drafts = [draft_of(anne, ADD), draft_of(helper, ADD), draft_of(claire, DEPOSIT)]
    assert all(len(draft) == 32 for draft in drafts)
    assert len(set(drafts)) == 3
    assert draft_of(anne, ADD) == drafts[0], "the same after a while"

    other = doors.with_secret(doors.secret_of(Proven(Proof.CERTIFICATE, professional=DOCTOR)))
    session = doors.reception.desk.one(other.cookies["__Host-dmp-session"][0])
    assert session is not None
    secret = doors.reception.desk.renewed(
        other.cookies["__Host-dmp-session"][0], replace(session, patient=SOMEBODY_ELSE, patient_called="Bob")
    )
    elsewhere = doors.with_secret(secret)
    elsewhere.cookies["__Host-dmp-form"] = ("f" * 32, True)
    assert draft_of(elsewhere, DEPOSIT) != drafts[2], "what was typed about one patient is not found at another"


def test_another_browser_keeps_it_under_another_name(doors: Doors):
    names = set()
    for secret in ("a" * 32, "b" * 32):
        anne = doors.anne()
        anne.cookies[CookieName.FORM] = (secret, True)
        names.add(draft_of(anne, ADD))
    assert len(names) == 2
