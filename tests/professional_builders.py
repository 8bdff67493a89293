"""Words for tests of the rooms of professionals: a cabinet, a centre 15, people with records of all kinds, browsers."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from browser_builders import Browser
from dmp.actions.consult_record import CheckRecord
from dmp.main import build_gate
from dmp.portal import build_pages, build_portal
from dmp.record.actor import Authentication, Caller, Facility, Professional
from dmp.record.listed import Listed
from dmp.record.management import RecordStatus
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import Authorisation, ClosingReason, Closure, Record, RecordState
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.directory import designation
from dmp.store.tx import Store
from store_builders import NIR, PERSON, a_record, opened

ORIGIN = "https://portail.example.fr"
VISITOR = Visitor("192.0.2.1")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
CABINET = Facility("1750000001", "Cabinet Test", "SA07")
CENTRE = Facility("1750000015", "Centre 15 Test", "SA01")
WORKS = Facility("1750000066", "Santé au travail Test", "SA66")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
COLLEAGUE = replace(DOCTOR, id="899900000202", name="Hugo BAREL-TEST")
NURSE = replace(DOCTOR, id="899900000303", name="Nadia HAMON-TEST", profession="60", know_how="")
REGULATOR = replace(DOCTOR, id="899900000404", name="Rémi SORIN-TEST", facility=CENTRE)
OCCUPATIONAL = replace(DOCTOR, id="899900000505", name="Odile MEYER-TEST", know_how="SM25", facility=WORKS)
EVERYBODY = (DOCTOR, COLLEAGUE, NURSE, REGULATOR, OCCUPATIONAL)

ANNE = IdentityTraits("MARTIN", "ANNE", "ANNE MARIE", "1979-03-28", Sex.FEMALE, "75107", used_name="D'ESTREE-FICTIVE")
BASILE = IdentityTraits("OUDIN", "BASILE", "BASILE", "1960-01-02", Sex.MALE, "2B033")
CLOSED = PatientId("277076322082910", NIR)
"""Whose record is closed."""
OTHER = PatientId("180012B00400195", NIR)
"""Basile."""
NOBODY = PatientId("150081505104018", NIR)
"""Who has no record."""
CHLOE = IdentityTraits("PETIT", "CHLOE", "CHLOE", "1977-07-15", Sex.FEMALE)

OPEN, ENTER, AGREE = "/professional/ouvrir", "/professional/ouvrir/dossier", "/professional/ouvrir/accord"
RECORD = "/professional/dossier"


def given(to: Professional, *, days: int = 300, **changes: Any) -> Authorisation:
    """A right to read that began yesterday, or that ended some days ago."""
    start = NOW - DAY if days > 0 else NOW + (days - 10) * DAY
    return replace(Authorisation(to.id, start, NOW + days * DAY, to.id), **changes)


def settings(**changes: Any) -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/", "regulation_centres": (CENTRE.id,)}
    known = {"production": False, **portal, **changes}
    return replace(Settings("", *[nowhere] * 6, production=False), **known)


def peopled(store: Store) -> Store:
    """Anne lets Claire in; Basile nobody; Chloé's record is closed."""
    opened(
        store,
        a_record(traits=ANNE, authorisations=(given(DOCTOR),)),
        a_record(key="rec-2", identifiers=(OTHER,), traits=BASILE),
        a_record(
            key="rec-3",
            identifiers=(CLOSED,),
            traits=CHLOE,
            state=RecordState.CLOSED,
            closure=Closure(NOW - DAY, ClosingReason.PATIENT_REQUEST),
        ),
    )
    people = [Listed("professional", one.id, one.name, profession=one.profession) for one in EVERYBODY]
    places = [Listed("structure", one.id, one.name, sector=one.sector) for one in (CABINET, CENTRE, WORKS)]
    with store.begin() as tx:
        works = [(one.id, one.facility.id) for one in EVERYBODY]
        tx.directory.load([*people, *places, designation(COLLEAGUE.id, CABINET.id)], works)
    return store


class Rooms:
    """The portal, and browsers of professionals who are signed in."""

    def __init__(self, loop, store: Store, **changes: Any):
        self.loop, self.store = loop, store
        self.settings = settings(**changes)
        self.app = build_pages(store, self.settings)
        self.reception = build_portal(store, self.settings).reception

    def of(self, who: Professional = DOCTOR, proof: Proof = Proof.CERTIFICATE) -> Browser:
        """A browser in which somebody is signed in."""
        secret = self.reception.proved(Proven(proof, professional=who), VISITOR).secret
        browser = self.stranger()
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser

    def stranger(self) -> Browser:
        """A browser in which nobody is."""
        return Browser(self.loop, self.app, ORIGIN)

    def session(self, browser: Browser) -> Session:
        """What the service keeps of who is signed in."""
        found = self.reception.desk.one(browser.cookies["__Host-dmp-session"][0])
        assert found is not None
        return found

    def change(self, how: Callable[[Record], Record], patient: PatientId = PERSON) -> None:
        """As if others had done it."""
        with self.store.begin() as tx:
            record = tx.records.of(patient)
            assert record is not None
            tx.records.change(how(record), at=datetime.now(UTC))

    def record(self, patient: PatientId = PERSON) -> Record:
        with self.store.begin() as tx:
            record = tx.records.of(patient)
            assert record is not None
            return record

    def status(self, who: Professional, patient: PatientId = PERSON) -> RecordStatus:
        """What a test of existence says over the wire."""
        gate = build_gate(self.store, self.settings)
        return gate.perform(Caller(who, patient=patient), CheckRecord(patient), datetime.now(UTC))

    def in_record(self, who: Professional = DOCTOR, patient: PatientId = PERSON) -> Browser:
        """A browser with a record open that lets him in."""
        browser = self.of(who).get(OPEN)
        token = browser.page.partition('name="token" value="')[2].partition('"')[0]
        browser.post(ENTER, {"token": token, "ins": patient.number, "kind": patient.root})
        assert location(browser) == RECORD
        return browser


def location(browser: Browser) -> str:
    assert browser.answer is not None
    return browser.answer.headers.get("location", "")


def typed(patient: PatientId, **fields: str) -> dict[str, str]:
    """The fields of a number."""
    return {"ins": patient.number, "kind": patient.root, **fields}


def without_secrets(browser: Browser) -> str:
    """A page without what differs by itself: the number that was asked and the tokens."""
    page = re.sub(r'name="token" value="[^"]*"', "", browser.page)
    return re.sub(r'name="ins" value="[^"]*"', "", page)
