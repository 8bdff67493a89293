"""Master keys inside a PKCS#11 token («module de sécurité»), which they never leave (security 12.1).

A master key is a secret AES-256 object, made in the token, sensitive and not
extractable, labelled `dmp-master-tNNNN`. It wraps with AES-GCM (CKM_AES_GCM):
random nonce of 96 bits, tag of 128, the scope of the wrapped key as
associated data. A wrapped key is nonce and ciphertext, 60 octets.

A token may go and come back: every failure drops the session, and the next
call opens another one.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dmp.record.errors import StorageUnavailable
from dmp.store.keys import key_files
from dmp.store.keys.masters import UnknownMaster, next_id

if TYPE_CHECKING:
    from pkcs11 import Session

LABEL = "dmp-master-"
PREFIX = "t"
NONCE, TAG_BITS = 12, 128
PAUSE = 1.0
"""Seconds during which a token that did not answer is not asked again."""
_AWAY = "the token of the master keys does not answer"
Given = TypeVar("Given")


@dataclass(frozen=True)
class Token:
    """A token: the module that drives it, its label, and the file of its PIN."""

    module: Path
    label: str
    pin_file: Path


class TokenMasters:
    """The master keys of one token."""

    def __init__(self, token: Token):
        """Use a token; nothing is asked of it yet."""
        self._link = _link(token)

    def ids(self) -> tuple[str, ...]:
        """The ids of the master keys in the token, oldest first."""
        return self._link.use(lambda session: tuple(sorted(session.find())))

    def make(self) -> str:
        """Make the next master key, inside the token."""
        return self._link.use(_Session.make)

    def wrap(self, master: str, scope: str, key: bytes) -> bytes:
        """Encrypt a key inside the token."""
        nonce = os.urandom(NONCE)
        return nonce + self._link.use(lambda session: session.encrypt(master, nonce, scope.encode(), key))

    def unwrap(self, master: str, scope: str, wrapped: bytes) -> bytes:
        """Decrypt a key inside the token."""
        nonce, sealed = wrapped[:NONCE], wrapped[NONCE:]
        if len(sealed) * 8 <= TAG_BITS:
            raise StorageUnavailable("a wrapped key was altered, or wrapped elsewhere")
        return self._link.use(lambda session: session.decrypt(master, nonce, scope.encode(), sealed))

    def destroy(self, master: str) -> None:
        """Destroy the object in the token."""
        self._link.use(lambda session: session.destroy(master))


class _Link:
    """The one session of this process with a token; PKCS#11 keeps the log-in by process, not by session."""

    def __init__(self, token: Token):
        self._token = token
        self._lock = threading.Lock()
        self._session: _Session | None = None
        self._away_until = 0.0
        self._refused_pin = ""

    def use(self, act: "Callable[[_Session], Given]") -> Given:
        """Do something in the session; a session that is dead is opened again, once."""
        from pkcs11 import PKCS11Error

        with self._lock:
            if time.monotonic() < self._away_until:
                raise StorageUnavailable(_AWAY)
            for _ in range(2):
                try:
                    self._session = self._session or _Session(self._opened())
                    return act(self._session)
                except PKCS11Error as error:
                    if self._session is not None and self._session.alive():
                        # The token is there and says no: the wrapped key is at fault.
                        raise StorageUnavailable("a wrapped key was altered, or wrapped elsewhere") from error
                    self._session = None
            self._away_until = time.monotonic() + PAUSE
            raise StorageUnavailable(_AWAY)

    def _opened(self) -> "Session":
        """Open a session, never twice with a PIN that was refused: a token locks itself after a few."""
        from pkcs11 import PinIncorrect, PinInvalid, PinLenRange, PinLocked

        pin = key_files.read_guarded(self._token.pin_file).decode().strip()
        if pin == self._refused_pin:
            raise StorageUnavailable("the token of the master keys refuses the PIN of DMP_PKCS11_PIN_FILE")
        try:
            return _open(self._token, pin)
        except (PinIncorrect, PinInvalid, PinLenRange, PinLocked) as error:
            self._refused_pin = pin
            raise StorageUnavailable("the token of the master keys refuses the PIN of DMP_PKCS11_PIN_FILE") from error


_link = cache(_Link)


class _MasterKey(Protocol):
    """A secret key of the token, which is told at run time to encrypt and decrypt."""

    def encrypt(self, data: bytes, *, mechanism: object, mechanism_param: object) -> bytes: ...

    def decrypt(self, data: bytes, *, mechanism: object, mechanism_param: object) -> bytes: ...

    def destroy(self) -> None: ...


class _Session:
    """An open session and the master keys that it found."""

    def __init__(self, session: "Session"):
        self._session = session
        self._keys: dict[str, _MasterKey] = {}

    def find(self) -> dict[str, _MasterKey]:
        """Look for the master keys that are in the token now."""
        from pkcs11 import Attribute, ObjectClass, TokenNotPresent

        found: Any = self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
        ours = [(str(key.label).removeprefix(LABEL), key) for key in found if str(key.label).startswith(LABEL)]
        labelled = dict(ours)
        if len(labelled) < len(ours):
            raise StorageUnavailable("the token holds two master keys of one label")
        if self._keys and not labelled:
            # A token that was pulled out looks empty to some modules.
            raise TokenNotPresent
        self._keys = labelled
        return labelled

    def alive(self) -> bool:
        """Tell whether the keys that were found are still there."""
        from pkcs11 import PKCS11Error

        known = set(self._keys)
        try:
            return known <= set(self.find())
        except PKCS11Error:
            return False

    def make(self) -> str:
        """Make the next key, which can encrypt and decrypt and nothing else."""
        from pkcs11 import Attribute, KeyType, MechanismFlag

        name = next_id(tuple(self.find()), PREFIX)
        made: Any = self._session.generate_key(
            KeyType.AES,
            256,
            label=f"{LABEL}{name}",
            id=name.encode(),
            store=True,
            capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
            template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
        self._keys[name] = made
        return name

    def encrypt(self, master: str, nonce: bytes, bound: bytes, key: bytes) -> bytes:
        """Encrypt with a master key."""
        from pkcs11 import GCMParams, Mechanism

        parameters = GCMParams(nonce, bound, TAG_BITS)
        return self._key(master).encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=parameters)

    def decrypt(self, master: str, nonce: bytes, bound: bytes, sealed: bytes) -> bytes:
        """Decrypt with a master key."""
        from pkcs11 import GCMParams, Mechanism

        parameters = GCMParams(nonce, bound, TAG_BITS)
        return self._key(master).decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=parameters)

    def destroy(self, master: str) -> None:
        """Destroy a master key; one that is gone is no error."""
        key = self.find().pop(master, None)
        if key is not None:
            key.destroy()

    def _key(self, master: str) -> _MasterKey:
        key = self._keys.get(master) or self.find().get(master)
        if key is None:
            raise UnknownMaster("a master key is not in the token")
        return key


def _open(token: Token, pin: str) -> "Session":
    """Open a session and log in.

    Raises:
        PKCS11Error: the token is not there, or refuses.
        StorageUnavailable: the module is not there.
    """
    import pkcs11

    if not token.module.is_file():
        raise StorageUnavailable("the PKCS#11 module is not there: see DMP_PKCS11_MODULE")
    library = pkcs11.lib(str(token.module))
    try:
        found = library.get_token(token_label=token.label)
    except pkcs11.PKCS11Error:
        # A module looks for its tokens when it starts.
        library.reinitialize()
        found = library.get_token(token_label=token.label)
    try:
        return found.open(rw=True, user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:
        return found.open(rw=True)
