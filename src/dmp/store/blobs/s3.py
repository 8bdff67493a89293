"""Blobs as objects of a bucket, for a service on several machines (security 12.2, 13.1, stack 9).

A write is acknowledged when the object store has acknowledged it, and what that
is worth is configured there: with two copies and fsync on each, an acknowledged
document outlives any one machine. Octets are sealed before they leave.
"""

import stat
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from configparser import Error as NotIni
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from dmp.record.errors import StorageUnavailable
from dmp.store.blobs.blob import PIECE, Blobs, StoredBlob

FAN_OUT = tuple(f"{number:02x}" for number in range(256))


@dataclass(frozen=True)
class Bucket:
    """Where objects go: `s3://NAME/PREFIX`, the URL of the service, and a file of credentials."""

    name: str
    prefix: str
    endpoint: str
    credentials: Path

    @staticmethod
    def at(place: str, *, endpoint: str, credentials: Path) -> "Bucket":
        """Read `NAME/PREFIX`."""
        name, _, prefix = place.strip("/").partition("/")
        return Bucket(name, prefix, endpoint, credentials)


class S3Blobs(Blobs):
    """Blobs as objects, under the same names as files have."""

    def __init__(self, bucket: Bucket):
        """Use a bucket that exists.

        Raises:
            StorageUnavailable: the credentials cannot be read, or every user of this machine can.
        """
        key, secret, region = _credentials(bucket.credentials)
        self._objects = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            endpoint=bucket.endpoint,
            access_key_id=key,
            secret_access_key=secret,
            region=region,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": bucket.endpoint.startswith("http://"),
                "connect_timeout": "2s",
                "timeout": "10s",
            },
            # An act waits for this: better a 503 that says when to come back.
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )

    def write(self, name: str, stored: Iterable[bytes]) -> None:
        """Create one object, never over another one.

        Raises:
            StorageUnavailable: refused, or not answered: it may be there all the same, and the sweeper finds it.
        """
        octets = b"".join(stored)
        try:
            obstore.put(self._objects, _path(name), octets, mode="create")
        except AlreadyExistsError as error:
            # Our own write, when the first answer was lost on its way and the request was sent again.
            if self.read(name) != octets:
                raise StorageUnavailable("a document could not be written") from error
        except BaseError as error:
            raise StorageUnavailable("a document could not be written") from error

    def read(self, name: str) -> bytes:
        """Fetch one object.

        Raises:
            StorageUnavailable: it is not there, or the object store does not answer.
        """
        try:
            return bytes(obstore.get(self._objects, _path(name)).bytes())
        except (BaseError, FileNotFoundError) as error:
            raise StorageUnavailable("a stored document cannot be read") from error

    def pieces(self, name: str) -> Iterator[bytes]:
        """Fetch one object a MiB at a time; fails as `read` does."""
        try:
            for piece in obstore.get(self._objects, _path(name)).stream(min_chunk_size=PIECE):
                yield bytes(piece)
        except (BaseError, FileNotFoundError) as error:
            raise StorageUnavailable("a stored document cannot be read") from error

    def delete(self, name: str) -> None:
        """Remove one object, if it is there.

        Raises:
            StorageUnavailable: it cannot be removed.
        """
        try:
            obstore.delete(self._objects, _path(name))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise StorageUnavailable("a document could not be removed") from error

    def names(self) -> Iterator[StoredBlob]:
        """List one 256th of the names after the other; not every object store gives them in order.

        Raises:
            StorageUnavailable: the object store does not answer.
        """
        for folder in FAN_OUT:
            yield from sorted(self._names_inside(folder), key=lambda blob: blob.name)

    def _names_inside(self, folder: str) -> Iterator[StoredBlob]:
        try:
            for page in obstore.list(self._objects, prefix=folder):
                for known in page:
                    yield StoredBlob(known["path"].rpartition("/")[2], known["last_modified"], known["size"])
        except BaseError as error:
            raise StorageUnavailable("the documents cannot be listed") from error


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"


def _credentials(path: Path) -> tuple[str, str, str]:
    """Key, secret and region of the profile `default`, in the form that the tools of S3 share."""
    told = ConfigParser(interpolation=None)
    try:
        told.read_string(path.read_text(encoding="utf-8"))
        mode = path.stat().st_mode
        profile = told["default"]
        key, secret = profile["aws_access_key_id"], profile["aws_secret_access_key"]
    except OSError as error:
        raise StorageUnavailable(f"the credentials of the object store cannot be read: {path.name}") from error
    except (NotIni, KeyError):
        needed = "[default] with aws_access_key_id and aws_secret_access_key"
        raise StorageUnavailable(f"{path.name} holds: {needed}") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise StorageUnavailable(f"{path.name} is open to every user of this machine: chmod 600")
    return key, secret, profile.get("region", "us-east-1")
