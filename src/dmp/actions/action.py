"""What an action is: the whole contract with the door."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from dmp.actions.beside import RightsBeside
from dmp.record.actor import Caller
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry
from dmp.record.history import Acts, LogLine, TracedAct
from dmp.record.prescription import Documented
from dmp.record.record import Record
from dmp.record.subject import Subject
from dmp.record.verb import Verb
from dmp.record.viewer import Explanation, Viewer
from dmp.record.visibility import Visibility
from dmp.services.rule_set import SHIPPED, Rules
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

Result = TypeVar("Result")
Given_co = TypeVar("Given_co", covariant=True)

NOTHING: tuple[str, ...] = ()
"""`about` of an act that names nothing but the record."""


@dataclass(frozen=True)
class Ask:
    """One right the action needs. An `optional` one that is refused is left out; any other stops the act.

    `entry` is None for the record itself. `lot` holds the other documents of
    the lot of a signature, which goes with them (DEC-12). `named` is how the
    caller named the entry, which a concealing refusal repeats: never another of
    its ids. What he named and did not get is in the trace, even where it is
    optional. What he named and is `absent` is asked about too, in its turn: a
    message about two documents must not be answered otherwise when one is
    hidden than when it does not exist (DEC-10); with another document as its
    `entry`, the answer takes as long too.
    """

    verb: Verb
    entry: DocumentEntry | None = None
    optional: bool = False
    absent: bool = False
    lot: tuple[DocumentEntry, ...] = ()
    named: str = ""
    deposited: tuple[DocumentEntry, ...] = ()
    """Documents to come: with the right to put them in, that to put in each of them by its type (DEC-33)."""
    record: Record | None = None
    """Another record than that of the scope: one of those that a list or a search may show."""
    subject: Subject | None = None
    """Whom the act lets in or keeps out, when it is about somebody (PT-10)."""

    @property
    def is_about_the_record(self) -> bool:
        """Whether it is a right to the record of the scope itself."""
        return self.entry is None and self.record is None and self.subject is None


@dataclass(frozen=True)
class Listing:
    """Documents of one record that are asked about together: those that are refused are left out.

    As so many optional asks that name nothing, at a tenth of the cost: what
    lists are made of. `record` is another one than that of the scope, if any.
    """

    verb: Verb
    entries: tuple[DocumentEntry, ...]
    record: Record | None = None


@dataclass(frozen=True)
class Scope:
    """What an action will touch: one record (None when there is none), and the rights to ask for.

    The first ask that is refused gives the answer: rights that do not depend
    on what exists come first. `verb` says what is done, for the trace, when it
    is not the first right asked.
    """

    record: Record | None
    asks: tuple[Ask, ...]
    verb: Verb | None = None
    others: tuple[Record, ...] = ()
    """Other records that the act changes, each of which keeps the trace too (LC-18)."""
    found_keep_trace: bool = False
    """Each record that the act finds and may show keeps the trace too."""
    acts: Acts | None = None
    """For an act that shows what was done to the record: reads the traces, once the act may go on."""
    listings: tuple[Listing, ...] = ()
    """Decided after the asks."""
    tells: bool = False
    """The act shows something of what was done to the record, and says of which acts (`Turn.tell`)."""
    prescription: Documented | None = None
    """What it is about, by its number: of a secret of a minor, it is traced and told of as in secret connection, once
    decided (AR-21)."""

    @property
    def main_verb(self) -> Verb:
        """What is done."""
        return self.verb or self.asks[0].verb


@dataclass(frozen=True)
class Found:
    """A record that a list or a search may show, with the entries of it that were allowed."""

    record: Record
    entries: tuple[DocumentEntry, ...] = ()


class Simulation(Protocol):
    """What others would be answered about the record of one act («voir comme»).

    Only what the caller of the act may know of enters it: for the rest of the
    record, the answers are those of a record without it. Nothing is written.
    """

    @property
    def kinds(self) -> tuple[Viewer, ...]:
        """Every kind of people that the rights know."""
        ...

    def explained(self, viewer: Viewer) -> tuple[Explanation, ...]:
        """What a viewer has of each document, by which rule."""
        ...

    def supposing(self, entry: DocumentEntry, visibility: Visibility) -> "Simulation":
        """The same about this document alone, were it hidden so."""
        ...

    def answered(self, viewer: Viewer, action: "Action[Result]") -> Result:
        """What a search would give a viewer, by the code that searches.

        Raises:
            DmpError: what he would be told.
        """
        ...


Tell = Callable[[Iterable[TracedAct]], tuple[LogLine, ...]]


def nothing_told(_acts: Iterable[TracedAct]) -> tuple[LogLine, ...]:
    """Of no act a word."""
    return ()


@dataclass(frozen=True)
class Turn:
    """What the gate hands to an action that may go on: only the entries that were allowed."""

    tx: Tx
    record: Record | None
    entries: tuple[DocumentEntry, ...]
    caller: Caller
    at: datetime
    new_id: Callable[[], str]
    found: tuple[Found, ...] = ()
    """Of the other records that were asked about, those that were allowed."""
    simulation: Simulation | None = None
    """For an act that asks for a right to simulate, and got it."""
    granted: tuple[Ask, ...] = ()
    """Every right that was asked for and given, for an act that tells what may be done to a document."""
    lines: tuple[LogLine, ...] = ()
    """What the caller may see of the acts of the scope, in their order."""
    tell: Tell = nothing_told
    """What he may see of some acts, in their order, for an act whose scope `tells`."""
    rules: Rules = SHIPPED
    """The rules of services in force: one edition for the whole act."""
    rights_beside: RightsBeside | None = None
    """`beside`, where the gate made the turn."""
    another: Callable[["Turn", "Action[object]"], object] | None = None
    """Does another act within this one, once its own rights were asked (`also`)."""

    def also(self, action: "Action[object]") -> object:
        """Do another act within this one, its rights asked of its own scope; the trace is that of this one.

        Raises:
            DmpError: a right to it is refused, or what the act itself raises.
        """
        assert self.another is not None, "the gate let an act through without its door"  # noqa: S101
        return self.another(self, action)

    @property
    def beside(self) -> RightsBeside:
        """What the caller may know of beside the documents, as the rights say it."""
        assert self.rights_beside is not None, "the gate let an act through without its rights"  # noqa: S101
        return self.rights_beside

    @property
    def rights(self) -> frozenset[Verb]:
        """The rights to the record itself that were asked for and given: of optional ones, those."""
        return frozenset(ask.verb for ask in self.granted if ask.is_about_the_record)

    @property
    def known_record(self) -> Record:
        """The record, for the acts that the gate lets through only when there is one."""
        assert self.record is not None, "the gate let an act through without a record"  # noqa: S101
        return self.record

    @property
    def today(self) -> date:
        """The day of the act, in France."""
        return self.at.astimezone(PARIS).date()

    @property
    def contents(self) -> RecordContents:
        """What the record holds."""
        return self.tx.inside(self.known_record)

    def new_uuid(self) -> str:
        """A fresh `urn:uuid:` for a registry object."""
        return f"urn:uuid:{self.new_id()}"


class Action(Protocol[Given_co]):
    """An act on a record, as the gate sees it."""

    @property
    def verb(self) -> Verb:
        """What is being done, for the trace."""
        ...

    @property
    def about(self) -> tuple[str, ...]:
        """Ids of the documents, lots or persons the act names, for the trace."""
        ...

    def scope(self, tx: Tx) -> Scope:
        """Read what the decision needs; metadata only."""
        ...

    def apply(self, turn: Turn) -> Given_co:
        """Do it."""
        ...


class Perform(Protocol):
    """The gate as pages and jobs receive it, already bound to its store and clock."""

    def __call__(self, caller: Caller, action: Action[Result]) -> Result:
        """Do the action or refuse."""
        ...
