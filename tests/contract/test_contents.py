"""What a record holds: entries, lots, links and documents, the same on both engines."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select, update

from dmp.record.codes import Code
from dmp.record.entry import Deposit, EntryStatus, Folder, Relation
from dmp.record.errors import StorageUnavailable
from dmp.record.record import Record
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.entries import RecordContents
from dmp.store.tx import Conflict, Store, Tx
from store_builders import (
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    Rendezvous,
    a_link,
    a_lot_of,
    a_record,
    an_entry,
    another_record,
    at_once,
    deposit,
    deposited,
    opened,
    uuid,
)
from xds_builders import LETTER, Octets


@pytest.fixture
def filled(store: Store) -> Store:
    """A record with two lots (two entries, then one), and somebody else's record."""
    opened(store, a_record(), another_record())
    deposited(store, an_entry(1), an_entry(2), number=1)
    deposited(store, an_entry(3), number=2)
    return store


def inside(tx: Tx) -> RecordContents:
    return tx.inside(tx.records.get("rec-1"))


def ids(objects) -> list[str]:
    return [each.uuid for each in objects]


def test_an_entry_comes_back_as_it_was_written(store: Store):
    opened(store, a_record())
    entry = an_entry(
        title="Compte rendu d'hospitalisation",
        extra=(("urn:x:slot", ("a", "b")),),
        event_codes=(Code("ACTE", "1.2.3", "Acte"),),
        deposit=Deposit(NOW, "899900012345", "499900012345001", "DIRECTE"),
    )

    deposited(store, entry)

    with store.begin() as tx:
        assert inside(tx).entries() == (entry,)


def test_entries_are_found_by_each_of_their_names(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        assert ids(contents.entries()) == [uuid(1), uuid(2), uuid(3)]
        assert ids(contents.by_uuid([uuid(3), uuid(1), uuid(9)])) == [uuid(1), uuid(3)]
        assert ids(contents.by_logical_id(uuid(2))) == [uuid(2)]
        assert ids(contents.by_unique_id(["1.2.250.1.999.1.3", "1.2.250.1.999.1.1", "9.9"])) == [uuid(1), uuid(3)]
        assert ids(contents.by_chain(uuid(3))) == [uuid(3)]


def test_nothing_asked_is_nothing_found(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        nothing: tuple[str, ...] = ()
        found = [
            contents.by_uuid(nothing),
            contents.by_unique_id(nothing),
            contents.lots_by_uuid(nothing),
            contents.links_touching(nothing),
        ]
        contents.add_links(())
    assert found == [(), (), (), ()]


def test_tens_of_thousands_of_names_can_be_asked_at_once(filled: Store):
    many = [uuid(number) for number in range(70_000)]

    with filled.begin() as tx:
        contents = inside(tx)
        assert ids(contents.by_uuid(many)) == [uuid(1), uuid(2), uuid(3)]
        assert ids(contents.by_unique_id([*many, "1.2.250.1.999.1.3", "1.2.250.1.999.1.1"])) == [uuid(1), uuid(3)]
        assert ids(contents.lots_by_uuid(many)) == [uuid(1001), uuid(1002)]
        assert ids(contents.links_touching(many)) == [uuid(2100), uuid(2101), uuid(2200)]


def test_nothing_of_one_record_is_found_in_another(filled: Store):
    with filled.begin() as tx:
        other = tx.inside(tx.records.get("rec-2"))
        assert other.entries() == other.by_uuid([uuid(1)]) == other.by_unique_id(["1.2.250.1.999.1.1"]) == ()
        assert other.lots() == other.lots_by_uuid([uuid(1001)]) == ()
        assert other.links_touching([uuid(1)]) == ()
        assert other.lots_called("1.2.250.1.999.4.1") == {}
        assert other.subjects_of_lots([uuid(1001)]) == ()
        assert other.taken([uuid(1), uuid(1001), uuid(2100)]) == frozenset()
        assert other.entries_of_lots() == {}


def test_two_records_may_hold_the_same_ids(filled: Store):
    deposited(filled, an_entry(1), an_entry(2), number=1, patient=SOMEBODY_ELSE)

    with filled.begin() as tx:
        assert ids(tx.inside(tx.records.get("rec-2")).entries()) == [uuid(1), uuid(2)]


def test_every_version_of_an_entry_keeps_its_own_row(filled: Store):
    newer = an_entry(4, logical_id=uuid(1), version=2, unique_id="1.2.250.1.999.1.1", chain=uuid(1))
    with filled.begin() as tx:
        contents = inside(tx)
        contents.set_status(uuid(1), EntryStatus.DEPRECATED)
        contents.add_entry(newer, lot=uuid(1001), document=contents.document_of(uuid(1)))

    with filled.begin() as tx:
        contents = inside(tx)
        versions = contents.by_logical_id(uuid(1))
        octets = [contents.read_document(entry.uuid) for entry in versions]
    assert [(e.version, e.status) for e in versions] == [(1, EntryStatus.DEPRECATED), (2, EntryStatus.APPROVED)]
    assert octets == [LETTER.octets, LETTER.octets]


@pytest.mark.parametrize("status", EntryStatus)
def test_a_status_can_be_changed_to_each_other(filled: Store, status: EntryStatus):
    with filled.begin() as tx:
        contents = inside(tx)
        contents.set_status(uuid(1), status)

    with filled.begin() as tx:
        contents = inside(tx)
        approved = EntryStatus.APPROVED
        assert [entry.status for entry in contents.entries()] == [status, approved, approved]


def test_what_hides_a_chain_hides_all_its_entries(filled: Store):
    hidden = Visibility(masked=True, hidden_from_guardians=True)
    with filled.begin() as tx:
        contents = inside(tx)
        contents.set_chain(uuid(2), uuid(1))
        record = tx.records.get("rec-1")
        tx.records.change(replace(record, visibility={uuid(1): hidden}), at=NOW)

    with filled.begin() as tx:
        shown = {entry.uuid: entry.visibility for entry in inside(tx).entries()}
        assert ids(inside(tx).by_chain(uuid(1))) == [uuid(1), uuid(2)]
    assert shown == {uuid(1): hidden, uuid(2): hidden, uuid(3): Visibility()}


def test_a_mask_set_in_this_transaction_is_seen_by_its_next_reading(filled: Store):
    with filled.begin() as tx:
        record = tx.records.get("rec-1")
        assert not tx.inside(record).by_uuid([uuid(1)])[0].visibility.masked
        masked: Record = replace(record, visibility={uuid(1): Visibility(masked=True)})
        changed = tx.records.change(masked, at=NOW)
        assert tx.inside(changed).by_uuid([uuid(1)])[0].visibility.masked


def test_what_hides_an_entry_is_not_kept_with_the_entry(store: Store):
    opened(store, a_record())

    deposited(store, an_entry(visibility=Visibility(masked=True)))

    with store.begin() as tx:
        assert inside(tx).entries()[0].visibility == Visibility()


def test_lots_come_back_with_the_entries_that_came_with_them(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        assert contents.lots() == (a_lot_of(1), a_lot_of(2))
        assert contents.lots_by_uuid([uuid(1002)]) == (a_lot_of(2),)
        assert contents.entries_of_lots() == {uuid(1001): {uuid(1), uuid(2)}, uuid(1002): {uuid(3)}}


def test_a_lot_is_recognised_by_its_unique_id_and_its_fingerprint(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        found = contents.lots_called("1.2.250.1.999.4.2")
        assert found == {uuid(1002): contents.fingerprint("lot 2")}
        assert found != {uuid(1002): contents.fingerprint("lot 1")}
        assert contents.lots_called("1.2.250.1.999.4.3") == {}


def test_two_senders_who_know_nothing_of_each_other_may_give_their_lots_one_unique_id(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        contents.add_lot(a_lot_of(9, unique_id="1.2.250.1.999.4.2"), contents.fingerprint("of somebody else"))

    with filled.begin() as tx:
        contents = inside(tx)
        both = {uuid(1002): contents.fingerprint("lot 2"), uuid(1009): contents.fingerprint("of somebody else")}
        assert contents.lots_called("1.2.250.1.999.4.2") == both


def test_the_subjects_of_a_lot_are_what_came_with_it_and_what_it_changed_the_status_of(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        contents.add_lot(a_lot_of(9), contents.fingerprint("update"))
        contents.add_links([a_link(uuid(1009), uuid(2), 9, type=Relation.UPDATES_STATUS)])
        contents.add_links([a_link(uuid(1009), uuid(3), 10, type=Relation.HAS_MEMBER)])

    with filled.begin() as tx:
        contents = inside(tx)
        assert ids(contents.subjects_of_lots([uuid(1001)])) == [uuid(1), uuid(2)]
        assert ids(contents.subjects_of_lots([uuid(1009)])) == [uuid(2)]
        assert contents.subjects_of_lots([uuid(1)]) == ()


def test_an_id_is_taken_by_an_entry_a_lot_or_a_link(filled: Store):
    asked = [uuid(1), uuid(1002), uuid(2100), uuid(9), "Document01"]

    with filled.begin() as tx:
        assert inside(tx).taken(asked) == {uuid(1), uuid(1002), uuid(2100)}


def test_the_same_words_have_another_fingerprint_in_another_record(filled: Store):
    with filled.begin() as tx:
        mine, theirs = (tx.inside(tx.records.get(key)).fingerprint("lot 1") for key in ("rec-1", "rec-2"))
    assert mine != theirs


def test_of_two_transactions_that_write_in_one_record_one_wins_and_the_other_learns_it(store: Store):
    opened(store, a_record())
    meeting = Rendezvous(seconds=20)

    def bring(number: int) -> str:
        with store.begin() as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            deposit(tx.inside(record), an_entry(number), number=number)
            meeting.wait()
        return "done"

    outcomes = at_once(partial(bring, 1), partial(bring, 2))

    assert outcomes.count("done") == 1
    assert [type(outcome) for outcome in outcomes if outcome != "done"] == [Conflict]
    with store.begin() as tx:
        assert len(inside(tx).entries()) == len(inside(tx).lots()) == 1


def test_a_record_of_many_lots_has_several_pages_and_gives_them_all_back(store: Store):
    opened(store, a_record())
    for number in range(1, 61):
        deposited(store, an_entry(number, title=f"Compte rendu {number}"), number=number)

    with store.begin() as tx:
        titles = [entry.title for entry in inside(tx).entries()]
    with store.connection() as connection:
        sizes = [len(sealed) for sealed in connection.scalars(select(schema.page.c.sealed))]
    assert titles == [f"Compte rendu {number}" for number in range(1, 61)]
    assert len(sizes) > 1
    assert max(sizes) < 8000


def test_what_is_taken_out_is_not_there_any_more(filled: Store):
    with filled.begin() as tx:
        inside(tx).remove([uuid(1), uuid(1001), uuid(2100), uuid(2101)])

    with filled.begin() as tx:
        contents = inside(tx)
        assert ids(contents.entries()) == [uuid(2), uuid(3)]
        assert ids(contents.lots()) == [uuid(1002)]
        assert ids(contents.links()) == [uuid(2200)]


def test_a_document_taken_out_takes_its_row_and_its_key_along(filled: Store):
    with filled.begin() as tx:
        contents = inside(tx)
        contents.remove_document(contents.document_of(uuid(3)))

    with filled.begin() as tx:
        assert not inside(tx).has_document(uuid(3))
        assert inside(tx).has_document(uuid(1))
    with filled.connection() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.document)) == 2


def test_the_blob_of_a_document_taken_out_goes_once_that_is_committed(filled: Store):
    def gone() -> list[bool]:
        there = {stored.name for stored in filled.blobs.names()}
        return [name not in there for name in names]

    with filled.begin() as tx:
        names = [inside(tx).document_of(uuid(number)) for number in (1, 3)]
    with pytest.raises(RuntimeError), filled.begin() as tx:
        inside(tx).remove_document(names[1])
        raise RuntimeError("undone")
    assert gone() == [False, False]

    with filled.begin() as tx:
        inside(tx).remove_document(names[1])
        assert gone() == [False, False]
    assert gone() == [False, True]


def test_what_is_taken_out_is_in_no_place_any_more(filled: Store):
    with filled.begin() as tx:
        inside(tx).remove([uuid(1)])
    with filled.begin() as tx:
        assert tx.places.record_of(uuid(1)) is None
        assert tx.places.record_of(uuid(2)) == "rec-1"


def test_a_folder_comes_back_as_it_was_written_and_is_found_by_each_of_its_names(filled: Store):
    folder = Folder(
        uuid(50), "1.2.250.1.999.9.1", "p", (Code("F", "1.2.3", "Dossier"),), "Grossesse", logical_id=uuid(50)
    )
    newer = replace(folder, uuid=uuid(51), version=2, title="Grossesse 2026")
    with filled.begin() as tx:
        inside(tx).add_folder(folder, lot=uuid(1001))
        inside(tx).add_folder(newer, lot=uuid(1002))
        inside(tx).set_status(uuid(50), EntryStatus.DEPRECATED)

    old = replace(folder, status=EntryStatus.DEPRECATED)
    with filled.begin() as tx:
        contents = inside(tx)
        assert contents.folders() == contents.folders_by_unique_id(["1.2.250.1.999.9.1"]) == (old, newer)
        assert contents.folders_by_logical_id(uuid(50)) == (old, newer)
        assert contents.folders_by_uuid([uuid(51)]) == (newer,)
        assert contents.folders_of_lots() == {uuid(1001): {uuid(50)}, uuid(1002): {uuid(51)}}
        assert tx.places.record_of(uuid(51)) == "rec-1"


def test_an_entry_is_placed_in_its_record_and_what_is_unknown_nowhere(filled: Store):
    with filled.begin() as tx:
        assert tx.places.record_of(uuid(1)) == "rec-1"
        assert tx.places.record_of(uuid(77)) is None


def test_what_the_record_does_not_hold_cannot_be_rewritten(filled: Store):
    with filled.begin() as tx, pytest.raises(LookupError):
        inside(tx).put(an_entry(77))


def test_a_link_is_found_from_both_of_its_ends(filled: Store):
    link = replace(a_link(uuid(3), uuid(1)), type=Relation.REPLACES, reason=Code("R", "1.2.3", "Motif"))
    with filled.begin() as tx:
        inside(tx).add_links([link])

    with filled.begin() as tx:
        contents = inside(tx)
        assert link in contents.links_touching([uuid(1)])
        assert link in contents.links_touching([uuid(3)])
        assert link not in contents.links_touching([uuid(2)])
        assert ids(contents.links_touching([uuid(1), uuid(3)])).count(link.uuid) == 1


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_octets_come_back_exactly_as_they_were_deposited(store: Store, size: int):
    opened(store, a_record())
    content = Octets(bytes(range(256)) * (size // 256) + b"\xff" * (size % 256))

    deposited(store, an_entry(), content=content)

    with store.begin() as tx:
        contents = inside(tx)
        assert contents.read_document(uuid(1)) == content.octets
        assert (contents.size_of(uuid(1)), contents.sha256_of(uuid(1))) == (content.size, content.sha256)


def test_a_page_moved_under_another_number_does_not_open(filled: Store):
    with filled.engine.begin() as connection:
        connection.execute(
            update(schema.page).where(schema.page.c.record == "rec-1").values(number=schema.page.c.number + 7)
        )

    with filled.begin() as tx, pytest.raises(StorageUnavailable, match="a sealed page does not open"):
        inside(tx).entries()


def test_a_page_of_another_record_does_not_open(filled: Store):
    deposited(filled, an_entry(8), number=8, patient=SOMEBODY_ELSE)
    with filled.engine.begin() as connection:
        page = connection.scalar(select(schema.page.c.sealed).where(schema.page.c.record == "rec-2"))
        connection.execute(update(schema.page).where(schema.page.c.record == "rec-1").values(sealed=page))

    with filled.begin() as tx, pytest.raises(StorageUnavailable, match="a sealed page does not open"):
        inside(tx).entries()


def test_a_unique_id_that_is_a_bare_uuid_is_found_in_either_case(filled: Store):
    name = "0B2F7D6E-1111-4222-8333-44445555AAAA"
    deposited(filled, an_entry(7, unique_id=name), number=7)

    with filled.begin() as tx:
        assert ids(inside(tx).by_unique_id([name.lower()])) == ids(inside(tx).by_unique_id([name])) == [uuid(7)]
