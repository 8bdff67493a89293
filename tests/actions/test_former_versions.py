"""The version before each document of a chart: read under the right to read it, and given to who compares alone."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.actions.open_chart import OpenChart
from dmp.gate import Gate
from dmp.record.actor import Actor, Caller, Holder
from dmp.record.codes import Code
from dmp.record.entry import Deposit, DocumentEntry, EntryStatus
from dmp.record.facts import Concept, Facts, Quantity, Result, Source
from dmp.record.record import Authorisation
from dmp.services.chart import Chart
from dmp.store.projections import Projection, pack_facts
from dmp.store.tx import Store
from own_pages_builders import CABINET, DOCTOR
from rights_builders import POLICY
from store_builders import NOW, PERSON, a_record, an_entry, deposited, opened
from store_builders import uuid as uuid_of

LOINC = "2.16.840.1.113883.6.1"
PHARMACIST = replace(DOCTOR, id="899900000901", profession="21", know_how="")
GENETICS, LABORATORY = Code("51969-4", LOINC), Code("11502-2", LOINC)
LET_IN = tuple(Authorisation(who.id, NOW, NOW + timedelta(days=300), who.id) for who in (DOCTOR, PHARMACIST))


def version(number: int, status: EntryStatus = EntryStatus.DEPRECATED, **changes) -> DocumentEntry:
    """One of a chain; those of higher numbers came later."""
    at = NOW - timedelta(days=10 - number)
    known = {"chain": uuid_of(1), "type_code": LABORATORY, "status": status, "authors": ()}
    return an_entry(number, deposit=Deposit(at, "labo", CABINET.id, "DIRECTE"), **{**known, **changes})


def put_in(store: Store, *entries: DocumentEntry) -> None:
    """A record with these versions, each of which says its number."""
    opened(store, a_record(authorisations=LET_IN))
    for number, entry in enumerate(entries, start=1):
        deposited(store, entry, number=number)
    with store.begin() as tx:
        names = tx.inside(tx.records.of(PERSON)).documents_of(entry.uuid for entry in entries)
        for entry in entries:
            said = Result(Source("", ""), concept=Concept("4548-4", LOINC), quantity=Quantity(entry.uuid[-1], "%"))
            tx.projections.renew("rec-1", names[entry.uuid], Projection(pack_facts(Facts(results=(said,)))))


def chart(store: Store, who: Actor = DOCTOR, **how) -> Chart:
    gate = Gate(store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
    return gate.perform(Caller(who, patient=PERSON), OpenChart(PERSON, ("results",), **how), NOW)


def said(found: Chart) -> tuple[list[str], list[str]]:
    """What the documents of a chart say, and what the versions before them said."""

    def values(sheets):
        return [fact.quantity.value for sheet in sheets for fact in sheet.facts.results]

    return values(found.sheets), values(found.replaced)


@pytest.mark.parametrize("who", [DOCTOR, PHARMACIST, Holder(PERSON)])
def test_the_last_version_before_is_given_apart(store: Store, who: Actor):
    put_in(store, version(1), version(2), version(3, EntryStatus.APPROVED))

    assert said(chart(store, who, replaced=True)) == (["3"], ["2"])
    assert said(chart(store, who)) == (["3"], [])


def test_one_that_may_not_be_read_is_not_given(store: Store):
    put_in(store, version(1, type_code=GENETICS), version(2, EntryStatus.APPROVED))

    assert said(chart(store, PHARMACIST, replaced=True)) == (["2"], [])
    assert said(chart(store, DOCTOR, replaced=True)) == (["2"], ["1"])


def test_one_that_may_not_be_read_is_stepped_over(store: Store):
    put_in(store, version(1), version(2, type_code=GENETICS), version(3, EntryStatus.APPROVED))

    assert said(chart(store, PHARMACIST, replaced=True)) == (["3"], ["1"])


def test_without_the_right_to_read_what_is_in_force_its_former_version_says_nothing(store: Store):
    put_in(store, version(1), version(2, EntryStatus.APPROVED, type_code=GENETICS))

    assert said(chart(store, PHARMACIST, replaced=True)) == ([], [])


def test_what_was_replaced_for_another_reason_than_a_newer_version_says_nothing(store: Store):
    put_in(store, version(1), version(2, EntryStatus.APPROVED, chain=uuid_of(2)))

    assert said(chart(store, replaced=True)) == (["2"], [])


@pytest.mark.parametrize("status", [EntryStatus.ARCHIVED, EntryStatus.DELETED])
def test_a_former_version_that_is_archived_or_deleted_says_nothing(store: Store, status: EntryStatus):
    put_in(store, version(1, status), version(2, EntryStatus.APPROVED))

    assert said(chart(store, replaced=True)) == (["2"], [])


def test_what_came_later_and_was_taken_back_is_not_what_was_before(store: Store):
    put_in(store, version(1, EntryStatus.APPROVED), version(2))

    assert said(chart(store, replaced=True)) == (["1"], [])


def test_new_metadata_of_a_document_are_no_other_version_of_it(store: Store):
    put_in(store, version(1), version(2, EntryStatus.APPROVED, logical_id=uuid_of(1), version=2))

    assert said(chart(store, replaced=True)) == (["2"], [])
