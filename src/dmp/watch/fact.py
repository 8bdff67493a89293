"""What the watch knows of one trace: who, where from, which record by pseudonym, and what links the two."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dmp.record.actor import Mode
from dmp.record.verb import Verb

READS = frozenset({Verb.FIND, Verb.READ, Verb.READ_IDENTITY, Verb.LIST_AUTHORISATIONS})
"""What tells something of a record."""
FEEDS = frozenset({Verb.SUBMIT, Verb.REPLACE})
"""What shows that somebody was cared for."""


class Tie(StrEnum):
    """What is known of reader and holder; found with the key of the record, kept as a word alone."""

    ATTENDING = "attending"
    """The reader is the attending doctor."""
    INVITED = "invited"
    """The holder himself let the reader, or his structure, in."""
    SAME_NAME = "same-name"
    """They have one family name."""
    COLLEAGUE = "colleague"
    """The holder works in the reader's structure."""
    FLAGGED = "flagged"
    """The holder is exposed to curiosity: the operator said so."""


@dataclass(frozen=True)
class Fact:
    """One act of one person. `record` is a pseudonym, empty for none; `rank` orders identifiers, or is 0."""

    at: datetime
    person: str
    verb: str
    record: str
    profession: str = ""
    structure: str = ""
    software: str = ""
    """Serial number of the caller's software."""
    mode: str = Mode.NORMAL
    refused: bool = False
    documents: int = 0
    ties: frozenset[Tie] = field(default_factory=frozenset[Tie])
    rank: int = 0

    @property
    def reads(self) -> bool:
        """Something was told of a record."""
        return self.verb in READS and not self.refused and bool(self.record)

    @property
    def feeds(self) -> bool:
        """Something was put into one."""
        return self.verb in FEEDS and not self.refused and bool(self.record)

    @property
    def trade(self) -> str:
        """Whose days are like his: a regulation centre is a trade of its own."""
        return f"{self.profession} {self.mode}" if self.mode == Mode.EMERGENCY_DISPATCH else self.profession

    @property
    def place(self) -> str:
        """Where the act came from."""
        return f"{self.structure}/{self.software}"
