"""One way to write a text: small letters without accents, as people type them in a hurry."""

import unicodedata
from functools import cache

_COMMON = 0x2000
"""Characters up to here are looked at one by one; beyond, those below alone."""
_SIGNS = {
    **dict.fromkeys("’‘ʼ`´′", "'"),
    **dict.fromkeys("‐‑‒–", "-"),
    **dict.fromkeys("\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}", "u"),
    **dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}°ºª\t\r\n", " "),
}
_WRITTEN_OUT = {
    **{"œ": "oe", "æ": "ae", "ß": "ss", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"},
    **{"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"},
}


@cache
def _table() -> dict[int, str]:
    one_by_one = {number: _plain(chr(number)) for number in range(0x20, _COMMON)}
    changed = {number: plain for number, plain in one_by_one.items() if plain != chr(number)}
    return changed | {ord(sign): plain for sign, plain in _SIGNS.items()}


def _plain(letter: str) -> str:
    """A letter without its accent; as it is where two would be needed."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", letter.lower()) if not unicodedata.combining(one))
    return plain if len(plain) == 1 else letter.lower() if len(letter.lower()) == 1 else letter


def flat(text: str) -> str:
    """Small letters without accents, one kind of apostrophe, of hyphen and of blank: as long as what was given."""
    return text.translate(_table())


def folded(word: str) -> str:
    """The same with ligatures and Greek letters written out."""
    plain = flat(word)
    if plain.isascii():
        return plain
    return "".join(_WRITTEN_OUT.get(letter, letter) for letter in plain)
