"""Those who run the service: enrolled on the command line, signed in by passkey and nothing else (security 9.2).

Who may command the machine hands out a code, for an hour and for one key. The
key is made in the browser of the operator, under his name, which its signature
gives back: no form asks for a login, and none tells which names exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.record.account import Account, OperatorAccount
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.sign_in.ceremonies import Ceremonies, Ceremony
from dmp.sign_in.desk import KIND, operator_named
from dmp.sign_in.kept import Kept
from dmp.sign_in.passkeys import Passkeys, account_named
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof, Proven

ENROLMENT = "operator-enrolment"
"""The kind of ticket of a code."""
LIFE = timedelta(hours=1)
"""How long a code may be used."""
_NAME = re.compile(r"[a-z][a-z0-9.-]{1,31}", re.ASCII)
_HANDLE = "operator:"
"""What the name of a key begins with: no id of a patient's account does."""


def enrolled(kept: Kept, name: str, code: str, at: datetime) -> OperatorAccount:
    """Write an operator down, if he is new, and one code for a key of his; within a held transaction.

    Raises:
        IncompleteRequest: not a name.
    """
    if not _NAME.fullmatch(name):
        raise IncompleteRequest("2 to 32 small letters, digits, dots and hyphens, a letter first", element="NAME")
    operator = kept.operators.one(name) or OperatorAccount(name, at)
    kept.operators.set(operator)
    kept.tickets.drop_all_of(ENROLMENT, name)
    kept.tickets.add(ENROLMENT, plain_code(code), account=name, until=at + LIFE, content=name.encode())
    return operator


def removed(kept: Kept, name: str) -> None:
    """Forget an operator: his sessions and codes end at once; within a held transaction.

    Raises:
        IncompleteRequest: there is none of this name.
    """
    if kept.operators.one(name) is None:
        raise IncompleteRequest("no operator has this name", element="NAME")
    kept.tickets.drop_all_of(ENROLMENT, name)
    kept.tickets.drop_all_of(KIND, operator_named(name))
    kept.operators.drop(name)


def told(operators: tuple[OperatorAccount, ...]) -> Iterator[tuple[OperatorAccount, str]]:
    """Each of them, and what he has to sign in with."""
    for operator in operators:
        keys = ", ".join(key.name for key in operator.passkeys)
        yield operator, keys or "no key yet"


def plain_code(typed: str) -> str:
    """A code without the hyphens and blanks that make it readable."""
    return re.sub(r"[\s-]", "", typed).lower()


@dataclass(frozen=True)
class Operators:
    """The operators of a service, at its pages."""

    ceremonies: Ceremonies
    passkeys: Passkeys

    # -- a first key, or another one

    def invited(self, code: str) -> tuple[str, str]:
        """What a device is asked to make, and the secret of the browser, for who has a code; it still serves.

        Raises:
            ProofRefused: no such code, it was used, or it is over.
        """
        desk = self.ceremonies.desk
        at, new_secret = desk.clock(), desk.new_secret
        operator = desk.look(lambda kept: _invited(kept, plain_code(code), at))
        challenge = self.passkeys.registration(_account(operator), secret=new_secret(), at=at)
        return challenge.shown, self.ceremonies.begin(Ceremony.NEW_OPERATOR_KEY, f"{plain_code(code)} {challenge.kept}")

    def registered(self, secret: str, answer: str, *, name: str) -> OperatorAccount:
        """Keep the key that the device made, under the name that its owner gives it; the code is used.

        Raises:
            ProofRefused: nothing was begun in this browser, the code was used meanwhile, or the key does not hold.
        """
        code, _, challenge = self.ceremonies.take(Ceremony.NEW_OPERATOR_KEY, secret).partition(" ")
        at = self.ceremonies.desk.clock()

        def write(kept: Kept) -> OperatorAccount:
            operator = _invited(kept, code, at)
            account = self.passkeys.registered(_account(operator), challenge, answer, name=name, at=at)
            kept.tickets.drop_all_of(ENROLMENT, operator.name)
            kept.tickets.drop_all_of(KIND, operator_named(operator.name))
            changed = replace(operator, passkeys=account.passkeys, version=account.version)
            kept.operators.set(changed)
            return changed

        return self.ceremonies.desk.run(write)

    # -- signing in

    def challenge(self) -> tuple[str, str]:
        """What any key of any operator is asked to sign, and the secret of the browser."""
        desk = self.ceremonies.desk
        challenge = self.passkeys.challenge(None, secret=desk.new_secret(), at=desk.clock())
        return challenge.shown, self.ceremonies.begin(Ceremony.OPERATOR, challenge.kept)

    def proved(self, secret: str, answer: str) -> Proven:
        """Whom a signature proves.

        Raises:
            ProofRefused: nothing was begun in this browser, or it proves no operator.
        """
        kept, name = self.ceremonies.take(Ceremony.OPERATOR, secret), account_named(answer)
        operator = self._named(name.removeprefix(_HANDLE)) if name.startswith(_HANDLE) else None
        account = _account(operator) if operator is not None else None
        proven = self.passkeys.proves(account, kept, answer, at=self.ceremonies.desk.clock())
        if proven is None or proven.account is None or operator is None:
            raise ProofRefused("operator: the passkey proves nothing", why=Why.PASSKEY)
        return Proven(Proof.PASSKEY, operator=replace(operator, passkeys=proven.account.passkeys))

    def _named(self, name: str) -> OperatorAccount | None:
        return self.ceremonies.desk.look(lambda kept: kept.operators.one(name))


def _invited(kept: Kept, code: str, at: datetime) -> OperatorAccount:
    ticket = kept.tickets.one(ENROLMENT, code) if code else None
    operator = kept.operators.one(ticket.content.decode()) if ticket is not None and at < ticket.until else None
    if operator is None:
        raise ProofRefused("operator: no such code, it was used, or it is over", why=Why.ENROLMENT)
    return operator


def _account(operator: OperatorAccount) -> Account:
    """The operator as passkeys know people: it is kept nowhere, and is the account of nobody."""
    name = operator.name
    return Account(
        f"{_HANDLE}{name}",
        PatientId("", ""),
        name,
        name,
        passkeys=operator.passkeys,
        version=operator.version,
    )
