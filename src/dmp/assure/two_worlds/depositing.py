"""Lots of the viewer that run into hidden things (ITI-41): their ids, their links, their folders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from dmp.assure.two_worlds.asking import Endpoint, Make, Probe, deposit_message
from dmp.assure.two_worlds.scene import Paper
from dmp.assure.two_worlds.searching import FIRST_UNKNOWN, LINKS, UNKNOWN
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import START
from dmp.client.credentials import Credentials
from dmp.client.lots import sender, signed
from dmp.record.actor import Authentication
from dmp.record.entry import Folder, Relation, SubmissionSet
from dmp.wire import soap

PROVIDE = Endpoint("repository", soap.Action.PROVIDE_AND_REGISTER)


@dataclass(frozen=True)
class Lot:
    """A lot to be deposited: one paper, links from it, what is forced of its ids."""

    label: str
    paper: Paper
    links: Sequence[tuple[Relation, str]] = ()
    header: SubmissionSet | None = None
    link_id: str = ""
    folders: Sequence[Folder] = ()
    places: Sequence[str] = ()
    """Folders that the paper is put in, by id."""


def deposits(seen: Seen) -> list[Make]:
    """Lots with a document that the viewer made; none for citizens, who have no card to sign with."""
    who = seen.who
    return [] if who is None else [partial(_deposit, seen, who, make) for make in _lots(seen, who)]


def _deposit(seen: Seen, who: Credentials, make: Callable[[], Lot]) -> Probe:
    lot = make()
    links = [(lot.paper.uuid, relation, target) for relation, target in lot.links]
    links += [(folder, Relation.HAS_MEMBER, lot.paper.uuid) for folder in lot.places]
    papers = [replace(lot.paper, entry=replace(lot.paper.entry, authors=(sender(who),)))]
    built = seen.scene.submission(who, papers, links=links, lot=lot.header, folders=lot.folders)
    if lot.link_id:
        first, *others = built.associations
        built = replace(built, associations=(replace(first, uuid=lot.link_id), *others))
    if who.authentication is Authentication.DIRECT:
        built = signed(built, who, at=START, new_oid=seen.scene.oid)
    return deposit_message(f"ITI-41 {lot.label}", built, seen.message_id())


def _lots(seen: Seen, who: Credentials) -> list[Callable[[], Lot]]:
    scene, dice = seen.scene, seen.scene.dice
    secret, some_id, paper = seen.a_secret(), dice.choice(seen.ids or (UNKNOWN,)), partial(_paper, seen)
    last = [
        lambda: Lot("same uniqueId, other octets", paper(secret.unique_id)),
        lambda: Lot("same uniqueId, same octets", _copy(seen, secret)),
    ]
    return [
        lambda: Lot("same lot id", paper(), header=scene.lot(who, unique_id=seen.a_lot())),
        lambda: Lot("same lot uuid", paper(), header=scene.lot(who, uuid=some_id)),
        lambda: Lot("same link uuid", paper(), link_id=some_id),
        *_linked(seen, secret, some_id),
        *_into_folders(seen),
        # Last, since what it writes has that id in the second world, and another one in the first.
        lambda: Lot("same entryUUID", _named(paper(), some_id)),
        *dice.sample(last, len(last)),
    ]


def _linked(seen: Seen, secret: Paper, some_id: str) -> list[Callable[[], Lot]]:
    """Links to what is hidden, alone, with shown ones, with ids of nothing."""
    scene, paper = seen.scene, partial(_paper, seen)
    shown = scene.dice.choice(scene.shown) if scene.shown else None
    both = [(Relation.REPLACES, one.uuid) for one in (shown, secret) if one is not None]
    three = [(Relation.APPENDS, target) for target in (UNKNOWN, FIRST_UNKNOWN, secret.uuid)]
    used = shown.unique_id if shown else "2.25.1"
    return [
        *[partial(_linked_to, seen, relation, some_id) for relation in sorted(LINKS)],
        lambda: Lot("links to hidden and unknown", paper(), links=three),
        lambda: Lot("replaces shown and hidden", paper(), links=both),
        lambda: Lot("hidden target, used document id", paper(used), links=three[2:]),
    ]


def _linked_to(seen: Seen, relation: Relation, target: str) -> Lot:
    return Lot(f"{relation.name} of a hidden one", _paper(seen), links=[(relation, target)])


def _into_folders(seen: Seen) -> list[Callable[[], Lot]]:
    scene, paper = seen.scene, partial(_paper, seen)
    if not scene.secret_folders:
        return [lambda: Lot("put in a folder that is not there", paper(), places=[UNKNOWN])]
    hidden = scene.dice.choice(scene.secret_folders)
    return [
        lambda: Lot("put in a hidden folder", paper(), places=[hidden.uuid]),
        lambda: Lot("put in hidden and unknown ones", paper(), places=[UNKNOWN, hidden.uuid, FIRST_UNKNOWN]),
        lambda: Lot("same folder id", paper(), folders=[scene.folder(unique_id=hidden.unique_id)]),
    ]


def _paper(seen: Seen, unique_id: str = "") -> Paper:
    return seen.scene.paper(seen.viewer.standing_for or seen.viewer.holder, unique_id=unique_id)


def _copy(seen: Seen, secret: Paper) -> Paper:
    if secret.entry.is_signature:
        return _paper(seen, secret.unique_id)
    return Paper(seen.scene.described(secret.octets), secret.octets, secret.author)


def _named(paper: Paper, uuid: str) -> Paper:
    return replace(paper, entry=replace(paper.entry, uuid=uuid))
