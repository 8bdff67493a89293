"""An advice about medicines: by which rule, of which day, on what it rests (SV-5). It never blocks (RX-7)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.services.chart import Chart, Evidence
from dmp.services.medicines.alert_rules import AlertRules
from dmp.services.medicines.ansm import Level
from dmp.services.medicines.parameters import Parameters
from dmp.services.medicines.product import Product
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatment import MedicineList, Treatment


class AlertKind(StrEnum):
    """What it is about, in the order in which they are shown."""

    ALLERGY = "allergy"
    CROSS_ALLERGY = "cross_allergy"
    INTERACTION = "interaction"
    DUPLICATE = "duplicate"
    REMINDER = "reminder"


@dataclass(frozen=True)
class Alert:
    """One of them. The words that people read are made by the view; texts of the thesaurus are quoted as they are."""

    kind: AlertKind
    rule: str
    version: str
    """Of the rule set."""
    data: date
    """The day of the data that it rests on."""
    medicines: tuple[str, ...]
    french: str
    english: str
    """What else: the agent, the two classes, the sentence of a reminder."""
    level: Level | None = None
    quoted: tuple[str, ...] = ()
    """The thesaurus, in its own words."""
    evidence: tuple[Evidence, ...] = ()
    mark: str = "decided"


@dataclass(frozen=True)
class Subject:
    """A medicine that is looked at: current, or about to be prescribed (then nothing proves it yet)."""

    product: Product
    evidence: tuple[Evidence, ...] = ()
    proposed: bool = False
    treatment: Treatment | None = None


@dataclass(frozen=True)
class Situation:
    """All that a check may look at: the chart of the viewer, and no more (RX-8)."""

    chart: Chart
    medicines: MedicineList
    subjects: tuple[Subject, ...]
    thesaurus: Thesaurus | None
    rules: AlertRules
    parameters: Parameters

    def pairs(self) -> Iterator[tuple[Subject, Subject]]:
        """Every two medicines to compare: when some are proposed, only pairs with one of these."""
        asked = any(each.proposed for each in self.subjects)
        for number, one in enumerate(self.subjects):
            for other in self.subjects[number + 1 :]:
                if one.proposed or other.proposed or not asked:
                    yield one, other

    @property
    def looked_at(self) -> tuple[Subject, ...]:
        """Those that are proposed, else all."""
        return tuple(each for each in self.subjects if each.proposed) or self.subjects


Check = Callable[[Situation], Iterator[Alert]]
"""A plug-in: a pure function of a situation."""
