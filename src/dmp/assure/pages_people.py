"""Who opens the pages: somebody of each kind, signed in, with a record that holds documents."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from starlette.routing import BaseRoute

from dmp.assure.browser import Browser, an_account
from dmp.assure.claim import Leg
from dmp.assure.service import Service
from dmp.main import build_gate, new_id, now, open_store
from dmp.portal import build_pages, build_reception
from dmp.record.account import OperatorAccount
from dmp.sandbox.maker import DocumentContext
from dmp.sandbox.people import holder
from dmp.sandbox.population import Person, people
from dmp.sandbox.scenery import context_of
from dmp.settings import Settings
from dmp.sign_in.desk import SessionDesk
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.store.tx import Store
from dmp.web.patient.wishes_forms import WRITTEN
from dmp.web.portal.page import CookieName

OPERATOR = "claim"
HOST = "localhost.local"
"""As a jar of cookies of Python names a host without a dot."""


@dataclass(frozen=True)
class Address:
    """A path of the portal, with names in braces, and the methods that it answers."""

    path: str
    methods: frozenset[str]


@dataclass
class People:
    """The kinds of visitors; each one's session is opened anew whenever it is asked for."""

    service: Service
    settings: Settings
    desk: SessionDesk
    person: Person
    kinds: dict[str, Session | None]
    documents: list[str] = field(default_factory=list[str])
    """entryUUIDs, without their prefix."""

    def cookie(self, kind: str) -> str:
        """The secret of a fresh session of that kind; empty for who is nobody."""
        session = self.kinds[kind]
        if session is None:
            return ""
        at = now()
        fresh = replace(session, number=new_id()[:16], since=at, seen=at)
        return self.desk.run(lambda kept: self.desk.open_in(kept, fresh))

    @contextmanager
    def browser(self, kind: str) -> Iterator[Browser]:
        """A browser of somebody of that kind."""
        browser = Browser(self.service.contract)
        secret = self.cookie(kind)
        if secret:
            browser.user.cookies.set(CookieName.SESSION, secret, domain=HOST, path="/")
        try:
            yield browser
        finally:
            browser.close()

    def concrete(self, path: str, document: str = "") -> str:
        """A path with a document of the record in the place of its id, a wish in that of a wish, else 1."""
        known = {"{id}": document or (self.documents[0] if self.documents else "1"), "{wish}": WRITTEN.place}
        return "/".join(known.get(part, "1") if part.startswith("{") else part for part in path.split("/"))

    def context(self) -> DocumentContext:
        """What a document of the doctor about the person begins with; its own id each time."""
        with closing(self.service.client("doctor")) as doctor:
            return context_of(doctor, self.person, datetime.now(UTC).replace(microsecond=0))


@contextmanager
def cast(service: Service, leg: Leg) -> Iterator[tuple[People, tuple[Address, ...]]]:
    """The people of a service, and every address that its portal answers."""
    settings = service.operations.settings
    with ExitStack() as stack:
        store = open_store(settings)
        stack.callback(store.close)
        desk = build_reception(store, settings, build_gate(store, settings), now).desk
        person = people(leg.seed, 1)[0]
        _open_record(service, person)
        account = an_account(settings, person.patient, 1)
        with store.begin() as tx:
            tx.operators.set(OperatorAccount(OPERATOR, now()))
        kinds: dict[str, Session | None] = {
            "nobody": None,
            "patient": _session(account=account.id, version=account.version, person=person.patient, name="Anne"),
            "professional": _session(
                professional=holder("doctor").professional, patient=person.patient, patient_called="A. FICTIVE"
            ),
            "staff": _session(staff=holder("secretary").staff),
            "operator": _session(operator=OPERATOR, version=1),
        }
        cast_of = People(service, settings, desk, person, kinds)
        routes = [(getattr(route, "path", ""), getattr(route, "methods", None)) for route in _routes(store, settings)]
        yield cast_of, tuple(Address(path, frozenset(methods)) for path, methods in routes if methods)


def _routes(store: Store, settings: Settings) -> list[BaseRoute]:
    """Every route of the portal, as the application has it."""
    return build_pages(store, settings).routes


def _open_record(service: Service, person: Person) -> None:
    with closing(service.client("doctor")) as doctor:
        doctor.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
        doctor.authorise(person.patient)


def _session(**told: Any) -> Session:
    at = now()
    return Session(new_id()[:16], at, at, (Proof.CERTIFICATE,), **told)
