"""FranceConnect: it opens the account that it was bound to, as long as it is the same person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.record.account import Account
from dmp.record.notice import Address, Channel
from dmp.record.patient import PatientId, Sex
from dmp.sandbox import identity_provider as sandbox
from dmp.sandbox.identity_provider import serving
from dmp.sign_in.calls import Calls
from dmp.sign_in.france_connect import FranceConnect
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof, Proven
from provider_builders import ANNE, Clock, a_party, a_provider, anne, picks

SECRET = "5e" * 32
MAIL = Address(Channel.EMAIL, "anne@example.org")
ACCOUNT = Account("an-account", ANNE, "Anne", "anne", password="x", channels=(MAIL,))


class Accounts:
    """Accounts in memory, by the subjects they are bound to."""

    def __init__(self, *accounts: Account):
        self.accounts = list(accounts)

    def __call__(self, subject: str) -> Account | None:
        return next((one for one in self.accounts if subject in one.federated), None)


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 22, 10, tzinfo=UTC))


@pytest.fixture
def calls():
    made = Calls()
    yield made
    made.close()


@pytest.fixture
def provider(clock):
    made = a_provider(sandbox.FRANCE_CONNECT, clock, anne())
    with serving(made):
        yield made


@pytest.fixture
def come_back(provider, calls, clock):
    """Goes there, picks Anne, and does something with the answer."""

    def returns(accounts, act):
        means = FranceConnect(a_party(provider, calls), accounts)
        begun = means.challenge(None, secret=SECRET, at=clock.at)
        return act(means, begun.kept, picks(begun.shown, "anne"))

    return returns


def binds(account):
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    return lambda means, kept, answer: means.bound(account, means.came_back(kept, answer, at=at))


def signs_in(means, kept, answer):
    return means.proves(None, kept, answer, at=datetime(2026, 11, 22, 10, tzinfo=UTC))


def test_an_identity_that_was_bound_opens_its_account(come_back):
    bound = come_back(Accounts(), binds(ACCOUNT))

    assert bound.version == 2
    assert [each.partition(" ")[0] for each in bound.federated] == ["franceconnect", "franceconnect-pivot"]
    found = come_back(Accounts(bound), signs_in)
    assert replace(found, leave="") == Proven(Proof.PROVIDER, account=bound)
    assert found.leave


def test_an_identity_that_was_never_bound_opens_nothing(come_back):
    with pytest.raises(ProofRefused) as told:
        come_back(Accounts(ACCOUNT), signs_in)
    assert told.value.why is Why.NOT_BOUND
    assert "liez FranceConnect dans vos réglages" in told.value.french


def test_a_closed_account_is_not_opened(come_back):
    bound = replace(come_back(Accounts(), binds(ACCOUNT)), closed=True)
    with pytest.raises(ProofRefused) as told:
        come_back(Accounts(bound), signs_in)
    assert told.value.why is Why.NOT_BOUND


def test_a_pivot_identity_that_changed_opens_nothing(come_back, provider):
    bound = come_back(Accounts(), binds(ACCOUNT))
    provider.people = (anne(birth_name="AUTRE-FICTIF"),)
    with pytest.raises(ProofRefused) as told:
        come_back(Accounts(bound), signs_in)
    assert told.value.why is Why.OTHER_PERSON


def test_the_same_names_written_otherwise_are_the_same_person(come_back, provider):
    bound = come_back(Accounts(), binds(ACCOUNT))
    provider.people = (anne(birth_first_names="Anne  Marie", birth_name="Durand-Fictif"),)
    assert come_back(Accounts(bound), signs_in).account == bound


@pytest.mark.parametrize(
    "changed", [{"sex": Sex.MALE}, {"birth_date": "1979-04-28"}, {"birth_date": "1980-03-28"}], ids=str
)
def test_somebody_whose_national_number_says_otherwise_is_not_bound(come_back, provider, changed):
    provider.people = (anne(**changed),)
    with pytest.raises(ProofRefused) as told:
        come_back(Accounts(), binds(ACCOUNT))
    assert told.value.why is Why.OTHER_PERSON


def test_a_number_without_a_month_says_nothing_of_it(come_back, provider):
    account = replace(ACCOUNT, person=PatientId("279205121518900", ANNE.root))
    assert come_back(Accounts(), binds(account)).federated


def test_an_identity_bound_to_another_account_is_not_bound_again(come_back):
    other = replace(come_back(Accounts(), binds(ACCOUNT)), id="another-account")
    with pytest.raises(ProofRefused) as told:
        come_back(Accounts(other), binds(ACCOUNT))
    assert told.value.why is Why.OTHER_PERSON


def test_binding_again_replaces_what_was_bound(come_back):
    once = come_back(Accounts(), binds(ACCOUNT))
    twice = come_back(Accounts(once), binds(once))
    assert twice == replace(once, version=3)


def test_who_was_born_abroad_has_a_country_and_no_place(come_back, provider):
    provider.people = (anne(birth_place="99144"),)
    assert come_back(Accounts(), binds(ACCOUNT)).federated


@pytest.mark.parametrize(
    "claims",
    [
        {"birthplace": ""},
        {"birthcountry": ""},
        {"birthcountry": "99144"},
        {"family_name": " "},
        {"given_name": 3},
        {"birthdate": "28/03/1979"},
        {"gender": ""},
    ],
    ids=str,
)
def test_traits_that_are_missing_or_misshapen_are_refused(come_back, provider, claims):
    somebody = anne()
    provider.people = (replace(somebody, claims={**somebody.claims, **claims}),)
    with pytest.raises(ProofRefused) as told:
        come_back(Accounts(), binds(ACCOUNT))
    assert told.value.why is Why.NOT_BELIEVED


def test_it_can_be_removed_while_something_is_left(come_back):
    bound = come_back(Accounts(), binds(ACCOUNT))
    means = FranceConnect(a_party_of_nobody(), Accounts())
    assert means.offered(bound)
    assert means.removed(bound) == replace(ACCOUNT, version=3)
    with pytest.raises(ProofRefused) as told:
        means.removed(replace(bound, password=""))
    assert told.value.why is Why.LAST_MEANS


def a_party_of_nobody():
    provider = a_provider(sandbox.FRANCE_CONNECT, Clock(datetime(2026, 11, 22, tzinfo=UTC)))
    return a_party(provider, Calls())


def test_other_identities_of_an_account_are_left_alone(come_back):
    account = replace(ACCOUNT, federated=("another provider",))
    bound = come_back(Accounts(), binds(account))
    assert bound.federated[0] == "another provider"
    assert len(bound.federated) == 3
