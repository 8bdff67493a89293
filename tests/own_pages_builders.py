"""A record in a store, the directory around it, and browsers of those who have it open: for the pages of patients."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anyio.from_thread import BlockingPortal

from browser_builders import Browser
from dmp.gate import Gate
from dmp.main import build_gate
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Caller, Facility, Mode, Professional
from dmp.record.entry import Deposit, DocumentEntry
from dmp.record.listed import Listed
from dmp.record.notice import Address, Channel
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import Record
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.directory import team_key
from dmp.store.tx import Store
from store_builders import NIR, PERSON, an_entry, deposited, opened
from stores import opened_store

ORIGIN = "https://portail.example.fr"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
CABINET = Facility("1750000001", "Cabinet Test de Nantes", "SA07")
HOSPITAL = Facility("1750000002", "Hôpital Test", "SA01")
INSURER = Facility("1750000003", "Mutuelle Test", "SA23")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
NURSE = Professional("899900000202", "Hélène BAREL-TEST", "60", "", HOSPITAL, via=Authentication.DIRECT)
OF_INSURER = Professional("899900000303", "Paul ASSUREUR-TEST", "10", "SM26", INSURER, via=Authentication.DIRECT)
TEAM = team_key(HOSPITAL.id, "Cardiologie")
ADULT = IdentityTraits("FICTIF", "ANNE", "ANNE", "1979-03-28", Sex.FEMALE)
CHILD_TRAITS = IdentityTraits("FICTIF", "LOU", "LOU", "2015-03-28", Sex.FEMALE)
SON = PatientId("180017511199991", NIR)
MOTHER = PatientId("255017511199993", NIR)
GUARDIAN = Guardian("MTH", "FICTIF", "MERE", identifier=MOTHER)


def an_account(person: PatientId, name: str, **changes) -> Account:
    number = person.number[:12].lower()
    known = {"channels": (Address(Channel.EMAIL, "quelqu.un@example.org"),), "password": "x"}
    return Account(f"5d1f0a52-1111-4222-8333-{number}", person, name, name.lower(), **{**known, **changes})


ANNE = an_account(PERSON, "Anne FICTIF")
PAUL = an_account(SON, "Paul FICTIF")
MERE = an_account(MOTHER, "Mère FICTIF")


def put_in(number: int, at: datetime = NOW - DAY, by: str = DOCTOR.id, **changes) -> DocumentEntry:
    """A document, with who put it in and when."""
    return an_entry(number, deposit=Deposit(at, by, CABINET.id, "DIRECTE"), **changes)


@dataclass
class Around:
    """A service with one record; browsers of people come out of it."""

    loop: BlockingPortal
    store: Store
    settings: Settings

    def __post_init__(self) -> None:
        """Put the directory and the accounts there."""
        people = [
            Listed("professional", one.id, one.name, profession=one.profession, know_hows=(one.know_how,))
            for one in (DOCTOR, NURSE, OF_INSURER)
        ]
        places = [Listed("structure", one.id, one.name, sector=one.sector) for one in (CABINET, HOSPITAL, INSURER)]
        with self.store.begin() as tx:
            tx.directory.load([*people, *places], [(one.id, one.facility.id) for one in (DOCTOR, NURSE, OF_INSURER)])
            for account in (ANNE, PAUL, MERE):
                tx.accounts.add(account)
        self.app = build_pages(self.store, self.settings)
        self.reception = build_portal(self.store, self.settings).reception

    @property
    def gate(self) -> Gate:
        return build_gate(self.store, self.settings)

    def open(self, *documents: DocumentEntry, **changes) -> None:
        """Open the record of Anne, with documents."""
        opened(self.store, replace(Record("rec-1", (PERSON,), opened=NOW, traits=ADULT), **changes))
        for place, document in enumerate(documents, start=1):
            deposited(self.store, document, number=place)

    def change(self, **changes) -> None:
        """Change the record behind everybody's back."""
        with self.store.begin() as tx:
            tx.records.change(replace(tx.records.get("rec-1"), **changes), at=NOW)

    @property
    def record(self) -> Record:
        with self.store.begin() as tx:
            return tx.records.get("rec-1")

    def verbs(self, key: str = "rec-1") -> list[tuple[str, str]]:
        """What was traced of the record."""
        with self.store.begin() as tx:
            tx.records.find(key)
            return [(trace.verb, trace.outcome.value) for trace in tx.traces.of(key)]

    def act(self, actor, action, at: datetime = NOW, **how):
        """Something that somebody does otherwise than by a page."""
        return self.gate.perform(Caller(actor, patient=PERSON, **how), action, at)

    def browser(self, account: Account = ANNE, patient: PatientId | None = None, called: str = "Anne") -> Browser:
        """Of somebody signed in, with the record of somebody else open when `patient` is told."""
        secret = self.reception.proved(Proven(Proof.PASSKEY, account=account), Visitor("192.0.2.1")).secret
        if patient is not None:
            session = self.reception.desk.one(secret)
            assert session is not None
            secret = self.reception.desk.renewed(secret, replace(session, patient=patient, patient_called=called))
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser


def professional(around: Around, who: Professional, mode: Mode = Mode.NORMAL) -> Browser:
    """Of a professional with the record of Anne open."""
    secret = around.reception.proved(Proven(Proof.CERTIFICATE, professional=who), Visitor("192.0.2.1")).secret
    session = around.reception.desk.one(secret)
    assert session is not None
    opened_for = replace(
        session, patient=PERSON, patient_called="Anne", mode=mode, reason="Urgence" if mode != Mode.NORMAL else ""
    )
    browser = around.browser()
    browser.cookies["__Host-dmp-session"] = (around.reception.desk.renewed(secret, opened_for), True)
    return browser


@contextmanager
def around_elsewhere(loop: BlockingPortal, template: Path, folder: Path) -> Iterator[Around]:
    """The same service again on a store of its own: a world where something is hidden."""
    apart = folder / "elsewhere"
    apart.mkdir()
    with opened_store(f"sqlite:///{shutil.copy(template, apart / 'dmp.db')}", apart) as store:
        yield Around(loop, store, the_settings())


def the_settings() -> Settings:
    nowhere = Path("/nowhere")
    portal = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
    return Settings("", nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, production=False, **portal)


def content(page: str) -> str:
    """What is below the menu, without what changes at each session."""
    main = page.partition('<main id="content"')[2].partition("</main>")[0]
    return "\n".join(line for line in main.splitlines() if 'name="token"' not in line)
