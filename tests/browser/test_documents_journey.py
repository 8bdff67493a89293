"""A patient and her documents, in a real browser: found among 400, read, masked, seen as the pharmacist sees them."""

import re

from chromium import Window
from portal_builders import DOCTOR, PHARMACIST, House, Patient

LIST = "/patient/documents"


def menu(window: Window, words: str) -> Window:
    """Follow the menu."""
    window.page.get_by_role("navigation", name="Menu").get_by_role("link", name=words).first.click()
    window.page.wait_for_load_state()
    return window


def titles(window: Window) -> list[str]:
    """The documents of a list."""
    return window.page.locator(".shelf .line-title").all_inner_texts()


def test_the_last_biology_report_is_found_among_400_in_three_clicks(home: House, opens, thick: Patient):
    newest = max(
        (one for one in home.client(DOCTOR).find(thick.id) if one.type_code.code == "11502-2"),
        key=lambda one: one.service_start or one.creation_time,
    )
    with opens() as window:
        menu(window.hold(home.secret_of(thick)).goes("/patient"), "Mes documents")
        window.page.get_by_role("navigation", name="Genres de documents").get_by_role("link", name="Biologie").click()
        window.page.locator(".shelf a[data-line]").first.click()
        window.page.wait_for_url(f"**{LIST}/{newest.uuid.removeprefix('urn:uuid:')}**")
        assert re.search(r"0[,.]92", window.words)


def test_a_report_is_found_by_its_words_and_no_word_stands_in_the_address(home, opens, thick):
    with opens() as window:
        window.hold(home.secret_of(thick)).goes(LIST).fills(words="vaccination").presses("Chercher")
        assert len(titles(window)) == 1
        assert "vaccination" not in window.page.url


def test_a_document_is_masked_after_a_preview_and_the_pharmacist_no_longer_sees_it(home, opens):
    patient = home.patient(authorised=(DOCTOR, PHARMACIST), documents=3)
    with opens() as window:
        window.hold(home.secret_of(patient)).goes(LIST)
        hidden, *others = titles(window)
        window.page.locator(".shelf li", has_text=hidden).get_by_role("link", name="masquer").click()
        window.page.wait_for_url("**/masquer")
        assert "Ne le verront plus" in window.words
        window.presses("Masquer")
        window.goes(LIST)
        assert "Masqué" in window.page.locator(".shelf li", has_text=hidden).inner_text()

        window.goes(f"{LIST}/voir-comme")
        window.page.get_by_label("Profession ou situation").select_option(label="Pharmacien que vous avez autorisé")
        window.presses("Voir")
        assert titles(window) == others
    assert {one.title for one in home.client(PHARMACIST).find(patient.id)} == set(others)
