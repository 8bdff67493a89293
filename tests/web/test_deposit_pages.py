"""Adding documents: patients and professionals put files in, replace them, and find what became of them."""

from datetime import UTC, datetime, timedelta

import pytest

from browser_builders import Browser
from cda_write_builders import a_header
from deposit_builders import (
    ADD,
    ADDING,
    COLLEAGUE,
    DEPOSIT,
    DEPOSITING,
    DOCTOR,
    NOW,
    NURSE,
    TRAITS,
    Doors,
    file_in,
    header_of,
    led_to,
    with_people,
)
from dmp.record.actor import Holder
from dmp.record.entry import EntryStatus
from dmp.record.patient import PatientId
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Attending, Record
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from dmp.web.deposit_authors import by_professional, target_of
from dmp.wire.cda.write import write_unstructured
from file_builders import ACTIVE_PDF, PDF, PLACE, RTF, TEXT, a_jpeg, a_photo, a_png
from store_builders import PERSON, SOMEBODY_ELSE

HOLDER = Holder(PERSON)
TEXT_FILE = ("analyse.txt", TEXT, "text/plain")
HOSTILE = '../../"><script>alert(1)</script>\r\n.pdf'


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Doors:
    return Doors(loop, with_people(sqlite_store))


def add(browser: Browser, *files, **fields: str) -> Browser:
    return browser.get(ADD).attach(ADD, *(files or (TEXT_FILE,)), **{**ADDING, **fields})


def deposit(browser: Browser, *files, **fields: str) -> Browser:
    return browser.get(DEPOSIT).attach(DEPOSIT, *(files or (TEXT_FILE,)), **{**DEPOSITING, **fields})


# -- patients


@pytest.mark.parametrize(
    ("octets", "media_type", "format_code"),
    [
        (PDF, "application/pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
        (a_jpeg(), "image/jpeg", "urn:ihe:iti-fr:xds-sd:jpeg:2010"),
        (a_png(), "application/pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
        (TEXT, "text/plain", "urn:ihe:iti:xds-sd:text:2008"),
        (RTF, "text/rtf", "urn:ihe:iti-fr:xds-sd:rtf:2010"),
    ],
    ids=["pdf", "jpeg", "png", "text", "rtf"],
)
def test_a_file_of_each_kind_becomes_a_document_that_the_authorised_doctor_reads(
    doors: Doors, octets, media_type, format_code
):
    anne = add(doors.anne(), (HOSTILE, octets, "application/x-lies"))
    uuid = led_to(anne)
    page = anne.follow().page
    assert "« Prise de sang » est dans votre dossier." in page
    assert "Vous le voyez" in page
    assert "Les professionnels autorisés le voient" in page
    assert "script>alert" not in page
    (entry,) = doors.seen_by(DOCTOR)
    assert entry.uuid == f"urn:uuid:{uuid}"
    assert (entry.title, entry.type_code.code, entry.class_code.code) == ("Prise de sang", "DOCPAT05", "10")
    assert (entry.format_code.code, entry.mime_type, entry.service_start) == (format_code, "text/xml", "20260303")
    read = doors.read_by(DOCTOR, entry)
    header = header_of(read)
    assert (header.media_type, header.title) == (media_type, "Prise de sang")
    assert header.authors[0].ids[0].extension == PERSON.number
    assert (header.authors[0].family, header.authors[0].given) == ("PATIENT-TEST", "Anne")
    if media_type != "application/pdf" or octets == PDF:
        assert file_in(read) == octets
    assert entry.deposit is not None
    assert (entry.deposit.person, entry.deposit.structure, entry.deposit.mode) == (PERSON.number, "", "")


def test_a_photo_in_the_record_does_not_tell_where_its_patient_lives(doors: Doors):
    led_to(add(doors.anne(), ("photo.jpg", a_photo(), "image/jpeg")))
    (entry,) = doors.seen_by(HOLDER)
    kept = file_in(doors.read_by(HOLDER, entry))
    assert PLACE not in kept
    assert b"Exif\0\0MM\0*" in kept, "which way up it is stays"


def test_several_photos_make_one_document(doors: Doors):
    led_to(add(doors.anne(), ("1.jpg", a_photo(), "image/jpeg"), ("2.png", a_png(), "image/png")))
    (entry,) = doors.seen_by(HOLDER)
    assert file_in(doors.read_by(HOLDER, entry)).count(b"/Type /Page ") == 2


def test_a_document_masked_from_the_start_is_not_there_for_professionals(doors: Doors):
    anne = add(doors.anne(), masked="1")
    assert "Il est masqué" in anne.follow().page
    assert doors.seen_by(DOCTOR) == []
    assert len(doors.seen_by(HOLDER)) == 1


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"title": "  "}, "title", "Donnez un titre"),
        ({"kind": ""}, "kind", "Choisissez de quoi il s’agit."),
        ({"kind": "11488-4"}, "kind", "Choisissez de quoi il s’agit."),
        ({"kind": "DOCPAT08"}, "kind", "Choisissez de quoi il s’agit."),
        ({"day": "2999-01-01"}, "day", "Écrivez une date passée"),
        ({"day": "31/02/2026"}, "day", "Écrivez une date passée"),
        ({"day": "0001-01-01"}, "day", "Écrivez une date passée"),
    ],
)
def test_what_is_wrong_in_the_words_is_told_on_its_field_and_the_rest_is_kept(doors: Doors, fields, field, sentence):
    anne = add(doors.anne(), **{"title": "Scanner <b>", **fields})
    assert anne.status == 422
    assert sentence in anne.page
    assert f'id="{field}-error"' in anne.page
    if "title" not in fields:
        assert 'value="Scanner &lt;b&gt;"' in anne.page
    assert doors.seen_by(HOLDER) == []


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"", "Choisissez un fichier."),
        (b"PK\x03\x04\0", "Ce genre de fichier n’est pas accepté"),
        (b"<html><script>alert(1)</script></html>", "C’est une page web"),
        (ACTIVE_PDF, "refusé par sécurité"),
        (a_jpeg()[:-9], "abîmé ou incomplet"),
        (a_png(interlaced=1), "JPEG simple"),
        (a_jpeg(width=60000), "trop grande"),
        (b"a" * (4 * 1024 * 1024), "trop lourd"),
        (b"a" * (21 * 1024 * 1024), "trop lourd"),
    ],
    ids=["empty", "zip", "web-page", "active", "broken", "interlaced", "huge", "too-large", "over-the-page"],
)
def test_what_is_wrong_with_the_file_is_told_on_its_field(doors: Doors, octets, sentence):
    anne = add(doors.anne(), ("resultat.pdf", octets, "application/pdf"))
    assert anne.status == 422, anne.page
    assert sentence in anne.page
    assert 'id="file-error"' in anne.page
    assert 'value="Prise de sang"' in anne.page, "what was typed is kept"
    assert doors.seen_by(HOLDER) == []


def test_no_file_at_all_is_told_on_its_field(doors: Doors):
    anne = doors.anne().get(ADD).attach(ADD, **ADDING)
    assert (anne.status, "Choisissez un fichier." in anne.page) == (422, True)


def test_the_same_form_sent_twice_puts_in_one_document(doors: Doors, monkeypatch):
    times = iter(datetime.now(UTC) + timedelta(seconds=step) for step in range(100))
    monkeypatch.setattr("dmp.deposits.now", lambda: next(times))
    doors = Doors(doors.loop, doors.store)
    anne = doors.anne().get(ADD)
    form = anne.answer
    ids = []
    for title in ("Prise de sang", "Prise de sang", "Autre"):
        anne.answer = form
        ids.append(led_to(anne.attach(ADD, TEXT_FILE, **{**ADDING, "title": title})))
    assert ids[0] == ids[1]
    assert ids[2] != ids[0], "another document of the same form is another one"
    assert {led_to_of(entry) for entry in doors.seen_by(HOLDER)} == set(ids)


def test_a_form_without_its_token_puts_nothing_in(doors: Doors):
    anne = doors.anne().get(ADD)
    told = {"origin": anne.origin, "sec-fetch-site": "same-origin"}
    anne._send("POST", ADD, data={**ADDING, "token": "x"}, files=[("file", TEXT_FILE)], headers=told)
    assert anne.status == 403
    assert doors.seen_by(HOLDER) == []


def test_what_one_put_in_is_replaced_and_the_old_one_stays_marked(doors: Doors):
    anne = doors.anne()
    first = led_to(add(anne, masked="1"))
    path = f"/patient/documents/{first}/remplacer"
    form = anne.get(path)
    assert "« Prise de sang »" in form.page
    assert 'value="Prise de sang"' in form.page
    second = led_to(form.attach(path, ("2.txt", b"Corrige.", "text/plain"), **{**ADDING, "title": "Prise de sang (2)"}))
    entries = {entry.uuid.removeprefix("urn:uuid:"): entry for entry in doors.seen_by(HOLDER)}
    assert entries[first].status is EntryStatus.DEPRECATED
    assert entries[second].status is EntryStatus.APPROVED
    assert entries[second].visibility.masked, "the new version is hidden as the old one was (DEC-2)"
    header = header_of(doors.read_by(HOLDER, entries[second]))
    old = header_of(doors.read_by(HOLDER, entries[first]))
    assert (header.set_id, header.version) == (old.set_id, "2")
    assert header.replaced is not None
    assert header.replaced.ids[0].unique_id == entries[first].unique_id

    again = anne.get(path)
    assert (again.status, "sa version la plus récente" in again.page) == (403, True)
    third = anne.get(f"/patient/documents/{second}/remplacer")
    third.attach(f"/patient/documents/{second}/remplacer", ("3.txt", b"Encore.", "text/plain"), **ADDING)
    newest = {entry.uuid: entry for entry in doors.seen_by(HOLDER)}[f"urn:uuid:{led_to(third)}"]
    assert header_of(doors.read_by(HOLDER, newest)).version == "3"


def test_two_windows_replace_a_document_once(doors: Doors):
    first = led_to(add(doors.anne()))
    path = f"/patient/documents/{first}/remplacer"
    one, other = doors.anne().get(path), doors.anne().get(path)
    led_to(one.attach(path, ("2.txt", b"Corrige.", "text/plain"), **ADDING))
    other.attach(path, ("2.txt", b"Autrement.", "text/plain"), **ADDING)
    assert (other.status, "remplacé ou archivé entre-temps" in other.page) == (422, True)


def test_nothing_of_others_is_replaced_by_a_patient(doors: Doors):
    uuid = led_to(deposit(doors.professional()))
    path = f"/patient/documents/{uuid}/remplacer"
    anne = doors.anne().get(path)
    assert (anne.status, "seulement ce que vous avez ajouté" in anne.page) == (403, True)
    mine = led_to(add(anne))
    form = anne.get(f"/patient/documents/{mine}/remplacer")
    token = form.page.partition('name="token" value="')[2].partition('"')[0]
    told = {"origin": anne.origin, "sec-fetch-site": "same-origin"}
    anne._send("POST", path, data={**ADDING, "token": token}, files=[("file", TEXT_FILE)], headers=told)
    assert anne.status in (403, 404)
    assert {entry.status for entry in doors.seen_by(HOLDER)} == {EntryStatus.APPROVED}


@pytest.mark.parametrize("name", ["00000000-0000-4000-8000-000000000001", "x", "..%2f..%2fetc"])
def test_what_is_not_there_is_not_replaced(doors: Doors, name):
    assert doors.anne().get(f"/patient/documents/{name}/remplacer").status == 404


@pytest.mark.parametrize(
    ("scope", "status"), [(DelegateScope.READ, 403), (DelegateScope.WRITE, 303), (DelegateScope.MANAGE, 303)]
)
def test_a_delegate_adds_as_his_scope_says(doors: Doors, scope, status):
    until = NOW + timedelta(days=300)
    doors.change(delegates=(Delegate(SOMEBODY_ELSE, "Paul AIDE", scope, NOW - timedelta(days=1), until),))
    helper = add(doors.helper())
    assert helper.status == status, helper.page
    found = doors.seen_by(HOLDER)
    assert len(found) == (status == 303)
    if found:
        assert found[0].deposit is not None
        assert found[0].deposit.person == SOMEBODY_ELSE.number, "he acts under his own identity"
        assert SOMEBODY_ELSE.number not in doors.read_by(HOLDER, found[0]).decode(), "his number is not in the document"
        assert helper.get(f"/patient/documents/{led_to_of(found[0])}/remplacer").status == 200


@pytest.mark.parametrize(("scope", "status"), [(DelegateScope.WRITE, 422), (DelegateScope.MANAGE, 303)])
def test_a_delegate_hides_what_he_adds_when_he_may_mask(doors: Doors, scope, status):
    until = NOW + timedelta(days=300)
    doors.change(delegates=(Delegate(SOMEBODY_ELSE, "Paul AIDE", scope, NOW - timedelta(days=1), until),))
    helper = add(doors.helper(), masked="1")
    assert helper.status == status, helper.page
    assert [entry.visibility.masked for entry in doors.seen_by(HOLDER)] == [True] * (status == 303)
    if status == 422:
        assert "ne vous laisse pas masquer" in helper.page
        assert add(doors.helper()).status == 303, "what is not hidden he adds"


def led_to_of(entry) -> str:
    return entry.uuid.removeprefix("urn:uuid:")


def test_a_delegate_replaces_only_what_he_put_in(doors: Doors):
    until = NOW + timedelta(days=300)
    uuid = led_to(add(doors.anne()))
    doors.change(delegates=(Delegate(SOMEBODY_ELSE, "Paul AIDE", DelegateScope.WRITE, NOW - timedelta(days=1), until),))
    assert doors.helper().get(f"/patient/documents/{uuid}/remplacer").status == 403


def test_somebody_who_acts_for_nobody_adds_nothing(doors: Doors):
    assert add(doors.helper()).status == 404
    assert doors.seen_by(HOLDER) == []


def test_a_record_whose_identity_is_not_known_says_so(loop, sqlite_store: Store):
    doors = Doors(loop, with_people(sqlite_store, traits=None))
    anne = add(doors.anne())
    assert (anne.status, "L’identité de ce dossier n’est pas encore complète" in anne.page) == (422, True)


def test_the_page_is_in_english_too(doors: Doors):
    anne = doors.anne()
    anne.cookies["__Host-dmp-language"] = ("en", True)
    assert "Hide this document from professionals" in anne.get(ADD).page
    assert "This is a web page" in add(anne, ("a.pdf", b"<html>", "application/pdf")).page


# -- professionals


def test_a_professional_deposits_and_keeps_a_receipt(doors: Doors):
    claire = doors.professional()
    form = claire.get(DEPOSIT).page
    assert "Auteur : Claire ARNOUX-TEST, Cabinet Test. Cadre : Ambulatoire." in form
    uuid = led_to(deposit(claire, ("CR.pdf", PDF, "application/pdf")))
    (entry,) = doors.seen_by(HOLDER)
    receipt = claire.follow().page
    assert entry.uuid == f"urn:uuid:{uuid}"
    for told in (entry.title, entry.unique_id, str(entry.size), entry.hash, "Le patient le voit.", "En cours"):
        assert told in receipt
    header = header_of(doors.read_by(DOCTOR, entry))
    assert header.authors[0].ids[0].extension == DOCTOR.id
    assert header.acts[0].code is not None
    assert header.acts[0].code.code == "AMB"
    assert (entry.practice_setting.code, entry.facility_type.code) == ("AMBULATOIRE", "SA07")
    assert entry.deposit is not None
    assert (entry.deposit.structure, entry.deposit.mode) == (DOCTOR.facility.id, "DIRECTE")
    listed = claire.get("/professional/deposer/recus").page
    assert f"/professional/deposer/recus/{uuid}" in listed


def test_receipts_are_for_who_deposited(doors: Doors):
    uuid = led_to(deposit(doors.professional()))
    hugo = doors.professional(COLLEAGUE)
    assert "Vous n’avez encore rien déposé" in hugo.get("/professional/deposer/recus").page
    assert hugo.get(f"/professional/deposer/recus/{uuid}").status == 404
    assert hugo.get(f"/professional/deposer/remplacer/{uuid}").status in (403, 404)


def test_a_professional_without_authorisation_deposits_and_finds_his_own_receipt(doors: Doors):
    hugo = doors.professional(COLLEAGUE)
    led_to(deposit(hugo))
    assert "Consultation" in hugo.follow().page
    assert "Consultation" in hugo.get("/professional/deposer/recus").page


def test_what_must_be_announced_is_hidden_from_the_patient_first(doors: Doors):
    claire = deposit(doors.professional(), visibility="hidden")
    uuid = led_to(claire)
    assert "Le patient ne le voit pas encore" in claire.follow().page
    assert doors.seen_by(HOLDER) == []
    assert len(doors.seen_by(DOCTOR)) == 1
    anne = doors.anne()
    for path in (f"/patient/documents/{uuid}/ajoute", f"/patient/documents/{uuid}/remplacer"):
        hidden, absent = anne.get(path), anne.get(path.replace(uuid, "00000000-0000-4000-8000-000000000001"))
        assert (hidden.status, hidden.page.replace(uuid, "")) == (404, absent.page.replace(uuid, ""))


def test_what_is_masked_is_not_there_for_colleagues(doors: Doors):
    led_to(deposit(doors.professional(COLLEAGUE), visibility="masked"))
    assert doors.seen_by(DOCTOR) == []
    assert len(doors.seen_by(HOLDER)) == 1


def test_a_professional_replaces_his_own_document(doors: Doors):
    claire = doors.professional()
    first = led_to(deposit(claire))
    path = f"/professional/deposer/remplacer/{first}"
    second = led_to(claire.get(path).attach(path, ("2.txt", b"Corrige.", "text/plain"), **DEPOSITING))
    statuses = {led_to_of(entry): entry.status for entry in doors.seen_by(HOLDER)}
    assert statuses == {first: EntryStatus.DEPRECATED, second: EntryStatus.APPROVED}
    assert claire.get(path).status == 403
    listed = claire.get("/professional/deposer/recus").page
    assert "Remplacé par un plus récent" in listed


def test_replacing_what_is_hidden_is_answered_as_replacing_nothing(doors: Doors):
    hidden = led_to(add(doors.anne(), masked="1"))
    claire = doors.professional()
    mine = led_to(deposit(claire))
    form = claire.get(f"/professional/deposer/remplacer/{mine}").page
    token = form.partition('name="token" value="')[2].partition('"')[0]
    told = {"origin": claire.origin, "sec-fetch-site": "same-origin"}
    answers = []
    for uuid in (hidden, "00000000-0000-4000-8000-000000000001"):
        path = f"/professional/deposer/remplacer/{uuid}"
        claire._send("POST", path, data={**DEPOSITING, "token": token}, files=[("file", TEXT_FILE)], headers=told)
        answers.append((claire.status, claire.page.replace(uuid, "")))
        claire.get(path)
        answers.append((claire.status, claire.page.replace(uuid, "")))
    assert answers[:2] == answers[2:]
    assert answers[0][0] == 404
    assert len(doors.seen_by(HOLDER)) == 2


@pytest.mark.parametrize("kind", ["DOCPAT01", "EXPPAT_2", "REMB", "IMG-KOS", "E1762", "nonsense"])
def test_a_nurse_puts_in_nothing_that_only_others_do(doors: Doors, kind):
    nurse = deposit(doors.professional(NURSE), kind=kind)
    assert (nurse.status, 'id="kind-error"' in nurse.page) == (422, True)
    assert f'value="{kind}"' not in nurse.page, "it is not even offered"
    assert doors.seen_by(HOLDER) == []


@pytest.mark.parametrize(("who", "status"), [(NURSE, 422), (COLLEAGUE, 422), (DOCTOR, 303)])
def test_directives_are_put_in_by_the_attending_doctor_alone(doors: Doors, who, status):
    doors.change(attending=(Attending(DOCTOR.id, NOW - timedelta(days=9), confirmed=True),))
    browser = deposit(doors.professional(who), kind="EXPPAT_3")
    assert browser.status == status, browser.page
    if status == 422:
        assert "Ce genre de document ne peut pas être déposé ici." in browser.page


def test_a_nurse_is_offered_what_nurses_write(doors: Doors):
    page = doors.professional(NURSE).get(DEPOSIT).page
    assert '<option value="11506-3" selected>' in page


def test_nothing_is_deposited_before_a_record_is_open(doors: Doors):
    claire = doors.with_secret(doors.secret_of(Proven(Proof.CERTIFICATE, professional=DOCTOR)))
    for path in (DEPOSIT, "/professional/deposer/recus"):
        assert "Ouvrez d’abord un dossier" in claire.get(path).page


def test_a_patient_has_no_page_of_professionals_and_the_other_way_round(doors: Doors):
    for browser, path in ((doors.anne(), DEPOSIT), (doors.professional(), ADD)):
        assert browser.get(path).status == 303


# -- documents that are CDA already


def a_cda(author=DOCTOR, patient: PatientId = PERSON, **changes) -> bytes:
    record = Record("rec-1", (patient,), traits=TRAITS)
    return write_unstructured(a_header(by_professional(author), patient=target_of(record), **changes), TEXT)


def test_the_header_of_a_cda_document_says_all_of_it(doors: Doors):
    octets = a_cda(title="Titre de l’en-tête")
    claire = deposit(doors.professional(), ("cr.xml", octets, "text/xml"), title="Autre titre", kind="")
    led_to(claire)
    (entry,) = doors.seen_by(HOLDER)
    assert (entry.title, entry.unique_id) == ("Titre de l’en-tête", "2.25.123")
    assert doors.read_by(DOCTOR, entry) == octets, "a document is kept to the octet"


def test_a_cda_document_of_a_name_that_is_taken_says_so(doors: Doors):
    claire = doors.professional()
    led_to(deposit(claire, ("cr.xml", a_cda(), "text/xml")))
    deposit(claire, ("cr.xml", a_cda(title="Autre contenu"), "text/xml"))
    assert (claire.status, "déjà dans le dossier, avec un autre contenu" in claire.page) == (422, True)
    assert len(doors.seen_by(HOLDER)) == 1


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (a_cda(patient=SOMEBODY_ELSE), "n’est pas au nom de la personne"),
        (a_cda(author=COLLEAGUE), "ni l’auteur ni le signataire"),
        (a_cda()[:400], "n’est pas conforme"),
        (b"<?xml version='1.0'?><other/>", "n’est pas conforme"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "n’est pas conforme"),
        (a_cda().replace(b'code="FR"', b'code="BE"'), "realmCode"),
    ],
    ids=["other-patient", "other-author", "cut-short", "no-cda", "entities", "rules"],
)
def test_a_cda_document_that_cannot_be_taken_says_why(doors: Doors, octets, sentence):
    claire = deposit(doors.professional(), ("cr.xml", octets, "text/xml"))
    assert (claire.status, sentence in claire.page) == (422, True), claire.page
    assert 'id="file-error"' in claire.page
    assert doors.seen_by(HOLDER) == []


def test_a_patient_puts_in_no_cda_document(doors: Doors):
    anne = add(doors.anne(), ("cr.xml", a_cda(), "text/xml"))
    assert (anne.status, "fichier XML" in anne.page) == (422, True)
