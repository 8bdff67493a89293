"""Browsers of everybody who may stand before the record of Anne: herself, who acts for her, professionals."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal

from browser_builders import Browser
from dmp.portal import build_pages, build_portal
from dmp.record.account import Account
from dmp.record.actor import Authentication, Facility, Professional
from dmp.record.notice import Address, Channel
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Record
from dmp.settings import Settings
from dmp.sign_in.reception import Browser as Visitor
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from store_builders import PERSON, SOMEBODY_ELSE, a_record, opened

ORIGIN = "https://portail.example.fr"
VISITOR = Visitor("192.0.2.1")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
CABINET = Facility("1750000001", "Cabinet Test", "SA07")
DOCTOR = Professional("899900000101", "Claire ARNOUX-TEST", "10", "SM26", CABINET, via=Authentication.DIRECT)
ADULT = IdentityTraits("DURAND", "ANNE", "ANNE LISE", "1979-03-12", Sex.FEMALE)
CHILD = replace(ADULT, birth_date="2019-05-02")
MAIL, PHONE = "jeanne@example.org", "+33639980112"
ANNE = Account(
    "5d1f0a52-1111-4222-8333-444455556666",
    PERSON,
    "Anne DURAND",
    "anne",
    password="x",
    channels=(Address(Channel.EMAIL, MAIL), Address(Channel.SMS, PHONE)),
)
PAUL = replace(
    ANNE,
    id="6d1f0a52-1111-4222-8333-444455556666",
    person=SOMEBODY_ELSE,
    name="Paul",
    login="paul",
    channels=(Address(Channel.EMAIL, "paul@example.org"),),
)


def of_a_child(**changes: Any) -> Record:
    """Anne is a child, whom Paul represents."""
    paul = Guardian("FTH", "DURAND", "PAUL", identifier=SOMEBODY_ELSE)
    return a_record(**{"traits": CHILD, "guardians": (paul,), **changes})


def delegated(scope: DelegateScope, **changes: Any) -> Record:
    """Anne let Paul act for her."""
    paul = Delegate(SOMEBODY_ELSE, "Paul", scope, NOW - DAY, NOW + 300 * DAY)
    return a_record(**{"traits": ADULT, "delegates": (paul,), **changes})


@dataclass
class Doors:
    """The portal before a store that holds the record of Anne."""

    loop: BlockingPortal
    store: Store
    record: Record

    def __post_init__(self) -> None:
        """Open the record and make the accounts."""
        opened(self.store, self.record)
        with self.store.begin() as tx:
            tx.accounts.add(ANNE)
            tx.accounts.add(PAUL)
        nowhere = Path("/nowhere")
        portal: dict[str, Any] = {"portal_port": 8444, "portal_url": f"{ORIGIN}/"}
        settings = Settings("", *[nowhere] * 6, production=False, **portal)
        self.portal = build_portal(self.store, settings)
        self.app = build_pages(self.store, settings)

    def holder(self, *, signed_in: timedelta = timedelta(0)) -> Browser:
        """Anne, who signed in so long ago."""
        return self._of(Proven(Proof.PASSKEY, account=ANNE), signed_in=signed_in)

    def acting(self) -> Browser:
        """Paul, with the record of Anne open."""
        return self._of(Proven(Proof.PASSKEY, account=PAUL), patient=PERSON, called="Anne DURAND")

    def without_record(self) -> Browser:
        """Paul, at home: he holds no record."""
        return self._of(Proven(Proof.PASSKEY, account=PAUL))

    def doctor(self) -> Browser:
        """A doctor, with the record of Anne open."""
        return self._of(Proven(Proof.CERTIFICATE, professional=DOCTOR), patient=PERSON, called="Anne DURAND")

    def _of(
        self, proven: Proven, *, patient: PatientId | None = None, called: str = "", signed_in: timedelta = timedelta(0)
    ) -> Browser:
        reception = self.portal.reception
        secret = reception.proved(proven, VISITOR).secret
        session = reception.desk.one(secret)
        assert session is not None
        since = session.since - signed_in
        secret = reception.desk.renewed(secret, replace(session, since=since, patient=patient, patient_called=called))
        browser = Browser(self.loop, self.app, ORIGIN)
        browser.cookies["__Host-dmp-session"] = (secret, True)
        return browser


def token_of(browser: Browser) -> str:
    """The token that the forms of somebody send back, from a page that everybody has."""
    return browser.get("/affichage").page.partition('name="token" value="')[2].partition('"')[0]


def sent(browser: Browser, path: str, **fields: str) -> Browser:
    """Send a form that no page showed, as somebody would who writes it himself."""
    return browser.post(path, {"token": token_of(browser), **fields})


def whole_database(store: Store) -> bytes:
    """Every octet that stands on disk for a store."""
    files = [Path(store.engine.url.database or "")]
    files += [path for path in files[0].parent.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in dict.fromkeys(files))
