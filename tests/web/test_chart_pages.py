"""The pages of the chart: what the documents say, to those who may read them (SV-3, SV-4, SV-7)."""

from dataclasses import replace

import pytest

from dmp.actions.open_chart import OpenChart
from dmp.actions.view_log import acts_on
from dmp.projecting import project
from dmp.record.actor import Holder, Mode
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.errors import AccessRefused
from dmp.record.facts import KINDS
from dmp.record.history import Ending
from dmp.record.record import Authorisation, Oppositions
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import medical_synthesis
from dmp.services import SERVICES
from dmp.services.chart import Chart
from dmp.store.rebuild import rebuild
from maker_builders import a_context, a_past_problem, a_problem, an_allergy
from own_pages_builders import DAY, DOCTOR, NOW, NURSE, Around, content, put_in
from store_builders import PERSON, deposited, uuid
from xds_builders import Octets

HEALTH = "/patient/sante"
GIVEN = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, DOCTOR.id)
SYNTHESIS = Code("SYNTH", "1.2.250.1.213.1.1.4.12", "Synthèse")
ALLERGIC = medical_synthesis(
    a_context(), problems=(a_problem(),), history=(a_past_problem(),), allergies=(an_allergy(),)
)
PLAIN = medical_synthesis(a_context(id="1.2.250.1.999.1.1.8"), problems=(a_problem(),))


def fill(around: Around, *documents: tuple[DocumentEntry, bytes], **changes) -> None:
    """A record with these documents, read as they are at a deposit."""
    around.open(authorisations=(GIVEN,), **changes)
    for number, (entry, octets) in enumerate(documents, start=1):
        deposited(around.store, entry, number=number, content=Octets(octets))
    rebuild(around.store, project)


def charts(around: Around) -> tuple[Chart, Chart]:
    """What the holder and her doctor have of it."""
    return around.act(Holder(PERSON), OpenChart(PERSON)), around.act(DOCTOR, OpenChart(PERSON))


def test_the_holder_reads_what_matters_with_its_sources(around: Around):
    fill(around, (put_in(1, type_code=SYNTHESIS, title="Synthèse du Dr Exemple"), ALLERGIC))

    page = content(around.browser().get(HEALTH).page)

    assert "amoxicilline" in page
    assert "Diabète sucré de type 2" in page
    assert f'href="/patient/documents/{uuid(1).removeprefix("urn:uuid:")}?de=essentiel">Synthèse du Dr Exemple' in page
    assert "elle n’est ni écrite ni signée par un médecin" in page


def test_a_document_that_is_opened_from_a_page_of_health_leads_back_there(around: Around):
    fill(around, (put_in(1, type_code=SYNTHESIS), ALLERGIC))
    browser, read = around.browser(), f"/patient/documents/{uuid(1).removeprefix('urn:uuid:')}"

    assert f'<a href="{HEALTH}">Retour : L’essentiel</a>' in browser.get(f"{read}?de=essentiel").page
    assert f'<a href="{HEALTH}/resultats">Retour : Résultats</a>' in browser.get(f"{read}?de=resultats").page
    for odd in ("", "?de=", "?de=//ailleurs.example", "?de=choix"):
        assert "Retour :" not in browser.get(f"{read}{odd}").page


def test_the_last_discharge_letter_stands_first_among_the_letters(around: Around):
    left = Code("11490-0", "2.16.840.1.113883.6.1", "Lettre de liaison à la sortie")
    seen = Code("11488-4", "2.16.840.1.113883.6.1", "CR de consultation")
    fill(
        around,
        (put_in(1, type_code=left, title="Sortie ancienne", service_start="20250101"), PLAIN),
        (put_in(2, type_code=left, title="Sortie récente", service_start="20260101"), PLAIN),
        (put_in(3, type_code=seen, title="Consultation", service_start="20260301"), PLAIN),
    )

    page = content(around.browser().get(HEALTH).page)

    letters = page[page.index("Derniers courriers") :]
    assert letters.index("Sortie récente") < letters.index("Consultation") < letters.index("Sortie ancienne")


def test_what_is_over_is_history_and_not_a_current_problem(around: Around):
    fill(around, (put_in(1), ALLERGIC))

    current, _, history = content(around.browser().get(HEALTH).page).partition('id="block-history"')

    assert "Appendicite" in history
    assert "Appendicite" not in current


def test_silence_is_told_as_silence_and_not_as_none(around: Around):
    around.open()

    page = content(around.browser().get(HEALTH).page)

    assert page.count("Aucune information dans les documents que vous pouvez voir.") == 4
    assert "Aucun connu" not in page


@pytest.mark.parametrize("status", [EntryStatus.DEPRECATED, EntryStatus.ARCHIVED, EntryStatus.DELETED])
def test_what_is_no_longer_in_force_says_nothing(around: Around, status: EntryStatus):
    fill(around, (put_in(1, status=status), ALLERGIC))

    assert all(chart.sheets == () for chart in charts(around))


def test_a_masked_document_says_nothing_to_professionals_and_all_to_the_holder(around: Around):
    masked = put_in(1, by=NURSE.id, authors=())
    fill(around, (masked, ALLERGIC), (put_in(2), PLAIN), visibility={masked.chain: Visibility(masked=True)})

    his, doctors = charts(around)

    assert [sheet.uuid for sheet in doctors.sheets] == [uuid(2)]
    assert len(his.sheets) == 2
    assert his.complete
    assert not doctors.complete


def test_what_waits_to_be_announced_says_nothing_to_the_holder(around: Around):
    waiting = put_in(1, NOW - 2 * DAY)
    hidden = Visibility(hidden_from_patient_since=NOW - 2 * DAY)
    fill(around, (waiting, ALLERGIC), visibility={waiting.chain: hidden})

    his, doctors = charts(around)

    assert his.sheets == ()
    assert doctors.sheets[0].facts.allergies


def test_the_page_of_the_holder_is_the_same_to_the_octet_with_and_without_what_is_hidden_from_him(
    around: Around, other: Around
):
    waiting = put_in(1, NOW - 2 * DAY)
    hidden = Visibility(hidden_from_patient_since=NOW - 2 * DAY)
    fill(around, (put_in(2), PLAIN), (waiting, ALLERGIC), visibility={waiting.chain: hidden})
    fill(other, (put_in(2), PLAIN))

    for service in SERVICES:
        path = f"{HEALTH}/{service.slug}" if service.slug else HEALTH
        assert content(around.browser().get(path).page) == content(other.browser().get(path).page)


def test_a_chart_leaves_one_trace_that_names_no_document(around: Around):
    fill(around, (put_in(1), ALLERGIC))
    before = len(around.verbs())

    around.browser().get(HEALTH)

    assert around.verbs()[before:] == [("TD3.1", "done")]


def test_a_professional_without_a_right_to_read_gets_no_chart(around: Around):
    around.open(put_in(1))

    with pytest.raises(AccessRefused):
        around.act(DOCTOR, OpenChart(PERSON))


def test_a_service_opens_the_kinds_that_it_reads_and_no_others(around: Around):
    fill(around, (put_in(1), ALLERGIC))

    chart = around.act(Holder(PERSON), OpenChart(PERSON, ("allergies",)))

    assert chart.sheets[0].facts.allergies
    assert not chart.sheets[0].facts.problems


def test_every_kind_that_a_service_reads_is_a_kind_of_facts():
    assert {kind for service in SERVICES for kind in service.reads} <= set(KINDS)


def test_a_chart_that_is_opened_in_an_emergency_is_traced_as_one_and_the_holder_sees_it(around: Around):
    fill(around, (put_in(1), ALLERGIC))
    stranger = replace(DOCTOR, id="899900000909")

    with pytest.raises(AccessRefused):
        around.act(stranger, OpenChart(PERSON))
    chart = around.act(stranger, OpenChart(PERSON), mode=Mode.BREAK_GLASS, reason="Malaise sur la voie publique")

    assert chart.sheets[0].facts.allergies
    with around.store.begin() as tx:
        acts = acts_on(tx, tx.records.get("rec-1"))
    assert [(act.verb, act.mode) for act in acts if act.ending is Ending.DONE] == [("TD3.1", Mode.BREAK_GLASS.value)]
    assert "Accès en urgence" in around.browser().get("/patient").page


@pytest.mark.parametrize("refused", ["emergency", "blocked", "hidden"])
def test_who_is_shut_out_gets_no_chart_or_an_empty_one(around: Around, refused: str):
    changes = {
        "emergency": {"oppositions": Oppositions(break_glass=True)},
        "blocked": {"blocked": frozenset({DOCTOR.id})},
        "hidden": {"hide_everything": True},
    }[refused]
    fill(around, (put_in(1, by=NURSE.id, authors=()), ALLERGIC), **changes)
    mode = Mode.BREAK_GLASS if refused == "emergency" else Mode.NORMAL
    who = replace(DOCTOR, id="899900000909") if refused == "emergency" else DOCTOR
    try:
        chart = around.act(who, OpenChart(PERSON), mode=mode, reason="Urgence")
    except AccessRefused:
        return
    assert (refused, chart.sheets) == ("hidden", ())
