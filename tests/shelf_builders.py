"""A record with documents, and browsers of those who look at it: words for tests of the lists of documents."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from browser_builders import Browser
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Facility, Mode, Professional
from dmp.record.codes import Code
from dmp.record.entry import Deposit, DocumentEntry
from dmp.record.listed import Listed
from dmp.record.notice import Address, Channel
from dmp.record.patient import Guardian, PatientId
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Authorisation, Record
from dmp.record.visibility import Visibility
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from store_builders import NIR, PERSON, a_record, an_entry, deposited, opened, uuid

ORIGIN = "https://portail.example.fr"
NOW = datetime.now(UTC)
CABINET = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
AUTHOR = replace(DOCTOR, id="899900012345", name="Anne DUPONT", facility=Facility("1750000002", "Centre Test", "SA05"))
ATTENDING = replace(DOCTOR, id="899900000202", name="Hugo BAREL-TEST")
MOTHER = PatientId("285076322082910", NIR)
HELPERS = {scope: PatientId(f"28507632208{rank:02}10", NIR) for rank, scope in enumerate(DelegateScope, start=30)}
LETTER, BIOLOGY, BY_HOLDER = uuid(1), uuid(2), uuid(3)
LOINC = "2.16.840.1.113883.6.1"
SENTENCE_404 = "Cette page n’existe pas, ou n’est pas pour vous."
_WAITING = Visibility(hidden_from_patient_since=NOW - timedelta(days=2))
MASKED, WAITING, FROM_GUARDIANS = Visibility(masked=True), _WAITING, Visibility(hidden_from_guardians=True)


def settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


def given(to: str) -> Authorisation:
    return Authorisation(to, NOW - timedelta(days=100), NOW + timedelta(days=200), to)


def the_record(**changes) -> Record:
    """Read by a doctor; the mother represents the holder, three people are delegates."""
    helpers = [
        Delegate(who, scope, scope, NOW - timedelta(days=1), NOW + timedelta(days=9)) for scope, who in HELPERS.items()
    ]
    known = {
        "authorisations": tuple(given(one.id) for one in (DOCTOR, AUTHOR, ATTENDING)),
        "guardians": (Guardian("MTH", "TEST", "Mère", identifier=MOTHER),),
        "delegates": tuple(helpers),
    }
    return a_record(**{**known, **changes})


def a_letter(number: int = 1, title: str = "Lettre du cœur", **changes) -> DocumentEntry:
    """A letter of the author, whose octets are its own."""
    by_author = Deposit(NOW - timedelta(days=number), AUTHOR.id, AUTHOR.facility.id, "DIRECTE")
    known = {
        "title": title,
        "deposit": by_author,
        "hash": f"{number:040x}",
        "service_start": f"202601{number % 28 + 1:02}",
    }
    return an_entry(number, **{**known, **changes})


def a_biology(number: int = 2, title: str = "Bilan sanguin", **changes) -> DocumentEntry:
    return a_letter(number, title, type_code=Code("11502-2", LOINC), **changes)


def by_the_holder(number: int = 3, title: str = "Mon ordonnance scannée") -> DocumentEntry:
    return a_letter(number, title, deposit=Deposit(NOW, PERSON.number, "", ""), authors=(), legal_authenticator="")


def filled(store: Store, record: Record | None = None, *more: DocumentEntry) -> Store:
    """A letter, a biology report and a deposit of the holder; the directory knows the doctors."""
    opened(store, record or the_record())
    deposited(store, a_letter(), a_biology(), by_the_holder(), *more)
    with store.begin() as tx:
        doctors = (DOCTOR, AUTHOR, ATTENDING)
        people = [Listed("professional", one.id, one.name, profession="10") for one in doctors]
        tx.directory.load(people, [])
    return store


def place(document: str) -> str:
    """A document as addresses name it."""
    return document.removeprefix("urn:uuid:")


VISITOR = Visitor("192.0.2.1")


class Doors:
    """Browsers of people who are signed in."""

    def __init__(self, loop, store: Store):
        self.loop, self.store, self.app = loop, store, build_pages(store, settings())
        self.reception = build_portal(store, settings()).reception
        self._accounts = 0

    def holder(self) -> Browser:
        return self._with(self._proved(PERSON))

    def acting(self, who: PatientId) -> Browser:
        """Somebody who acts for the holder."""
        return self._at_record(self._proved(who))

    def doctor(self, who: Professional = DOCTOR, **known) -> Browser:
        secret = self.reception.proved(Proven(Proof.CERTIFICATE, professional=who), VISITOR).secret
        return self._at_record(secret, **known)

    def in_emergency(self, who: Professional = DOCTOR) -> Browser:
        return self.doctor(who, mode=Mode.BREAK_GLASS, reason="sans connaissance")

    def _proved(self, who: PatientId) -> str:
        self._accounts += 1
        number = f"5d1f0a52-1111-4222-8333-{self._accounts:012}"
        to = (Address(Channel.EMAIL, "test@example.org"),)
        account = Account(number, who, "Test", f"compte-{self._accounts}", password="x", channels=to)
        with self.store.begin() as tx:
            found = tx.accounts.of_person(who)
            if found is None:
                tx.accounts.add(account)
        return self.reception.proved(Proven(Proof.PASSKEY, account=found or account), VISITOR).secret

    def _at_record(self, opening: str, **known) -> Browser:
        session = self.reception.desk.one(opening)
        assert session is not None
        return self._with(self.reception.desk.renewed(opening, replace(session, **{"patient": PERSON, **known})))

    def _with(self, secret: str) -> Browser:
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (secret, True)
        browser.cookies["__Host-dmp-form"] = ("f" * 32, True)
        return browser


def titles(page: str) -> list[str]:
    """The titles of the lines of a list, in their order."""
    shelf = page.partition('<div class="shelf">')[2]
    return re.findall(r'<span class="line-title">(?:<a [^>]*>)?([^<]*)', shelf)


def the_list(page: str) -> str:
    """The list itself, without what leads from it: others may not open the same addresses."""
    shelf = page.partition('<div class="shelf">')[2].partition("</ul>\n</div>")[0]
    return re.sub(r'<p class="line-change">.*?</p>\n?|</?a\b[^>]*>', "", shelf)


def buttons(page: str) -> set[str]:
    """The changes that a page offers."""
    offered = set(re.findall(r'name="change" value="([^"]+)"', page))
    return offered | ({"TD3.3c"} if 'btn-danger" href="' in page else set())
