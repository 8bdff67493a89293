"""A signed link of the practice's software opens one record in a browser, once, and nothing else (TD0.9, TD0.10)."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from lxml import etree

from browser_builders import Browser
from dmp.record.actor import Authentication, Facility, Mode, Professional
from dmp.record.listed import Listed
from dmp.record.patient import PatientId
from dmp.record.record import Oppositions
from dmp.sandbox.people import PEOPLE
from dmp.sandbox.pki import Holders, make_pki
from dmp.sign_in.sign_in import Proof
from dmp.store.tx import Store
from dmp.wire.vihf import mint
from dmp.wire.vihf.link import write_link
from dmp.wire.vihf.mint import VihfRequest
from dmp.wire.xml import serialise
from professional_builders import (
    CLOSED,
    NOBODY,
    ORIGIN,
    OTHER,
    RECORD,
    Rooms,
    given,
    location,
    peopled,
    without_secrets,
)
from store_builders import PERSON

LINK, GO_ON, NOT_OPENED = "/professional/lien", "/professional/lien/suite", "/professional/lien/refus"
CARD = next(person for person in PEOPLE if person.name == "doctor")
HOSPITAL = next(person for person in PEOPLE if person.name == "hospital")
ME = Professional(CARD.national_id, f"{CARD.given} {CARD.family}", "10", "SM26", CARD.facility)
_numbers = count(1)


@pytest.fixture(scope="module")
def holders(tmp_path_factory) -> Holders:
    """Cards of today: making their keys takes seconds."""
    return make_pki(tmp_path_factory.mktemp("pki"), at=datetime.now(UTC))


@pytest.fixture
def rooms(loop, sqlite_store: Store, holders: Holders) -> Rooms:
    """Anne lets the doctor of the card in."""
    store = peopled(sqlite_store)
    lines = [Listed("professional", one.national_id, f"{one.given} {one.family}") for one in PEOPLE if one.given]
    places = {one.structure: one for one in PEOPLE}
    lines += [Listed("structure", one.structure, one.structure_name, sector=one.sector) for one in places.values()]
    works = [(one.national_id, one.structure) for one in PEOPLE if one.given]
    with store.begin() as tx:
        tx.directory.load(lines, [*works, (CARD.national_id, HOSPITAL.structure)])
    found = Rooms(loop, store, client_authorities=holders.ca, crls=holders.folder / "crl")
    found.change(lambda record: replace(record, authorisations=(given(ME),)))
    return found


def a_link(holders: Holders, holder: str = "doctor", *, age: timedelta = timedelta(0), **changes) -> str:
    """What the practice's software sends."""
    who, direct = holders[holder], holders[holder].person.kind != "structure"
    request = VihfRequest(
        mode=Authentication.DIRECT if direct else Authentication.REINFORCED,
        user=who.person.national_id if direct else CARD.national_id,
        structure=who.person.structure,
        sector=who.person.sector,
        roles=who.person.roles if direct else CARD.roles,
        patient=PERSON,
        subject="" if direct else ME.name,
        audience=f"{ORIGIN}{LINK}",
        context_class=mint.SMARTCARD if direct else "urn:oasis:names:tc:SAML:2.0:ac:classes:TLSClient",
    )
    request = replace(request, **changes)
    at, name = datetime.now(UTC) - age, f"_link-{next(_numbers)}"
    certificate = who.sign.load_certificate()
    return write_link(mint.mint(request, key=who.sign.load_key(), certificate=certificate, at=at, new_id=name))


def arrive(browser: Browser, link: str, page: str = "DossierPatient") -> Browser:
    """The software opens the browser with a form: another site, as far as the browser knows."""
    fields = {"assertion": link, "page": page}
    before = dict(browser.cookies)
    browser.cookies = {name: kept for name, kept in before.items() if not kept[1]}
    browser.post(LINK, fields, origin="null", **{"sec-fetch-site": "cross-site"})
    browser.cookies = {**before, **browser.cookies}
    return browser


def opened(browser: Browser) -> Browser:
    return browser.get(browser.onward).submit(GO_ON)


def refused(browser: Browser) -> bool:
    return browser.status == 403 and "Ce lien n’a pas été accepté" in browser.page


# -- the way in


def test_a_card_opens_a_session_and_the_record(rooms: Rooms, holders: Holders):
    browser = arrive(rooms.stranger(), a_link(holders))
    assert "__Host-dmp-session" not in browser.cookies, "nobody is signed in before he has agreed"
    shown = browser.get(browser.onward).page
    assert ME.name in shown
    assert "MARTIN" not in shown
    assert PERSON.number not in shown
    browser.submit(GO_ON)
    session = rooms.session(browser)
    assert location(browser) == RECORD
    assert (session.professional and session.professional.id, session.patient) == (ME.id, PERSON)
    assert session.proofs == (Proof.CERTIFICATE,)
    assert session.patient_called.endswith("ans")
    assert browser.get(RECORD).status == 200


def test_another_site_uses_up_the_tries_of_links_and_of_nothing_else(rooms: Rooms):
    browser = rooms.stranger()
    answers = [arrive(browser, "junk").status for _ in range(25)]
    assert answers[:20] == [403] * 20
    assert answers[-1] == 429, "whoever sends on is not listened to"
    page = rooms.stranger().get("/connexion").submit("/connexion", login="anne", password="x")
    assert page.status == 422, "those who share the address still sign in"


@pytest.mark.parametrize(
    ("page", "to"),
    [
        ("DossierPatient", RECORD),
        ("Documents", RECORD),
        ("HistoriqueAcces", "/historique"),
        ("GestionDMPPatient", "/professional/acces"),
        ("TableauDeBord", "/professional"),
        ("Parametrages", "/sessions"),
        ("https://elsewhere.example", RECORD),
    ],
)
def test_the_page_is_one_of_the_list(rooms: Rooms, holders: Holders, page, to):
    browser = arrive(rooms.stranger(), a_link(holders), page)
    assert location(opened(browser)) == to
    assert PERSON.number not in location(browser)


def test_without_patient_the_list_of_patients_is_shown(rooms: Rooms, holders: Holders):
    browser = opened(arrive(rooms.stranger(), a_link(holders, patient=None)))
    assert location(browser) == "/professional"
    assert rooms.session(browser).patient is None


def test_the_mode_and_its_reason_come_along(rooms: Rooms, holders: Holders):
    browser = arrive(rooms.stranger(), a_link(holders, patient=OTHER, purpose=Mode.BREAK_GLASS, reason="Inconscient"))
    assert "Bris de glace" in browser.get(browser.onward).page
    browser.submit(GO_ON)
    session = rooms.session(browser)
    assert (session.mode, session.reason, session.patient) == (Mode.BREAK_GLASS, "Inconscient", OTHER)


def test_the_card_of_a_secretary_leads_to_the_desk_and_into_no_record(rooms: Rooms, holders: Holders):
    browser = opened(arrive(rooms.stranger(), a_link(holders, "secretary")))
    session = rooms.session(browser)
    assert location(browser) == "/desk"
    assert (session.professional, session.patient, session.staff is None) == (None, None, False)


def test_the_session_that_was_open_ends(rooms: Rooms, holders: Holders):
    browser = rooms.of()
    before = browser.cookies["__Host-dmp-session"][0]
    opened(arrive(browser, a_link(holders)))
    assert rooms.reception.desk.one(before) is None
    assert rooms.session(browser).professional == replace(
        ME, name=rooms.session(browser).name, via=Authentication.DIRECT
    )


# -- what is refused


def test_a_link_serves_once(rooms: Rooms, holders: Holders):
    link = a_link(holders)
    first = opened(arrive(rooms.stranger(), link))
    assert location(first) == RECORD
    assert refused(arrive(rooms.stranger(), link))
    first.post(GO_ON, {"token": first.get("/sessions").page.partition('name="token" value="')[2].partition('"')[0]})
    assert refused(first)


def test_nobody_goes_on_in_another_browser(rooms: Rooms, holders: Holders):
    arrive(rooms.stranger(), a_link(holders))
    other = rooms.stranger().get(GO_ON)
    assert refused(other)
    assert refused(rooms.stranger().get(LINK))


def tampered(link: str) -> str:
    octets = base64.b64decode(link).replace(PERSON.number.encode(), OTHER.number.encode())
    return base64.b64encode(octets).decode()


REFUSED = {
    "old": {"age": timedelta(minutes=6)},
    "of tomorrow": {"age": timedelta(minutes=-20)},
    "for a message": {"audience": ""},
    "for another service": {"audience": "https://elsewhere.example/professional/lien"},
    "of another structure": {"structure": HOSPITAL.structure + "9"},
    "of somebody else": {"user": "899900000999"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_what_does_not_hold_is_refused_in_one_way(rooms: Rooms, holders: Holders, changes):
    browser = arrive(rooms.stranger(), a_link(holders, **changes))
    assert refused(browser)
    assert "__Host-dmp-link" not in browser.cookies


@pytest.mark.parametrize("link", ["", "é", "bm90aGluZw==", base64.b64encode(b"<!DOCTYPE a><a/>").decode()])
def test_what_is_no_link_is_refused_in_the_same_way(rooms: Rooms, link):
    assert refused(arrive(rooms.stranger(), link))


@pytest.mark.parametrize("holder", ["revoked", "expired", "foreign"])
def test_a_card_that_is_not_trusted_opens_nothing(rooms: Rooms, holders: Holders, holder):
    assert refused(arrive(rooms.stranger(), a_link(holders, holder)))


def test_what_was_changed_afterwards_is_refused(rooms: Rooms, holders: Holders):
    assert refused(arrive(rooms.stranger(), tampered(a_link(holders))))


def test_a_whole_security_header_is_no_link(rooms: Rooms, holders: Holders):
    assertion = etree.fromstring(base64.b64decode(a_link(holders)))
    wrapped = etree.Element("{urn:x}Two", nsmap={"x": "urn:x"})
    wrapped.append(assertion)
    assert refused(arrive(rooms.stranger(), base64.b64encode(serialise(wrapped)).decode()))


def test_a_structure_alone_opens_no_page(rooms: Rooms, holders: Holders):
    link = a_link(holders, "hospital", mode=Authentication.INDIRECT)
    assert refused(arrive(rooms.stranger(), link))


def test_a_link_to_what_is_not_open_says_the_same_of_each(rooms: Rooms, holders: Holders):
    """Unknown, closed, never let in, opposed: one page (security 9.4)."""
    rooms.change(lambda record: replace(record, oppositions=Oppositions(break_glass=True)))
    answers = set()
    glass = {"purpose": Mode.BREAK_GLASS, "reason": "Inconscient"}
    foreign = PatientId("2790351215189", "1.2.3")
    for changes in ({"patient": NOBODY}, {"patient": CLOSED}, {"patient": OTHER}, glass, {"patient": foreign}):
        browser = opened(arrive(rooms.stranger(), a_link(holders, **changes)))
        assert location(browser) == NOT_OPENED
        assert rooms.session(browser).patient is None
        answers.add(without_secrets(browser.follow()))
    assert len(answers) == 1
    assert "/professional/ouvrir" in answers.pop()


def test_other_forms_of_elsewhere_are_refused_still(rooms: Rooms):
    browser = rooms.of()
    browser.post("/professional/ouvrir", {"ins": PERSON.number}, origin="null", **{"sec-fetch-site": "cross-site"})
    assert (browser.status, "n’est plus valable" in browser.page) == (403, True)
    browser.post(GO_ON, {"page": ""}, origin="null", **{"sec-fetch-site": "cross-site"})
    assert "n’est plus valable" in browser.page


# -- vouched for by a structure (AIR)


def test_whom_a_structure_vouches_for_signs_in_himself_first(rooms: Rooms, holders: Holders):
    at_work = replace(ME, facility=Facility(HOSPITAL.structure, HOSPITAL.structure_name, HOSPITAL.sector))
    browser = arrive(rooms.stranger(), a_link(holders, "hospital"))
    browser.get(browser.onward)
    assert "C’est à vous" in browser.page or "c’est à vous" in browser.page
    assert "__Host-dmp-session" not in browser.cookies

    mine = opened(arrive(rooms.of(at_work, Proof.PROVIDER), a_link(holders, "hospital")))
    session = rooms.session(mine)
    assert (location(mine), session.patient, session.proofs) == (RECORD, PERSON, (Proof.PROVIDER,))


def test_the_link_of_a_structure_opens_nothing_in_the_session_of_somebody_else(rooms: Rooms, holders: Holders):
    for who in (replace(ME, id="899900000101"), ME):
        browser = arrive(rooms.of(who, Proof.PROVIDER), a_link(holders, "hospital"))
        browser.get(browser.onward)
        assert "C’est moi" not in browser.page
        token = browser.page.partition('name="token" value="')[2].partition('"')[0]
        browser.post(GO_ON, {"token": token})
        assert rooms.session(browser).patient is None
