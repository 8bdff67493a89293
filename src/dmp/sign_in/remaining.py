"""What is left to sign in with: the last means of proof is never taken away («dernier moyen de connexion»)."""

from dataclasses import replace

from dmp.record.account import Account
from dmp.sign_in.refusal import ProofRefused, Why


def can_sign_in(account: Account) -> bool:
    """Tell whether somebody still has one way in: two factors in one, or a password and what follows it."""
    return bool(account.passkeys or account.federated or (account.password and (account.totp or account.channels)))


def changed(account: Account) -> Account:
    """The account with means of proof that are not what they were: sessions of before end.

    Raises:
        ProofRefused: nothing would be left to sign in with.
    """
    if not can_sign_in(account):
        raise ProofRefused("account: the last means of proof cannot be removed", why=Why.LAST_MEANS)
    return replace(account, version=account.version + 1)
