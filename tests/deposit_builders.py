"""People who put documents in by the portal, in browsers, and what a record holds afterwards."""

import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from browser_builders import Browser
from dmp.actions.find_documents import SearchRecord
from dmp.actions.read_documents import ReadDocuments
from dmp.main import build_gate
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Caller, Facility, Holder, Professional
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.listed import Listed
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Authorisation
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import CdaHeader, read_header
from store_builders import PERSON, SOMEBODY_ELSE, a_record, opened

ORIGIN = "https://portail.example.fr"
VISITOR = Visitor("192.0.2.1")
NOW = datetime.now(UTC)
TRAITS = IdentityTraits("PATIENT-TEST", "Anne", "Anne Marie", "1979-03-28", Sex.FEMALE, "51215")
CABINET = Facility("1175000009", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000102", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
COLLEAGUE = replace(DOCTOR, id="899900000110", name="Hugo BAREL-TEST")
NURSE = replace(DOCTOR, id="899900000128", name="Inès CARON-TEST", profession="60", know_how="")
ANNE = Account("5d1f0a52-1111-4222-8333-444455556666", PERSON, "Anne PATIENT-TEST", "anne", password="x")
HELPER = replace(ANNE, id="6d1f0a52-1111-4222-8333-444455556666", person=SOMEBODY_ELSE, name="Paul AIDE", login="paul")
ADD, DEPOSIT = "/patient/documents/ajouter", "/professional/deposer"
ADDING = {"title": "Prise de sang", "kind": "DOCPAT05", "day": "2026-03-03"}
DEPOSITING = {"title": "Consultation", "kind": "11488-4", "event": "AMB", "day": "", "visibility": "visible"}


def portal_settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


def with_people(store: Store, *allowed: Professional, **record) -> Store:
    """A record whose holder authorised these, or else a doctor, and everybody who is listed."""
    given = tuple(
        Authorisation(who.id, NOW - timedelta(days=1), NOW + timedelta(days=300), PERSON.number, by_holder=True)
        for who in allowed or (DOCTOR,)
    )
    opened(store, a_record(**{"authorisations": given, "traits": TRAITS, **record}))
    people = [Listed("professional", one.id, one.name, profession=one.profession) for one in (DOCTOR, COLLEAGUE, NURSE)]
    with store.begin() as tx:
        place = Listed("structure", CABINET.id, CABINET.name, sector=CABINET.sector)
        tx.directory.load([*people, place], [(one.id, CABINET.id) for one in (DOCTOR, COLLEAGUE, NURSE)])
        tx.accounts.add(ANNE)
        tx.accounts.add(HELPER)
    return store


class Doors:
    """Browsers of people who are signed in, and the record behind them."""

    def __init__(self, loop, store: Store):
        settings = portal_settings()
        self.loop, self.store, self.app = loop, store, build_pages(store, settings)
        self.reception = build_portal(store, settings).reception
        self.gate = build_gate(store, settings)

    def anne(self) -> Browser:
        return self.with_secret(self.secret_of(Proven(Proof.PASSKEY, account=ANNE)))

    def helper(self) -> Browser:
        """Somebody who acts for Anne."""
        return self._inside(Proven(Proof.PASSKEY, account=HELPER))

    def professional(self, who: Professional = DOCTOR) -> Browser:
        """With Anne's record open."""
        return self._inside(Proven(Proof.CERTIFICATE, professional=who))

    def secret_of(self, proven: Proven) -> str:
        return self.reception.proved(proven, VISITOR).secret

    def with_secret(self, secret: str) -> Browser:
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser

    def _inside(self, proven: Proven) -> Browser:
        secret = self.secret_of(proven)
        session = self.reception.desk.one(secret)
        assert session is not None
        opened_for = replace(session, patient=PERSON, patient_called="Anne PATIENT-TEST")
        return self.with_secret(self.reception.desk.renewed(secret, opened_for))

    def change(self, **changes) -> None:
        """Change the record as somebody decided."""
        with self.store.begin() as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            tx.records.change(replace(record, **changes), at=NOW)

    def seen_by(self, actor: Professional | Holder) -> list[DocumentEntry]:
        """What a search finds, the newest first."""
        criteria = DocumentCriteria(PERSON, frozenset(EntryStatus))
        action = SearchRecord(PERSON, StoredQuery(FindDocuments(criteria)))
        found = self.gate.perform(Caller(actor, patient=PERSON), action, datetime.now(UTC)).entries
        return sorted(found, key=lambda entry: entry.deposit.at if entry.deposit else NOW, reverse=True)

    def read_by(self, actor: Professional | Holder, entry: DocumentEntry) -> bytes:
        """The octets of a document, as the services would give them."""
        action = ReadDocuments(PERSON, (entry.unique_id,))
        (read,) = self.gate.perform(Caller(actor, patient=PERSON), action, datetime.now(UTC))
        assert read is not None
        return read.octets


def header_of(octets: bytes) -> CdaHeader:
    return read_header(open_document(octets))


def file_in(octets: bytes) -> bytes:
    """The file that a document was written around."""
    found = re.search(rb'representation="B64"[^>]*>([^<]+)<', octets)
    assert found is not None
    return b64decode(found[1])


def led_to(browser: Browser) -> str:
    """The id of the document that a deposit led to."""
    assert browser.answer is not None
    assert browser.status == 303, browser.page
    found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", browser.answer.headers["location"])
    assert found is not None
    return found[0]
