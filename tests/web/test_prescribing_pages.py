"""A professional prescribes on pages: lines, the review with its advice, the signature, and what comes of it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest

from browser_builders import Browser
from deposit_builders import COLLEAGUE, DOCTOR, NOW, NURSE, Doors, portal_settings, with_people
from dmp.actions.dispense import ReadPrescription
from dmp.actions.prescribe import ListPrescriptions
from dmp.documents.extraction import facts_of
from dmp.portal import build_pages
from dmp.projecting import project
from dmp.record.actor import Caller, Facility, Holder, Mode, Representative
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry
from dmp.record.facts import Quantity
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.prescription import Prescription
from dmp.record.record import Authorisation, ClosingReason, Closure, RecordState
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import Prescribed, medical_synthesis, prescription
from dmp.sandbox.maker.catalogue import MEDICINES
from dmp.services.medicines.compact import Origin
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from dmp.web.chart.prescribing_pages import NEW
from dmp.web.chart.prescription_pages import WRITTEN
from maker_builders import a_context, a_treatment, an_allergy
from making_builders import wrong_with
from store_builders import PERSON, a_record, an_entry, deposited, opened
from xds_builders import Octets

HOSTILE = "<script>alert(1)</script> ]]> &amp; \u202e \x07 'quoted\" {{ 7 * 7 }}"
SUMMARY = Code("60591-5", "2.16.840.1.113883.6.1")
RAMIPRIL = {"product": "Ramipril 5 mg, comprimé", "posology": "1 le matin", "quantity": "1", "days": "30"}
PHARMACIST = replace(
    DOCTOR,
    id="899900000901",
    name="Odile PHARMA-TEST",
    profession="21",
    know_how="",
    facility=Facility("1175000017", "Pharmacie Test", "SA33"),
)


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Doors:
    return Doors(loop, with_people(sqlite_store, DOCTOR, COLLEAGUE, NURSE))


def fill(doors: Doors, octets: bytes, *, masked: bool = False) -> None:
    """Put a document of a stranger in the record, of two days ago, read as at a deposit."""
    made = f"{NOW - timedelta(days=2):%Y%m%d%H%M%S}"
    known = {"type_code": SUMMARY, "class_code": Code("11", "1.2.250.1.213.1.1.4.1")}
    entry = an_entry(1, authors=(), creation_time=made, service_start=made, **known)
    if masked:
        doors.change(visibility={entry.chain: Visibility(masked=True)})
    deposited(doors.store, entry, number=1, content=Octets(octets))
    rebuild(doors.store, project)


def carried(page: str) -> dict[str, str]:
    """What the page would send by itself: hidden fields, and what was chosen."""
    form = page.partition(f'<form method="post" action="{NEW}"')[2].partition("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    typed = re.findall(r'<input class="form-control" id="[^"]+" name="([^"]+)"[^>]* value="([^"]*)"', form)
    area = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    chosen = re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', form, re.DOTALL)
    ticked = re.findall(r'type="checkbox" id="[^"]+" name="([^"]+)" value="([^"]*)" checked', form)
    found = dict([*hidden, *typed, *area, *chosen, *ticked])
    return {name: unescape(said) for name, said in found.items() if name != "token"}


def go_on(browser: Browser, do: str, **fields: str) -> Browser:
    """Press a button of the page that is there."""
    return browser.submit(NEW, **{**carried(browser.page), **fields, "do": do})


def begun(doors: Doors, who=DOCTOR) -> Browser:
    return doors.professional(who).get(NEW)


def reviewed(doors: Doors, who=DOCTOR, **line: str) -> Browser:
    return go_on(begun(doors, who), "review", **{**RAMIPRIL, **line})


def signed(doors: Doors, who=DOCTOR, line: dict[str, str] | None = None, **fields: str) -> Browser:
    review = reviewed(doors, who, **(line or {}))
    assert review.status == 200, review.page
    return go_on(review, "sign", **fields)


def prescriptions(doors: Doors, who=DOCTOR) -> tuple[Prescription, ...]:
    return doors.gate.perform(Caller(who, patient=PERSON), ListPrescriptions(PERSON), datetime.now(UTC))


def documents(doors: Doors) -> list[DocumentEntry]:
    return [entry for entry in doors.seen_by(DOCTOR) if entry.type_code.code == "57833-6"]


# -- typing


def test_a_line_is_added_without_a_script_and_everything_is_kept(doors: Doors):
    page = begun(doors)
    go_on(page, "add", **RAMIPRIL, whole="À revoir.", urgent="1")
    assert page.status == 200
    assert "Ramipril 5 mg, comprimé" in page.page
    assert carried(page.page)["whole"] == "À revoir."
    assert carried(page.page)["urgent"] == "1"
    assert carried(page.page)["product"] == ""

    go_on(page, "add", product="Paracétamol 1 g", dose="1", times="3", quantity="2", as_needed="1")
    assert "(2)" in page.page
    assert "1 comprimé, 3 fois par jour, si besoin" in page.page
    result = go_on(go_on(page, "review"), "sign").follow()
    assert "Urgent" in result.page
    assert "À revoir." in result.page
    (entry,) = documents(doors)
    octets = doors.read_by(DOCTOR, entry).decode()
    assert "MED-1095" in octets
    assert "À revoir." in octets


def test_a_line_is_taken_up_again_at_its_place_and_one_is_removed(doors: Doors):
    page = begun(doors)
    for name in ("Un", "Deux", "Trois"):
        go_on(page, "add", **{**RAMIPRIL, "product": name})
    go_on(page, "edit-2")
    assert carried(page.page)["product"] == "Deux"

    go_on(page, "add", product="Deux bis")
    assert re.findall(r"<strong>(Un|Deux bis|Trois)</strong>", page.page) == ["Un", "Deux bis", "Trois"]
    go_on(page, "drop-1")
    assert re.findall(r"<strong>(Un|Deux bis|Trois)</strong>", page.page) == ["Deux bis", "Trois"]


def test_taking_up_a_line_keeps_the_one_that_is_being_typed_at_its_place(doors: Doors):
    page = begun(doors)
    for name in ("Un", "Deux", "Trois"):
        go_on(page, "add", **{**RAMIPRIL, "product": name})
    for rank, name in ((1, "Un"), (2, "Trois"), (1, "Un"), (1, "Deux")):
        go_on(page, f"edit-{rank}")
        assert carried(page.page)["product"] == name
    go_on(page, "add")
    assert re.findall(r"<strong>(Un|Deux|Trois)</strong>", page.page) == ["Un", "Deux", "Trois"]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"product": ""}, "product", "Écrivez le nom du médicament."),
        ({"posology": ""}, "posology", "Écrivez comment le prendre."),
        ({"quantity": "une"}, "quantity", "Écrivez la quantité"),
        ({"quantity": "NaN"}, "quantity", "Écrivez la quantité"),
        ({"quantity": "1_0"}, "quantity", "Écrivez la quantité"),
        ({"quantity": "0,0001"}, "quantity", "Écrivez la quantité"),
        ({"days": "bientôt"}, "days", "Écrivez un nombre entier"),
        ({"repeats": "-1"}, "repeats", "Écrivez un nombre entier"),
        ({"dose": "1"}, "dose", "Donnez les deux nombres"),
        ({"atc": "ramipril"}, "atc", "pas un code ATC"),
        ({"days": "100", "repeats": "5"}, "days", "Douze mois au plus"),
        ({"atc": "N05CF01", "days": "29"}, "days", "hypnotique, 4 semaines au plus"),
        ({"atc": "n05cf01", "days": ""}, "days", "demande une durée"),
        ({"restriction": "narcotic_7", "days": "7", "repeats": "1"}, "repeats", "Pas de renouvellement possible"),
        ({"restriction": "nowhere"}, "restriction", "Choisissez une règle"),
    ],
)
def test_what_is_wrong_is_said_on_its_field_with_what_to_do(doors: Doors, typed, field: str, said: str):
    page = go_on(begun(doors), "add", **{**RAMIPRIL, **typed})

    assert page.status == 422
    assert f'href="#{field}"' in page.page
    assert said in page.page
    assert carried(page.page)["product"] == {**RAMIPRIL, **typed}["product"], "what was typed is kept"


def test_a_line_that_was_altered_on_its_way_is_not_a_line(doors: Doors):
    page = begun(doors)
    for altered in ("{", '{"product": 3}', '["x"]', '{"rank": "1"}', "null"):
        page.submit(NEW, **{**carried(page.page), "line-1": altered, "do": "review"})
        assert page.status == 422
        assert "Ajoutez au moins un médicament." in page.page


def test_no_more_lines_than_a_form_holds(doors: Doors):
    page = begun(doors)
    for number in range(15):
        go_on(page, "add", **{**RAMIPRIL, "product": f"Produit {number}"})
    go_on(page, "add", **RAMIPRIL)

    assert page.status == 422
    assert "15 lignes au plus" in page.page


# -- reading again and signing


def test_what_is_signed_is_numbered_deposited_and_read_back_as_it_was_told(doors: Doors):
    line = {"dose": "1", "times": "2", "repeats": "2", "fixed": "MTE", "long_term": "1", "comment": "Au repas."}
    result = signed(doors, line={**line, "posology": "1 comprimé, matin et soir", "atc": "C09AA05"}).follow()

    (kept,) = prescriptions(doors)
    assert result.status == 200
    assert kept.number in result.page
    assert '<figure class="paper-code scan"' in result.page, "dark on white, whatever the theme"
    assert "<svg" in result.page
    assert "du patient. Remettez" in result.page
    assert "ALD" in result.page
    (entry,) = documents(doors)
    assert kept.document == entry.unique_id
    octets = doors.read_by(DOCTOR, entry)
    assert wrong_with(octets) == []
    (fact,) = facts_of(octets).prescriptions
    item = kept.items[0]
    assert fact.source.ident == kept.line_ident(item.id)
    assert fact.concept.words == item.product.words == "Ramipril 5 mg, comprimé"
    assert [code.code for code in fact.concept.translations] == ["C09AA05"]
    assert (fact.schedule, fact.dose, fact.per_day) == ("1 comprimé, matin et soir", Quantity("1", "{tbl}"), "2")
    assert (fact.quantity, fact.repeats) == (Quantity("1", "{boite}"), 2)
    assert (fact.not_substitutable.code, fact.not_substitutable.text[:3]) == ("N", "MTE")
    assert (fact.long_term_illness, fact.comment) == (True, "Au repas.")
    assert (entry.class_code.code, entry.format_code.code) == ("42", "urn:ihe:pharm:pre:2010")
    assert kept.number in octets.decode()


def test_a_form_that_is_sent_twice_makes_one_prescription(doors: Doors):
    review = reviewed(doors)
    form = {**carried(review.page), "do": "sign"}
    first = review.submit(NEW, **form).answer.headers["location"]
    second = doors.professional().get(NEW).submit(NEW, **form).answer.headers["location"]

    assert first == second
    assert len(prescriptions(doors)) == 1
    assert len(documents(doors)) == 1


def test_a_patient_who_opposes_the_copy_has_his_prescription_all_the_same(doors: Doors):
    result = signed(doors, opposed="1").follow()

    assert documents(doors) == []
    assert prescriptions(doors)[0].document == ""
    assert "n’a pas voulu de copie" in result.page


def test_paper_is_refused_only_where_a_space_is_open(doors: Doors):
    assert "paperless" not in reviewed(doors).page
    signed(doors, paperless="1")
    assert [each.paper for each in prescriptions(doors)] == [True]

    doors.change(portal_account=True)
    assert "Il ne veut pas de papier" in reviewed(doors, product="Autre").page
    result = signed(doors, line={"product": "Autre"}, paperless="1").follow()
    assert sorted(each.paper for each in prescriptions(doors)) == [False, True]
    assert "depuis son espace" in result.page


def test_what_changed_since_the_review_is_shown_again_before_it_is_signed(doors: Doors):
    review = reviewed(doors, product="Amoxicilline 500 mg", atc="J01CA04")
    stale = {**carried(review.page), "do": "sign"}
    fill(doors, medical_synthesis(a_context(), allergies=(an_allergy(),)))

    again = review.submit(NEW, **stale)
    assert again.status == 200
    assert "a changé depuis votre relecture" in again.page
    assert "une allergie est notée" in again.page
    assert prescriptions(doors) == ()


def test_a_line_that_was_altered_since_the_review_is_shown_again_before_it_is_signed(doors: Doors):
    review = reviewed(doors)
    read = {**carried(review.page), "do": "sign"}

    again = review.submit(NEW, **{**read, "line-1": read["line-1"].replace("Ramipril", "Amoxicilline")})
    assert again.status == 200
    assert "a changé depuis votre relecture" in again.page
    assert prescriptions(doors) == ()


def test_what_was_read_for_somebody_else_is_shown_again_for_whom_it_would_be(doors: Doors):
    review = reviewed(doors)
    stale = {**carried(review.page), "do": "sign"}
    somebody = PatientId("180012B00400195", PERSON.root)
    allowed = Authorisation(DOCTOR.id, NOW - timedelta(days=1), NOW + timedelta(days=300), PERSON.number)
    opened(doors.store, replace(a_record(key="rec-9", identifiers=(somebody,)), authorisations=(allowed,)))
    secret = review.cookies["__Host-dmp-session"][0]
    session = doors.reception.desk.one(secret)
    assert session is not None
    other = replace(session, patient=somebody, patient_called="Basile OUDIN-TEST")
    browser = doors.with_secret(doors.reception.desk.renewed(secret, other))

    browser.get(NEW).submit(NEW, **stale)
    assert "a changé depuis votre relecture" in browser.page
    assert "<strong>Basile OUDIN-TEST</strong>" in browser.page
    with doors.store.begin() as tx:
        assert tx.prescriptions.of(tx.records.get("rec-9")) == ()


def test_a_narcotic_that_overlaps_is_said_on_its_line_and_may_be_meant(doors: Doors):
    narcotic = {"restriction": "narcotic_28", "days": "14", "product": "Morphine 10 mg"}
    signed(doors, line=narcotic)
    assert prescriptions(doors)[0].flags == ("MED-1098",), "a narcotic needs a secured paper"

    review = reviewed(doors, **narcotic)
    assert review.status == 422
    assert "couvre ces jours" in review.page
    assert "Signer et envoyer" not in review.page
    sent = {**carried(review.page), "do": "sign"}
    assert review.submit(NEW, **sent).status == 422
    assert len(prescriptions(doors)) == 1

    signed(doors, line={**narcotic, "overlap": "1"})
    assert len(prescriptions(doors)) == 2


def test_hostile_words_are_words_everywhere(doors: Doors):
    result = signed(doors, line=dict.fromkeys(("product", "posology", "comment"), HOSTILE), opposed="")

    page = result.follow().page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    (entry,) = documents(doors)
    octets = doors.read_by(DOCTOR, entry)
    assert wrong_with(octets) == []
    assert facts_of(octets).prescriptions[0].concept.words.startswith("<script>alert(1)</script>")
    assert "<script>alert" not in doors.professional().get(WRITTEN).page


# -- advice (RX-7, RX-8)


def test_advice_is_shown_before_signing_and_blocks_nothing_and_is_kept_for_the_prescriber_alone(doors: Doors):
    fill(doors, medical_synthesis(a_context(), allergies=(an_allergy(),)))
    review = reviewed(doors, product="Amoxicilline 500 mg", atc="J01CA04")
    assert "une allergie est notée" in review.page
    assert "Signer et envoyer" in review.page

    go_on(review, "sign")
    (kept,) = prescriptions(doors)
    assert kept.checked is not None
    (advice, *_) = kept.checked.advice
    assert advice.rule.startswith("allergy")
    assert "allergie" in advice.words
    mine = doors.professional().get(WRITTEN).page
    assert "Ce que les vérifications vous ont dit" in mine
    assert "une allergie est notée" in mine
    assert [each.checked for each in prescriptions(doors, Holder(PERSON))] == [None]
    assert "vérifications" not in doors.anne().get("/patient/ordonnances").page
    read = doors.gate.perform(Caller(PHARMACIST), ReadPrescription(kept.number), datetime.now(UTC))
    assert read.prescription.checked is None


def test_an_allergy_is_told_of_a_medicine_that_is_written_in_words_alone(doors: Doors):
    fill(doors, medical_synthesis(a_context(), allergies=(an_allergy(),)))

    assert "une allergie est notée" in reviewed(doors, product="AMOXICILLINE 500 mg, gélule").page


def test_what_no_check_could_look_at_is_said_and_nothing_reassures(doors: Doors):
    page = shown(reviewed(doors, product="Zyxomol 5 mg"))
    assert "Contrôle incomplet :</strong> Zyxomol 5 mg." in page
    assert "ne signalent rien" not in page

    coded = shown(reviewed(doors, atc="C09AA05"))
    assert "Contrôle incomplet" not in coded
    assert "ne signalent rien" in coded


def test_an_allergy_that_is_masked_changes_nothing_for_the_prescriber(doors: Doors):
    plain = shown(reviewed(doors, COLLEAGUE, product="Amoxicilline 500 mg", atc="J01CA04"))
    empty = shown(begun(doors, COLLEAGUE))
    fill(doors, medical_synthesis(a_context(), allergies=(an_allergy(),), treatments=(a_treatment(),)), masked=True)

    assert shown(reviewed(doors, COLLEAGUE, product="Amoxicilline 500 mg", atc="J01CA04")) == plain
    assert shown(begun(doors, COLLEAGUE)) == empty
    doors.change(visibility={})
    assert shown(reviewed(doors, COLLEAGUE, product="Amoxicilline 500 mg", atc="J01CA04")) != plain
    assert shown(begun(doors, COLLEAGUE)) != empty


def shown(browser: Browser) -> str:
    main = browser.page.partition('<main id="content"')[2].partition("</main>")[0]
    return re.sub(r'name="(?:token|nonce)" value="[^"]*"', "", main)


def test_current_treatments_are_taken_over_and_completed(doors: Doors):
    fill(doors, medical_synthesis(a_context(), treatments=(a_treatment(),)))
    page = begun(doors)
    (key,) = re.findall(r'name="(renew-[0-9a-f]{16})"', page.page)

    go_on(page, "renew", **{key: "1", "renew_days": "28", "renew_repeats": "2"})
    assert page.status == 200
    assert "Dans l’ordonnance" in page.page
    go_on(page, "edit-1")
    typed = carried(page.page)
    assert (typed["days"], typed["repeats"]) == ("28", "2")
    assert typed["posology"]
    go_on(page, "review", quantity="1")
    assert "Signer et envoyer" in page.page
    assert "Déjà en cours" in page.page, "what is renewed is no duplicate, and is said all the same"
    assert "Doublon possible" not in page.page


def test_the_quantity_of_a_treatment_is_taken_over_with_it(doors: Doors):
    order = prescription(
        a_context(at=NOW - timedelta(days=60)), (Prescribed(MEDICINES["ramipril"], "1 le matin", Decimal(1), 2),)
    )
    fill(doors, order)
    page = begun(doors)
    (key,) = re.findall(r'name="(renew-[0-9a-f]{16})"', page.page)

    go_on(page, "renew", **{key: "1", "renew_days": "30", "renew_repeats": "2"})
    assert "2 boîtes pour 30 jours" in page.page
    assert "Signer et envoyer" in go_on(page, "review").page


# -- the database of medicines


NAMES = Thesaurus(
    Origin(date(2026, 6, 1), date(2026, 1, 1), (), date(2026, 7, 1)),
    {
        "cis": [60000001, 60000002],
        "groups": [0, 0],
        "names": ["WARFARINE", "IBUPROFÈNE"],
        "substances": [[0], [1]],
        "labels": ["COUMADINE FICTIVE 5 mg, comprimé", "IBUPRO FICTIF <400> mg"],
        "cip": [],
        "cip_cis": [],
        "terms": [["warfarin", "warfarine"], ["ibuprofen", "ibuprofène"]],
        "classes": [],
        "pairs": [[0, 1, [[2, "à forte dose"]], "Risque hémorragique."]],
    },
)


def with_names(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr("dmp.portal.medicines_of", lambda _settings: NAMES)
    doors.app = build_pages(doors.store, portal_settings())
    return begun(doors)


def test_a_medicine_is_found_by_its_name_and_known_by_its_code(doors: Doors, monkeypatch: pytest.MonkeyPatch):
    page = go_on(with_names(doors, monkeypatch), "search", product="fict", posology="1 le soir")
    assert "IBUPRO FICTIF &lt;400&gt; mg" in page.page
    go_on(page, "take-60000001")
    assert carried(page.page)["product"] == "COUMADINE FICTIVE 5 mg, comprimé"
    assert carried(page.page)["posology"] == "1 le soir"

    go_on(page, "add", quantity="1")
    go_on(page, "add", **RAMIPRIL)
    go_on(go_on(page, "review"), "sign")
    (kept,) = prescriptions(doors)
    assert [item.product.code for item in kept.items] == ["60000001", ""]
    (entry,) = documents(doors)
    assert facts_of(doors.read_by(DOCTOR, entry)).prescriptions[0].concept.code == "60000001"


def test_other_words_than_those_of_the_code_are_another_medicine(doors: Doors, monkeypatch: pytest.MonkeyPatch):
    page = go_on(with_names(doors, monkeypatch), "take-60000001")
    go_on(page, "review", **RAMIPRIL)
    go_on(page, "sign")

    (kept,) = prescriptions(doors)
    assert (kept.items[0].product.words, kept.items[0].product.code) == (RAMIPRIL["product"], "")


def test_an_interaction_is_told_by_the_database_and_kept_with_its_day(doors: Doors, monkeypatch: pytest.MonkeyPatch):
    page = with_names(doors, monkeypatch)
    for cis in ("60000001", "60000002"):
        go_on(go_on(page, f"take-{cis}"), "add", posology="1 le soir", quantity="1")
    go_on(page, "review")
    assert "Risque hémorragique." in page.page

    go_on(page, "sign")
    (kept,) = prescriptions(doors)
    assert kept.checked is not None
    assert "01/01/2026" in kept.checked.database
    assert [each.rule for each in kept.checked.advice] == ["interaction.ansm.discouraged"]


def test_a_name_that_nobody_has_is_said_and_the_words_may_stay(doors: Doors, monkeypatch: pytest.MonkeyPatch):
    page = go_on(with_names(doors, monkeypatch), "search", product="Potion magique")

    assert page.status == 422
    assert "Aucun médicament ne porte ce nom" in page.page
    assert carried(page.page)["product"] == "Potion magique"
    for unknown in ("take-69999999", "take-x", "take-", "edit-99", "drop-x", "nothing"):
        assert go_on(begun(doors), unknown, product="Potion").status in (200, 422)


# -- who may not


def test_who_does_not_prescribe_reads_why_at_once(doors: Doors):
    page = begun(doors, NURSE)

    assert page.status == 403
    assert "Votre profession ne prescrit pas de médicaments" in page.page
    assert "Adressez le patient à un médecin" in page.page
    assert "/nouvelle" not in doors.professional(NURSE).get(WRITTEN).page
    assert NEW in doors.professional().get(WRITTEN).page
    assert NEW in doors.professional().get("/professional/dossier/sante/medicaments").page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"blocked": frozenset({DOCTOR.id})}, "Le titulaire a bloqué l&#39;accès de ce professionnel"),
        (
            {"state": RecordState.CLOSED, "closure": Closure(NOW, ClosingReason.PATIENT_REQUEST)},
            "Ce dossier est fermé.",
        ),
    ],
)
def test_a_refusal_is_a_sentence_and_signs_nothing(doors: Doors, changes, said: str):
    review = reviewed(doors)
    form = {**carried(review.page), "do": "sign"}
    doors.change(**changes)

    for answer in (review.submit(NEW, **form), doors.professional().get(NEW)):
        assert answer.status == 403
        assert said in answer.page
        assert "<h1>" in answer.page
    doors.change(blocked=frozenset(), state=RecordState.ACTIVE, closure=None)
    assert prescriptions(doors) == ()


def in_secret(doors: Doors) -> Browser:
    """A browser of the doctor, in secret connection."""
    secret = doors.secret_of(Proven(Proof.CERTIFICATE, professional=DOCTOR))
    session = doors.reception.desk.one(secret)
    assert session is not None
    minor = replace(session, patient=PERSON, patient_called="Lou FICTIF, née le 28/03/2015", secret=True)
    return doors.with_secret(doors.reception.desk.renewed(secret, minor)).get(NEW)


def test_in_secret_connection_the_paper_is_handed_out_and_representatives_see_nothing(doors: Doors):
    traits = IdentityTraits("FICTIF", "LOU", "LOU", "2015-03-28", Sex.FEMALE, "51215")
    mother = Guardian("MTH", "FICTIF", "MERE", identifier=PatientId("255017511199993", PERSON.root))
    doors.change(traits=traits, portal_account=True, guardians=(mother,))

    review = go_on(in_secret(doors), "review", **RAMIPRIL)
    assert "paperless" not in review.page
    result = go_on(review, "sign").follow()
    assert "les représentants du patient ne la voient pas" in result.page
    assert [each.secret for each in prescriptions(doors)] == [True]
    parent = Representative("255017511199993", "Mère FICTIF")
    assert prescriptions(doors, parent) == ()
    assert [each.visibility.hidden_from_guardians for each in documents(doors)] == [True]


def test_a_secret_connection_to_an_adult_is_refused_in_words(doors: Doors):
    page = in_secret(doors)

    assert page.status == 403
    assert "secrète" in page.page


def test_an_emergency_prescribes_as_any_visit_does_and_the_page_says_that_it_is_one(doors: Doors):
    secret = doors.secret_of(Proven(Proof.CERTIFICATE, professional=DOCTOR))
    session = doors.reception.desk.one(secret)
    assert session is not None
    urgent = replace(session, patient=PERSON, patient_called="Anne", mode=Mode.BREAK_GLASS, reason="Malaise")
    page = doors.with_secret(doors.reception.desk.renewed(secret, urgent)).get(NEW)

    assert "Bris de glace" in page.page
    assert go_on(go_on(page, "review", **RAMIPRIL), "sign").status == 303
    assert len(prescriptions(doors)) == 1


def test_nobody_prescribes_before_a_record_is_open(doors: Doors):
    outside = doors.with_secret(doors.secret_of(Proven(Proof.CERTIFICATE, professional=DOCTOR)))
    assert outside.get(NEW).answer.headers["location"] == "/professional"
    assert doors.anne().get(NEW).answer.headers["location"] == "/"


def test_what_somebody_else_signed_has_no_page(doors: Doors):
    signed(doors)
    (kept,) = prescriptions(doors)

    assert doors.professional(COLLEAGUE).get(f"{WRITTEN}/signee/{kept.id}").status == 404
    assert doors.professional().get(f"{WRITTEN}/signee/{kept.id}").status == 200
    assert doors.professional().get(f"{WRITTEN}/signee/1").status == 404


def test_a_record_without_an_identity_takes_no_copy_and_says_so(doors: Doors):
    doors.change(traits=None)
    answer = signed(doors)

    assert answer.status == 422
    assert "L’identité de ce dossier n’est pas encore complète" in answer.page
    assert prescriptions(doors) == ()
