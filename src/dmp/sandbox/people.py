"""The invented holders of the sandbox: who has a card, who has a structure certificate (DEC-124).

Numbers are fictional and well formed: the national id of a professional is
`8`, then an RPPS that begins with 999000 and ends with its Luhn key; the id of
a structure is `1` and a FINESS of 99 with its key, or `4`, an RPPS and a rank
for a private practice (functional 1.4).
"""

from dataclasses import dataclass

from dmp.record.actor import Facility, Professional, Staff
from dmp.record.codes import Code
from dmp.record.luhn import luhn_key
from dmp.wire.vihf import vocabulary as words
from dmp.wire.vihf.certificates import HolderKind


@dataclass(frozen=True)
class Person:
    """One holder, without certificates; a structure has neither family nor given name."""

    name: str
    kind: HolderKind
    national_id: str
    profession: str
    know_how: str
    structure: str
    structure_name: str
    sector: str
    family: str = ""
    given: str = ""
    title: str = ""
    """What the card says of the profession."""

    @property
    def roles(self) -> tuple[Code, ...]:
        """The roles to put in an assertion: profession, then know-how or section where there is one."""
        system = words.PROFESSIONS if self.profession.isdigit() else words.PRODUCERS
        second = words.PHARMACY_SECTIONS if self.profession == "21" else words.KNOW_HOW
        return (Code(self.profession, system), *((Code(self.know_how, second),) if self.know_how else ()))

    @property
    def facility(self) -> Facility:
        """Where he works."""
        return Facility(self.structure, self.structure_name, self.sector)

    @property
    def professional(self) -> Professional:
        """The professional of the card."""
        name = f"{self.given} {self.family}"
        return Professional(self.national_id, name, self.profession, self.know_how, self.facility)

    @property
    def staff(self) -> Staff:
        """The employee of the card."""
        return Staff(self.national_id, f"{self.given} {self.family}", self.profession, self.facility)


def rpps(rank: int) -> str:
    """The national id of the nth invented professional."""
    number = f"999000{rank:04d}"
    return f"8{number}{luhn_key(number)}"


def finess(rank: int) -> str:
    """The structure id of the nth invented structure."""
    number = f"9900{rank:04d}"
    return f"1{number}{luhn_key(number)}"


@dataclass(frozen=True)
class _Place:
    id: str
    name: str
    sector: str


HEALTH_CENTRE = _Place(finess(1), "Maison de santé Test des Tilleuls", "SA52")
HOSPITAL = _Place(finess(2), "Centre hospitalier Test de Valbonne", "SA01")
LABORATORY = _Place(finess(3), "Laboratoire Test du Parc", "SA25")
PHARMACY = _Place(finess(4), "Pharmacie Test de la Gare", "SA33")
REGULATION_CENTRE = _Place(finess(5), "SAMU Test 99", "SA01")
INSURER = _Place(finess(6), "Assurance Test Prévoyance", "SA23")
OCCUPATIONAL_HEALTH = _Place(finess(7), "Service Test de santé au travail", "SA66")


def _practice(rank: int, name: str) -> _Place:
    """A private practice, identified by its holder and a rank."""
    return _Place(f"4{rpps(rank)[1:]}001", name, "SA07")


def _professional(name: str, rank: int, role: str, place: _Place, who: tuple[str, str, str]) -> Person:
    profession, _, know_how = role.partition("/")
    given, family, title = who
    return Person(
        name,
        HolderKind.PERSON,
        rpps(rank),
        profession,
        know_how,
        place.id,
        place.name,
        place.sector,
        family,
        given,
        title,
    )


def _structure(name: str, place: _Place) -> Person:
    return Person(name, HolderKind.STRUCTURE, place.id, "AUTOMATE", "", place.id, place.name, place.sector)


PEOPLE = (
    _professional(
        "doctor", 1, "10/SM26", _practice(1, "Cabinet Test du Dr Arnoux"), ("Claire", "ARNOUX-TEST", "Médecin")
    ),
    _professional("doctor2", 2, "10/SM04", HEALTH_CENTRE, ("Mathieu", "BELLEC-TEST", "Médecin")),
    _professional("doctor3", 3, "10/SM54", _practice(3, "Cabinet Test du Dr Caron"), ("Inès", "CARON-TEST", "Médecin")),
    _professional(
        "nurse", 4, "60", _practice(4, "Cabinet infirmier Test Delmas"), ("Hugo", "DELMAS-TEST", "Infirmier")
    ),
    _professional("pharmacist", 5, "21/A", PHARMACY, ("Léa", "ESNAULT-TEST", "Pharmacien")),
    _professional("biologist", 6, "10/SM03", LABORATORY, ("Paul", "FOUCHER-TEST", "Médecin")),
    _professional("occupational_doctor", 7, "10/SM25", OCCUPATIONAL_HEALTH, ("Zoé", "GUERIN-TEST", "Médecin")),
    Person(
        "secretary",
        HolderKind.STAFF,
        f"3{HOSPITAL.id[1:]}/1001",
        "SECRETARIAT_MEDICAL",
        "",
        HOSPITAL.id,
        HOSPITAL.name,
        HOSPITAL.sector,
        "HAMON-TEST",
        "Nadia",
        "Secrétaire médicale",
    ),
    Person(
        "administrator",
        HolderKind.STAFF,
        f"3{HOSPITAL.id[1:]}/1002",
        "SECRETARIAT_MEDICAL",
        "",
        HOSPITAL.id,
        HOSPITAL.name,
        HOSPITAL.sector,
        "LEFORT-TEST",
        "Omar",
        "Administrateur du service",
    ),
    _structure("hospital", HOSPITAL),
    _structure("laboratory", LABORATORY),
    _structure("regulation_centre", REGULATION_CENTRE),
    _structure("insurer", INSURER),
    _professional("expired", 8, "10/SM26", HEALTH_CENTRE, ("Yann", "IMBERT-TEST", "Médecin")),
    _professional("revoked", 9, "10/SM26", HEALTH_CENTRE, ("Sonia", "JOLY-TEST", "Médecin")),
    _professional("foreign", 10, "10/SM26", HEALTH_CENTRE, ("Marc", "KELLER-TEST", "Médecin")),
)
"""All holders; `expired`, `revoked` and `foreign` have certificates that must be refused."""


def holder(name: str) -> Person:
    """The holder of that name.

    Raises:
        StopIteration: there is none.
    """
    return next(person for person in PEOPLE if person.name == name)
