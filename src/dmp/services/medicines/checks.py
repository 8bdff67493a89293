"""The checks of medicines: plug-ins, pure functions of what the viewer may see; advice, never a bar (RX-7, RX-8)."""

from dmp.services.chart import Chart
from dmp.services.medicines import alert_rules
from dmp.services.medicines.alert import Alert, Check, Situation, Subject
from dmp.services.medicines.alert_rules import AlertRules
from dmp.services.medicines.allergies import allergies
from dmp.services.medicines.pairs import duplicates, interactions
from dmp.services.medicines.parameters import RULES, Parameters
from dmp.services.medicines.product import Product
from dmp.services.medicines.reminders import reminders
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatment import MedicineList
from dmp.services.medicines.treatments import reconciled

CHECKS: tuple[Check, ...] = (allergies, interactions, duplicates, reminders)
"""In the order in which their alerts are shown."""


def checked(
    chart: Chart,
    medicines: MedicineList | None = None,
    *,
    proposed: tuple[Product, ...] = (),
    thesaurus: Thesaurus | None = None,
    rules: AlertRules | None = None,
    parameters: Parameters | None = None,
    checks: tuple[Check, ...] = CHECKS,
) -> tuple[Alert, ...]:
    """What the checks say of current medicines; of those `proposed` for a prescription, with the current ones.

    Everything comes from the chart of the viewer: a masked allergy or medicine
    changes nothing here.
    """
    known = parameters or chart.rules.of(RULES)
    found = medicines or reconciled(chart, thesaurus, known)
    current = (Subject(each.product, each.evidence[:1], treatment=each) for each in found.current)
    subjects = (*(Subject(each, proposed=True) for each in proposed), *current)
    situation = Situation(chart, found, subjects, thesaurus, rules or chart.rules.of(alert_rules.RULES), known)
    return tuple(alert for check in checks for alert in check(situation))
