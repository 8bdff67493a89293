"""Keys: one data key per record under a master key that lives outside the database (security 12).

A vault is a folder of files readable by their owner alone:

    master-<id>.key   wraps the data keys; the newest id wraps new ones. None when a PKCS#11 token holds them
    index.key         keyed hash of identifiers, the only way from an INS to its record
    service.key       seals what belongs to no record: traces of refused calls
    heads.key         Ed25519, signs the heads of the trace tree
    journal.jsonl     what became of the keys

With a token, the three middle ones are `.wrapped` files: a line that holds the
id of a master key and, in hexadecimal, what the token made of the key.
Nothing else in the house sees a key.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dmp.record.errors import IncompleteRequest, StorageUnavailable
from dmp.record.patient import PatientId
from dmp.store.durable import sync_folder
from dmp.store.keys import key_files
from dmp.store.keys.journal import Fate, KeyJournal, Line
from dmp.store.keys.masters import FileMasters, KeyStore, UnknownMaster
from dmp.store.keys.seal import Seal
from dmp.store.keys.seal_cache import SealCache
from dmp.store.keys.token import Token, TokenMasters

__all__ = ["Seal", "Vault"]

LOOK_AGAIN = 30.0
"""Seconds after which a running service looks for new master keys, and for records destroyed by another process."""
SEALS = 20_000
"""Opened seals kept in memory: about 3 KB each."""
SERVICE_KEYS = ("index", "service", "heads")


class Vault:
    """The keys of one service; master keys that are added later are found without a restart."""

    def __init__(
        self,
        folder: Path,
        token: Token | None = None,
        *,
        seals: int = SEALS,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Read the keys of a folder, with the master keys that are in a token, if any.

        Raises:
            StorageUnavailable: a key is missing, open to other users of the machine, or not of the right
                length; or the token does not answer.
        """
        key_files.check_folder(folder)
        self._folder, self._clock = folder, clock
        self.journal = KeyJournal(folder / "journal.jsonl")
        self._stores: tuple[KeyStore, ...] = (FileMasters(folder), *([TokenMasters(token)] if token else []))
        self._seals = SealCache(seals)
        self._homes: dict[str, KeyStore] = {}
        self._current, self._looked, self._journal_size = "", clock(), 0
        self._destroyed = frozenset[str]()
        self._read_journal()
        self._find_masters()
        self._index = self._service_key("index")
        self.service = Seal("service", self._service_key("service"))
        self.heads = Ed25519PrivateKey.from_private_bytes(self._service_key("heads"))

    @staticmethod
    def create(folder: Path, token: Token | None = None) -> "Vault":
        """Make the keys that are missing, never touching those that exist, and read them all.

        Raises:
            StorageUnavailable: the folder cannot be written, holds a key that cannot be used, or the token
                does not answer.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            home = TokenMasters(token) if token else FileMasters(folder)
            with key_files.held(folder):
                master = max(home.ids(), default="") or home.make()
                for name in SERVICE_KEYS:
                    _make_service_key(folder, name, home, master, wrapped=token is not None)
            # Lost at a power cut, a key would take with it all that it sealed.
            sync_folder(folder)
        except OSError as error:
            raise StorageUnavailable("the vault cannot be written") from error
        return Vault(folder, token)

    # -- keys of records

    def new_key(self, record: str) -> tuple[Seal, str, bytes]:
        """Make the data key of a new record: the seal, the id of the master key, the wrapped key."""
        key, master = secrets.token_bytes(key_files.KEY_SIZE), self.current
        return Seal(record, key), master, self._wrap(master, record, key)

    def open_key(self, record: str, master: str, wrapped: bytes, *, passing: bool = False) -> Seal:
        """Unwrap the data key of a record, or remember that it was.

        Who is `passing`, on his way through all records, leaves no key in memory:
        it would take the place of one that is soon asked for again.

        Raises:
            StorageUnavailable: the master key is not here, the wrapped key was altered, or the record was
                destroyed.
        """
        known = self._seals.get(record, wrapped)
        if known is not None and self._clock() - self._looked < LOOK_AGAIN:
            return known
        self._look_now_and_then()
        if record in self._destroyed:
            raise StorageUnavailable("the key of this record was destroyed")
        if known is None:
            known = Seal(record, self._unwrapped(record, master, wrapped))
            if not passing:
                self._seals.keep(wrapped, known)
        return known

    def note_destroyed(self, *lines: Line) -> None:
        """Write down that the keys of records were destroyed, and open them no more.

        Raises:
            StorageUnavailable: the journal cannot be written.
        """
        self.journal.append(*lines)
        self._read_journal()

    def rewrapped(self, record: str, master: str, wrapped: bytes) -> tuple[str, bytes]:
        """Wrap the key of a record again, under the newest master key; gives its id too.

        Raises:
            StorageUnavailable: as `open_key`.
        """
        key, newest = self._unwrapped(record, master, wrapped), self.current
        return newest, self._wrap(newest, record, key)

    def _wrap(self, master: str, scope: str, key: bytes) -> bytes:
        try:
            return self._home(master).wrap(master, scope, key)
        except UnknownMaster as error:
            raise StorageUnavailable("the newest master key is not here") from error

    def _unwrapped(self, record: str, master: str, wrapped: bytes) -> bytes:
        try:
            if master not in self._homes:
                self._find_masters()
            return self._home(master).unwrap(master, record, wrapped)
        except UnknownMaster as error:
            message = "the key of a record does not open with the keys of this vault: its master key is not here"
            raise StorageUnavailable(message) from error
        except StorageUnavailable as error:
            raise StorageUnavailable(
                f"the key of a record does not open with the keys of this vault: {error}"
            ) from error

    # -- master keys

    @property
    def current(self) -> str:
        """The id of the master key that wraps new keys."""
        self._look_now_and_then()
        return self._current

    @property
    def masters(self) -> tuple[str, ...]:
        """The ids of all master keys, oldest first."""
        self._find_masters()
        return tuple(self._homes)

    def make_master(self, *, at: datetime) -> str:
        """Make the next master key, in the token when there is one, and wrap new keys with it; gives its id.

        Other processes find it within `LOOK_AGAIN` seconds.

        Raises:
            StorageUnavailable: it cannot be made now.
        """
        with key_files.held(self._folder):
            master = self._stores[-1].make()
        self.journal.append(Line(at, Fate.MADE, master))
        self._find_masters()
        self._wrap_service_keys(master)
        return master

    def destroy_master(self, master: str, *, at: datetime) -> None:
        """Destroy a master key; the caller has made sure that nothing is wrapped with it.

        Raises:
            IncompleteRequest: it is the newest one, it is not here, or it wraps a key of the service.
            StorageUnavailable: the token does not answer.
        """
        home = self._homes.get(master)
        if home is None:
            raise IncompleteRequest("no master key of this id in the vault", element="ID")
        if master == self._current:
            raise IncompleteRequest("the newest master key is in use: rotate first", element="ID")
        if master in self._service_masters():
            raise IncompleteRequest("a key of the service is wrapped with it: rotate first", element="ID")
        home.destroy(master)
        self.journal.append(Line(at, Fate.RETIRED, master))
        self._find_masters()

    def made_at(self, master: str) -> datetime | None:
        """When a master key was made; None for the first one, which no journal saw."""
        return next((line.at for line in self.journal.lines() if (line.key, line.fate) == (master, Fate.MADE)), None)

    def _home(self, master: str) -> KeyStore:
        try:
            return self._homes[master]
        except KeyError as error:
            raise UnknownMaster("no master key of this id in the vault") from error

    def _look_now_and_then(self) -> None:
        """Look again from time to time; while the master keys are away, what is known of them goes on."""
        if self._clock() - self._looked >= LOOK_AGAIN:
            # First, so that one thread looks and the others go on.
            self._looked = self._clock()
            self._read_journal()
            with suppress(StorageUnavailable):
                self._find_masters()

    def _find_masters(self) -> None:
        homes: dict[str, KeyStore] = {}
        for store in self._stores:
            homes |= dict.fromkeys(store.ids(), store)
        newest = max((name for name, store in homes.items() if store is self._stores[-1]), default="")
        if not newest:
            raise StorageUnavailable("no master key in the vault: make one with `dmp keys make FOLDER`")
        self._homes, self._current = homes, newest

    def _read_journal(self) -> None:
        """Learn which records were destroyed; their opened seals go with them."""
        size = self.journal.size
        if size != self._journal_size:
            self._destroyed, self._journal_size = self.journal.destroyed(), size
            self._seals.clear()

    # -- keys of the service

    def _service_key(self, name: str) -> bytes:
        wrapped = self._folder / f"{name}.wrapped"
        if not wrapped.exists():
            return key_files.read_key(self._folder / f"{name}.key")
        master, octets = _read_wrapped(wrapped)
        try:
            key = self._home(master).unwrap(master, name, octets)
        except UnknownMaster as error:
            raise StorageUnavailable(f"the master key of {wrapped.name} is not here") from error
        if len(key) != key_files.KEY_SIZE:
            raise StorageUnavailable(f"{wrapped.name} is not a key of 32 octets")
        return key

    def _service_masters(self) -> set[str]:
        paths = (self._folder / f"{name}.wrapped" for name in SERVICE_KEYS)
        return {_read_wrapped(path)[0] for path in paths if path.exists()}

    def _wrap_service_keys(self, master: str) -> None:
        """Wrap the keys of the service with a master key of a token; beside master keys in files, they are files."""
        home = self._homes[master]
        if isinstance(home, FileMasters):
            return
        try:
            for name in SERVICE_KEYS:
                octets = _wrapped_line(master, self._wrap(master, name, self._service_key(name)))
                key_files.replace(self._folder / f"{name}.wrapped", octets)
                key_files.shred(self._folder / f"{name}.key")
        except OSError as error:
            raise StorageUnavailable("the vault cannot be written") from error

    # -- keyed hashes

    def person(self, patient: PatientId) -> bytes:
        """Keyed hash of an identifier, the same for every record of this service."""
        return hmac.digest(self._index, f"person\0{patient.root}\0{patient.number}".encode(), "sha256")

    def digest(self, text: str) -> bytes:
        """Keyed hash of a technical id (an assertion, a message) that need not be readable."""
        return hmac.digest(self._index, b"id\0" + text.encode(), hashlib.sha256)


def _make_service_key(folder: Path, name: str, home: KeyStore, master: str, *, wrapped: bool) -> None:
    plain, sealed = folder / f"{name}.key", folder / f"{name}.wrapped"
    if plain.exists() or sealed.exists():
        return
    key = secrets.token_bytes(key_files.KEY_SIZE)
    if wrapped:
        key_files.make(sealed, _wrapped_line(master, home.wrap(master, name, key)))
    else:
        key_files.make(plain, key)


def _wrapped_line(master: str, wrapped: bytes) -> bytes:
    return f"{master} {wrapped.hex()}\n".encode()


def _read_wrapped(path: Path) -> tuple[str, bytes]:
    try:
        master, octets = key_files.read_guarded(path).decode("ascii").split()
        return master, bytes.fromhex(octets)
    except ValueError as error:
        raise StorageUnavailable(f"{path.name} is not a wrapped key") from error
