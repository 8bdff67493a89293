"""FranceConnect: the pivot identity of a person («identité pivot»), and the account that he bound to it.

It never leads to a record: somebody who is signed in binds it to his own
account, once; from then on it opens that account, as long as it is the same
person (functional 6, PT-1).
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from dmp.record.account import Account
from dmp.record.ins import INS_ROOTS, InsKind, normalised
from dmp.record.patient import PatientId
from dmp.sign_in.oidc import Identity, RelyingParty
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.remaining import changed
from dmp.sign_in.sign_in import Challenge, Proof, Proven

FRANCE = "99100"
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_PLACE = re.compile(r"[0-9][0-9AB][0-9]{3}", re.ASCII)
_SEX_OF_NIR = {"male": "137", "female": "248"}
"""First digit of a NIR, temporary ones included."""


class Pivot(msgspec.Struct, frozen=True):
    """The pivot identity; places are codes of INSEE, `birthplace` empty for who was born abroad."""

    sub: str
    given_name: str
    family_name: str
    birthdate: str
    gender: str
    birthcountry: str
    birthplace: str = ""

    def check(self) -> None:
        """See that all traits are there.

        Raises:
            ProofRefused: one is missing, or not of its form.
        """
        named = bool(normalised(self.given_name)) and bool(normalised(self.family_name))
        dated = _DATE.fullmatch(self.birthdate) is not None and self.gender in _SEX_OF_NIR
        placed = bool(_PLACE.fullmatch(self.birthcountry)) and (
            _PLACE.fullmatch(self.birthplace) is not None if self.birthcountry == FRANCE else not self.birthplace
        )
        if not (named and dated and placed):
            raise ProofRefused("franceconnect: a trait is missing or not of its form", why=Why.NOT_BELIEVED)

    @property
    def digest(self) -> str:
        """One text per person, the same for however the names are written."""
        names = (normalised(self.given_name), normalised(self.family_name))
        traits = (*names, self.birthdate, self.gender, self.birthcountry, self.birthplace)
        return hashlib.sha256("|".join(traits).encode()).hexdigest()

    def may_be(self, person: PatientId) -> bool:
        """Tell whether the sex, year and month of birth are those that a national number begins with.

        A number without month (incomplete records) says nothing of it; no
        record is looked at.
        """
        if person.root not in INS_ROOTS or person.root == InsKind.INS_C:
            return True
        number, date = person.number, _DATE.fullmatch(self.birthdate)
        if date is None or number[:1] not in _SEX_OF_NIR[self.gender] or number[1:3] != date[1][2:]:
            return False
        month = number[3:5]
        return month == date[2] or not "01" <= month <= "12"


@dataclass(frozen=True)
class FranceConnect:
    """The means; `account_of` finds the account that a subject was bound to."""

    party: RelyingParty
    account_of: Callable[[str], Account | None]

    @property
    def proof(self) -> Proof:
        """Enough by itself, at the level that the settings ask for."""
        return Proof.PROVIDER

    def offered(self, account: Account) -> bool:
        """Whether this person has bound it."""
        return any(self._is_ours(each) for each in account.federated)

    def challenge(self, account: Account | None, *, secret: str, at: datetime) -> Challenge:  # noqa: ARG002
        """Send the browser there."""
        return self.party.begin(secret=secret, at=at)

    def proves(self, account: Account | None, kept: str, answer: str, *, at: datetime) -> Proven | None:  # noqa: ARG002
        """The account that this identity was bound to.

        Raises:
            ProofRefused: see `RelyingParty.finish`; no account is bound to it, or it is not the same person any more.
        """
        identity = self.party.finish(kept, answer, at=at)
        pivot = self._pivot(identity)
        found = self.account_of(self.subject(pivot))
        if found is None or found.closed or self.subject(pivot) not in found.federated:
            raise ProofRefused("franceconnect: bound to no account", why=Why.NOT_BOUND)
        if self._print(pivot) not in found.federated:
            raise ProofRefused("franceconnect: the pivot identity is not the one that was bound", why=Why.OTHER_PERSON)
        return Proven(Proof.PROVIDER, account=found, leave=self.party.leave(identity, at=at))

    def came_back(self, kept: str, answer: str, *, at: datetime) -> Pivot:
        """The identity that a browser came back with.

        Raises:
            ProofRefused: see `RelyingParty.finish`; or a trait is missing.
        """
        return self._pivot(self.party.finish(kept, answer, at=at))

    def bound(self, account: Account, pivot: Pivot) -> Account:
        """The account of somebody who is signed in, bound to the identity that he came back with.

        Raises:
            ProofRefused: it cannot be the person of this account, or is bound to another account.
        """
        others = {self.account_of(name) for name in (self.subject(pivot), self._print(pivot))} - {None}
        if not pivot.may_be(account.person) or any(other is not None and other.id != account.id for other in others):
            raise ProofRefused("franceconnect: not the person of this account", why=Why.OTHER_PERSON)
        rest = tuple(each for each in account.federated if not self._is_ours(each))
        return changed(replace(account, federated=(*rest, self.subject(pivot), self._print(pivot))))

    def removed(self, account: Account) -> Account:
        """The account without it.

        Raises:
            ProofRefused: nothing would be left to sign in with.
        """
        return changed(replace(account, federated=tuple(each for each in account.federated if not self._is_ours(each))))

    def subject(self, pivot: Pivot) -> str:
        """How `Account.federated` names the person."""
        return f"{self.party.registration.provider.name} {pivot.sub}"

    def _print(self, pivot: Pivot) -> str:
        return f"{self.party.registration.provider.name}-pivot {pivot.digest}"

    def _is_ours(self, bound: str) -> bool:
        name = self.party.registration.provider.name
        return bound.startswith((f"{name} ", f"{name}-pivot "))

    def _pivot(self, identity: Identity) -> Pivot:
        try:
            pivot = msgspec.json.decode(identity.claims, type=Pivot)
        except msgspec.MsgspecError as error:
            raise ProofRefused("franceconnect: claims not of their form", why=Why.NOT_BELIEVED) from error
        pivot.check()
        return pivot
