"""The parts of a request wait in memory, then sealed on disk; they come back to the bit."""

import gc
import hashlib
import os
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dmp.record.errors import StorageUnavailable
from dmp.web.spool import IN_MEMORY, PIECE, SpooledContent, SpooledSink


def spooled(octets: bytes, *, piece: int = 65_536) -> SpooledContent:
    sink = SpooledSink()
    for start in range(0, len(octets), piece):
        sink.write(octets[start : start + piece])
    return sink.finish()


def some(size: int) -> bytes:
    return b"".join(hashlib.sha256(n.to_bytes(8, "big")).digest() for n in range(size // 32 + 1))[:size]


@pytest.mark.parametrize("piece", [1009, 1 << 30])
@pytest.mark.parametrize("size", [0, 1, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY + 7])
def test_octets_come_back_whatever_their_size_and_their_pieces(size: int, piece: int):
    octets = some(size)

    content = spooled(octets, piece=piece)

    assert content.read() == octets
    assert b"".join(content.chunks()) == octets
    assert content.size == size
    assert content.sha1 == hashlib.sha1(octets, usedforsecurity=False).hexdigest()
    assert content.sha256 == hashlib.sha256(octets).hexdigest()


def test_octets_can_be_read_twice_at_a_time():
    octets = some(5 * PIECE + IN_MEMORY)
    content = spooled(octets)

    pairs = list(zip(content.chunks(), content.chunks(), strict=True))

    assert b"".join(one for one, _ in pairs) == b"".join(two for _, two in pairs) == octets


def test_a_reading_that_is_given_up_does_not_disturb_the_next():
    content = spooled(some(3 * IN_MEMORY))
    next(content.chunks())

    assert content.read() == some(3 * IN_MEMORY)


def test_what_waits_on_disk_has_no_name_and_no_clear_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = spooled(b"CANARI" * IN_MEMORY)

    (waiting,) = (Path("/proc/self/fd") / name for name in held_in(tmp_path))

    assert list(tmp_path.iterdir()) == []
    stored = waiting.read_bytes()
    assert len(stored) == content.size
    assert b"CANARI" not in stored


def held_in(folder: Path) -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        if link.is_symlink() and str(link.readlink()).startswith(str(folder)):
            yield link.name


def test_a_small_part_never_touches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    content = spooled(some(IN_MEMORY))

    assert list(held_in(tmp_path)) == []
    assert content.size == IN_MEMORY


def test_two_parts_with_the_same_octets_are_never_stored_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    parts = [spooled(some(2 * IN_MEMORY)) for _ in range(2)]

    stored = {(Path("/proc/self/fd") / name).read_bytes() for name in held_in(tmp_path)}

    assert len(stored) == len(parts)


def test_the_file_goes_away_with_the_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = spooled(some(2 * IN_MEMORY))
    assert len(list(held_in(tmp_path))) == 1

    del content
    gc.collect()

    assert list(held_in(tmp_path)) == []


def test_a_full_disk_is_told_as_such():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * IN_MEMORY, before[1]))
    try:
        with pytest.raises(StorageUnavailable, match="could not wait on disk"):
            spooled(some(3 * IN_MEMORY))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_temporary_folder_that_is_gone_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(StorageUnavailable, match="could not wait on disk"):
        spooled(some(2 * IN_MEMORY))


def test_a_file_cut_short_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = spooled(some(2 * IN_MEMORY))
    (name,) = held_in(tmp_path)
    os.truncate(int(name), IN_MEMORY)

    with pytest.raises(StorageUnavailable, match="cut short"):
        content.read()
