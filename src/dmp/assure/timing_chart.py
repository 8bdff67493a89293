"""The pages of health in two worlds, timed: of two records alike, one holds a document more, which the reader may not
see; opening the chart and searching the texts take as long in both (T-TIME, security 7).
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from urllib.parse import urlencode

from dmp.assure.service import Service
from dmp.client import DmpClient, lots
from dmp.main import build_gate, new_id, now, open_store
from dmp.portal import build_reception
from dmp.record.actor import Professional
from dmp.record.ins import nir_key
from dmp.record.patient import PatientId
from dmp.record.visibility import Visibility
from dmp.sandbox.folder import SERVER_NAME
from dmp.sandbox.maker import biology_report
from dmp.sandbox.maker.catalogue import ANALYTES
from dmp.sandbox.population import Person
from dmp.sandbox.scenery import context_of
from dmp.services import biology
from dmp.settings import Settings
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.chart.room import PROFESSIONAL, SEARCH
from dmp.web.portal.guard import FIELD, token_of
from dmp.web.portal.page import CookieName

SHOWN = 10
"""Reports of the laboratory that both records hold."""
WORDS = "glycémie"
FORM = "0" * 32
"""The secret of the forms of a browser."""
_DIGITS = 13


def twins(service: Service, person: Person, feeder: DmpClient, hidden: Visibility, reader: str) -> tuple[Person, ...]:
    """Two people alike but for the last digits of their INS; the first one's record holds what the reader may not see.

    `person` has his record; what comes first is deposited in both in the same order.
    """
    cast = tuple(replace(person, patient=_next_of(person.patient, number)) for number in (1, 2))
    with service.client("doctor") as doctor, service.client(reader) as reading:
        for one in cast:
            doctor.open_record(one.patient, one.traits, contact=one.contact, guardians=one.guardians)
            doctor.authorise(one.patient)
            reading.authorise(one.patient)
    until = datetime.now(UTC).replace(microsecond=0)
    for number in range(SHOWN + 1):
        visibility = Visibility() if number < SHOWN else hidden
        for one in cast if number < SHOWN else cast[:1]:
            _report(feeder, one, visibility, until - timedelta(days=1 + 30 * number))
    return cast


def _next_of(patient: PatientId, number: int) -> PatientId:
    """Another INS of somebody of the same birth."""
    digits = f"{patient.number[: _DIGITS - 3]}{(int(patient.number[_DIGITS - 3 : _DIGITS]) + number) % 1000:03d}"
    return replace(patient, number=digits + nir_key(digits))


def _report(feeder: DmpClient, person: Person, visibility: Visibility, at: datetime) -> None:
    results = [analyte.result(analyte.usual.low or Decimal(1), at) for analyte in ANALYTES.values()]
    octets = biology_report(context_of(feeder, person, at), results)
    entry = replace(lots.entry_of(octets, "Document01", person.patient), visibility=visibility)
    lot = lots.new_set(person.patient, feeder.credentials, at=datetime.now(UTC), new_oid=feeder.new_oid)
    feeder.submit_lot(person.patient, lots.build(lot, [(entry, octets)]))


def sessions(settings: Settings, reader: Professional, cast: Sequence[Person]) -> list[str]:
    """The secrets of a session of the reader with each record open."""
    at = now()
    with closing(open_store(settings)) as store:
        desk = build_reception(store, settings, build_gate(store, settings), now).desk
        made: list[str] = []
        for one in cast:
            session = Session(new_id()[:16], at, at, (Proof.CERTIFICATE,), professional=reader)
            opened = replace(session, patient=one.patient, patient_called="A. Z.")
            made.append(desk.run(partial(desk.open_in, session=opened)))
        return made


def chart(secret: str, mark: str) -> bytes:
    """The results of the laboratory; `mark` stands for what tells one message from another."""
    return _asked("GET", PROFESSIONAL.page(biology.SERVICE.slug), secret, mark)


def search(secret: str, mark: str) -> bytes:
    """The search inside the documents."""
    body = urlencode({FIELD: token_of(FORM, secret), "words": WORDS})
    return _asked("POST", PROFESSIONAL.page(SEARCH), secret, mark, body)


def _asked(method: str, path: str, secret: str, mark: str, body: str = "") -> bytes:
    return "\r\n".join((*_lines(method, path, secret, mark, body), "", body)).encode()


def _lines(method: str, path: str, secret: str, mark: str, body: str) -> Iterator[str]:
    yield f"{method} {path} HTTP/1.1"
    yield f"Host: {SERVER_NAME}"
    yield f"Cookie: {CookieName.SESSION}={secret}; {CookieName.FORM}={FORM}"
    yield f"X-Number: {mark}"
    if body:
        yield "Origin: null"  # as browsers write it under the policy on referrers of these pages
        yield "Sec-Fetch-Site: same-origin"
        yield "Content-Type: application/x-www-form-urlencoded"
        yield f"Content-Length: {len(body)}"
