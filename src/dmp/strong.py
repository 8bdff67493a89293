"""The strong and federated means of an installation, put together from its settings."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from dmp.card import Cards
from dmp.record.account import Account
from dmp.settings import InvalidSetting, Settings, variable
from dmp.sign_in.activity import Directory
from dmp.sign_in.calls import Calls
from dmp.sign_in.ceremonies import Ceremonies
from dmp.sign_in.desk import SessionDesk
from dmp.sign_in.france_connect import FranceConnect
from dmp.sign_in.oidc import RelyingParty
from dmp.sign_in.passkeys import Passkeys
from dmp.sign_in.pro_sante_connect import ProSanteConnect
from dmp.sign_in.providers import FRANCE_CONNECT, PRO_SANTE_CONNECT, Provider, Registration
from dmp.store.tx import Conflict, Store
from dmp.trust import Trust
from dmp.web.portal import provider_pages
from dmp.web.portal.page import OtherWay
from dmp.web.portal.sign_in_pages import SIGN_IN
from dmp.web.portal.strong import Strong


def build_strong(store: Store, settings: Settings, desk: SessionDesk) -> Strong:
    """What the pages of the portal are given.

    Raises:
        InvalidSetting: the secret of a provider cannot be read, or is open to every user of the machine.
    """
    psc = registration_of(settings, PRO_SANTE_CONNECT, provider_pages.PSC_BACK)
    france_connect = registration_of(settings, FRANCE_CONNECT, provider_pages.FRANCE_CONNECT_BACK)
    return Strong(
        Ceremonies(desk),
        passkeys_of(settings),
        psc=ProSanteConnect(_party(psc, store), _Store(store).directory) if psc else None,
        france_connect=FranceConnect(_party(france_connect, store), _Store(store).bound_to) if france_connect else None,
    )


def build_card(store: Store, settings: Settings, desk: SessionDesk) -> Strong:
    """What the pages behind the listener of the cards are given."""
    trust = Trust(settings)
    cards = Cards(trust.policy, _Store(store).directory)
    home = origin_of(settings.portal_url)
    return Strong(Ceremonies(desk), card=lambda found, at: cards.presented(found, at=at), home=home)


def origin_of(url: str | None) -> str:
    """`https://HOST[:PORT]` of the address of the portal, as browsers say it: the usual port is not said (RFC 6454).

    Empty when it is not set.
    """
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}".lower().removesuffix(":443") if parts.netloc else ""


def card_origin(settings: Settings) -> str:
    """The origin of the pages of the cards: the host of the portal, at their own port."""
    host = urlsplit(settings.portal_url or "").hostname or settings.host
    return origin_of(f"https://{host}:{settings.portal_card_port}")


def card_way(settings: Settings) -> tuple[OtherWay, ...]:
    """The button that leads there; none without such a listener."""
    if not settings.portal_card_port:
        return ()
    page = card_origin(settings) + provider_pages.CARD
    return (OtherWay(page, "Carte CPS (professionnels)", "CPS card (professionals)"),)


def passkeys_of(settings: Settings) -> Passkeys | None:
    """Passkeys of the host of the portal; none as long as its address is not set."""
    host = urlsplit(settings.portal_url or "").hostname
    return Passkeys(host, origin_of(settings.portal_url)) if host else None


def registration_of(settings: Settings, provider: Provider, back: str) -> Registration | None:
    """What was agreed with a provider; None when the settings do not name it.

    Raises:
        InvalidSetting: the file of the secret cannot be used.
    """
    name = provider.name
    issuer: str | None = getattr(settings, f"{name}_issuer")
    client: str | None = getattr(settings, f"{name}_client_id")
    secret: Path | None = getattr(settings, f"{name}_secret_file")
    if issuer is None or client is None or secret is None:
        return None
    home = origin_of(settings.portal_url)
    return Registration(
        provider,
        issuer=issuer,
        client_id=client,
        secret=_secret(secret, f"{variable(name)}_SECRET_FILE"),
        redirect=home + back,
        after_logout=home + SIGN_IN,
        acr=getattr(settings, f"{name}_acr"),
        loopback=not settings.production,
    )


def _secret(path: Path, name: str) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
        open_to_all = path.stat().st_mode & stat.S_IROTH
    except OSError as error:
        raise InvalidSetting(f"{name}: {path} cannot be read ({error.strerror})") from error
    if not secret or open_to_all:
        raise InvalidSetting(f"{name}: {path} is empty, or open to every user of this machine: chmod 640")
    return secret


def _party(registration: Registration, store: Store) -> RelyingParty:
    return RelyingParty(registration, Calls(), first=_Store(store).first)


class _Store:
    """What the means need of the store, a transaction at a time."""

    def __init__(self, store: Store):
        self._store = store

    @contextmanager
    def directory(self) -> Iterator[Directory]:
        """The directory, for one look."""
        with self._store.begin() as tx:
            yield tx.directory

    def bound_to(self, name: str) -> Account | None:
        """The account that an identity was bound to."""
        with self._store.begin() as tx:
            return tx.accounts.of_federated(name)

    def first(self, name: str, until: datetime) -> bool:
        """Remember a token; false when it was used before."""
        try:
            with self._store.begin(held=True) as tx:
                return tx.replays.first(name, until=until)
        except Conflict:  # two at once with one token: one of them came first
            return False
