"""Who sees a document and why, in words: the same decision as at the door, asked for somebody who is not there."""

from dataclasses import replace
from itertools import product

import pytest

from dmp.access.decide import RULE_NAMES, decide
from dmp.access.explain import explain, kinds, supposed
from dmp.access.policy import load_policy
from dmp.access.question import Decision, Question
from dmp.access.sentences_explain import NOTHING_TO_DO, TO_BE_CHECKED, next_step, table
from dmp.record.actor import Facility, Mode, Professional, Representative
from dmp.record.entry import Author, EntryStatus
from dmp.record.record import Oppositions
from dmp.record.verb import Verb
from dmp.record.viewer import (
    BREAK_GLASS,
    DISPATCH,
    EMPLOYER,
    INSURER,
    OCCUPATIONAL,
    OTHER_KINDS,
    SECRETARY,
    SOFTWARE,
    STRANGER,
    Sight,
    Standing,
    of_profession,
    people_of,
    person,
)
from rights_builders import (
    CABINET,
    DOCTOR,
    DOCTOR_2,
    MOTHER,
    NOW,
    NURSE,
    POLICY,
    a_doctor,
    a_document,
    a_record,
    attended_by,
    given,
    xcn,
)

PHARMACIST = of_profession("21")


def explained(viewer, record=None, *entries, at=NOW, policy=POLICY):
    """Sight, rule and French sentence of the first document."""
    (first, *_) = explain(viewer, record or a_record(), entries or (a_document(),), at=at, policy=policy)
    return first.sight, first.rule, first.french


def test_a_profession_stands_for_somebody_whom_the_holder_authorised():
    assert explained(PHARMACIST) == (
        Sight.OPEN,
        "valid-authorisation",
        "Visible pour votre pharmacien, parce que vous avez donné votre autorisation, à la personne ou à sa structure.",
    )


def test_a_masked_document_is_hidden_from_a_profession():
    sight, rule, french = explained(PHARMACIST, a_record(), a_document(masked=True))
    assert (sight, rule) == (Sight.HIDDEN, "masked-to-professionals")
    assert french == "Caché à votre pharmacien, parce que ce document est masqué aux professionnels."


def test_who_was_not_authorised_sees_nothing():
    assert explained(STRANGER) == (
        Sight.HIDDEN,
        "no-authorisation",
        "Caché à un médecin que vous n'avez pas autorisé, parce que vous n'avez pas donné d'autorisation.",
    )


def test_emergencies_see_what_the_holder_did_not_oppose():
    masked = a_document(masked=True)
    assert explained(BREAK_GLASS)[:2] == (Sight.OPEN, "break-glass")
    assert explained(DISPATCH)[:2] == (Sight.OPEN, "emergency-dispatch")
    assert explained(BREAK_GLASS, a_record(), masked)[:2] == (Sight.HIDDEN, "masked-to-professionals")
    assert explained(BREAK_GLASS, a_record(emergency_reads_masked=True), masked)[0] is Sight.OPEN
    opposed = a_record(oppositions=Oppositions(break_glass=True, emergency_dispatch=True))
    assert explained(BREAK_GLASS, opposed)[:2] == (Sight.HIDDEN, "emergency-opposed")
    assert explained(DISPATCH, opposed)[:2] == (Sight.HIDDEN, "emergency-opposed")


def test_a_service_without_regulation_centre_lets_none_in():
    assert explained(DISPATCH, policy=load_policy())[:2] == (Sight.HIDDEN, "not-a-regulation-centre")


def test_an_occupational_doctor_knows_of_documents_that_he_may_not_open():
    sight, rule, french = explained(OCCUPATIONAL)
    assert (sight, rule) == (Sight.LISTED, "outside-matrix")
    assert french == (
        "Un médecin du travail que vous avez autorisé sait que ce document existe mais ne peut pas l'ouvrir, "
        "parce que la matrice d'habilitation ne l'autorise pas."
    )


def test_staff_software_employers_and_insurers_see_nothing():
    rules = {viewer.standing: explained(viewer)[:2] for viewer in (SECRETARY, SOFTWARE, EMPLOYER, INSURER)}
    assert rules == {
        Standing.SECRETARY: (Sight.HIDDEN, "outside-matrix"),
        Standing.SOFTWARE: (Sight.HIDDEN, "outside-matrix"),
        Standing.EMPLOYER: (Sight.HIDDEN, "sector-shut-out"),
        Standing.INSURER: (Sight.HIDDEN, "sector-shut-out"),
    }


def test_an_author_whose_authorisation_is_over_still_knows_of_his_document():
    record = a_record(authorisations=(given(DOCTOR, days=-1),))
    sight, rule, french = explained(person(a_doctor()), record, a_document(DOCTOR))
    assert (sight, rule) == (Sight.OWN, "authorisation-expired")
    assert french.startswith("PERSON Test sait que ce document existe, puisqu'il en est l'auteur,")


def test_what_the_record_says_of_somebody_counts():
    masked = a_document(masked=True)
    confirmed = a_record(attending=attended_by(DOCTOR))
    assert explained(person(a_doctor()), confirmed, masked)[:2] == (Sight.OPEN, "attending-doctor")
    declared = a_record(attending=attended_by(DOCTOR, confirmed=False))
    assert explained(person(a_doctor()), declared, masked)[:2] == (Sight.HIDDEN, "masked-to-professionals")
    blocked = a_record(blocked=frozenset({CABINET}))
    assert explained(person(a_doctor()), blocked)[:2] == (Sight.HIDDEN, "blocked-by-the-holder")
    assert explained(person(MOTHER))[:2] == (Sight.OPEN, "representative-of-the-holder")


def test_both_languages_are_told():
    (told,) = explain(PHARMACIST, a_record(), [a_document(masked=True)], at=NOW, policy=POLICY)
    assert told.english == "Hidden from your pharmacist, because this document is masked from professionals."


# -- the same decision


DOCUMENTS = [
    a_document(**marks, status=status)
    for marks in ({}, {"masked": True}, {"hidden_since": NOW}, {"hidden_from_guardians": True})
    for status in EntryStatus
]
RECORDS = [
    a_record(),
    a_record(hide_everything=True),
    a_record(emergency_reads_masked=True),
    a_record(oppositions=Oppositions(break_glass=True)),
    a_record(attending=attended_by(DOCTOR), blocked=frozenset({DOCTOR_2})),
]
VIEWERS = [*kinds(POLICY), person(a_doctor()), person(a_doctor(DOCTOR_2)), person(MOTHER)]


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.name)
def test_an_explanation_says_what_the_door_would(viewer):
    for record, document in product(RECORDS, DOCUMENTS):
        caller, world = supposed(viewer, record, NOW, POLICY)
        (told,) = explain(viewer, record, [document], at=NOW, policy=POLICY)
        door = {
            verb: decide(Question(caller, verb, world, document, NOW), POLICY)
            for verb in (Verb.READ, Verb.FIND, Verb.FIND_REFERENCE)
        }
        assert (told.sight is Sight.OPEN) == door[Verb.READ].allowed
        assert (told.sight in (Sight.OPEN, Sight.LISTED)) == door[Verb.FIND].allowed
        assert (told.sight is not Sight.HIDDEN) == any(answer.allowed for answer in door.values())
        assert told.rule in {answer.rule for answer in door.values()}


def test_nothing_but_the_authorisation_is_supposed():
    record = a_record()
    for viewer in OTHER_KINDS:
        caller, world = supposed(viewer, record, NOW, POLICY)
        assert (world is record) == (viewer is not OCCUPATIONAL)
        assert bool(caller.reason) == (caller.mode is Mode.BREAK_GLASS)
    world = supposed(PHARMACIST, record, NOW, POLICY)[1]
    assert replace(world, authorisations=world.authorisations[:-1]) == record


# -- people of the record


def test_the_people_of_a_record_are_found_with_what_their_documents_say_of_them():
    document = a_document(
        authors=(
            Author(
                xcn(NURSE),
                institutions=(f"CABINET^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{CABINET}",),
                specialties=("G15_60^Infirmier^1.2.250.1.213.1.1.4.5",),
            ),
        )
    )
    record = a_record(
        authorisations=(given(NURSE), given(DOCTOR_2)), attending=attended_by(DOCTOR), blocked=frozenset({CABINET})
    )
    people = people_of(record, [document], [a_doctor()])
    assert [viewer.actor for viewer in people] == [
        a_doctor(),
        Professional(NURSE, "Test PERSON", "60", "", Facility(CABINET)),
        Professional(DOCTOR_2, "", "10", "", Facility(DOCTOR_2)),
        Professional(CABINET, "", "10", "", Facility(CABINET)),
        Representative(MOTHER.id, "Test MOTHER"),
    ]


def test_a_person_whom_nothing_names_is_told_by_his_id():
    french = explained(person(Professional(DOCTOR_2, "", "10", "", Facility(DOCTOR_2))))[2]
    assert french.startswith(f"Visible pour une personne ou structure d'identifiant {DOCTOR_2}, ")


# -- the words


NOT_ABOUT_SEEING = {
    "removal-without-reason",
    "record-management-switched-off",
    "release-by-doctors-and-midwives",
    "not-in-secret-connection",
    "under-legal-hold",
    "asks-as-heir",
    "linked-to-the-portal",
    "secret-connection-of-an-adult",
    "account-of-a-minor",
    "account-of-the-deceased",
    "reception-of-an-authorised-structure",
    "account-stopped",
    "too-many-patients-today",
    "deposit-of-the-patient",
    "type-put-in-by-others",
    "masked-beyond-the-delegation",
    "unseen-in-an-opposed-emergency",
    "unmasking-unconfirmed",
    "others-by-attending-unconfirmed",
    "consent-without-own-right",
    "subject-is-the-caller",
    "subject-unknown",
    "subject-sector-shut-out",
    "occupational-without-the-holder",
    "subject-blocked",
    "subject-not-a-doctor",
    "attending-not-declared",
    "care-team-of-another-structure",
    "care-team-opposed",
    "secret-of-the-minor",
    "operator-of-the-service",
    "administrator-of-the-service",
    "service-for-the-holder",
    "act-without-care-relation",
}
"""Rules that never decide whether a document is found or read, in a connection that is not secret."""


def test_every_rule_that_decides_on_seeing_has_its_reason():
    assert set(table("because")) == RULE_NAMES - NOT_ABOUT_SEEING


def test_every_profession_and_every_kind_of_viewer_has_its_name():
    assert set(table("professions")) == set(POLICY.professions)
    assert set(table("who")) == {*Standing, "nameless"}
    assert set(table("sight")) == set(Sight)


def test_every_sentence_is_whole_in_both_languages():
    for viewer in VIEWERS:
        for told in explain(viewer, a_record(), DOCUMENTS, at=NOW, policy=POLICY):
            for text in (told.french, told.english):
                assert text[0].isupper()
                assert text.endswith(".")
                assert not {"{", "}"} & set(text)
                assert "  " not in text


# -- after a refusal


def test_a_refused_professional_is_told_what_he_can_do():
    assert next_step(Decision(False, "no-authorisation")).french == (
        "Demandez son accord à la personne, puis déclarez-le : l'autorisation vaut un an."
    )
    assert next_step(Decision(False, "sector-shut-out")) == NOTHING_TO_DO


@pytest.mark.parametrize("rule", sorted(RULE_NAMES))
def test_what_is_concealed_gives_the_same_advice_whatever_it_is(rule):
    assert next_step(Decision(False, rule, conceal=True)) == TO_BE_CHECKED


def test_no_advice_lets_guess_that_something_is_masked():
    assert set(table("next")) <= RULE_NAMES
    for advice in (*table("next").values(), NOTHING_TO_DO, TO_BE_CHECKED):
        words = f"{advice.french} {advice.english}".lower()
        assert not any(word in words for word in ("masqu", "mask", "caché", "hidden", "cacher"))
