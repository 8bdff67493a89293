"""Words for tests of the portals as people use them: a service with all its doors, and fictional people before it."""

import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from dmp.client import DmpClient
from dmp.main import new_id, open_store
from dmp.portal import build_portal
from dmp.record.account import Account, OperatorAccount
from dmp.record.actor import Facility, Professional, Staff
from dmp.record.codes import Code
from dmp.record.notice import Address, Channel
from dmp.record.patient import PatientId
from dmp.sandbox import identity_provider as providers
from dmp.sandbox.folder import MESSAGES
from dmp.sandbox.identities import citizen, professional
from dmp.sandbox.maker import (
    DocumentContext,
    biology_report,
    letter,
    medical_synthesis,
    plain_text,
    vaccination_history,
)
from dmp.sandbox.maker.catalogue import ANALYTES, MEDICINES, VACCINES
from dmp.sandbox.maker.facts import Allergy, Dose, Problem, Treatment
from dmp.sandbox.maker.letter import CONSULTATION_REPORT, DISCHARGE_LETTER, REFERRAL_LETTER
from dmp.sandbox.people import HEALTH_CENTRE, PEOPLE
from dmp.sandbox.people import Person as Holder
from dmp.sandbox.population import Person, people
from dmp.sandbox.port import free_port
from dmp.sandbox.scenery import context_of
from dmp.settings import MailSecurity
from dmp.sign_in.passwords import hash_password
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.store.directory import designation
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store
from dmp.web.portal.page import Portal
from dmp.web.professional.room import called
from notice_builders import MailBox, mail_box
from serving_builders import Installed, Service, installed, serving

SEED = 2026
PASSWORD = "un lapin bleu sur un velo"
SECRET = "un secret du bac a sable, assez long"
DOCTOR, NURSE, PHARMACIST = "doctor", "nurse", "pharmacist"
MANY = 400
NOTES = ((CONSULTATION_REPORT, "Consultation"), (DISCHARGE_LETTER, "Lettre de liaison"), (REFERRAL_LETTER, "Adressage"))
_CODE = re.compile(r"\b([0-9]{6})\b")


def holder(name: str) -> Holder:
    """A holder of the sandbox, by name."""
    return next(person for person in PEOPLE if person.name == name)


@dataclass(frozen=True)
class Patient:
    """A fictional person with an open record and an account."""

    person: Person
    account: Account

    @property
    def id(self) -> PatientId:
        """The INS."""
        return self.person.patient

    @property
    def name(self) -> str:
        """As pages write it."""
        return self.account.name


@dataclass(eq=False)
class House:
    """A service whose portal, door for cards and identity providers are open."""

    service: Service
    provider: providers.IdentityProvider
    france_connect: providers.IdentityProvider
    mails: MailBox
    adults: Iterator[Person] = field(init=False)
    minors: Iterator[Person] = field(init=False)

    def __post_init__(self) -> None:
        """Invent the people who will come."""
        cast = people(SEED, 160)
        self.adults = iter([one for one in cast if not one.guardians])
        self.minors = iter([one for one in cast if one.guardians])
        self._hashed = hash_password(PASSWORD)
        self._phones = itertools.count(1)
        self._clients: dict[tuple[str, str], DmpClient] = {}

    @property
    def origin(self) -> str:
        """Of the portal."""
        return f"https://localhost:{self.service.installed.settings.portal_port}"

    @property
    def card_origin(self) -> str:
        """Of the door for cards."""
        return f"https://localhost:{self.service.installed.settings.portal_card_port}"

    @cached_property
    def store(self) -> Store:
        """A second look at what the service stores."""
        return open_store(self.service.installed.settings)

    @cached_property
    def portal(self) -> Portal:
        """The portal again, in this process: opens sessions where signing in is not what is tried."""
        return build_portal(self.store, self.service.installed.settings)

    def client(self, name: str = DOCTOR, *, standing_for: str = "") -> DmpClient:
        """A client of a holder, over the real wire."""
        if (name, standing_for) not in self._clients:
            folder = self.service.installed.contract.parent
            self._clients[name, standing_for] = DmpClient.from_sandbox(folder, name, standing_for=standing_for)
        return self._clients[name, standing_for]

    def close(self) -> None:
        """Close what was opened beside the service."""
        for client in self._clients.values():
            client.close()
        if "store" in vars(self):
            self.store.close()

    def tell_directory(self) -> None:
        """The doctor works in a second place, and answers the questions that are asked to the first."""
        doctor = holder(DOCTOR)
        with self.store.begin() as tx:
            answers = designation(doctor.national_id, doctor.structure)
            tx.directory.load([answers], [(doctor.national_id, HEALTH_CENTRE.id)])

    # -- people

    def patient(
        self, *, authorised: Sequence[str] = (DOCTOR,), documents: int = 0, minor: bool = False, **account: Any
    ) -> Patient:
        """Somebody new, with a record, an account, and those whom she let in."""
        person = next(self.minors if minor else self.adults)
        self.open_record(person, authorised)
        if documents:
            self.client().submit(person.patient, list(self.notes(person, documents)))
        return Patient(person, self.account(person, **account))

    def open_record(self, person: Person, authorised: Sequence[str] = (DOCTOR,)) -> None:
        """A record, opened by the doctor, with consent."""
        guardians = person.guardians
        self.client().open_record(person.patient, person.traits, contact=person.contact, guardians=guardians)
        for name in authorised:
            self.client(name).authorise(person.patient)

    def account(self, person: Person, **known: Any) -> Account:
        """An account in use, whose codes go to a telephone of the sandbox."""
        rank = next(self._phones)
        name = f"{person.traits.birth_first_name.title()} {person.traits.used_name or person.traits.birth_name}"
        told = {"password": self._hashed, "channels": (Address(Channel.SMS, f"+3363998{rank:04}"),)}
        account = Account(new_id(), person.patient, name, f"patient-{rank:04}", **(told | known))
        with self.store.begin() as tx:
            tx.accounts.add(account)
        return account

    def secret(self, **known: Any) -> str:
        """The cookie of a session that is open, of whoever these members of a session say."""
        desk = self.portal.reception.desk
        at = desk.clock()
        session = Session(new_id(), since=at, seen=at, proofs=(Proof.CERTIFICATE,), **known)
        return desk.run(lambda kept: desk.open_in(kept, session))

    def secret_of(self, patient: Patient) -> str:
        """The cookie of a patient who is signed in."""
        account = patient.account
        return self.secret(account=account.id, version=account.version, person=patient.id, name=account.name)

    def secret_of_professional(self, name: str = DOCTOR, **known: Any) -> str:
        """The cookie of a professional who is signed in."""
        return self.secret(professional=self.professional(name), name=self.professional(name).name, **known)

    def secret_at_record(self, name: str, patient: Patient, **known: Any) -> str:
        """The same, with a record open."""
        at = self.portal.reception.desk.clock()
        shown = called(patient.person.traits, at)
        return self.secret_of_professional(name, patient=patient.id, patient_called=shown, **known)

    def secret_of_staff(self, name: str = "secretary") -> str:
        """The cookie of an employee at a desk."""
        card = holder(name)
        place = Facility(card.structure, card.structure_name, card.sector)
        staff = Staff(card.national_id, f"{card.given} {card.family}", card.profession, place)
        return self.secret(staff=staff, name=staff.name)

    def secret_of_operator(self) -> str:
        """The cookie of who runs the service."""
        operator = OperatorAccount("exploitant-test", self.portal.reception.desk.clock())
        with self.store.begin() as tx:
            tx.operators.set(operator)
        return self.secret(operator=operator.name, name=operator.name, version=operator.version)

    def professional(self, name: str) -> Professional:
        """A professional of the sandbox, as her card says."""
        return self.client(name).professional

    # -- messages

    def messages(self) -> list[dict[str, str]]:
        """All that went to the telephones."""
        path = self.service.installed.folder / MESSAGES
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def code(self, to: str, *, after: int = 0) -> str:
        """The code that came to a number, after so many messages to everybody, or to an e-mail address."""

        def look() -> str:
            texts = [message["text"] for message in self.messages()[after:] if message["to"][-9:] == to[-9:]]
            mails = [mail.get_content() for address, mail in self.mails.taken if address == to]
            found = [_CODE.search(text) for text in (*texts, *mails)]
            return next((code[1] for code in reversed(found) if code), "")

        return _awaited(look, "code")

    def told(self, patient: Patient, *, after: int) -> str:
        """What a message to somebody in person said, after so many to the telephones of everybody."""
        reached = [value.partition(":")[2] for _, value in patient.person.contact.telecoms]

        def look() -> str:
            texts = [one["text"] for one in self.messages()[after:] if one["to"][-9:] in {to[-9:] for to in reached}]
            mails = [mail.get_content() for address, mail in self.mails.taken if address in reached]
            return next((text for text in (*texts, *mails)), "")

        return _awaited(look, "message")

    # -- documents

    def context(self, person: Person, at: datetime, author: str = DOCTOR) -> DocumentContext:
        """Of a document of that day."""
        return context_of(self.client(author), person, at)

    def notes(self, person: Person, count: int, *, every: timedelta = timedelta(days=9)) -> Iterator[bytes]:
        """So many notes of the doctor, the newest first."""
        now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        for turn in range(count):
            kind, title = NOTES[turn % len(NOTES)]
            text = (
                f"Examen sans particularité.\nTension : {11 + turn % 4}/{7 + turn % 2}\nRevoir à {2 + turn % 5} mois."
            )
            at = now - turn * every
            yield plain_text(self.context(person, at), text, title=f"{title} du {at:%d/%m/%Y}", kind=kind)

    def biology(self, person: Person, at: datetime, glucose: str = "0.92") -> bytes:
        """A report of the laboratory."""
        values = {"glucose_fasting": glucose, "hba1c": "5.4", "creatinine": "8.1"}
        results = [ANALYTES[name].result(Decimal(value), at) for name, value in values.items()]
        return biology_report(self.context(person, at, "biologist"), results)

    def pinned(self, person: Person, now: datetime) -> Iterator[bytes]:
        """A letter, a summary and a vaccination history."""
        asthma = Problem(Code("J45.9", "2.16.840.1.113883.6.3", "Asthme, sans précision"), date(2011, 3, 1))
        inhaled = Treatment(MEDICINES["salbutamol"], "1 à 2 bouffées en cas de gêne", date(2011, 3, 1))
        dose = Dose(VACCINES["revaxis"], date(2024, 4, 9), rank=1, lot="T1234")
        aspirin = Allergy(Code("N02BA01", "2.16.840.1.113883.6.73", "acide acétylsalicylique"), since=date(2012, 5, 1))
        told = {"problems": [asthma], "allergies": [aspirin], "treatments": [inhaled]}
        summary = told | {"remarks": ["Ne pas donner d’aspirine."]}
        yield letter(self.context(person, now), title="Lettre de consultation", paragraphs=["Chère consœur,", "Rien."])
        yield medical_synthesis(self.context(person, now), **summary)
        yield vaccination_history(self.context(person, now), [dose])

    def deposit_biology(self, person: Person, *reports: bytes) -> None:
        """Deposit reports of the laboratory."""
        self.client("laboratory", standing_for="biologist").submit(person.patient, list(reports))

    def thick(self, count: int = MANY) -> Patient:
        """Somebody with so many documents of all kinds; one in ten is a biology report."""
        patient = self.patient(authorised=(DOCTOR, NURSE, PHARMACIST))
        person, now = patient.person, datetime.now(UTC).replace(microsecond=0)
        reports = [self.biology(person, now - timedelta(days=3 + 90 * turn)) for turn in range(count // 10)]
        others = list(self.notes(person, count - len(reports) - 3))
        others += self.pinned(person, now)
        for lot in _sliced(others, 40):
            self.client().submit(patient.id, lot)
        for lot in _sliced(reports, 40):
            self.deposit_biology(person, *lot)
        return patient

    def seal(self) -> None:
        """Seal the traces, as the service does every minute."""
        seal_traces(self.store, datetime.now(UTC))


def _sliced(these: list[bytes], most: int) -> Iterator[list[bytes]]:
    return (these[start : start + most] for start in range(0, len(these), most))


def _awaited(look: Callable[[], str], what: str) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"no {what} came")


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """A house, open; closed at the end."""
    with ExitStack() as stack:
        made = House(*_opened(folder, stack))
        stack.callback(made.close)
        made.tell_directory()
        yield made


_Opened = tuple[Service, providers.IdentityProvider, providers.IdentityProvider, MailBox]


def _opened(folder: Path, stack: ExitStack) -> _Opened:
    port, secret = free_port(), folder / "provider-secret"
    folder.mkdir(exist_ok=True)
    secret.write_text(SECRET)
    secret.chmod(0o600)
    home = f"https://localhost:{port}"
    elsewhere = {"structure": HEALTH_CENTRE.id, "structure_name": HEALTH_CENTRE.name, "sector": HEALTH_CENTRE.sector}
    cards = [one for one in PEOPLE if one.profession.isdigit()]
    second = {DOCTOR: (replace(holder(DOCTOR), **elsewhere),)}
    psc = _provider(providers.PSC, home, tuple(professional(one, *second.get(one.name, ())) for one in cards))
    citizens = [one for one in people(SEED, 160) if not one.guardians]
    known = tuple(citizen(one.patient.number, one.patient, one.traits) for one in citizens)
    france_connect = _provider(providers.FRANCE_CONNECT, home, known)
    stack.enter_context(providers.serving(psc, france_connect))
    mails = stack.enter_context(mail_box())
    settings = {
        "smtp_server": f"127.0.0.1:{mails.port}",
        "smtp_security": MailSecurity.NONE,
        "mail_from": "dmp@example.org",
        "portal_port": port,
        "portal_card_port": free_port(),
        "portal_url": f"{home}/",
        "psc_issuer": psc.issuer,
        "psc_client_id": psc.client.id,
        "psc_secret_file": secret,
        "franceconnect_issuer": france_connect.issuer,
        "franceconnect_client_id": france_connect.client.id,
        "franceconnect_secret_file": secret,
    }
    installation: Installed = stack.enter_context(installed(folder, **settings))
    return stack.enter_context(serving(installation)), psc, france_connect, mails


def _provider(kind: providers.Kind, home: str, known: tuple[providers.Somebody, ...]) -> providers.IdentityProvider:
    back = f"{home}/connexion/{kind.name}/retour"
    client = providers.Client("dmp-test", SECRET, back, after_logout=f"{home}/connexion")
    return providers.IdentityProvider(kind, client, known)
