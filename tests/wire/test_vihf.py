"""T-SAML: every forged assertion is refused for its own reason, every genuine one is accepted."""

import pytest
from saml_corpus import FORGERIES, Forgery
from saml_genuine import GENUINE, Genuine
from saml_world import ASSERTION_ID, World, the_world

from dmp.record.errors import AssertionRefused


@pytest.fixture
def world() -> World:
    return the_world()


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forged_assertion_is_refused_for_its_own_reason(world: World, forgery: Forgery):
    with pytest.raises(AssertionRefused) as refusal:
        forgery.build(world).run()

    assert (refusal.value.reason, refusal.value.answer) == (forgery.reason, forgery.answer)


@pytest.mark.parametrize("genuine", GENUINE, ids=lambda genuine: genuine.name)
def test_a_genuine_assertion_is_accepted(world: World, genuine: Genuine):
    caller, vihf = genuine.build(world).run()

    assert caller.assertion == ASSERTION_ID
    assert caller.patient == vihf.patient
