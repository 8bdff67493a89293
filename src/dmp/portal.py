"""The portal, put together: who signs in, what the pages are given, and the listener behind which they are."""

import logging
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.applications import Starlette

from dmp import journal
from dmp.actions.action import Action, Perform, Result
from dmp.audit.trace import Outcome
from dmp.back_office import desk_routes, operator_routes
from dmp.deposits import deposit_routes
from dmp.gate import ATTEMPTS, Gate
from dmp.jobs.courier import Courier
from dmp.main import build_gate, counted, new_id, now, senders_of
from dmp.notices.words import words_of, words_of_code
from dmp.practice import build_practice
from dmp.record.account import Account
from dmp.record.actor import Caller
from dmp.record.errors import StorageUnavailable
from dmp.record.notice import NoticeKind
from dmp.services.medicines.thesaurus import Thesaurus, load
from dmp.services.tables import BrokenTable
from dmp.settings import InvalidSetting, Settings
from dmp.sign_in.codes import Codes
from dmp.sign_in.desk import SessionDesk
from dmp.sign_in.kept import Kept, T
from dmp.sign_in.passwords import HashingPool
from dmp.sign_in.reception import Event, Happened, Reception
from dmp.sign_in.recovery import Recovery
from dmp.sign_in.sign_in import Means
from dmp.sign_in.steady import SteadyClock
from dmp.sign_in.totp import Totp
from dmp.store.tx import Conflict, Store
from dmp.strong import build_card, build_strong, card_origin, card_way, origin_of
from dmp.web.chart import export_pages, prescription_pages, search_pages
from dmp.web.chart import pages as chart_pages
from dmp.web.patient import documents_pages, everyday, own_space, see_as_pages
from dmp.web.portal import first_pages, history_pages, own_pages, question_pages, recovery_pages, sign_in_pages
from dmp.web.portal.app import build_portal_app
from dmp.web.portal.means_pages import MeansPages
from dmp.web.portal.page import NO_ANNEX, Annex, PageRoute, Portal
from dmp.web.portal.provider_pages import ProviderPages
from dmp.web.professional import record_pages
from dmp.web.reader import pages as reader_pages
from dmp.web.server import CIPHERS

THREADS = 8
"""Pages worked on at once in one process; more than passwords are (`sign_in.passwords`), so that pages go on."""
HASHING_QUEUE = 4
"""Passwords that wait to be checked, in one process."""
ROUTES: tuple[PageRoute, ...] = (
    # Before the reader, whose addresses take any id.
    *see_as_pages.ROUTES,
    *documents_pages.ROUTES,
    *record_pages.ROUTES,
    *chart_pages.ROUTES,
    *export_pages.ROUTES,
    *search_pages.ROUTES,
    *prescription_pages.ROUTES,
    *own_pages.ROUTES,
    *first_pages.ROUTES,
    *history_pages.ROUTES,
    *question_pages.ROUTES,
    *reader_pages.ROUTES,
    *sign_in_pages.ROUTES,
    *recovery_pages.ROUTES,
    *own_space.ROUTES,
    *everyday.ROUTES,
)
"""Every page of this release."""


@dataclass(frozen=True)
class Transactions:
    """Work in a transaction of a store, run again when another one came first."""

    store: Store
    held: bool

    def __call__(self, work: Callable[[Kept], T], /) -> T:
        """Do it; what it read is held meanwhile when that was asked for.

        Raises:
            StorageUnavailable: the database cannot be used, or others came first each time.
        """
        for _ in range(ATTEMPTS):
            try:
                with self.store.begin(held=self.held) as tx:
                    return work(tx)
            except Conflict:
                continue
        raise StorageUnavailable("other acts came first each time")


def build_reception(store: Store, settings: Settings, gate: Gate, clock: Callable[[], datetime]) -> Reception:
    """Where people of this installation sign in. The means of proof are listed here."""
    courier, life = Courier(senders_of(settings), new_id), timedelta(seconds=settings.code_life)
    means: tuple[Means, ...] = (Codes(store.vault.digest, life), Totp())

    def tell(account: Account | None, code: str) -> None:
        changed = words_of(NoticeKind.ACCOUNT_CHANGED, settings.portal_url or "")
        courier.send(account.channels if account is not None else (), words_of_code(code, life) if code else changed)

    desk = SessionDesk(Transactions(store, held=True), Transactions(store, held=False), clock, _secret)
    pool = HashingPool(queue=HASHING_QUEUE)
    return Reception(desk, pool, {one.proof: one for one in means}, tell, lambda event, at: _note(gate, event, at))


def build_portal(store: Store, settings: Settings) -> Portal:
    """What the pages are given."""
    gate = build_gate(store, settings)

    def perform(caller: Caller, action: Action[Result]) -> Result:
        with counted(type(action).__name__):
            return gate.perform(caller, action, now())

    reception = build_reception(store, settings, gate, SteadyClock(now))
    return Portal(perform, reception, Recovery(reception), origin_of(settings.portal_url), rules=gate.rules)


def build_pages(
    store: Store,
    settings: Settings,
    annex: Annex = NO_ANNEX,
    *,
    perform: Perform | None = None,
    clock: Callable[[], datetime] = now,
) -> Starlette:
    """The application of the portal; its acts pass the gate of the store, or through `perform`.

    `clock` dates what the pages write, and the state of the service as its operator sees it.
    """
    built = build_portal(store, settings)
    portal = replace(built, rooms=annex.rooms, doors=annex.doors, perform=perform or built.perform)
    portal = replace(portal, medicines=medicines_of(settings))
    strong = build_strong(store, settings, portal.reception.desk)
    providers = ProviderPages(strong)
    ways = (*providers.ways, *card_way(settings))
    practice = build_practice(store, settings, strong.ceremonies)
    own = (*deposit_routes(settings, clock), *ROUTES, *practice, *providers.routes, *MeansPages(strong).routes)
    routes = (*own, *desk_routes(settings), *operator_routes(store, settings, strong, clock))
    return build_portal_app(replace(portal, ways=ways), (*annex.routes, *routes), threads=THREADS)


def medicines_of(settings: Settings) -> Thesaurus | None:
    """The reference data of medicines; None before the first `dmp medicines load`.

    Raises:
        InvalidSetting: the file is not one that this release wrote, or was damaged.
    """
    if settings.medicines is None or not settings.medicines.exists():
        return None
    try:
        return load(settings.medicines)
    except BrokenTable as error:
        raise InvalidSetting(f"DMP_MEDICINES: {error}; run `dmp medicines load` again") from error


def build_card_pages(store: Store, settings: Settings) -> Starlette:
    """The few pages behind the listener that asks for a card; they lead back to the portal."""
    portal = replace(build_portal(store, settings), origin=card_origin(settings))
    strong = build_card(store, settings, portal.reception.desk)
    return build_portal_app(portal, ProviderPages(strong).routes, threads=THREADS)


def tls_of(settings: Settings) -> ssl.SSLContext:
    """TLS 1.2 or better, and no certificate asked of a browser: it would show its user a question at each visit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.load_cert_chain(settings.certificate, settings.private_key)
    return context


def _secret() -> str:
    return secrets.token_hex(32)


def _note(gate: Gate, event: Event, at: datetime) -> None:
    if event.happened is Happened.ALARM:
        journal.note("sign-in-failures", level=logging.WARNING, reason="fifty in one minute")
    outcome = Outcome.REFUSED if event.happened is Happened.FAILED else Outcome.DONE
    by = (*event.proofs, *([event.why] if event.why else []))
    gate.note_sign_in(event.happened, outcome, event.actor, at, by=by)
