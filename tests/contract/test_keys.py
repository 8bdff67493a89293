"""Keys in use: seals remembered, a new master key found by a running service, a journal that only grows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp.record.errors import IncompleteRequest, StorageUnavailable
from dmp.store.keys.journal import Fate, KeyJournal, Line
from dmp.store.keys.seal import Seal
from dmp.store.keys.seal_cache import SealCache
from dmp.store.vault import LOOK_AGAIN, Vault
from store_builders import at_once

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = LOOK_AGAIN + 1


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Vault.create(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def a_seal(name: str) -> Seal:
    return Seal(name, name.encode().ljust(32, b"."))


# -- seals in memory


def test_the_seal_used_least_recently_makes_room():
    cache = SealCache(2)
    cache.keep(b"1", a_seal("rec-1"))
    cache.keep(b"2", a_seal("rec-2"))
    cache.get("rec-1", b"1")

    cache.keep(b"3", a_seal("rec-3"))

    kept = [cache.get(f"rec-{n}", str(n).encode()) is not None for n in (1, 2, 3)]
    assert (kept, len(cache)) == ([True, False, True], 2)


def test_a_seal_is_found_for_its_own_record_alone():
    cache = SealCache(2)
    cache.keep(b"1", a_seal("rec-1"))

    assert cache.get("rec-2", b"1") is None


def test_a_cache_of_no_size_keeps_nothing():
    cache = SealCache(0)
    cache.keep(b"1", a_seal("rec-1"))

    assert (cache.get("rec-1", b"1"), len(cache)) == (None, 0)


def test_threads_share_a_small_cache():
    cache = SealCache(3)

    def use() -> None:
        for n in range(3000):
            name = f"rec-{n % 7}"
            if cache.get(name, name.encode()) is None:
                cache.keep(name.encode(), a_seal(name))

    assert at_once(*([use] * 4)) == [None] * 4
    assert len(cache) <= 3


def test_a_record_met_again_is_not_unwrapped_again(folder: Path):
    vault = Vault(folder)
    _, master, wrapped = vault.new_key("rec-1")

    assert vault.open_key("rec-1", master, wrapped) is vault.open_key("rec-1", master, bytes(bytearray(wrapped)))


def test_who_is_passing_uses_the_keys_that_are_kept_and_leaves_none(folder: Path):
    vault = Vault(folder)
    (_, *known), (_, *passed) = vault.new_key("rec-1"), vault.new_key("rec-2")
    kept = vault.open_key("rec-1", *known)

    assert vault.open_key("rec-1", *known, passing=True) is kept
    assert vault.open_key("rec-2", *passed, passing=True) is not vault.open_key("rec-2", *passed, passing=True)


def test_a_cached_key_that_was_moved_opens_nothing_of_the_other_record(folder: Path):
    vault = Vault(folder)
    seal, master, wrapped = vault.new_key("rec-1")
    vault.open_key("rec-1", master, wrapped)

    with pytest.raises(StorageUnavailable, match="does not open"):
        vault.open_key("rec-2", master, wrapped).open("record", "x", seal.close("record", "x", b"text"))


def test_a_key_is_never_shown(folder: Path):
    vault = Vault(folder)
    seal, _, wrapped = vault.new_key("rec-1")

    shown = repr((seal, vault, vault.service, vault.heads, vault.journal))
    for key in (seal.key, vault.service.key, wrapped):
        assert repr(key)[2:-1] not in shown
        assert key.hex() not in shown


# -- master keys while the service runs


def test_a_running_service_opens_what_a_new_master_key_wraps_at_once(folder: Path, clock: Clock):
    running, other = Vault(folder, clock=clock), Vault(folder)

    other.make_master(at=NOW)
    seal, master, wrapped = other.new_key("rec-1")

    assert master == "0002"
    assert running.open_key("rec-1", master, wrapped) == seal


def test_a_running_service_wraps_with_a_new_master_key_half_a_minute_later(folder: Path, clock: Clock):
    running = Vault(folder, clock=clock)
    Vault(folder).make_master(at=NOW)

    before = running.new_key("rec-1")[1]
    clock.seconds += LATER

    assert (before, running.new_key("rec-2")[1]) == ("0001", "0002")


def test_while_the_folder_of_the_keys_is_away_what_was_opened_stays_open(folder: Path, clock: Clock):
    vault = Vault(folder, clock=clock)
    known, other = vault.new_key("rec-1"), vault.new_key("rec-2")
    vault.open_key("rec-1", *known[1:])

    away = folder.rename(folder.with_name("away"))
    clock.seconds += LATER

    assert vault.open_key("rec-1", *known[1:]) == known[0]
    with pytest.raises(StorageUnavailable, match="does not open"):
        vault.open_key("rec-2", *other[1:])
    away.rename(folder)
    assert vault.open_key("rec-2", *other[1:]) == other[0]


def test_two_rotations_that_start_together_make_one_master_key(folder: Path):
    made = at_once(*([lambda: Vault(folder).make_master(at=NOW)] * 2))

    assert Vault(folder).masters in (("0001", "0002"), ("0001", "0002", "0003"))
    assert set(made) <= {"0002", "0003"}


def test_the_newest_master_key_is_never_destroyed(folder: Path):
    vault = Vault(folder)

    with pytest.raises(IncompleteRequest, match="the newest master key is in use"):
        vault.destroy_master("0001", at=NOW)
    assert (folder / "master-0001.key").exists()


def test_a_destroyed_master_key_leaves_no_file_and_a_line(folder: Path):
    vault = Vault(folder)
    _, master, wrapped = vault.new_key("rec-1")
    vault.make_master(at=NOW)

    vault.destroy_master("0001", at=NOW)

    assert not (folder / "master-0001.key").exists()
    assert [(line.fate, line.key) for line in vault.journal.lines()] == [("made", "0002"), ("retired", "0001")]
    with pytest.raises(StorageUnavailable, match="its master key is not here"):
        vault.open_key("rec-1", master, wrapped)


def test_a_folder_that_others_may_write_in_is_refused(folder: Path):
    folder.chmod(0o770)

    with pytest.raises(StorageUnavailable, match="other users of this machine can write in the folder of the keys"):
        Vault(folder)


# -- records whose key was destroyed


def test_the_key_of_a_destroyed_record_opens_no_more_wherever_its_copy_comes_from(folder: Path, clock: Clock):
    running, other = Vault(folder, clock=clock), Vault(folder)
    _, master, wrapped = running.new_key("rec-1")
    running.open_key("rec-1", master, wrapped)

    other.note_destroyed(Line(NOW, Fate.DESTROYED, "rec-1", "{}", b"s"))
    clock.seconds += LATER

    for vault in (running, other, Vault(folder)):
        with pytest.raises(StorageUnavailable, match="the key of this record was destroyed"):
            vault.open_key("rec-1", master, wrapped)


def test_a_journal_gives_back_its_lines(tmp_path: Path):
    journal = KeyJournal(tmp_path / "journal.jsonl")
    lines = [Line(NOW, Fate.MADE, "0002"), Line(NOW, Fate.DESTROYED, "rec-1", '{"a":1}', b"signed")]

    journal.append(lines[0])
    journal.append(lines[1])

    assert list(journal.lines()) == lines
    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_cut_short_swallows_no_other(tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    journal = KeyJournal(path)
    journal.append(Line(NOW, Fate.MADE, "0002"))
    with path.open("ab") as file:
        file.write(Line(NOW, Fate.MADE, "0003").octets()[:-5])

    journal.append(Line(NOW, Fate.RETIRED, "0001"))

    assert [line.key for line in journal.lines()] == ["0002", "0001"]


def test_a_journal_that_others_may_read_is_refused(tmp_path: Path):
    journal = KeyJournal(tmp_path / "journal.jsonl")
    journal.append(Line(NOW, Fate.MADE, "0002"))
    (tmp_path / "journal.jsonl").chmod(0o644)

    with pytest.raises(StorageUnavailable, match="is open to other users"):
        list(journal.lines())
