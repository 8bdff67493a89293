"""The callers of `matrix` with certificates of their own: how a case of the oracle speaks over SOAP."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
from typing_extensions import override

from dmp.assure.inside import Inside, Request
from dmp.assure.matrix_values import (
    AT,
    ELSEWHERE,
    HIM,
    OPPOSED_TEAM,
    REGULATION_CENTRE,
    STRUCTURE,
    TEAM,
    structure_of,
)
from dmp.assure.oracle.situation import Kind, Person
from dmp.client import DmpClient
from dmp.client.credentials import Credentials
from dmp.record.actor import Authentication, Facility, Mode
from dmp.record.listed import Listed
from dmp.sandbox import issuing
from dmp.sandbox.issuing import Key, Span
from dmp.sandbox.people import Person as Named
from dmp.sandbox.pki import USES, KeyPair, load_authority, write_pair
from dmp.store.directory import Membership
from dmp.wire.vihf.certificates import HolderKind

FAMILY, GIVEN = "DURAND-TEST", "Alix"
NAMES: Mapping[str, str] = {STRUCTURE: "CENTRE DE SOINS", REGULATION_CENTRE: "CENTRE 15", ELSEWHERE: "AILLEURS"}
SECTION = "A"
"""Of the order of pharmacists: an assertion must name one, no right depends on it."""
UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""No handshake takes place."""
REASON = "Patient inconscient, pronostic vital engagé"


def employee(structure: str) -> str:
    """The id of the employee who has a card of a structure."""
    return f"3{structure[1:]}/1001"


def directory() -> tuple[list[Listed], list[tuple[str, str]]]:
    """Who exists. Profession and sector are left out: each case brings its own, and the directory checks none then."""
    structures = [Listed("structure", place, name) for place, name in NAMES.items()]
    known = Listed("professional", HIM, f"{GIVEN} {FAMILY}")
    return [*structures, known], [(HIM, STRUCTURE), (HIM, REGULATION_CENTRE)]


def teams() -> list[Membership]:
    """The care teams that the caller is in: one may care for the holder, one the holder objected to."""
    names = (key.partition(" ") for key in (TEAM, OPPOSED_TEAM))
    return [Membership(structure, name, HIM, AT) for structure, _, name in names]


@dataclass(frozen=True)
class Cards:
    """The certificates, made in a folder from the authorities of a sandbox."""

    pki: Path
    folder: Path

    @staticmethod
    def made(pki: Path, folder: Path) -> "Cards":
        """Make them; one key serves for all, an elliptic one, which is made and read at once."""
        cards, key = Cards(pki, folder), issuing.ec_key()
        cards._make("him", HolderKind.PERSON, HIM, STRUCTURE, key)
        for place in (STRUCTURE, REGULATION_CENTRE):
            cards._make(f"staff-{place}", HolderKind.STAFF, employee(place), place, key)
            cards._make(f"software-{place}", HolderKind.STRUCTURE, place, place, key)
        return cards

    def credentials(self, person: Person) -> Credentials:
        """The credentials of a case."""
        place = structure_of(person)
        auth, sign = (self._pair(self._card(person, place), use) for use, _ in USES)
        return Credentials(
            user=HIM if person.kind is Kind.PROFESSIONAL else employee(place),
            family=FAMILY,
            given=GIVEN,
            profession=person.code,
            know_how=person.know_how or (SECTION if person.code == "21" else ""),
            facility=Facility(place, NAMES[place], person.sector),
            authentication=person.via,
            auth_certificate=auth.certificate,
            auth_key=auth.key,
            sign_certificate=sign.certificate,
            sign_key=sign.key,
        )

    def _card(self, person: Person, place: str) -> str:
        if person.via is not Authentication.DIRECT:
            return f"software-{place}"
        return "him" if person.kind is Kind.PROFESSIONAL else f"staff-{place}"

    def _make(self, name: str, kind: HolderKind, national_id: str, place: str, key: Key) -> None:
        now = datetime.now(UTC)
        by = load_authority(self.pki, "structures" if kind is HolderKind.STRUCTURE else "persons")
        named = Named(name, kind, national_id, "", "", place, NAMES[place], "", FAMILY, GIVEN)
        if kind is HolderKind.STRUCTURE:
            named = replace(named, family="", given="")
        for use, of in USES:
            certificate = issuing.holder_certificate(
                named, of, public_key=key, by=by, span=Span.of(issuing.HOLDER_LIFE, now)
            )
            write_pair(self._pair(name, use), key, certificate)

    def _pair(self, name: str, use: str) -> KeyPair:
        return KeyPair(self.folder / name / f"{use}.cert.pem", self.folder / name / f"{use}.key.pem")


@dataclass(frozen=True)
class Switchboard:
    """Clients of an application in this process, one for each card and role."""

    cards: Cards
    service: Inside
    contract: Mapping[str, Any]

    @cached_property
    def _known(self) -> dict[Person, DmpClient]:
        return {}

    def client(self, person: Person) -> DmpClient:
        """The client of a case, in its mode."""
        who = replace(person, mode=Mode.NORMAL, secret=False, unreasoned=False)
        if who not in self._known:
            self._known[who] = self._made(self.cards.credentials(who))
        client = self._known[who].in_mode(person.mode, "" if person.unreasoned else REASON)
        return client.in_secret() if person.secret else client

    def _made(self, who: Credentials) -> DmpClient:
        way = Way(self.service, who.auth_certificate)
        services, repository = self.contract["services"], self.contract["repository_unique_id"]
        return DmpClient(who, services, tls=UNUSED, repository=repository, way=way)


class Way(httpx2.BaseTransport):
    """Hands the requests of a client to an application, as the server would after the handshake."""

    def __init__(self, service: Inside, certificate: Path):
        """Call with this certificate (PEM)."""
        self._service = service
        self._certificate = certificate

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request and its answer."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._service.post(
            Request(
                request.url.path.lstrip("/"),
                request.read(),
                headers["content-type"],
                certificate=self._certificate,
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.content)
