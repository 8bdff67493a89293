"""Two records of one person become one, and two again: two operators each time, all or nothing (LC-18)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from dmp.audit.trace import Trace
from dmp.client import CallRefused
from dmp.desk.operations import Operations
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.errors import DmpError, IncompleteRequest, RecordNotFound
from dmp.record.patient import PatientId
from dmp.record.record import ClosingReason, Oppositions, Record, RecordState
from journey_builders import MASKED, Story

WHY = "Doublon signalé par la personne"


@pytest.fixture
def two(served, person, child) -> tuple[Story, Story]:
    """Two records, by two identifiers, to which the doctor and the nurse are let in."""
    first = Story(served, person).opened("doctor", "nurse")
    second = Story(served, replace(person, patient=child.patient)).opened("doctor", "nurse")
    return first, second


def operations(story: Story) -> Operations:
    return story.sandbox.operations


def merged(absorbed: Story, into: Story) -> None:
    """The first record becomes part of the second one."""
    names = absorbed.patient.number, into.patient.number
    operations(into).merge(*names, operator="alice", reason=WHY)
    operations(into).confirm_merge(*names, operator="bob", reason=WHY)


def split(absorbed: Story) -> None:
    operations(absorbed).split(absorbed.patient.number, operator="carol", reason=WHY)
    operations(absorbed).confirm_split(absorbed.patient.number, operator="dave", reason=WHY)


def held(story: Story, key: str = "") -> tuple[object, ...]:
    """Everything that a record is and holds, to the octet; its version aside."""
    with story.store() as store, store.begin() as tx:
        record = tx.records.get(key) if key else tx.records.of(story.patient)
        assert record is not None
        contents = tx.inside(record)
        entries = contents.entries()
        octets = {entry.uuid: contents.read_document(entry.uuid) for entry in entries}
        decided = replace(record, version=0, proposal=None)
        return decided, entries, contents.folders(), contents.lots(), contents.links(), octets


def traces_of(story: Story, key: str) -> list[Trace]:
    with story.store() as store, store.begin() as tx:
        tx.records.get(key)
        return list(tx.traces.of(key))


@contextmanager
def nothing_changes(*stories: Story) -> Iterator[None]:
    before = [held(story) for story in stories]
    with pytest.raises(DmpError):
        yield
    assert [held(story) for story in stories] == before


def test_both_identifiers_lead_to_one_record_that_holds_all_the_documents(two):
    first, second = two
    one, other = first.fed("One"), second.fed("Other")
    merged(first, second)
    for story in two:
        assert story.titles("nurse") == ["One", "Other"]
        assert story.nurse.read(story.patient, one.unique_id) == first.documents[one.unique_id]
        assert story.nurse.read(story.patient, other.unique_id) == second.documents[other.unique_id]
        assert story.record().identifiers == (second.patient, first.patient)
    first.fed("Later")
    assert second.titles("nurse") == ["Later", "One", "Other"]


def test_a_split_gives_back_exactly_what_was(two):
    first, second = two
    letter = first.fed("One", visibility=MASKED)
    first.doctor.submit(first.patient, [first.note("Newer")], replaces=first.fed("Older").uuid)
    second.fed("Other")
    second.doctor.archive(second.patient, second.fed("Archived"))
    first.block("pharmacist")
    second.change(lambda record: replace(record, oppositions=Oppositions(break_glass=True)))
    before, blobs = [held(story) for story in two], first.blobs()
    merged(first, second)
    assert held(first) == held(second) != before[0]
    split(first)
    assert [held(story) for story in two] == before
    assert first.blobs() == blobs
    assert first.doctor.read(first.patient, letter.unique_id) == first.documents[letter.unique_id]


def test_each_step_is_traced_in_both_records_with_its_operator_and_reason(two):
    first, second = two
    keys = [story.record().key for story in two]
    before = [len(traces_of(first, key)) for key in keys]
    merged(first, second)
    split(first)
    for key, count in zip(keys, before, strict=True):
        told = [(t.verb, t.outcome, t.who.person, t.who.reason) for t in traces_of(first, key)[count:]]
        assert told == [
            ("merge-propose", "done", "alice", WHY),
            ("merge-confirm", "done", "bob", WHY),
            ("split-propose", "done", "carol", WHY),
            ("split-confirm", "done", "dave", WHY),
        ]


def test_the_history_of_a_merged_record_is_that_of_both(two):
    first, second = two
    keys = first.record().key, second.record().key
    first.fed("One")
    merged(first, second)
    assert set(second.record().history) == set(keys)
    fed = [trace for key in second.record().history for trace in traces_of(second, key) if trace.verb == "TD2.1"]
    assert len(fed) == 1
    assert operations(second).verify_traces(None).sound


# -- two operators


def test_nobody_merges_or_splits_alone(two):
    first, second = two
    names = first.patient.number, second.patient.number
    with nothing_changes(*two):
        operations(first).confirm_merge(*names, operator="alice", reason=WHY)
    operations(first).merge(*names, operator="Alice", reason=WHY)
    with nothing_changes(*two):
        operations(first).confirm_merge(*names, operator="alice ", reason=WHY)
    operations(first).confirm_merge(*names, operator="bob", reason=WHY)
    with nothing_changes(*two):
        operations(first).confirm_split(first.patient.number, operator="bob", reason=WHY)
    operations(first).split(first.patient.number, operator="bob", reason=WHY)
    with nothing_changes(*two):
        operations(first).confirm_split(first.patient.number, operator="BOB", reason=WHY)


@pytest.mark.parametrize(("operator", "reason"), [("", WHY), (" ", WHY), ("alice", ""), ("alice", " ")])
def test_a_name_and_a_reason_are_needed(two, operator, reason):
    first, second = two
    with pytest.raises(IncompleteRequest):
        operations(first).merge(first.patient.number, second.patient.number, operator=operator, reason=reason)


def test_what_was_proposed_is_what_is_confirmed(two):
    first, second = two
    operations(first).merge(first.patient.number, second.patient.number, operator="alice", reason=WHY)
    with nothing_changes(*two):
        operations(first).confirm_merge(second.patient.number, first.patient.number, operator="bob", reason=WHY)


def test_a_record_that_is_not_there_or_not_open_is_not_merged(two):
    first, second = two
    nobody = "199017599912549"
    with pytest.raises(RecordNotFound):
        operations(first).merge(nobody, second.patient.number, operator="alice", reason=WHY)
    with pytest.raises(RecordNotFound):
        operations(first).merge(first.patient.number, nobody, operator="alice", reason=WHY)
    with pytest.raises(IncompleteRequest):
        operations(first).merge(first.patient.number, first.patient.number, operator="alice", reason=WHY)
    first.doctor.close_record(first.patient, ClosingReason.ADMINISTRATIVE)
    for names in ((first, second), (second, first)):
        with pytest.raises(DmpError):
            operations(first).merge(*(story.patient.number for story in names), operator="alice", reason=WHY)


def test_what_was_never_merged_is_not_split(two):
    with nothing_changes(*two):
        operations(two[0]).split(two[0].patient.number, operator="carol", reason=WHY)


def test_who_knows_one_identifier_does_not_open_a_second_record_under_the_other(two):
    first, second = two
    merged(first, second)
    with pytest.raises(CallRefused, match="DMPFound"):
        first.doctor.open_record(first.patient, first.person.traits)


# -- what is hidden stays hidden


def test_a_masked_document_stays_masked_and_a_mask_put_on_meanwhile_stays_after_the_split(two):
    first, second = two
    hidden, shown = first.fed("Hidden", visibility=MASKED), first.fed("Shown")
    merged(first, second)
    assert second.titles("nurse") == ["Shown"]
    first.doctor.mask(first.patient, first.found("doctor", first.documents[shown.unique_id]))
    split(first)
    assert first.titles("nurse") == []
    assert first.visibility_of(hidden).masked


def test_one_document_in_both_is_hidden_as_strictly_as_either_and_each_has_its_own_mark_again(two):
    first, second = two
    document = first.note("Same")
    first.doctor.submit(first.patient, [document], visibility=MASKED)
    with second.store() as store, store.begin() as tx:
        # The other record holds a document of the same uniqueId, which its sender did not hide.
        theirs = tx.inside(tx.records.of(first.patient))
        (entry,) = [each for each in theirs.entries() if not each.is_signature]
    second.fed("Another")
    ours = second.found("doctor", second.documents[next(iter(second.documents))])
    with second.store() as store, store.begin() as tx:
        record = tx.records.of(second.patient)
        tx.inside(record).put(replace(ours, unique_id=entry.unique_id))
    before = [held(story) for story in two]
    merged(first, second)
    assert second.titles("nurse") == []
    split(first)
    assert [held(story) for story in two] == before
    assert second.titles("nurse") == ["Another"]


def test_nobody_gains_a_right_by_a_merge(two):
    first, second = two
    first.by("pharmacist").authorise(first.patient)
    second.by("doctor2").authorise(second.patient)
    first.fed("One")
    second.fed("Other")
    first.block("nurse")
    merged(first, second)
    assert first.titles("doctor") == ["One", "Other"]
    for holder in ("pharmacist", "doctor2", "nurse"):
        assert second.titles(holder) == [], holder
    split(first)
    assert (first.titles("pharmacist"), second.titles("doctor2")) == (["One"], ["Other"])
    assert (first.titles("nurse"), second.titles("nurse")) == ([], ["Other"])


# -- what came meanwhile


def test_what_came_under_an_identifier_goes_with_it(two):
    first, second = two
    merged(first, second)
    theirs, ours = first.fed("Theirs"), second.fed("Ours")
    split(first)
    assert (first.titles("nurse"), second.titles("nurse")) == (["Theirs"], ["Ours"])
    assert first.nurse.read(first.patient, theirs.unique_id) == first.documents[theirs.unique_id]
    assert second.nurse.read(second.patient, ours.unique_id) == second.documents[ours.unique_id]


def test_a_new_version_goes_with_its_document(two):
    first, second = two
    entry = first.fed("One")
    merged(first, second)
    first.doctor.mask(first.patient, first.found("doctor", first.documents[entry.unique_id]))
    split(first)
    versions = [each.version for each in entries(first) if each.logical_id == entry.uuid]
    assert (sorted(versions), entries(second)) == ([1, 2], ())


def test_what_was_replaced_across_stands_again(two):
    first, second = two
    old = first.fed("Old")
    merged(first, second)
    second.doctor.submit(second.patient, [second.note("New")], replaces=old.uuid)
    split(first)
    assert (first.titles("nurse"), second.titles("nurse")) == (["Old"], ["New"])
    assert first.titles("nurse", EntryStatus.DEPRECATED) == []


def test_who_was_blocked_meanwhile_is_blocked_in_both(two):
    first, second = two
    first.fed("One")
    second.fed("Other")
    merged(first, second)
    second.block("nurse")
    split(first)
    assert (first.titles("nurse"), second.titles("nurse")) == ([], [])


def test_a_chain_of_merges_is_undone_in_reverse(two, served, person):
    first, second = two
    number = PatientId("199017599912351", person.patient.root)
    third = Story(served, replace(person, patient=number))
    if third.record_of(number) is None:
        third.opened("doctor", "nurse")
    for title, story in (("One", first), ("Two", second), ("Three", third)):
        story.fed(title)
    before = [held(story) for story in (first, second, third)]
    merged(first, second)
    merged(second, third)
    assert first.titles("nurse") == ["One", "Three", "Two"]
    split(second)
    split(first)
    assert [held(story) for story in (first, second, third)] == before


def entries(story: Story) -> tuple[DocumentEntry, ...]:
    found = held(story)[1]
    assert isinstance(found, tuple)
    return tuple(entry for entry in found if not entry.is_signature)


def test_the_absorbed_record_holds_nothing_and_its_settings_wait(two):
    first, second = two
    first.fed("One")
    key = first.record().key
    merged(first, second)
    record, *rest = held(first, key)
    assert isinstance(record, Record)
    assert (record.state, record.merged_into) == (RecordState.MERGED, second.record().key)
    assert rest == [(), (), (), (), {}]
