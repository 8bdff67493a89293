"""Sealed blobs: they come back to the bit, or not at all, and a failed write leaves nothing."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dmp.record.errors import StorageUnavailable
from dmp.store.blobs import BlobRef, FileBlobs
from dmp.store.blobs.seal import padded_size

MIB = 1024 * 1024
SIZES = (0, 1, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1, 3 * MIB + 7)
SEALED_CHUNK = MIB + 16


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs")


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[BlobRef], Path]:
    return lambda ref: tmp_path / "blobs" / ref.name[:2] / ref.name


def octets(size: int, *, seed: int = 1) -> bytes:
    """Octets without any repetition that could hide a wrong order."""
    stream = (hashlib.sha256(f"{seed} {n}".encode()).digest() for n in range(size // 32 + 1))
    return b"".join(stream)[:size]


def in_pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def accepted(ref: BlobRef, stored: bytes) -> BlobRef:
    """The reference as somebody who can also write the database would forge it: the outer digest matches."""
    return replace(ref, stored_sha256=hashlib.sha256(stored).digest())


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("piece", [1 << 30, 65_536, 1_000_003])
@pytest.mark.parametrize("size", SIZES)
def test_octets_come_back_whatever_their_size_and_their_pieces(blobs: FileBlobs, size: int, piece: int):
    content = octets(size)

    ref = blobs.put(in_pieces(content, piece))

    assert ref.size == size
    assert blobs.get(ref) == content


@pytest.mark.parametrize(
    ("size", "stored"),
    [
        (0, 4096 + 16),
        (1, 4096 + 16),
        (4096, 4096 + 16),
        (4097, 8192 + 16),
        (32_768, 32_768 + 16),
        (32_769, 36_864 + 16),
        (50_000, 53_248 + 16),
        (65_537, 73_728 + 16),
        (600_000, 655_360 + 16),
        (MIB - 1, MIB + 16),
        (MIB, MIB + 16),
        (MIB + 1, MIB + 16 + 4096 + 16),
        (3 * MIB + 7, 3 * (MIB + 16) + 4096 + 16),
    ],
)
def test_the_stored_size_tells_a_class_only(blobs: FileBlobs, file_of, size: int, stored: int):
    ref = blobs.put([octets(size)])

    assert (file_of(ref).stat().st_size, ref.stored_size) == (stored, stored)


def test_the_file_is_the_owners_alone_and_its_digest_needs_no_key(blobs: FileBlobs, file_of):
    ref = blobs.put([b"text"])

    assert file_of(ref).stat().st_mode & 0o777 == 0o600
    assert file_of(ref).parent.stat().st_mode & 0o777 == 0o700
    assert hashlib.sha256(file_of(ref).read_bytes()).digest() == ref.stored_sha256


def test_the_same_octets_are_never_stored_alike(blobs: FileBlobs, file_of):
    one, two = blobs.put([octets(5000)]), blobs.put([octets(5000)])

    assert one.name != two.name
    assert file_of(one).read_bytes() != file_of(two).read_bytes()


def test_one_flipped_bit_anywhere_is_found(blobs: FileBlobs, file_of):
    ref = blobs.put([b"text"])
    stored = file_of(ref).read_bytes()

    for position in (*range(0, len(stored), 11), len(stored) - 1):
        damaged = bytearray(stored)
        damaged[position] ^= 1 << position % 8
        file_of(ref).write_bytes(damaged)
        with pytest.raises(StorageUnavailable, match="damaged"):
            blobs.get(ref)


def test_one_flipped_bit_is_found_by_the_seal_even_when_the_digest_was_made_to_match(blobs: FileBlobs, file_of):
    ref = blobs.put([octets(MIB + 1)])
    stored = file_of(ref).read_bytes()

    for position in (0, 1, MIB - 1, MIB, MIB + 15, MIB + 16, MIB + 17, len(stored) - 17, len(stored) - 1):
        damaged = bytearray(stored)
        damaged[position] ^= 0x10
        file_of(ref).write_bytes(damaged)
        with pytest.raises(StorageUnavailable, match="does not open"):
            blobs.get(accepted(ref, bytes(damaged)))


@pytest.mark.parametrize("length", [0, 1, 15, 16, SEALED_CHUNK - 1, SEALED_CHUNK, SEALED_CHUNK + 1, 2 * SEALED_CHUNK])
def test_a_blob_cut_short_is_refused(blobs: FileBlobs, file_of, length: int):
    ref = blobs.put([octets(2 * MIB + 9000)])
    cut = file_of(ref).read_bytes()[:length]
    file_of(ref).write_bytes(cut)

    with pytest.raises(StorageUnavailable, match="damaged"):
        blobs.get(ref)
    with pytest.raises(StorageUnavailable, match="does not open"):
        blobs.get(accepted(ref, cut))


def test_chunks_of_two_blobs_cannot_be_exchanged(blobs: FileBlobs, file_of):
    one, two = blobs.put([octets(2 * MIB, seed=1)]), blobs.put([octets(2 * MIB, seed=2)])
    mixed = file_of(one).read_bytes()[:SEALED_CHUNK] + file_of(two).read_bytes()[SEALED_CHUNK:]
    file_of(one).write_bytes(mixed)

    with pytest.raises(StorageUnavailable, match="does not open"):
        blobs.get(accepted(one, mixed))


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 2), (0, 2), (0, 1, 1), (0, 1, 2, 2)])
def test_chunks_of_one_blob_cannot_be_moved_left_out_or_repeated(blobs: FileBlobs, file_of, order: tuple[int, ...]):
    ref = blobs.put([octets(3 * MIB)])
    stored = file_of(ref).read_bytes()
    chunks = [stored[start : start + SEALED_CHUNK] for start in range(0, len(stored), SEALED_CHUNK)]
    moved = b"".join(chunks[number] for number in order)
    file_of(ref).write_bytes(moved)

    with pytest.raises(StorageUnavailable, match="does not open"):
        blobs.get(accepted(ref, moved))


def test_a_blob_does_not_open_with_the_key_of_another(blobs: FileBlobs):
    one, two = blobs.put([b"one"]), blobs.put([b"two"])

    with pytest.raises(StorageUnavailable, match="does not open"):
        blobs.get(replace(one, key=two.key))


def test_a_blob_that_is_gone_is_refused(blobs: FileBlobs):
    ref = blobs.put([b"text"])
    blobs.delete(ref.name)

    with pytest.raises(StorageUnavailable, match="cannot be read"):
        blobs.get(ref)


def test_forgetting_a_blob_twice_is_no_fault(blobs: FileBlobs):
    ref = blobs.put([b"text"])

    blobs.delete(ref.name)
    blobs.delete(ref.name)


def failing_after(content: bytes, error: BaseException) -> Iterator[bytes]:
    yield content
    raise error


def test_a_source_whose_disk_fails_leaves_no_file(blobs: FileBlobs, tmp_path: Path):
    with pytest.raises(StorageUnavailable, match="could not be written") as refusal:
        blobs.put(failing_after(octets(2 * MIB), OSError(28, "No space left on device")))

    assert files(tmp_path) == []
    assert isinstance(refusal.value.__cause__, OSError)


@pytest.mark.parametrize("error", [ValueError("a fault of ours"), KeyboardInterrupt()])
def test_whatever_stops_a_write_leaves_no_file(blobs: FileBlobs, tmp_path: Path, error: BaseException):
    with pytest.raises(type(error)):
        blobs.put(failing_after(octets(2 * MIB), error))

    assert files(tmp_path) == []


@pytest.mark.parametrize("failing", [1, 2, 3], ids=["the folders", "the file", "its name"])
def test_a_disk_that_does_not_confirm_leaves_no_file(
    blobs: FileBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
):
    fsync, calls = os.fsync, []

    def refuse_once(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_once)

    with pytest.raises(StorageUnavailable, match="could not be written"):
        blobs.put([b"text"])

    assert files(tmp_path) == []
    assert len(calls) == failing


def test_a_folder_that_is_gone_is_unavailable_and_serves_again_when_it_is_back(blobs: FileBlobs, tmp_path: Path):
    (tmp_path / "blobs").rmdir()
    with pytest.raises(StorageUnavailable, match="could not be written"):
        blobs.put([b"text"])

    (tmp_path / "blobs").mkdir()
    assert blobs.get(blobs.put([b"text"])) == b"text"


def test_the_name_is_on_the_disk_before_the_blob_is_acknowledged(
    blobs: FileBlobs, file_of, monkeypatch: pytest.MonkeyPatch
):
    fsync, waited = os.fsync, []

    def note(descriptor: int) -> None:
        waited.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)

    path = file_of(blobs.put([b"text"]))

    assert waited == [path.parent.parent, path.with_suffix(".part"), path.parent]


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageUnavailable, match="folder of the documents"):
        FileBlobs(tmp_path / "file" / "blobs")


def test_no_size_loses_more_than_an_eighth_beyond_32_kib():
    for size in range(32_768, MIB + 1, 1021):
        assert size <= padded_size(size) <= size * 1.125 + 4096 / 8
        assert padded_size(padded_size(size)) == padded_size(size)
    assert len({padded_size(size) for size in range(0, MIB + 1, 64)}) == 8 + 5 * 8


def test_every_blob_is_listed_in_order_with_what_a_cut_write_left(blobs: FileBlobs, tmp_path: Path):
    refs = [blobs.put([octets(50_000)]) for _ in range(30)]
    part = tmp_path / "blobs" / "zz" / "zz00.part"
    part.parent.mkdir()
    part.write_bytes(b"half")
    (tmp_path / "blobs" / "lost+found").mkdir()

    listed = list(blobs.names())

    assert [blob.name for blob in listed] == [*sorted(ref.name for ref in refs), "zz00.part"]
    assert {blob.size for blob in listed} == {53_248 + 16, 4}
    assert all(abs(datetime.now(UTC) - blob.modified) < timedelta(minutes=1) for blob in listed)


def test_a_blob_removed_while_it_is_listed_is_left_out(blobs: FileBlobs):
    refs = sorted((blobs.put([b"text"]) for _ in range(40)), key=lambda ref: ref.name)

    names = []
    for blob in blobs.names():
        names.append(blob.name)
        for ref in refs:
            if ref.name[:2] == blob.name[:2] and ref.name > blob.name:
                blobs.delete(ref.name)

    assert len(names) == len({ref.name[:2] for ref in refs})


def test_a_blob_is_verified_without_its_key(blobs: FileBlobs, file_of):
    ref = blobs.put([octets(3 * MIB + 7)])
    assert blobs.stored_sha256(ref.name) == ref.stored_sha256
    assert b"".join(blobs.pieces(ref.name)) == blobs.read(ref.name) == file_of(ref).read_bytes()

    file_of(ref).unlink()
    with pytest.raises(StorageUnavailable, match="cannot be read"):
        blobs.stored_sha256(ref.name)


def test_a_folder_that_cannot_be_listed_is_unavailable(blobs: FileBlobs, tmp_path: Path):
    (tmp_path / "blobs").rmdir()

    with pytest.raises(StorageUnavailable, match="cannot be listed"):
        list(blobs.names())


def test_a_sub_folder_that_is_gone_is_made_again(blobs: FileBlobs, file_of):
    ref = blobs.put([b"text"])
    blobs.delete(ref.name)
    file_of(ref).parent.rmdir()

    with pytest.raises(StorageUnavailable, match="could not be written"):
        blobs.write(ref.name, [b"again"])
    blobs.write(ref.name, [b"again"])

    assert blobs.read(ref.name) == b"again"
