"""The vaccination card: doses, what is on record and not counted, refusals, plans, and what was taken into account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dmp.record.choice import ChoiceKind
from dmp.services.chart import Chart, Evidence
from dmp.services.panel import Words, same
from dmp.services.vaccination.calendar import Calendar
from dmp.services.vaccination.conditions import Flag
from dmp.services.vaccination.doses import SERVICE_NAME, Dose, Record, Said
from dmp.services.vaccination.evaluate import Situation
from dmp.services.vaccination.states import Uncounted
from dmp.services.words import day_words
from dmp.web.chart.vaccination_words import SOURCES, UNUSABLE, reason_words
from dmp.web.days import day

NOTHING: Words = ("", "")


@dataclass(frozen=True)
class CardLine:
    """A dose, as the vaccination card has it."""

    day: str
    label: str
    protects: Words
    lot: str
    source: Words
    performer: str
    aside: tuple[Words, ...]
    """For which diseases it does not count."""
    evidence: tuple[Evidence, ...]
    choice: str = ""
    """The id of the holder's own statement."""


@dataclass(frozen=True)
class Aside:
    """Something that was recorded and is not counted, with the reason."""

    day: str
    label: str
    protects: Words
    why: Words
    evidence: tuple[Evidence, ...]
    choice: str = ""


@dataclass(frozen=True)
class ConditionLine:
    """A condition that was taken into account."""

    id: str
    title: Words
    inferred: bool
    since: str
    words: str
    evidence: tuple[Evidence, ...]
    choice: str = ""


def names(antigens: Iterable[str], calendar: Calendar) -> Words:
    labels = [calendar.antigens[one].label if one in calendar.antigens else same(one) for one in antigens]
    return ", ".join(label[0] for label in labels), ", ".join(label[1] for label in labels)


def card_line(dose: Dose, situation: Situation) -> CardLine:
    lead = dose.lead
    labels = dict.fromkeys(one.label for one in dose.records if _is_part(one, lead))
    aside = (one for one in situation.uncounted if one.dose is dose)
    return CardLine(
        day=day(dose.day),
        label=" + ".join(label for label in labels if label),
        protects=names(sorted(dose.antigens), situation.calendar),
        lot=lead.lot,
        source=SOURCES[lead.strength],
        performer=lead.performer or (lead.evidence.author if lead.evidence is not None else ""),
        aside=tuple(_not_counted(one, situation.calendar) for one in aside),
        evidence=dose.evidence,
        choice=lead.path if dose.declared and lead.evidence is None else "",
    )


def _is_part(record: Record, lead: Record) -> bool:
    """The record that leads, or another valence of the same act in the same document."""
    together = record.evidence is not None and lead.evidence is not None and record.evidence.uuid == lead.evidence.uuid
    return record is lead or (together and record.valence.antigens.isdisjoint(lead.valence.antigens))


def _not_counted(one: Uncounted, calendar: Calendar) -> Words:
    french, english = reason_words(one.reason)
    told = names(one.antigens, calendar)
    return f"{told[0]} : {french}", f"{told[1]}: {english}"


def asides(situation: Situation) -> Iterator[Aside]:
    for one in situation.uncounted:
        lead = one.dose.lead
        told = names(one.antigens, situation.calendar)
        yield Aside(day(one.dose.day), lead.label, told, reason_words(one.reason), one.dose.evidence)
    for record in situation.history.unusable:
        why = UNUSABLE[record.unusable] if record.unusable is not None else NOTHING
        evidence = (record.evidence,) if record.evidence is not None else ()
        told = names(sorted(record.valence.antigens), situation.calendar)
        own = record.path if record.evidence is None else ""
        yield Aside(day_words(record.written), record.label, told, why, evidence, own)


def said(one: Said, calendar: Calendar) -> Aside:
    evidence = (one.evidence,) if one.evidence is not None else ()
    return Aside(day_words(one.written), one.label, names(sorted(one.antigens), calendar), NOTHING, evidence)


def condition(flag: Flag, chart: Chart) -> ConditionLine:
    own = (one for one in chart.chosen(SERVICE_NAME) if one.kind is ChoiceKind.CONDITION and one.subject == flag.id)
    told = None if flag.inferred or not chart.complete else next(own, None)
    return ConditionLine(
        id=flag.id,
        title=flag.label,
        inferred=flag.inferred,
        since=day(flag.since) if flag.since is not None else "",
        words=flag.words,
        evidence=(flag.evidence,) if flag.evidence is not None else (),
        choice=told.id if told is not None else "",
    )


def denied(chart: Chart, calendar: Calendar) -> Iterator[ConditionLine]:
    """What the holder said is not right of himself, which he may take back; nobody else reads of it."""
    if not chart.complete:
        return
    for choice in chart.chosen(SERVICE_NAME):
        known = calendar.conditions.get(choice.subject)
        if choice.kind is ChoiceKind.EXCLUDED and known is not None:
            yield ConditionLine(
                known.id, known.label, inferred=False, since="", words="", evidence=(), choice=choice.id
            )
