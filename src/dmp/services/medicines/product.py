"""A medicine, whatever code its author gave it: by its substances first, then ATC, virtual medicine, CIS, words."""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp.record.facts import Concept, Dispensation, Medication, Substance
from dmp.services.medicines.names import key_of
from dmp.services.medicines.thesaurus import Known, Thesaurus

CIS = "1.2.250.1.213.2.3.1"
CIP = ("1.2.250.1.213.2.3.2", "1.2.250.1.213.2.3.3")
MV = "1.2.250.1.213.2.59"
"""«Médicament virtuel»."""
ATC = "2.16.840.1.113883.6.73"
WHOLE_ATC = 7
"""Characters of an ATC code that names a substance."""


@dataclass(frozen=True)
class Product:
    """What is known of a medicine of one fact."""

    label: str
    cis: str = ""
    cip: str = ""
    virtual: str = ""
    atc: tuple[str, ...] = ()
    substances: frozenset[str] = frozenset()
    """Keys of its substances; empty where nobody tells them."""
    names: tuple[str, ...] = ()
    """The same, as people read them."""
    group: int = 0
    """Of generics, where the thesaurus knows."""
    published: bool = False
    """Its substances are those of the thesaurus, which names every one of them, in one language."""

    def identities(self) -> Iterator[str]:
        """What it may be recognised by, the surest first."""
        if self.substances:
            yield f"substances {' + '.join(sorted(self.substances))}"
        yield from (f"atc {code}" for code in self.atc if len(code) == WHOLE_ATC)
        yield from (f"{kind} {code}" for kind, code in (("mv", self.virtual), ("cis", self.cis)) if code)
        if self.label:
            yield f"words {key_of(self.label)}"

    def same_medicine(self, other: "Product") -> bool:
        """Whether both are the same substances; by a code or by words only where one of them tells none."""
        if self.substances and other.substances:
            return self.substances == other.substances
        return not set(self.identities()).isdisjoint(other.identities())

    def excludes(self, other: "Product") -> bool:
        """Whether both tell their substances, and share none."""
        return bool(self.substances and other.substances) and self.substances.isdisjoint(other.substances)


def product_of(fact: Medication | Dispensation, thesaurus: Thesaurus | None = None) -> Product:
    """The medicine of a fact: what its author wrote, and what the thesaurus knows of its code."""
    return product_told(fact.concept, thesaurus, fact.substances)


def product_told(
    concept: Concept, thesaurus: Thesaurus | None = None, substances: tuple[Substance, ...] = ()
) -> Product:
    """The medicine of a code or of words alone, with the substances that its author wrote beside."""
    codes = list(concept.codes())
    cis, virtual = (concept.code_in(system) for system in (CIS, MV))
    cip = concept.code_in(*CIP)
    known = _known(cis, cip, thesaurus)
    names = _names(substances, concept, known)
    return Product(
        label=concept.words or (known.label if known else ""),
        cis=cis or (f"{known.cis:08d}" if known else ""),
        cip=cip,
        virtual=virtual,
        atc=tuple(dict.fromkeys(code.strip().upper() for code, system in codes if system == ATC and code.strip())),
        substances=frozenset(key for name in names if (key := key_of(name))),
        names=names,
        group=known.group if known else 0,
        published=known is not None and bool(known.substances),
    )


def _known(cis: str, cip: str, thesaurus: Thesaurus | None) -> Known | None:
    if thesaurus is None:
        return None
    return (thesaurus.medicine(cis) if cis else None) or (thesaurus.presentation(cip) if cip else None)


def _names(written: tuple[Substance, ...], concept: Concept, known: Known | None) -> tuple[str, ...]:
    """Names of the substances: of the thesaurus, which has one language, else of the author, else of the ATC code."""
    if known is not None and known.substances:
        return known.substances
    told = tuple(dict.fromkeys(each.concept.words for each in written if each.concept.words))
    return told or tuple(name for name in _atc_names(concept) if " and " not in name and "combinations" not in name)


def _atc_names(concept: Concept) -> Iterator[str]:
    if concept.system == ATC and len(concept.code) == WHOLE_ATC and concept.display:
        yield concept.display
    for code in concept.translations:
        if code.system == ATC and len(code.code) == WHOLE_ATC and code.display:
            yield code.display
            return
