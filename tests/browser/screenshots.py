"""`./dev screenshots`: pictures of the main pages, phone and desk, of fictional people, into docs/screenshots.

Each is what a person sees first, cut a little below the screen; `README.md` beside them lists them.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from chromium import DESK, PHONE, Window, chromium, window
from dmp.record.patient import Sex
from dmp.sandbox.scenery import Scenery
from dmp.sandbox.today import Today
from portal_builders import DOCTOR, NURSE, PHARMACIST, House, Patient, house

INTO = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 250 * 1024
TALLEST = {"phone": 1150, "desk": 820}
SIZES = {"phone": PHONE, "desk": DESK}


@dataclass(frozen=True)
class Shot:
    """One page: how the file is called, what it shows, whose it is, its path or how one comes there."""

    name: str
    french: str
    who: str
    path: str | Callable[[Window], object]


def reads(words: str) -> Callable[[Window], object]:
    """The first document of that kind, from the list."""

    def read(one: Window) -> None:
        one.goes("/patient/documents").page.locator("a[data-line]", has_text=words).first.click()
        one.page.wait_for_url("**/documents/*")

    return read


def rereads(one: Window) -> None:
    """A treatment that is renewed, and another medicine that an allergy concerns, before they are signed."""
    one.goes("/professional/dossier/ordonnances/nouvelle").page.get_by_label("GLUCOPHAGE").check()
    one.fills(renew_days="30", renew_repeats="2").presses("Reprendre les traitements cochés")
    one.fills(product="Amoxicilline 500 mg, gélule", posology="1 gélule matin et soir", quantity="2", days="7")
    one.presses("Ajouter à l’ordonnance").page.get_by_role("button", name="Relire et signer").first.click()
    one.page.get_by_role("heading", name="Relire et signer").wait_for()


def delivers(one: Window) -> None:
    """The number that the person shows."""
    one.goes("/professional/ordonnances").fills(number=NUMBERS[0]).presses("Lire l’ordonnance")


NUMBERS: list[str] = []
"""Of the prescription that is on the stage."""
SHOTS = (
    Shot("connexion", "La porte : chaque moyen de se connecter", "nobody", "/connexion"),
    Shot("patient-accueil", "L’accueil du patient : ce qui est nouveau, qui est venu", "patient", "/patient"),
    Shot("patient-documents", "Ses documents", "patient", "/patient/documents"),
    Shot("patient-lecture", "Un compte rendu de biologie, lu dans la page", "patient", reads("biologi")),
    Shot("patient-essentiel", "L’essentiel, calculé à partir de ses documents", "patient", "/patient/sante"),
    Shot("patient-resultats", "Ses résultats, quel que soit le laboratoire", "patient", "/patient/sante/resultats"),
    Shot("patient-courbe", "Une analyse et sa courbe", "patient", "/patient/sante/resultats?analyse=hba1c"),
    Shot("patient-medicaments", "Ses médicaments, en une liste", "patient", "/patient/sante/medicaments"),
    Shot("patient-ordonnances", "Le code à montrer à la pharmacie", "patient", "/patient/ordonnances"),
    Shot("patient-vaccinations", "Ses vaccins, et ce qui est à prévoir", "patient", "/patient/sante/vaccinations"),
    Shot("patient-depistages", "Ses dépistages", "patient", "/patient/sante/depistages"),
    Shot("patient-parcours", "Son parcours de soins", "patient", "/patient/sante/parcours"),
    Shot("patient-professionnels", "Ses professionnels", "patient", "/patient/professionnels"),
    Shot("patient-historique", "Qui est venu, et la preuve", "patient", "/historique"),
    Shot("patient-volontes", "Ses volontés", "patient", "/patient/volontes"),
    Shot("patient-reglages", "Ses réglages", "patient", "/patient/reglages"),
    Shot("professionnel-accueil", "Les patients d’un médecin, et ce qui est nouveau", "doctor", "/professional"),
    Shot("professionnel-ouvrir", "Ouvrir un dossier", "doctor", "/professional/ouvrir"),
    Shot("professionnel-dossier", "Un dossier, fait pour être lu vite", "doctor at a record", "/professional/dossier"),
    Shot("professionnel-essentiel", "L’essentiel d’un patient", "doctor at a record", "/professional/dossier/sante"),
    Shot(
        "professionnel-chercher",
        "Chercher dans les documents d’un patient",
        "doctor at a record",
        "/professional/dossier/sante/recherche",
    ),
    Shot("professionnel-deposer", "Déposer un document", "doctor at a record", "/professional/deposer"),
    Shot("professionnel-prescrire", "Une ordonnance, relue avant de la signer", "doctor at a record", rereads),
    Shot("pharmacien-ordonnance", "Une ordonnance sur le comptoir d’une pharmacie", "pharmacist", delivers),
    Shot("guichet", "Le guichet : ouvrir un dossier avec la personne", "employee", "/desk"),
    Shot("exploitant", "L’état du service, sans le contenu d’aucun dossier", "operator", "/operator"),
    Shot(
        "exploitant-regles",
        "Les règles des services, datées, et ce qui reste à confirmer",
        "operator",
        "/operator/regles",
    ),
)


def holds(home: House, who: str, patient: Patient) -> str:
    """The cookie of whose page it is."""
    return {
        "nobody": lambda: "",
        "patient": lambda: home.secret_of(patient),
        "doctor": lambda: home.secret_of_professional(DOCTOR),
        "doctor at a record": lambda: home.secret_at_record(DOCTOR, patient),
        "pharmacist": lambda: home.secret_of_professional(PHARMACIST),
        "employee": home.secret_of_staff,
        "operator": home.secret_of_operator,
    }[who]()


def take(browser: Browser, home: House, patient: Patient, shot: Shot) -> Iterator[str]:
    """A picture of one page on each screen; gives the names of the files."""
    with window(browser, home.origin, reduced_motion="reduce") as one:
        if secret := holds(home, shot.who, patient):
            one.hold(secret)
        if isinstance(shot.path, str):
            one.goes(shot.path)
        else:
            shot.path(one)
        for screen, size in SIZES.items():
            one.seen_at(size).page.wait_for_load_state("networkidle")
            tall = min(TALLEST[screen], one.page.evaluate("document.documentElement.scrollHeight"))
            cut = {"x": 0, "y": 0, "width": size["width"], "height": tall}
            octets = one.page.screenshot(full_page=True, clip=cut)
            if len(octets) > LARGEST:
                raise SystemExit(f"{shot.name}-{screen}: {len(octets)} octets, {LARGEST} at most")
            (INTO / f"{shot.name}-{screen}.png").write_bytes(octets)
            yield f"{shot.name}-{screen}.png"


def lived(home: House) -> Patient:
    """A woman whose record is that of the demonstration."""
    patient = home.patient(authorised=(DOCTOR, NURSE, PHARMACIST))
    while patient.person.traits.sex is not Sex.FEMALE:
        patient = home.patient(authorised=(DOCTOR, NURSE, PHARMACIST))
    Scenery(
        home.client(),
        home.client("laboratory", standing_for="biologist"),
        home.client("biologist"),
        home.client("doctor2"),
        home.client(PHARMACIST),
    ).prepare(patient.person)
    today = Today(home.service.installed.settings)
    today.invite(patient.id)
    NUMBERS.append(today.prescribe(patient.id))
    return patient


@contextmanager
def scene() -> Iterator[tuple[House, Patient, Browser]]:
    """A service with a few fictional people, of whom one has used her record for years."""
    with tempfile.TemporaryDirectory(prefix="dmp-screenshots-") as place, house(Path(place) / "house") as home:
        patient = lived(home)
        for _ in range(4):
            home.patient(documents=2)
        home.client("nurse").find(patient.id)
        home.client("pharmacist").find(patient.id)
        with chromium(home.service.installed.settings.certificate) as browser:
            yield home, patient, browser


def main(only: list[str]) -> int:
    """Take them all, or those that are named."""
    INTO.mkdir(parents=True, exist_ok=True)
    with scene() as (home, patient, browser):
        for shot in SHOTS:
            if not only or shot.name in only:
                print(*take(browser, home, patient, shot))  # noqa: T201 - a command
    (INTO / "README.md").write_text(listed(), encoding="utf-8")
    return 0


def listed() -> str:
    """The page that shows them."""
    lines = ["# Screenshots", "", "Fictional people and documents; `./dev screenshots` takes them anew.", ""]
    for shot in SHOTS:
        lines += [f"## {shot.french}", ""]
        lines += [f"![{shot.french}, {screen}]({shot.name}-{screen}.png)" for screen in SIZES]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
