"""A card of staff (CPE) in a browser: a session of an employee, who comes to the desk and to nothing else."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from browser_builders import Browser
from dmp.portal import build_card_pages, build_pages, build_portal
from dmp.record.actor import Facility, Staff
from dmp.record.listed import Listed
from dmp.sandbox.pki import Holders, make_pki
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sessions import IDLE_PROFESSIONAL, Session
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store

ORIGIN = "https://portail.example.fr"
CARD, DESK = "/connexion/carte", "/desk"
NOW = datetime.now(UTC)
HOSPITAL = Facility("1750000002", "Hôpital Test", "SA01")
NADIA = Staff("3750000002/1001", "Nadia HAMON-TEST", "SECRETARIAT_MEDICAL", HOSPITAL)
ELSEWHERE = replace(NADIA, facility=Facility("1750000003", "Clinique Test", "SA04"))
"""The numbers of such cards are given by each structure: this is somebody else."""


@pytest.fixture(scope="module")
def holders(tmp_path_factory) -> Holders:
    return make_pki(tmp_path_factory.mktemp("pki"), at=datetime.now(UTC))


@pytest.fixture
def settings(holders) -> Settings:
    nowhere = Path("/nowhere")
    trust = {"client_authorities": holders.ca, "crls": holders.folder / "crl", "crl_max_age": 30 * 24 * 3600}
    portal = {"portal_port": 8444, "portal_card_port": 8445, "portal_url": f"{ORIGIN}/", "production": False}
    places = dict.fromkeys(("blobs", "keys", "certificate", "private_key"), nowhere)
    return Settings(database_url="", **places, **trust, **portal)


@pytest.fixture
def store(sqlite_store: Store, holders) -> Store:
    place = holders["secretary"].person
    with sqlite_store.begin() as tx:
        tx.directory.load([Listed("structure", place.structure, place.structure_name, sector=place.sector)], [])
    return sqlite_store


@pytest.fixture
def app(store, settings):
    return build_pages(store, settings)


class Doors:
    """Browsers of employees who are signed in."""

    def __init__(self, loop, app, reception):
        self.loop, self.app, self.reception = loop, app, reception

    def staff(self, who: Staff = NADIA) -> Browser:
        reply = self.reception.proved(Proven(Proof.CERTIFICATE, staff=who), Visitor("192.0.2.1", "Firefox · Linux"))
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (reply.secret, True)
        return browser


@pytest.fixture
def doors(loop, app, store, settings) -> Doors:
    return Doors(loop, app, build_portal(store, settings).reception)


def numbers(browser: Browser) -> list[str]:
    return re.findall(r'name="number" value="([0-9a-f]+)"', browser.get("/sessions").page)


def test_a_card_of_staff_opens_a_session_that_leads_to_the_desk(loop, app, store, settings, holders):
    cards = Browser(loop, build_card_pages(store, settings), f"{ORIGIN}:8445")
    cards.certificate = holders["secretary"].auth.load_certificate().public_bytes(Encoding.DER)
    cards.get(CARD).submit(CARD)
    assert cards.onward == f"{ORIGIN}/desk"

    browser = Browser(loop, app, ORIGIN)
    browser.cookies = cards.cookies
    page = browser.get(DESK).page
    assert (browser.status, "Nadia HAMON-TEST" in page) == (200, True)
    with store.begin() as tx:
        (trace,) = tx.traces.of(NO_RECORD)
    assert (trace.verb, trace.who.kind, trace.who.person) == (
        "sign-in",
        "staff",
        holders["secretary"].person.national_id,
    )


def test_a_card_of_a_structure_that_is_not_known_opens_nothing(loop, sqlite_store, settings, holders):
    cards = Browser(loop, build_card_pages(sqlite_store, settings), f"{ORIGIN}:8445")
    cards.certificate = holders["secretary"].auth.load_certificate().public_bytes(Encoding.DER)
    assert cards.get(CARD).submit(CARD).status == 403
    assert "__Host-dmp-session" not in cards.cookies


@pytest.mark.parametrize(
    "path", ["/patient", "/professional", "/professional/ouvrir", "/historique", "/moyens", "/operator"]
)
def test_an_employee_comes_to_nothing_but_the_desk(doors: Doors, path):
    nadia = doors.staff().get(path)
    assert (nadia.status, nadia.answer.headers["location"]) == (303, "/")
    assert nadia.follow().answer.headers["location"] == DESK


def test_an_employee_lists_and_ends_his_own_sessions(doors: Doors):
    first, second = doors.staff(), doors.staff()
    mine = numbers(first)
    assert len(mine) == 2
    first.submit("/sessions", number=numbers(second)[0])
    left = [one for one in (first, second) if one.get(DESK).status == 200]
    assert len(left) == 1


def test_the_same_number_in_another_structure_is_somebody_else(doors: Doors):
    nadia, other = doors.staff(), doors.staff(ELSEWHERE)
    (mine,) = numbers(nadia)
    other.get("/sessions").submit("/sessions", number=mine)
    assert nadia.get(DESK).status == 200
    assert len(numbers(other)) == 1


def test_signing_out_is_traced_and_ends_the_session(doors: Doors, store):
    nadia = doors.staff().get(DESK)
    nadia.submit("/deconnexion")
    assert nadia.get(DESK).status == 303
    with store.begin() as tx:
        assert [(one.verb, one.who.person) for one in tx.traces.of(NO_RECORD)][-1] == ("sign-out", NADIA.id)


def test_an_employee_and_an_operator_are_idle_for_as_long_as_professionals():
    session = Session("1", since=NOW, seen=NOW, proofs=())
    assert replace(session, staff=NADIA).idle == IDLE_PROFESSIONAL
    assert replace(session, operator="claire.test").idle == IDLE_PROFESSIONAL
    assert session.idle > IDLE_PROFESSIONAL
    assert not replace(session, staff=NADIA).holds_in_time(NOW + timedelta(minutes=11))
