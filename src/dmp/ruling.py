"""What an operator is told of rules: which are in force, whose they are, how sure; and what could not be read."""

from pathlib import Path

from dmp.in_force import checked
from dmp.record.oversight import RefusalLine, RuleFileLine, RuleRefusal, RuleSetLine, RulesTold, UnreadLine
from dmp.services import RULE_SETS
from dmp.services.rule_set import RefusedRules, Rules, RuleSet, digest_of, told_by
from dmp.services.tables import Mark
from dmp.store.rule_editions import EditionState, KeptEdition
from dmp.store.tx import Store


def lines_of(store: Store, rules: Rules, folder: Path | None = None) -> RulesTold:
    """The rule sets as this process works by them, the last refusal, and what waits in the folder of the settings."""
    with store.begin() as tx:
        kept, newest = tx.rule_editions.newest(EditionState.TAKEN), tx.rule_editions.newest()
    refusal = None
    if newest is not None and newest.state is EditionState.REFUSED:
        refusal = RuleRefusal(newest.at, newest.said.refusals)
    sets = tuple(_line(one, rules, kept) for one in RULE_SETS)
    return RulesTold(sets, refusal, *_waiting(folder, kept))


def _line(one: RuleSet[object], rules: Rules, kept: KeptEdition | None) -> RuleSetLine:
    edition = rules.own.get(one.name)
    texts, own = (one.shipped_texts, frozenset[str]()) if edition is None else (edition.texts, edition.own)
    since = kept.at if edition is not None and kept is not None else None
    return RuleSetLine(
        one.name, one.governs, since, tuple(_file(name, texts[name], name in own) for name in sorted(texts))
    )


def _file(name: str, text: str, own: bool) -> RuleFileLine:
    told = told_by(name, text)
    marks = [told.marks.get(mark, 0) for mark in (Mark.RECALLED, Mark.CONFIRMED, Mark.DECIDED)]
    return RuleFileLine(name, told.version, told.since, told.source, own, *marks)


def _waiting(folder: Path | None, kept: KeptEdition | None) -> tuple[bool, tuple[RefusalLine, ...]]:
    """Whether the folder says something else than what is in force, and what is wrong with it."""
    if folder is None:
        return False, ()
    try:
        texts, _ = checked(folder)
    except RefusedRules as refused:
        return True, tuple(RefusalLine(one.file, one.place, one.reason) for one in refused.faults)
    return digest_of(texts) != (kept.digest if kept is not None else digest_of({})), ()


def unread_of(store: Store) -> tuple[UnreadLine, ...]:
    """Documents that could not be read whole, by kind and reason."""
    with store.begin() as tx:
        counts = tx.unread.counts()
    return tuple(UnreadLine(one.kind, one.reason, one.shown, one.last) for one in counts)
