"""A line of the directory («annuaire»): what is known of a professional or of a structure (xds-wire 8.4-9)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dmp.record.leads import spelt

SEARCHED = ("professional", "structure")
"""The kinds of lines that people look for by name."""
LONGEST_WORD = 64


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, as they are compared: capitals without accents, each once, in their order."""
    parts = (spelt(part)[:LONGEST_WORD] for part in re.split(r"[\s\-'’]+", name))
    return tuple(dict.fromkeys(part for part in parts if part))


def words_kept(kind: str, name: str) -> tuple[str, ...]:
    """The words by which a line is found; none for lines that nobody looks for."""
    return words_of(name) if kind in SEARCHED else ()


@dataclass(frozen=True)
class Listed:
    """What the directory says; `parent` is the legal entity (EJ) of a geographic one (EG).

    `profession` and `know_hows` are those of a professional, `sector` that of a
    structure: whoever claims another one is refused. Empty: not known, and not
    checked.
    """

    kind: str
    """`professional` or `structure`."""
    id: str
    name: str
    active: bool = True
    parent: str = ""
    profession: str = ""
    """Code of TRE_G15, or of a table beside it."""
    know_hows: tuple[str, ...] = ()
    """Codes of TRE_R01 (doctors) or G05 (pharmacists)."""
    sector: str = ""
    """Code of JDV_J61, SAnn."""

    def may_have_profession(self, code: str) -> bool:
        """Whether the directory knows no other profession."""
        return self.profession in ("", code)

    def may_have_know_how(self, code: str) -> bool:
        """Whether the directory knows no other know-how; nothing claimed is nothing to refuse."""
        return not self.know_hows or not code or code in self.know_hows

    @staticmethod
    def read(kind: str, told: Mapping[str, Any]) -> "Listed":
        """A line as the operator writes it, in JSON.

        Raises:
            TypeError: a field is missing, unknown, or `know_hows` is no list.
        """
        line = Listed(kind, **told)
        if isinstance(line.know_hows, str):
            raise TypeError("know_hows is a list of codes")
        return replace(line, know_hows=tuple(line.know_hows))
