"""Passwords («mots de passe»): which ones are taken, how they are kept, and what checking one may cost (security 9.5).

A hash costs about 50 ms of a core and 19 MiB on purpose. So all hashing goes
through one small pool with a short queue: who finds it full is told to come
back, and the rest of the service goes on (`HashingPool`).
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")
SHORTEST = 12
LONGEST = 200
"""Characters; a longer one is refused before any work."""
LEAST_OF_ITS_OWN = 4
"""Characters that must remain when what everybody uses is taken away."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$QUFBQUFBQUFBQUFBQUFBQQ$QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"
"""A hash that no password is known for: what is checked when there is no account, so that it takes as long."""
_LOOK_ALIKE = str.maketrans("0134578@$!|", "oieastbasil")


class PoolFull(Exception):
    """More passwords wait to be checked than can be in good time: nothing was done, come back later."""


def hash_password(text: str) -> str:
    """The Argon2id hash of a password, with its parameters and its salt (19 MiB, 2 passes, RFC 9106)."""
    return _hasher.hash(_prepared(text))


def is_password(text: str, kept: str) -> bool:
    """Whether a password is the one of a hash; takes as long when there is no hash."""
    try:
        return _hasher.verify(kept or NOBODYS, _prepared(text)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def weakness(text: str, *, own_words: tuple[str, ...] = ()) -> str:
    """Why a new password is not taken: `short`, `long`, `common`; empty when it is.

    Common is what is made of words and rows of keys that everybody uses, of
    `own_words` (login, names), of years, and of hardly anything else.
    """
    if len(text) < SHORTEST:
        return "short"
    if len(text) > LONGEST:
        return "long"
    return "common" if len(_left_of(text, own_words)) < LEAST_OF_ITS_OWN else ""


def _left_of(text: str, own_words: tuple[str, ...]) -> str:
    """What remains of a password without what everybody uses; repetitions count once."""
    own = tuple(part for word in own_words for part in re.split(r"\W+", _plain(word)) if len(part) > 2)
    words = sorted({*_common(), *own}, key=len, reverse=True)
    lefts = []
    for form in {_plain(text), _plain(text).translate(_LOOK_ALIKE)}:
        left = form
        for word in words:
            left = left.replace(word, "")
        left = re.sub(r"(19|20)\d\d|[\W_]", "", left)
        lefts.append("".join(dict.fromkeys(re.sub(r"(.+?)\1+", r"\1", left))))
    return min(lefts, key=len)


def _plain(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


@cache
def _common() -> frozenset[str]:
    text = (files("dmp.sign_in") / "data" / "common.txt").read_text(encoding="utf-8")
    words = {_plain(line) for line in text.splitlines() if line and not line.startswith("#")}
    return frozenset(words | set(_runs()))


def _runs() -> Iterator[str]:
    """Rows of keys and of the alphabet, both ways, three keys at least."""
    rows = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "1qaz2wsx3edc")
    for row in (*rows, "abcdefghijklmnopqrstuvwxyz", "0123456789"):
        for way in (row, row[::-1]):
            for size in range(3, len(way) + 1):
                yield from (way[start : start + size] for start in range(len(way) - size + 1))


def _prepared(text: str) -> str:
    """One form for what is typed on different keyboards (RFC 8265, OpaqueString); never more than `LONGEST`."""
    return unicodedata.normalize("NFC", text)[: LONGEST + 1]


class HashingPool:
    """Where passwords are hashed: so many at once, so many waiting, nobody else (security 9.5)."""

    def __init__(self, *, threads: int = 1, queue: int = 16):
        """`threads` hash at the same time; `queue` more wait: with 20 a second, less than a second each."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._places = threading.BoundedSemaphore(threads + queue)

    def is_password(self, text: str, kept: str) -> bool:
        """As `is_password`.

        Raises:
            PoolFull: nothing was done.
        """
        return self._done(lambda: is_password(text, kept))

    def hash(self, text: str) -> str:
        """As `hash_password`.

        Raises:
            PoolFull: nothing was done.
        """
        return self._done(lambda: hash_password(text))

    def close(self) -> None:
        """Wait for the last one."""
        self._threads.shutdown()

    def _done(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise PoolFull
        try:
            return self._threads.submit(work).result()
        finally:
            self._places.release()
