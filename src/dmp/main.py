"""The only place where things are built and plugged together."""

import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uuid_utils
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dmp import __version__, clockwork
from dmp.access.policy import Policy, Switches, load_policy
from dmp.access.table import InvalidPolicy
from dmp.actions.action import Action, Result
from dmp.audit.atna import Source
from dmp.documents.intake import IntakeRules
from dmp.documents.signature import verifier
from dmp.forwarding import Forwarding, Repository
from dmp.gate import Gate
from dmp.in_force import InForce, take_at_start
from dmp.jobs.delivery import Delivery, Sender
from dmp.jobs.mail import Mail, MailServer
from dmp.jobs.openings import Opener
from dmp.jobs.refusals import Refusals
from dmp.jobs.reminding import Reminder
from dmp.jobs.runner import Handler, Runner
from dmp.jobs.sms import ConsoleSms, FileSms
from dmp.jobs.timers import Timers
from dmp.jobs.words import Outcome, WordsOfFiles
from dmp.listeners import Listeners
from dmp.projecting import read_words
from dmp.readiness import CaseFigures, TraceFigures, UnreadFigures, check_clock, missing
from dmp.recognition import Recognition
from dmp.record.actor import Caller
from dmp.record.enrolment import Enrolment, new_enrolment
from dmp.record.errors import DmpError, StorageUnavailable
from dmp.record.ins import check_ins
from dmp.record.job import JobKind
from dmp.record.notice import Channel
from dmp.record.patient import PatientId
from dmp.record.record import Regime
from dmp.record.verb import Verb
from dmp.ruling import RuleFigures
from dmp.settings import InvalidSetting, Settings, check
from dmp.sign_in.passwords import HashingPool, PoolFull
from dmp.store import erasure, migrate, removal
from dmp.store.blobs import Blobs
from dmp.store.jobs import Jobs
from dmp.store.keys.token import Token
from dmp.store.look_queue import LookQueue
from dmp.store.opening_queue import OpeningQueue
from dmp.store.sealing import latest_head
from dmp.store.tx import Conflict, Store
from dmp.trust import Trust
from dmp.watching import Watching
from dmp.web import metrics, server
from dmp.web.admission import Admission, Room
from dmp.web.health import build_health_app
from dmp.web.patience import Patience
from dmp.web.peer import LEAST_SECRET, FrontPeer, TlsPeer
from dmp.web.portal.page import NO_ANNEX, Annex
from dmp.web.protocol import Manners
from dmp.web.soap.edge import RETRY_AFTER, SERVICES, Edge
from dmp.web.soap.endpoint import endpoint
from dmp.web.soap.operation import House
from dmp.wire import mtom
from dmp.wire.cda.schemas import Schemas
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Vihf
from dmp.wire.vihf.verify import verify

PORTAL_CONNECTIONS = 4
"""Connections to the database for the pages for people, beside those of the services."""


def now() -> datetime:
    """The clock of the service."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh UUID, ordered in time: the rows of one minute lie together."""
    return str(uuid_utils.uuid7())


def open_store(settings: Settings) -> Store:
    """Open the store of an installation, of this release's schema."""
    store = Store.open(
        settings.database_url,
        blobs=blobs_of(settings),
        keys=settings.keys,
        connections=settings.threads + 2 + (PORTAL_CONNECTIONS if settings.portal_port else 0),
        token=token_of(settings),
        standby=settings.synchronous_standby,
    )
    migrate.check(store.engine)
    # A database that was restored, or a crash between the two, must not bring back what was destroyed or removed.
    erasure.settle(store)
    removal.settle(store)
    return store


def blobs_of(settings: Settings) -> Path | Blobs:
    """Where the documents are: a folder, or a bucket."""
    if not settings.bucket or settings.s3_endpoint is None or settings.s3_credentials is None:
        return settings.blobs
    try:
        from dmp.store.blobs.s3 import Bucket, S3Blobs
    except ImportError as error:
        raise StorageUnavailable("documents in S3 need the extra: pip install dmp[s3]") from error
    bucket = Bucket.at(settings.bucket, endpoint=settings.s3_endpoint, credentials=settings.s3_credentials)
    return S3Blobs(bucket)


def forwarding_of(store: Store, settings: Settings) -> Forwarding:
    """The traces on their way to the repository of audits that the settings name."""
    host, _, port = (settings.audit_repository or "").rpartition(":")
    authorities = settings.audit_authorities or settings.client_authorities
    repository = Repository(host, int(port), authorities, settings.certificate, settings.private_key)
    service = f"https://{settings.host}:{settings.port}"
    return Forwarding(store, repository, Source(settings.audit_source, settings.audit_site, service))


def token_of(settings: Settings) -> Token | None:
    """The token that holds the master keys; None when they are files."""
    module, label, pin_file = settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin_file
    return Token(module, label, pin_file) if module and label and pin_file else None


def build_gate(store: Store, settings: Settings) -> Gate:
    """The one door, with the rights of this installation."""
    return Gate(store, rights_of(settings), new_id=new_id, release=__version__, rules=InForce(store))


def rights_of(settings: Settings) -> Policy:
    """The tables of rights that ship with this release, but for those that the operator replaced.

    Raises:
        InvalidSetting: a table of his is not well formed; the message names the line.
    """
    profile = settings.wire_profile
    switches = Switches(unknown_types_read=not profile.french, every_type_put_in=not profile.french or profile.tolerant)
    try:
        return load_policy(
            regulation_centres=settings.regulation_centres,
            switches=switches,
            daily_patients=settings.daily_patients,
            folder=settings.rights,
        )
    except InvalidPolicy as error:
        raise InvalidSetting(f"DMP_RIGHTS: {error}") from error


def build_runner(store: Store, settings: Settings) -> Runner:
    """What does the jobs of an installation: messages to people, and records to look at again."""
    gate = build_gate(store, settings)

    def perform(caller: Caller, action: Action[Result]) -> Result:
        with counted(type(action).__name__):
            return gate.perform(caller, action, now())

    delivery = Delivery(senders_of(settings), settings.portal_url or "", Refusals(perform).note)
    handlers: dict[JobKind, Handler] = {JobKind.NOTICE: delivery.deliver, JobKind.TIMER: Timers(perform).look}
    return Runner(Jobs(store, tuple(handlers)), handlers, worker=new_id(), clock=now)


def build_word_reader(store: Store) -> Runner:
    """What reads the files of documents: apart, since messages to people wait for nothing that takes long."""

    def read(record: str, document: str) -> Outcome:
        return read_words(store, record, document)

    handlers: dict[JobKind, Handler] = {JobKind.WORDS: WordsOfFiles(read).do}
    return Runner(Jobs(store, tuple(handlers)), handlers, worker=new_id(), clock=now)


def build_opener(store: Store, settings: Settings) -> Opener | None:
    """What opens records by itself; None where the law asks for consent (OPT_IN)."""
    if settings.regime is not Regime.OPT_OUT:
        return None
    gate = build_gate(store, settings)

    def perform(caller: Caller, action: Action[Result]) -> Result:
        with counted(type(action).__name__):
            return gate.perform(caller, action, now())

    return Opener(OpeningQueue(store), perform, now)


def build_reminder(store: Store, settings: Settings) -> Reminder:
    """What works out the reminders of those whose day has come."""
    gate = build_gate(store, settings)

    def perform(caller: Caller, action: Action[Result]) -> Result:
        with counted(type(action).__name__):
            return gate.perform(caller, action, now())

    return Reminder(LookQueue(store), perform, now)


def senders_of(settings: Settings) -> dict[Channel, Sender]:
    """The channels that the settings name."""
    senders: dict[Channel, Sender] = {}
    if settings.smtp_server and settings.mail_from:
        host, _, port = settings.smtp_server.rpartition(":")
        password = settings.smtp_password_file.read_text(encoding="utf-8") if settings.smtp_password_file else ""
        server = MailServer(
            host.strip("[]"),
            int(port),
            settings.smtp_security,
            settings.smtp_authorities,
            user=settings.smtp_user or "",
            password=password.strip(),
        )
        senders[Channel.EMAIL] = Mail(server, settings.mail_from, now)
    if settings.sms:
        kind, _, path = settings.sms.partition(":")
        senders[Channel.SMS] = FileSms(Path(path)) if kind == "file" else ConsoleSms()
    return senders


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
        with counted(type(action).__name__):
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
        enrol=enrolling(HashingPool()),
    )


def enrolling(pool: HashingPool) -> Callable[[], Enrolment]:
    """What makes a fresh login and password, at random; hashing waits for its turn in the pool (security 9.5)."""

    def enrol() -> Enrolment:
        try:
            return new_enrolment(secrets.choice, pool.hash)
        except PoolFull:
            raise StorageUnavailable("too many passwords wait to be hashed") from None

    return enrol


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

    recognise = Recognition(authenticate, trust.policy, now)
    return Edge(build_house(build_gate(store, settings), settings, trust), recognise)


@contextmanager
def counted(act: str) -> Iterator[None]:
    """Count an act and what came of it, for the figures."""
    begun, outcome = time.perf_counter(), "done"
    try:
        yield
    except StorageUnavailable:
        outcome = "unavailable"
        raise
    except DmpError:
        outcome = "refused"
        raise
    except Exception:
        outcome = "failed"
        raise
    finally:
        metrics.ACTS.labels(act, outcome).inc()
        metrics.ACT_SECONDS.labels(act).observe(time.perf_counter() - begun)


def build_app(store: Store, settings: Settings, *, seals: bool = True) -> Starlette:
    """The web application: the SOAP paths, and one page for those who watch the service.

    One worker `seals` every minute; at its end each of them does once more.
    """
    threads = CapacityLimiter(settings.threads)
    soap = endpoint(build_edge(store, settings), threads, limits(settings))

    async def admin(_request: Request) -> Response:
        try:
            return JSONResponse(await to_thread.run_sync(_status, store, settings, limiter=threads))
        except StorageUnavailable:
            return Response(status_code=503, headers={"Retry-After": RETRY_AFTER})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        rounds = _rounds(store, settings) if seals else []
        async with clockwork.going(rounds):
            yield
        await clockwork.seal(store, now)
        store.close()

    routes = [Route(f"/{name}", soap, methods=["POST"]) for name in SERVICES]
    app = Starlette(routes=[*routes, Route("/admin", admin, methods=["GET"])], lifespan=lifespan)
    # A redirection would be made of the Host header, which may be anything.
    app.router.redirect_slashes = False
    return app


def _rounds(store: Store, settings: Settings) -> list[clockwork.Round]:
    """What one worker does by itself, in its time."""
    jobs = clockwork.doing_jobs(build_runner(store, settings))
    rounds = [clockwork.sealing(store, now), clockwork.sweeping(store, now), jobs]
    rounds.append(clockwork.doing_jobs(build_word_reader(store)))
    rounds.append(clockwork.watching(Watching(store), now))
    rounds.append(clockwork.reviewing(store, now))
    rounds.append(clockwork.reminding(build_reminder(store, settings)))
    opener = build_opener(store, settings)
    if opener is not None:
        rounds.append(clockwork.opening(opener))
    if settings.audit_repository is not None:
        rounds.append(clockwork.sending_on(forwarding_of(store, settings)))
    return rounds


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


def make_server(
    settings: Settings,
    *,
    when_ready: Callable[[], None],
    listeners: Listeners | None = None,
    outside: server.Outside | None = None,
    seals: bool = True,
    annex: Annex = NO_ANNEX,
) -> server.Server:
    """The server of an installation, in this process; `run()` serves until a signal ends it.

    `annex` adds pages to its portal.

    Raises:
        InvalidSetting: it would not be safe to serve, or an address cannot be listened on.
        StorageUnavailable: the storage cannot be used, or the clock is wrong.
    """
    check(settings)
    store = open_store(settings)
    check_clock(store, now())
    if seals:
        take_at_start(store, settings.rules, now())
    app = build_app(store, settings, seals=seals)
    doors = build_doors(app, store, settings, listeners or Listeners.bound(settings), annex)
    return server.Server(doors, outside or server.Outside(when_ready), connections=settings.connections)


def build_doors(
    app: Starlette, store: Store, settings: Settings, listeners: Listeners, annex: Annex = NO_ANNEX
) -> list[server.Door]:
    """The listeners of one process and what answers behind each; the service itself comes first."""
    patience = patience_of(settings)
    tls = server.tls_context(server.TlsFiles(settings.certificate, settings.private_key, settings.client_authorities))
    manners = Manners(
        TlsPeer,
        patience,
        Admission(Room(places=settings.threads, queue=settings.queue)),
        frozenset({*SERVICES, "admin"}),
    )
    doors = [server.Door(listeners.service, app, manners, tls)]
    if listeners.front is not None and settings.front_secret is not None:
        secret = front_secret(settings.front_secret)
        doors.append(server.Door(listeners.front, app, replace(manners, peer=lambda _transport: FrontPeer(secret))))
    aside = replace(manners, admission=None, services=frozenset())
    if listeners.health is not None:
        figures = (TraceFigures(store, now), CaseFigures(store, now), UnreadFigures(store), RuleFigures(store))
        health = build_health_app(lambda: missing(store, now()) or "", figures)
        doors.append(server.Door(listeners.health, health, aside))
    if listeners.administration is not None:
        from dmp.administration import build_admin_app

        doors.append(server.Door(listeners.administration, build_admin_app(store, settings), aside, tls))
    if listeners.portal is not None:
        from dmp import portal

        room = Room(places=portal.THREADS, queue=settings.queue)
        with_room = replace(aside, admission=Admission(room))
        pages = portal.build_pages(store, settings, annex)
        doors.append(server.Door(listeners.portal, pages, with_room, portal.tls_of(settings)))
        if listeners.card is not None:
            doors.append(server.Door(listeners.card, portal.build_card_pages(store, settings), with_room, tls))
    return doors


def patience_of(settings: Settings) -> Patience:
    """How long callers are waited for."""
    return Patience(
        handshake=settings.handshake_time,
        head=settings.head_time,
        body=settings.body_time,
        answer=settings.answer_time,
        idle=settings.idle_time,
        grace=settings.grace_time,
    )


def limits(settings: Settings) -> mtom.Limits:
    """What one message may hold (DEC-55)."""
    return mtom.Limits(
        envelope=settings.max_envelope,
        document=settings.max_document,
        request=settings.max_request,
        parts=settings.max_parts,
        headers=settings.max_part_headers,
    )


def front_secret(path: Path) -> bytes:
    """What the front server and we know.

    Raises:
        InvalidSetting: it is too short, or every user of the machine can read it.
    """
    secret = path.read_bytes().strip()
    if len(secret) < LEAST_SECRET:
        raise InvalidSetting(f"DMP_FRONT_SECRET: {path} must hold {LEAST_SECRET} characters at least")
    if path.stat().st_mode & stat.S_IROTH:
        raise InvalidSetting(f"DMP_FRONT_SECRET: {path} is open to every user of this machine: chmod 640")
    return secret
