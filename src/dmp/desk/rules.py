"""The rules of services, as an operator commands them: checked, brought into force, told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dmp.audit.trace import Outcome as Traced
from dmp.desk.installation import OPERATOR, Installation
from dmp.in_force import Outcome, checked, take
from dmp.main import build_gate, now
from dmp.record.oversight import RuleSetLine, RulesHealth
from dmp.ruling import lines_of
from dmp.services.rule_set import digest_of
from dmp.settings import InvalidSetting

RULES_TAKEN = "rules-taken"
"""How the traces call it: no act on a record."""
_SENTENCES = {
    Outcome.TAKEN: "dmp: these rules are kept; every worker works by them within a minute",
    Outcome.SAME: "dmp: these rules are in force already",
}


def folder_of(given: Path | None, settings_folder: Path | None) -> Path:
    """The folder that a command is about.

    Raises:
        InvalidSetting: none is given, and the settings name none.
    """
    folder = given or settings_folder
    if folder is None:
        raise InvalidSetting("DMP_RULES is not set: name the folder of rules")
    return folder


def check(folder: Path) -> str:
    """What a folder would bring; nothing is changed.

    Raises:
        RefusedRules: something is wrong with it.
    """
    texts, rules = checked(folder)
    return f"dmp: {folder}: {len(texts)} files, {len(rules.own)} rule sets, sound; digest {digest_of(texts)}"


@dataclass(frozen=True)
class RuleDesk(Installation):
    """The rules of one installation."""

    def install(self, folder: Path | None) -> str:
        """Bring a folder into force; none brings back the rules of this release.

        Raises:
            RefusedRules: something is wrong with it; what was in force stays.
            StorageUnavailable: the database cannot be used.
        """
        at = now()
        with self._store() as store:
            outcome = take(store, folder, by="install", at=at)
            if outcome is Outcome.TAKEN:
                build_gate(store, self.settings).note_sign_in(RULES_TAKEN, Traced.DONE, OPERATOR.actor, at)
        return _SENTENCES[outcome]

    def listed(self) -> Iterator[str]:
        """A line for each rule set: its name, whose it is, since when, its files; then what is not followed, if any."""
        with self._store() as store:
            told = lines_of(store, build_gate(store, self.settings).rules())
        for line in told.sets:
            yield f"{line.name:<18}  {_whose(line):<22}  " + ", ".join(
                f"{one.name} {one.version}" for one in line.files
            )
        yield from _not_followed(told.health)


def _not_followed(health: RulesHealth) -> Iterator[str]:
    for one in health.unread:
        yield f"dmp: kept and not followed: {one.file}, {one.place}: {one.reason}"
    if health.refusal is not None:
        yield f"dmp: the last folder was refused on {health.refusal.at:%Y-%m-%d}, the rules in force stayed:"
        yield from (f"dmp: refused: {one.file}, {one.place}: {one.reason}" for one in health.refusal.faults)


def _whose(line: RuleSetLine) -> str:
    if line.left_out:
        return "this release, not own"
    return f"own since {line.since:%Y-%m-%d}" if line.own and line.since else "this release"
