"""Remove what is registered, for good (ITI-62): an administrator's act, with its reason in the trace (xds-wire 7.6)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dmp.actions.action import Ask, Scope, Turn
from dmp.record.entry import Association
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents
from dmp.store.removal import remove
from dmp.store.tx import Tx


@dataclass(frozen=True)
class RemoveMetadata:
    """Entries, lots, folders and links of one record, by their ids; the octets of the documents stay."""

    patient: PatientId
    ids: tuple[str, ...]

    verb = Verb.REMOVE_METADATA

    @property
    def about(self) -> tuple[str, ...]:
        """The objects to remove."""
        return self.ids

    def scope(self, tx: Tx) -> Scope:
        """The record alone: an administrator sees no document, and needs to."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Remove all of them.

        Raises:
            Refused: one is not there, is still referred to, or would leave another without any link; none is removed.
        """
        problems = list(_problems(frozenset(self.ids), turn.contents))
        if problems:
            raise Refused(*problems)
        remove(turn.tx, turn.known_record, self.ids, named=turn.new_id(), at=turn.at)


def _problems(ids: frozenset[str], contents: RecordContents) -> Iterator[Problem]:
    """The checks in their order: unknown, still referred to, left alone; the first kind found is told."""
    links = contents.links()
    checks = (_unknown(ids, contents), _referred_to(ids, links), _left_alone(ids, links))
    for check in checks:
        found = list(check)
        yield from found
        if found:
            return


def _unknown(ids: frozenset[str], contents: RecordContents) -> Iterator[Problem]:
    for name in sorted(ids - contents.taken(ids)):
        yield Problem(XdsCode.UNRESOLVED_REFERENCE, f"{name}: no such object in this record")


def _referred_to(ids: frozenset[str], links: Iterable[Association]) -> Iterator[Problem]:
    """A link that stays may not lead to, or from, what goes."""
    staying = [link for link in links if link.uuid not in ids]
    for name in sorted({end for link in staying for end in (link.source, link.target) if end in ids}):
        yield Problem(XdsCode.REFERENCES_EXIST, f"{name}: an association outside the request refers to it")


def _left_alone(ids: frozenset[str], links: Iterable[Association]) -> Iterator[Problem]:
    """What stays keeps one link at least."""
    staying = Counter(end for link in links if link.uuid not in ids for end in (link.source, link.target))
    losing = {end for link in links if link.uuid in ids for end in (link.source, link.target)} - ids
    of_links = {link.uuid for link in links}
    for name in sorted(losing - of_links):
        if not staying[name]:
            yield Problem(XdsCode.UNREFERENCED_OBJECT, f"{name}: no association would lead to it any more")
