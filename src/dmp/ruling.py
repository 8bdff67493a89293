"""What an operator is told of rules: which are in force, whose they are, how sure; and what could not be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from dmp.in_force import checked, kept_in_force
from dmp.record.errors import StorageUnavailable
from dmp.record.oversight import (
    RefusalLine,
    RuleFileLine,
    RuleRefusal,
    RuleSetLine,
    RulesHealth,
    RulesTold,
    UnreadLine,
)
from dmp.services import RULE_SETS
from dmp.services.rule_set import RefusedRules, Rules, RuleSet, digest_of, told_by
from dmp.services.tables import BrokenTable, Mark
from dmp.store.rule_editions import EditionState, KeptEdition, UnreadableEdition
from dmp.store.tx import Store


def lines_of(store: Store, rules: Rules, folder: Path | None = None) -> RulesTold:
    """The rule sets as this process works by them, what is not followed, and what waits in the folder of the settings.

    Raises:
        StorageUnavailable: the database cannot be used.
    """
    kept, faults = kept_in_force(store)
    sets = tuple(_line(one, rules, kept) for one in RULE_SETS)
    return RulesTold(sets, _health(store, kept, faults), *_waiting(folder, kept))


def health_of(store: Store) -> RulesHealth:
    """What of the operator's rules is not followed.

    Raises:
        StorageUnavailable: the database cannot be used.
    """
    return _health(store, *kept_in_force(store))


def _health(store: Store, kept: KeptEdition | None, faults: tuple[BrokenTable, ...]) -> RulesHealth:
    return RulesHealth(_refusals(faults), opens=kept is not None or not faults, refusal=_last_refusal(store))


def _last_refusal(store: Store) -> RuleRefusal | None:
    """What was refused after the last folder that was taken; a row that does not open is told by `dmp check`."""
    try:
        with store.begin() as tx:
            newest = tx.rule_editions.newest()
    except UnreadableEdition:
        return None
    refused = newest is not None and newest.state is EditionState.REFUSED
    return RuleRefusal(newest.at, newest.said.refusals) if newest is not None and refused else None


def _refusals(faults: Iterable[BrokenTable]) -> tuple[RefusalLine, ...]:
    return tuple(RefusalLine(one.file, one.place, one.reason) for one in faults)


@dataclass(frozen=True)
class RuleFigures(Collector):
    """What of the operator's rules is not followed, looked up when asked for: refused rules stop no act."""

    store: Store

    @override
    def collect(self) -> Iterator[Metric]:
        """How many faults, of what is kept and of the last folder; nothing while the database cannot be used."""
        try:
            health = health_of(self.store)
        except (StorageUnavailable, SQLAlchemyError):
            return
        figure = GaugeMetricFamily("dmp_rules_faults", "Faults for which rules are not followed.", labels=["of"])
        figure.add_metric(["kept"], len(health.unread))
        figure.add_metric(["folder"], len(health.refusal.faults) if health.refusal else 0)
        yield figure


def _line(one: RuleSet[object], rules: Rules, kept: KeptEdition | None) -> RuleSetLine:
    edition = rules.own.get(one.name)
    texts, own = (one.shipped_texts, frozenset[str]()) if edition is None else (edition.texts, edition.own)
    since = kept.at if edition is not None and kept is not None else None
    files = tuple(_file(name, texts[name], name in own) for name in sorted(texts))
    left_out = edition is None and kept is not None and any(one.has(name) for name in kept.said.texts)
    return RuleSetLine(one.name, one.governs, since, files, left_out)


def _file(name: str, text: str, own: bool) -> RuleFileLine:
    told = told_by(name, text)
    marks = [told.marks.get(mark, 0) for mark in (Mark.RECALLED, Mark.CONFIRMED, Mark.DECIDED)]
    sources = told.source_fr or told.source, told.source
    return RuleFileLine(name, told.version, told.since, sources, own, *marks)


def _waiting(folder: Path | None, kept: KeptEdition | None) -> tuple[bool, tuple[RefusalLine, ...]]:
    """Whether the folder says something else than what is in force, and what is wrong with it."""
    if folder is None:
        return False, ()
    try:
        texts, _ = checked(folder)
    except RefusedRules as refused:
        return True, _refusals(refused.faults)
    return digest_of(texts) != (kept.digest if kept is not None else digest_of({})), ()


def unread_of(store: Store) -> tuple[UnreadLine, ...]:
    """Documents that could not be read whole, by kind and reason."""
    with store.begin() as tx:
        counts = tx.unread.counts()
    return tuple(UnreadLine(one.kind, one.reason, one.shown, one.last) for one in counts)
