"""What two records become when they are one, and what each gets back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.record.entry import Association, EntryStatus, Relation
from dmp.record.merging import (
    Held,
    deciding,
    decisions_of,
    join_chains,
    parted_chain,
    parted_marks,
    restored,
    set_free,
    share_of,
    strictest,
)
from dmp.record.patient import PatientId
from dmp.record.people import Delegate, DelegateScope, Withdrawal
from dmp.record.record import Absorption, Attending, Authorisation, Care, LegalHold, Oppositions, Record
from dmp.record.visibility import Visibility
from store_builders import a_link, a_lot_of, an_entry, uuid

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OURS, THEIRS = PatientId("1", "1.2"), PatientId("2", "1.2")
MASKED, HIDDEN = Visibility(masked=True), Visibility(hidden_from_patient_since=AT)


def given(subject: str, *, days: int = 30, by_holder: bool = False) -> Authorisation:
    return Authorisation(subject, AT, AT + days * DAY, "x", by_holder)


def a_record(patient: PatientId = OURS, **changes) -> Record:
    return replace(Record(f"rec-{patient.number}", (patient,)), **changes)


def absorbing(**changes) -> Absorption:
    before = decisions_of(a_record())
    absorption = Absorption("rec-2", (THEIRS,), AT, ("a", "b"), frozenset(), frozenset(), (), before, before)
    return replace(absorption, **changes)


# -- decisions


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "together"),
    [
        ("blocked", frozenset({"a"}), frozenset({"b"}), frozenset({"a", "b"})),
        ("hide_everything", False, True, True),
        ("emergency_reads_masked", True, False, False),
        ("deceased", True, False, True),
        ("oppositions", Oppositions(break_glass=True), Oppositions(emergency_dispatch=True), Oppositions(True, True)),
        ("authorisations", (given("a"), given("b", days=9)), (given("b", days=5),), (given("b", days=5),)),
        ("authorisations", (given("a", by_holder=True),), (given("a"),), (given("a"),)),
        ("attending", (Attending("d", AT, confirmed=True),), (Attending("d", AT),), (Attending("d", AT),)),
        ("attending", (Attending("d", AT, confirmed=True),), (), ()),
        ("legal_hold", None, LegalHold(AT, "x", "y"), LegalHold(AT, "x", "y")),
    ],
)
def test_the_stricter_decision_holds_for_both(name, ours, theirs, together):
    for kept, absorbed in ((ours, theirs), (theirs, ours)):
        joined = strictest(a_record(**{name: kept}), a_record(THEIRS, **{name: absorbed}))
        assert getattr(joined, name) == together


def test_a_record_gets_its_own_decisions_back_but_for_what_was_decided_since():
    before = a_record(authorisations=(given("a"),), blocked=frozenset({"x"}))
    after = deciding(before, strictest(before, a_record(THEIRS, blocked=frozenset({"y"}))))
    absorption = absorbing(before=decisions_of(before), after=decisions_of(after))
    assert deciding(after, restored(after, absorption)) == before
    since = replace(after, blocked=after.blocked | {"z"})
    assert restored(since, absorption).blocked == {"x", "y", "z"}
    assert restored(since, absorption).authorisations == (given("a"),)
    assert set_free(a_record(THEIRS, blocked=frozenset({"y"})), since, absorption).blocked == {"y", "z"}


# -- replacement chains


def test_chains_that_hold_one_unique_id_are_joined_under_the_strictest_marks():
    ours = [an_entry(1, unique_id="1.1", chain="A"), an_entry(2, unique_id="1.2", chain="B")]
    theirs = [an_entry(3, unique_id="1.1", chain="C"), an_entry(4, unique_id="1.2", chain="C")]
    alone = [an_entry(5, unique_id="1.5", chain="D")]
    (joined,) = join_chains([*ours, *alone], theirs, {"B": MASKED, "C": HIDDEN, "D": MASKED})
    assert (joined.chain, joined.marks) == ("A", Visibility(masked=True, hidden_from_patient_since=AT))
    assert joined.before == {"B": MASKED, "C": HIDDEN}
    assert joined.members == {uuid(1): "A", uuid(2): "B", uuid(3): "C", uuid(4): "C"}


def test_a_chain_gives_back_what_it_was_made_of_unless_it_was_changed_since():
    (joined,) = join_chains(
        [an_entry(1, unique_id="1.1", chain="A")], [an_entry(2, unique_id="1.1", chain="B")], {"B": MASKED}
    )
    each = {"A": frozenset({"A", "B"})}
    assert parted_marks({"A": MASKED, "Z": HIDDEN}, [joined], each) == {"B": MASKED, "Z": HIDDEN}
    assert parted_marks({}, [joined], each) == {}
    assert parted_marks({"A": HIDDEN}, [joined], each) == {"A": HIDDEN, "B": HIDDEN}
    side = {"A": "B"}
    chains = [parted_chain(an_entry(n, chain="A"), [joined], side=side) for n in (1, 2, 9)]
    assert [*chains, parted_chain(an_entry(8, chain="Z"), [joined], side=side)] == ["A", "B", "B", "Z"]


# -- what goes back


def lot(number: int, patient: PatientId = OURS):
    return a_lot_of(number, patient_cx=f"{patient.number}^^^&{patient.root}&ISO")


def member(number: int, lot_number: int, name: int) -> Association:
    return a_link(lot(lot_number).uuid, uuid(number), name, type=Relation.HAS_MEMBER)


def a_merged_record(*more: Association, entries=(), lot_of=None) -> Held:
    """Lot 1 was theirs, lot 2 ours, lot 3 came since under their identifier, lot 4 under ours."""
    known = {uuid(number): lot(number).uuid for number in (1, 2, 3, 4)} | (lot_of or {})
    described = tuple(an_entry(number) for number in (1, 2, 3, 4))
    lots = tuple(lot(number, THEIRS if number == 3 else OURS) for number in (1, 2, 3, 4))
    links = tuple(member(number, number, number) for number in (1, 2, 3, 4))
    return Held((*described, *entries), (), lots, (*links, *more), known)


def shared(held: Held):
    return share_of(absorbing(lots=frozenset({lot(1).uuid})), held)


def test_what_was_theirs_and_what_came_under_their_identifier_goes_back():
    share = shared(a_merged_record())
    assert share.documents == {uuid(1), uuid(3)}
    assert share.lots == {lot(1).uuid, lot(3).uuid}
    assert share.links == {member(1, 1, 1).uuid, member(3, 3, 3).uuid}
    assert not (share.cut or share.revived or share.shared_lots)


def test_a_later_version_goes_with_the_first_one_and_its_lot_with_it():
    newer = an_entry(5, logical_id=uuid(1), version=2)
    share = shared(a_merged_record(member(5, 4, 50), entries=(newer,), lot_of={uuid(5): lot(4).uuid}))
    assert uuid(5) in share.documents
    assert share.shared_lots == {lot(4).uuid}
    assert member(5, 4, 50).uuid in share.links
    assert member(4, 4, 4).uuid not in share.links | share.cut


def test_a_link_that_leads_across_is_cut_and_what_it_replaced_stands_again():
    across = a_link(uuid(4), uuid(1), 60, type=Relation.REPLACES)
    held = a_merged_record(across)
    replaced = tuple(replace(e, status=EntryStatus.DEPRECATED) if e.uuid == uuid(1) else e for e in held.entries)
    share = shared(replace(held, entries=replaced))
    assert (share.cut, share.revived) == ({across.uuid}, {uuid(1)})
    within = a_link(uuid(3), uuid(1), 61, type=Relation.REPLACES)
    share = shared(replace(a_merged_record(across, within), entries=replaced))
    assert (share.cut, share.revived) == ({across.uuid}, frozenset())


def test_a_link_to_a_link_goes_with_it():
    inner = a_link(uuid(3), uuid(1), 70)
    outer = a_link(lot(3).uuid, inner.uuid, 71, type=Relation.HAS_MEMBER)
    across = a_link(uuid(3), uuid(2), 72)
    told = a_link(lot(3).uuid, across.uuid, 73, type=Relation.HAS_MEMBER)
    share = shared(a_merged_record(inner, outer, across, told))
    assert {inner.uuid, outer.uuid} <= share.links
    assert {across.uuid, told.uuid} == share.cut


def test_a_delegate_stays_one_where_both_records_name_him_within_the_narrower_limits():
    son, other = PatientId("3", "1.2"), PatientId("4", "1.2")
    ours = Delegate(son, "SON", DelegateScope.MANAGE, AT, AT + 30 * DAY)
    theirs = Delegate(son, "SON", DelegateScope.READ, AT - DAY, AT + 9 * DAY)
    alone = replace(ours, person=other)
    joined = strictest(a_record(delegates=(ours, alone)), a_record(THEIRS, delegates=(theirs,)))
    assert joined.delegates == (Delegate(son, "SON", DelegateScope.READ, AT, AT + 9 * DAY),)


def test_authority_withdrawn_or_heirs_opposed_in_one_is_so_in_both():
    gone = Withdrawal(PatientId("3", "1.2"), AT, "ops", "judgment")
    joined = strictest(a_record(heirs_opposed=True), a_record(THEIRS, withdrawals=(gone,)))
    assert (joined.withdrawals, joined.heirs_opposed) == ((gone,), True)


def test_what_was_refused_ended_or_withdrawn_while_they_were_one_is_so_in_the_one_that_is_set_free():
    son = PatientId("3", "1.2")
    delegate = Delegate(son, "SON", DelegateScope.READ, AT, AT + 30 * DAY)
    theirs = a_record(
        THEIRS,
        authorisations=(given("a"), given("alone")),
        attending=(Attending("d", AT, confirmed=True), Attending("e", AT)),
        delegates=(delegate,),
        care=(Care("1 A", AT, AT + DAY, AT.date(), "x"),),
    )
    ours = replace(theirs, identifiers=(OURS,), authorisations=(given("a"),))
    after = strictest(ours, theirs)
    one, absorption = deciding(ours, after), absorbing(after=after)
    assert set_free(theirs, one, absorption) == theirs

    ended, gone = replace(delegate, until=AT + DAY), Withdrawal(son, AT, "ops", "judgment")
    since = replace(
        one,
        authorisations=(given("a", days=1), given("new")),
        attending=(Attending("e", AT),),
        delegates=(ended,),
        withdrawals=(gone,),
        care=(*(replace(care, opposed=True) for care in one.care), Care("1 B", AT, AT, AT.date(), "x", opposed=True)),
        hide_everything=True,
        heirs_opposed=True,
    )
    free = set_free(theirs, since, absorption)
    assert free.authorisations == (given("a", days=1), given("alone"))
    assert free.attending == (Attending("e", AT),)
    assert (free.delegates, free.withdrawals) == ((ended,), (gone,))
    assert [(care.team, care.opposed) for care in free.care] == [("1 A", True), ("1 B", True)]
    assert (free.hide_everything, free.heirs_opposed) == (True, True)
