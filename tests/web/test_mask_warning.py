"""Before a document that tells of medicines is masked, who masks it is told what the checks lose by it (RX-8)."""

import pytest
from test_chart_two_worlds import LET_IN, professional

from browser_builders import Browser
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry
from dmp.record.facts import Allergy, Concept, Dispensation, Facts, Medication, PrescriptionLine, Source
from dmp.record.people import Delegate, DelegateScope
from dmp.record.visibility import Visibility
from dmp.web.entry_ids import bare
from hostile_builders import put_facts
from own_pages_builders import CHILD_TRAITS, DAY, DOCTOR, GUARDIAN, MERE, NOW, PAUL, SON, Around, put_in
from store_builders import PERSON

LOINC, CLASSES = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.1"
WARNING = "Ce document parle de médicaments."
TOLD = {
    "treatment": Facts(medications=(Medication(Source(), Concept(text="Ramipril")),)),
    "line": Facts(prescriptions=(PrescriptionLine(Source(), Concept(text="Ramipril")),)),
    "delivery": Facts(dispensations=(Dispensation(Source(), Concept(text="Ramipril")),)),
}
ALLERGY = Facts(allergies=(Allergy(Source(), Concept(text="Allergie")),))


def weigh(browser: Browser, entry: DocumentEntry, room: str = "/patient/documents", page: str = "masquer") -> str:
    found = browser.get(f"{room}/{bare(entry.uuid)}/{page}")
    assert found.status == 200, found.page
    return found.page


@pytest.mark.parametrize("name", TOLD)
def test_the_holder_is_told_before_he_masks_what_tells_of_medicines(around: Around, name: str):
    entry = put_in(1)
    put_facts(around, [(entry, TOLD[name])])

    before = len(around.verbs())
    page = weigh(around.browser(), entry)
    assert page.index(WARNING) < page.index('value="TD3.3a-mask"'), "before the button"
    assert "Dites-leur vous-même ce que vous prenez." in page
    assert len(around.verbs()) == before + 1, "by one act of his own"


@pytest.mark.parametrize("type_code", ["57833-6", "60593-1"])
def test_a_prescription_without_structure_is_told_of_too(around: Around, type_code: str):
    entry = put_in(1, type_code=Code(type_code, LOINC), class_code=Code("42", CLASSES))
    put_facts(around, [(entry, Facts())])

    assert WARNING in weigh(around.browser(), entry)


@pytest.mark.parametrize("facts", [Facts(), ALLERGY], ids=["nothing", "an allergy"])
def test_of_any_other_document_nothing_is_said(around: Around, facts: Facts):
    entry = put_in(1)
    put_facts(around, [(entry, facts), (put_in(2), TOLD["treatment"])])

    assert WARNING not in weigh(around.browser(), entry)


def test_once_it_is_masked_nothing_is_said_any_more(around: Around):
    entry = put_in(1)
    put_facts(around, [(entry, TOLD["treatment"])], visibility={entry.chain: Visibility(masked=True)})

    assert WARNING not in weigh(around.browser(), entry)


def test_a_parent_and_a_delegate_who_masks_are_told_and_one_who_only_reads_has_nothing_to_decide(around: Around):
    entry = put_in(1)
    put_facts(around, [(entry, TOLD["treatment"])])
    for scope, told in ((DelegateScope.MANAGE, True), (DelegateScope.READ, False)):
        around.change(delegates=(Delegate(SON, "Paul FICTIF", scope, NOW - DAY, NOW + 9 * DAY),))
        assert (WARNING in weigh(around.browser(PAUL, PERSON), entry)) is told
    around.change(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    assert WARNING in weigh(around.browser(MERE, PERSON), entry)


def test_a_professional_who_masks_for_his_patient_is_asked_to_tell_him(around: Around):
    entry = put_in(1, by=DOCTOR.id)
    put_facts(around, [(entry, TOLD["treatment"])], authorisations=LET_IN)

    page = weigh(professional(around, DOCTOR), entry, "/professional/dossier/documents", "changer")
    assert page.index(WARNING) < page.index('value="TD3.3a-mask"')
    assert "Dites-le au patient avant de masquer." in page


def test_a_document_that_is_hidden_from_who_asks_is_not_there(around: Around):
    entry = put_in(1)
    hidden = Visibility(hidden_from_guardians=True)
    put_facts(
        around,
        [(entry, TOLD["treatment"])],
        visibility={entry.chain: hidden},
        traits=CHILD_TRAITS,
        guardians=(GUARDIAN,),
    )

    parent = around.browser(MERE, PERSON)
    assert parent.get(f"/patient/documents/{bare(entry.uuid)}/masquer").status == 404
    assert WARNING not in parent.page
