"""The pages of the portal in two worlds: every address, opened by who may open pages (security 7, AR-17).

The addresses are those of the application itself, so that a new page is looked
at without being listed. Where an address names a document, what is hidden is
named in turn with what is shown and with what is not there; forms of such pages
are sent too. A search is asked for words that what is hidden says. The acts of
all other forms are those of the wire, which are asked there. Both worlds get
the same session and the same secrets, so that pages are compared octet for
octet.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from lxml import html
from starlette.applications import Starlette

from dmp.assure.two_worlds.asking import SERVICE_MADE
from dmp.assure.two_worlds.filling import (
    FORM_STANDS_ON,
    NUMBERS,
    PRESCRIBING,
    TYPED,
    kinds_of,
    queries_of,
    typed,
)
from dmp.assure.two_worlds.remembering import is_citizen, is_told_vaguely
from dmp.assure.two_worlds.scene import COMMON_WORD
from dmp.assure.two_worlds.searching import UNKNOWN
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import World, Worlds
from dmp.portal import build_pages, build_reception
from dmp.record.actor import Holder, Professional, Representative, Staff
from dmp.record.patient import PatientId
from dmp.record.prescription import OCTETS, number_of
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.portal.page import CookieName
from dmp.web.portal.places import DESK, OPERATOR, PATIENT, PROFESSIONAL

ORIGIN = "https://portail.example.fr"
NOTHING: Mapping[str, str] = {}
SECRET, FORM = "5" * 64, "6" * 32
OF_CHANCE = re.compile(rb'(name="once" value=)"[^"]*"')
"""What keeps one form from counting twice is drawn anew for each page."""
PROOFS = "/historique/preuves"
"""Salts, hashes and places in the tree are each world's own: `remembering` compares what the proofs tell."""
TOLD = ("/patient", "/historique", "/historique/tableau", "/patient/copie")
"""For citizens they hold lines of updates that are not announced yet (DEC-30): `remembering` compares the others."""


@dataclass(frozen=True)
class Place:
    """An address and what is done there; `named` is the kind of document in the place of its id, or what is typed."""

    method: str
    pattern: str
    named: str = ""
    query: str = ""

    def __str__(self) -> str:
        """As a note tells it, which names nobody."""
        asked = f"?{self.query}" if self.query else ""
        return f"{self.method} {self.pattern}{asked}{f' ({self.named})' if self.named else ''}"


@dataclass
class Pages:
    """The application of each world, called in a loop of its own."""

    loop: BlockingPortal
    apps: Mapping[int, Starlette]
    places: tuple[Place, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Every address that answers, from the application."""
        routes = next(iter(self.apps.values())).routes
        found = [(getattr(route, "path", ""), getattr(route, "methods", None) or ()) for route in routes]
        self.places = tuple(_places(found))

    def opened(self, world: World, number: int, place: Place, ids: Mapping[str, str], step: int) -> bytes:
        """What the visitor of this world is answered, status and headers too."""
        world.turn_to(step)
        path = _path(place, ids)
        if place.method == "GET":
            return self.sent(number, "GET", path)
        form = replace(place, pattern=FORM_STANDS_ON.get(place.pattern, place.pattern), named="shown")
        shown = self.sent(number, "GET", _path(form, ids))
        world.turn_to(step)
        fields = fields_of(shown, place.pattern.rpartition("/")[2])
        return self.sent(number, "POST", path, {**fields, **typed(place.pattern, place.named, ids, shown)})

    def sent(self, number: int, method: str, path: str, fields: Mapping[str, str] = NOTHING) -> bytes:
        """What the world of this number answers to one message of a browser, status and headers too."""
        cookies = f"{CookieName.SESSION}={SECRET}; {CookieName.FORM}={FORM}"
        headers = {"cookie": cookies, "origin": ORIGIN, "sec-fetch-site": "same-origin"}

        async def go() -> httpx2.Response:
            way = httpx2.ASGITransport(app=self.apps[number])
            async with httpx2.AsyncClient(transport=way, base_url=ORIGIN) as client:
                return await client.request(method, path, headers=headers, data=dict(fields) or None)

        answer = self.loop.call(go)
        kept = sorted((name, value) for name, value in answer.headers.items() if name != "set-cookie")
        content = OF_CHANCE.sub(rb"\1", answer.content)
        return SERVICE_MADE.sub(b"id", f"{answer.status_code} {kept}\n".encode() + content)


@contextmanager
def pages_of(worlds: Worlds) -> Iterator[Pages]:
    """The portal of each world, its acts at the time and with the ids of the world."""
    with ExitStack() as stack:
        loop = stack.enter_context(start_blocking_portal())
        settings = replace(worlds.settings, portal_port=8444, portal_url=f"{ORIGIN}/")
        apps = {
            n: build_pages(world.store, settings, perform=world.perform, clock=partial(_time_of, world))
            for n, world in enumerate(worlds.all)
        }
        yield Pages(loop, apps)


def _time_of(world: World) -> datetime:
    return world.at


def sign_in(worlds: Worlds, seen: Seen) -> bool:
    """Open one session of the viewer in each world; false for who has no pages."""
    session = _session(seen)
    if session is not None:
        open_session(worlds, session)
    return session is not None


def open_session(worlds: Worlds, session: Session) -> None:
    """Let whoever holds the cookie of the pages be signed in so, in each world."""
    for world in worlds.all:
        desk = build_reception(world.store, worlds.settings, world.gate, lambda: datetime.now(UTC)).desk
        desk.end(SECRET)
        known = replace(desk, new_secret=lambda: SECRET)
        desk.run(lambda kept, known=known: known.open_in(kept, session))


def is_exempt(seen: Seen, place: Place) -> bool:
    """Whether the two worlds may be told apart there, as the specification has it."""
    return place.pattern == PROOFS or (is_told_vaguely(seen) and place.pattern in TOLD)


def fits(seen: Seen, place: Place) -> bool:
    """Whether the address is of a portal of the viewer's: elsewhere he is sent home, whatever the record holds."""
    actor = seen.caller.actor
    room = f"/{place.pattern.split('/')[1]}"
    rooms = {PATIENT: is_citizen(seen.caller), PROFESSIONAL: isinstance(actor, Professional), OPERATOR: False}
    return rooms.get(room, isinstance(actor, (Professional, Staff)) if room == DESK else True)


def is_due(seen: Seen, place: Place) -> bool:
    """Whether it is looked at in each scene of such a viewer."""
    actor = seen.caller.actor
    profession = actor.profession if isinstance(actor, Professional) else ""
    return place.pattern in PRESCRIBING.get(profession, ())


def may_be_asked(place: Place, ids: Mapping[str, str]) -> bool:
    """Whether the scene has what the address names, or what is typed there."""
    return place.named in ids or place.named not in ("hidden", "shown", *TYPED, *NUMBERS)


def ids_of(seen: Seen) -> dict[str, str]:
    """A document of each kind, by its bare entryUUID; and what is typed about them."""
    scene = seen.scene
    found = {"hidden": scene.secrets[:1], "shown": scene.shown[:1]}
    named = {kind: papers[0].uuid for kind, papers in found.items() if papers}
    ids = {kind: uuid.rpartition(":")[2] for kind, uuid in {**named, "unknown": UNKNOWN}.items()}
    numbers = {NUMBERS[0]: seen.number, NUMBERS[1]: number_of(bytes(OCTETS))} if seen.number else {}
    return {**ids, **numbers, **_words([paper.word for paper in scene.secrets if paper.word])}


def _words(words: list[str]) -> dict[str, str]:
    """What is looked for: a word that something hidden says, the same mistyped, and one that every document says."""
    common = {TYPED[2]: COMMON_WORD}
    if not words:
        return common
    one = words[0]
    return {TYPED[0]: f"{COMMON_WORD} {one}", TYPED[1]: f"{one[:-2]}{one[-1]}{one[-2]}", **common}


def _session(seen: Seen) -> Session | None:
    actor, at, patient = seen.caller.actor, datetime.now(UTC), seen.scene.patient
    empty = Session("0" * 16, at, at, (Proof.CERTIFICATE,), patient_called="A. FICTIVE", patient=patient)
    match actor:
        case Professional():
            return replace(empty, professional=actor, mode=seen.caller.mode, reason=seen.caller.reason)
        case Staff():
            return replace(empty, staff=actor)
        case Holder():
            return replace(empty, person=patient, patient=None, patient_called="", name="A. FICTIVE")
        case Representative():
            return replace(empty, person=PatientId(actor.id, patient.root), name=actor.name)
        case _:
            return None


def _places(found: Iterable[tuple[str, Collection[str]]]) -> Iterator[Place]:
    for pattern, methods in found:
        if pattern.startswith("/static"):
            continue
        if "POST" in methods:
            yield from (Place("POST", pattern, kind) for kind in kinds_of(pattern))
        kinds = ("hidden", "shown", "unknown") if "{id}" in pattern else ("",)
        for kind in kinds:
            if "GET" in methods:
                yield from (Place("GET", pattern, kind, query) for query in queries_of(pattern))
            if "POST" in methods and kind in ("hidden", "unknown"):
                yield Place("POST", pattern, kind)


def _path(place: Place, ids: Mapping[str, str]) -> str:
    one = ids.get(place.named, ids.get("unknown", ""))
    parts = (part if not part.startswith("{") else one if part == "{id}" else "1" for part in place.pattern.split("/"))
    return "/".join(parts) + (f"?{place.query}" if place.query and place.method == "GET" else "")


def fields_of(page: bytes, action: str) -> dict[str, str]:
    """The fields of the form that a page about a shown document has; the same form is sent about another one."""
    _, _, body = page.partition(b"\n")
    if b"<form" not in body:
        return {}
    every = html.fromstring(body).forms
    forms = [form for form in every if (form.action or "").endswith(action)] or every
    return {name: value for form in forms[:1] for name, value in form.form_values()}
