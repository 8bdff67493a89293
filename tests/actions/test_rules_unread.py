"""Rules that were kept and cannot be followed any more: told in the journal, the figures and the commands; mended."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text, update

from dmp import in_force
from dmp.gate import Gate
from dmp.in_force import InForce, Outcome, take, take_at_start
from dmp.ruling import RuleFigures, health_of, lines_of
from dmp.services import RULE_SETS
from dmp.services.rule_set import SHIPPED, RefusedRules
from dmp.services.screening.loading import RULES as SCREENING
from dmp.store import schema
from dmp.store.check import check
from dmp.store.packing import pack
from dmp.store.rule_editions import SEALED_AS, EditionState, UnreadableEdition
from dmp.store.tx import Store
from rights_builders import POLICY
from store_builders import NOW

PROGRAMMES = "screening/programmes.toml"
CALENDAR = "vaccination/calendar_fr_2025.toml"
TEXTS = {name: told for one in RULE_SETS for name, told in one.shipped_texts.items()}
Damage = Callable[[Store], None]


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """A folder of rules with programmes of one's own."""
    return put(tmp_path / "rules", "MINE.7")


def put(folder: Path, version: str) -> Path:
    path = folder / PROGRAMMES
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXTS[PROGRAMMES].replace("FR-2025.1", version), encoding="utf-8")
    return folder


def version_of(rules: InForce) -> str:
    return rules().of(SCREENING).version


def alter(store: Store) -> None:
    """Change one octet of what is sealed, as a bad disk does."""
    with store.connection() as connection:
        rows = connection.execute(text("SELECT number, sealed FROM rule_edition ORDER BY number")).all()
        number, sealed = rows[-1]
        other = bytes(sealed)[:-1] + bytes([bytes(sealed)[-1] ^ 1])
        connection.execute(
            update(schema.rule_edition).where(schema.rule_edition.c.number == number).values(sealed=other)
        )


def keep_otherwise(store: Store) -> None:
    """Seal what a release of another form would have kept."""
    with store.begin() as tx:
        kept = tx.rule_editions.newest(EditionState.TAKEN)
    assert kept is not None
    name = f"{kept.number} taken {kept.digest}"
    sealed = store.vault.service.close(SEALED_AS, name, pack({"folder": [1, 2, 3]}))
    with store.connection() as connection:
        connection.execute(update(schema.rule_edition).values(sealed=sealed))


DAMAGES = pytest.mark.parametrize("damage", [alter, keep_otherwise])


def figures(store: Store) -> dict[str, float]:
    (metric,) = RuleFigures(store).collect()
    return {sample.labels["of"]: sample.value for sample in metric.samples}


@DAMAGES
def test_an_edition_that_does_not_open_stops_no_act_and_is_told_once_in_the_journal(
    store: Store, own_folder: Path, damage: Damage, caplog
):
    take(store, own_folder, by="test", at=NOW)
    damage(store)
    at = [0.0]
    rules = InForce(store, clock=lambda: at[0])
    gate = Gate(store, POLICY, new_id=lambda: "x", release="test", rules=rules)
    with caplog.at_level(logging.INFO, logger="dmp"):
        for minute in range(3):
            at[0] = minute * in_force.LOOK_EVERY
            assert gate.rules() is SHIPPED

    told = [line.facts for line in caplog.records if line.message == "rules-unread"]
    assert [(one["place"], "does not open" in one["reason"]) for one in told] == [("edition 1, in the database", True)]


@DAMAGES
def test_it_is_told_to_the_operator_to_who_watches_and_by_the_check(store: Store, own_folder: Path, damage: Damage):
    take(store, own_folder, by="test", at=NOW)
    assert (health_of(store).unread, health_of(store).opens, figures(store)) == ((), True, {"kept": 0, "folder": 0})
    assert check(store).sound
    damage(store)

    told = lines_of(store, InForce(store)())

    (line,) = told.health.unread
    assert (line.file, line.place, told.health.opens) == ("edition 1", "in the database", False)
    assert not any(one.own or one.since for one in told.sets)
    assert figures(store) == {"kept": 1, "folder": 0}
    assert [(fault.subject, fault.what) for fault in check(store).faults] == [
        ("edition 1", "the rules of this edition do not open")
    ]


@DAMAGES
def test_to_install_again_mends_it_and_no_restart_does(store: Store, own_folder: Path, damage: Damage):
    take(store, own_folder, by="test", at=NOW)
    damage(store)

    take_at_start(store, own_folder, NOW)
    assert version_of(InForce(store)) == "FR-2025.1", "what was in force before comes back by the command alone"

    assert take(store, own_folder, by="install", at=NOW) is Outcome.TAKEN
    assert version_of(InForce(store)) == "MINE.7"
    assert health_of(store).unread == ()


@DAMAGES
def test_the_rules_of_the_release_can_be_installed_over_it(store: Store, own_folder: Path, damage: Damage):
    take(store, own_folder, by="test", at=NOW)
    damage(store)
    assert take(store, None, by="install", at=NOW) is Outcome.TAKEN
    assert version_of(InForce(store)) == "FR-2025.1"
    assert (health_of(store).unread, health_of(store).opens) == ((), True)


def test_a_process_that_has_the_rules_keeps_them_when_their_copy_is_damaged(store: Store, own_folder: Path):
    take(store, own_folder, by="test", at=NOW)
    at = [0.0]
    rules = InForce(store, clock=lambda: at[0])
    assert version_of(rules) == "MINE.7"
    take(store, put(own_folder, "MINE.8"), by="test", at=NOW)
    alter(store)
    at[0] = in_force.LOOK_EVERY
    assert version_of(rules) == "MINE.7"
    take(store, put(own_folder, "MINE.9"), by="test", at=NOW)
    at[0] *= 2
    assert version_of(rules) == "MINE.9", "and looks again each minute"


def test_a_state_of_a_later_release_is_an_edition_that_does_not_open(store: Store, own_folder: Path):
    take(store, own_folder, by="test", at=NOW)
    with store.connection() as connection:
        sealed = store.vault.service.close(SEALED_AS, "2 tried " + "0" * 32, pack({}))
        row = {"number": 2, "at": 1, "state": "tried", "digest": "0" * 32, "sealed": sealed}
        connection.execute(schema.rule_edition.insert().values(row))
    with pytest.raises(UnreadableEdition, match="edition 2"), store.begin() as tx:
        tx.rule_editions.newest()
    assert version_of(InForce(store)) == "MINE.7", "what was taken before it stays"
    assert health_of(store).unread == ()
    assert take(store, put(own_folder, "MINE.8"), by="test", at=NOW) is Outcome.TAKEN


def test_a_broken_folder_is_still_refused_and_kept_as_refused(store: Store, own_folder: Path):
    take(store, own_folder, by="test", at=NOW)
    alter(store)
    (own_folder / PROGRAMMES).write_text("x", encoding="utf-8")
    with pytest.raises(RefusedRules):
        take(store, own_folder, by="test", at=NOW)
    health = health_of(store)
    assert health.refusal is not None
    assert health.refusal.faults[0].file == PROGRAMMES
    assert figures(store) == {"kept": 1, "folder": 1}


def test_a_set_that_this_release_refuses_is_named_and_its_own_files_are_said_to_be_left_out(
    store: Store, own_folder: Path, monkeypatch, caplog
):
    """What a former release took and this one reads otherwise: the other sets are followed."""
    texts = {PROGRAMMES: "x", CALENDAR: TEXTS[CALENDAR].replace('version = "2025.1"', 'version = "2025.9"')}
    monkeypatch.setattr(in_force, "checked", lambda _folder: (texts, SHIPPED))
    take(store, own_folder, by="test", at=NOW)
    monkeypatch.undo()

    with caplog.at_level(logging.INFO, logger="dmp"):
        told = lines_of(store, InForce(store)())

    assert [line.file for line in told.health.unread] == [PROGRAMMES]
    assert told.health.opens
    sets = {one.name: one for one in told.sets}
    assert (sets["screening"].left_out, sets["screening"].own) == (True, False)
    assert (sets["vaccination"].left_out, sets["vaccination"].own) == (False, True)
    assert sum(one.left_out for one in told.sets) == 1
    assert [line.facts["place"] for line in caplog.records if line.message == "rules-unread"] == [
        f"{PROGRAMMES}, as a whole"
    ]
    assert figures(store) == {"kept": 1, "folder": 0}
    assert check(store).sound, "the row itself is whole: `dmp check` adds what this release does not follow"


def test_a_refused_folder_is_a_figure_until_a_sound_one_is_taken(store: Store, own_folder: Path):
    take(store, own_folder, by="test", at=NOW)
    (own_folder / PROGRAMMES).write_text("x", encoding="utf-8")
    take_at_start(store, own_folder, NOW)
    assert figures(store) == {"kept": 0, "folder": 1}
    take(store, put(own_folder, "MINE.8"), by="test", at=NOW)
    assert figures(store) == {"kept": 0, "folder": 0}
