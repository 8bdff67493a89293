"""The only place where things are built and plugged together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dmp import __version__
from dmp.access.policy import load_policy
from dmp.actions.action import Action, Result
from dmp.documents.intake import IntakeRules
from dmp.documents.signature import verifier
from dmp.gate import Gate
from dmp.record.actor import Caller
from dmp.record.errors import StorageUnavailable
from dmp.record.ins import check_ins
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.settings import Settings, check
from dmp.store import migrate
from dmp.store.sealing import latest_head, seal_traces
from dmp.store.tx import Conflict, Store
from dmp.trust import Trust
from dmp.web import server
from dmp.web.soap.edge import RETRY_AFTER, SERVICES, Edge
from dmp.web.soap.endpoint import endpoint
from dmp.web.soap.operation import House
from dmp.web.unforeseen import report
from dmp.wire.cda.schemas import Schemas
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Vihf
from dmp.wire.vihf.verify import verify

SEAL_EVERY = 60.0
"""Seconds between two heads of the trace tree (security 11.3)."""


def now() -> datetime:
    """The clock of the service."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh UUID, ordered in time: the rows of one minute lie together."""
    return str(uuid_utils.uuid7())


def open_store(settings: Settings) -> Store:
    """Open the store of an installation, of this release's schema."""
    store = Store.open(
        settings.database_url, blobs=settings.blobs, keys=settings.keys, connections=settings.threads + 1
    )
    migrate.check(store.engine)
    return store


def build_gate(store: Store, settings: Settings) -> Gate:
    """The one door, with the rights that ship with this release."""
    policy = load_policy(regulation_centres=settings.regulation_centres)
    return Gate(store, policy, new_id=new_id, release=__version__)


def refuse_identity(settings: Settings, patient: PatientId) -> None:
    """Refuse an INS that this instance does not take (ID-3, DEC-107); the `ihe` profile takes any identifier.

    Raises:
        InvalidIdentity: not an INS, of the other family, or with a wrong key.
    """
    if settings.wire_profile.french:
        check_ins(patient, production=settings.production, tolerant=settings.tolerant)


def build_house(gate: Gate, settings: Settings, trust: Trust) -> House:
    """What the SOAP services are given."""

    def perform(caller: Caller, action: Action[Result]) -> Result:
        return gate.perform(caller, action, now())

    def refuse(caller: Caller | None, verb: Verb | None, error: Exception) -> None:
        gate.note_refusal(caller, verb, error, now())

    profile = settings.wire_profile
    return House(
        perform=perform,
        refuse=refuse,
        profile=profile,
        regime=settings.regime,
        repository_unique_id=settings.repository_unique_id,
        device_oid=settings.device_oid,
        new_id=new_id,
        clock=now,
        intake=IntakeRules(
            profile=profile,
            production=settings.production,
            verify_signature=verifier(trust.policy),
            schemas=Schemas.load(settings.cda_schemas) if settings.cda_schemas else None,
        ),
        check_identity=lambda patient: refuse_identity(settings, patient),
    )


def build_edge(store: Store, settings: Settings) -> Edge:
    """The SOAP services of an installation."""
    trust = Trust(settings)

    def authenticate(envelope: Envelope, certificate: bytes) -> tuple[Caller, Vihf]:
        try:
            return authenticated(envelope, certificate)
        except Conflict:  # two first calls at once with one assertion (DEC-50): it is known now
            return authenticated(envelope, certificate)

    def authenticated(envelope: Envelope, certificate: bytes) -> tuple[Caller, Vihf]:
        at = now()
        with store.begin() as tx:
            return verify(
                envelope.tree,
                envelope.required_security(),
                peer=certificate,
                at=at,
                policy=trust.policy(at),
                directory=tx.directory,
                replay=tx.replays,
            )

    return Edge(build_house(build_gate(store, settings), settings, trust), authenticate)


def build_app(store: Store, settings: Settings) -> Starlette:
    """The web application: the SOAP paths, and one page for those who watch the service."""
    threads = CapacityLimiter(settings.threads)
    soap = endpoint(build_edge(store, settings), threads)

    async def admin(_request: Request) -> Response:
        try:
            return JSONResponse(await to_thread.run_sync(_status, store, settings, limiter=threads))
        except StorageUnavailable:
            return Response(status_code=503, headers={"Retry-After": RETRY_AFTER})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        sealing = asyncio.create_task(_seal_regularly(store))
        yield
        sealing.cancel()
        await _seal(store)
        store.close()

    routes = [Route(f"/{name}", soap, methods=["POST"]) for name in SERVICES]
    app = Starlette(routes=[*routes, Route("/admin", admin, methods=["GET"])], lifespan=lifespan)
    # A redirection would be made of the Host header, which may be anything.
    app.router.redirect_slashes = False
    return app


async def _seal_regularly(store: Store) -> None:
    while True:
        await asyncio.sleep(SEAL_EVERY)
        await _seal(store)


async def _seal(store: Store) -> None:
    """Seal what waits and forget the assertions that have lapsed; what cannot be done now waits for the next turn."""
    try:
        await to_thread.run_sync(seal_traces, store, now())
        await to_thread.run_sync(store.forget_replays, now())
    except Exception as error:  # a process edge: one failure must not end the sealing for ever
        report(error)


def _status(store: Store, settings: Settings) -> dict[str, Any]:
    """Release, profile and the newest signed head, which a witness may keep (security 11.4); nothing of anybody."""
    signed = latest_head(store)
    head = signed and {
        "size": signed.head.size,
        "root": signed.head.root.hex(),
        "at": signed.head.at.isoformat(),
        "previous": signed.head.previous.hex(),
        "signature": signed.signature.hex(),
    }
    return {"release": __version__, "profile": settings.profile, "production": settings.production, "head": head}


def make_server(settings: Settings, *, when_ready: Callable[[], None]) -> server.Server:
    """The server of an installation; `run()` serves until a signal ends it."""
    check(settings)
    tls = server.TlsFiles(settings.certificate, settings.private_key, settings.client_authorities)
    app = build_app(open_store(settings), settings)
    return server.make(app, host=settings.host, port=settings.port, tls=tls, when_ready=when_ready)
