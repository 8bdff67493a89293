"""A professional at work, in a real browser: opens a record, reads fast, breaks the glass, deposits."""

from datetime import UTC, datetime

from chromium import Window
from dmp.sandbox.maker.pdf import Sheet, render
from portal_builders import DOCTOR, NURSE, House

RECORD = "/professional/dossier"
_DROPPED = """([name, type, octets]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([new Uint8Array(octets)], name, { type }));
  return dropped;
}"""


def lines(window: Window) -> list[str]:
    return window.page.locator(".shelf a[data-line]").all_inner_texts()


def test_a_doctor_whom_the_patient_let_in_opens_the_record_by_its_number(home: House, wide):
    patient = home.patient(documents=3)
    wide.hold(home.secret_of_professional(DOCTOR)).goes("/professional/ouvrir").fills(ins=patient.id.number)
    wide.presses("Continuer")
    assert patient.person.traits.birth_name in wide.words
    wide.presses("C’est bien cette personne").goes(RECORD)
    assert len(lines(wide)) == 3
    assert patient.id.number not in wide.page.url


def test_a_nurse_opens_a_record_with_the_consent_that_she_declares(home, wide):
    patient = home.patient(documents=2)
    traits = patient.person.traits
    wide.hold(home.secret_of_professional(NURSE)).goes("/professional/ouvrir").fills(ins=patient.id.number)
    wide.presses("Continuer")
    assert traits.birth_name not in wide.words
    day = datetime.fromisoformat(traits.birth_date)
    wide.fills(name=traits.birth_name, birth=f"{day:%d/%m/%Y}").page.locator("#consent").check()
    wide.presses("Déclarer l’accord").goes(RECORD)
    assert len(lines(wide)) == 2


def test_twenty_documents_are_read_by_keyboard_alone_and_none_is_downloaded(home, wide, thick):
    downloads: list[str] = []
    wide.page.on("download", lambda begun: downloads.append(begun.url))
    wide.hold(home.secret_at_record(DOCTOR, thick)).goes(RECORD)
    expected = lines(wide)[:20]
    keys, on_a_line = wide.page.keyboard, "document.activeElement.matches('.shelf a[data-line]')"
    for _ in range(80):
        keys.press("Tab")
        if wide.page.evaluate(on_a_line):
            break
    keys.press("Enter")
    read = []
    for title in expected:
        wide.page.wait_for_function("(t) => document.querySelector('[data-shown]').textContent.endsWith(t)", arg=title)
        read.append(wide.page.locator("#pane h1").inner_text())
        keys.press("j")
    assert read == expected
    assert not downloads
    assert wide.path == RECORD


def test_an_emergency_access_is_seen_from_both_sides(home, opens):
    patient = home.patient(documents=2)
    before = len(home.messages())
    with opens() as window:
        window.hold(home.secret_of_professional("doctor2")).goes("/professional/urgence")
        window.fills(ins=patient.id.number, words="Malaise sur la voie publique.")
        window.page.locator("#why-unconscious").check()
        window.page.locator("#known").check()
        window.presses("Briser la glace").goes(RECORD)
        assert "Bris de glace" in window.page.get_by_role("region", name="Dossier ouvert").inner_text()
        assert len(lines(window)) == 2
    with opens() as window:
        window.hold(home.secret_of(patient)).goes("/patient/urgences")
        assert "BELLEC-TEST" in window.words
        assert "Malaise sur la voie publique." in window.words
        window.goes("/historique")
        assert window.page.locator("tr.emergency", has_text="BELLEC-TEST").count()
    home.told(patient, after=before)


def test_a_report_is_dropped_on_the_page_and_deposited(home, wide):
    patient = home.patient()
    context = home.context(patient.person, datetime.now(UTC).replace(microsecond=0))
    octets = render(Sheet("Échographie", ("Rien à signaler.",), context))
    wide.hold(home.secret_at_record(DOCTOR, patient)).goes("/professional/deposer")
    dropped = wide.page.evaluate_handle(_DROPPED, ["echographie.pdf", "application/pdf", list(octets)])
    wide.page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    assert wide.page.locator("#file").evaluate("(field) => field.files[0].name") == "echographie.pdf"
    wide.fills(title="Échographie abdominale").presses("Déposer le document")
    assert "Empreinte" in wide.words
    (found,) = home.client(DOCTOR).find(patient.id)
    assert found.title == "Échographie abdominale"
    wide.goes(RECORD).page.locator(".shelf a[data-line]").click()
    wide.page.locator("#pane h1", has_text="Échographie abdominale").wait_for()
