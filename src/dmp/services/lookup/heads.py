"""What an entry says of its document in words: title, kind, author, place, day. Read from the entry as it is today."""

from dmp.record.codes import Code
from dmp.record.entry import Author, DocumentEntry
from dmp.record.hl7text import Xcn, Xon, unescape
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.services.days import digits_of_care
from dmp.services.lookup.lexicon import Expression
from dmp.services.lookup.words import DATE_SIGN, tokens


class Heads:
    """The heads of the papers of one search: what several of them say is read once, and forgotten with the search."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._read: dict[str, Expression] = {}

    def of(self, entry: DocumentEntry) -> Expression:
        """The terms of an entry, in an order that parts what different fields say."""
        found: list[str] = []
        for text in _said(entry):
            found += (*self._terms(text), "")
        day = digits_of_care(entry)
        return (*found, f"{DATE_SIGN}{day}") if day else tuple(found)

    def _terms(self, text: str) -> Expression:
        if text not in self._read:
            found = list(tokens(text))
            joined = (token.joined for token in found if token.joined)
            self._read[text] = (*(token.term for token in found), *joined)
        return self._read[text]


def _said(entry: DocumentEntry) -> tuple[str, ...]:
    authors = entry.authors[:1] or (Author(),)
    names = (Xcn.parse(authors[0].person).name, *(Xon.parse(one).name for one in authors[0].institutions[:1]))
    specialties = (unescape(text.split("^")[1]) for text in authors[0].specialties[:1] if "^" in text)
    kinds = (
        _label(entry.type_code, Nomenclature.DOCUMENT_TYPES),
        _label(entry.class_code, Nomenclature.DOCUMENT_CLASSES),
    )
    events = (code.display for code in entry.event_codes[:10])
    return tuple(text[:500] for text in (entry.title, *kinds, *names, *specialties, *events) if text)


def _label(code: Code, table: Nomenclature) -> str:
    return value_set(table).label(code.code, code.system) or code.display
