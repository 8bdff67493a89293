"""One medicine of the page: its posology, where it stands, how long what was delivered lasts."""

from dataclasses import dataclass
from datetime import date

from dmp.services.chart import Evidence
from dmp.services.medicines.treatment import Mark, Treatment
from dmp.services.panel import Words, same
from dmp.web.chart.medicines_words import BASES, LEFT_OUT, MARKS, NO_NAME, SOURCES, WARNINGS
from dmp.web.days import day


@dataclass(frozen=True)
class DoseView:
    """A posology and who says so."""

    words: str
    source: Words
    evidence: Evidence


@dataclass(frozen=True)
class MedicineView:
    """A medicine of the list."""

    name: Words
    substances: str
    doses: tuple[DoseView, ...]
    since: str
    until: str
    sources: tuple[Words, ...]
    reasons: tuple[Words, ...]
    """Why it is taken to be current."""
    state: Words
    last_delivery: str
    handed: str
    """What the pharmacy handed out last in its place; empty where it is the medicine itself."""
    supplied: Words
    marks: tuple[tuple[Words, bool], ...]
    """Each with whether it asks for something."""
    evidence: tuple[Evidence, ...]


def medicine_view(each: Treatment, today: date) -> MedicineView:
    """A treatment in words, as of a day."""
    return MedicineView(
        name=name_of(each.product.label),
        substances=", ".join(each.product.names),
        doses=tuple(DoseView(dose.words, SOURCES[dose.source], dose.evidence) for dose in each.doses),
        since=day_of(each.since),
        until=day_of(each.until),
        sources=tuple(SOURCES[source] for source in each.sources),
        reasons=tuple(BASES[basis] for basis in each.bases),
        state=_state(each, today),
        last_delivery=day_of(each.last_delivery),
        handed=_handed(each),
        supplied=_supplied(each),
        marks=tuple((MARKS[mark], mark in WARNINGS) for mark in MARKS if mark in each.marks),
        evidence=each.evidence,
    )


def _state(each: Treatment, today: date) -> Words:
    if each.is_current:
        return ("En cours", "Current")
    if each.stopped:
        return ("Arrêté", "Stopped")
    if each.since is not None and each.since > today:
        return ("À venir", "To come")
    if each.until is not None and each.until < today:
        return ("Terminé", "Ended")
    return ("Plus en cours, d’après ces documents", "No longer current, from these documents")


def _handed(each: Treatment) -> str:
    """Who reads the list must not take what was prescribed for what is in the box."""
    if Mark.SUBSTITUTED not in each.marks:
        return ""
    last = (one.product.label for one in each.deliveries if one.day is not None and one.day == each.last_delivery)
    return ", ".join(dict.fromkeys(label for label in last if label.strip() and label != each.product.label))


def _supplied(each: Treatment) -> Words:
    """How long the last delivery lasts; an estimate says that it is one, and why no more is known."""
    if each.last_delivery is None:
        return same("")
    if each.supplied_until is None:
        why = LEFT_OUT.get(each.supply.left_out, same(""))
        return (f"durée inconnue ({why[0]})", f"length unknown ({why[1]})")
    until = day_of(each.supplied_until)
    if each.supply.at_least:
        return (f"au moins jusqu’au {until}", f"until {until} at least")
    if each.supply.estimated:
        return (f"jusqu’au {until} environ (estimation)", f"until {until} or so (an estimate)")
    return (f"jusqu’au {until}", f"until {until}")


def name_of(label: str) -> Words:
    """The name of a medicine, or that its document has none."""
    return same(label) if label.strip() else NO_NAME


def day_of(when: date | None) -> str:
    """A day as people write it; nothing where it is not known."""
    return "" if when is None else day(when)
