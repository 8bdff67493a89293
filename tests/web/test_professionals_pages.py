"""«Mes professionnels» in a browser: each decision is explained, then done, or refused where it was asked."""

from datetime import date, timedelta

import pytest

from browser_builders import Browser
from dmp.actions.search_directory import MOST_SEARCHES, SearchDirectory
from dmp.record.actor import Holder, Operator, Representative
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Attending, Authorisation, Care
from dmp.web.days import day
from own_pages_builders import (
    CABINET,
    CHILD_TRAITS,
    DAY,
    DOCTOR,
    GUARDIAN,
    HOSPITAL,
    MERE,
    NOW,
    NURSE,
    OF_INSURER,
    PAUL,
    SON,
    TEAM,
    Around,
    content,
)
from store_builders import PERSON

LISTS, SEARCH, CONFIRM, DECIDE = (
    "/patient/professionnels",
    "/patient/professionnels/chercher",
    "/patient/professionnels/confirmer",
    "/patient/professionnels/decider",
)
GIVEN = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, PERSON.number, by_holder=True)


def found(browser: Browser, **typed: str) -> Browser:
    return browser.get(SEARCH).submit(SEARCH, **typed)


def decided(browser: Browser, decision: str, subject: str, **typed: str) -> Browser:
    """Explained, then done; from a page with a form that leads there."""
    token = browser.get(SEARCH).page.partition('name="token" value="')[2].partition('"')[0]
    browser.post(CONFIRM, {"token": token, "decision": decision, "subject": subject})
    assert browser.status == 200
    return browser.submit(DECIDE, **typed)


# -- the lists


def test_the_lists_tell_who_may_read_until_when_and_who_may_not(around: Around):
    around.open(
        authorisations=(GIVEN,),
        blocked=frozenset({NURSE.id}),
        care=(Care(TEAM, NOW - DAY, NOW + DAY, date(2026, 1, 2), "x"),),
    )
    page = around.browser().get(LISTS).page
    assert f"Peut lire jusqu’au {day(NOW + 300 * DAY)}." in page
    assert "Autorisé par vous depuis le" in page
    assert "Médecin" in page
    assert CABINET.name in page
    assert "Cardiologie — Hôpital Test" in page
    assert "Vous en avez été informé le 02/01/2026." in page
    blocked = page.partition("<h2>Bloqués</h2>")[2]
    assert "Hélène BAREL-TEST" in blocked
    assert "ARNOUX" not in blocked
    assert around.verbs() == [("TD1.6", "done")]


def test_what_has_lapsed_or_is_blocked_is_not_among_those_who_may_read(around: Around):
    lapsed = Authorisation(NURSE.id, NOW - 400 * DAY, NOW - DAY, NURSE.id)
    around.open(authorisations=(GIVEN, lapsed), blocked=frozenset({DOCTOR.id}))
    page = around.browser().get(LISTS).page
    assert "Personne n’est autorisé par son nom." in page
    assert "BAREL" not in page
    assert "ARNOUX" in page.partition("<h2>Bloqués</h2>")[2]


def test_who_left_the_directory_is_told_by_his_number(around: Around):
    around.open(blocked=frozenset({"899900009999"}))
    page = around.browser().get(LISTS).page
    assert "899900009999" in page
    assert "N’est plus dans l’annuaire." in page


# -- the search


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "arnoux"},
        {"name": "Arnoux Claire", "place": "nantes"},
        {"name": "arnoux-test", "profession": "10"},
        {"number": "99900000101"},
        {"number": "8 9990 0000 101"},
    ],
)
def test_a_doctor_is_found_before_any_contact_and_no_record_keeps_a_trace(around: Around, typed):
    around.open()
    anne = found(around.browser(), **typed)
    assert "Claire ARNOUX-TEST" in anne.page
    assert "BAREL" not in anne.page
    assert around.verbs() == []


@pytest.mark.parametrize("typed", ["helene", "Hélène", "BAREL"])
def test_accents_and_capitals_do_not_matter(around: Around, typed):
    around.open()
    assert "Hélène BAREL-TEST" in found(around.browser(), name=typed).page


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "arnoux", "place": "Brest"},
        {"name": "arnoux", "profession": "60"},
        {"name": "dupont"},
        {"number": "12345"},
        {"name": "%%%%"},
    ],
)
def test_who_does_not_answer_is_not_found(around: Around, typed):
    around.open()
    anne = found(around.browser(), **typed)
    assert "ARNOUX" not in anne.page


def test_a_structure_is_found_too(around: Around):
    around.open()
    page = found(around.browser(), name="hopital").page
    assert HOSPITAL.name in page
    assert f'value="{HOSPITAL.id}"' in page


def test_two_letters_find_nobody_and_what_was_typed_is_kept(around: Around):
    around.open()
    anne = found(around.browser(), name="ar", place="Nantes")
    assert (anne.status, "Écrivez au moins trois lettres du nom." in anne.page) == (422, True)
    assert 'value="Nantes"' in anne.page


def test_searches_are_counted_for_each_person_and_begin_anew_after_an_hour(around: Around):
    around.open()
    for _ in range(MOST_SEARCHES):
        around.act(Holder(PERSON), SearchDirectory(name="arnoux"))
    with pytest.raises(IncompleteRequest, match="réessayez dans une heure"):
        around.act(Holder(PERSON), SearchDirectory(name="arnoux"))
    assert around.act(Operator("desk"), SearchDirectory(name="arnoux")).found
    assert around.act(Holder(PERSON), SearchDirectory(name="arnoux"), NOW + timedelta(hours=2)).found


def test_the_desk_the_doctor_and_the_delegate_search_and_a_structure_by_software_does_not(around: Around):
    around.open()
    for actor in (Operator("desk"), DOCTOR, Representative(SON.number, "Paul")):
        assert around.act(actor, SearchDirectory(number=NURSE.id)).found[0].name == NURSE.name
    with pytest.raises(AccessRefused):
        around.act(OF_INSURER, SearchDirectory(name="arnoux"))


# -- decisions


def test_authorising_is_explained_then_done_until_a_day(around: Around):
    around.open()
    last = NOW + 30 * DAY
    anne = found(around.browser(), name="arnoux").submit(CONFIRM, subject=DOCTOR.id, decision="autoriser")
    assert "Claire ARNOUX-TEST pourra lire ce dossier" in anne.page
    assert around.record.authorisations == ()
    anne.submit(DECIDE, until=day(last)).follow()
    assert "C’est fait : l’autorisation est donnée." in anne.page
    assert f"Peut lire jusqu’au {day(last)}." in anne.page
    (given,) = around.record.authorisations
    assert (given.subject, given.by_holder) == (DOCTOR.id, True)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("32/01/2027", "Cette date n’existe pas"),
        ("01/01/2020", "La date de fin est déjà passée"),
        ("01/01/2099", "Une autorisation dure 365 jours au plus"),
        ("31/12/9999", "Cette date n’existe pas"),
    ],
)
def test_a_day_that_cannot_be_is_told_beside_its_field_and_kept(around: Around, day, told):
    around.open()
    anne = decided(around.browser(), "autoriser", DOCTOR.id, until=day)
    assert (anne.status, told in anne.page, 'id="until-error"' in anne.page) == (422, True, True)
    assert f'value="{day}"' in anne.page
    assert "Claire ARNOUX-TEST" in anne.page
    assert around.record.authorisations == ()


def test_who_works_for_an_insurer_is_never_let_in(around: Around):
    around.open()
    anne = decided(around.browser(), "autoriser", OF_INSURER.id)
    assert anne.status == 403
    assert "ne rien changer" in anne.page
    assert around.record.authorisations == ()


def test_taking_back_an_authorisation_ends_it_now(around: Around):
    around.open(authorisations=(GIVEN,))
    anne = around.browser().get(LISTS).submit(CONFIRM, decision="retirer", subject=DOCTOR.id)
    assert "Claire ARNOUX-TEST ne pourra plus lire ce dossier" in anne.page
    anne.submit(DECIDE).follow()
    assert "Personne n’est autorisé par son nom." in anne.page


def test_a_block_shuts_out_and_its_lifting_gives_back(around: Around):
    around.open(authorisations=(GIVEN,))
    anne = decided(around.browser(), "bloquer", DOCTOR.id).follow()
    assert "C’est fait : l’accès est bloqué." in anne.page
    assert around.record.blocked == {DOCTOR.id}
    refused = decided(anne, "autoriser", DOCTOR.id)
    assert refused.status == 403
    decided(anne, "debloquer", DOCTOR.id).follow()
    assert "Peut lire jusqu’au" in anne.page
    assert around.record.blocked == frozenset()


@pytest.mark.parametrize("subject", [PERSON.number, "personne", "899900009999"])
def test_nobody_blocks_himself_nor_nonsense(around: Around, subject):
    around.open()
    anne = decided(around.browser(), "bloquer", subject)
    assert anne.status == 403
    assert around.record.blocked == frozenset()


def test_a_decision_that_is_none_or_about_nobody_leads_back(around: Around):
    around.open()
    anne = around.browser()
    token = anne.get(SEARCH).page.partition('name="token" value="')[2].partition('"')[0]
    for path in (CONFIRM, DECIDE):
        for told in ({"decision": "detruire", "subject": DOCTOR.id}, {"decision": "bloquer", "subject": " "}):
            anne.post(path, {"token": token, **told})
            assert anne.answer is not None
            assert (anne.status, anne.answer.headers["location"]) == (303, LISTS)
        assert anne.get(path).status == 303
    assert around.record.blocked == frozenset()


def test_what_is_typed_as_a_name_is_shown_as_text(around: Around):
    around.open()
    anne = decided(around.browser(), "bloquer", "<b>x</b>", called="<b>x</b>")
    assert "<b>x</b>" not in anne.page


def test_an_attending_doctor_is_confirmed_then_removed(around: Around):
    around.open(authorisations=(GIVEN,), attending=(Attending(DOCTOR.id, NOW),))
    anne = around.browser().get(LISTS)
    assert "<h2>À confirmer par vous</h2>" in anne.page
    anne.submit(CONFIRM, decision="medecin-traitant", subject=DOCTOR.id)
    assert "lira tous les documents, même ceux qui sont masqués" in anne.page
    anne.submit(DECIDE).follow()
    assert around.record.attending == (Attending(DOCTOR.id, around.record.attending[0].since, confirmed=True),)
    assert "<h2>À confirmer par vous</h2>" not in anne.page
    decided(anne, "plus-medecin-traitant", DOCTOR.id).follow()
    assert around.record.attending == ()
    assert "Peut lire jusqu’au" in anne.page, "the ordinary authorisation stays"


def test_who_never_called_himself_attending_doctor_cannot_be_confirmed(around: Around):
    around.open()
    anne = decided(around.browser(), "medecin-traitant", DOCTOR.id)
    assert (anne.status, around.record.attending) == (403, ())


def test_a_care_team_is_refused_and_accepted_again(around: Around):
    around.open(care=(Care(TEAM, NOW - DAY, NOW + DAY, date(2026, 1, 2), "x"),))
    anne = around.browser().get(LISTS).submit(CONFIRM, decision="refuser-equipe", subject=TEAM)
    assert "Cardiologie (Hôpital Test)" in anne.page
    anne.submit(DECIDE).follow()
    assert "Vous avez refusé cette équipe." in anne.page
    anne.submit(CONFIRM, decision="accepter-equipe", subject=TEAM).submit(DECIDE)
    assert [care.opposed for care in around.record.care] == [False]


# -- who acts for the holder


def test_a_mother_decides_and_reads_no_list_whatever_her_daughter_did(around: Around, other: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    secret = {"authorisations": (GIVEN,), "blocked": frozenset({NURSE.id}), "attending": (Attending(DOCTOR.id, NOW),)}
    other.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,), **secret)
    pages = [content(world.browser(MERE, PERSON).get(LISTS).page) for world in (around, other)]
    assert pages[0] == pages[1]
    assert "un mineur peut avoir demandé le secret" in pages[0]
    done = [
        content(decided(world.browser(MERE, PERSON), "autoriser", DOCTOR.id).follow().page) for world in (around, other)
    ]
    assert done[0] == done[1]
    assert around.record.authorisations[0].given_by == GUARDIAN.identifier.number


@pytest.mark.parametrize("scope", [DelegateScope.READ, DelegateScope.WRITE])
def test_a_delegate_who_may_not_manage_decides_nothing(around: Around, scope):
    around.open(delegates=(Delegate(SON, "Paul", scope, NOW - DAY, NOW + DAY),))
    paul = decided(around.browser(PAUL, PERSON), "bloquer", DOCTOR.id)
    assert (paul.status, around.record.blocked) == (403, frozenset())


def test_a_delegate_who_manages_blocks_and_makes_no_attending_doctor(around: Around):
    around.open(
        delegates=(Delegate(SON, "Paul", DelegateScope.MANAGE, NOW - DAY, NOW + DAY),),
        attending=(Attending(DOCTOR.id, NOW),),
    )
    paul = decided(around.browser(PAUL, PERSON), "bloquer", NURSE.id)
    assert (paul.status, around.record.blocked) == (303, {NURSE.id})
    assert decided(paul, "medecin-traitant", DOCTOR.id).status == 403
    assert "ARNOUX" not in paul.get(LISTS).page


def test_the_pages_are_in_english_too(around: Around):
    around.open(authorisations=(GIVEN,))
    anne = around.browser()
    anne.cookies["__Host-dmp-language"] = ("en", True)
    assert "May read my record" in anne.get(LISTS).page
    assert "no longer be able to read" in anne.submit(CONFIRM, decision="bloquer", subject=DOCTOR.id).page
