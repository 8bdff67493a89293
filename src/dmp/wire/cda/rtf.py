"""What an RTF could do besides being read: objects, links to other files, remote templates (functional DOC-4)."""

import re

_WORDS = re.compile(
    rb"\\(object|objdata|objemb|objlink|objautlink|objocx|objupdate|objsub|objhtml|template|ddeauto|dde|filetbl)(?![a-z])"
)
_FIELD = re.compile(rb"\\fldinst(?![a-z])")
_MARKS = re.compile(rb"\\[a-z]+-?[0-9]* ?|\\'[0-9a-f]{2}|\\\*|[{}\s\"]+")
_INSTRUCTIONS = (b"DDEAUTO", b"DDE", b"INCLUDETEXT", b"INCLUDEPICTURE", b"IMPORT", b"LINK", b"MACROBUTTON", b"EMBED")
_NEAR = 400
"""Octets after a field mark where its instruction is looked for, marks left out."""


def active_words(data: bytes) -> tuple[str, ...]:
    """The refused control words and field instructions found, sorted."""
    found = {word.decode("ascii") for word in _WORDS.findall(data)}
    for field in _FIELD.finditer(data):
        text = _MARKS.sub(b"", data[field.end() : field.end() + _NEAR]).upper()
        found |= {name.decode("ascii") for name in _INSTRUCTIONS if text.startswith(name)}
    return tuple(sorted(found))
