"""Changes aimed at what is hidden (ITI-57)."""

from dataclasses import replace

from dmp.assure.two_worlds.asking import Endpoint, Make, Probe, message
from dmp.assure.two_worlds.scene import ALL
from dmp.assure.two_worlds.searching import FIRST_UNKNOWN, UNKNOWN
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import START
from dmp.record.entry import EntryStatus
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from dmp.wire import soap
from dmp.wire.xds import iti57_request

UPDATE = Endpoint("registry", soap.Action.UPDATE)


def updates(seen: Seen) -> list[Make]:
    """Of status and of visibility, on hidden ids, on shown ones and on ids of nothing, in one lot or in several."""
    alone: list[Make] = [lambda: _update(seen, _status(seen)), lambda: _update(seen, _version(seen))]
    return [
        *alone,
        *alone,
        lambda: _update(seen, _status(seen), _on_shown(seen)),
        lambda: _update(seen, _on_shown(seen), _version(seen)),
        lambda: _update(seen, _archived(UNKNOWN), _status(seen)),
        lambda: _update(seen, _archived(FIRST_UNKNOWN), _status(seen)),
        lambda: _update(seen, _version(seen), lot=seen.a_lot()),
        lambda: _update(seen, _on_shown(seen), lot=seen.a_lot()),
    ]


def _update(seen: Seen, *operations: UpdateEntry | UpdateStatus | None, lot: str = "") -> Probe:
    told = tuple(operation for operation in operations if operation is not None)
    body = iti57_request.write_request(MetadataUpdate(seen.scene.lot(seen.who, unique_id=lot), told))
    kinds = " ".join(type(operation).__name__ for operation in told)
    return message(f"ITI-57 {kinds}{' in a hidden lot' if lot else ''}", UPDATE, body, seen.message_id())


def _status(seen: Seen) -> UpdateStatus:
    dice = seen.scene.dice
    target = dice.choice([*seen.ids, *[paper.uuid for paper in seen.scene.secrets]])
    original, new = dice.sample(sorted(ALL), 2)
    if dice.random() < 0.5:
        original, new = EntryStatus.APPROVED, dice.choice((EntryStatus.ARCHIVED, EntryStatus.DELETED))
    return UpdateStatus(target, original, new)


def _version(seen: Seen) -> UpdateEntry:
    """A change of visibility, or of more, on the right version or on another one."""
    dice, paper = seen.scene.dice, seen.a_secret()
    visibility = Visibility(
        masked=dice.random() < 0.5,
        hidden_from_patient_since=START if dice.random() < 0.2 else None,
        hidden_from_guardians=dice.random() < 0.3,
    )
    title = "Autre titre" if dice.random() < 0.3 else paper.entry.title
    uuid = seen.scene.uuid()
    return UpdateEntry(
        replace(paper.entry, uuid=uuid, logical_id=paper.uuid, visibility=visibility, title=title), dice.randint(1, 3)
    )


def _on_shown(seen: Seen) -> UpdateStatus | None:
    if not seen.scene.shown:
        return None
    return _archived(seen.scene.dice.choice(seen.scene.shown).uuid)


def _archived(target: str) -> UpdateStatus:
    return UpdateStatus(target, EntryStatus.APPROVED, EntryStatus.ARCHIVED)
