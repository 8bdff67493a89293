"""Passkeys («clés d'accès», WebAuthn level 2): two factors in one, held by a device (security 9.1).

The device verifies its user; the signature holds our origin and our name, so
that a page of somebody else obtains nothing. A challenge serves once, in the
browser that asked, for three minutes. Attestation is not asked for: which make
of device somebody has is none of our business.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec
import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dmp.record.account import Account, Passkey
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.remaining import changed
from dmp.sign_in.sign_in import Challenge, Proof, Proven

LIFE = timedelta(minutes=3)
"""How long a challenge may be answered."""
MOST = 10
"""Passkeys of one person."""
LONGEST_NAME = 40
LONGEST_ANSWER = 16 * 1024
"""Characters of what a browser sends back."""
ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_REFUSED = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)
"""What the library raises of an answer that is not one: its own errors, and those of what it reads with."""


class Ceremony(StrEnum):
    """What a challenge is for: an answer to one never serves the other."""

    REGISTRATION = "registration"
    AUTHENTICATION = "authentication"


class _Kept(msgspec.Struct, frozen=True):
    """Our side of a challenge."""

    ceremony: Ceremony
    challenge: str
    until: float


@dataclass(frozen=True)
class Passkeys:
    """The means: `rp_id` is the host name of the portal, `origin` its `https://host[:port]`."""

    rp_id: str
    origin: str
    service: str = "Dossier médical partagé"

    @property
    def proof(self) -> Proof:
        """Two factors in one."""
        return Proof.PASSKEY

    def offered(self, account: Account) -> bool:
        """Whether this person has registered a key."""
        return bool(account.passkeys)

    def challenge(self, account: Account | None, *, secret: str, at: datetime) -> Challenge:  # noqa: ARG002
        """Ask for a signature of any key of ours that the device holds.

        No key is named, whoever was named before: which ones an account has would tell that it exists (security 9.4).
        """
        kept = _kept(Ceremony.AUTHENTICATION, secret, at)
        options = webauthn.generate_authentication_options(
            rp_id=self.rp_id,
            challenge=base64url_to_bytes(kept.challenge),
            timeout=int(LIFE.total_seconds() * 1000),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Challenge(webauthn.options_to_json(options), msgspec.json.encode(kept).decode())

    def proves(self, account: Account | None, kept: str, answer: str, *, at: datetime) -> Proven | None:
        """The account with the count of the key that signed; None when it proves nothing."""
        challenge, said = _open(kept, Ceremony.AUTHENTICATION, at), _read(answer)
        if account is None or challenge is None or said is None:
            return None
        handle = _user_handle(said)
        key = next((key for key in account.passkeys if key.id == said.get("id")), None)
        if key is None or handle not in ("", account.id):
            return None
        try:
            verified = webauthn.verify_authentication_response(
                credential=said,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                credential_public_key=base64url_to_bytes(key.public_key),
                credential_current_sign_count=key.count,
                require_user_verification=True,
            )
        except _REFUSED:
            return None
        used = replace(key, count=verified.new_sign_count)
        keys = tuple(used if each.id == key.id else each for each in account.passkeys)
        return Proven(Proof.PASSKEY, account=replace(account, passkeys=keys))

    def registration(self, account: Account, *, secret: str, at: datetime) -> Challenge:
        """Ask a device to make a key for this account; one that holds one already says so itself."""
        kept = _kept(Ceremony.REGISTRATION, secret, at)
        options = webauthn.generate_registration_options(
            rp_id=self.rp_id,
            rp_name=self.service,
            user_name=account.login,
            user_id=account.id.encode(),
            user_display_name=account.name or account.login,
            challenge=base64url_to_bytes(kept.challenge),
            timeout=int(LIFE.total_seconds() * 1000),
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=_descriptors(account),
            supported_pub_key_algs=ALGORITHMS,
        )
        return Challenge(webauthn.options_to_json(options), msgspec.json.encode(kept).decode())

    def registered(self, account: Account, kept: str, answer: str, *, name: str, at: datetime) -> Account:
        """The account with the key that a device made, under the name that its owner gives it.

        Raises:
            ProofRefused: the answer is of another challenge, origin or service, its user was not verified, the key is
                already there, or there are too many.
        """
        challenge, said = _open(kept, Ceremony.REGISTRATION, at), _read(answer)
        if challenge is None or said is None:
            raise ProofRefused("passkey: no registration was begun here, or it is over", why=Why.BEGIN_AGAIN)
        try:
            verified = webauthn.verify_registration_response(
                credential=said,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
        except _REFUSED as error:
            raise ProofRefused("passkey: the registration does not hold", why=Why.PASSKEY) from error
        key = bytes_to_base64url(verified.credential_id)
        if any(each.id == key for each in account.passkeys) or len(account.passkeys) >= MOST:
            raise ProofRefused("passkey: already registered, or one too many", why=Why.PASSKEY)
        made = Passkey(
            id=key,
            public_key=bytes_to_base64url(verified.credential_public_key),
            count=verified.sign_count,
            name=_name(name, account),
            since=at,
        )
        return changed(replace(account, passkeys=(*account.passkeys, made)))

    def removed(self, account: Account, key: str) -> Account:
        """The account without one of its keys; the same when it has no such key.

        Raises:
            ProofRefused: nothing would be left to sign in with.
        """
        left = tuple(each for each in account.passkeys if each.id != key)
        return account if left == account.passkeys else changed(replace(account, passkeys=left))


def account_named(answer: str) -> str:
    """The id of the account that a key says it is of, when nobody typed a login; empty when it says nothing.

    It proves nothing: the signature does, once the account is read.
    """
    said = _read(answer)
    return _user_handle(said) if said is not None else ""


def _kept(ceremony: Ceremony, secret: str, at: datetime) -> _Kept:
    drawn = hashlib.sha256(f"passkey {ceremony} ".encode() + bytes.fromhex(secret)).digest()
    return _Kept(ceremony, bytes_to_base64url(drawn), (at + LIFE).timestamp())


def _open(kept: str, ceremony: Ceremony, at: datetime) -> bytes | None:
    """The octets of a challenge of this ceremony that may still be answered."""
    try:
        read = msgspec.json.decode(kept, type=_Kept)
    except msgspec.MsgspecError:
        return None
    if read.ceremony is not ceremony or at >= datetime.fromtimestamp(read.until, UTC):
        return None
    return base64url_to_bytes(read.challenge)


def _read(answer: str) -> dict[str, object] | None:
    """What a browser sent, when it is a JSON object of a fair size."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _user_handle(said: dict[str, object]) -> str:
    response = said.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    if not isinstance(handle, str):
        return ""
    try:
        told = base64url_to_bytes(handle).decode()
    except ValueError:
        return "?"
    return told if told.isprintable() else "?"  # what no id holds, databases may not take


def _descriptors(account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in account.passkeys]


def _name(name: str, account: Account) -> str:
    """The name on one line, or a rank when it says nothing."""
    said = " ".join(name.split())[:LONGEST_NAME]
    return said or f"Clé {len(account.passkeys) + 1}"
