"""Who a document is hidden from, what only its owner may do, and when a refusal does not even tell that it exists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.access.decide import RULE_NAMES, decide, decide_each
from dmp.access.ownership import owns
from dmp.access.question import Decision, Question
from dmp.access.sentences import NOT_FOUND, rule_sentences, told
from dmp.record.actor import Mode
from dmp.record.announcement import notice_due, shown_to_patient
from dmp.record.entry import Author, Deposit, EntryStatus
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from rights_builders import (
    CENTRE,
    DOCTOR,
    DOCTOR_2,
    HOLDER,
    HOSPITAL,
    MOTHER,
    NOW,
    NURSE,
    POLICY,
    a_doctor,
    a_document,
    a_hospital,
    a_professional,
    a_record,
    a_secretary,
    an_occupational_doctor,
    ask,
    attended_by,
    calling,
    put_in_by,
    sent_by,
    xcn,
)

READS = (Verb.FIND, Verb.FIND_REFERENCE, Verb.READ)
WITH_ATTENDING = a_record(attending=attended_by(DOCTOR))
WITH_UNCONFIRMED = a_record(attending=attended_by(DOCTOR, confirmed=False))


# -- masks


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb.value.startswith("TD3") and "guardians" not in verb])
def test_a_masked_document_is_not_found_by_a_nurse_whatever_she_tries(verb):
    decision = ask(calling(a_professional(profession="50")), verb, a_document(masked=True))
    assert (decision.allowed, decision.conceal) == (False, True)


def test_a_masked_document_is_seen_by_holder_representative_author_and_confirmed_attending_doctor():
    masked = a_document(DOCTOR_2, masked=True)
    for actor in (HOLDER, MOTHER, a_doctor(DOCTOR_2), a_doctor()):
        for verb in READS:
            assert ask(calling(actor), verb, masked, record=WITH_ATTENDING).allowed
    assert ask(calling(a_doctor()), Verb.READ, masked, record=WITH_UNCONFIRMED).rule == "masked-to-professionals"


def test_the_mask_of_the_chain_hides_a_document_that_carries_none_itself():
    record = a_record(visibility={"chain-1": Visibility(masked=True)})
    assert ask(calling(a_professional()), Verb.READ, a_document(), record=record).rule == "masked-to-professionals"
    assert ask(calling(a_professional()), Verb.READ, a_document(chain="chain-2"), record=record).allowed


@pytest.mark.parametrize("mode", [Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH])
def test_in_an_emergency_masked_documents_open_only_if_the_holder_allowed_it(mode):
    for actor in (a_doctor(structure=CENTRE), a_professional(structure=CENTRE)):
        for verb in READS:
            assert ask(calling(actor, mode), verb, a_document(masked=True)).rule == "masked-to-professionals"
            allowed = a_record(emergency_reads_masked=True)
            assert ask(calling(actor, mode), verb, a_document(masked=True), record=allowed).allowed


def test_breaking_the_glass_the_attending_doctor_sees_masked_documents_only_if_the_holder_allowed_it():
    caller, masked = calling(a_doctor(), Mode.BREAK_GLASS), a_document(masked=True)
    assert ask(caller, Verb.READ, masked, record=WITH_ATTENDING).rule == "masked-to-professionals"
    allowed = replace(WITH_ATTENDING, emergency_reads_masked=True)
    assert ask(caller, Verb.READ, masked, record=allowed).allowed


def test_in_an_emergency_an_author_always_reads_his_own_masked_documents():
    for mode in (Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH):
        caller = calling(a_doctor(structure=CENTRE), mode)
        assert ask(caller, Verb.READ, a_document(DOCTOR, masked=True)).allowed


def test_unmasking_is_for_holder_confirmed_attending_doctor_and_author():
    masked = a_document(DOCTOR_2, masked=True)
    for actor in (HOLDER, a_doctor(DOCTOR_2), a_doctor()):
        assert ask(calling(actor), Verb.UNMASK, masked, record=WITH_ATTENDING).allowed
    visible = a_document(DOCTOR_2)
    assert ask(calling(a_doctor()), Verb.UNMASK, visible, record=WITH_UNCONFIRMED).rule == "unmasking-unconfirmed"
    assert ask(calling(a_professional()), Verb.UNMASK, visible).rule == "not-own-document"


def test_a_professional_masks_any_document_he_sees_on_the_request_of_the_patient():
    assert ask(calling(a_professional()), Verb.MASK, a_document()).allowed


# -- own documents


def test_a_document_is_ones_own_as_author_or_legal_authenticator_in_person():
    doctor = a_doctor()
    assert owns(doctor, a_document(DOCTOR))
    assert owns(doctor, a_document(legal_authenticator=xcn(DOCTOR)))
    assert owns(doctor, a_document(authors=(Author(xcn("899900000777")), Author(xcn(DOCTOR)))))
    assert not owns(doctor, a_document(deposit=Deposit(NOW, DOCTOR, "1750000009", "DIRECTE")))


def test_an_id_under_another_authority_is_somebody_elses():
    assert not owns(a_doctor(), a_document(authors=(Author(xcn(DOCTOR, "1.2.3")),)))
    assert not owns(a_doctor(""), a_document(authors=(Author(xcn("")), Author(""))))


def test_a_structure_owns_what_it_sent_without_a_person_and_its_staff_act_for_it():
    sent = a_document(deposit=sent_by(HOSPITAL))
    assert owns(a_hospital(), sent)
    assert owns(a_secretary(), sent)
    assert not owns(a_hospital("1750000003"), sent)
    for mode in ("DIRECTE", "INDIRECTE_RENFORCEE"):
        assert not owns(a_hospital(), a_document(deposit=Deposit(NOW, DOCTOR, HOSPITAL, mode)))
    assert not owns(a_hospital(), a_document(deposit=None))
    assert not owns(a_hospital(""), a_document(deposit=sent_by("")))


def test_the_professional_named_by_a_deposit_of_his_hospital_owns_it_in_person():
    assert owns(a_doctor(), a_document(DOCTOR, deposit=sent_by(HOSPITAL)))


def test_an_author_without_authorisation_finds_replaces_deletes_and_masks_his_own_and_does_not_read_it():
    record, own, author = a_record(authorisations=()), a_document(NURSE), calling(a_professional())
    for verb in (Verb.FIND_REFERENCE, Verb.REPLACE, Verb.DELETE, Verb.MASK):
        assert ask(author, verb, own, record=record).rule == "author-of-the-document"
    for verb in (Verb.READ, Verb.UNMASK, Verb.ARCHIVE):
        refused = ask(author, verb, own, record=record)
        assert (refused.rule, refused.conceal) == ("no-authorisation", False)


def test_without_authorisation_another_ones_document_is_not_found():
    record = a_record(authorisations=())
    for verb in (Verb.FIND_REFERENCE, Verb.DELETE, Verb.MASK, Verb.READ, Verb.ARCHIVE, Verb.REPLACE):
        decision = ask(calling(a_professional()), verb, a_document(), record=record)
        assert (decision.allowed, decision.conceal) == (False, True), verb


def test_deleting_another_ones_visible_document_is_refused_openly():
    decision = ask(calling(a_professional()), Verb.DELETE, a_document())
    assert (decision.rule, decision.conceal) == ("not-own-document", False)


def test_staff_and_structures_find_the_references_of_their_structure_and_no_other():
    for actor in (a_hospital(), a_secretary()):
        for verb in (Verb.FIND_REFERENCE, Verb.REPLACE, Verb.DELETE):
            assert ask(calling(actor), verb, a_document(deposit=sent_by(HOSPITAL))).allowed
            other = ask(calling(actor), verb, a_document(deposit=sent_by("1750000003")))
            assert (other.rule, other.conceal) == ("not-own-document", True)


def test_a_structure_still_finds_replaces_and_deletes_its_own_document_once_masked():
    masked = a_document(masked=True, deposit=sent_by(HOSPITAL))
    for verb in (Verb.FIND_REFERENCE, Verb.REPLACE, Verb.DELETE):
        assert ask(calling(a_hospital()), verb, masked).allowed


# -- announcement


def test_the_announcement_month_is_a_calendar_month_of_france():
    assert shown_to_patient(datetime(2026, 1, 15, 10, tzinfo=UTC)) == datetime(2026, 2, 15, 10, tzinfo=UTC)
    assert shown_to_patient(datetime(2026, 1, 31, 10, tzinfo=UTC)) == datetime(2026, 2, 28, 10, tzinfo=UTC)
    assert shown_to_patient(datetime(2025, 12, 31, 10, tzinfo=UTC)) == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert shown_to_patient(datetime(2026, 3, 15, 10, tzinfo=UTC)) == datetime(2026, 4, 15, 9, tzinfo=UTC)
    assert shown_to_patient(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)) == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert notice_due(datetime(2026, 1, 15, 10, tzinfo=UTC)) == datetime(2026, 1, 29, 10, tzinfo=UTC)


def test_a_document_to_announce_does_not_exist_for_holder_and_representative_until_the_month_is_over():
    since = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
    document, end = a_document(hidden_since=since), datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for actor in (HOLDER, MOTHER):
        for verb in (*READS, Verb.MASK):
            early = ask(calling(actor), verb, document, at=end - timedelta(microseconds=1))
            assert (early.rule, early.conceal) == ("hidden-from-the-patient", True)
            assert ask(calling(actor), verb, document, at=end).allowed


def test_the_timer_starts_with_the_first_deposit_of_the_chain():
    first = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
    record = a_record(visibility={"chain-1": Visibility(hidden_from_patient_since=first)})
    replacement = a_document(hidden_since=NOW)
    assert ask(calling(HOLDER), Verb.READ, replacement, record=record).allowed


def test_professionals_read_what_is_not_yet_announced():
    assert ask(calling(a_professional()), Verb.READ, a_document(hidden_since=NOW)).allowed


# -- minors


def test_confidential_care_is_hidden_from_representatives_and_from_nobody_else():
    document = a_document(hidden_from_guardians=True)
    for verb in READS:
        decision = ask(calling(MOTHER), verb, document)
        assert (decision.rule, decision.conceal) == ("hidden-from-representatives", True)
        assert ask(calling(HOLDER), verb, document).allowed
        assert ask(calling(a_professional()), verb, document).allowed


def test_what_is_hidden_from_representatives_is_lifted_by_the_minor_or_by_the_author():
    document = a_document(DOCTOR, hidden_from_guardians=True)
    assert ask(calling(HOLDER), Verb.RELEASE_TO_GUARDIANS, document).allowed
    for verb in (Verb.RELEASE_TO_GUARDIANS, Verb.RELEASE):
        assert ask(calling(a_doctor()), verb, document).allowed
        assert not ask(calling(a_doctor(DOCTOR_2)), verb, document).allowed
        assert not ask(calling(MOTHER), verb, document).allowed


def test_a_document_hidden_from_both_is_announced_by_any_doctor():
    document = a_document(hidden_since=NOW, hidden_from_guardians=True)
    assert ask(calling(a_doctor()), Verb.RELEASE, document).allowed
    assert not ask(calling(a_doctor()), Verb.RELEASE_TO_GUARDIANS, document).allowed


# -- deleted, archived, obsolete


def test_a_deleted_document_is_there_for_author_confirmed_attending_doctor_and_holder_alone():
    deleted = a_document(DOCTOR_2, status=EntryStatus.DELETED)
    for verb in READS:
        for actor in (HOLDER, MOTHER, a_doctor(DOCTOR_2), a_doctor()):
            assert ask(calling(actor), verb, deleted, record=WITH_ATTENDING).allowed
        for actor, record in ((a_professional(), WITH_ATTENDING), (a_doctor(), WITH_UNCONFIRMED)):
            decision = ask(calling(actor), verb, deleted, record=record)
            assert (decision.rule, decision.conceal) == ("deleted-document", True)


@pytest.mark.parametrize("status", [EntryStatus.ARCHIVED, EntryStatus.DEPRECATED])
def test_archived_and_obsolete_documents_are_read_as_the_others(status):
    assert ask(calling(a_professional()), Verb.READ, a_document(status=status)).allowed
    assert ask(calling(HOLDER), Verb.READ, a_document(status=status)).allowed


def test_reading_what_is_set_aside_follows_its_own_row_of_the_matrix():
    cells = {row: dict(columns) for row, columns in POLICY.matrix.cells.items() if row != "TD3.2-set-aside"}
    policy = replace(POLICY, matrix=replace(POLICY.matrix, cells=cells))
    nurse = calling(a_professional())
    for document in (a_document(status=EntryStatus.ARCHIVED), a_document(hidden_since=NOW)):
        assert ask(nurse, Verb.READ, document, policy=policy).rule == "set-aside"
    assert ask(nurse, Verb.READ, a_document(), policy=policy).allowed


# -- what the patient put in


def test_what_the_patient_put_in_is_deleted_and_replaced_by_him_alone():
    document = a_document(DOCTOR, deposit=put_in_by())
    for verb in (Verb.DELETE, Verb.REPLACE):
        assert ask(calling(HOLDER), verb, document).allowed
        for actor in (a_doctor(), a_professional(), a_hospital()):
            record = a_record(attending=attended_by(DOCTOR))
            assert not ask(calling(actor), verb, document, record=record).allowed


def test_what_the_patient_put_in_is_archived_by_him_or_by_the_attending_doctor():
    document = a_document(deposit=put_in_by())
    for verb in (Verb.ARCHIVE, Verb.UNARCHIVE):
        assert ask(calling(HOLDER), verb, document).allowed
        assert ask(calling(a_doctor()), verb, document, record=WITH_ATTENDING).allowed
        assert ask(calling(a_doctor()), verb, document).rule == "deposit-of-the-patient"
        in_emergency = calling(a_doctor(), Mode.BREAK_GLASS)
        assert ask(in_emergency, verb, document).rule == "deposit-of-the-patient"
        assert ask(in_emergency, verb, a_document()).allowed


def test_a_professional_whom_the_patient_names_as_author_does_not_own_the_deposit():
    document = a_document(DOCTOR, masked=True, deposit=put_in_by())
    assert ask(calling(a_doctor()), Verb.READ, document).rule == "masked-to-professionals"


def test_the_holder_neither_archives_nor_deletes_what_professionals_put_in():
    for verb in (Verb.ARCHIVE, Verb.UNARCHIVE, Verb.DELETE, Verb.REPLACE):
        assert ask(calling(HOLDER), verb, a_document()).rule == "not-own-document"


def test_a_representative_deletes_what_he_put_in_himself():
    assert ask(calling(MOTHER), Verb.DELETE, a_document(deposit=put_in_by(MOTHER.id))).allowed
    assert ask(calling(MOTHER), Verb.DELETE, a_document(deposit=put_in_by())).rule == "not-own-document"
    assert ask(calling(HOLDER), Verb.DELETE, a_document(deposit=put_in_by(MOTHER.id))).allowed


# -- hide everything


def test_a_record_hidden_as_a_whole_gives_others_an_empty_answer_and_no_error():
    record = a_record(hide_everything=True)
    for actor in (a_professional(), a_doctor(), an_occupational_doctor()):
        assert ask(calling(actor), Verb.FIND, record=record).allowed
        decision = ask(calling(actor), Verb.FIND, a_document(), record=record)
        assert (decision.rule, decision.conceal) == ("everything-hidden", True)


def test_a_record_hidden_as_a_whole_is_seen_by_holder_representative_and_confirmed_attending_doctor():
    record = replace(WITH_ATTENDING, hide_everything=True)
    for actor in (HOLDER, MOTHER, a_doctor()):
        assert ask(calling(actor), Verb.READ, a_document(), record=record).allowed
    unconfirmed = replace(WITH_UNCONFIRMED, hide_everything=True)
    assert not ask(calling(a_doctor()), Verb.READ, a_document(), record=unconfirmed).allowed


@pytest.mark.parametrize("mode", [Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH])
def test_no_emergency_opens_a_record_hidden_as_a_whole_not_even_to_the_attending_doctor(mode):
    record = replace(WITH_ATTENDING, hide_everything=True, emergency_reads_masked=True)
    caller = calling(a_doctor(structure=CENTRE), mode)
    assert ask(caller, Verb.READ, a_document(), record=record).rule == "everything-hidden"


def test_the_author_does_not_see_his_document_in_a_hidden_record_but_still_corrects_it():
    record, own, author = a_record(hide_everything=True), a_document(NURSE), calling(a_professional())
    for verb in (*READS, Verb.MASK):
        decision = ask(author, verb, own, record=record)
        assert (decision.rule, decision.conceal) == ("everything-hidden", True)
    for verb in (Verb.REPLACE, Verb.DELETE):
        assert ask(author, verb, own, record=record).allowed


# -- signatures of lots


def signature_question(verb, *lot, record=None, actor=None):
    entry = a_document(type_code="E1762", masked=True, hidden_since=NOW)
    return Question(calling(actor or a_professional()), verb, record or a_record(), entry, NOW, lot)


@pytest.mark.parametrize("verb", READS)
def test_the_signature_of_a_lot_goes_to_who_may_have_one_of_its_documents(verb):
    masked, visible = a_document(masked=True), a_document()
    assert decide(signature_question(verb, masked, visible), POLICY) == Decision(True, "signature-with-its-lot")
    for lot in ((masked,), ()):
        decision = decide(signature_question(verb, *lot), POLICY)
        assert decision == Decision(False, "signature-without-its-lot", conceal=True)
    assert decide(signature_question(verb, visible, actor=HOLDER), POLICY).allowed


def test_one_signature_does_not_open_another():
    other = a_document(type_code="E1762")
    assert not decide(signature_question(Verb.READ, other), POLICY).allowed


@pytest.mark.parametrize("verb", [Verb.MASK, Verb.DELETE, Verb.ARCHIVE, Verb.RELEASE, Verb.REPLACE])
def test_nothing_is_done_to_a_signature_alone(verb):
    question = signature_question(verb, a_document(), actor=a_doctor("899900000999"))
    assert not decide(question, POLICY).allowed


# -- lists, sentences


def test_deciding_on_a_list_is_deciding_on_each_of_its_documents():
    marks = (Visibility(), Visibility(masked=True), Visibility(hidden_from_patient_since=NOW))
    documents = [
        replace(a_document(*author), status=status, visibility=visibility, chain=chain)
        for author in ((), (NURSE,))
        for status in EntryStatus
        for visibility in marks
        for chain in ("", "chain-1")
    ]
    documents.append(a_document(type_code="E1762"))
    record = replace(WITH_ATTENDING, visibility={"chain-1": Visibility(masked=True, hidden_from_guardians=True)})
    for verb in Verb:
        for actor in (a_professional(), a_doctor(), a_hospital(), HOLDER, MOTHER):
            door = Question(calling(actor), verb, record, None, NOW)
            one_by_one = [ask(calling(actor), verb, entry, record=record) for entry in documents]
            assert decide_each(door, documents, POLICY) == one_by_one


def test_every_rule_has_a_french_sentence_and_every_sentence_its_rule():
    assert set(rule_sentences()) == RULE_NAMES
    assert all(sentence.endswith(".") for sentence in rule_sentences().values())


def test_who_is_refused_without_being_told_reads_the_same_sentence_for_every_hidden_thing():
    nurse = calling(a_professional())
    masked = ask(nurse, Verb.READ, a_document(masked=True))
    absent = decide(Question(nurse, Verb.READ, None, None, NOW), POLICY)
    assert told(masked) == told(absent) == NOT_FOUND
    openly = ask(nurse, Verb.DELETE, a_document())
    assert told(openly) == rule_sentences()["not-own-document"]
