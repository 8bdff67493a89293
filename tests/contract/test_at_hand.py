"""What a reader opened stays at hand for him, for a while: it is never out of date, and never anybody else's."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audit_builders import a_trace
from dmp.audit.trace import Trace
from dmp.record.entry import DocumentEntry
from dmp.record.errors import StorageUnavailable
from dmp.record.facts import Allergy, Concept, Facts, Source
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.visibility import Visibility
from dmp.store import statements
from dmp.store.at_hand import AtHand, Opened
from dmp.store.lane import Lane
from dmp.store.packing import pack, unpack_entry
from dmp.store.pages import OTHERS, EntryPiece, Page
from dmp.store.projections import UNREAD, Projection, pack_facts
from dmp.store.tx import Store
from store_builders import NOW, PERSON, SOMEBODY_ELSE, a_record, an_entry, another_record, deposited, opened, uuid

READER, ANOTHER = "Professional 899900012345", "Professional 899900054321"


@pytest.fixture
def filled(store: Store) -> Store:
    """A record with two lots, and somebody else's record."""
    opened(store, a_record(), another_record())
    deposited(store, an_entry(1))
    deposited(store, an_entry(2), number=2)
    return store


@pytest.fixture
def other_worker(filled: Store, database_url: str, tmp_path: Path) -> Iterator[Store]:
    """Another process of the same service."""
    store = Store.open(database_url, blobs=tmp_path / "blobs", keys=tmp_path / "keys", connections=2)
    try:
        yield store
    finally:
        store.close()


def looked_at(store: Store, reader: str = READER, *, held: bool = False) -> tuple[DocumentEntry, ...]:
    """What a reader finds listed."""
    with store.begin(reader=reader, held=held) as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        return tx.inside(record).entries_but_signatures()


def everything_of(store: Store) -> int:
    """How many things of other kinds there are than entries."""
    with store.begin(reader=READER) as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        return len(tx.inside(record).lots()) + len(tx.inside(record).links())


def titles(entries: tuple[DocumentEntry, ...]) -> list[str]:
    return [entry.title for entry in entries]


def kept(store: Store, reader: str = READER) -> Opened | None:
    return store.at_hand.get(reader, "rec-1")


def change(store: Store, entry: DocumentEntry) -> None:
    with store.begin() as tx:
        tx.inside(tx.records.get("rec-1")).put(entry)


@pytest.fixture
def sent() -> Iterator[list[dict[str, object]]]:
    """The parameters of the statements that may read pages."""
    found: list[dict[str, object]] = []
    Lane.notice = lambda text, values: found.append(dict(values)) if "page.sealed" in text else None
    try:
        yield found
    finally:
        Lane.notice = None


def test_the_second_time_no_page_is_read_and_none_is_opened(filled: Store, sent: list[dict[str, object]]):
    first = looked_at(filled)
    before = kept(filled)
    assert before is not None
    second = looked_at(filled)
    assert [one is two for one, two in zip(first, second, strict=True)] == [True, True]
    assert [values["seen"] for values in sent] == [-1, before.revision]


def test_what_is_at_hand_of_both_shelves_serves_for_both(filled: Store, sent: list[dict[str, object]]):
    assert everything_of(filled) == 4
    assert everything_of(filled) == 4
    assert len(looked_at(filled)) == 2
    # The record with its first shelf, its second shelf; then twice the record alone.
    assert [values["seen"] == -1 for values in sent] == [True, True, False, False]


def test_the_first_shelf_alone_is_not_taken_for_the_whole(filled: Store):
    looked_at(filled)
    with filled.begin(reader=READER) as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        assert (len(contents.entries()), len(contents.lots())) == (2, 2)
        assert contents.has_document(uuid(1))


def test_what_another_worker_wrote_is_seen_at_once(filled: Store, other_worker: Store):
    assert len(looked_at(filled)) == 2
    deposited(other_worker, an_entry(3, title="Troisième"), number=3)
    assert titles(looked_at(filled))[2] == "Troisième"
    change(other_worker, replace(an_entry(1), title="Corrigée"))
    assert titles(looked_at(filled))[0] == "Corrigée"


def test_what_another_worker_removed_is_gone_at_once(filled: Store, other_worker: Store):
    assert len(looked_at(filled)) == 2
    with other_worker.begin() as tx:
        tx.inside(tx.records.get("rec-1")).remove([uuid(2)])
    assert [entry.uuid for entry in looked_at(filled)] == [uuid(1)]


def test_what_hides_a_document_is_never_at_hand(filled: Store, other_worker: Store):
    assert not looked_at(filled)[0].visibility.masked
    with other_worker.begin() as tx:
        record = tx.records.get("rec-1")
        tx.records.change(replace(record, visibility={uuid(1): Visibility(masked=True)}), at=NOW)
    assert [entry.visibility.masked for entry in looked_at(filled)] == [True, False]


def test_pages_that_did_not_change_stay_opened(filled: Store, other_worker: Store):
    everything_of(filled)
    before = kept(filled)
    assert before is not None
    with other_worker.begin() as tx:
        record = tx.records.get("rec-1")
        tx.records.change(replace(record, visibility={uuid(1): Visibility(masked=True)}), at=NOW)
    everything_of(filled)
    after = kept(filled)
    assert after is not None
    assert after.revision > before.revision
    assert [after.pages[number] is page for number, page in before.pages.items()] == [True, True]
    deposited(other_worker, an_entry(3), number=3)
    everything_of(filled)
    last = kept(filled)
    assert last is not None
    assert last.pages[1] is not after.pages[1]


def test_a_transaction_that_is_undone_leaves_nothing_of_what_it_wrote(filled: Store):
    looked_at(filled)
    with pytest.raises(ZeroDivisionError), filled.begin(reader=READER) as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        contents.put(replace(contents.entries()[0], title="Jamais"))
        contents.remove([uuid(2)])
        raise ZeroDivisionError
    assert titles(looked_at(filled)) == [an_entry(1).title, an_entry(2).title]


def test_what_a_reader_writes_himself_is_what_he_reads_next(filled: Store):
    looked_at(filled)
    with filled.begin(reader=READER) as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        contents.put(replace(contents.entries()[0], title="Autre"))
        assert titles(contents.entries())[0] == "Autre"
    assert titles(looked_at(filled))[0] == "Autre"
    assert titles(looked_at(filled, ANOTHER))[0] == "Autre"


def test_what_one_reader_opened_is_at_hand_for_nobody_else(filled: Store):
    looked_at(filled)
    assert kept(filled) is not None
    assert kept(filled, ANOTHER) is None


def test_nobody_in_particular_keeps_nothing_and_who_holds_a_record_reads_it(filled: Store):
    looked_at(filled, "")
    looked_at(filled, held=True)
    assert len(filled.at_hand) == 0


def test_a_record_that_is_closed_or_gone_is_not_kept(filled: Store, other_worker: Store):
    looked_at(filled)
    looked_at(filled, ANOTHER)
    with other_worker.begin() as tx:
        record = tx.records.get("rec-1")
        closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
        tx.records.change(replace(record, state=RecordState.CLOSED, closure=closure), at=NOW)
    assert len(looked_at(filled)) == 2
    assert len(filled.at_hand) == 0


def test_a_record_that_was_destroyed_is_not_found_and_is_forgotten_for_all(filled: Store, other_worker: Store):
    looked_at(filled)
    looked_at(filled, ANOTHER)
    with other_worker.begin() as tx:
        record = tx.records.get("rec-1")
        gone = {"key": "rec-1", "seen": tx.records.held(record.key).revision, "new_state": "destroyed", "nothing": b""}
        tx._batch.touch("rec-1", statements.DESTROY_RECORD, gone)
    with filled.begin(reader=READER) as tx:
        assert tx.records.find("rec-1", listed_only=True) is None
    assert len(filled.at_hand) == 0


def test_the_outage_of_a_database_forgets_everything(filled: Store, monkeypatch: pytest.MonkeyPatch):
    looked_at(filled)
    monkeypatch.setattr("dmp.store.dialect.is_outage", lambda _error: True)
    with pytest.raises(StorageUnavailable), filled.begin() as _:
        raise RuntimeError("lost")
    assert len(filled.at_hand) == 0


# -- traces


def written(store: Store, *numbers: int) -> None:
    with store.begin() as tx:
        tx.records.get("rec-1")
        for number in numbers:
            tx.traces.append(replace(a_trace(number), record="rec-1", id=f"{number:036d}"))


def number_of(trace: Trace) -> int:
    return int(trace.id)


def numbers_made(store: Store) -> tuple[int, ...]:
    with store.begin(reader=READER) as tx:
        tx.records.get("rec-1")
        assert tx.traces.made("rec-1", number_of) == tx.traces.made("rec-1", number_of)
        return tx.traces.made("rec-1", number_of)


def test_new_traces_are_added_to_those_at_hand(filled: Store, other_worker: Store):
    made: list[int] = []

    def make(trace: Trace) -> int:
        made.append(int(trace.id))
        return int(trace.id)

    def look() -> tuple[int, ...]:
        with filled.begin(reader=READER) as tx:
            tx.records.get("rec-1")
            return tx.traces.made("rec-1", make)

    written(filled, 3, 5)
    assert look() == (3, 5)
    written(other_worker, 8)
    assert look() == look() == (3, 5, 8)
    assert made == [3, 5, 8]


def test_a_trace_that_is_committed_late_takes_its_place(filled: Store, other_worker: Store):
    written(filled, 3, 8)
    assert numbers_made(filled) == (3, 8)
    written(other_worker, 5)
    assert numbers_made(filled) == (3, 5, 8)
    written(other_worker, 1, 9)
    assert numbers_made(filled) == (1, 3, 5, 8, 9)


def test_a_record_without_traces_has_none_at_hand(filled: Store):
    assert numbers_made(filled) == ()
    assert numbers_made(filled) == ()


def test_the_newest_traces_come_backwards_and_no_more_than_asked(filled: Store):
    written(filled, 1, 2, 3, 4)
    with filled.begin() as tx:
        tx.records.get("rec-1")
        assert [number_of(trace) for trace in tx.traces.newest("rec-1", 3)] == [4, 3, 2]


def test_a_trace_is_read_back_as_it_was_written(filled: Store):
    trace = replace(a_trace(7), record="rec-1")
    with filled.begin() as tx:
        tx.records.get("rec-1")
        tx.traces.append(trace)
    with filled.begin() as tx:
        tx.records.get("rec-1")
        assert list(tx.traces.of("rec-1")) == [trace] == [tx.traces.one("rec-1", trace.id)]


def test_a_fact_of_the_past_is_worked_out_once_for_each_reader(filled: Store):
    asked: list[str] = []

    def ask(reader: str) -> int:
        with filled.begin(reader=reader) as tx:
            tx.records.get("rec-1")
            return tx.records.once("rec-1", "the past", lambda: asked.append(reader) or len(asked))

    assert [ask(READER), ask(READER), ask(ANOTHER)] == [1, 1, 2]


# -- for how long, and how much


class Hands:
    """A memory with a clock of its own."""

    def __init__(self, **limits):
        self.now = 0.0
        self.at_hand = AtHand(seconds=60.0, clock=lambda: self.now, **limits)

    def keep(self, record: str, reader: str = READER, *, sealed: int = 1000) -> None:
        page = Page(None, OTHERS, bytes(sealed))  # type: ignore[arg-type]
        self.at_hand.keep(reader, record, Opened(1, {OTHERS: page}, whole=True))

    def has(self, record: str, reader: str = READER) -> bool:
        return self.at_hand.get(reader, record) is not None


def test_what_nobody_asks_for_is_forgotten_after_a_minute_and_what_is_used_stays():
    hands = Hands()
    hands.keep("rec-1")
    hands.keep("rec-2")
    hands.now = 59
    assert hands.has("rec-1")
    hands.now = 61
    assert (hands.has("rec-1"), hands.has("rec-2")) == (True, False)
    hands.now = 200
    assert not hands.has("rec-1")


def test_what_is_too_old_goes_even_when_nobody_comes_any_more(monkeypatch: pytest.MonkeyPatch):
    timers: list[tuple[float, object]] = []
    stopped: list[object] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, act):
            timers.append((seconds, act))

        def start(self) -> None:
            pass

        def cancel(self) -> None:
            stopped.append(self)

    monkeypatch.setattr(threading, "Timer", Timer)
    hands = Hands()
    hands.keep("rec-1")
    hands.keep("rec-2")
    assert timers == [(60.0, hands.at_hand.sweep)]
    hands.now = 60
    hands.at_hand.sweep()
    assert (len(hands.at_hand), len(timers)) == (0, 1)
    hands.keep("rec-1")
    assert (len(timers), stopped) == (2, [])
    hands.at_hand.clear()
    assert (len(hands.at_hand), len(stopped)) == (0, 1)


def test_the_longest_unused_makes_room():
    hands = Hands(most=3 * 8 * 1000)
    for record in ("rec-1", "rec-2", "rec-3"):
        hands.keep(record)
    assert hands.has("rec-1")
    hands.keep("rec-4")
    assert [hands.has(record) for record in ("rec-1", "rec-2", "rec-3", "rec-4")] == [True, False, True, True]


def test_what_is_larger_than_all_the_room_is_not_kept():
    hands = Hands(most=8 * 1000)
    hands.keep("rec-1", sealed=1001)
    assert len(hands.at_hand) == 0
    hands.keep("rec-2", sealed=1000)
    assert hands.has("rec-2")


def test_a_record_is_forgotten_whoever_opened_it():
    hands = Hands()
    hands.keep("rec-1")
    hands.keep("rec-1", ANOTHER)
    hands.keep("rec-2")
    hands.at_hand.forget("rec-1")
    assert (hands.has("rec-1"), hands.has("rec-1", ANOTHER), hands.has("rec-2")) == (False, False, True)


def test_pieces_that_stay_at_hand_cannot_be_changed(filled: Store):
    with filled.begin() as tx:
        tx.records.get("rec-1")
        piece = next(tx.records.held("rec-1").sheaf.all(EntryPiece))
        with pytest.raises(AttributeError):
            piece.document = "another"


def test_readers_at_once_find_the_same(filled: Store):
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(everything_of(filled))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [4] * 8


def test_a_merge_that_leads_elsewhere_finds_the_other_record(filled: Store, other_worker: Store):
    looked_at(filled)
    assert SOMEBODY_ELSE != PERSON
    with other_worker.begin() as tx:
        gone, stays = tx.records.get("rec-1"), tx.records.get("rec-2")
        tx.records.change(replace(gone, merged_into="rec-2", state=RecordState.CLOSED), at=NOW + timedelta(days=1))
        tx.records.change(replace(stays, identifiers=(SOMEBODY_ELSE,)), at=NOW + timedelta(days=1))
    assert looked_at(filled) == ()


# -- what entries have in common


def test_entries_share_what_says_the_same_and_stay_what_they_were(filled: Store):
    other_label = replace(an_entry(4).class_code, display="Autre libellé")
    deposited(filled, an_entry(3), an_entry(4, class_code=other_label, authors=()), number=3)
    with filled.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        found = contents.entries()
        pieces = {piece.uuid: piece for piece in tx.records.held("rec-1").sheaf.all(EntryPiece)}
        assert [unpack_entry(pieces[entry.uuid].value) for entry in found] == list(found)
    first, _, third, fourth = found
    assert first.class_code is third.class_code
    assert first.authors is third.authors
    assert fourth.class_code == other_label
    assert fourth.type_code is first.type_code
    assert fourth.authors == ()


# -- what documents say


def told(store: Store, reader: str = READER) -> Facts:
    """What a reader finds that the first document says."""
    with store.begin(reader=reader) as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        (name,) = tx.inside(record).documents_of([uuid(1)]).values()
        return tx.projections.facts(record.key, [name])[name]


def says(store: Store, words: str) -> None:
    """The first document is read, and says that somebody is allergic."""
    with store.begin() as tx:
        name = tx.inside(tx.records.get("rec-1")).document_of(uuid(1))
        tx.projections.renew("rec-1", name, Projection(pack_facts(an_allergy(words))))


def an_allergy(words: str) -> Facts:
    return Facts(allergies=(Allergy(Source(), agent=Concept(text=words)),))


@pytest.fixture
def opened_rows() -> Iterator[list[str]]:
    """The statements that read what documents say."""
    found: list[str] = []
    Lane.notice = lambda text, _values: found.append(text) if "projection.facts" in text else None
    try:
        yield found
    finally:
        Lane.notice = None


def test_what_a_document_says_is_read_once_for_a_reader(filled: Store, opened_rows: list[str]):
    says(filled, "Pénicilline")
    assert told(filled) == an_allergy("Pénicilline")
    assert told(filled) is told(filled)
    assert len(opened_rows) == 1


def test_another_reader_reads_it_for_himself(filled: Store, opened_rows: list[str]):
    says(filled, "Pénicilline")
    assert told(filled) is not told(filled, ANOTHER)
    assert len(opened_rows) == 2


def test_what_a_document_says_anew_is_seen_at_once(filled: Store, other_worker: Store):
    says(filled, "Pénicilline")
    assert told(filled) == an_allergy("Pénicilline")
    says(other_worker, "Latex")
    assert told(filled) == an_allergy("Latex")


def test_what_documents_say_is_counted_among_the_octets_at_hand(filled: Store):
    says(filled, "Pénicilline")
    looked_at(filled)
    before = kept(filled)
    assert before is not None
    octets = before.octets
    told(filled)
    after = kept(filled)
    assert after is not None
    assert after.octets > octets


def test_what_no_longer_opens_is_at_hand_as_such(filled: Store):
    with filled.begin() as tx:
        name = tx.inside(tx.records.get("rec-1")).document_of(uuid(1))
        tx.projections.renew("rec-1", name, Projection(pack({"problems": [{"code": 3}]})))
    assert told(filled) == told(filled) == UNREAD
