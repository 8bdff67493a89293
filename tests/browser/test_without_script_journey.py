"""Without JavaScript, in a real browser: what must be possible for everybody is."""

from page_steps import signs_in
from portal_builders import DOCTOR, PHARMACIST


def test_somebody_signs_in_finds_a_document_reads_it_and_masks_it_without_a_script(home, opens):
    patient = home.patient(authorised=(DOCTOR, PHARMACIST), documents=3)
    with opens(java_script_enabled=False) as window:
        signs_in(window, home, patient)
        window.goes("/patient/documents").fills(words="adressage").presses("Chercher")
        (title,) = window.page.locator(".shelf .line-title").all_inner_texts()
        window.page.locator(".shelf a[data-line]").click()
        window.page.wait_for_url("**/patient/documents/*")
        assert "Examen sans particularité." in window.words
        window.goes("/patient/documents").page.locator(".shelf li", has_text=title).get_by_text("masquer").click()
        window.page.wait_for_url("**/masquer")
        window.presses("Masquer")
    assert title not in {one.title for one in home.client(PHARMACIST).find(patient.id)}


def test_a_doctor_reads_and_deposits_without_a_script(home, opens):
    patient = home.patient(documents=2)
    with opens(java_script_enabled=False) as window:
        window.hold(home.secret_at_record(DOCTOR, patient)).goes("/professional/dossier")
        window.page.locator(".shelf a[data-line]").first.click()
        window.page.wait_for_url("**/professional/dossier/documents/*")
        assert "Examen sans particularité." in window.words
        window.goes("/professional/deposer").page.locator("#file").set_input_files(
            {"name": "note.txt", "mimeType": "text/plain", "buffer": "Rien à signaler.\n".encode()}
        )
        window.fills(title="Note du jour").presses("Déposer le document")
    assert "Note du jour" in {one.title for one in home.client(DOCTOR).find(patient.id)}
