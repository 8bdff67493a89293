"""The pages of health in a real browser: what a doctor in a hurry, and an old person with a telephone, do with them.

Every click and every key is counted, and the count is stated: one more is a change for the worse.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator

from chromium import PHONE, Window
from portal_builders import DOCTOR, House, Patient

RECORD = "/professional/dossier"
HEALTH = "/patient/sante"
SECONDS = 15
"""For the last HbA1c, the last discharge letter and the allergies together, of a record of 400 documents."""
DISCHARGE = "11490-0"
WAY_TO_A_CURVE = 40
"""Keys at most from the top of the results to the curve of an analysis, with the way to the content."""


@dataclass
class Hands:
    """Somebody before a window, whose clicks and keys are counted."""

    window: Window
    clicks: int = 0
    keys: int = 0

    def click(self, found: Locator) -> None:
        """One click; the page after it."""
        self.clicks += 1
        found.first.click()
        self.window.page.wait_for_load_state()

    def key(self, name: str) -> None:
        """One key."""
        self.keys += 1
        self.window.page.keyboard.press(name)

    def tabs_to(self, words: str, most: int) -> None:
        """Tab until what reads so has the focus."""
        for _ in range(most):
            self.key("Tab")
            if self.window.page.evaluate("document.activeElement.innerText || ''").strip().startswith(words):
                return
        raise AssertionError(f"{words} is not within {most} keys")


@pytest.fixture
def vaccinated(home: House) -> Patient:
    """Somebody with a letter, a summary and a vaccination history."""
    patient = home.patient()
    home.client().submit(patient.id, list(home.pinned(patient.person, datetime.now(UTC).replace(microsecond=0))))
    return patient


def block(window: Window, title: str) -> Locator:
    """A block of the page of what matters."""
    return window.page.locator("section.block").filter(has=window.page.get_by_role("heading", name=title))


def test_a_doctor_finds_hba1c_discharge_letter_and_allergies_of_400_documents_in_two_clicks(home, wide, thick):
    letters = [one for one in home.client(DOCTOR).find(thick.id) if one.type_code.code == DISCHARGE]
    newest = max(letters, key=lambda one: one.service_start or one.creation_time)
    hands = Hands(wide.hold(home.secret_at_record(DOCTOR, thick)).goes(RECORD))
    begun = time.perf_counter()

    hands.click(wide.page.get_by_role("main").get_by_role("link", name="Synthèse"))
    assert "acide acétylsalicylique" in block(wide, "Allergies").inner_text()
    assert re.search(r"HbA1c : 5,4 %", block(wide, "Dernières analyses").inner_text())
    hands.click(block(wide, "Derniers courriers").get_by_role("link"))

    took = time.perf_counter() - begun
    assert newest.uuid.removeprefix("urn:uuid:") in wide.page.url
    assert "Tension" in wide.words
    assert (hands.clicks, hands.keys) == (2, 0)
    assert took < SECONDS
    hands.click(wide.page.get_by_role("link", name="Retour : L’essentiel"))
    assert wide.path == f"{RECORD}/sante"


def test_a_trend_is_read_as_a_table_in_two_clicks(home, opens, thick):
    with opens(viewport=PHONE) as window:
        hands = Hands(window.hold(home.secret_of(thick)).goes(HEALTH))
        hands.click(window.page.get_by_role("navigation", name="Santé").get_by_role("link", name="Résultats"))
        hands.click(window.page.locator("table.overview").get_by_role("link", name="HbA1c"))
        rows = window.page.locator("section[aria-labelledby=values] tbody tr")
        assert rows.count() == window.page.locator("figure svg .curve-dot").count() == 40
        assert "5,4" in rows.first.inner_text()
        assert (hands.clicks, hands.keys) == (2, 0)
        assert window.too_wide() == 0


def test_the_results_are_read_by_keyboard_alone(home, wide, thick):
    hands = Hands(wide.hold(home.secret_of(thick)).goes(f"{HEALTH}/resultats"))
    hands.key("Tab")
    hands.key("Enter")
    hands.tabs_to("1 an", 12)
    hands.key("Enter")
    wide.page.wait_for_url("**/resultats?periode=12")
    hands.key("Tab")
    hands.key("Enter")
    hands.tabs_to("HbA1c", 20)
    hands.key("Enter")
    wide.page.wait_for_url("**analyse=hba1c**")
    assert "Toutes les valeurs" in wide.words
    assert hands.clicks == 0
    assert hands.keys <= WAY_TO_A_CURVE


def test_a_vaccine_done_elsewhere_is_declared_and_taken_back(home, opens, vaccinated):
    with opens(viewport=PHONE) as window:
        hands = Hands(window.hold(home.secret_of(vaccinated)).goes(HEALTH))
        hands.click(window.page.get_by_role("navigation", name="Santé").get_by_role("link", name="Vaccinations"))
        due = window.page.locator("article.card", has_text="Grippe")
        hands.click(due.get_by_role("button", name="C’est déjà fait ailleurs"))
        window.fills(day="01/11/2026")
        hands.click(window.page.get_by_role("button", name="Enregistrer"))
        assert window.path == f"{HEALTH}/vaccinations"
        declared = window.page.locator("section[aria-labelledby=vaccination-card] tr", has_text="01/11/2026")
        assert "Déclaré" in declared.inner_text()

        hands.click(declared.get_by_role("button", name="Retirer ce que j’ai déclaré"))
        assert window.path == f"{HEALTH}/vaccinations"
        assert "01/11/2026" not in window.words
        assert hands.clicks == 4


def test_the_vaccination_card_is_printed_without_menus(home, wide, vaccinated):
    wide.hold(home.secret_of(vaccinated)).goes(f"{HEALTH}/vaccinations")
    page = wide.page
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="Carnet de vaccination").is_visible()
    assert "09/04/2024" in page.locator("section[aria-labelledby=vaccination-card] table").inner_text()
    for hidden in ("header.site .menu", "nav.tabs", "header.site .tools", "main button", ".no-print"):
        found = page.locator(hidden)
        assert found.count()
        assert not any(found.nth(number).is_visible() for number in range(found.count())), hidden
