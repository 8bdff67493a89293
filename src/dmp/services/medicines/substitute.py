"""Whether a product that is handed out for another one is the same substance: advice, which blocks nothing (RX-7).

Within one group of generics a pharmacist substitutes by himself. Another
substance is another treatment, which its prescriber has to agree to
beforehand (CSP L.5125-23, recalled: to be confirmed by a pharmacist). Nothing
here looks at a record: the line and the product tell all of it (RX-8).
"""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from dmp.services.medicines.alert_rules import AlertRules
from dmp.services.medicines.names import key_of, known_by_words, own_words, substances_named
from dmp.services.medicines.product import WHOLE_ATC, Product
from dmp.services.medicines.thesaurus import Thesaurus

_MOST_FOUND = 500
_COMBINATIONS = ("20", "30")
_FIRST_COMBINATION = "50"
"""Ends of ATC codes of combinations, which name one substance and leave the others open."""
_CHEMICAL_GROUP = 5
"""Characters of an ATC code that name one."""


class Likeness(StrEnum):
    """What can be said of two products."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


class Ground(StrEnum):
    """By what it can be said."""

    PRODUCT = "product"
    """One code: the very same medicine."""
    GROUP = "group"
    """The group of generics: the same dose and form too."""
    SUBSTANCES = "substances"
    """The substances of the public database, of both."""
    NAMES = "names"
    """What the names say, of one of them at least."""
    ATC = "atc"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Compared:
    """What the check says; the substances as far as they are known, as people read them."""

    likeness: Likeness
    ground: Ground
    prescribed: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """Its name, as it is kept."""
        return f"substitute.{self.likeness}.{self.ground}"


@dataclass(frozen=True)
class Known:
    """What is known of medicines and substances beyond the two products."""

    thesaurus: Thesaurus | None
    substances: Container[str]

    @classmethod
    def of(cls, thesaurus: Thesaurus | None, rules: AlertRules) -> "Known":
        """The reference data, if any are loaded, and the substances that the checks of allergies name."""
        told = frozenset(key for each in rules.classes.values() for key in each.agents)
        loaded = thesaurus.substances if thesaurus is not None else frozenset[str]()
        return cls(thesaurus, told | known_by_words() | loaded)


@dataclass(frozen=True)
class _Content:
    """Substances of a product; `whole` where there are no others, `sure` where their names are of one language."""

    keys: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    whole: bool = False
    sure: bool = True


def compare(prescribed: Product, handed: Product, known: Known) -> Compared:
    """What can be said of a product that is handed out for the one that is prescribed."""
    if _is_one_code(prescribed, handed):
        return Compared(Likeness.SAME, Ground.PRODUCT)
    one, other = _content(prescribed, known), _content(handed, known)
    if prescribed.group and prescribed.group == handed.group:
        return Compared(Likeness.SAME, Ground.GROUP, one.names, other.names)
    ground = Ground.SUBSTANCES if prescribed.published and handed.published else Ground.NAMES
    likeness = _by_content(one, other)
    if likeness is Likeness.UNKNOWN and own_words(prescribed.label) == own_words(handed.label) != frozenset():
        ground, likeness = Ground.NAMES, Likeness.SAME
    if likeness is Likeness.UNKNOWN:
        ground, likeness = Ground.ATC, _by_class(prescribed.atc, handed.atc)
    if likeness is Likeness.UNKNOWN:
        ground = Ground.NOTHING
    return Compared(likeness, ground, one.names, other.names)


def _is_one_code(prescribed: Product, handed: Product) -> bool:
    if prescribed.cis and handed.cis:
        return prescribed.cis == handed.cis
    return bool(prescribed.cip and handed.cip) and prescribed.cip == handed.cip


def _content(product: Product, known: Known) -> _Content:
    if product.substances:
        return _Content(product.substances, product.names, whole=True, sure=product.published)
    named = substances_named(product.label, known.substances)
    if named.keys and named.whole:
        return _Content(named.keys, _names_in(product.label, named.keys), whole=True)
    return _published(product.label, known.thesaurus) or _Content(named.keys, _names_in(product.label, named.keys))


def _published(label: str, thesaurus: Thesaurus | None) -> _Content | None:
    """What every medicine of the database holds whose name has all these words; None where they differ."""
    found = thesaurus.named(label, _MOST_FOUND) if thesaurus is not None else ()
    contents = {frozenset(map(key_of, each.substances)) for each in found}
    if len(contents) != 1 or not found[0].substances or len(found) == _MOST_FOUND:
        return None
    return _Content(contents.pop(), found[0].substances, whole=True)


def _names_in(label: str, keys: frozenset[str]) -> tuple[str, ...]:
    """The substances as the name of the medicine writes them, where it does so in one word each."""
    told = dict.fromkeys(word for word in label.replace(",", " ").replace("/", " ").split() if key_of(word) in keys)
    return tuple(told) or tuple(sorted(keys))


def _by_content(one: _Content, other: _Content) -> Likeness:
    """By the substances: what is told in part may hold others, so that only what is too much in it tells them apart."""
    if not one.keys or not other.keys:
        return Likeness.UNKNOWN
    if one.keys == other.keys and one.whole and other.whole:
        return Likeness.SAME
    differ = one.keys.isdisjoint(other.keys)
    differ = differ or (one.whole and not other.keys <= one.keys) or (other.whole and not one.keys <= other.keys)
    return Likeness.OTHER if differ and one.sure and other.sure else Likeness.UNKNOWN


def _by_class(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """By whole ATC codes: a substance has one in a chemical group, and may have others in other groups, by its use."""
    mine, theirs = (
        {code for code in codes if len(code) == WHOLE_ATC and not _is_combination(code)} for codes in (one, other)
    )
    if mine & theirs:
        return Likeness.SAME
    groups = ({code[:_CHEMICAL_GROUP] for code in codes} for codes in (mine, theirs))
    return Likeness.UNKNOWN if next(groups).isdisjoint(next(groups)) else Likeness.OTHER


def _is_combination(code: str) -> bool:
    return code[-2:] in _COMBINATIONS or code[-2:] >= _FIRST_COMBINATION
