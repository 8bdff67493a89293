"""What the rights answered to all that one act asked: what stops it, what is left out, what it may see."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from dmp.access.log_rules import Paper
from dmp.access.question import Decision
from dmp.actions.action import Ask, Found, Listing
from dmp.record.entry import DocumentEntry, unique_key
from dmp.record.record import Record

Answer = tuple[Ask, Decision]


@dataclass(frozen=True)
class Answers:
    """The answers to the asks of a scope, in their order; then those to its listings, entry by entry."""

    asked: list[Answer]
    listed: list[tuple[Listing, list[Decision]]]

    @property
    def refusals(self) -> list[Answer]:
        """What was required and refused: the first one stops the act."""
        return [(ask, answer) for ask, answer in self.asked if not answer.allowed and not ask.optional]

    @property
    def granted(self) -> tuple[Ask, ...]:
        """The asks that were given."""
        return tuple([ask for ask, answer in self.asked if answer.allowed])

    @property
    def allowed(self) -> tuple[DocumentEntry, ...]:
        """The entries of the record that may be seen, each once, though several rights were asked about it."""
        asked = [ask.entry for ask, answer in self.asked if ask.record is None and ask.entry and answer.allowed]
        return _unique([*asked, *(entry for listing, entry in self._seen() if listing.record is None)])

    @property
    def found(self) -> tuple[Found, ...]:
        """The other records that may be shown, each with those of its entries that may be seen."""
        entries: dict[str, list[DocumentEntry]] = {}
        records: dict[str, Record] = {}
        for ask, answer in self.asked:
            if ask.record is None or not answer.allowed:
                continue
            if ask.entry is None:
                records[ask.record.key] = ask.record
            else:
                entries.setdefault(ask.record.key, []).append(ask.entry)
        for listing, entry in self._seen():
            if listing.record is not None:
                entries.setdefault(listing.record.key, []).append(entry)
        return tuple(Found(record, _unique(entries.get(key, []))) for key, record in records.items())

    @property
    def stopping(self) -> list[str]:
        """The rules that stopped the act, or that left nothing of all that the caller named."""
        got_one = any(ask.named and answer.allowed for ask, answer in self.asked)
        required = [answer.rule for _, answer in self.refusals]
        return required or ([] if got_one else [rule for _, rule in self.withheld])

    @property
    def withheld(self) -> list[tuple[str, str]]:
        """What the caller named and was answered as if it were not there, with the rule that says why."""
        return [(ask.named, answer.rule) for ask, answer in self.asked if ask.named and _is_left_out(ask, answer)]

    @property
    def grounds(self) -> tuple[str, ...]:
        """The rules that allowed something, each once."""
        listed = (answer.rule for _, answers in self.listed for answer in answers if answer.allowed)
        return tuple(dict.fromkeys([*(answer.rule for _, answer in self.asked if answer.allowed), *listed]))

    @property
    def meant(self) -> list[DocumentEntry]:
        """The entries that were named, or acted on, and given: a search looks at many others, and hands out few."""
        given = (ask for ask, answer in self.asked if answer.allowed and (ask.named or not ask.optional))
        return [ask.entry for ask in given if ask.entry is not None]

    def papers(self, names: Container[str] | None = None) -> Iterator[Paper]:
        """The documents that were asked about, each once, and whether the caller may know of it.

        Of those listed, only what is called by one of these `names`, where some are given.
        """
        known = {entry.uuid for entry in self.allowed}
        asked = {ask.entry.uuid: ask for ask, _ in self.asked if ask.entry is not None}
        for uuid, ask in asked.items():
            if ask.entry is not None:
                yield Paper(ask.entry, uuid in known, ask.lot)
        companions = {entry.uuid for ask in asked.values() for entry in ask.lot}
        for listing, _ in self.listed:
            for entry in listing.entries:
                if entry.uuid not in asked and (entry.uuid in companions or _is_called(entry, names)):
                    yield Paper(entry, entry.uuid in known)

    def _seen(self) -> Iterator[tuple[Listing, DocumentEntry]]:
        for listing, answers in self.listed:
            for entry, answer in zip(listing.entries, answers, strict=True):
                if answer.allowed:
                    yield listing, entry


def _is_left_out(ask: Ask, answer: Decision) -> bool:
    return ask.optional and not answer.allowed


def _is_called(entry: DocumentEntry, names: Container[str] | None) -> bool:
    return names is None or entry.uuid in names or entry.logical_id in names or unique_key(entry.unique_id) in names


def _unique(entries: list[DocumentEntry]) -> tuple[DocumentEntry, ...]:
    return tuple({entry.uuid: entry for entry in entries}.values())
