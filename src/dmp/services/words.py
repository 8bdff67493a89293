"""How services write what people read: days as 31/01/2026, with the precision that the document had."""

import re
from collections.abc import Mapping

from dmp.services.days import first_day
from dmp.services.panel import Words, same

_UNITS: Mapping[str, str] = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "kg/m2": "kg/m²",
    "m2": "m²",
    "mo": "mois",
    "score": "",
    "1": "",
    "pack/a": "paquets-années",
    "pack/d": "paquet par jour",
    "drink/d": "verre par jour",
    "drink/wk": "verre par semaine",
    "times/d": "fois par jour",
    "times/wk": "fois par semaine",
}
"""Units of UCUM as people write them; a unit that is not here is shown as it came."""
_NAMES: Mapping[str, str] = {
    "h": "heure",
    "d": "jour",
    "wk": "semaine",
    "a": "an",
    "tbl": "comprimé",
    "TBL": "comprimé",
    "tablet": "comprimé",
    "CAPS": "gélule",
    "capsule": "gélule",
    "DROP": "goutte",
    "drp": "goutte",
    "PUFF": "bouffée",
    "puff": "bouffée",
    "SACHET": "sachet",
    "boite": "boîte",
    "box": "boîte",
    "30009000": "boîte",
    "flacon": "flacon",
    "tube": "tube",
    "ampoule": "ampoule",
    "dose": "dose",
    "unite": "unité",
    "application": "application",
}
"""Units that are words, which take an `s` from two on."""
_STATES: Mapping[str, Words] = {
    "active": ("en cours", "current"),
    "55561003": ("en cours", "current"),
    "g-a230": ("en cours", "current"),
    "g-a270": ("en cours", "current"),
    "g-a397": ("en cours", "current"),
    "g-a468": ("en cours", "current"),
    "g-a646": ("en cours", "current"),
    "suspended": ("suspendu", "suspended"),
    "aborted": ("interrompu", "interrupted"),
    "completed": ("terminé", "over"),
    "resolved": ("terminé", "over"),
    "413322009": ("terminé", "over"),
    "inactive": ("inactif", "inactive"),
    "73425007": ("inactif", "inactive"),
    "remission": ("en rémission", "in remission"),
    "277022003": ("en rémission", "in remission"),
    "g-a005": ("en rémission", "in remission"),
    "recurrence": ("récidive", "recurrence"),
    "relapse": ("récidive", "recurrence"),
}
"""Clinical states in HL7 words, SNOMED CT and SNOMED 3.5, without capitals; another one is shown as it came."""
_SEVERITIES: Mapping[str, Words] = {
    "L": ("léger", "mild"),
    "M": ("modéré", "moderate"),
    "H": ("sévère", "severe"),
}
"""The codes of HL7, where a document has no words beside them."""
_TRUTH: Mapping[str, Words] = {"true": ("oui", "yes"), "false": ("non", "no")}
_ANNOTATION = re.compile(r"\{([^{}]*)\}")
_GS1 = re.compile(r"[{(](\d{2,4})[})]([^{(]+)")
_COUNTED = re.compile(r"(\d+(?:[.,]\d+)?) (\{[^{}]*\})")
_EVERY = re.compile(r" / (\d+) (h|d|wk|mo)\b")
_PERIODS: Mapping[str, tuple[str, str]] = {
    "h": ("par heure", "toutes les {} heures"),
    "d": ("par jour", "tous les {} jours"),
    "wk": ("par semaine", "toutes les {} semaines"),
    "mo": ("par mois", "tous les {} mois"),
}


def day_words(digits: str) -> str:
    """HL7 digits as a day: 31/01/2026, 01/2026, 2026; what is no day is shown as it is."""
    if first_day(digits) is None:
        return digits
    return "/".join(part for part in (digits[6:8], digits[4:6], digits[:4]) if part)


def unit_words(unit: str, amount: str = "") -> str:
    """A unit as people write it: mmHg for `mm[Hg]`, comprimés for two `{tbl}`; nothing for that of bare numbers."""
    bare = _ANNOTATION.sub(r"\1", unit).strip()
    if bare not in _NAMES:
        return _UNITS.get(bare, bare)
    return _NAMES[bare] + ("s" if _is_many(amount) else "")


def _is_many(amount: str) -> bool:
    try:
        return float(amount.replace(",", ".")) >= 2
    except ValueError:
        return False


def posology_words(text: str) -> str:
    """A posology as people say it: 1 comprimé par jour for `1 {tbl} / 1 d`; other words are left as they are."""

    def every(found: re.Match[str]) -> str:
        count, period = found.groups()
        one, more = _PERIODS[period]
        return " " + (one if count == "1" else more.format(count))

    return _COUNTED.sub(lambda found: f"{found[1]} {unit_words(found[2], found[1])}", _EVERY.sub(every, text))


def device_words(serial: str) -> tuple[Words, ...]:
    """Lot and serial number out of the identifier of a device (GS1); another identifier as it is, without its root."""
    told = serial.rpartition("^")[2]
    parts = dict(_GS1.findall(told))
    lot, number = parts.get("10", ""), parts.get("21", "") if parts else told
    said = ((f"lot {lot}", f"lot {lot}") if lot else None, (f"n° {number}", f"no. {number}") if number else None)
    return tuple(each for each in said if each is not None)


def state_words(code: str) -> Words:
    """A clinical state, as a code says it, in words."""
    return _STATES.get(code.casefold(), same(code))


def severity_words(text: str) -> Words:
    """How severe something is, where a document says it by a letter alone; any other text as it is."""
    return _SEVERITIES.get(text, same(text))


def truth_words(text: str) -> Words:
    """Yes or no, where a document says `true` or `false`; any other text as it is."""
    return _TRUTH.get(text, same(text))
