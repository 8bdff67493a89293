"""The words of an RTF, and nothing else of it: no picture, no object, no field is followed."""

import re
from collections.abc import Iterator

MOST_TOKENS = 2_000_000
"""Looked at in one document."""
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_SKIPPED = frozenset(
    {
        *(b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"objdata", b"datastore", b"themedata"),
        *(b"listtable", b"listoverridetable", b"rsidtbl", b"generator", b"fldinst", b"filetbl", b"xmlnstbl"),
        *(b"template", b"latentstyles", b"colorschememapping", b"pgdsctbl", b"revtbl"),
    }
)
"""Destinations that hold no words of the document."""
_SIGNS = {
    **dict.fromkeys((b"par", b"line", b"sect", b"page", b"row"), "\n"),
    **dict.fromkeys((b"tab", b"cell"), "\t"),
    **{
        b"emdash": "—",
        b"endash": "–",
        b"bullet": "•",
        b"lquote": "‘",
        b"rquote": "’",
        b"ldblquote": "“",
        b"rdblquote": "”",
    },
}
_ESCAPED = {
    b"~": "\N{NO-BREAK SPACE}",
    b"_": "-",
    b"-": "",
    b"{": "{",
    b"}": "}",
    b"\\": "\\",
    b"\n": "\n",
    b"\r": "\n",
}


def text_of_rtf(data: bytes) -> str:
    """The text of a document; what is no RTF gives what looks like text in it."""
    return re.sub(r"\n{3,}", "\n\n", "".join(_pieces(data))).strip()


def _pieces(data: bytes) -> Iterator[str]:
    groups: list[tuple[bool, int]] = []
    skipped, after_unicode, to_skip, starting = False, 1, 0, False
    for count, token in enumerate(_TOKEN.finditer(data)):
        if count > MOST_TOKENS:
            return
        word, number, octet, sign, brace, text = token.groups()
        if brace == b"{":
            groups.append((skipped, after_unicode))
            starting = True
            continue
        if brace == b"}":
            skipped, after_unicode = groups.pop() if groups else (False, 1)
        elif word in _SKIPPED or (sign == b"*" and starting):
            skipped = True
        elif word == b"uc":
            after_unicode = min(int(number or 1), 8)
        elif word == b"u" and number and not skipped:
            yield _unicode(int(number))
            to_skip = after_unicode
            continue
        elif to_skip and (octet or text):
            # What follows a Unicode sign says the same for old readers.
            yield "" if octet or skipped else text[to_skip:].decode("cp1252", "replace")
            to_skip = max(to_skip - (1 if octet else len(text)), 0)
        elif not skipped:
            yield _plain(word, octet, sign, text)
        starting = False


def _plain(word: bytes | None, octet: bytes | None, sign: bytes | None, text: bytes | None) -> str:
    if octet:
        return bytes([int(octet, 16)]).decode("cp1252", "replace")
    if text:
        return text.decode("cp1252", "replace")
    return _ESCAPED.get(sign, "") if sign else _SIGNS.get(word, "") if word else ""


def _unicode(number: int) -> str:
    code = number % 65536
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code < 0xE000 else chr(code) if code >= 32 else " "
