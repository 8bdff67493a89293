"""Two records of one person become one («fusion»), and two again («scission»): what each keeps (LC-18).

Wherever both decided, the stricter decision holds as long as they are one
(security 6.7): nobody gains a right by a merge. A split gives each what it
had; what somebody decided meanwhile stays decided, in both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet, unique_key
from dmp.record.hl7text import Cx
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Absorption, Attending, Authorisation, Care, Decisions, JoinedChain, Oppositions, Record
from dmp.record.visibility import Visibility

Given = TypeVar("Given", Authorisation, Delegate)
REPLACING = (Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES)


# -- decisions


def decisions_of(record: Record) -> Decisions:
    """What the holder decided of a record as a whole."""
    return Decisions(**{field.name: getattr(record, field.name) for field in fields(Decisions)})


def deciding(record: Record, decisions: Decisions) -> Record:
    """The record with these decisions."""
    return replace(record, **{field.name: getattr(decisions, field.name) for field in fields(Decisions)})


def strictest(kept: Record, absorbed: Record) -> Decisions:
    """The decisions of both: who reads one alone reads neither half of the other, and a refusal of either holds."""
    return Decisions(
        authorisations=_authorised_by_both(kept, absorbed),
        blocked=kept.blocked | absorbed.blocked,
        attending=_attending_both(kept, absorbed),
        oppositions=Oppositions(
            kept.oppositions.break_glass or absorbed.oppositions.break_glass,
            kept.oppositions.emergency_dispatch or absorbed.oppositions.emergency_dispatch,
        ),
        emergency_reads_masked=kept.emergency_reads_masked and absorbed.emergency_reads_masked,
        hide_everything=kept.hide_everything or absorbed.hide_everything,
        deceased=kept.deceased or absorbed.deceased,
        traits=kept.traits or absorbed.traits,
        legal_hold=kept.legal_hold or absorbed.legal_hold,
        care=_cared_for_by_both(kept, absorbed),
        delegates=_delegates_of_both(kept, absorbed),
        withdrawals=(*kept.withdrawals, *absorbed.withdrawals),
        heirs_opposed=kept.heirs_opposed or absorbed.heirs_opposed,
    )


def _authorised_by_both(kept: Record, absorbed: Record) -> tuple[Authorisation, ...]:
    pairs = ((given, absorbed.authorisation_of(given.subject)) for given in kept.authorisations)
    return tuple(
        replace(
            given,
            start=max(given.start, other.start),
            until=min(given.until, other.until),
            by_holder=given.by_holder and other.by_holder,
        )
        for given, other in pairs
        if other is not None
    )


def _attending_both(kept: Record, absorbed: Record) -> tuple[Attending, ...]:
    pairs = ((role, absorbed.attending_of(role.doctor)) for role in kept.attending)
    return tuple(
        replace(role, confirmed=role.confirmed and other.confirmed) for role, other in pairs if other is not None
    )


def _cared_for_by_both(kept: Record, absorbed: Record) -> tuple[Care, ...]:
    """A team reads where both say so; where one of them opposed it, it stays opposed."""
    opposed = (care for care in absorbed.care if care.opposed and kept.care_of(care.team) is None)
    pairs = ((care, absorbed.care_of(care.team)) for care in kept.care)
    return (
        *(
            replace(
                care,
                since=max(care.since, other.since),
                until=min(care.until, other.until),
                opposed=care.opposed or other.opposed,
            )
            if other is not None
            else care
            for care, other in pairs
            if other is not None or care.opposed
        ),
        *opposed,
    )


def _delegates_of_both(kept: Record, absorbed: Record) -> tuple[Delegate, ...]:
    """Who was named in both, with the narrower scope and the shorter time."""
    scopes = list(DelegateScope)
    pairs = ((one, other) for one in kept.delegates for other in absorbed.delegates if one.person == other.person)
    return tuple(
        replace(
            one,
            scope=min(one.scope, other.scope, key=scopes.index),
            since=max(one.since, other.since),
            until=min(one.until, other.until),
        )
        for one, other in pairs
    )


def restored(record: Record, absorption: Absorption) -> Decisions:
    """What the surviving record had before, but for what was decided since."""
    now, before, after = decisions_of(record), absorption.before, absorption.after
    unchanged = [f.name for f in fields(Decisions) if getattr(now, f.name) == getattr(after, f.name)]
    return replace(now, **{name: getattr(before, name) for name in unchanged})


def set_free(absorbed: Record, record: Record, absorption: Absorption) -> Record:
    """What the absorbed record decides again, and what was refused, ended or withdrawn while the two were one.

    What was given meanwhile stays with the surviving record: nobody gains a right by a split either.
    """
    after, both = absorption.after, strictest(absorbed, record)
    refused = {name: getattr(both, name) for name in _REFUSALS if getattr(record, name) != getattr(after, name)}
    left = {role.doctor for role in after.attending} - {role.doctor for role in record.attending}
    return replace(
        absorbed,
        **refused,
        blocked=absorbed.blocked | (record.blocked - after.blocked),
        authorisations=_ended_since(absorbed.authorisations, record.authorisations, after.authorisations),
        delegates=_ended_since(absorbed.delegates, record.delegates, after.delegates),
        attending=tuple(role for role in absorbed.attending if role.doctor not in left),
        care=_opposed_since(absorbed, record, after),
        withdrawals=(*absorbed.withdrawals, *(gone for gone in record.withdrawals if gone not in after.withdrawals)),
    )


_REFUSALS = ("oppositions", "emergency_reads_masked", "hide_everything", "legal_hold", "heirs_opposed")
"""Decisions of which the stricter one holds in both, once it was changed."""


def _ended_since(own: tuple[Given, ...], now: tuple[Given, ...], then: tuple[Given, ...]) -> tuple[Given, ...]:
    """What somebody was given, cut short where it was cut short in the record of both."""
    last = {_whose(given): given.until for given in sorted(now, key=lambda given: given.until)}
    cut = {name: last[name] for given in then if (name := _whose(given)) in last and last[name] < given.until}
    return tuple(replace(each, until=min(each.until, cut.get(_whose(each), each.until))) for each in own)


def _whose(given: Authorisation | Delegate) -> str:
    return given.subject if isinstance(given, Authorisation) else given.person.number


def _opposed_since(absorbed: Record, record: Record, after: Decisions) -> tuple[Care, ...]:
    known = {care.team for care in after.care if care.opposed}
    opposed = {care.team: care for care in record.care if care.opposed and care.team not in known}
    own = tuple(replace(care, opposed=care.opposed or care.team in opposed) for care in absorbed.care)
    return (*own, *(care for team, care in opposed.items() if absorbed.care_of(team) is None))


# -- replacement chains


def join_chains(
    kept: Iterable[DocumentEntry], absorbed: Iterable[DocumentEntry], marks: Mapping[str, Visibility]
) -> tuple[JoinedChain, ...]:
    """The chains that become one because they hold a document of one uniqueId; the strictest marks hide it (DEC-3)."""
    ours, theirs = list(kept), list(absorbed)
    both = {unique_key(e.unique_id) for e in ours} & {unique_key(e.unique_id) for e in theirs}
    groups: list[set[str]] = []
    for key in sorted(both):
        chains = {entry.chain for entry in (*ours, *theirs) if unique_key(entry.unique_id) == key}
        touching = [group for group in groups if group & chains]
        groups = [group for group in groups if not group & chains] + [chains.union(*touching)]
    return tuple(_joined(group, (*ours, *theirs), marks) for group in groups if len(group) > 1)


def _joined(group: set[str], entries: Iterable[DocumentEntry], marks: Mapping[str, Visibility]) -> JoinedChain:
    before = {chain: marks[chain] for chain in sorted(group) if chain in marks}
    together = Visibility()
    for each in before.values():
        together = together.strictest(each)
    members = {entry.logical_id: entry.chain for entry in entries if entry.chain in group}
    return JoinedChain(min(group), together, before, members)


def parted_chain(entry: DocumentEntry, joined: Iterable[JoinedChain], *, side: Mapping[str, str]) -> str:
    """The chain that an entry has once the joined ones are parted; `side` gives that of its side for a later one."""
    group = next((group for group in joined if group.chain == entry.chain), None)
    if group is None:
        return entry.chain
    return group.members.get(entry.logical_id) or side.get(group.chain, entry.chain)


def parted_marks(
    marks: Mapping[str, Visibility], joined: Iterable[JoinedChain], chains: Mapping[str, frozenset[str]]
) -> dict[str, Visibility]:
    """What hides each chain once the joined ones are parted; `chains` gives those that each joined one becomes.

    A joined chain that nobody touched gives back what it was made of; one
    that was changed since gives what it became to all.
    """
    parted = dict(marks)
    for group in joined:
        now = parted.pop(group.chain, Visibility())
        for chain in chains.get(group.chain, frozenset()):
            own = group.before.get(chain, Visibility()) if now == group.marks else now
            if own != Visibility():
                parted[chain] = own
    return parted


# -- what goes back


@dataclass(frozen=True)
class Held:
    """Everything a record holds; `lot_of` gives the lot that an entry or a folder came with."""

    entries: tuple[DocumentEntry, ...]
    folders: tuple[Folder, ...]
    lots: tuple[SubmissionSet, ...]
    links: tuple[Association, ...]
    lot_of: Mapping[str, str]


@dataclass(frozen=True)
class Share:
    """What of a merged record goes back: `shared_lots` brought something to both, `cut` links lead across.

    `revived` are documents that only a link across had replaced.
    """

    documents: frozenset[str]
    folders: frozenset[str]
    lots: frozenset[str]
    shared_lots: frozenset[str]
    links: frozenset[str]
    cut: frozenset[str]
    revived: frozenset[str]

    @property
    def moved(self) -> tuple[str, ...]:
        """The ids of all that goes."""
        return tuple(sorted(self.documents | self.folders | self.lots | self.links))


THEIRS, OURS, BOTH, ACROSS = "theirs", "ours", "both", "across"


def share_of(absorption: Absorption, held: Held) -> Share:
    """What the absorbed record had, and what came since under its identifiers."""
    mine = {lot.uuid for lot in held.lots if Cx.parse(lot.patient_cx).patient in absorption.identifiers}
    arrived = absorption.lots | mine
    documents = _of_lots(held.entries, arrived, held.lot_of)
    folders = _of_lots(held.folders, arrived, held.lot_of)
    sides = {each.uuid: OURS for each in (*held.entries, *held.folders)} | dict.fromkeys(documents | folders, THEIRS)
    sides |= _sides_of_lots(held, sides, arrived)
    by_link = _sides_of_links(held.links, sides)
    cut = frozenset(uuid for uuid, side in by_link.items() if side == ACROSS)
    return Share(
        documents=documents,
        folders=folders,
        lots=frozenset(lot.uuid for lot in held.lots if sides[lot.uuid] == THEIRS),
        shared_lots=frozenset(lot.uuid for lot in held.lots if sides[lot.uuid] == BOTH),
        links=frozenset(uuid for uuid, side in by_link.items() if side == THEIRS),
        cut=cut,
        revived=_revived(held, cut),
    )


def _of_lots(
    objects: Iterable[DocumentEntry] | Iterable[Folder], lots: frozenset[str], lot_of: Mapping[str, str]
) -> frozenset[str]:
    """All versions of what came with these lots: a version belongs with the first one."""
    versions: dict[str, list[DocumentEntry | Folder]] = defaultdict(list)
    for each in objects:
        versions[each.logical_id or each.uuid].append(each)
    firsts = {name: min(group, key=lambda each: each.version) for name, group in versions.items()}
    return frozenset(
        each.uuid for name, group in versions.items() if lot_of[firsts[name].uuid] in lots for each in group
    )


def _sides_of_lots(held: Held, sides: Mapping[str, str], arrived: frozenset[str]) -> dict[str, str]:
    """A lot goes with what it brought and changed; one that did so for both is in both."""
    subjects: dict[str, set[str]] = defaultdict(set)
    for uuid, lot in held.lot_of.items():
        subjects[lot].add(sides[uuid])
    lots = {lot.uuid for lot in held.lots}
    for link in held.links:
        if link.source in lots and link.target in sides:
            subjects[link.source].add(sides[link.target])
    found: dict[str, str] = {}
    for lot in lots:
        told = subjects[lot] or {THEIRS if lot in arrived else OURS}
        found[lot] = BOTH if len(told) > 1 else next(iter(told))
    return found


def _sides_of_links(links: Iterable[Association], sides: Mapping[str, str]) -> dict[str, str]:
    """A link goes with its ends, one to a link with that link; one whose ends part leads across."""
    by_id, found = {link.uuid: link for link in links}, dict[str, str]()

    def side(name: str) -> str:
        if name in by_id and name not in found:
            found[name] = ACROSS  # links that lead in a circle lead nowhere
            link = by_id[name]
            told = {side(link.source), side(link.target)} - {BOTH}
            found[name] = next(iter(told)) if len(told) == 1 else ACROSS if told else OURS
        return found.get(name) or sides.get(name, OURS)

    for uuid in by_id:
        side(uuid)
    return found


def _revived(held: Held, cut: frozenset[str]) -> frozenset[str]:
    replaced = {link.target for link in held.links if link.uuid in cut and link.type in REPLACING}
    still = {link.target for link in held.links if link.uuid not in cut and link.type in REPLACING}
    newest = {e.logical_id: e for e in sorted(held.entries, key=lambda entry: entry.version)}
    current = {entry.uuid for entry in newest.values() if entry.status is EntryStatus.DEPRECATED}
    return frozenset((replaced - still) & current)
