"""A prescription from the doctor's keyboard to the pharmacy's counter, in a real browser, without anybody's help."""

import pytest

from chromium import PHONE, Window
from page_steps import prescribes
from portal_builders import DOCTOR, PHARMACIST, House, Patient

LIST = "/professional/dossier/ordonnances"


@pytest.fixture
def somebody(home: House) -> Patient:
    """Somebody with a record and an account."""
    return home.patient(authorised=(DOCTOR,))


def signs(window: Window, home: House, patient: Patient) -> str:
    """The doctor prescribes; gives the number."""
    prescribes(window.hold(home.secret_at_record(DOCTOR, patient)))
    return window.page.locator("article code").inner_text()


def test_a_doctor_prescribes_the_patient_shows_the_code_and_the_pharmacist_reads_it(home, opens, somebody):
    with opens() as window:
        number = signs(window, home, somebody)
        assert window.path.startswith(f"{LIST}/signee/")
        assert window.page.locator("figure svg").is_visible()
        window.page.emulate_media(media="print")
        assert window.page.locator("article", has_text="Ramipril 5 mg").is_visible()
        assert window.page.locator("figure svg").is_visible()
        assert not window.page.get_by_role("button", name="Imprimer").is_visible()
        window.page.emulate_media(media="screen")
        window.goes(LIST)
        assert "Ramipril 5 mg" in window.words
        assert "Ce que les vérifications vous ont dit" in window.words
    with opens(viewport=PHONE) as window:
        window.hold(home.secret_of(somebody)).goes("/patient/ordonnances")
        assert number in window.words
        assert window.page.locator("figure svg").is_visible()
        assert window.too_wide() == 0
    with opens() as window:
        window.hold(home.secret_of_professional(PHARMACIST)).goes("/professional/ordonnances")
        window.fills(number=number).presses("Lire l’ordonnance")
        assert "Ramipril 5 mg" in window.words
        assert "1 comprimé le matin" in window.words


def test_a_double_click_on_the_signature_makes_one_prescription(home, opens, somebody):
    with opens() as window:
        prescribes(window.hold(home.secret_at_record(DOCTOR, somebody)), sign=False)
        window.page.get_by_role("button", name="Signer et envoyer").dblclick()
        window.page.wait_for_url("**/signee/**")
        window.goes(LIST)
        assert window.page.get_by_role("link", name="Voir et imprimer").count() == 1


def test_the_enter_key_adds_the_line_and_removes_none(home, opens, somebody):
    with opens(java_script_enabled=False) as window:
        window.hold(home.secret_at_record(DOCTOR, somebody)).goes(f"{LIST}/nouvelle")
        for name in ("Un", "Deux"):
            window.fills(product=name, posology="1 le matin", quantity="1")
            window.page.locator("#quantity").press("Enter")
            window.page.wait_for_load_state()
        assert window.page.locator("ol.prescribed > li").count() == 2
