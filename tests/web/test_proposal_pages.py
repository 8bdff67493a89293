"""«Proposer une synthèse», and what a chart gives to keep: patient summary and vaccination history (VSM-1 to VSM-5)."""

import re
from datetime import timedelta

import pytest

from browser_builders import Browser
from deposit_builders import COLLEAGUE, DOCTOR, NOW, NURSE, Doors, header_of, led_to, portal_settings, with_people
from dmp.actions.deposit_file import DepositFile
from dmp.documents.extraction import facts_of
from dmp.portal import build_pages
from dmp.projecting import project
from dmp.record.actor import Holder, Professional
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.errors import AccessRefused
from dmp.record.facts import Stated
from dmp.record.record import Attending
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import medical_synthesis, plain_text, vaccination_history
from dmp.services.synthesis.proposal import SYNTHESIS
from dmp.sign_in.sign_in import Proof, Proven
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from dmp.web.chart.proposal_pages import PROPOSE
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import CdaHeader
from maker_builders import a_context, a_dose, a_past_problem, a_problem, a_treatment, an_allergy
from store_builders import an_entry, deposited
from xds_builders import Octets

HOSTILE = "<script>alert(1)</script> ]]> &amp; \u202e \x07 'quoted\""
TOLD = medical_synthesis(
    a_context(),
    problems=(a_problem(),),
    history=(a_past_problem(),),
    allergies=(an_allergy(),),
    treatments=(a_treatment(),),
)


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Doors:
    return Doors(loop, with_people(sqlite_store, DOCTOR, COLLEAGUE, NURSE))


def fill(doors: Doors, *documents: bytes, masked: bool = False) -> None:
    """Put documents of a stranger in the record, read as at a deposit."""
    for number, octets in enumerate(documents, start=1):
        entry = an_entry(number, authors=())
        if masked:
            doors.change(visibility={entry.chain: Visibility(masked=True)})
        deposited(doors.store, entry, number=number, content=Octets(octets))
    rebuild(doors.store, project)


def boxes(page: str, words: str = "") -> list[str]:
    """The boxes of the lines that say these words, in their order."""
    found = re.findall(r'name="(line-[0-9a-f]{20})".*?<label[^>]*>(.*?)</label>', page, re.DOTALL)
    return [name for name, label in found if words in label]


def shown_with(page: str) -> dict[str, str]:
    """The hidden fields of the form."""
    return dict(re.findall(r'<input type="hidden" name="(nonce|former)" value="([^"]*)">', page))


def propose(doors: Doors, who: Professional = DOCTOR, *words: str, step: str = "sign", **fields: str) -> Browser:
    """Open the page, tick the lines of these words, and send it."""
    browser = doors.professional(who).get(PROPOSE)
    page = browser.page
    ticked = {name: "1" for said in words for name in boxes(page, said)}
    chosen = {**shown_with(page), **ticked, **fields}
    browser.submit(PROPOSE, **chosen, step="preview")
    if step == "preview" or browser.status != 200:
        return browser
    return browser.submit(PROPOSE, **{**chosen, **seen_in(browser.page)}, step=step)


def seen_in(page: str) -> dict[str, str]:
    """What the preview showed, in short."""
    return dict(re.findall(r'<input type="hidden" name="(seen)" value="([^"]*)">', page))


def summaries(doors: Doors, who: Professional | Holder = DOCTOR) -> list[DocumentEntry]:
    return [entry for entry in doors.seen_by(who) if entry.type_code.code == SYNTHESIS]


def put_in(doors: Doors, uuid: str, who: Professional = DOCTOR) -> tuple[DocumentEntry, bytes, CdaHeader]:
    """What a deposit led to."""
    (entry,) = [entry for entry in doors.seen_by(who) if entry.uuid == f"urn:uuid:{uuid}"]
    octets = doors.read_by(who, entry)
    return entry, octets, header_of(octets)


# -- the proposal


def test_nothing_is_ticked_by_itself(doors: Doors):
    fill(doors, TOLD)

    page = doors.professional().get(PROPOSE).page

    assert len(boxes(page)) == 4
    assert " checked" not in page
    assert "Rien n’est coché à votre place" in page
    assert "Signer et déposer" not in page, "one signs what one has read"


def test_every_line_leads_to_its_document(doors: Doors):
    fill(doors, TOLD)

    page = doors.professional().get(PROPOSE).page

    assert page.count('href="/professional/dossier/documents/') == len(boxes(page))


def test_a_preview_deposits_nothing(doors: Doors):
    fill(doors, TOLD)

    browser = propose(doors, DOCTOR, "Diabète", step="preview", remarks="Vit seule.")

    assert browser.status == 200
    preview = browser.page.partition('id="preview"')[2].partition("</section>\n<p>")[0]
    assert "Diabète sucré de type 2" in preview
    assert "Vit seule." in preview
    assert "amoxicilline" not in preview.partition("<form")[0]
    assert "Signer et déposer" in browser.page
    assert summaries(doors) == []


def test_what_changed_since_the_preview_is_shown_again_before_it_is_signed(doors: Doors):
    fill(doors, TOLD)
    previewed = propose(doors, DOCTOR, "Diabète", step="preview").page
    (allergy,) = boxes(previewed, "amoxicilline")

    sent = doors.professional().get(PROPOSE)
    sent.submit(PROPOSE, **shown_with(previewed), **seen_in(previewed), step="sign", **{allergy: "1"})

    assert sent.status == 200
    assert "a changé depuis l’aperçu" in sent.page
    assert summaries(doors) == []


def test_a_signed_summary_says_what_was_ticked_and_nothing_else(doors: Doors):
    fill(doors, TOLD)

    uuid = led_to(propose(doors, DOCTOR, "Diabète", "amoxicilline", remarks="Pied à surveiller."))

    entry, octets, header = put_in(doors, uuid)
    facts = facts_of(octets)
    assert [fact.concept.code for fact in facts.problems] == ["E11.9"]
    assert [fact.agent.code for fact in facts.allergies] == ["J01CA04"]
    assert facts.medications == ()
    assert "Pied à surveiller." in octets.decode()
    assert (entry.type_code.code, entry.class_code.code) == ("SYNTH", "11")
    assert entry.format_code.code == "urn:asip:ci-sis:vsm:2012"
    assert header.legal_authenticator is not None
    assert header.legal_authenticator.ids[0].extension == DOCTOR.id
    assert (header.version, header.replaced) == ("1", None)


def test_words_of_the_doctor_stand_as_words_and_never_as_markup(doors: Doors):
    fields = ("problems", "history", "procedures", "allergies", "lifestyle", "family", "medications")
    typed = {f"words-{name}": f"{HOSTILE} {name}\r\nDeux" for name in fields}

    uuid = led_to(propose(doors, DOCTOR, remarks=HOSTILE, occupation=HOSTILE, **typed))

    _, octets, _ = put_in(doors, uuid)
    facts = facts_of(octets)
    assert [fact.concept.text for fact in facts.problems][1] == "Deux"
    assert facts.problems[0].concept.text.startswith("<script>alert(1)</script> ]]> &amp;")
    assert len(facts.problems) == 4
    assert [len(kind) for kind in (facts.procedures, facts.allergies, facts.lifestyle, facts.family)] == [2, 2, 2, 2]
    assert open_document(octets).findall(".//script") == []
    assert "<script>" not in doors.professional().get(PROPOSE).page


def test_none_known_is_stated_by_its_code(doors: Doors):
    uuid = led_to(propose(doors, DOCTOR, **{"none-allergies": "1", "none-medications": "1"}))

    facts = facts_of(put_in(doors, uuid)[1])

    assert [(fact.agent.code, fact.stated) for fact in facts.allergies] == [("no-known-allergies", Stated.ABSENT)]
    assert [(fact.concept.code, fact.stated) for fact in facts.medications] == [("no-known-medications", Stated.ABSENT)]


def test_none_known_beside_a_line_is_refused_and_what_was_typed_is_kept(doors: Doors):
    fill(doors, TOLD)

    browser = propose(doors, DOCTOR, "amoxicilline", **{"none-allergies": "1", "remarks": "Gardé."})

    assert browser.status == 422
    assert "choisissez" in browser.page
    assert "Gardé." in browser.page
    assert browser.page.count(" checked") == 2
    assert summaries(doors) == []


def test_an_empty_summary_is_refused(doors: Doors):
    browser = propose(doors, DOCTOR)

    assert browser.status == 422
    assert "au moins une ligne" in browser.page
    assert summaries(doors) == []


def test_a_line_that_is_no_longer_there_is_refused(doors: Doors):
    browser = propose(doors, DOCTOR, **{f"line-{'0' * 20}": "1"})

    assert browser.status == 422
    assert "Le dossier a changé" in browser.page


# -- versions


def test_a_new_summary_replaces_the_former_one_of_the_same_doctor(doors: Doors):
    first = led_to(propose(doors, DOCTOR, remarks="Un."))
    second = led_to(propose(doors, DOCTOR, remarks="Deux."))

    before, _, old = put_in(doors, first)
    after, _, new = put_in(doors, second)
    assert before.status is EntryStatus.DEPRECATED
    assert after.status is EntryStatus.APPROVED
    assert new.set_id == old.set_id, "one series for each doctor and patient"
    assert (old.version, new.version) == ("1", "2")
    assert new.replaced is not None
    assert new.replaced.ids[0].unique_id == before.unique_id


def test_the_summary_of_another_doctor_stays(doors: Doors):
    led_to(propose(doors, DOCTOR, remarks="Un."))
    led_to(propose(doors, COLLEAGUE, remarks="Deux."))

    found = summaries(doors)

    assert [entry.status for entry in found] == [EntryStatus.APPROVED] * 2
    series = {header_of(doors.read_by(DOCTOR, entry)).set_id for entry in found}
    assert len(series) == 2


def test_what_the_last_summary_told_is_proposed_again_and_marked(doors: Doors):
    fill(doors, TOLD)
    led_to(propose(doors, DOCTOR, "Diabète"))

    page = doors.professional().get(PROPOSE).page

    assert len(boxes(page, "Diabète")) == 1
    assert "Déjà dans la dernière synthèse" in page
    assert boxes(page, "amoxicilline") == [], "it was there, and the doctor left it out"
    assert "Votre synthèse précédente sera remplacée" in page


def test_a_form_that_is_older_than_the_current_summary_is_sent_back(doors: Doors):
    browser = doors.professional().get(PROPOSE)
    shown = shown_with(browser.page)
    led_to(propose(doors, DOCTOR, remarks="Un."))

    sent = browser.submit(PROPOSE, **{**shown, "remarks": "Deux.", "step": "preview"})

    assert sent.status == 422
    assert "a changé entre-temps" in sent.page
    assert len(summaries(doors)) == 1


# -- rights and masks


def test_who_has_no_right_to_the_type_signs_no_summary_and_reads_why(doors: Doors):
    def perform(caller, action):
        if isinstance(action, DepositFile):
            assert action.draft.submission.entries[0].type_code.code == SYNTHESIS, "the right is that of the type"
            raise AccessRefused("not this type", rule="outside-matrix")
        return doors.gate.perform(caller, action, NOW)

    doors.app = build_pages(doors.store, portal_settings(), perform=perform)
    browser = propose(doors, NURSE, remarks="Un.")

    assert browser.status == 403
    assert "Vous ne pouvez pas déposer de synthèse médicale" in browser.page
    assert "Un." in browser.page, "what was typed is kept"
    assert summaries(doors) == []


def test_no_summary_is_proposed_before_a_record_is_open(doors: Doors):
    outside = doors.with_secret(doors.secret_of(Proven(Proof.CERTIFICATE, professional=DOCTOR)))

    assert outside.get(PROPOSE).answer.headers["location"] == "/professional"
    assert outside.get("/professional/dossier/sante/ips").answer.headers["location"] == "/professional"


def test_a_patient_has_no_such_page(doors: Doors):
    assert doors.anne().get(PROPOSE).status in (303, 403, 404)


def test_what_is_masked_to_the_doctor_is_not_proposed(doors: Doors):
    fill(doors, TOLD, masked=True)

    assert boxes(doors.professional(COLLEAGUE).get(PROPOSE).page) == []


def test_what_comes_from_a_masked_document_that_he_may_read_says_that_writing_it_shows_it(doors: Doors):
    fill(doors, TOLD, masked=True)
    doors.change(attending=(Attending(DOCTOR.id, NOW - timedelta(days=9), confirmed=True),))

    page = doors.professional().get(PROPOSE).page
    assert page.count("Document masqué : l’écrire ici le montre") == len(boxes(page)) == 4

    preview = propose(doors, DOCTOR, "Diabète", step="preview").page
    assert "vous la montrez à tous ceux qui lisent la synthèse" in preview
    other = propose(doors, DOCTOR, remarks="Un.", step="preview").page
    assert "vous la montrez à tous ceux qui lisent la synthèse" not in other


PAPER = plain_text(a_context(), "Une lettre sans données.")


def test_documents_without_structure_are_named_beside_with_a_link_and_the_day_of_the_care(doors: Doors):
    fill(doors, TOLD, PAPER)

    page = doors.professional().get(PROPOSE).page

    beside = page[page.index('id="beside"') : page.index('id="propose"')]
    assert beside.count("<li>") == 1
    assert an_entry(2).uuid.removeprefix("urn:uuid:") in beside
    assert re.search(r"<li>\d\d/\d\d/\d{4} · <a href", beside)
    assert boxes(page), "what has structure is proposed as before"


def test_a_document_that_cannot_be_read_is_named_as_such(doors: Doors):
    fill(doors, TOLD, b"no document of any kind")

    page = doors.professional().get(PROPOSE).page

    unread = page[page.index('id="unread"') : page.index('id="propose"')]
    assert unread.count("<li>") == 1
    assert an_entry(2).uuid.removeprefix("urn:uuid:") in unread


@pytest.mark.parametrize("octets", [PAPER, b"no document of any kind"], ids=["paper", "damaged"])
def test_what_says_nothing_and_is_hidden_from_the_doctor_is_named_nowhere(doors: Doors, octets: bytes):
    fill(doors, octets, masked=True)

    page = doors.professional().get(PROPOSE).page

    assert not re.search(r'id="(beside|unread)"', page)


def test_a_long_list_beside_is_folded_and_whole(doors: Doors):
    fill(doors, *(PAPER,) * 9)

    page = doors.professional().get(PROPOSE).page

    beside = page[page.index('id="beside"') : page.index('id="propose"')]
    assert (beside.count("<li>"), "Voir la suite (3)" in beside) == (9, True)


def test_only_the_attending_doctor_is_told_that_he_is_late(doors: Doors):
    doors.change(attending=(Attending(DOCTOR.id, NOW - timedelta(days=9), confirmed=True),))

    assert "n’a pas encore de synthèse de vous" in doors.professional().get(PROPOSE).page
    assert "n’a pas encore de synthèse de vous" not in doors.professional(COLLEAGUE).get(PROPOSE).page
    uuid = led_to(propose(doors, DOCTOR, remarks="Un."))
    assert "n’a pas encore de synthèse de vous" not in doors.professional().get(PROPOSE).page
    assert b'functionCode code="PCP"' in put_in(doors, uuid)[1]


# -- what a chart gives to keep

SUMMARY, CARD = "/patient/sante/ips", "/patient/sante/carnet"


def test_the_holder_reads_and_keeps_a_patient_summary_that_nobody_signed(doors: Doors):
    fill(doors, TOLD)

    page = doors.anne().get(SUMMARY).page
    kept = doors.anne().get(f"{SUMMARY}/fichier")

    assert "Document calculé, non signé" in page
    assert "amoxicilline" in page
    assert kept.answer is not None
    octets = kept.answer.content
    header = header_of(octets)
    facts = facts_of(octets)
    assert header.code is not None
    assert header.code.code == "60591-5"
    assert "2.16.840.1.113883.10.22.1.1" in header.template_ids
    assert header.authors[0].is_device
    assert header.title == "Résumé patient (calculé, non signé)"
    assert [fact.concept.code for fact in facts.problems] == ["E11.9", "K35.8"]
    assert "Personne ne l'a relu ni signé" in octets.decode()


def test_a_professional_has_a_patient_summary_of_what_he_may_read(doors: Doors):
    fill(doors, TOLD, masked=True)

    his = doors.professional(COLLEAGUE).get("/professional/dossier/sante/ips").page
    hers = doors.anne().get(SUMMARY).page

    assert "amoxicilline" not in his
    assert "amoxicilline" in hers


def test_a_patient_summary_is_the_same_with_and_without_a_document_that_is_hidden(doors: Doors):
    before = doors.professional(COLLEAGUE).get("/professional/dossier/sante/ips").page
    fill(doors, TOLD, masked=True)
    after = doors.professional(COLLEAGUE).get("/professional/dossier/sante/ips").page

    assert _content(before) == _content(after)


def test_the_same_facts_give_the_same_file_all_day(doors: Doors):
    fill(doors, TOLD)

    first, second = (doors.anne().get(f"{SUMMARY}/fichier").answer for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.content == second.content


def _content(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_the_vaccines_of_a_record_are_kept_as_one_document(doors: Doors):
    fill(doors, vaccination_history(a_context(), (a_dose(), a_dose(rank=2))))

    page = doors.anne().get(CARD).page
    kept = doors.anne().get(f"{CARD}/fichier")

    assert "REVAXIS" in page
    assert kept.answer is not None
    facts = facts_of(kept.answer.content)
    assert [fact.rank for fact in facts.immunizations] == ["1", "2"]


def test_a_record_without_a_vaccine_has_no_file_of_them(doors: Doors):
    assert "Aucune vaccination" in doors.anne().get(CARD).page
    assert doors.anne().get(f"{CARD}/fichier").status == 404
