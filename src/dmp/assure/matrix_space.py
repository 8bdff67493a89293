"""The space of `matrix`: products of dimensions, enumerated whole, and draws from the product of all (T-MATRIX)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from random import Random

from dmp.assure.oracle.rules import MIDWIFE
from dmp.assure.oracle.sectors import FEED, INSURER
from dmp.assure.oracle.situation import Announced, Attending, Block, Given, Kind, Paper, Person, Standing, Whose
from dmp.assure.oracle.transactions import CONTENTS, DOORS, RUNNING, SEARCHES, UNTOLD
from dmp.record.actor import Authentication, Mode
from dmp.record.entry import EntryStatus
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.record import RecordState
from dmp.record.verb import Verb

DIRECT, AIR, INDIRECT = Authentication.DIRECT, Authentication.REINFORCED, Authentication.INDIRECT
FOR_FEW, FOR_DOCTORS = ("83901-9", "11"), ("DOCPAT08", "11")
"""Types that few read; that of a plain `Paper` is read by many."""


@dataclass(frozen=True)
class Scene:
    """One caller and one record, the acts to ask about and the documents; without any, the record itself is asked."""

    person: Person
    standing: Standing
    verbs: Sequence[Verb]
    papers: Sequence[Paper] = ()
    lots: Sequence[tuple[Paper, ...]] = ()
    """The documents beside the signature that is asked about, when it is one (DEC-12)."""


def professionals(code: str, know_how: str = "", sector: str = "SA07") -> Iterator[Person]:
    """One profession, by card and by his structure, in every mode, at a regulation centre or not."""
    for via, mode in product((DIRECT, AIR), Mode):
        at_centre = (False, True) if mode is Mode.EMERGENCY_DISPATCH else (False,)
        for regulation in at_centre:
            yield Person(Kind.PROFESSIONAL, code, know_how, sector, via, mode, regulation)


def others(sector: str = "SA01") -> Iterator[Person]:
    """Staff and structures, in every mode."""
    for mode, regulation in product(Mode, (False, True)):
        for via in (DIRECT, AIR):
            yield Person(Kind.STAFF, "SECRETARIAT_MEDICAL", "", sector, via, mode, regulation)
        yield Person(Kind.SOFTWARE, "AUTOMATE", "", sector, INDIRECT, mode, regulation)


def everybody_else() -> Iterator[Person]:
    """Citizens and those who run the service."""
    carers = (Kind.PROFESSIONAL, Kind.STAFF, Kind.SOFTWARE)
    return (Person(kind) for kind in Kind if kind not in carers)


COLUMNS: tuple[Person, ...] = (
    *professionals("10", "SM26"),
    *professionals("10", "SM25"),
    *professionals("60"),
    *professionals(MIDWIFE),
    *(person for person in others() if not person.regulation or person.mode is Mode.EMERGENCY_DISPATCH),
    Person(Kind.PROFESSIONAL, "10", "SM26", mode=Mode.BREAK_GLASS, unreasoned=True),
    *everybody_else(),
)
"""One caller at least for every column of the matrix, and one who stands in none for every mode."""
BY_CARD: tuple[Person, ...] = (
    *(person for person in (*professionals("10", "SM26"), *professionals("60")) if person.via is DIRECT),
    *(person for person in others() if person.via is not AIR and person.mode is Mode.NORMAL),
    Person(Kind.PROFESSIONAL, "10", "SM25"),
    Person(Kind.HOLDER),
    Person(Kind.REPRESENTATIVE),
)
"""Those whom the decisions of a holder are about."""

SECTORS = (  # noqa: SIM905 - codes read best so
    "SA01 SA04 SA05 SA07 SA15 SA17 SA25 SA33 SA52 SA57 SA66 SA09 SA22 SA23 SA24 SA26 SA31 SA32 SA44 SA45 SA46 SA48"
).split()
PROFESSIONS = (  # noqa: SIM905 - codes read best so
    "10 21 26 28 31 32 40 50 60 69 70 80 81 82 83 84 85 86 91 92 94 95 96 98 71 72 73 93 41 99 00 XX"
).split()
"""The last two exist nowhere."""

ROLES = ("SECRETARIAT_MEDICAL", "AUTOMATE", FEED, "NOT_A_ROLE")


def callers() -> Iterator[Person]:
    """Every profession in the sectors that differ, some in every sector; every role in every sector."""
    for code, sector in product(PROFESSIONS, SECTORS):
        if sector in TELLING_SECTORS or code in ("10", "21", "60"):
            yield from professionals(code, "SM26" if code == "10" else "", sector)
    for sector in SECTORS:
        yield from professionals("10", "SM25", sector)
        for person, role in product(others(sector), ROLES):
            if role != FEED or (sector == INSURER and person.kind is Kind.SOFTWARE):
                yield replace(person, code=role)
    yield from everybody_else()


TELLING_SECTORS = ("SA01", "SA66", "SA09", INSURER)

STANDINGS: tuple[Standing, ...] = (
    Standing(None),
    Standing(),
    Standing(given=Given.BY_THE_HOLDER, attending=Attending.CONFIRMED),
    Standing(given=Given.TO_HIM, block=Block.HIM),
    Standing(RecordState.CLOSED, Given.TO_HIM),
    Standing(RecordState.DESTROYED, Given.TO_HIM),
)

CONSENTS: tuple[Standing, ...] = tuple(
    Standing(RecordState.ACTIVE, *rest)
    for rest in product(Given, Block, Attending, (False, True), (False, True), (False, True), (False, True))
)
"""Everything that a holder may have decided."""

FEW_PAPERS: tuple[Paper, ...] = (Paper(), Paper(Whose.HE_WROTE), Paper(Whose.OF_HIS_STRUCTURE), Paper(masked=True))
PAPERS: tuple[Paper, ...] = tuple(
    Paper(*marks) for marks in product(Whose, EntryStatus, (False, True), Announced, (False, True))
)
"""Everything that tells one document from another, but its type."""
CHAINED: tuple[Paper, ...] = tuple(
    replace(paper, by_chain=True, type_code=code, class_code=of)
    for paper, (code, of) in product(PAPERS, (FOR_FEW, FOR_DOCTORS))
    if paper.status is EntryStatus.DEPRECATED and paper.whose in (Whose.ANOTHERS, Whose.HE_SIGNED)
)
"""Replaced documents, hidden by what became of those that replaced them, of types that are not for everybody."""

TOWARDS: tuple[Standing, ...] = (
    Standing(given=Given.BY_THE_HOLDER, minor=True),
    Standing(attending=Attending.DECLARED, given=Given.TO_HIM),
    Standing(attending=Attending.CONFIRMED, emergency_reads_masked=True),
    Standing(given=Given.BY_THE_HOLDER, hide_everything=True),
)

TYPES: tuple[tuple[str, str], ...] = tuple(
    (concept.code.code, concept.parent)
    for concept in value_set(Nomenclature.DOCUMENT_TYPES).concepts.values()
    if concept.parent.isdigit()
)


def by_callers() -> Iterator[Scene]:
    """Who calls, from where and how: every act."""
    for person, standing in product(callers(), STANDINGS):
        yield Scene(person, standing, ON_THE_RECORD)
        if standing.state is RecordState.ACTIVE and standing.block is Block.NOBODY:
            yield Scene(person, standing, CONTENTS, FEW_PAPERS[:2])


def by_consents() -> Iterator[Scene]:
    """What the holder decided: every act."""
    told = tuple(verb for verb in ON_THE_RECORD if verb not in RUNNING | UNTOLD)
    for person, standing in product(BY_CARD, CONSENTS):
        yield Scene(person, standing, told)
        yield Scene(person, standing, CONTENTS, FEW_PAPERS)


def by_papers() -> Iterator[Scene]:
    """What hides a document, whose it is, what became of it: every act on a document."""
    for person, standing in product((each for each in COLUMNS if each.code != MIDWIFE), TOWARDS):
        yield Scene(person, standing, CONTENTS, PAPERS)
        yield Scene(person, standing, (Verb.FIND, Verb.READ, Verb.UNMASK), CHAINED)


ABOUT_TYPES = (Verb.FIND, Verb.FIND_REFERENCE, Verb.READ, Verb.MASK, Verb.SUBMIT)


def by_types() -> Iterator[Scene]:
    """Every profession and every type of document."""
    papers = tuple(Paper(type_code=code, class_code=of) for code, of in TYPES)
    papers += tuple(replace(paper, whose=Whose.HE_WROTE) for paper in papers[::9])
    for code in PROFESSIONS:
        for person in professionals(code, "SM26" if code == "10" else "", "SA01"):
            for standing in TOWARDS[1:3]:
                yield Scene(person, standing, ABOUT_TYPES, papers)
    feed = Person(Kind.SOFTWARE, FEED, "", INSURER, INDIRECT)
    for person, standing in product((*others(), feed, *everybody_else()), TOWARDS[:3]):
        yield Scene(person, standing, (Verb.SUBMIT,), papers)


def by_minority() -> Iterator[Scene]:
    """Minors and adults, secret connections, records linked to the citizen's space, closed ones."""
    given = (Given.NOTHING, Given.TO_HIM, Given.BY_THE_HOLDER)
    states = (RecordState.ACTIVE, RecordState.CLOSED)
    hidden = (Paper(from_guardians=True), Paper(Whose.HE_WROTE, from_guardians=True), Paper(Whose.OF_THE_PATIENT))
    for person, secret, minor, linked, state, to_him in product(
        COLUMNS, (False, True), (False, True), (False, True), states, given
    ):
        if secret <= (person.kind is Kind.PROFESSIONAL):
            standing = Standing(state, to_him, minor=minor, linked=linked)
            yield Scene(replace(person, secret=secret), standing, ON_THE_RECORD)
            yield Scene(replace(person, secret=secret), standing, CONTENTS, hidden)


def by_lots() -> Iterator[Scene]:
    """The signature of a lot, with the documents that came with it."""
    kinds = (
        Paper(),
        Paper(masked=True),
        Paper(announced=Announced.UNDER_A_MONTH),
        Paper(from_guardians=True),
        Paper(Whose.HE_WROTE, masked=True),
        Paper(Whose.OF_HIS_STRUCTURE),
        Paper(status=EntryStatus.DELETED),
    )
    lots = tuple(lot for size in range(3) for lot in combinations(kinds, size))
    for person, standing in product(COLUMNS, TOWARDS):
        yield Scene(person, standing, SEARCHES, lots=lots)


def by_heirs() -> Iterator[Scene]:
    """What an heir sees of a record that death closed."""
    for standing in (Standing(RecordState.CLOSED), Standing(RecordState.CLOSED, hide_everything=True)):
        yield Scene(Person(Kind.HEIR), standing, ON_THE_RECORD)
        yield Scene(Person(Kind.HEIR), standing, CONTENTS, PAPERS)


ON_THE_RECORD = tuple(verb for verb in Verb if verb not in CONTENTS or verb in DOORS)
"""What is asked of the record itself: acts on it, and those on documents that ask at its door first."""

PRODUCTS: Mapping[str, Callable[[], Iterator[Scene]]] = {
    "callers": by_callers,
    "consents": by_consents,
    "documents": by_papers,
    "types": by_types,
    "minors": by_minority,
    "signatures": by_lots,
    "heirs": by_heirs,
}


def drawn(dice: Random, count: int, people: Sequence[Person]) -> Iterator[Scene]:
    """Draws from the product of all dimensions, ten documents and one act at a time."""
    for _ in range(-(-count // DRAWN)):
        consent = replace(dice.choice(CONSENTS), minor=dice.random() < 0.3)
        papers = []
        for _ in range(DRAWN):
            code, of = dice.choice(TYPES)
            papers.append(replace(dice.choice(PAPERS), type_code=code, class_code=of))
        yield Scene(dice.choice(people), consent, (dice.choice(CONTENTS),), papers)


DRAWN = 10
