"""Medicines («médicaments»): what is prescribed, delivered and declared, as one list; checks; the e-prescription.

Pure: a chart comes in, values go out. `reconciled` (treatments.py) is the list,
`checked` (checks.py) the alerts, `compared` (discharge.py) what a stay changed,
`cycle` the rules of a prescription that has a national number. Numbers are
dated data: `parameters.toml`, `alerts.toml`, `durations.toml`, `names.toml`.
The thesaurus is a file that an operator loads (`dmp medicines load`), never
part of the package.
"""

from dmp.services.medicines import alert_rules, durations, parameters
from dmp.services.service import Service

TITLE = ("Médicaments", "Medicines")
READS = (
    "medications",
    "prescriptions",
    "dispensations",
    "allergies",
    "problems",
    "pregnancies",
    "observations",
    "results",
)
"""What the list is made of, and what the checks look at."""
SETS = (parameters.RULES, alert_rules.RULES, durations.RULES)
SERVICE = Service("medicines", "medicaments", TITLE, READS, sets=SETS)
