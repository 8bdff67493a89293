"""Who acts for the holder: delegates, who protects an adult, parents without authority, heirs (LC-13 to 17, PT-11)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.record.actor import Representative
from dmp.record.entry import EntryStatus
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.people import (
    Delegate,
    DelegateScope,
    HeirAnswer,
    HeirMotive,
    HeirQuality,
    HeirRequest,
    Measure,
    Protection,
    Withdrawal,
)
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.verb import Verb
from dmp.record.viewer import people_of
from rights_builders import (
    HOLDER,
    MOTHER,
    NOW,
    OPERATOR,
    PATIENT,
    a_doctor,
    a_document,
    a_professional,
    a_record,
    ask,
    calling,
    put_in_by,
)

SON = Representative("180076322082910", "SON Test")
SON_ID = PatientId(SON.id, PATIENT.root)
DAY = timedelta(days=1)
ADULT = IdentityTraits("PATIENT", "TEST", "TEST", "1977-07-01", Sex.FEMALE)
MINOR = replace(ADULT, birth_date="2015-07-01")
READS = {
    Verb.LIST_RECORDS,
    Verb.SEARCH_DIRECTORY,
    Verb.TEST_RECORD,
    Verb.READ_IDENTITY,
    Verb.FIND,
    Verb.FIND_REFERENCE,
    Verb.READ,
}
GIVES_UP = {Verb.LEAVE_DELEGATION, Verb.ASK_AS_HEIR}
NEVER = {
    Verb.CLOSE_RECORD,
    Verb.REOPEN_RECORD,
    Verb.OPEN_RECORD,
    Verb.DESTROY_RECORD,
    Verb.CHANGE_IDENTITY,
    Verb.NAME_DELEGATE,
    Verb.REVOKE_DELEGATE,
    Verb.LIST_PEOPLE,
    Verb.OPPOSE_HEIRS,
    Verb.DECIDE_ON_HEIR,
    Verb.SIMULATE,
    Verb.SIMULATE_PERSON,
    Verb.RELEASE_TO_GUARDIANS,
}


def delegated(scope=DelegateScope.READ, *, since=NOW - DAY, until=NOW + DAY, **changes):
    """The record of an adult who made the son a delegate, and nobody else anything."""
    delegate = Delegate(SON_ID, SON.name, scope, since, until)
    return a_record(**{"traits": ADULT, "guardians": (), "delegates": (delegate,), **changes})


def protected(measure=Measure.GUARDIANSHIP, *, since=NOW - DAY, until=NOW + DAY, **changes):
    protection = Protection(SON_ID, SON.name, measure, since, until)
    return a_record(**{"traits": ADULT, "guardians": (), "protections": (protection,), **changes})


def inherited(*, answer=HeirAnswer.GRANTED, decided=NOW - DAY, until=NOW + DAY, **changes):
    """The record of a dead person, opened to the son."""
    request = HeirRequest(
        SON_ID, SON.name, HeirQuality.HEIR, HeirMotive.RIGHTS, NOW - 3 * DAY, answer, decided, "ops", "deed", until
    )
    dead = {
        "traits": ADULT,
        "guardians": (),
        "state": RecordState.CLOSED,
        "closure": Closure(NOW - 9 * DAY, ClosingReason.DEATH),
        "deceased": True,
        "heirs": (request,),
    }
    return a_record(**{**dead, **changes})


def rights(record, actor=SON, *, at=NOW):
    return {verb for verb in Verb if ask(calling(actor), verb, record=record, at=at).allowed}


# -- delegates


def test_each_scope_holds_the_one_before_and_what_it_adds():
    read, write, manage = (rights(delegated(scope)) for scope in DelegateScope)
    assert read == READS | GIVES_UP
    assert write - read == {Verb.SUBMIT, Verb.REPLACE, Verb.DELETE}
    assert manage >= write
    assert {Verb.MASK, Verb.UNMASK, Verb.AUTHORISE_OTHER, Verb.BLOCK, Verb.UNBLOCK} <= manage - write
    assert manage & NEVER == set()


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_beyond_his_scope_a_delegate_is_told_so_and_what_to_do(scope):
    for verb in NEVER:
        decision = ask(calling(SON), verb, record=delegated(scope))
        assert (decision.rule, decision.conceal) == ("beyond-the-delegation", False), verb


def test_a_delegate_replaces_and_deletes_what_he_put_in_and_nothing_else():
    record = delegated(DelegateScope.WRITE)
    for verb in (Verb.REPLACE, Verb.DELETE):
        assert ask(calling(SON), verb, a_document(deposit=put_in_by(SON.id)), record=record).allowed
        for other in (put_in_by(), put_in_by(MOTHER.id), None):
            assert ask(calling(SON), verb, a_document(deposit=other), record=record).rule == "not-own-document"


def test_a_delegate_sees_what_is_masked_or_hidden_as_a_whole_and_not_what_is_hidden_from_representatives():
    for scope in DelegateScope:
        record = delegated(scope)
        assert ask(calling(SON), Verb.READ, a_document(masked=True), record=record).rule == "delegate-of-the-holder"
        hidden = replace(record, hide_everything=True)
        assert ask(calling(SON), Verb.READ, a_document(), record=hidden).allowed
        for document in (a_document(hidden_from_guardians=True), a_document(hidden_since=NOW - DAY)):
            decision = ask(calling(SON), Verb.FIND, document, record=record)
            assert (decision.allowed, decision.conceal) == (False, True)


@pytest.mark.parametrize(
    ("since", "until"), [(NOW - DAY, NOW), (NOW - 2 * DAY, NOW - DAY), (NOW + timedelta(microseconds=1), NOW + DAY)]
)
def test_a_delegation_that_is_over_or_has_not_begun_leaves_a_stranger(since, until):
    stranger = a_record(traits=ADULT, guardians=())
    for verb in set(Verb) - {Verb.ASK_AS_HEIR}:
        lapsed = ask(calling(SON), verb, record=delegated(DelegateScope.MANAGE, since=since, until=until))
        assert not lapsed.allowed
        assert lapsed == ask(calling(SON), verb, record=stranger), verb


def test_a_delegation_opens_no_other_record_and_to_nobody_else():
    record = delegated(DelegateScope.MANAGE)
    other = Representative("181076322082910", SON.name)
    assert ask(calling(other), Verb.READ, a_document(), record=record).rule == "stranger-to-the-record"
    assert ask(calling(Representative("", "")), Verb.READ, record=record).rule == "stranger-to-the-record"
    assert ask(calling(SON), Verb.READ, record=a_record(traits=ADULT)).rule == "stranger-to-the-record"


def test_a_parent_of_an_adult_who_is_his_delegate_has_the_rights_of_a_delegate():
    record = delegated(delegates=(Delegate(PatientId(MOTHER.id, ""), "", DelegateScope.READ, NOW - DAY, NOW + DAY),))
    record = replace(record, guardians=a_record().guardians)
    assert rights(record, MOTHER) == READS | GIVES_UP
    assert Verb.MASK in rights(replace(record, traits=MINOR), MOTHER)


def test_professionals_gain_nothing_from_being_a_delegate_under_another_id():
    record = delegated(DelegateScope.MANAGE, authorisations=())
    assert not ask(calling(a_professional(SON.id)), Verb.READ, a_document(), record=record).allowed


# -- legal representatives


def test_who_is_in_charge_of_a_measure_of_representation_acts_while_it_is_in_force():
    for measure in Measure:
        decision = ask(calling(SON), Verb.MASK, a_document(), record=protected(measure))
        assert decision.allowed is measure.represents, measure
    assert rights(protected()) == rights(a_record(traits=MINOR), MOTHER)
    for since, until in ((NOW - DAY, NOW), (NOW + DAY, NOW + 2 * DAY)):
        decision = ask(calling(SON), Verb.READ, a_document(), record=protected(since=since, until=until))
        assert (decision.rule, decision.conceal) == ("stranger-to-the-record", True)


def test_the_holder_keeps_his_rights_under_a_measure():
    assert rights(protected(), HOLDER) == rights(a_record(traits=ADULT), HOLDER)


def test_the_word_guardian_in_a_message_opens_no_record_of_an_adult():
    named = Guardian("GUARD", "SON", "Test", identifier=SON_ID)
    assert not ask(calling(SON), Verb.READ, a_document(), record=a_record(traits=ADULT, guardians=(named,))).allowed
    assert ask(calling(SON), Verb.READ, a_document(), record=a_record(traits=MINOR, guardians=(named,))).allowed


def test_authority_that_was_withdrawn_is_not_given_back_by_a_message():
    gone = (Withdrawal(PatientId(MOTHER.id, ""), NOW - DAY, "ops", "judgment"),)
    record = a_record(traits=MINOR, withdrawals=gone)
    decision = ask(calling(MOTHER), Verb.READ, a_document(), record=record)
    assert (decision.rule, decision.conceal) == ("stranger-to-the-record", True)


# -- heirs


def test_an_heir_reads_the_closed_record_until_the_day_and_does_nothing_else():
    assert rights(inherited()) == {Verb.TEST_RECORD, Verb.FIND, Verb.FIND_REFERENCE, Verb.READ, Verb.ASK_AS_HEIR}
    assert ask(calling(SON), Verb.READ, a_document(), record=inherited()).rule == "heir-of-the-holder"
    for over in (
        inherited(until=NOW),
        inherited(decided=NOW + DAY),
        inherited(answer=HeirAnswer.WAITING),
        inherited(answer=HeirAnswer.REFUSED),
        inherited(deceased=False),
        inherited(state=RecordState.ACTIVE, closure=None),
        inherited(heirs_opposed=True),
    ):
        assert ask(calling(SON), Verb.READ, a_document(), record=over).rule == "stranger-to-the-record"


@pytest.mark.parametrize(
    "document",
    [
        a_document(masked=True),
        a_document(hidden_from_guardians=True),
        a_document(hidden_since=NOW - 90 * DAY),
        a_document(masked=True, deposit=put_in_by(SON.id)),
        *(a_document(status=status) for status in EntryStatus if status is not EntryStatus.APPROVED),
    ],
)
def test_what_the_deceased_hid_and_what_is_not_in_force_does_not_exist_for_an_heir(document):
    for verb in (Verb.FIND, Verb.FIND_REFERENCE, Verb.READ):
        decision = ask(calling(SON), verb, document, record=inherited())
        assert (decision.allowed, decision.conceal) == (False, True)


def test_a_record_that_the_deceased_hid_as_a_whole_shows_nothing_to_his_heirs():
    decision = ask(calling(SON), Verb.READ, a_document(), record=inherited(hide_everything=True))
    assert (decision.rule, decision.conceal) == ("outside-what-heirs-see", True)


@pytest.mark.parametrize(
    "before",
    [
        {"delegates": delegated(DelegateScope.MANAGE).delegates},
        {"protections": protected().protections},
        {"guardians": (Guardian("FTH", "TEST", "SON", identifier=SON_ID),), "traits": MINOR},
    ],
)
def test_an_heir_who_acted_for_the_living_reads_as_any_heir(before):
    dead = inherited(**before)
    assert rights(dead) == rights(inherited())
    assert not ask(calling(SON), Verb.FIND, a_document(masked=True), record=dead).allowed
    assert ask(calling(SON), Verb.READ, a_document(), record=replace(dead, heirs=())).rule == "record-closed"


def test_nobody_but_the_heir_reads_the_record_that_was_opened_to_him():
    for actor in (HOLDER, MOTHER, a_doctor(), OPERATOR):
        assert not ask(calling(actor), Verb.READ, a_document(), record=inherited()).allowed


def test_asking_as_an_heir_is_answered_alike_for_every_person():
    no_record = ask(calling(SON), Verb.ASK_AS_HEIR, record=a_record(state=RecordState.DESTROYED))
    for record in (
        inherited(),
        inherited(heirs_opposed=True, heirs=()),
        a_record(traits=ADULT),
        a_record(traits=MINOR),
    ):
        assert ask(calling(SON), Verb.ASK_AS_HEIR, record=record) == no_record
    assert no_record.rule == "asks-as-heir"
    assert not ask(calling(a_doctor()), Verb.ASK_AS_HEIR).allowed
    assert not ask(calling(HOLDER), Verb.ASK_AS_HEIR).allowed


# -- what the holder is told


def test_the_people_of_a_record_are_its_representatives_delegates_and_who_protects_its_holder():
    record = replace(delegated(), protections=protected().protections, guardians=a_record().guardians)
    named = [viewer.actor for viewer in people_of(record, ()) if isinstance(viewer.actor, Representative)]
    assert named == [replace(MOTHER, name="Test MOTHER"), SON]
