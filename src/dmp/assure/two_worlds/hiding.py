"""The ways to hide: each gives the steps of one document, or of one family of documents (security 7, DEC-10)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from dmp.assure.two_worlds.confiding import secret_prescription
from dmp.assure.two_worlds.scene import AUTHOR, SHOWN, Paper, Scene, Step
from dmp.assure.two_worlds.world import START
from dmp.record.entry import EntryStatus, Folder, Relation
from dmp.record.visibility import Visibility

MASKED = Visibility(masked=True)
UNSAID = Visibility(hidden_from_patient_since=START)
"""Not announced to the patient yet."""
CONFIDENTIAL = Visibility(hidden_from_guardians=True)
"""Care that a minor's representatives do not know of."""


def _secret(scene: Scene, paper: Paper, *others: Paper, links: Sequence[tuple[str, Relation, str]] = ()) -> Step:
    papers, lot = (paper, *others), scene.lot(paper.author)
    scene.lots.append(lot.unique_id)
    scene.secrets.extend(papers)
    return Step(None, scene.deposits(scene.submission(paper.author, papers, lot=lot, links=links), paper.author))


def _plain(scene: Scene) -> list[Step]:
    return [_secret(scene, *[scene.paper() for _ in range(scene.dice.randint(1, 2))])]


def _chain(scene: Scene, hidden: Visibility = SHOWN) -> list[Step]:
    """Three versions, each replacing the one before; the last one hides them all."""
    papers = [scene.paper(), scene.paper(), scene.paper(hidden=hidden)]
    steps = [_secret(scene, papers[0])]
    for old, new in pairwise(papers):
        steps.append(_secret(scene, new, links=[(new.uuid, Relation.REPLACES, old.uuid)]))
    return steps


def _masked_later(scene: Scene) -> list[Step]:
    paper = scene.paper()
    return [_secret(scene, paper), Step(None, scene.changes(paper, paper.author, masked=True))]


def _masked_twice(scene: Scene) -> list[Step]:
    paper = scene.paper(hidden=MASKED)
    flags = (False, True)
    return [_secret(scene, paper), *[Step(None, scene.changes(paper, paper.author, masked=flag)) for flag in flags]]


def _masked_with_its_past(scene: Scene) -> list[Step]:
    """Replaced, its metadata changed, then masked."""
    steps = _chain(scene)
    last = scene.secrets[-1]
    return [*steps, Step(None, scene.changes(last, last.author, masked=True))]


def _masked_archive(scene: Scene) -> list[Step]:
    paper = scene.paper(hidden=MASKED)
    return [_secret(scene, paper), Step(None, scene.becomes(paper, EntryStatus.ARCHIVED, paper.author))]


def _deleted(scene: Scene) -> list[Step]:
    paper = scene.paper()
    return [_secret(scene, paper), Step(None, scene.becomes(paper, EntryStatus.DELETED, paper.author))]


def _deleted_after_archive(scene: Scene) -> list[Step]:
    paper = scene.paper()
    statuses = (EntryStatus.ARCHIVED, EntryStatus.DELETED)
    return [_secret(scene, paper), *[Step(None, scene.becomes(paper, status, paper.author)) for status in statuses]]


def _beside(scene: Scene, hidden: Visibility) -> list[Step]:
    """In one lot with a document that is shown."""
    shown, secret = scene.paper(), scene.paper(hidden=hidden)
    lot = scene.lot(shown.author)
    scene.shown.append(shown)
    scene.secrets.append(secret)
    both = [shown, secret] if scene.dice.random() < 0.5 else [secret, shown]
    alone = scene.submission(shown.author, [shown], lot=lot)
    together = scene.submission(shown.author, both, lot=lot)
    return [Step(scene.deposits(alone, shown.author), scene.deposits(together, shown.author))]


def _addendum_of_a_shown_one(scene: Scene) -> list[Step]:
    shown, secret = scene.paper(), scene.paper(hidden=MASKED)
    scene.shown.append(shown)
    relation = scene.dice.choice((Relation.APPENDS, Relation.TRANSFORMS))
    return [
        Step(scene.deposits(scene.submission(shown.author, [shown]), shown.author)),
        _secret(scene, secret, links=[(secret.uuid, relation, shown.uuid)]),
    ]


def _parent_of_a_shown_one(scene: Scene) -> list[Step]:
    shown, secret = scene.paper(), scene.paper(hidden=MASKED)
    scene.shown.append(shown)
    lot = scene.lot(shown.author)
    alone = scene.submission(shown.author, [shown], lot=lot)
    tied = scene.submission(shown.author, [shown], lot=lot, links=[(shown.uuid, Relation.APPENDS, secret.uuid)])
    return [_secret(scene, secret), Step(scene.deposits(alone, shown.author), scene.deposits(tied, shown.author))]


def _namesakes(scene: Scene) -> list[Step]:
    """One document, deposited twice in two lots; the second time masked."""
    first = scene.paper()
    second = replace(first, entry=scene.described(first.octets, MASKED))
    return [_secret(scene, first), _secret(scene, second)]


def _copies(scene: Scene, hidden: Visibility) -> list[Step]:
    """One document of which there are three copies, the third of them hidden."""
    first = scene.paper()
    papers = [first, scene.paper(like=first)]
    scene.shown.extend(papers)
    shown = [Step(scene.deposits(scene.submission(paper.author, [paper]), paper.author)) for paper in papers]
    return [*shown, _secret(scene, scene.paper(like=first, hidden=hidden))]


def _copies_of_a_hidden_one(scene: Scene) -> list[Step]:
    """Two copies, both hidden: one that stands alone for the viewer is not beside them."""
    first = scene.paper(hidden=MASKED)
    return [_secret(scene, first), _secret(scene, scene.paper(like=first, hidden=MASKED))]


def _former_of_a_shown_one(scene: Scene) -> list[Step]:
    """What a shown document corrected, deleted since."""
    former, shown = scene.paper(), scene.paper()
    scene.shown.append(shown)
    lot = scene.lot(shown.author)
    alone = scene.submission(shown.author, [shown], lot=lot)
    correcting = scene.submission(shown.author, [shown], lot=lot, links=[(shown.uuid, Relation.REPLACES, former.uuid)])
    return [
        _secret(scene, former),
        Step(scene.deposits(alone, shown.author), scene.deposits(correcting, shown.author)),
        Step(None, scene.becomes(former, EntryStatus.DELETED, former.author)),
    ]


def _signed(scene: Scene) -> list[Step]:
    paper = scene.paper(hidden=MASKED)
    scene.secrets.append(paper)
    lot = scene.lot(paper.author)
    scene.lots.append(lot.unique_id)
    whole = scene.with_signature(scene.submission(paper.author, [paper], lot=lot))
    scene.secrets.append(Paper(whole.entries[-1], b"<Signature/>", paper.author))
    return [Step(None, scene.deposits(whole, paper.author))]


def _put(folder: Folder, *papers: Paper) -> list[tuple[str, Relation, str]]:
    return [(folder.uuid, Relation.HAS_MEMBER, paper.uuid) for paper in papers]


def _folder(scene: Scene, *, papers: int, hidden: Visibility = SHOWN) -> list[Step]:
    """A folder of secrets, or an empty one."""
    held = [scene.paper(hidden=hidden) for _ in range(papers)]
    folder, author = scene.folder(), scene.worlds.credentials(AUTHOR)
    lot = scene.lot(author)
    scene.lots.append(lot.unique_id)
    scene.secret_folders.append(folder)
    scene.secrets.extend(held or [scene.paper()])
    deposit = scene.submission(author, held, lot=lot, links=_put(folder, *held), folders=[folder])
    return [Step(None, scene.deposits(deposit, author))]


def _in_a_folder(scene: Scene, *, shown: int, hidden: Visibility) -> list[Step]:
    """A folder of what is shown, or an empty one; a secret is put in it, then perhaps something shown."""
    papers, folder, secret = [scene.paper() for _ in range(shown)], scene.folder(), scene.paper(hidden=hidden)
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
    "masked_at_deposit": lambda scene: [_secret(scene, scene.paper(hidden=MASKED))],
    "masked_later": _masked_later,
    "masked_twice": _masked_twice,
    "masked_chain": lambda scene: _chain(scene, MASKED),
    "masked_with_its_past": _masked_with_its_past,
    "masked_archive": _masked_archive,
    "deleted": _deleted,
    "deleted_after_archive": _deleted_after_archive,
    "beside_a_shown_one": lambda scene: _beside(scene, MASKED),
    "addendum_of_a_shown_one": _addendum_of_a_shown_one,
    "parent_of_a_shown_one": _parent_of_a_shown_one,
    "namesakes": _namesakes,
    "signed": _signed,
    "former_of_a_shown_one": _former_of_a_shown_one,
    "one_of_three_copies": lambda scene: _copies(scene, MASKED),
    "one_of_three_copies_unsaid": lambda scene: _copies(scene, UNSAID),
    "copies_of_a_hidden_one": _copies_of_a_hidden_one,
    "plain_folder": lambda scene: _folder(scene, papers=1),
    "empty_folder": lambda scene: _folder(scene, papers=0),
    "hidden_folder": lambda scene: _folder(scene, papers=2, hidden=MASKED),
    "in_a_shown_folder": lambda scene: _in_a_folder(scene, shown=1, hidden=MASKED),
    "in_an_empty_folder": lambda scene: _in_a_folder(scene, shown=0, hidden=MASKED),
    "in_a_shown_folder_unsaid": lambda scene: _in_a_folder(scene, shown=1, hidden=UNSAID),
    "hidden_from_patient": lambda scene: [_secret(scene, scene.paper(hidden=UNSAID))],
    "hidden_chain": lambda scene: _chain(scene, UNSAID),
    "hidden_beside": lambda scene: _beside(scene, UNSAID),
    "hidden_from_guardians": lambda scene: [_secret(scene, scene.paper(hidden=CONFIDENTIAL))],
    "secret_prescription": secret_prescription,
}
"""Each way by its name."""
