"""Charts of vaccinations for tests: fictional people, their doses, and what they tell."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.codes import Code
from dmp.record.entry import Author, Deposit
from dmp.record.facts import Allergy, Concept, Facts, Immunization, Pregnancy, Problem, Source, Stated
from dmp.record.patient import Sex
from dmp.services.chart import Chart, Person, Sheet
from store_builders import an_entry

ATC, CIS, ICD10 = "2.16.840.1.113883.6.73", "1.2.250.1.213.2.3.1", "2.16.840.1.113883.6.3"
SNOMED, LOINC = "2.16.840.1.113883.6.96", "2.16.840.1.113883.6.1"
DOCTOR = "801234567897^MARTIN^Alice^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI"
VACCINES = {
    "hexa": "J07CA09",
    "penta": "J07CA06",
    "tetra": "J07CA02",
    "dtp": "J07CA01",
    "pneumo": "J07AL02",
    "ppsv23": "J07AL01",
    "menb": "J07AH09",
    "menc": "J07AH07",
    "acwy": "J07AH08",
    "mmr": "J07BD52",
    "rota2": "J07BH01",
    "rota3": "J07BH02",
    "rota": "J07BH",
    "hpv": "J07BM03",
    "hepb": "J07BC01",
    "hepa": "J07BC02",
    "bcg": "J07AN01",
    "flu": "J07BB02",
    "covid": "J07BN01",
    "zoster": "J07BK03",
    "zoster_live": "J07BK02",
    "varicella": "J07BK01",
    "yf": "J07BL01",
    "rsv": "J07BX05",
    "nirsevimab": "J06BD08",
    "dengue": "J07BX04",
    "mpox": "J07BX01",
    "hib": "J07AG01",
    "tetanus": "J07AM01",
}
PRODUCTS = {"prevenar13": "67786749"}


def a_vaccine(name: str) -> Concept:
    """A product by the short name of these tests, else an unknown one with these words."""
    if name in PRODUCTS:
        return Concept(PRODUCTS[name], CIS, display=name)
    return Concept(VACCINES[name], ATC, display=name) if name in VACCINES else Concept(text=name)


def a_dose(day: str, name: str, **changes) -> Immunization:
    known = {"concept": a_vaccine(name), "start": day, "source": Source(path=f"/{name}/{day}")}
    return Immunization(**{**known, **changes})


def a_refusal(day: str, name: str) -> Immunization:
    return a_dose(day, name, stated=Stated.ABSENT)


def a_problem(code: str, day: str = "", **changes) -> Problem:
    return Problem(**{"source": Source(), "concept": Concept(code, ICD10, display=code), "start": day, **changes})


def an_allergy(name: str, **changes) -> Allergy:
    return Allergy(**{"source": Source(), "agent": a_vaccine(name), **changes})


def a_last_period(day: str) -> Pregnancy:
    return Pregnancy(Source(), Concept("8665-2", LOINC), value=Concept(text=day))


def a_sheet(
    *immunizations: Immunization, number: int = 1, type_code: str = "11369-6", by_patient: bool = False, **kinds
) -> Sheet:
    """A document, of a doctor unless the patient put it in."""
    structure = "" if by_patient else "1.2.250.1.71.4.2.2/1750803447"
    entry = an_entry(
        number,
        type_code=Code(type_code, LOINC, "Historique de vaccinations"),
        title=f"Document {number}",
        service_start="20250101",
        authors=(Author(DOCTOR),),
        deposit=Deposit(datetime(2025, 1, 1, tzinfo=UTC), "somebody", structure, "DIRECTE"),
    )
    return Sheet(entry, Facts(immunizations=immunizations, **kinds))


def a_certificate(*immunizations: Immunization, number: int = 8) -> Sheet:
    """A health certificate of a child, whose form asks of each vaccine whether it was given."""
    sheet = a_sheet(*immunizations, number=number, type_code="CERT_DECL")
    form = Code("urn:asip:ci-sis:cse-cs8:2017", "1.2.250.1.213.1.1.4.2.282", "Certificat de santé du huitième jour")
    return replace(sheet, entry=replace(sheet.entry, format_code=form))


def a_choice(kind: ChoiceKind, subject: str, day: date | None = None, **changes) -> HealthChoice:
    written = changes.pop("written", day or date(2025, 1, 1))
    at = datetime.combine(written, time(12), UTC)
    return HealthChoice(f"{kind}-{subject}-{day}", "vaccination", kind, subject, at, day=day, **changes)


def a_chart(born: date | None, today: date, *sheets: Sheet, sex: Sex = Sex.UNDETERMINED, **changes) -> Chart:
    return Chart(Person(sex, born, changes.pop("deceased", False)), today, sheets, **{"complete": True, **changes})
