"""An e-prescription that has a number («ordonnance numérique»): what is prescribed, and everything done about it.

Its state is never written down: it follows from what was done (services 4).
The base that keeps them is national; this one has the same cycle, for
development and demonstration.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dmp.record.entry import DocumentEntry
from dmp.record.facts import NOTHING, Concept

TYPE_PRESCRIPTION, TYPE_DISPENSATION = "57833-6", "60593-1"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that nobody confuses (Crockford's base 32)."""
OCTETS = 15
"""Of chance in a number: 120 bits, which nobody guesses (RX-1)."""
_GROUPS = re.compile(r"[\s-]+")
_MISREAD = str.maketrans("OIL", "011")


class PrescriptionState(StrEnum):
    """The words of DEC-91."""

    DRAFT = "draft"
    SIGNED = "signed"
    DEPOSITED = "deposited"
    PARTLY_DISPENSED = "partly_dispensed"
    DISPENSED = "dispensed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Deed(StrEnum):
    """What a pharmacist does with a line (RX-2)."""

    DELIVERED = "delivered"
    ADAPTED = "adapted"
    """Something else than what is written, with the reason."""
    REFUSED = "refused"


@dataclass(frozen=True)
class Item:
    """One line; `quantity` is what one delivery holds, in `unit`, and `days` how long that lasts (0: not told)."""

    id: str
    product: Concept
    posology: str
    quantity: Decimal
    unit: str = ""
    repeats: int = 0
    days: int = 0
    atc: str = ""
    restriction: str = ""
    """Of the rules on durations (`services/medicines/durations.toml`); empty: by the ATC code."""
    overlap_stated: bool = False
    """The prescriber wrote that it may overlap another one («mention expresse»)."""
    not_substitutable: str = ""
    long_term_illness: bool = False
    comment: str = ""

    @property
    def most(self) -> Decimal:
        """All that may ever be delivered (RX-4)."""
        return self.quantity * (1 + self.repeats)


@dataclass(frozen=True)
class Advice:
    """An advice of the checks as it was read: by which rule of which version, on data of which day."""

    rule: str
    severity: str
    words: str
    version: str
    data: str


@dataclass(frozen=True)
class Checked:
    """What the checks of medicines told who signed, or who delivered (RX-7): his own affair, which never blocked."""

    rules: str
    """Version of the rules."""
    database: str = ""
    """The reference data of medicines; empty where none were loaded, so that interactions were not looked for."""
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True)
class Execution:
    """What a pharmacist did with one line."""

    id: str
    at: datetime
    day: date
    """On which it was done: the day of `at`, or a little before."""
    item: str
    deed: Deed
    quantity: Decimal
    pharmacist: str
    name: str
    pharmacy: str
    product: Concept = NOTHING
    lot: str = ""
    reason: str = ""
    copied: bool = True
    """A copy went to the record: the patient did not oppose it (RX-3)."""
    checked: Checked | None = None
    """What the check of another product told him who delivered it; None of the product of the line."""

    @property
    def is_substitute(self) -> bool:
        """Another product than that of the line was handed out («substitution»)."""
        return self.product != NOTHING


@dataclass(frozen=True)
class Prescription:
    """One prescription and its story."""

    id: str
    number: str
    """That the QR code holds: who shows it lets the pharmacist read."""
    prescriber: str
    prescriber_name: str
    structure: str
    written: date
    items: tuple[Item, ...]
    signed: datetime | None = None
    deposited: datetime | None = None
    executions: tuple[Execution, ...] = ()
    cancelled: datetime | None = None
    reason: str = ""
    """Why it was cancelled."""
    document: str = ""
    """uniqueId of the document in the record; empty when the patient opposed the copy (RX-3)."""
    paper: bool = True
    """A paper copy is handed out; the holder of an active space may refuse it (RX-1)."""
    secret: bool = False
    """Of a minor, in secret connection: his representatives do not know of it."""
    comment: str = ""
    flags: tuple[str, ...] = ()
    """Codes of what is said of all of it: at home, urgent, exceptional, secured."""
    checked: Checked | None = None
    """None of one that was written elsewhere, or before this was kept."""

    @property
    def for_others(self) -> "Prescription":
        """What anybody may be told of it who neither wrote nor delivered it: not what these were advised (RX-7)."""
        return replace(self, checked=None, executions=tuple(replace(each, checked=None) for each in self.executions))

    @property
    def without_number(self) -> "Prescription":
        """The same for whom its number is not: who has it may have it delivered."""
        return replace(self.for_others, number="")

    def told_to(self, person: str) -> "Prescription":
        """The same for a professional, by his id: of what the checks advised, each is told what he was (RX-7)."""
        done = tuple(each if each.pharmacist == person else replace(each, checked=None) for each in self.executions)
        return replace(self, checked=self.checked if self.prescriber == person else None, executions=done)

    def item(self, name: str) -> Item | None:
        """A line by its id."""
        return next((each for each in self.items if each.id == name), None)

    def line_ident(self, name: str) -> str:
        """The id of a line in the documents, which deliveries name; empty when no document is in the record (RX-3)."""
        return f"{self.document}^{name}" if self.document else ""

    def delivered(self, name: str) -> Decimal:
        """What was handed out of a line so far."""
        return sum((each.quantity for each in self.executions if each.item == name), Decimal(0))


@dataclass(frozen=True)
class Documented:
    """A prescription with the entries of its document that the record holds; none where the copy was opposed (RX-3)."""

    prescription: Prescription
    papers: tuple[DocumentEntry, ...] = ()


def number_of(chance: bytes) -> str:
    """The number made of 15 octets of chance, in groups that people can read out; its last letter is a check.

    Raises:
        ValueError: there are fewer octets: such a number could be guessed.
    """
    if len(chance) != OCTETS:
        raise ValueError(f"a number is made of {OCTETS} octets")
    value = int.from_bytes(chance)
    letters = "".join(LETTERS[value >> shift & 31] for shift in range(115, -1, -5))
    whole = letters + _check(letters)
    return "-".join(whole[start : start + 5] for start in range(0, 25, 5))


def read_number(text: str) -> str:
    """A number as it is kept, from what was typed or scanned; empty when it cannot be one."""
    bare = _GROUPS.sub("", text.strip().upper().rpartition(":")[2]).translate(_MISREAD)
    if len(bare) != 25 or any(letter not in LETTERS for letter in bare) or _check(bare[:-1]) != bare[-1]:
        return ""
    return "-".join(bare[start : start + 5] for start in range(0, 25, 5))


def _check(letters: str) -> str:
    """A letter that changes when any one letter does (Luhn, for 32 letters)."""
    total, factor = 0, 2
    for letter in reversed(letters):
        weight = factor * LETTERS.index(letter)
        total += weight // 32 + weight % 32
        factor = 3 - factor
    return LETTERS[-total % 32]
