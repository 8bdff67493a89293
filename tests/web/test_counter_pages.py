"""The counter of a pharmacy: a prescription is read by its number, or found with the patient there, and delivered."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from browser_builders import Browser
from dmp.actions.action import Action
from dmp.actions.deposit_file import DepositFile
from dmp.actions.dispense import CancelPrescription, Dispense, Handed
from dmp.actions.numbered import ByNumber
from dmp.actions.open_chart import OpenChart
from dmp.actions.prescribe import ListPrescriptions, Prescribe
from dmp.actions.read_documents import ReadDocuments
from dmp.deposits import build_depositing
from dmp.documents.prescription import make as prescribing
from dmp.main import build_gate
from dmp.record.actor import Caller, Facility, Holder, Mode, Professional
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry
from dmp.record.facts import Concept, Dispensation, PrescriptionLine, Quantity, Source
from dmp.record.prescription import Deed, Item, Prescription
from dmp.record.visibility import Visibility
from dmp.services.days import months_after
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.tx import Store
from dmp.web.chart.context import whole
from dmp.web.chart.counter_pages import COUNTER, DELIVER, DELIVER_HERE, HERE
from dmp.web.days import day
from dmp.web.deposit_authors import EVENTS, by_professional
from dmp.web.depositing import Place, Told, Written
from dmp.web.professional.room import called
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE
from making_builders import HOSTILE, told_by
from own_pages_builders import CHILD_TRAITS
from prescription_builders import a_number, a_prescription, an_item
from professional_builders import ANNE, COLLEAGUE, DOCTOR, NURSE, OTHER, VISITOR, Rooms, given, peopled
from store_builders import PERSON

NUMBER = a_number(99)
ODILE = replace(
    DOCTOR,
    id="899900000904",
    name="Odile PHARMA-TEST",
    profession="21",
    know_how="",
    facility=Facility("1750000911", "Pharmacie Test", "SA33"),
)
OSCAR = replace(ODILE, id="899900000912", name="Oscar PHARMA-TEST", facility=Facility("1750000929", "P2", "SA33"))
MORPHINE = {"product": Concept(text="Morphine 10 mg"), "atc": "N02AA01", "days": 28, "quantity": Decimal(56)}
WHOSE = called(ANNE, datetime.now(UTC))
MEDICINES = "/professional/dossier/sante/medicaments"


@pytest.fixture
def rooms(loop, sqlite_store: Store) -> Rooms:
    rooms = Rooms(loop, peopled(sqlite_store))
    rooms.change(lambda record: replace(record, authorisations=(given(DOCTOR), given(ODILE), given(NURSE))))
    return rooms


def perform(rooms: Rooms, by: Professional | Holder, act: Action[Any], *, secret: bool = False) -> Any:
    caller = Caller(by, patient=PERSON, secret=secret)
    return build_gate(rooms.store, rooms.settings).perform(caller, act, datetime.now(UTC))


def document_of(rooms: Rooms, items: tuple[Item, ...]) -> DepositFile:
    """The document of a prescription, as its page makes it."""
    session = rooms.reception.desk.one(
        rooms.reception.proved(Proven(Proof.CERTIFICATE, professional=DOCTOR), VISITOR).secret
    )
    visit: Any = SimpleNamespace(signed_in=session, patient=PERSON)

    def write(place: Place) -> bytes:
        context = DocumentContext(place.id, PERSON, whole(place.record.traits), DOCTOR, place.at)
        return prescribing.prescription(context, prescribing.Order(tuple(line(place.id, each) for each in items)))

    def line(document: str, item: Item) -> PrescriptionLine:
        source, amount = Source(ident=f"{document}^{item.id}"), Quantity(str(item.quantity), item.unit)
        today = datetime.now(UTC).strftime("%Y%m%d")
        return PrescriptionLine(source, item.product, today, mood="INT", schedule=item.posology, quantity=amount)

    told = Told("5d1f0a52-1111-4222-8333-000000000099", "Ordonnance", prescribing.TYPE, event=EVENTS["AMB"][0])
    written = Written(repr(items).encode(), "", (HL7_FRANCE, CI_SIS, prescribing.MODEL.templates[-1][0]), write)
    return build_depositing(rooms.settings).deposit_written(visit, by_professional(DOCTOR), written, told)


def prescribed(
    rooms: Rooms, *items: Item, in_record: bool = True, secret: bool = False, number: str = NUMBER, **changes: Any
) -> Prescription:
    """Claire prescribed it today."""
    told = a_prescription(*items, number=number, **changes)
    copy = document_of(rooms, told.items) if in_record else None
    return perform(rooms, DOCTOR, Prescribe(PERSON, told, copy), secret=secret)


@pytest.fixture
def ready(rooms: Rooms) -> Rooms:
    prescribed(rooms, an_item(repeats=1))
    return rooms


def age(rooms: Rooms, days: int, number: str = NUMBER) -> None:
    """As if it had been written so many days ago."""
    with rooms.store.begin() as tx:
        found = tx.prescriptions.one(number)
        assert found is not None
        tx.prescriptions.change(replace(found, written=found.written - timedelta(days=days)))


def read(rooms: Rooms, who: Professional = ODILE, number: str = NUMBER) -> Browser:
    return rooms.of(who).get(COUNTER).submit(COUNTER, number=number)


def hand_out(browser: Browser, quantity: str = "30", item: str = "1", deed: str = "delivered", **typed: str) -> Browser:
    """Fill the line of a form and send it, by number or in the record."""
    path = DELIVER if f'action="{DELIVER}"' in browser.page else DELIVER_HERE
    told = {f"{name}-{item}": value for name, value in typed.items() if name not in ("day", "opposed")}
    whole_form = {name: typed[name] for name in ("day", "opposed") if name in typed}
    return browser.submit(path, **{f"deed-{item}": deed, f"quantity-{item}": quantity, **told, **whole_form})


def hand_out_another(browser: Browser, product: str, **typed: str) -> Browser:
    """The same with another product: what the check says of it is read, then confirmed."""
    hand_out(browser, product=product, **typed)
    assert "À relire avant d’enregistrer" in browser.page, main_of(browser)
    return hand_out(browser, product=product, **typed)


def kept(rooms: Rooms, number: str = NUMBER) -> Prescription:
    with rooms.store.begin() as tx:
        found = tx.prescriptions.one(number)
    assert found is not None
    return found


def dispensations(rooms: Rooms, by: Professional | Holder | None = None) -> list[tuple[DocumentEntry, Dispensation]]:
    """What the record says that was handed out."""
    chart = perform(rooms, by or Holder(PERSON), OpenChart(PERSON, ("dispensations",)))
    return [(sheet.entry, fact) for sheet in chart.sheets for fact in sheet.facts.dispensations]


def main_of(browser: Browser) -> str:
    return browser.page.partition("<main")[2].partition("</main>")[0]


def error_at(browser: Browser, name: str) -> str:
    """The sentence at a field."""
    found = re.search(
        rf'<div class="field wrong"><label[^>]*>(?:(?!<div class="field).)*?name="{name}"', main_of(browser), re.S
    )
    assert found is not None, main_of(browser)
    told = re.search(r'class="error"[^>]*>([^<]+)<', found[0])
    assert told is not None
    return html.unescape(told[1])


# -- by its number


def test_a_pharmacist_reads_a_number_as_it_was_typed_and_delivers(ready: Rooms):
    counter = read(ready, number=NUMBER.lower())
    assert "Ramipril 5 mg" in counter.page
    assert html.unescape(f"Pour <strong>{WHOSE}</strong>") in html.unescape(counter.page)
    assert "reste à délivrer : 60 comprimés" in counter.page
    assert 'name="quantity-1" value="30"' in counter.page, "what one delivery holds is proposed"

    hand_out(counter, lot="L1")
    assert "C’est noté." in counter.page
    assert "reste à délivrer : 30 comprimés" in counter.page
    assert "Délivrée en partie" in counter.page
    assert "lot L1" in counter.page

    hand_out(counter)
    assert "tout est délivré" in counter.page


def test_nothing_is_chosen_for_the_pharmacist(ready: Rooms):
    counter = read(ready)
    assert '<option value="" selected>' in counter.page

    counter.submit(DELIVER)
    assert counter.status == 422
    assert "Dites ce que vous faites pour une ligne au moins." in counter.page
    assert not kept(ready).executions


def test_a_form_that_is_sent_twice_counts_once_and_makes_one_document(ready: Rooms):
    counter = read(ready)
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', counter.page))
    form |= {"deed-1": "delivered", "quantity-1": "20"}

    for _ in range(2):
        counter.post(DELIVER, form)
        assert "reste à délivrer : 40 comprimés" in counter.page
    assert len(dispensations(ready)) == 1


@pytest.mark.parametrize(
    ("typed", "at", "said"),
    [
        ({"quantity": "61"}, "quantity-1", "C’est plus que ce qui reste à délivrer"),
        ({"quantity": "trente"}, "quantity-1", "Écrivez un nombre"),
        ({"quantity": "NaN"}, "quantity-1", "Écrivez un nombre"),
        ({"quantity": "0"}, "quantity-1", "un nombre plus grand que zéro"),
        ({"quantity": "-1"}, "quantity-1", "un nombre plus grand que zéro"),
        ({"deed": "refused"}, "reason-1", "Dites pourquoi"),
        ({"deed": "adapted"}, "reason-1", "Dites pourquoi"),
        ({"day": "demain"}, "day", "Écrivez un jour"),
        ({"day": day(datetime.now(UTC) + timedelta(days=2))}, "day", "Choisissez un des jours indiqués"),
        ({"day": "31/01/1900"}, "day", "Choisissez un des jours indiqués"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_is_kept(
    ready: Rooms, typed: dict[str, str], at: str, said: str
):
    counter = hand_out(read(ready), **{"lot": "LOT-7", **typed})

    assert counter.status == 422
    assert said in error_at(counter, at)
    assert 'name="lot-1" value="LOT-7"' in counter.page
    assert not kept(ready).executions


def test_a_line_that_is_not_there_is_refused(ready: Rooms):
    counter = hand_out(read(ready), item="9")

    assert counter.status == 422
    assert "Cette ligne n’est pas dans l’ordonnance" in counter.page


@pytest.mark.parametrize("number", ["<b>", "", a_number(7)])
def test_an_unknown_number_is_said_beside_the_field(ready: Rooms, number: str):
    counter = read(ready, number=number)

    assert counter.status == 422
    assert "Aucune ordonnance n’a ce numéro." in counter.page
    assert "<b>" not in counter.page
    counter.post(
        DELIVER,
        {
            "token": counter.page.partition('name="token" value="')[2].partition('"')[0],
            "number": number,
            "deed-1": "delivered",
            "quantity-1": "1",
        },
    )
    assert "Aucune ordonnance n’a ce numéro." in counter.page


@pytest.mark.parametrize("who", [COLLEAGUE, NURSE, DOCTOR], ids=lambda who: who.name)
def test_nobody_but_a_pharmacist_reads_by_the_number_or_delivers(ready: Rooms, who: Professional):
    stranger = read(ready, who)
    assert stranger.status == 403
    assert "Ramipril" not in stranger.page

    form = {"number": NUMBER, "deed-1": "delivered", "quantity-1": "1"}
    token = stranger.get(COUNTER).page.partition('name="token" value="')[2].partition('"')[0]
    assert stranger.post(DELIVER, {"token": token, **form}).status == 403
    assert not kept(ready).executions


def test_the_way_to_the_counter_is_shown_to_pharmacists_alone(ready: Rooms):
    assert COUNTER in ready.of(ODILE).get("/professional").page
    assert COUNTER not in ready.of(DOCTOR).get("/professional").page


def test_what_is_over_has_no_form_and_the_page_says_what_to_do(ready: Rooms):
    age(ready, 120)

    counter = read(ready)
    assert "Périmée" in counter.page
    assert "Il faut demander une nouvelle ordonnance." in counter.page
    assert f'action="{DELIVER}"' not in counter.page


def test_what_was_cancelled_meanwhile_is_not_delivered(ready: Rooms):
    counter = read(ready)
    perform(ready, DOCTOR, CancelPrescription(NUMBER, "Toux sèche"))

    hand_out(counter)
    assert counter.status == 422
    assert "Le prescripteur a annulé cette ordonnance." in counter.page
    assert "Toux sèche" in counter.page
    assert not kept(ready).executions


@pytest.mark.parametrize("mode", ["normal", "break_glass"])
def test_a_number_is_read_and_delivered_whoever_has_his_record_open_beside_it(ready: Rooms, mode: str):
    ready.change(lambda record: replace(record, authorisations=(given(ODILE),)), OTHER)
    counter = ready.in_record(ODILE, OTHER)
    if mode != "normal":
        opened_for = replace(ready.session(counter), mode=Mode.BREAK_GLASS, reason="Basile est inconscient")
        secret = ready.reception.desk.renewed(counter.cookies["__Host-dmp-session"][0], opened_for)
        counter.cookies["__Host-dmp-session"] = (secret, True)

    counter.get(COUNTER).submit(COUNTER, number=NUMBER)
    assert html.unescape(f"Pour <strong>{WHOSE}</strong>") in html.unescape(counter.page)
    hand_out(counter)
    assert "C’est noté." in counter.page
    assert kept(ready).delivered("1") == Decimal(30)
    ((entry, _),) = dispensations(ready)
    assert entry.patient_cx.startswith(PERSON.number)
    with ready.store.begin() as tx:
        tx.records.get("rec-1")
        of_anne = [trace.who for trace in tx.traces.of("rec-1") if trace.who.person == ODILE.id]
    assert {(who.mode, who.reason) for who in of_anne} == {(Mode.NORMAL, "")}, "why another record is open is not hers"


# -- several lines, other products, reasons


def test_several_lines_go_in_one_form_and_make_one_document(rooms: Rooms):
    prescribed(
        rooms, an_item("a"), an_item("b", product=Concept(text="Metformine 500 mg"), atc="A10BA02"), an_item("c")
    )
    counter = read(rooms)
    typed = {"deed-a": "delivered", "quantity-a": "30", "deed-b": "delivered", "quantity-b": "10,5", "quantity-c": "30"}

    counter.submit(DELIVER, **typed)
    assert [(each.item, each.quantity) for each in kept(rooms).executions] == [
        ("a", Decimal(30)),
        ("b", Decimal("10.5")),
    ]
    found = dispensations(rooms)
    assert len({entry.uuid for entry, _ in found}) == 1
    assert [fact.line for _, fact in found] == [kept(rooms).line_ident("a"), kept(rooms).line_ident("b")]


def test_of_several_lines_all_or_none_is_written_down(rooms: Rooms):
    prescribed(rooms, an_item("a"), an_item("b"))
    counter = read(rooms)

    counter.submit(DELIVER, **{"deed-a": "delivered", "quantity-a": "30", "deed-b": "delivered", "quantity-b": "31"})
    assert counter.status == 422
    assert "C’est plus que ce qui reste" in error_at(counter, "quantity-b")
    assert not kept(rooms).executions
    assert dispensations(rooms) == []


def test_a_long_prescription_is_written_down_in_several_goes(rooms: Rooms):
    prescribed(rooms, *(an_item(str(number)) for number in range(1, 18)), in_record=False)
    counter = read(rooms)
    assert counter.page.count('name="deed-') == 15
    assert "Les lignes suivantes se notent ensuite" in counter.page

    shown = {f"{name}-{n}": value for n in range(1, 16) for name, value in (("deed", "delivered"), ("quantity", "30"))}
    more = {f"{name}-{n}": "" for n in range(1, 16) for name in ("lot", "product", "reason")}
    counter.submit(DELIVER, **shown, **more, day=day(datetime.now(UTC)), opposed="1")
    assert "C’est noté." in counter.page
    assert counter.page.count('name="deed-') == 2


def test_another_product_is_a_substitution(ready: Rooms):
    counter = hand_out_another(read(ready), "Ramipril Générique 5 mg")

    assert "de Ramipril Générique 5 mg" in counter.page
    ((_, fact),) = dispensations(ready)
    assert (fact.concept.words, fact.substitution) == ("Ramipril Générique 5 mg", "G")


@pytest.mark.parametrize(("typed", "system"), [("60001234", ".3.1"), ("3400930012345", ".3.2")])
def test_another_product_is_told_by_its_code(ready: Rooms, typed: str, system: str):
    hand_out_another(read(ready), typed)

    (done,) = kept(ready).executions
    assert (done.product.code, done.product.system[-4:]) == (typed, system)
    ((_, fact),) = dispensations(ready)
    assert fact.concept.code == typed


def test_a_product_that_is_not_substitutable_stays_unless_it_is_adapted_for_a_reason(rooms: Rooms):
    prescribed(rooms, an_item(not_substitutable="MTE"))
    counter = read(rooms)
    assert "Non substituable : marge thérapeutique étroite (MTE)" in counter.page

    hand_out(counter, product="Autre 5 mg")
    assert "ne permet pas de remplacer ce produit" in error_at(counter, "product-1")
    hand_out_another(counter, "Autre 5 mg", deed="adapted", reason="Rupture, vu avec le médecin")
    assert "C’est noté." in counter.page
    ((_, fact),) = dispensations(rooms)
    assert (fact.concept.words, fact.comment, fact.substitution) == ("Autre 5 mg", "Rupture, vu avec le médecin", "")


def test_nothing_is_written_of_another_product_before_what_the_check_says_is_read(ready: Rooms):
    counter = hand_out(read(ready), product="Ramipril Biogaran 5 mg", lot="L1")

    assert counter.status == 200
    assert "Rien n’est encore noté." in counter.page
    assert "Même substance" in counter.page
    assert 'name="product-1" value="Ramipril Biogaran 5 mg"' in counter.page, "what was typed is kept"
    assert not kept(ready).executions
    hand_out(counter, product="Ramipril Biogaran 5 mg", lot="L1")
    assert "C’est noté." in counter.page


def test_what_changed_since_it_was_read_is_shown_once_more(ready: Rooms):
    counter = hand_out(read(ready), product="Ramipril Biogaran 5 mg")

    hand_out(counter, product="Zyxomol 5 mg")
    assert "Non vérifiable" in counter.page
    assert not kept(ready).executions
    hand_out(counter)
    assert "C’est noté." in counter.page, "the product of the line asks for no reading"
    assert [each.checked for each in kept(ready).executions] == [None]


@pytest.mark.parametrize(
    ("deed", "guidance"),
    [("delivered", "choisissez « Adapté »"), ("adapted", "le motif doit dire qui a donné son accord")],
)
def test_another_substance_is_said_with_whose_agreement_it_needs_and_nothing_is_blocked(
    rooms: Rooms, deed: str, guidance: str
):
    prescribed(rooms, an_item(product=Concept(text="Ibuprofène 400 mg, comprimé"), atc="M01AE01"))
    typed = {"deed": deed, "reason": "Accord du Dr Arnoux à 9 h"}
    counter = read(rooms)
    hand_out(counter, product="Amoxicilline 1 g", **typed)

    assert "Autre substance" in counter.page
    assert "Prescrit : Ibuprofène. Délivré : Amoxicilline." in counter.page
    assert guidance in counter.page
    assert "C’est noté." in hand_out(counter, product="Amoxicilline 1 g", **typed).page


def test_what_cannot_be_compared_is_said_and_nothing_reassures(ready: Rooms):
    counter = hand_out(read(ready), product="Zyxomol 5 mg")

    assert "Non vérifiable" in counter.page
    assert "vérifiez vous-même la substance" in counter.page
    assert "Aucune base de médicaments n’est chargée" in counter.page
    assert "Même substance" not in counter.page


def test_what_was_read_is_kept_for_the_pharmacist_who_delivered_and_for_nobody_else(ready: Rooms):
    counter = hand_out_another(read(ready), "Zyxomol 5 mg")

    assert "vérification lue : Non vérifiable" in counter.page
    (done,) = kept(ready).executions
    assert done.checked is not None
    (advice,) = done.checked.advice
    assert (advice.rule, advice.severity, advice.version) == (
        "substitute.unknown.nothing",
        "Non vérifiable",
        "2026-11-01",
    )
    assert "vérifiez vous-même la substance" in advice.words
    assert "vérification lue" not in read(ready, OSCAR).page
    assert "vérification lue" not in ready.in_record(DOCTOR).get("/professional/dossier/ordonnances").page
    for who in (Holder(PERSON), DOCTOR):
        (told,) = perform(ready, who, ListPrescriptions(PERSON))
        assert [each.checked for each in told.executions] == [None]
    ((_, fact),) = dispensations(ready)
    assert "vérif" not in fact.comment.lower()


def test_what_is_read_with_the_record_open_is_confirmed_there(ready: Rooms):
    here = hand_out(ready.in_record(ODILE).get(HERE), product="Zyxomol 5 mg")
    assert here.status == 200
    assert "Non vérifiable" in here.page

    hand_out(here, product="Zyxomol 5 mg")
    assert "vérification lue : Non vérifiable" in here.follow().page


def test_a_confirmation_that_is_sent_twice_counts_once(ready: Rooms):
    counter = hand_out(read(ready), "60", product="Zyxomol 5 mg")
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', counter.page))
    form |= {"deed-1": "delivered", "quantity-1": "60", "product-1": "Zyxomol 5 mg"}

    for _ in range(2):
        counter.post(DELIVER, form)
        assert "C’est noté." in counter.page
    assert len(kept(ready).executions) == 1


def test_what_stands_in_the_way_is_said_before_anything_is_to_be_read(ready: Rooms):
    counter = hand_out(read(ready), "61", product="Zyxomol 5 mg")

    assert "C’est plus que ce qui reste" in error_at(counter, "quantity-1")
    assert "À relire avant d’enregistrer" not in counter.page


def test_what_is_not_delivered_is_kept_with_its_reason_and_no_document(ready: Rooms):
    counter = hand_out(read(ready), deed="refused", reason="Doute sur l’ordonnance")

    assert "Non délivré" in counter.page
    assert "Doute sur l’ordonnance" in counter.page
    assert "reste à délivrer : 60 comprimés" in counter.page
    assert dispensations(ready) == []


def test_what_is_typed_is_shown_as_text_and_read_back_from_the_document(ready: Rooms):
    counter = hand_out_another(read(ready), HOSTILE, lot=HOSTILE[:40], reason=HOSTILE)

    assert "<script>" not in main_of(counter)
    assert "{{ 7 * 7 }}" in html.unescape(counter.page)
    ((entry, fact),) = dispensations(ready)
    assert fact.concept.words == HOSTILE
    (found,) = perform(ready, Holder(PERSON), ReadDocuments(PERSON, (entry.unique_id,)))
    (told,) = told_by(found.octets).dispensations
    assert told.lot == HOSTILE[:40]


# -- the copy in the record (RX-3)


def test_the_document_is_valid_linked_to_the_line_and_the_medicines_page_says_delivered(ready: Rooms):
    hand_out(read(ready), "60", lot="L1")

    ((entry, fact),) = dispensations(ready)
    assert (entry.type_code.code, entry.class_code.code) == ("60593-1", "43")
    (found,) = perform(ready, Holder(PERSON), ReadDocuments(PERSON, (entry.unique_id,)))
    assert told_by(found.octets).dispensations[0].lot == "L1", "valid, and read back by our reader"
    prescription = kept(ready)
    assert (fact.prescription, fact.line) == (prescription.document, f"{prescription.document}^1")
    assert (fact.pharmacy, fact.completeness) == ("Pharmacie Test", "FFC")
    page = ready.in_record(DOCTOR).get(MEDICINES).page
    assert "Délivré" in page
    assert "Pas encore retiré en pharmacie" not in page


@pytest.mark.parametrize("path", [MEDICINES, MEDICINES.rpartition("/")[0]])
def test_who_reads_the_treatments_reads_which_product_was_handed_out_in_place(ready: Rooms, path: str):
    hand_out_another(read(ready), "Zyxomol 5 mg")

    shown = ready.in_record(DOCTOR).get(path).page.replace("<strong>", "")
    assert re.search("remplacé par(\\s*:)? Zyxomol 5 mg", shown)


def test_what_is_to_be_read_stands_under_a_title_of_its_own(ready: Rooms):
    counter = hand_out(read(ready), product="Zyxomol 5 mg")

    titles = re.findall("<h[12][^>]*>([^<]+)</h[12]>", counter.page)
    assert titles[:2] == ["À relire avant d’enregistrer", "Un autre produit que celui prescrit"]


def test_a_pharmacist_begins_with_the_prescription_and_others_with_a_record(ready: Rooms):
    firsts = [
        re.search('class="btn btn-primary" href="([^"]+)"', ready.of(who).get("/professional").page)
        for who in (ODILE, DOCTOR)
    ]
    assert [first and first[1] for first in firsts] == [COUNTER, "/professional/ouvrir"]


def test_before_a_delivery_the_medicines_page_does_not_say_delivered(ready: Rooms):
    assert "Délivré" not in ready.in_record(DOCTOR).get(MEDICINES).page.partition("<main")[2].replace("À délivrer", "")


def test_the_patient_may_oppose_the_copy_which_cancels_nothing(ready: Rooms):
    counter = hand_out(read(ready), opposed="1")

    assert "reste à délivrer : 30 comprimés" in counter.page
    assert dispensations(ready) == []
    assert [each.copied for each in kept(ready).executions] == [False]


def test_who_opposed_the_prescription_in_his_record_is_taken_to_oppose_the_delivery(rooms: Rooms):
    prescribed(rooms, in_record=False)

    assert re.search(r'name="opposed" value="1" checked', read(rooms).page)


def test_a_record_without_an_identity_takes_no_copy_and_nothing_is_written_down(rooms: Rooms):
    prescribed(rooms, in_record=False)
    rooms.change(lambda record: replace(record, traits=None))

    counter = hand_out(read(rooms))
    assert counter.status == 422
    assert not kept(rooms).executions
    assert "C’est noté." in hand_out(counter, opposed="1").page


@pytest.mark.parametrize("hidden", [Visibility(masked=True), Visibility(hidden_from_guardians=True)])
def test_the_copy_of_what_is_hidden_is_hidden_alike(ready: Rooms, hidden: Visibility):
    (entry,) = [each.entry for each in perform(ready, Holder(PERSON), OpenChart(PERSON)).sheets]
    ready.change(lambda record: replace(record, visibility={entry.chain: hidden}))

    hand_out(read(ready))
    ((copied, _),) = dispensations(ready)
    assert copied.visibility == hidden
    assert bool(dispensations(ready, DOCTOR)) is not hidden.masked


def test_a_minor_who_prescribed_in_secret_is_kept_from_the_parents(rooms: Rooms):
    rooms.change(lambda record: replace(record, traits=CHILD_TRAITS))
    prescribed(rooms, secret=True)

    counter = read(rooms)
    assert "n’en parlez pas à ses parents" in counter.page
    hand_out(counter)
    ((copied, _),) = dispensations(rooms)
    assert copied.visibility.hidden_from_guardians


# -- narcotics (RX-5)


def test_a_narcotic_that_is_fetched_late_loses_days_and_the_page_says_so(rooms: Rooms):
    prescribed(rooms, an_item(**MORPHINE))
    age(rooms, 7)

    counter = read(rooms)
    assert "les jours passés sont perdus (14 comprimés)" in counter.page
    assert 'name="quantity-1" value="42"' in counter.page
    hand_out(counter, "43")
    assert "les jours passés sont perdus" in error_at(counter, "quantity-1")
    assert "C’est noté." in hand_out(counter, "42").page


def test_nothing_is_left_of_a_narcotic_whose_days_are_over(rooms: Rooms):
    prescribed(rooms, an_item(**MORPHINE))
    age(rooms, 31)

    counter = read(rooms)
    assert "plus rien ne peut être délivré. Il faut une nouvelle ordonnance." in counter.page
    assert f'action="{DELIVER}"' not in counter.page


# -- written down later


def ago(days: int) -> str:
    return day(datetime.now(UTC).astimezone(PARIS) - timedelta(days=days))


def expired_since_yesterday(rooms: Rooms) -> None:
    """Written so that the first delivery was possible until yesterday, the last day included (DEC-94)."""
    today = datetime.now(UTC).astimezone(PARIS).date()
    ages = [age for age in range(85, 100) if months_after(today - timedelta(days=age), 3) == today - timedelta(days=1)]
    if not ages:
        pytest.skip("no day lies three months before yesterday, which is a 29th, 30th or 31st")
    age(rooms, ages[0])


def test_a_delivery_of_the_last_day_is_written_the_day_after_and_both_days_are_kept(ready: Rooms):
    expired_since_yesterday(ready)

    counter = read(ready)
    assert "Périmée" in counter.page
    assert "Ne délivrez plus rien aujourd’hui." in counter.page
    assert 'name="day" value=""' in counter.page, "the day has to be told"
    hand_out(counter, day=ago(0))
    assert "Ce jour-là, le délai pour délivrer était passé." in error_at(counter, "day")
    assert not kept(ready).executions

    hand_out(counter, day=ago(1))
    assert "C’est noté." in counter.page
    assert f"noté le {ago(0)}" in counter.page
    (done,) = kept(ready).executions
    assert (day(done.day), day(done.at.astimezone(PARIS))) == (ago(1), ago(0))
    ((entry, fact),) = dispensations(ready)
    assert day(date.fromisoformat(fact.start)) == ago(1)
    assert entry.creation_time[:8] == f"{datetime.now(UTC):%Y%m%d}"


def test_a_narcotic_of_its_last_day_is_written_the_day_after(rooms: Rooms):
    prescribed(rooms, an_item(**MORPHINE))
    age(rooms, 28)

    counter = read(rooms)
    assert "Ne délivrez plus rien aujourd’hui." in counter.page
    hand_out(counter, "2", day=ago(0))
    assert "les jours passés sont perdus" in error_at(counter, "quantity-1")
    hand_out(counter, "3", day=ago(1))
    assert "les jours passés sont perdus" in error_at(counter, "quantity-1")
    assert "C’est noté." in hand_out(counter, "2", day=ago(1)).page


def test_what_is_written_on_its_day_says_no_second_day(ready: Rooms):
    counter = hand_out(read(ready))

    assert "C’est noté." in counter.page
    assert "noté le" not in counter.page


def test_with_the_record_open_what_was_delivered_yesterday_is_written_too(ready: Rooms):
    expired_since_yesterday(ready)

    here = hand_out(ready.in_record(ODILE).get(HERE), day=ago(1))
    assert "C’est noté." in here.follow().page
    assert kept(ready).delivered("1") == Decimal(30)


def test_the_form_tells_the_days_that_may_be_told(ready: Rooms):
    assert f"Le {ago(0)} seulement." in read(ready).page
    age(ready, 20)
    counter = read(ready)
    assert f"Aujourd’hui, ou un jour d’avant, dès le {ago(3)}." in html.unescape(counter.page)
    assert f'name="day" value="{ago(0)}"' in counter.page


def test_a_narcotic_is_not_delivered_twice_for_the_same_days_by_one_pharmacy(rooms: Rooms):
    prescribed(rooms, an_item(**MORPHINE), in_record=False)
    perform(rooms, COLLEAGUE, Prescribe(PERSON, a_prescription(an_item(**MORPHINE), number=a_number(98))))
    hand_out(read(rooms), "56")

    counter = hand_out(read(rooms, number=a_number(98)), "56")
    assert "demandez au prescripteur une ordonnance qui dit que le chevauchement est voulu" in error_at(
        counter, "deed-1"
    )
    elsewhere = hand_out(read(rooms, OSCAR, a_number(98)), "56")
    assert "C’est noté." in elsewhere.page, "what another pharmacy delivered is not told (RX-8)"


# -- with the patient there, without a number (RX-2)


def test_a_pharmacist_with_the_record_open_delivers_without_the_number(ready: Rooms):
    here = ready.in_record(ODILE).get(HERE)
    assert "Ramipril 5 mg" in here.page
    assert NUMBER not in here.page

    hand_out(here, lot="L1", day=day(datetime.now(UTC)))
    page = here.follow().page
    assert "C’est noté." in page
    assert "reste à délivrer : 30 comprimés" in page
    assert len(dispensations(ready)) == 1


def test_what_is_refused_there_is_said_there(ready: Rooms):
    here = hand_out(ready.in_record(ODILE).get(HERE), "61")

    assert here.status == 422
    assert "C’est plus que ce qui reste" in error_at(here, "quantity-1")
    assert "Ramipril 5 mg" in here.page


def test_what_another_pharmacy_delivered_meanwhile_is_said_there(ready: Rooms):
    here = ready.in_record(ODILE).get(HERE)
    perform(ready, OSCAR, Dispense(ByNumber(NUMBER), (Handed("1", Deed.DELIVERED, Decimal(60)),)))

    hand_out(here)
    assert here.status == 422
    assert "Tout a été délivré entre-temps" in here.page


def hidden_by(rooms: Rooms, **visibility: bool) -> None:
    (entry,) = [each.entry for each in perform(rooms, Holder(PERSON), OpenChart(PERSON)).sheets]
    rooms.change(lambda record: replace(record, visibility={entry.chain: Visibility(**visibility)}))


@pytest.mark.parametrize("how", ["masked", "hidden_from_guardians", "opposed", "secret", "over"])
def test_of_what_may_not_be_known_the_page_there_is_as_without_it(rooms: Rooms, how: str):
    if how == "secret":
        rooms.change(lambda record: replace(record, traits=CHILD_TRAITS))

    def page() -> str:
        return re.sub(r'name="(token|once)" value="[^"]*"', "", main_of(rooms.in_record(ODILE).get(HERE)))

    without = page()
    made = prescribed(rooms, in_record=how != "opposed", secret=how == "secret")
    if how in ("masked", "hidden_from_guardians"):
        hidden_by(rooms, **{how: True})
    if how == "over":
        age(rooms, 120)
    assert page() == without

    browser = rooms.in_record(ODILE)
    token = browser.get("/professional/ordonnances").page.partition('name="token" value="')[2].partition('"')[0]
    form = {"token": token, "deed-1": "delivered", "quantity-1": "1"}
    if how != "over":
        told = []
        for name in ("unknown", made.id):
            browser.post(DELIVER_HERE, {**form, "prescription": name})
            told.append((browser.status, re.sub(r'value="[^"]*"', "", main_of(browser))))
        assert told[0] == told[1]
        assert "Demandez son numéro au patient." in told[0][1]
    assert not kept(rooms).executions


def test_the_comparison_can_fail(rooms: Rooms):
    without = main_of(rooms.in_record(ODILE).get(HERE))
    prescribed(rooms)

    assert "Aucune ordonnance à délivrer" in without
    assert "Aucune ordonnance à délivrer" not in rooms.in_record(ODILE).get(HERE).page


def test_what_is_hidden_is_delivered_by_its_number_all_the_same(ready: Rooms):
    hidden_by(ready, masked=True)

    assert "C’est noté." in hand_out(read(ready)).page


def test_a_nurse_with_the_record_open_delivers_nothing(ready: Rooms):
    nurse = ready.in_record(NURSE).get(HERE)
    assert "Ramipril" not in nurse.page

    token = nurse.get("/professional").page.partition('name="token" value="')[2].partition('"')[0]
    form = {"token": token, "prescription": kept(ready).id, "deed-1": "delivered", "quantity-1": "1"}
    assert nurse.post(DELIVER_HERE, form).status == 403
    assert not kept(ready).executions


def test_without_a_record_open_one_is_sent_to_open_it(ready: Rooms):
    stranger = ready.of(ODILE).get(HERE)
    assert stranger.status == 303
    token = stranger.get(COUNTER).page.partition('name="token" value="')[2].partition('"')[0]
    assert stranger.post(DELIVER_HERE, {"token": token, "prescription": "x"}).status == 303


# -- two pharmacies at once (RX-4)


def test_of_two_pharmacies_at_once_one_delivers_and_the_other_is_told_what_is_left(rooms: Rooms):
    prescribed(rooms, an_item(quantity=Decimal(30)))
    browsers = [read(rooms, ODILE), read(rooms, OSCAR)]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda browser: hand_out(browser, "20"), browsers))

    (loser,) = [browser for browser in browsers if browser.status == 422]
    (winner,) = [browser for browser in browsers if browser.status == 200]
    assert "C’est noté." in winner.page
    assert "une autre pharmacie a peut-être délivré entre-temps" in error_at(loser, "quantity-1")
    assert "reste à délivrer : 10 comprimés" in loser.page
    assert kept(rooms).delivered("1") == Decimal(20)
    assert len(dispensations(rooms)) == 1
