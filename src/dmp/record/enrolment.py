"""Enrolment («création du compte patient»): what a person is handed, once, to sign in, and where codes go (TD1.5)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from dmp.record.notice import Address, Channel

ACTIVATION = timedelta(weeks=6)
"""How long a password that we made may be used (security 9.3)."""
MOST_CHANNELS = 5
"""Addresses that one-time codes of one account may go to."""
PASSWORD_LENGTH = 20
PASSWORD_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # noqa: S105 - what passwords are made of
"""Nothing that reads like another one: no 0 and o, no 1, i and l. Twenty of them are 99 bits."""
_CONSONANTS, _VOWELS = "bdfjklmnrtv", "aiou"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS)
_WORDS, _SYLLABLES_EACH = 4, 2

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)
_LONGEST_MAIL = 254
_FRENCH_MOBILE = re.compile(r"(?:0|\+33|0033)([67][0-9]{8})", re.ASCII)
_ABROAD = re.compile(r"\+(?!33)[1-9][0-9]{6,14}", re.ASCII)

Pick = Callable[[Sequence[str]], str]
"""Picks one at random, as `secrets.choice`."""


class HashPassword(Protocol):
    """Makes of a password what is kept of it (Argon2id, security 9.5)."""

    def __call__(self, text: str, /) -> str:
        """The hash, with its parameters and its salt."""
        ...


@dataclass(frozen=True)
class Enrolment:
    """A fresh login and a password to be changed at once (PT-2); `hash` is all that is kept of the password."""

    login: str
    password: str = field(repr=False)
    hash: str = field(repr=False)


def new_enrolment(pick: Pick, hash_password: HashPassword) -> Enrolment:
    """Make one: random, so that it tells nothing of the person; the login can be read aloud."""
    password = "".join(pick(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))
    return Enrolment(_login(pick), password, hash_password(password))


def _login(pick: Pick) -> str:
    """Four words of two syllables, e.g. `bado-kiru-mefa-tilo`: 44 bits, so that two never meet but by a miracle."""
    words = ("".join(pick(_SYLLABLES) for _ in range(_SYLLABLES_EACH)) for _ in range(_WORDS))
    return "-".join(words)


class ChannelAction(StrEnum):
    """What TD1.5b does to the addresses that codes go to."""

    ADD = "AJOUT"
    CHANGE = "MODIFICATION"
    """This address in the place of every other one of its kind."""
    REMOVE = "SUPPRESSION"


@dataclass(frozen=True)
class ChannelChange:
    """A change of where one-time codes go (TD1.5b); `canal` is as it was written, and judged by the act."""

    type: Channel
    canal: str
    action: ChannelAction


def read_address(channel: Channel, said: str) -> Address | None:
    """An e-mail address, or a mobile number, that a message can be sent to; None when it is none.

    A French number may be written `06…`, another one with its country (`+32…`);
    spaces, dots, hyphens and brackets do not count.
    """
    said = said.strip()
    if channel is Channel.EMAIL:
        return Address(channel, said) if len(said) <= _LONGEST_MAIL and _MAIL.fullmatch(said) else None
    number = re.sub(r"[ .()-]", "", said)
    if french := _FRENCH_MOBILE.fullmatch(number):
        return Address(channel, f"+33{french[1]}")
    return Address(channel, number) if _ABROAD.fullmatch(number) else None
