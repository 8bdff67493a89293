"""Codes of an authenticator application («application d'authentification», TOTP, RFC 6238; security 9.1).

SHA-1, six digits, thirty seconds: what every application reads. A code of the
step before or after the clock's is taken too, and none serves twice.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from dmp.record.account import Account
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.remaining import changed
from dmp.sign_in.sign_in import Challenge, Proof, Proven

STEP = 30
"""Seconds that one code lasts."""
DIGITS = 6
WINDOW = 1
"""Steps before and after that of the clock which are taken too."""
SECRET_SIZE = 20
"""Octets of a shared secret, as RFC 4226 recommends."""
_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Enrolment:
    """A secret that is proposed, until one code of it confirms that the application holds it."""

    secret: str
    """Base32, as somebody types it where no picture can be taken."""
    address: str
    """`otpauth://…`, what the picture says."""
    picture: str
    """The same as a QR code: an SVG element, without style or script."""


@dataclass(frozen=True)
class Totp:
    """The means. `service` is the name under which an application shows its codes."""

    service: str = "Dossier médical partagé"

    @property
    def proof(self) -> Proof:
        """A second factor."""
        return Proof.TOTP

    def offered(self, account: Account) -> bool:
        """Whether a secret is shared with this person."""
        return bool(account.totp)

    def challenge(self, account: Account | None, *, secret: str, at: datetime) -> Challenge:  # noqa: ARG002
        """Nothing: the clock is the challenge."""
        return Challenge()

    def proves(self, account: Account | None, kept: str, answer: str, *, at: datetime) -> Proven | None:  # noqa: ARG002
        """The step of the code that was typed is used from now on, with all before it."""
        if account is None or not account.totp:
            return None
        step = step_of(account.totp, answer, at=at, after=account.totp_step)
        return None if step is None else Proven(Proof.TOTP, account=replace(account, totp_step=step))

    def enrolment(self, account: Account, *, secret: str) -> Enrolment:
        """Propose a secret, made of 256 fresh random bits in hex; nothing is shared until `confirmed`."""
        drawn = hashlib.sha256(b"totp " + bytes.fromhex(secret)).digest()[:SECRET_SIZE]
        shared = base64.b32encode(drawn).decode()
        address = _totp(shared).get_provisioning_uri(account.login, self.service)
        return Enrolment(shared, address, picture(address))

    def confirmed(self, account: Account, shared: str, code: str, *, at: datetime) -> Account:
        """The account with this secret, once one code of it was typed; that code is used.

        Raises:
            ProofRefused: it is no code of this secret now.
        """
        step = step_of(shared, code, at=at, after=0)
        if step is None:
            raise ProofRefused("totp: the code that confirms is wrong", why=Why.WRONG_CODE)
        return changed(replace(account, totp=shared, totp_step=step))

    def removed(self, account: Account) -> Account:
        """The account without secret.

        Raises:
            ProofRefused: nothing would be left to sign in with.
        """
        return changed(replace(account, totp="", totp_step=0))


def step_of(shared: str, code: str, *, at: datetime, after: int) -> int | None:
    """The step that a code is of, within the window and after the last one used; else None."""
    typed = code.replace(" ", "")
    if not _CODE.fullmatch(typed):
        return None
    try:
        generator = _totp(shared)
    except (ValueError, binascii.Error):
        return None
    now = int(at.timestamp()) // STEP
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        # Each is compared, so that the time taken does not tell which one it was.
        if hmac.compare_digest(generator.generate(step * STEP), typed.encode()) and step > after:
            found = step
    return found


def picture(address: str) -> str:
    """A QR code as an SVG element that a page may hold under a policy without inline style."""
    return segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4)


def _totp(shared: str) -> TOTP:
    return TOTP(base64.b32decode(shared), DIGITS, SHA1(), STEP)  # noqa: S303 - the algorithm that applications have
