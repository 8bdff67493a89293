"""Laboratory results, by analyte and across laboratories: one line, one unit, one curve (services.md 9)."""

from dmp.services.biology.analytes import RULES
from dmp.services.service import Service

SERVICE = Service(
    "biology", "resultats", ("Résultats", "Results"), reads=("results", "failures"), compares=True, sets=(RULES,)
)
