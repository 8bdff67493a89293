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
from portal_builders import DOCTOR, House, Patient, house

INTO = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 150 * 1024
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


SHOTS = (
    Shot("connexion", "La porte : chaque moyen de se connecter", "nobody", "/connexion"),
    Shot("patient-accueil", "L’accueil du patient : ce qui est nouveau, qui est venu", "patient", "/patient"),
    Shot("patient-documents", "Ses documents", "patient", "/patient/documents"),
    Shot("patient-lecture", "Un compte rendu de biologie, lu dans la page", "patient", reads("biologi")),
    Shot("patient-professionnels", "Ses professionnels", "patient", "/patient/professionnels"),
    Shot("patient-historique", "Qui est venu, et la preuve", "patient", "/historique"),
    Shot("patient-volontes", "Ses volontés", "patient", "/patient/volontes"),
    Shot("patient-reglages", "Ses réglages", "patient", "/patient/reglages"),
    Shot("professionnel-accueil", "Les patients d’un médecin, et ce qui est nouveau", "doctor", "/professional"),
    Shot("professionnel-ouvrir", "Ouvrir un dossier", "doctor", "/professional/ouvrir"),
    Shot("professionnel-dossier", "Un dossier, fait pour être lu vite", "doctor at a record", "/professional/dossier"),
    Shot("professionnel-deposer", "Déposer un document", "doctor at a record", "/professional/deposer"),
    Shot("guichet", "Le guichet : ouvrir un dossier avec la personne", "employee", "/desk"),
    Shot("exploitant", "L’état du service, sans le contenu d’aucun dossier", "operator", "/operator"),
)


def holds(home: House, who: str, patient: Patient) -> str:
    """The cookie of whose page it is."""
    return {
        "nobody": lambda: "",
        "patient": lambda: home.secret_of(patient),
        "doctor": lambda: home.secret_of_professional(DOCTOR),
        "doctor at a record": lambda: home.secret_at_record(DOCTOR, patient),
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


@contextmanager
def scene() -> Iterator[tuple[House, Patient, Browser]]:
    """A service with a few fictional people, of whom one has used her record for years."""
    with tempfile.TemporaryDirectory(prefix="dmp-screenshots-") as place, house(Path(place) / "house") as home:
        patient = home.thick(60)
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
