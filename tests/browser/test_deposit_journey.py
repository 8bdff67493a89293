"""A patient adds a photo of a paper, from a telephone."""

import base64

from chromium import PHONE
from portal_builders import DOCTOR

_PHOTO = """() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1200, 1600];
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff"; paper.fillRect(0, 0, 1200, 1600);
  paper.fillStyle = "#123"; paper.font = "60px sans-serif"; paper.fillText("Ordonnance fictive", 100, 200);
  return canvas.toDataURL("image/jpeg").split(",")[1];
}"""


def test_a_photo_is_added_from_a_telephone_and_the_doctor_reads_it(home, opens):
    patient = home.patient()
    with opens(viewport=PHONE, has_touch=True, is_mobile=True) as window:
        window.hold(home.secret_of(patient)).goes("/patient/documents").presses("Ajouter un document")
        octets = base64.b64decode(window.page.evaluate(_PHOTO))
        window.page.locator("#file").set_input_files(
            {"name": "../<b>photo</b>.jpg", "mimeType": "image/jpeg", "buffer": octets}
        )
        window.fills(title="Ordonnance de mars")
        window.page.locator("#kind").select_option(index=1)
        window.presses("Ajouter le document")
        assert "Ordonnance de mars" in window.words
        window.goes("/patient/documents").page.get_by_role("link", name="Ordonnance de mars").first.click()
        window.page.wait_for_load_state()
        assert "Ordonnance de mars" in window.page.locator("h1").inner_text()
    (found,) = home.client(DOCTOR).find(patient.id)
    assert b"<ClinicalDocument" in home.client(DOCTOR).read(patient.id, found.unique_id)


def test_a_photo_without_a_title_is_refused_with_its_field_named(home, opens):
    patient = home.patient()
    with opens(viewport=PHONE) as window:
        window.bears.add(422)
        window.hold(home.secret_of(patient)).goes("/patient/documents/ajouter").fills(title="Sans fichier")
        window.presses("Ajouter le document")
        assert window.page.locator("#file[aria-invalid=true]").count() == 1
        assert window.page.locator("#title").input_value() == "Sans fichier"
