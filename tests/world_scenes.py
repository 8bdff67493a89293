"""Scenes of two worlds: who looks, what is hidden from him, and everything he may ask about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from dmp.client.credentials import Credentials
from dmp.record.actor import Actor, Authentication, Caller, Holder, Mode
from dmp.record.entry import EntryStatus, Folder, Relation
from dmp.record.record import Attending
from world_builders import (
    AUTHOR,
    GUARDIAN,
    START,
    Paper,
    Scene,
    Step,
    actor_of,
    given,
)

MASKS = ("masked_at_deposit", "masked_later", "masked_twice", "masked_chain", "masked_with_its_past", "masked_archive")
WITHDRAWN = ("deleted", "deleted_after_archive")
TIED = (
    "beside_a_shown_one",
    "addendum_of_a_shown_one",
    "parent_of_a_shown_one",
    "namesakes",
    "signed",
    "hidden_folder",
    "in_a_shown_folder",
    "in_an_empty_folder",
)
FROM_PATIENT = ("hidden_from_patient", "hidden_chain", "hidden_beside", "in_a_shown_folder_unsaid")
FROM_GUARDIANS = ("hidden_from_guardians",)
PLAIN = ("plain", "plain_chain", "plain_folder", "empty_folder", *MASKS, *WITHDRAWN, "namesakes", "signed")
"""What somebody sees nothing of who sees none of the documents of others."""


@dataclass(frozen=True)
class Viewer:
    """Who looks, how the record stands to him, what is hidden from him."""

    name: str
    holder: str
    hidden: tuple[str, ...]
    standing_for: str = ""
    air: bool = False
    mode: Mode = Mode.NORMAL
    authorised: bool = True
    blocked: bool = False
    attending: bool = False
    everything_hidden: bool = False
    sees_others: bool = True
    no_record: bool = False
    """In the second world there is no record at all."""


VIEWERS = (
    Viewer("nurse", "nurse", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("doctor", "doctor2", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("unconfirmed attending doctor", "doctor2", (*MASKS, *WITHDRAWN, *TIED), attending=True),
    Viewer("stranger", "doctor3", PLAIN, authorised=False, sees_others=False),
    Viewer("blocked nurse", "nurse", PLAIN, blocked=True, sees_others=False),
    Viewer("breaker of glass", "doctor2", (*MASKS, *WITHDRAWN, *TIED), mode=Mode.BREAK_GLASS, authorised=False),
    Viewer("AIR doctor", "hospital", (*MASKS, *WITHDRAWN, *TIED), standing_for="doctor3", air=True),
    Viewer("dispatch", "regulation_centre", MASKS, standing_for="doctor3", air=True, mode=Mode.EMERGENCY_DISPATCH),
    Viewer("hospital", "hospital", PLAIN, standing_for="doctor3", sees_others=False),
    Viewer("secretary", "secretary", PLAIN, sees_others=False),
    Viewer("occupational doctor", "occupational_doctor", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("nurse, all hidden", "nurse", PLAIN, everything_hidden=True, sees_others=False),
    Viewer("holder", "", FROM_PATIENT),
    Viewer("representative", "representative", (*FROM_PATIENT, *FROM_GUARDIANS)),
    Viewer("insurer", "insurer", PLAIN, standing_for="doctor3", no_record=True, sees_others=False),
    Viewer("stranger to the family", "representative", PLAIN, no_record=True, sees_others=False),
)


@dataclass
class Seen:
    """A scene that was played, and who looks now."""

    scene: Scene
    viewer: Viewer
    who: Credentials | None
    caller: Caller
    ids: tuple[str, ...] = ()
    """Every entryUUID that only the first world has."""


def play(scene: Scene, viewer: Viewer) -> Seen:
    """Make the record, let things happen in both worlds, secrets in the first alone."""
    worlds, dice = scene.worlds, scene.dice
    worlds.scenes += 1
    for world in worlds.all:
        world.scene = worlds.scenes
    who = worlds.credentials(viewer.holder, standing_for=viewer.standing_for, air=viewer.air) if _card(viewer) else None
    actor = _actor(scene, viewer, who)
    seen = Seen(scene, viewer, who, _caller(scene, viewer, actor))
    opening = scene.opens(**_known(scene, viewer, who))
    if viewer.no_record:
        Step(None, opening).happen(worlds, 0)
    else:
        Step(opening).happen(worlds, 0)
    units = [HIDING[dice.choice(viewer.hidden)](scene) for _ in range(dice.randint(1, 3))]
    if not viewer.no_record:
        units += [_public(seen) for _ in range(dice.randint(1, 3))]
    number = 1
    while units:
        unit = dice.choice(units)
        if unit:
            unit.pop(0).happen(worlds, number)
            number += 1
        else:
            units.remove(unit)
    first, second = worlds.all
    seen.ids = tuple(sorted(first.ids(scene.record_key) - second.ids(scene.record_key)))
    if viewer.everything_hidden:
        Step(scene.amends(hide_everything=True)).happen(worlds, number)
    return seen


def _card(viewer: Viewer) -> bool:
    return viewer.holder not in ("", "representative")


def _actor(scene: Scene, viewer: Viewer, who: Credentials | None) -> Actor:
    if who is not None:
        return actor_of(who)
    if not viewer.holder:
        return Holder(scene.patient)
    return replace(GUARDIAN, id="185036322082911") if viewer.no_record else GUARDIAN


def _caller(scene: Scene, viewer: Viewer, actor: Actor) -> Caller:
    reason = "inconscient" if viewer.mode is Mode.BREAK_GLASS else ""
    return Caller(actor, viewer.mode, reason, scene.patient)


def _known(scene: Scene, viewer: Viewer, who: Credentials | None) -> dict[str, object]:
    allowed = [given(scene.worlds.credentials(AUTHOR).user)]
    known: dict[str, object] = {}
    if who is not None and viewer.authorised and who.authentication is not Authentication.INDIRECT:
        allowed.append(given(who.user, by_holder=True))
    known["authorisations"] = tuple(allowed)
    if who is None:
        return known
    if viewer.blocked:
        known["blocked"] = frozenset({who.user})
    if viewer.attending:
        known["attending"] = (Attending(who.user, START),)
    return known


# -- what is hidden: each gives the steps of one document or family of documents


def _secret(scene: Scene, *papers: Paper, who: Credentials | None = None, **how: object) -> Step:
    author = who or papers[0].author
    lot = scene.lot(author)
    scene.lots.append(lot.unique_id)
    scene.secrets.extend(papers)
    return Step(None, scene.deposits(scene.submission(author, papers, lot=lot, **how), author))


def _plain(scene: Scene) -> list[Step]:
    return [_secret(scene, *[scene.paper() for _ in range(scene.dice.randint(1, 2))])]


def _chain(scene: Scene, **visibility: bool) -> list[Step]:
    """Three versions, each replacing the one before; the last one hides them all."""
    papers = [scene.paper(), scene.paper(), scene.paper(**visibility)]
    steps = [_secret(scene, papers[0])]
    for old, new in pairwise(papers):
        steps.append(_secret(scene, new, links=[(new.uuid, Relation.REPLACES, old.uuid)]))
    return steps


def _masked_later(scene: Scene) -> list[Step]:
    paper = scene.paper()
    return [_secret(scene, paper), Step(None, scene.changes(paper, paper.author, masked=True))]


def _masked_twice(scene: Scene) -> list[Step]:
    paper = scene.paper(masked=True)
    flags = (False, True)
    return [_secret(scene, paper), *[Step(None, scene.changes(paper, paper.author, masked=flag)) for flag in flags]]


def _masked_with_its_past(scene: Scene) -> list[Step]:
    """Replaced, its metadata changed, then masked."""
    steps = _chain(scene)
    last = scene.secrets[-1]
    return [*steps, Step(None, scene.changes(last, last.author, masked=True))]


def _masked_archive(scene: Scene) -> list[Step]:
    paper = scene.paper(masked=True)
    return [_secret(scene, paper), Step(None, scene.becomes(paper, EntryStatus.ARCHIVED, paper.author))]


def _deleted(scene: Scene) -> list[Step]:
    paper = scene.paper()
    return [_secret(scene, paper), Step(None, scene.becomes(paper, EntryStatus.DELETED, paper.author))]


def _deleted_after_archive(scene: Scene) -> list[Step]:
    paper = scene.paper()
    statuses = (EntryStatus.ARCHIVED, EntryStatus.DELETED)
    return [_secret(scene, paper), *[Step(None, scene.becomes(paper, status, paper.author)) for status in statuses]]


def _beside(scene: Scene, **visibility: bool) -> list[Step]:
    """In one lot with a document that is shown."""
    shown, secret = scene.paper(), scene.paper(**visibility)
    lot = scene.lot(shown.author)
    scene.shown.append(shown)
    scene.secrets.append(secret)
    both = [shown, secret] if scene.dice.random() < 0.5 else [secret, shown]
    alone = scene.submission(shown.author, [shown], lot=lot)
    together = scene.submission(shown.author, both, lot=lot)
    return [Step(scene.deposits(alone, shown.author), scene.deposits(together, shown.author))]


def _addendum_of_a_shown_one(scene: Scene) -> list[Step]:
    shown, secret = scene.paper(), scene.paper(masked=True)
    scene.shown.append(shown)
    relation = scene.dice.choice((Relation.APPENDS, Relation.TRANSFORMS))
    return [
        Step(scene.deposits(scene.submission(shown.author, [shown]), shown.author)),
        _secret(scene, secret, links=[(secret.uuid, relation, shown.uuid)]),
    ]


def _parent_of_a_shown_one(scene: Scene) -> list[Step]:
    shown, secret = scene.paper(), scene.paper(masked=True)
    scene.shown.append(shown)
    lot = scene.lot(shown.author)
    alone = scene.submission(shown.author, [shown], lot=lot)
    tied = scene.submission(shown.author, [shown], lot=lot, links=[(shown.uuid, Relation.APPENDS, secret.uuid)])
    return [_secret(scene, secret), Step(scene.deposits(alone, shown.author), scene.deposits(tied, shown.author))]


def _namesakes(scene: Scene) -> list[Step]:
    """One document, deposited twice in two lots; the second time masked."""
    first = scene.paper()
    second = replace(first, entry=scene.described(first.octets, masked=True))
    return [_secret(scene, first), _secret(scene, second)]


def _signed(scene: Scene) -> list[Step]:
    paper = scene.paper(masked=True)
    scene.secrets.append(paper)
    lot = scene.lot(paper.author)
    scene.lots.append(lot.unique_id)
    whole = scene.with_signature(scene.submission(paper.author, [paper], lot=lot))
    scene.secrets.append(Paper(whole.entries[-1], b"<Signature/>", paper.author))
    return [Step(None, scene.deposits(whole, paper.author))]


def _put(folder: Folder, *papers: Paper) -> list[tuple[str, Relation, str]]:
    return [(folder.uuid, Relation.HAS_MEMBER, paper.uuid) for paper in papers]


def _folder(scene: Scene, *, papers: int, **visibility: bool) -> list[Step]:
    """A folder of secrets, or an empty one."""
    held = [scene.paper(**visibility) for _ in range(papers)]
    folder, author = scene.folder(), scene.worlds.credentials(AUTHOR)
    lot = scene.lot(author)
    scene.lots.append(lot.unique_id)
    scene.secret_folders.append(folder)
    scene.secrets.extend(held or [scene.paper()])
    deposit = scene.submission(author, held, lot=lot, links=_put(folder, *held), folders=[folder])
    return [Step(None, scene.deposits(deposit, author))]


def _in_a_folder(scene: Scene, *, shown: int, **visibility: bool) -> list[Step]:
    """A folder of what is shown, or an empty one; a secret is put in it, then perhaps something shown."""
    papers, folder, secret = [scene.paper() for _ in range(shown)], scene.folder(), scene.paper(**visibility)
    author = scene.worlds.credentials(AUTHOR)
    scene.shown.extend(papers)
    (scene.shown_folders if shown else scene.secret_folders).append(folder)
    first = scene.submission(author, papers, links=_put(folder, *papers), folders=[folder])
    steps = [Step(scene.deposits(first, author)), _secret(scene, secret, links=_put(folder, secret))]
    if shown and scene.dice.random() < 0.5:
        later = scene.paper()
        scene.shown.append(later)
        steps.append(Step(scene.deposits(scene.submission(author, [later], links=_put(folder, later)), author)))
    return steps


HIDING: dict[str, Callable[[Scene], list[Step]]] = {
    "plain": _plain,
    "plain_chain": _chain,
    "masked_at_deposit": lambda scene: [_secret(scene, scene.paper(masked=True))],
    "masked_later": _masked_later,
    "masked_twice": _masked_twice,
    "masked_chain": lambda scene: _chain(scene, masked=True),
    "masked_with_its_past": _masked_with_its_past,
    "masked_archive": _masked_archive,
    "deleted": _deleted,
    "deleted_after_archive": _deleted_after_archive,
    "beside_a_shown_one": lambda scene: _beside(scene, masked=True),
    "addendum_of_a_shown_one": _addendum_of_a_shown_one,
    "parent_of_a_shown_one": _parent_of_a_shown_one,
    "namesakes": _namesakes,
    "signed": _signed,
    "plain_folder": lambda scene: _folder(scene, papers=1),
    "empty_folder": lambda scene: _folder(scene, papers=0),
    "hidden_folder": lambda scene: _folder(scene, papers=2, masked=True),
    "in_a_shown_folder": lambda scene: _in_a_folder(scene, shown=1, masked=True),
    "in_an_empty_folder": lambda scene: _in_a_folder(scene, shown=0, masked=True),
    "in_a_shown_folder_unsaid": lambda scene: _in_a_folder(scene, shown=1, patient=True),
    "hidden_from_patient": lambda scene: [_secret(scene, scene.paper(patient=True))],
    "hidden_chain": lambda scene: _chain(scene, patient=True),
    "hidden_beside": lambda scene: _beside(scene, patient=True),
    "hidden_from_guardians": lambda scene: [_secret(scene, scene.paper(guardians=True))],
}


def _public(seen: Seen) -> list[Step]:
    """What the viewer may see: of the author, or his own."""
    scene, dice = seen.scene, seen.scene.dice
    own = not seen.viewer.sees_others or (_feeds(seen) and dice.random() < 0.4)
    if own and not _feeds(seen):
        return []
    if own:
        assert seen.who is not None
        return _own(scene, seen)
    paper = scene.paper()
    scene.shown.append(paper)
    return _of_the_author(scene, paper, seen.caller.mode)


def _of_the_author(scene: Scene, paper: Paper, mode: Mode) -> list[Step]:
    """Deposited, and perhaps archived, masked for a while, replaced or signed."""
    lot = scene.submission(paper.author, [paper])
    deposit, more = Step(scene.deposits(lot, paper.author)), scene.dice.randrange(5)
    if more == 0:
        return [deposit, Step(scene.becomes(paper, EntryStatus.ARCHIVED, paper.author))]
    if more == 1 and mode is Mode.NORMAL:
        return [deposit, *[Step(scene.changes(paper, paper.author, masked=flag)) for flag in (True, False)]]
    if more == 2:
        new = scene.paper()
        scene.shown.append(new)
        link = [(new.uuid, Relation.REPLACES, paper.uuid)]
        return [deposit, Step(scene.deposits(scene.submission(new.author, [new], links=link), new.author))]
    if more == 3:
        return [Step(scene.deposits(scene.with_signature(lot), paper.author))]
    return [deposit]


def _feeds(seen: Seen) -> bool:
    return seen.who is not None and seen.who.authentication is not Authentication.REINFORCED and _may_own(seen)


def _may_own(seen: Seen) -> bool:
    return not seen.viewer.everything_hidden and not seen.viewer.no_record and seen.viewer.holder != "secretary"


def _own(scene: Scene, seen: Seen) -> list[Step]:
    assert seen.who is not None
    paper = scene.paper(seen.viewer.standing_for or seen.viewer.holder)
    scene.shown.append(paper)
    return [Step(scene.deposits(scene.submission(seen.who, [paper]), seen.who))]
