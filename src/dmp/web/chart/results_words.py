"""What pages say of results: flags, marks and doubts, in plain French and in English. Nothing here decides (SV-6)."""

import re
from collections.abc import Mapping
from decimal import Decimal

from dmp.services.biology.lines import Line
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Doubt, Flag
from dmp.services.biology.trend import Direction
from dmp.services.biology.units import Units
from dmp.services.panel import Words, same
from dmp.web.chart.figures import figure

FLAGS: Mapping[Flag, Words] = {
    Flag.NONE: ("", ""),
    Flag.NORMAL: ("dans les bornes", "within bounds"),
    Flag.LOW: ("bas", "low"),
    Flag.HIGH: ("haut", "high"),
    Flag.VERY_LOW: ("très bas", "very low"),
    Flag.VERY_HIGH: ("très haut", "very high"),
    Flag.ABNORMAL: ("anormal", "abnormal"),
    Flag.CRITICAL: ("critique", "critical"),
    Flag.POSITIVE: ("positif", "positive"),
    Flag.NEGATIVE: ("négatif", "negative"),
    Flag.SUSCEPTIBLE: ("sensible (S)", "susceptible (S)"),
    Flag.INTERMEDIATE: ("intermédiaire (I)", "intermediate (I)"),
    Flag.RESISTANT: ("résistant (R)", "resistant (R)"),
}
MARKS: Mapping[Mark, Words] = {
    Mark.CORRECTED: ("Corrigé par le laboratoire", "Corrected by the laboratory"),
    Mark.ADDED: ("Ajouté par le compte rendu corrigé", "Added by the corrected report"),
    Mark.OF_CORRECTED_REPORT: (
        "Compte rendu corrigé : comparez avec la version d’avant",
        "Corrected report: compare with the version before",
    ),
    Mark.DISAGREES: ("Une autre valeur existe pour le même prélèvement", "Another value exists for the same specimen"),
    Mark.OTHER_METHOD: ("Autre méthode que la valeur d’avant", "Another method than the value before"),
    Mark.OTHER_LABORATORY: ("Autre laboratoire que la valeur d’avant", "Another laboratory than the value before"),
    Mark.DECLARED: ("Document ajouté par le patient", "Document added by the patient"),
    Mark.PRELIMINARY: ("Résultat provisoire", "Preliminary result"),
    Mark.CONVERTED: ("Unité convertie", "Unit converted"),
    Mark.FLAG_DIFFERS: (
        "Le signalement du laboratoire et les bornes du compte rendu ne disent pas la même chose",
        "The flag of the laboratory and the bounds of the report do not say the same",
    ),
}
DOUBTS: Mapping[Doubt, Words] = {
    Doubt.NO_NUMBER: ("Pas un nombre", "Not a number"),
    Doubt.UNIT_UNKNOWN: (
        "Unité non convertible : valeur gardée telle quelle",
        "Unit not converted: value kept as it is",
    ),
    Doubt.NEGATIVE: ("Valeur négative : à vérifier, hors calcul", "Negative value: to be checked, not counted"),
    Doubt.IMPLAUSIBLE: (
        "Valeur peu vraisemblable : à vérifier, hors calcul",
        "Unlikely value: to be checked, not counted",
    ),
    Doubt.NO_DATE: ("Date du prélèvement inconnue ou incomplète", "Day of the specimen unknown or incomplete"),
    Doubt.FUTURE: ("Date dans le futur : à vérifier, hors calcul", "Day in the future: to be checked, not counted"),
    Doubt.BEFORE_BIRTH: (
        "Date avant la naissance : à vérifier, hors calcul",
        "Day before birth: to be checked, not counted",
    ),
    Doubt.CANCELLED: ("Résultat annulé par le laboratoire", "Result cancelled by the laboratory"),
    Doubt.DENIED: ("Le compte rendu dit que non", "The report says that it is not so"),
    Doubt.NOT_DONE: ("Demandé, pas encore fait", "Asked for, not done yet"),
}
DIRECTIONS: Mapping[Direction, Words] = {
    Direction.UP: ("en hausse", "rising"),
    Direction.DOWN: ("en baisse", "falling"),
    Direction.STEADY: ("stable", "steady"),
    Direction.UNKNOWN: ("", ""),
}
ARROWS: Mapping[Direction, str] = {
    Direction.UP: "↗",
    Direction.DOWN: "↘",
    Direction.STEADY: "→",
    Direction.UNKNOWN: "",
}
_DECIMAL = re.compile(r"^([<>=≤≥ ]*\d+)\.(\d+)(?=\s|$)", re.ASCII)
_MOST_PLACES = 4
_COMPARATORS = {"<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}


def value_words(line: Line, *, english: bool) -> str:
    """A value in the unit of its group, without the unit; in its own words where it is no such number."""
    if line.shown is None:
        return _as_written(line.words, english=english)
    return f"{_COMPARATORS.get(line.comparator, '')}{figure(line.shown, english=english)}"


def received_words(line: Line, units: Units, *, english: bool) -> str:
    """What was written, with its unit as people read it; each source once."""
    return " ; ".join(as_received(words, units, english=english) for words in (line.words, *line.other_words))


def as_received(words: str, units: Units, *, english: bool) -> str:
    """One value as it was written, with its unit as people read it."""
    number, space, unit = words.rpartition(" ")
    known = units.read(unit) if space and number else None
    if known is None:
        return _as_written(words, english=english)
    return f"{_as_written(number, english=english)} {units.shown(known.text)[english]}".strip()


def _as_written(words: str, *, english: bool) -> str:
    """A plain decimal, alone or before a unit, with the sign of the language; anything else stays."""
    return words if english else _DECIMAL.sub(r"\1,\2", words, count=1)


def bounds_words(line: Line, *, english: bool) -> Words:
    """The bounds of the report, converted as the value is, else as they were written."""
    band = line.band
    if band is None:
        return same(line.bounds)
    places = places_of(line.shown) if line.shown is not None else 2
    low, high = (
        figure(_shortened(end, places), english=english) if end is not None else "" for end in (band.low, band.high)
    )
    if low and high:
        return f"de {low} à {high}", f"{low} to {high}"
    return (f"{low} ou plus", f"{low} or more") if low else (f"{high} ou moins", f"{high} or less")


def places_of(value: Decimal) -> int:
    """How many decimals a number has."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _shortened(end: Decimal, places: int) -> Decimal:
    """A bound as it was sent, without its last noughts; with as many decimals as the value where it was converted."""
    plain = end.normalize()
    return plain if places_of(plain) <= _MOST_PLACES else end.quantize(Decimal(1).scaleb(-places))
