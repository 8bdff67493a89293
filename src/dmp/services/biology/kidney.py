"""Kidney function from blood creatinine: computed here, and said to be."""

from decimal import Decimal

from dmp.record.patient import Sex
from dmp.services.biology.units import UnitNotSupported

UMOL_PER_L = {"umol/L": 1.0, "mg/L": 8.84, "mg/dL": 88.4}
ADULT = 18


def estimated_gfr(creatinine: Decimal, unit: str, age: int, sex: Sex) -> float:
    """Estimate the glomerular filtration rate («DFG estimé») with CKD-EPI 2009.

    Args:
        creatinine: Blood creatinine, enzymatic IDMS method, in `unit`; above zero.
        unit: UCUM unit, one of `UMOL_PER_L`. French reports use mg/L or umol/L.
        age: Completed years on the day of the sample; adults only (18 and over).
        sex: Sex recorded in the identity traits.

    Returns:
        mL/min per 1.73 m², not rounded: the page rounds, the trend does not.

    Raises:
        UnitNotSupported: `unit` is unknown; we never guess a unit.
        ValueError: the age is under 18, the sex is not told, or there is no creatinine: the equation does not hold.

    Source: Levey et al., Ann Intern Med 2009;150:604-612 (no ethnicity factor);
    recommended by HAS, December 2011. Less sure after 75 years and at extreme
    weights: the page says so beside the figure.
    """
    if age < ADULT:
        raise ValueError("CKD-EPI 2009 is for adults")
    if sex is Sex.UNDETERMINED or creatinine <= 0:
        raise ValueError("CKD-EPI 2009 needs the sex and a creatinine")
    if unit not in UMOL_PER_L:
        raise UnitNotSupported(unit)
    mg_per_dl = float(creatinine) * UMOL_PER_L[unit] / 88.4
    kappa, alpha, factor = (0.7, -0.329, 1.018) if sex is Sex.FEMALE else (0.9, -0.411, 1.0)
    ratio = mg_per_dl / kappa
    return float(141 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.209 * 0.993**age * factor)
