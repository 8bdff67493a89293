"""Invented people, professionals and structures, the same for the same seed.

Nobody can be mistaken for them, nor they for anybody: every family name ends
in `-FICTIF`, every value says `fictional`, every NIR has the test root and an
order number from 900 on in a place too small to ever reach it, RPPS numbers
start with 99900, FINESS numbers with the department 99 that does not exist,
telephones are in the ranges that the ARCEP keeps for fiction, and mail goes to
`example.org`.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from faker import Faker

from dmp.record.actor import Facility, Professional
from dmp.record.ins import InsKind, nir_key, normalised
from dmp.record.luhn import luhn_key
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex

MARK = "-FICTIF"
"""End of every invented family name."""
REFERENCE_DAY = date(2026, 1, 1)
"""The day on which minors are under 18 and adults over."""
_MOBILE = "063998"


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist; a minor has a guardian."""

    patient: PatientId
    traits: IdentityTraits
    contact: Contact
    guardians: tuple[Guardian, ...] = ()
    fictional: bool = True

    @property
    def born(self) -> date:
        """The birth date, always a complete one here."""
        return date.fromisoformat(self.traits.birth_date)


@dataclass(frozen=True)
class Practitioner:
    """A professional who does not exist, with the name in two parts as XCN wants it."""

    professional: Professional
    family: str
    given: str
    fictional: bool = True


@dataclass(frozen=True)
class _Place:
    """A commune of the COG: code, name, postcode, and the telephone range for fiction in its zone."""

    code: str
    town: str
    postcode: str
    telephone: str


_WEST, _EAST, _SOUTH_EAST, _SOUTH_WEST = "026191", "035301", "046571", "053649"
_PLACES = (
    _Place("61001", "ALENCON", "61000", _WEST),
    _Place("53130", "LAVAL", "53000", _WEST),
    _Place("29039", "CONCARNEAU", "29900", _WEST),
    _Place("55545", "VERDUN", "55100", _EAST),
    _Place("70550", "VESOUL", "70000", _EAST),
    _Place("05061", "GAP", "05000", _SOUTH_EAST),
    _Place("15014", "AURILLAC", "15000", _SOUTH_EAST),
    _Place("48095", "MENDE", "48000", _SOUTH_EAST),
    _Place("12145", "MILLAU", "12100", _SOUTH_WEST),
    _Place("23096", "GUERET", "23000", _SOUTH_WEST),
    _Place("32013", "AUCH", "32000", _SOUTH_WEST),
    _Place("46042", "CAHORS", "46000", _SOUTH_WEST),
)
_CORSICA = ("2A004", "2B033")
_ABROAD = ("99102", "99113", "99144")
"""Iceland, Liechtenstein, Malta."""


class _Kind(Enum):
    """Who is invented next."""

    WIFE = auto()
    WOMAN = auto()
    MAN = auto()
    CORSICAN = auto()
    BORN_ABROAD = auto()
    MINOR = auto()


_TURN = (_Kind.WIFE, _Kind.MAN, _Kind.CORSICAN, _Kind.MINOR, _Kind.BORN_ABROAD, _Kind.WOMAN, _Kind.MINOR, _Kind.MAN)


def people(seed: int, count: int) -> list[Person]:
    """Invent people: of eight in turn, two minors, one born in Corsica, one abroad, one woman with a used name.

    The first ones are the same whatever the count.
    """
    maker = _Maker(seed)
    made: list[Person] = []
    for rank in range(count):
        kind = _TURN[rank % len(_TURN)]
        made.append(maker.minor(made) if kind is _Kind.MINOR else maker.adult(kind))
    return made


class _Maker:
    """One run of invention: its dice, and the numbers already given."""

    def __init__(self, seed: int):
        self._dice = random.Random(seed)  # noqa: S311 - people of a demonstration, no secret
        self._fake = Faker("fr_FR")
        self._fake.seed_instance(seed)
        self._given: set[str] = set()

    def adult(self, kind: _Kind) -> Person:
        """Somebody born from 1935 to 2005; in Corsica from 1976, when its departments got their letters."""
        sex = self._sex(kind)
        place, since = self._birth_place(kind)
        born = self._day(date(since, 1, 1), date(2005, 12, 31))
        used_name = self._family() if kind is _Kind.WIFE else ""
        return self._person(self._family(), sex, born=born, place=place, used_name=used_name)

    def minor(self, made: Sequence[Person]) -> Person:
        """A child of the last possible parent among `made`, or of a parent invented for it."""
        born = self._day(date(2009, 1, 2), date(2025, 12, 31))
        parent = next((one for one in reversed(made) if _may_be_parent(one, born)), None)
        parent = parent or self._parent(born)
        sex = self._dice.choice((Sex.FEMALE, Sex.MALE))
        place = self._dice.choice(_PLACES).code
        return self._person(parent.traits.birth_name, sex, born=born, place=place, parent=parent)

    def _parent(self, of: date) -> Person:
        sex = self._dice.choice((Sex.FEMALE, Sex.MALE))
        born = self._day(date(of.year - 40, 1, 1), date(of.year - 21, 12, 31))
        return self._person(self._family(), sex, born=born, place=self._dice.choice(_PLACES).code)

    def _person(
        self, family: str, sex: Sex, *, born: date, place: str, used_name: str = "", parent: Person | None = None
    ) -> Person:
        first_names = self._first_names(sex)
        traits = IdentityTraits(
            family, first_names[0], " ".join(first_names), born.isoformat(), sex, place, used_name=used_name
        )
        patient = PatientId(self._nir(sex, born, place), InsKind.NIR_TEST.value)
        if parent is None:
            return Person(patient, traits, self._contact(first_names[0], used_name or family))
        return Person(patient, traits, Contact(parent.contact.address), (_guardian(parent),))

    def _sex(self, kind: _Kind) -> Sex:
        match kind:
            case _Kind.WIFE | _Kind.WOMAN:
                return Sex.FEMALE
            case _Kind.MAN:
                return Sex.MALE
            case _:
                return self._dice.choice((Sex.FEMALE, Sex.MALE))

    def _birth_place(self, kind: _Kind) -> tuple[str, int]:
        """A COG code, and the first year of birth that goes with it."""
        match kind:
            case _Kind.CORSICAN:
                return self._dice.choice(_CORSICA), 1976
            case _Kind.BORN_ABROAD:
                return self._dice.choice(_ABROAD), 1935
            case _:
                return self._dice.choice(_PLACES).code, 1935

    def _day(self, first: date, last: date) -> date:
        return date.fromordinal(self._dice.randint(first.toordinal(), last.toordinal()))

    def _family(self) -> str:
        return normalised(self._fake.last_name()) + MARK

    def _first_names(self, sex: Sex) -> list[str]:
        draw = self._fake.first_name_female if sex is Sex.FEMALE else self._fake.first_name_male
        wanted = self._dice.randint(1, 3)
        return list(dict.fromkeys(normalised(draw()) for _ in range(wanted)))

    def _nir(self, sex: Sex, born: date, place: str) -> str:
        """A NIR that agrees with the traits, given once."""
        start = f"{'2' if sex is Sex.FEMALE else '1'}{born:%y%m}{place}"
        free = [order for order in range(900, 1000) if f"{start}{order}" not in self._given]
        number = f"{start}{self._dice.choice(free)}"
        self._given.add(number)
        return number + nir_key(number)

    def _contact(self, first_name: str, family: str) -> Contact:
        home = self._dice.choice(_PLACES)
        street = normalised(self._fake.street_address())
        mailbox = f"{first_name}.{family}".lower().replace(" ", "").replace("'", "")
        return Contact(
            (("streetAddressLine", street), ("postalCode", home.postcode), ("city", home.town)),
            (
                ("MC", f"tel:{_MOBILE}{self._dice.randrange(10_000):04d}"),
                ("H", f"tel:{home.telephone}{self._dice.randrange(10_000):04d}"),
                ("", f"mailto:{mailbox}@example.org"),
            ),
        )


def _may_be_parent(one: Person, child_born: date) -> bool:
    return 20 <= child_born.year - one.born.year <= 45


def _guardian(parent: Person) -> Guardian:
    relationship = "MTH" if parent.traits.sex is Sex.FEMALE else "FTH"
    traits = parent.traits
    return Guardian(relationship, traits.family, traits.birth_first_name, parent.contact, parent.patient)


_STRUCTURES = (
    ("SA01", "HOPITAL FICTIF"),
    ("SA25", "LABORATOIRE FICTIF"),
    ("SA33", "PHARMACIE FICTIVE"),
    ("SA08", "CABINET DE GROUPE FICTIF"),
    ("SA17", "EHPAD FICTIF"),
    ("SA66", "SERVICE DE SANTE AU TRAVAIL FICTIF"),
)
_PRACTICE = "SA07"
_TRADES = (
    ("10", "SM54", _PRACTICE),
    ("10", "SM04", "SA01"),
    ("60", "", _PRACTICE),
    ("21", "A", "SA33"),
    ("10", "SM03", "SA25"),
    ("50", "", "SA01"),
    ("40", "", _PRACTICE),
    ("10", "SM74", "SA08"),
    ("10", "SM40", "SA01"),
    ("70", "", "SA08"),
    ("10", "SM25", "SA66"),
    ("91", "", _PRACTICE),
)


def _distinct(dice: random.Random, below: int) -> Iterator[int]:
    """Numbers drawn one at a time, none twice: the first ones do not depend on how many are wanted."""
    drawn: set[int] = set()
    while True:
        number = dice.randrange(below)
        if number not in drawn:
            drawn.add(number)
            yield number


def structures(seed: int, count: int = len(_STRUCTURES)) -> list[Facility]:
    """Invent structures with a FINESS number: hospital, laboratory, pharmacy, group practice, EHPAD, occupational.

    The first ones are the same whatever the count.
    """
    dice = random.Random(seed)  # noqa: S311 - structures of a demonstration, no secret
    made: list[Facility] = []
    for turn, rank in zip(range(count), _distinct(dice, 1_000_000), strict=False):
        sector, name = _STRUCTURES[turn % len(_STRUCTURES)]
        number = f"99{rank:06d}"
        made.append(Facility(f"1{number}{luhn_key(number)}", f"{name} DE {dice.choice(_PLACES).town}", sector))
    return made


def practitioners(seed: int, count: int) -> list[Practitioner]:
    """Invent professionals, trades in turn, at work in their own practice or in one of `structures(seed)`.

    The order of the trades is fixed: general practitioner, cardiologist, nurse,
    pharmacist, biologist, midwife, dentist, radiologist, paediatrician,
    physiotherapist, occupational doctor, speech therapist.
    """
    dice = random.Random(seed)  # noqa: S311 - people of a demonstration, no secret
    fake = Faker("fr_FR")
    fake.seed_instance(seed)
    at_work = {facility.sector: facility for facility in structures(seed)}
    made: list[Practitioner] = []
    for turn, rank in zip(range(count), _distinct(dice, 100_000), strict=False):
        profession, know_how, sector = _TRADES[turn % len(_TRADES)]
        family, given = normalised(fake.last_name()) + MARK, normalised(fake.first_name())
        rpps = f"99900{rank:05d}"
        rpps += luhn_key(rpps)
        facility = at_work.get(sector) or Facility(f"4{rpps}001", f"CABINET {family}", sector)
        professional = Professional(f"8{rpps}", f"{given} {family}", profession, know_how, facility)
        made.append(Practitioner(professional, family, given))
    return made
