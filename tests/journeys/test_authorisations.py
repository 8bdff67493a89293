"""Authorisations and the attending doctor: TD0.3 (functional 3.1, xds-wire 9.4, DEC-1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.record.management import AuthorisationAction, AuthorisationRequest, AuthorisationRole, AuthorisationStatus
from dmp.wire import habilitations
from journey_builders import DAY, Envelope, Story, post

REFUSED = "DMPAccessDeniedByRightsService"


def sent(story: Story, body, action: str = habilitations.ACTIONS[0]):
    return post(story, "nurse", "habilitations", Envelope(action, body))


# -- the right to read


def test_declaring_myself_authorised_lets_me_read(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    assert story.titles("nurse") == []

    with story.one_trace() as seen:
        assert story.nurse.authorise(story.patient) == ""

    (given,) = [a for a in story.record().authorisations if a.subject == story.nurse.credentials.user]
    assert given.given_by == story.nurse.credentials.user
    assert (seen.trace.verb, seen.trace.outcome) == ("TD0.3-authorise", "done")
    assert story.titles("nurse") == ["Lettre"]
    assert story.nurse.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


def test_declaring_again_is_ok_with_a_comment_and_renews_the_year(story):
    story.opened("nurse")
    (given,) = story.record().authorisations
    earlier = replace(given, until=datetime.now(UTC) + DAY)
    story.change(lambda record: replace(record, authorisations=(earlier,)))

    assert "Aucun changement" in story.nurse.authorise(story.patient)

    (renewed,) = story.record().authorisations
    assert renewed.start == given.start
    assert renewed.until - datetime.now(UTC) > timedelta(days=364)


def test_a_lapsed_authorisation_is_given_anew(story):
    story.opened("nurse")
    (given,) = story.record().authorisations
    lapsed = replace(given, start=given.start - 400 * DAY, until=datetime.now(UTC) - DAY)
    story.change(lambda record: replace(record, authorisations=(lapsed,)))

    assert story.nurse.authorise(story.patient) == ""
    assert story.nurse.test_record(story.patient).authorisation is AuthorisationStatus.VALID


def test_giving_up_my_right_ends_it_at_once(story):
    story.opened("doctor", "nurse")
    story.fed("Lettre")

    with story.one_trace() as seen:
        assert story.nurse.renounce(story.patient) == ""

    assert seen.trace.verb == "TD0.3-renounce"
    assert story.titles("nurse") == []
    assert story.nurse.test_record(story.patient).authorisation is AuthorisationStatus.EXPIRED
    assert "Aucun changement" in story.nurse.renounce(story.patient)


def test_a_blocked_professional_cannot_let_himself_in(story):
    story.opened().block("nurse")

    with story.refused(REFUSED) as seen:
        story.nurse.authorise(story.patient)
    assert seen.said == "blocked-by-the-holder"


def test_a_secretary_authorises_her_structure(story):
    story.opened("doctor")
    story.fed("Lettre")
    colleague = story.by("hospital", standing_for="doctor2", air=True)
    assert story.titles(colleague) == []

    with story.one_trace() as seen:
        story.by("secretary").authorise(story.patient)

    assert seen.trace.who.kind == "staff"
    assert story.by("hospital").credentials.facility.id in {a.subject for a in story.record().authorisations}
    assert story.titles(colleague) == ["Lettre"]
    assert story.titles("doctor2") == []


def test_a_secretary_does_not_take_the_right_back(story):
    story.opened("secretary")
    with story.refused(REFUSED):
        story.by("secretary").renounce(story.patient)


def test_a_structure_in_indirect_mode_declares_nothing(story):
    story.opened()
    for act in ("authorise", "renounce", "become_attending"):
        with story.refused(REFUSED) as seen:
            getattr(story.by("hospital", standing_for="doctor2"), act)(story.patient)
        assert seen.said == "outside-matrix"


def test_an_occupational_doctor_does_not_let_himself_in(story):
    story.opened()
    with story.refused(REFUSED):
        story.by("occupational_doctor").authorise(story.patient)


def test_an_insurer_is_refused_whether_there_is_a_record_or_not(story):
    with story.refused(REFUSED) as before:
        story.by("insurer").authorise(story.patient)
    story.opened()
    with story.refused(REFUSED) as after:
        story.by("insurer").authorise(story.patient)
    assert before.told == after.told


def test_there_is_nothing_to_authorise_without_a_record(story):
    with story.refused("DMPNotFound") as seen:
        story.nurse.authorise(story.patient)
    assert seen.said == "no-such-record"


# -- the attending doctor


def test_an_authorised_doctor_declares_himself_attending_and_leaves(story):
    story.opened("doctor")

    with story.one_trace() as seen:
        assert story.doctor.become_attending(story.patient) == ""
    assert seen.trace.verb == "TD0.3-become-attending"
    (role,) = story.record().attending
    assert (role.doctor, role.confirmed) == (story.doctor.credentials.user, False)
    assert "Aucun changement" in story.doctor.become_attending(story.patient)

    with story.one_trace() as seen:
        assert story.doctor.leave_attending(story.patient) == ""
    assert seen.trace.verb == "TD0.3-leave-attending"
    status = story.doctor.test_record(story.patient)
    assert (status.attending, status.authorisation) == (False, AuthorisationStatus.VALID)


def test_giving_up_the_right_to_read_gives_up_the_role_too(story):
    story.opened("doctor").doctor.become_attending(story.patient)

    story.doctor.renounce(story.patient)

    assert story.record().attending == ()


def test_a_doctor_without_authorisation_is_not_attending(story):
    story.opened()
    with story.refused(REFUSED) as seen:
        story.doctor.become_attending(story.patient)
    assert seen.said == "no-authorisation"


@pytest.mark.parametrize("holder", ["nurse", "pharmacist"])
def test_only_a_doctor_is_attending(story, holder):
    story.opened(holder)
    with story.refused(REFUSED) as seen:
        story.by(holder).become_attending(story.patient)
    assert seen.said == "outside-matrix"


def test_nobody_leaves_the_role_that_is_not_his(story):
    story.opened("doctor", "doctor2").doctor.become_attending(story.patient)
    with story.refused(REFUSED):
        story.by("doctor2").leave_attending(story.patient)
    assert len(story.record().attending) == 1


def test_in_air_the_role_is_declared_and_never_given_up(story):
    colleague = story.by("hospital", standing_for="doctor2", air=True)
    story.opened()
    colleague.authorise(story.patient)
    colleague.become_attending(story.patient)
    with story.refused(REFUSED):
        colleague.leave_attending(story.patient)


def test_the_attending_doctor_reads_what_is_masked_once_the_holder_confirms(story):
    story.opened("doctor", "doctor2")
    entry = story.fed("Masquée", by="doctor2")
    story.by("doctor2").mask(story.patient, entry)
    story.doctor.become_attending(story.patient)
    assert story.titles("doctor") == []

    story.confirm_attending()

    assert story.titles("doctor") == ["Masquée"]
    assert story.doctor.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


# -- the message itself


def test_both_spellings_of_the_action_are_answered_alike(story):
    story.opened()
    body = habilitations.write_authorisation(AuthorisationRequest(AuthorisationAction.ADD))
    for action in habilitations.ACTIONS:
        answer = sent(story, body, action)
        assert answer.status == 200
        assert habilitations.read_authorisation_answer(answer.body).status == "DMPOk"


@pytest.mark.parametrize(("element", "text"), [("action", "PRET"), ("role", "CHEF")])
def test_an_unknown_word_is_refused_with_its_element(story, element, text):
    story.opened()
    request = AuthorisationRequest(AuthorisationAction.ADD, AuthorisationRole.ATTENDING)
    body = habilitations.write_authorisation(request)
    body.find(f"{{{habilitations.HAB}}}{element}").text = text

    with story.one_trace() as seen:
        answer = habilitations.read_authorisation_answer(sent(story, body).body)

    assert answer.status == "DMPInvalidMessage"
    assert f"setAuthorization/{element}" in answer.context
    assert text not in answer.context
    assert seen.trace.outcome == "refused"
