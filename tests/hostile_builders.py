"""Facts at random, each field of them odd, and records that hold them: for the pages of the chart."""

import random
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from dmp.actions.projected import READING
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry
from dmp.record.facts import Concept, Facts, Quantity
from dmp.services import SERVICES
from dmp.store.projections import Projection, pack_facts
from own_pages_builders import Around
from store_builders import deposited

SCRIPT = "<script>alert(1)</script>"
WORDS = (
    "",
    SCRIPT,
    "\"'><img src=x onerror=alert(1)>",
    "\u202eexe.tnemucod\u2066\u200f",
    "a\x85b\x7f[31m",
    "{{ 7 * 7 }} {% raw %}",
    "x" * 3000,
    "\U0001f4a9\ufffe",
    "javascript:alert(1)",
    "\n\r\t ",
    "Diabète",
)
NUMBERS = (
    "",
    "1E999999999",
    "1E-999999999",
    "-3",
    "NaN",
    "Infinity",
    "-0",
    "1" * 400,
    "0",
    "7,2",
    "7.2",
    "0.001",
    "120",
)
DAYS = (
    "",
    "20249999",
    "2024-13",
    "19",
    "99999999999999",
    "00000000",
    "2999",
    "202402301299",
    "0001",
    "99991231",
    "20240131",
    "2023",
    "202406",
    "202606011200",
    "20250115",
    "demain",
    "20240131120000+9999",
    "٢٠٢٤",
)
UNITS = ("", "g/L", "mmol/L", "%", "mg/dL", "U/L", "[degF]", "10*9/L", "<b>", "{}", "kg", "mm[Hg]", "cm")
CODES = (
    ("", ""),
    ("4548-4", "2.16.840.1.113883.6.1"),
    ("2160-0", "2.16.840.1.113883.6.1"),
    ("2345-7", "2.16.840.1.113883.6.1"),
    ("14682-9", "2.16.840.1.113883.6.1"),
    ("29463-7", "2.16.840.1.113883.6.1"),
    ("8480-6", "2.16.840.1.113883.6.1"),
    ("J07BM03", "2.16.840.1.113883.6.73"),
    ("J07CA02", "2.16.840.1.113883.6.73"),
    ("C09AA05", "2.16.840.1.113883.6.73"),
    ("B01AA03", "2.16.840.1.113883.6.73"),
    ("E11", "2.16.840.1.113883.6.3"),
    ("C50", "2.16.840.1.113883.6.3"),
    ("QEQK004", "1.2.250.1.213.2.5"),
    ("ZBQK002", "1.2.250.1.213.2.5"),
    ("160244002", "2.16.840.1.113883.6.96"),
    ("no-known-allergies", "2.16.840.1.113883.5.1150.1"),
    (SCRIPT, "x"),
)
TIMES = ("start", "end", "recorded", "expiry")
FIGURES = ("value", "low", "high", "per_day", "strength", "rank")


class Hostile:
    """Facts at random, each field of them odd."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311

    def facts(self, each: int) -> Facts:
        made = {
            name: tuple(self.of(get_args(hint)[0]) for _ in range(each)) for name, hint in get_type_hints(Facts).items()
        }
        return Facts(**made)

    def of(self, kind: type, name: str = "") -> Any:
        pick = self._chance.choice
        if kind is str:
            return pick(DAYS if name in TIMES else NUMBERS if name in FIGURES else WORDS)
        if is_dataclass(kind):
            return self._odd(kind)
        if get_origin(kind) is tuple:
            return tuple(self.of(get_args(kind)[0]) for _ in range(self._chance.randrange(3)))
        plain = {int: (0, 1, -5, 10**9), bool: (True, False)}
        return pick(plain[kind] if kind in plain else list(kind))

    def _odd(self, kind: type) -> Any:
        pick, words = self._chance.choice, self._words
        if kind is Concept:
            others = tuple(Code(*pick(CODES), SCRIPT) for _ in range(2))
            return Concept(*pick(CODES), words(), words(), others)
        if kind is Quantity:
            return Quantity(pick(NUMBERS), pick(UNITS), pick(("", "<", ">", SCRIPT)), pick(NUMBERS), pick(NUMBERS))
        hints = get_type_hints(kind)
        return kind(**{field.name: self.of(hints[field.name], field.name) for field in fields(kind)})

    def _words(self) -> str:
        return self._chance.choice(WORDS)


def put_facts(around: Around, said: list[tuple[DocumentEntry, Facts]], **changes: Any) -> None:
    """A record whose documents say this."""
    around.open(**changes)
    for number, (entry, _) in enumerate(said, start=1):
        deposited(around.store, entry, number=number)
    with around.store.begin() as tx:
        names = tx.inside(tx.records.get("rec-1")).documents_of(entry.uuid for entry, _ in said)
        for entry, facts in said:
            tx.projections.renew("rec-1", names[entry.uuid], Projection(pack_facts(facts), b"", READING))


def paths(room: str) -> list[str]:
    """Every page of the chart in one portal that a GET opens."""
    return [f"{room}/{service.slug}".rstrip("/") for service in SERVICES] + [f"{room}/ips", f"{room}/carnet"]
