"""Rules of an operator: in force everywhere within a minute; the former ones stay when a folder is broken (RM-10)."""

import os
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from dmp import in_force
from dmp.actions.open_chart import OpenChart
from dmp.actions.remind import Reminding, mark_of
from dmp.actions.remind import days_to_wait as wait_of
from dmp.gate import Gate
from dmp.in_force import InForce, Outcome, take, take_at_start
from dmp.record.actor import Caller, Holder
from dmp.record.dtm import PARIS
from dmp.record.errors import StorageUnavailable
from dmp.services import RULE_SETS, SERVICES, vaccination
from dmp.services.rule_set import SHIPPED, RefusedRules
from dmp.services.screening.loading import RULES as SCREENING
from dmp.services.vaccination.rulebook import RULES as VACCINATION
from dmp.store.rule_editions import EditionState
from dmp.store.tx import Conflict, Store
from reminding_builders import AT_45, SEEN, House, a_told_record, morning, says
from rights_builders import POLICY
from store_builders import NOW, PERSON, opened

PROGRAMMES = "screening/programmes.toml"
CALENDAR = "vaccination/calendar_fr_2025.toml"


@pytest.fixture
def rules_folder(tmp_path: Path) -> Path:
    """An empty folder of rules."""
    folder = tmp_path / "rules"
    folder.mkdir()
    return folder


def put(folder: Path, **files: str) -> Path:
    """A folder of rules: PROGRAMMES and CALENDAR by their short names."""
    for short, text in files.items():
        path = folder / {"programmes": PROGRAMMES, "calendar": CALENDAR}[short]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def programmes(version: str) -> str:
    return SCREENING.shipped_texts[PROGRAMMES].replace("FR-2025.1", version)


@dataclass
class Worker:
    """A process, with a clock of its own."""

    store: Store
    at: float = 0.0

    def __post_init__(self) -> None:
        """Begin to work by the rules in force."""
        self.rules = InForce(self.store, clock=lambda: self.at)

    @property
    def version(self) -> str:
        return self.rules().of(SCREENING).version

    def a_minute_later(self) -> "Worker":
        self.at += in_force.LOOK_EVERY
        return self


def test_a_folder_comes_into_force_in_every_worker_within_a_minute_without_a_restart(store: Store, rules_folder: Path):
    one, other = Worker(store), Worker(store)
    assert (one.version, other.version) == ("FR-2025.1", "FR-2025.1")

    assert take(store, put(rules_folder, programmes=programmes("MINE.7")), by="test", at=NOW) is Outcome.TAKEN

    assert one.version == "FR-2025.1", "a process asks once a minute"
    assert (one.a_minute_later().version, other.a_minute_later().version) == ("MINE.7", "MINE.7")
    assert one.rules() is one.a_minute_later().rules(), "the same object as long as nothing changes"
    assert Worker(store).version == "MINE.7", "one that starts has them at once"


def test_a_broken_folder_leaves_the_former_rules_in_every_worker_and_after_a_restart(store: Store, rules_folder: Path):
    take(store, put(rules_folder, programmes=programmes("MINE.7")), by="test", at=NOW)
    worker = Worker(store)
    assert worker.version == "MINE.7"
    put(rules_folder, programmes=programmes("MINE.8").replace('id = "colonoscopy"\n', "", 1))

    with pytest.raises(RefusedRules, match=r"screening/programmes\.toml, line \d+, programme\.test.*: id is missing"):
        take(store, rules_folder, by="test", at=NOW)
    take_at_start(store, rules_folder, NOW)

    assert worker.a_minute_later().version == "MINE.7"
    assert Worker(store).version == "MINE.7"
    with store.begin() as tx:
        newest = tx.rule_editions.newest()
        assert newest is not None
        assert newest.state is EditionState.REFUSED
        assert (newest.number, newest.said.refusals[0].file) == (2, PROGRAMMES), "said once, however often it is tried"


def test_one_broken_file_keeps_the_whole_folder_out(store: Store, rules_folder: Path):
    put(rules_folder, programmes=programmes("MINE.7"), calendar="id = 1")
    with pytest.raises(RefusedRules):
        take(store, rules_folder, by="test", at=NOW)
    assert Worker(store).version == "FR-2025.1"


def test_the_same_folder_is_taken_once(store: Store, rules_folder: Path):
    put(rules_folder, programmes=programmes("MINE.7"))
    assert take(store, rules_folder, by="test", at=NOW) is Outcome.TAKEN
    assert take(store, rules_folder, by="test", at=NOW) is Outcome.SAME


def test_a_machine_that_starts_with_an_old_folder_undoes_nothing(store: Store, rules_folder: Path):
    old, new = (
        put(rules_folder / "old", programmes=programmes("OLD.1")),
        put(rules_folder / "new", programmes=programmes("NEW.2")),
    )
    take_at_start(store, old, NOW)
    assert Worker(store).version == "OLD.1"
    take(store, new, by="test", at=NOW)

    take_at_start(store, old, NOW)
    assert Worker(store).version == "NEW.2"
    assert take(store, old, by="test", at=NOW) is Outcome.TAKEN, "an operator brings it back"
    assert Worker(store).version == "OLD.1"


def test_without_a_folder_the_rules_of_the_release_come_back(store: Store, rules_folder: Path):
    assert take(store, None, by="test", at=NOW) is Outcome.SAME
    take(store, put(rules_folder, programmes=programmes("MINE.7")), by="test", at=NOW)
    assert take(store, None, by="test", at=NOW) is Outcome.TAKEN
    assert Worker(store).version == "FR-2025.1"
    take_at_start(store, None, NOW)


def test_what_is_in_force_cannot_be_changed_in_the_database_alone(store: Store, rules_folder: Path):
    take(store, put(rules_folder, programmes=programmes("MINE.7")), by="test", at=NOW)
    with store.connection() as connection:
        connection.exec_driver_sql("UPDATE rule_edition SET number = 9")
    with pytest.raises(StorageUnavailable), store.begin() as tx:
        tx.rule_editions.newest()
    assert Worker(store).version == "FR-2025.1", "what was altered is not followed"


def test_two_who_install_at_once_both_end_well(store: Store, rules_folder: Path):
    put(rules_folder, programmes=programmes("MINE.7"))
    with pytest.raises(Conflict), store.begin() as tx:
        tx.rule_editions.add(EditionState.TAKEN, "0" * 32, in_force.Said("one"), NOW)
        take(store, rules_folder, by="other", at=NOW)
    assert Worker(store).version == "MINE.7"


def test_a_release_that_reads_a_file_otherwise_follows_the_other_files(store: Store, rules_folder: Path, monkeypatch):
    put(rules_folder, programmes=programmes("MINE.7"))
    monkeypatch.setattr(in_force, "RULE_SETS", tuple(one for one in RULE_SETS if one is not SCREENING))
    monkeypatch.setattr(in_force, "checked", lambda _folder: ({PROGRAMMES: "x", CALENDAR: NEXT_CALENDAR}, SHIPPED))
    take(store, rules_folder, by="test", at=NOW)
    rules = Worker(store).rules()
    assert rules.of(VACCINATION).calendars[0].version == "2025.9"
    assert rules.of(SCREENING) is SHIPPED.of(SCREENING)


# -- the folder


@pytest.mark.parametrize(
    ("name", "octets", "reason"),
    [
        ("screening/programmes.toml", b"\xff\xfe", "no text"),
        ("screening/programmes.toml", b"# " + b"x" * in_force.LARGEST, "too large"),
        ("README", b"mine", "no rules have this name"),
        ("programmes.toml", b"", "no rules have this name"),
    ],
)
def test_a_file_that_is_no_rule_is_refused(store: Store, rules_folder: Path, name: str, octets: bytes, reason: str):
    path = rules_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    with pytest.raises(RefusedRules, match=reason) as refused:
        in_force.checked(rules_folder)
    assert refused.value.faults[0].file == name


def test_a_folder_that_is_not_there_or_full_of_files_is_refused_and_hidden_files_are_passed_over(rules_folder: Path):
    with pytest.raises(RefusedRules, match="no such folder"):
        in_force.checked(rules_folder / "none")
    (rules_folder / ".git").mkdir()
    (rules_folder / ".git" / "config").write_bytes(b"\xff")
    assert in_force.checked(rules_folder)[0] == {}
    for number in range(in_force.MOST_FILES + 1):
        (rules_folder / f"{number}.toml").write_text("", encoding="utf-8")
    with pytest.raises(RefusedRules, match="more than 100 files"):
        in_force.checked(rules_folder)


def test_links_to_folders_pipes_and_odd_names_are_refused_and_never_waited_for(store: Store, rules_folder: Path):
    elsewhere = rules_folder.parent / "elsewhere"
    elsewhere.mkdir()
    (rules_folder / "vaccination").symlink_to(elsewhere)
    os.mkfifo(rules_folder / "pipe")
    (rules_folder / os.fsdecode(b"\xff.toml")).write_text("x", encoding="utf-8")
    with pytest.raises(RefusedRules) as refused:
        in_force.texts_of(rules_folder)
    assert {one.file for one in refused.value.faults} == {"vaccination", "pipe"}
    (rules_folder / "vaccination").unlink()
    (rules_folder / "pipe").unlink()
    take_at_start(store, rules_folder, NOW)
    with store.begin() as tx:
        kept = tx.rule_editions.newest()
    assert kept is not None
    assert kept.said.refusals[0].file == "\ufffd.toml"


def test_an_empty_folder_at_a_start_brings_nothing_back(store: Store, rules_folder: Path):
    put(rules_folder, programmes=programmes("MINE.1"))
    take_at_start(store, rules_folder, NOW)
    (rules_folder / PROGRAMMES).unlink()
    take_at_start(store, rules_folder, NOW)
    assert Worker(store).version == "MINE.1"
    assert in_force.take(store, rules_folder, by="install", at=NOW) is Outcome.TAKEN
    assert Worker(store).version == "FR-2025.1"


def test_a_broken_folder_does_not_keep_the_service_from_starting(store: Store, rules_folder: Path):
    take_at_start(store, rules_folder / "none", NOW)
    assert Worker(store).version == "FR-2025.1"


# -- new rules and reminders (RM-10)

TEXT = VACCINATION.shipped_texts[CALENDAR]
NEXT_CALENDAR = TEXT.replace('version = "2025.1"', 'version = "2025.9"').replace(
    'ages = ["45y", "65y"]', 'ages = ["44y"]'
)


def test_a_new_calendar_is_worked_out_for_each_record_on_a_day_of_its_own(
    store: Store, rules_folder: Path, monkeypatch
):
    keys = [f"rec-{number}" for number in range(1, 40)]
    waiting = next(key for key in keys if wait_of(key, AT_45) > 7)
    opened(store, a_told_record(key=waiting))
    house = House(store)
    before = mark_of(SERVICES, AT_45)
    house.settle(waiting)
    take(store, put(rules_folder, calendar=NEXT_CALENDAR), by="test", at=NOW)
    rules = InForce(store)
    after = mark_of(SERVICES, AT_45, rules())
    assert before != after

    gate = replace(Gate(store, POLICY, new_id=_ids(), release="test"), rules=rules)
    monkeypatch.setattr(house, "perform", lambda caller, action: gate.perform(caller, action, house.at))
    assert house.look(waiting) is Reminding.LATER
    assert house.day_of(waiting) == AT_45 + timedelta(days=wait_of(waiting, AT_45))
    assert house.left() == [], "nobody is told on the day of the change"
    house.at = morning(house.day_of(waiting))
    assert house.look(waiting) is not Reminding.LATER
    with store.begin() as tx:
        assert tx.looks.rules(waiting) == mark_of(SERVICES, house.at.astimezone(PARIS).date(), rules())


def test_rules_that_change_without_a_new_version_are_other_rules(store: Store, rules_folder: Path):
    before = mark_of(SERVICES, AT_45)
    take(
        store,
        put(rules_folder, calendar=TEXT.replace('ages = ["45y", "65y"]', 'ages = ["46y", "65y"]')),
        by="t",
        at=NOW,
    )
    rules = InForce(store)()
    assert mark_of(SERVICES, AT_45, rules) != before
    assert mark_of(SERVICES, AT_45) == before


def test_a_chart_brings_the_rules_in_force_and_reminders_are_those_of_the_calendar(store: Store, rules_folder: Path):
    opened(store, a_told_record())
    says(store, SEEN)
    take(store, put(rules_folder, calendar=NEXT_CALENDAR), by="t", at=NOW)
    gate = Gate(store, POLICY, new_id=_ids(), release="test", rules=InForce(store))

    chart = gate.perform(Caller(Holder(PERSON), patient=PERSON), OpenChart(PERSON), morning(AT_45))

    assert chart.rules.of(VACCINATION).on(AT_45).version == "2025.9"
    assert {one.version for one in vaccination.SERVICE.reminders(chart).found} == {"fr-calendar 2025.9"}
    assert {one.version for one in vaccination.SERVICE.reminders(replace(chart, rules=SHIPPED)).found} == {
        "fr-calendar 2025.1"
    }


def _ids():
    return lambda: str(uuid.uuid4())
