"""The access history in plain words, French and English (`data/history.toml`): nothing that a line does not hold."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from dmp.record.dtm import PARIS
from dmp.record.history import Doer, DoerKind, Ending, LogLine, TracedAct
from dmp.record.nomenclature import Nomenclature, value_set

OTHER = "other"
"""The words for an act that has none of its own, such as one of a former release."""


class Language(StrEnum):
    """In which language."""

    FRENCH = "fr"
    ENGLISH = "en"


@dataclass(frozen=True)
class ToldLine:
    """A line as people read it; `when` is in French time. `stands_out` for accesses in an emergency mode."""

    when: str
    who: str
    role: str
    structure: str
    what: str
    how: str
    stands_out: bool = False

    @property
    def sentence(self) -> str:
        """All of it as one sentence."""
        role = f" ({self.role})" if self.role else ""
        where = f", {self.structure}" if self.structure else ""
        return f"{self.when} : {self.who}{role}{where} {self.what}{f' — {self.how}' if self.how else ''}."


def told(line: LogLine, language: Language = Language.FRENCH) -> ToldLine:
    """Put a line in words."""
    if line.act is None:
        words = _texts()["vague"]
        day = f"{line.at.astimezone(PARIS):%d/%m/%Y}"
        what = words[line.vague or "updated"][language]
        return ToldLine(day, words["who"][language], "", "", what, "")
    act, doer = line.act, line.act.doer
    return ToldLine(
        when=moment(line.at),
        who=_who(doer, language),
        role=role_of(doer),
        structure=doer.structure_name or doer.structure,
        what=_what(line, act, language),
        how=_how(act, language),
        stands_out=act.mode != "normal",
    )


def moment(at: datetime) -> str:
    """A time in France, to the second."""
    return f"{at.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


def plain_role(role: str) -> str:
    """A profession and its speciality without the words of the register: «Qualifié en Médecine générale (SM)»."""
    return role.replace("Qualifié en ", "").replace("Qualification ", "").replace(" (SM)", "")


def role_of(doer: Doer) -> str:
    """The profession or role in French, as the nomenclature has it, with the know-how when there is one."""
    tables = (Nomenclature.PROFESSIONS, Nomenclature.ROLES)
    labels = (value_set(table).label(doer.profession) for table in tables) if doer.profession else ()
    label = next((found for found in labels if found), doer.profession)
    more = value_set(Nomenclature.KNOW_HOW).label(doer.know_how) if doer.know_how else ""
    return f"{label}, {more}" if label and more else label


def predicate(verb: str, ending: Ending, language: Language) -> str:
    """What somebody did, or tried to do."""
    acts = _texts()["act"]
    did, tried = (acts.get(verb) or acts[OTHER])[language]
    if ending is Ending.DONE:
        return did
    return f"{tried}{_texts()['ending'][ending][language]}"


def way(mode: str, language: Language) -> str:
    """The access mode, when it is no ordinary one."""
    modes = _texts()["mode"]
    return (modes.get(mode) or modes[OTHER])[language]


def _what(line: LogLine, act: TracedAct, language: Language) -> str:
    said = predicate(act.verb, act.ending, language)
    counted = Counter(document.title for document in line.documents)
    titles = ", ".join(_titled(title, count, language) for title, count in counted.items())
    return f"{said} : {titles}" if titles else said


def _titled(title: str, count: int, language: Language) -> str:
    times = "fois" if language is Language.FRENCH else "times"
    return f"« {title} » ({count} {times})" if count > 1 else f"« {title} »"


def _how(act: TracedAct, language: Language) -> str:
    texts = _texts()
    parts = [way(act.mode, language)]
    parts += [texts["reason"][language].format(reason=act.reason)] if act.reason else []
    parts += [texts["secret"][language]] if act.secret else []
    return ", ".join(part for part in parts if part)


def _who(doer: Doer, language: Language) -> str:
    kinds = _texts()["who"]
    if doer.kind in (DoerKind.HOLDER, DoerKind.OPERATOR):
        return kinds[doer.kind][language]
    if not doer.name:
        named = kinds.get(doer.kind) or kinds[DoerKind.UNKNOWN]
        return f"{named[language]} {doer.person}".strip()
    declared = kinds["declared"][language] if doer.kind == DoerKind.SOFTWARE else ""
    return f"{doer.name}{declared}"


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads(files("dmp.record").joinpath("data", "history.toml").read_text(encoding="utf-8"))
