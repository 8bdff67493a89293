"""The rooms of professionals, put together: what their pages are given, and who verifies a signed link (TD0.9)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.main import enrolling, new_id, now, refuse_identity
from dmp.record.actor import Authentication, Professional, Staff
from dmp.record.errors import AssertionRefused
from dmp.settings import Settings
from dmp.sign_in.ceremonies import Ceremonies
from dmp.sign_in.passwords import HashingPool
from dmp.store.tx import Conflict, Store
from dmp.strong import origin_of
from dmp.trust import Trust
from dmp.web.portal.page import PageRoute
from dmp.web.professional import access_pages
from dmp.web.professional.account_pages import AccountPages
from dmp.web.professional.creation_pages import CreationPages
from dmp.web.professional.emergency_pages import EmergencyPages
from dmp.web.professional.home_pages import HomePages
from dmp.web.professional.link_pages import LINK, Link, LinkPages
from dmp.web.professional.opening_pages import OpeningPages
from dmp.web.professional.review_pages import ReviewPages
from dmp.web.professional.room import Room
from dmp.wire.vihf.link import read_link
from dmp.wire.vihf.verify import VihfPolicy, verify_alone

LINK_LIFE = timedelta(minutes=5)
"""Between the signature of a link and its arrival."""


@dataclass(frozen=True)
class SignedLinks:
    """The links that this service takes: for its own address, young, and once."""

    store: Store
    policy: Callable[[datetime], VihfPolicy]
    address: str

    def read(self, said: str, at: datetime) -> Link:
        """Verify what a browser brought, and use it up.

        Raises:
            AssertionRefused: it is not signed by whom we trust, for us, a moment ago, or it served before.
        """
        envelope, security = read_link(said)
        policy = self.policy(at)
        times = replace(policy.times, life=LINK_LIFE, life_direct=LINK_LIFE)
        policy = replace(policy, audiences=frozenset({self.address}), times=times)
        with self.store.begin() as tx:
            caller, vihf = verify_alone(envelope, security, at=at, policy=policy, directory=tx.directory)
        if vihf.mode is Authentication.INDIRECT:
            raise AssertionRefused("link: a structure alone opens no page")
        until = vihf.statements.issued_at + LINK_LIFE + policy.times.ahead
        if not self._first(f"link {vihf.statements.id}", until):
            raise AssertionRefused("link: it served before")
        actor = caller.actor
        return Link(
            vihf.mode,
            actor if isinstance(actor, Professional) else None,
            actor if isinstance(actor, Staff) else None,
            caller.patient,
            caller.mode,
            caller.reason,
            caller.secret,
        )

    def _first(self, name: str, until: datetime) -> bool:
        try:
            with self.store.begin(held=True) as tx:
                return tx.replays.first(name, until=until)
        except Conflict:  # two at once with one link: one of them came first
            return False


def room_of(settings: Settings) -> Room:
    """The installation, as pages know it that begin with somebody's number."""
    return Room(
        clock=now,
        regime=settings.regime,
        production=settings.production,
        check_identity=lambda patient: refuse_identity(settings, patient),
        enrol=enrolling(HashingPool()),
        new_id=new_id,
    )


def build_practice(store: Store, settings: Settings, ceremonies: Ceremonies) -> tuple[PageRoute, ...]:
    """The pages by which a professional comes to a record."""
    room = room_of(settings)
    return (
        *HomePages(room).routes,
        *OpeningPages(room).routes,
        *CreationPages(room).routes,
        *AccountPages(room).routes,
        *EmergencyPages(room).routes,
        *access_pages.ROUTES,
        *ReviewPages(room.clock).routes,
        *_links(store, settings, room, ceremonies),
    )


def _links(store: Store, settings: Settings, room: Room, ceremonies: Ceremonies) -> tuple[PageRoute, ...]:
    """No link without an address of ours that it is made for."""
    home = origin_of(settings.portal_url)
    if not home:
        return ()
    links = SignedLinks(store, Trust(settings).policy, home + LINK)
    return LinkPages(room, ceremonies, links.read).routes
