"""The way from an identity of a provider to its account, and the places of a professional, on both engines."""

from dataclasses import replace

import pytest

from dmp.record.account import Account
from dmp.record.listed import Listed
from dmp.store.tx import Conflict, Store
from store_builders import PERSON, SOMEBODY_ELSE

ANNE = Account("account-1", PERSON, "Anne FICTIF", "anne", federated=("franceconnect abc", "franceconnect-pivot 12"))
PAUL = Account("account-2", SOMEBODY_ELSE, "Paul FICTIF", "paul")


@pytest.fixture
def kept(store: Store) -> Store:
    with store.begin() as tx:
        tx.accounts.add(ANNE)
        tx.accounts.add(PAUL)
    return store


def change(store: Store, key: str, *federated: str) -> None:
    with store.begin() as tx:
        account = tx.accounts.one(key)
        assert account is not None
        tx.accounts.change(replace(account, federated=federated))


def found(store: Store, name: str) -> str:
    with store.begin() as tx:
        account = tx.accounts.of_federated(name)
    return account.id if account is not None else ""


def test_an_account_is_found_by_each_identity_that_is_bound_to_it(kept: Store):
    assert found(kept, "franceconnect abc") == ANNE.id
    assert found(kept, "franceconnect-pivot 12") == ANNE.id
    assert found(kept, "franceconnect ab") == ""
    assert found(kept, "psc abc") == ""


def test_an_identity_that_is_taken_away_leads_nowhere_and_can_be_bound_again(kept: Store):
    change(kept, ANNE.id, "franceconnect-pivot 12")
    assert found(kept, "franceconnect abc") == ""
    change(kept, PAUL.id, "franceconnect abc")
    assert found(kept, "franceconnect abc") == PAUL.id


def test_an_identity_opens_one_account_alone(kept: Store):
    with pytest.raises(Conflict):
        change(kept, PAUL.id, "franceconnect abc")
    assert found(kept, "franceconnect abc") == ANNE.id


def test_another_change_of_an_account_leaves_its_identities_alone(kept: Store):
    with kept.begin() as tx:
        account = tx.accounts.of_federated("franceconnect abc")
        assert account is not None
        tx.accounts.change(replace(account, totp="JBSWY3DPEHPK3PXP"))
    assert found(kept, "franceconnect abc") == ANNE.id


def test_the_places_of_a_professional_are_those_that_were_loaded(store: Store):
    doctor = Listed("professional", "899900012345", "ANNE DUPONT")
    with store.begin() as tx:
        tx.directory.load([doctor], [(doctor.id, "1990000024"), (doctor.id, "1990000016")])
        tx.directory.load([], [("899900054321", "1990000032")])
    with store.begin() as tx:
        assert tx.directory.workplaces(doctor.id) == ("1990000016", "1990000024")
        assert tx.directory.workplaces("nobody") == ()
