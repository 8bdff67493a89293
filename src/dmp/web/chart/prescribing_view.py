"""What a prescriber reads before he signs: the lines so far, and what the checks say of them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dmp.actions.prescribe import Prescribing
from dmp.record.actor import Professional
from dmp.record.patient import PatientId
from dmp.record.prescription import Advice, Checked, Item, Prescription
from dmp.services.medicines import alert_rules
from dmp.services.medicines.alert import Alert, AlertKind
from dmp.services.medicines.checks import checked
from dmp.services.medicines.cycle import Obstacle, Rules, against_deposit
from dmp.services.medicines.durations import restriction_of
from dmp.services.medicines.names import searchable
from dmp.services.medicines.product import product_of
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatment import Treatment
from dmp.services.medicines.treatments import reconciled
from dmp.services.panel import Words
from dmp.services.words import unit_words
from dmp.web.chart.medicines_alerts import AlertView, alert_views, data_kept
from dmp.web.chart.medicines_words import PRESCRIPTION_FLAGS, REASONS
from dmp.web.chart.prescribing_form import FLAGS, MOST_LINES, Draft, Sent
from dmp.web.chart.prescribing_lines import DOSES, UNITS, Understood, fault_of, faults, understood
from dmp.web.chart.prescription_view import amount
from dmp.web.chart.room import PROFESSIONAL, Room

_FLAG_OF = {name: PRESCRIPTION_FLAGS[code.code] for name, code in FLAGS.items()}


@dataclass(frozen=True)
class LineView:
    """A line of a prescription, in words."""

    rank: int
    name: str
    posology: str
    quantity: str
    repeats: int
    days: int
    marks: tuple[Words, ...]
    comment: str
    long_term: bool
    packed: str = ""
    faults: tuple[Words, ...] = ()


@dataclass(frozen=True)
class CurrentView:
    """A current treatment, which may be taken over."""

    key: str
    name: str
    dose: str


@dataclass(frozen=True)
class FormView:
    """The page where lines are typed. `current` is None where they were not looked up."""

    action: str
    nonce: str
    sent: Sent
    lines: tuple[LineView, ...]
    rules: Rules
    has_names: bool
    current: tuple[CurrentView, ...] | None = None
    found: tuple[tuple[str, str], ...] | None = None
    """CIS and name of what a search found."""
    taken: bool = False
    """Something was added: the page says so."""

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """What a delivery is counted in."""
        return tuple((unit, unit_words(unit)) for unit in UNITS)

    @property
    def doses(self) -> tuple[tuple[str, str], ...]:
        """What a dose is counted in."""
        return tuple((unit, unit_words(unit)) for unit in DOSES)

    @property
    def restrictions(self) -> tuple[tuple[str, Words], ...]:
        """Rules on durations that a line may fall under."""
        return tuple((each.id, (each.french, each.english)) for each in self.rules.restrictions)

    @property
    def reasons(self) -> tuple[tuple[str, Words], ...]:
        """Why nothing may be put in the place of a medicine."""
        return tuple((code, (f"{code} : {words[0]}", f"{code}: {words[1]}")) for code, words in REASONS.items())

    @property
    def flags(self) -> tuple[tuple[str, Words], ...]:
        """What may be said of the whole."""
        return tuple(_FLAG_OF.items())

    @property
    def is_full(self) -> bool:
        """No line more fits."""
        return len(self.lines) >= MOST_LINES


@dataclass(frozen=True)
class ReviewView:
    """What is read before it is signed."""

    action: str
    nonce: str
    seen: str
    """What this page shows, in short."""
    sent: Sent
    lines: tuple[LineView, ...]
    flags: tuple[Words, ...]
    alerts: tuple[AlertView, ...]
    data: Words
    may_do_without_paper: bool
    who: Professional
    unchecked: tuple[str, ...] = ()
    """Medicines in words alone, of which no check knows what they hold."""
    room: Room = PROFESSIONAL
    changed: bool = False
    holder: bool = False

    @property
    def is_ready(self) -> bool:
        """Nothing stands in the way."""
        return not any(line.faults for line in self.lines)


def lines_view(
    drafts: Iterable[Draft], today: date, rules: Rules, others: Iterable[Prescription] = ()
) -> tuple[LineView, ...]:
    """The lines so far, each with what stands in its way; `others` are those of the same prescriber."""
    told = tuple(drafts)
    items = tuple(understood(draft, str(rank), today).item for rank, draft in enumerate(told, start=1))
    stand = tuple(_overlaps(items, today, rules, others))
    return tuple(
        line_view(item, rules, packed=draft.packed, wrong=(*_words(draft, today, rules), *_of_item(stand, item, rules)))
        for draft, item in zip(told, items, strict=True)
    )


def _words(draft: Draft, today: date, rules: Rules) -> Iterator[Words]:
    return (each.words for each in faults(draft, today, rules))


def _of_item(stand: Iterable[Obstacle], item: Item, rules: Rules) -> Iterator[Words]:
    return (fault_of(each, item, rules).words for each in stand if each.item == item.id)


def _overlaps(items: tuple[Item, ...], today: date, rules: Rules, others: Iterable[Prescription]) -> Iterator[Obstacle]:
    """What stands in the way because of another prescription."""
    whole = Prescription("", "", "", "", "", today, items)
    return (each for each in against_deposit(whole, others, rules) if each.code == "overlap")


def line_view(item: Item, rules: Rules, *, packed: str = "", wrong: tuple[Words, ...] = ()) -> LineView:
    """A line in words."""
    return LineView(
        rank=int(item.id) if item.id.isdigit() else 0,
        name=item.product.words,
        posology=item.posology,
        quantity=amount(item.quantity, item.unit) if item.quantity > 0 else "",
        repeats=item.repeats,
        days=item.days,
        marks=tuple(_marks(item, rules)),
        comment=item.comment,
        long_term=item.long_term_illness,
        packed=packed,
        faults=wrong,
    )


def _marks(item: Item, rules: Rules) -> Iterator[Words]:
    if item.not_substitutable:
        why = REASONS.get(item.not_substitutable, ("", ""))
        yield (
            f"Non substituable ({item.not_substitutable}, {why[0]})",
            f"Not to be substituted ({item.not_substitutable}, {why[1]})",
        )
    if item.long_term_illness:
        yield ("Affection de longue durée", "Long-term illness")
    if item.overlap_stated:
        yield ("Chevauchement voulu", "Overlap meant")
    rule = restriction_of(item, rules.restrictions)
    if rule is not None:
        yield (rule.french, rule.english)


# -- current treatments


def key_of(treatment: Treatment) -> str:
    """What a current treatment is named by in a form."""
    product = treatment.product
    said = "|".join((product.label, product.cis, product.cip, *product.atc))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def current_of(before: Prescribing, thesaurus: Thesaurus | None) -> dict[str, Treatment]:
    """Current treatments that its viewer may know of, by key."""
    found = reconciled(before.chart, thesaurus).current
    return {key_of(each): each for each in found if each.product.label.strip()}


def current_view(current: dict[str, Treatment]) -> tuple[CurrentView, ...]:
    """The same, to be ticked."""
    return tuple(
        CurrentView(key, each.product.label, each.doses[0].words if each.doses else "") for key, each in current.items()
    )


# -- what the checks say


def alerts_of(before: Prescribing, lines: Iterable[Understood], thesaurus: Thesaurus | None) -> tuple[AlertView, ...]:
    """Advice on what is about to be prescribed, from what the prescriber may see: it blocks nothing (RX-7, RX-8)."""
    proposed = tuple(product_of(line.fact, thesaurus) for line in lines)
    found = checked(before.chart, proposed=proposed, thesaurus=thesaurus)
    told = zip(found, alert_views(found, holder=False), strict=True)
    return tuple(_renewed(alert, view) if _is_renewal(alert) else view for alert, view in told)


def unchecked_of(lines: Iterable[Understood], thesaurus: Thesaurus | None) -> tuple[str, ...]:
    """Medicines that have neither substance nor class: that nothing is said of them does not mean that all is well."""
    products = (product_of(line.fact, thesaurus) for line in lines)
    return tuple(each.label for each in products if not each.substances and not each.atc)


def _is_renewal(alert: Alert) -> bool:
    """The same medicine as a current one, which stands in a document: most often it is renewed on purpose."""
    names = {searchable(each) for each in alert.medicines}
    return alert.kind is AlertKind.DUPLICATE and len(names) == 1 and bool(alert.evidence)


def _renewed(alert: Alert, view: AlertView) -> AlertView:
    name = alert.medicines[0]
    text = (
        f"{name} est déjà dans ses traitements : renouvellement, ou doublon ?",
        f"{name} is among the treatments already: renewed, or twice?",
    )
    return replace(view, title=("Déjà en cours", "Taken already"), colour="info", text=text)


def told_of(
    before: Prescribing, alerts: tuple[AlertView, ...], thesaurus: Thesaurus | None, say: Callable[[str, str], str]
) -> Checked:
    """What the checks told, to be kept in the words that were read; `say` takes those of the language of the page."""
    advice = tuple(Advice(each.rule, say(*each.title), say(*each.text), each.version, each.data) for each in alerts)
    return Checked(before.chart.rules.of(alert_rules.RULES).version, data_kept(thesaurus, say), advice)


def seen_of(patient: PatientId, sent: Sent, alerts: tuple[AlertView, ...]) -> str:
    """What a prescriber read, in short, and for whom: what he signs must be the same."""
    said: list[Any] = [patient, sent.lines, sent.comment, sent.flags, [(each.rule, each.text) for each in alerts]]
    return hashlib.sha256(repr(said).encode()).hexdigest()
