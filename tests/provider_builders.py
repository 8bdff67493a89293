"""The two sandbox providers on loopback, who was declared there, and a browser that picks a person on their page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
from joserfc.jwk import RSAKey

from dmp.record.listed import Listed
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.sandbox import identity_provider as sandbox
from dmp.sandbox.identities import citizen, professional
from dmp.sandbox.identity_provider import Client, IdentityProvider, Somebody
from dmp.sandbox.people import HEALTH_CENTRE, PEOPLE, Person
from dmp.sign_in import providers
from dmp.sign_in.calls import Calls
from dmp.sign_in.oidc import RelyingParty
from dmp.sign_in.providers import Registration

DOCTOR = next(person for person in PEOPLE if person.name == "doctor")
NURSE = next(person for person in PEOPLE if person.name == "nurse")
PHARMACIST = next(person for person in PEOPLE if person.name == "pharmacist")
REDIRECT = "https://portail.example.fr/connexion/{}/retour"
ELSEWHERE = replace(DOCTOR, structure=HEALTH_CENTRE.id, structure_name=HEALTH_CENTRE.name, sector=HEALTH_CENTRE.sector)
"""The doctor, in a second place."""
_KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
"""Made once: providers of one run may share it."""
ANNE = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
TRAITS = IdentityTraits("DURAND-FICTIF", "ANNE", "ANNE MARIE", "1979-03-28", Sex.FEMALE, "51215")


def a_line(number: str, name: str = "", **known: Any) -> Listed:
    """A line of the directory."""
    return Listed("", number, name, **known)


@dataclass
class Directory:
    """A directory in memory."""

    lines: dict[str, Listed] = field(default_factory=dict)
    works: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def structure(self, id):  # noqa: A002
        return self.lines.get(id)

    def professional(self, id):  # noqa: A002
        return self.lines.get(id)

    def workplaces(self, professional):
        return self.works.get(professional, ())

    @contextmanager
    def opened(self) -> Iterator["Directory"]:
        yield self

    def knows(self, *people: Person) -> "Directory":
        """The same, with these people where they work."""
        for one in people:
            know_hows = (one.know_how,) if one.know_how else ()
            self.lines[one.national_id] = a_line(
                one.national_id, f"{one.given} {one.family}", profession=one.profession, know_hows=know_hows
            )
            self.lines[one.structure] = a_line(one.structure, one.structure_name, sector=one.sector)
            self.works[one.national_id] = (*self.works.get(one.national_id, ()), one.structure)
        return self


@dataclass
class Clock:
    """A clock that moves when told."""

    at: datetime

    def seconds(self) -> float:
        return self.at.timestamp()

    def passes(self, **told: float) -> datetime:
        self.at += timedelta(**told)
        return self.at


def a_provider(kind: sandbox.Kind, clock: Clock, *people: Somebody, made: Callable = IdentityProvider):
    """A provider that knows our service."""
    client = Client("dmp-test", "a-secret-that-both-know", REDIRECT.format(kind.name), "https://portail.example.fr/")
    return made(kind, client, people, clock=clock.seconds, keys=[_KEY])


def a_party(provider: IdentityProvider, calls: Calls, first: Callable | None = None, **changed) -> RelyingParty:
    """Our service, as it was declared there."""
    ours = providers.PRO_SANTE_CONNECT if provider.kind is sandbox.PSC else providers.FRANCE_CONNECT
    client = provider.client
    registration = Registration(
        **{
            "provider": ours,
            "issuer": provider.issuer,
            "client_id": client.id,
            "secret": client.secret,
            "redirect": client.redirect,
            "after_logout": client.after_logout,
            "loopback": True,
            **changed,
        }
    )
    return RelyingParty(registration, calls, first=first or Once())


class Once:
    """Remembers names."""

    def __init__(self):
        self.seen: set[str] = set()

    def __call__(self, name: str, until: datetime) -> bool:  # noqa: ARG002
        fresh = name not in self.seen
        self.seen.add(name)
        return fresh


def picks(address: str, person: str) -> str:
    """Pick a person on the page of a provider: the query of where it sends the browser back to."""
    with httpx2.Client(trust_env=False) as browser:
        page = browser.get(address)
        assert page.status_code == 200, page.text
        assert not person or f"value='{person}'" in page.text
        answer = browser.post(address, data={"person": person})
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[2]


def presses(issuer: str, button: str) -> str:
    """Press a button on the telephone; gives the number that was on it."""
    with httpx2.Client(trust_env=False) as phone:
        page = phone.get(f"{issuer}/phone").text
        question = re.search(r"name=question value='([^']+)'", page)
        number = re.search(r"<p>[^<]* : (\d\d)</p>", page)
        assert question is not None
        assert number is not None
        phone.post(f"{issuer}/phone", data={"question": question[1], "answer": button})
    return number[1]


def the_doctor(*others: Person) -> Somebody:
    return professional(DOCTOR, *others)


def anne(**changed) -> Somebody:
    return citizen("anne", ANNE, replace(TRAITS, **changed))
