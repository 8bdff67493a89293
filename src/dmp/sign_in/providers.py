"""The identity providers («fournisseurs d'identité») as data: what is asked of each and what is taken from it.

Addresses and keys are those that the provider publishes (`discovery.py`); what
an installation has agreed with it is a `Registration`, made of the settings.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

LEVELS = ("eidas1", "eidas2", "eidas3")
"""Levels of assurance («niveaux de garantie») from the lowest: simple, substantial, high."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Provider:
    """What is the same for every installation. `name` is the first word of the subjects in `Account.federated`."""

    name: str
    label: str
    """As people know it, on the button."""
    scope: str
    algorithms: tuple[str, ...] = ("RS256", "ES256", "PS256")
    """The signatures that are taken: public keys only, whatever a token says of itself."""


PRO_SANTE_CONNECT = Provider("psc", "Pro Santé Connect", "openid scope_all")
"""For professionals, by card or by e-CPS (functional 1.5)."""
FRANCE_CONNECT = Provider(
    "franceconnect", "FranceConnect", "openid given_name family_name birthdate gender birthplace birthcountry"
)
"""For everybody: the pivot identity («identité pivot») and nothing more."""


@dataclass(frozen=True)
class Registration:
    """What one installation has agreed with a provider."""

    provider: Provider
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    redirect: str
    """Where the provider sends browsers back to, as it was declared there."""
    after_logout: str = ""
    """Where it sends them after a log-out; empty: its session is left alone."""
    acr: str = LEVELS[0]
    """The lowest level that is taken."""
    loopback: bool = False
    """Take addresses of this machine in clear: a sandbox."""

    def enough(self, acr: str) -> bool:
        """Tell whether a level that was reached is at least the one that is asked for."""
        return acr in LEVELS and LEVELS.index(acr) >= LEVELS.index(self.acr)

    def safe(self, address: str) -> bool:
        """Tell whether an address may be called, or shown to a browser: https, or this machine in a sandbox."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError:
            return False
        if not host or port == 0 or parts.username is not None or parts.fragment:
            return False
        return parts.scheme == "https" or (self.loopback and parts.scheme == "http" and host in LOOPBACK)
