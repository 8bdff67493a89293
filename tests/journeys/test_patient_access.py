"""The account of a patient over the wire: TD1.5a, TD1.5b, TD1.5d; and at the desk (functional 4, PT-2, PT-18)."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from typer.testing import CliRunner

from dmp.cli import app
from dmp.client import CallRefused
from dmp.desk.enrolling import AccountDesk
from dmp.jobs.runner import Runner
from dmp.record.account import Account
from dmp.record.enrolment import ChannelAction, ChannelChange
from dmp.record.errors import AccessRefused, AccountExists, AccountNotFound, IncompleteRequest
from dmp.record.job import JobKind
from dmp.record.notice import Address, Channel, Message
from dmp.record.patient import Contact, PatientId
from dmp.record.record import ClosingReason
from dmp.sign_in.passwords import is_password
from dmp.store.jobs import Jobs
from dmp.wire import patient_access
from dmp.wire.patient_access import CHANGE, CREATE, RENEW, AccessAnswer, actions_of
from journey_builders import Envelope, Story, post
from store_builders import at_once

REFUSED = "DMPAccessDeniedByRightsService"
EMAIL, SMS = Channel.EMAIL, Channel.SMS
MAIL, NUMBER = "anne.fictif@example.org", "06 00 00 00 00"
ADD, REPLACE, REMOVE = ChannelAction.ADD, ChannelAction.CHANGE, ChannelAction.REMOVE


def account(story: Story, person: PatientId | None = None) -> Account | None:
    with story.store() as store, store.begin() as tx:
        return tx.accounts.of_person(person or story.patient)


def known(story: Story) -> Account:
    found = account(story)
    assert found is not None
    return found


def enrolled(story: Story, *holders: str) -> Story:
    story.opened(*(holders or ("doctor",)))
    story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    return story


def told(story: Story) -> list[tuple[str, str]]:
    """The messages that wait for the record, as text and address; they are taken, and told once."""
    with story.store() as store:
        jobs, found = Jobs(store), []
        while (job := jobs.take("test", datetime.now(UTC))) is not None:
            if job.kind is JobKind.NOTICE and job.record == story.record().key:
                message = msgspec.json.decode(job.payload or b"", type=Message)
                found += [(message.text, address.to) for address in message.addresses]
        return sorted(found)


# -- TD1.5a


def test_a_patient_is_given_a_login_and_a_password_to_be_changed(story_on_both):
    story = story_on_both.opened("doctor")
    assert not story.doctor.test_record(story.patient).portal_account

    with story.one_trace() as seen:
        handed = story.doctor.create_patient_access(story.patient, EMAIL, MAIL)

    assert (seen.trace.verb, seen.trace.outcome, seen.trace.rules) == ("TD1.5a", "done", ("valid-authorisation",))
    assert not any(word in repr(seen.trace) for word in (handed.login, handed.password, MAIL))
    assert len(handed.password) == 20
    kept, now = known(story), datetime.now(UTC)
    assert (kept.login, kept.person, kept.temporary, kept.closed) == (handed.login, story.patient, True, False)
    assert kept.temporary_until is not None
    assert timedelta(weeks=6, minutes=-5) < kept.temporary_until - now < timedelta(weeks=6)
    assert kept.channels == (Address(EMAIL, MAIL),)
    assert kept.name.split()[-1] in (story.person.traits.used_name, story.person.traits.birth_name)
    assert story.doctor.test_record(story.patient).portal_account


def test_of_the_password_a_slow_hash_alone_is_kept_and_the_login_tells_nobody(story):
    story.opened("doctor")
    handed = story.doctor.create_patient_access(story.patient, SMS, NUMBER)

    assert known(story).password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password(handed.password, known(story).password)
    traits = story.person.traits
    for word in (traits.birth_name, traits.birth_first_name, story.patient.number):
        assert word.casefold() not in handed.login
    assert known(story).channels == (Address(SMS, "+33600000000"),)


def test_a_second_account_is_refused_and_the_first_one_stays(story):
    before = known(enrolled(story))
    with story.refused("DMPPatientAccessAlreadyExists") as seen:
        story.doctor.create_patient_access(story.patient, SMS, NUMBER)
    assert seen.said == "account-exists: this person already has an account"
    assert known(story) == before


def test_the_reception_makes_one_where_its_structure_was_let_in(story):
    story.opened("secretary")
    handed = story.by("secretary").create_patient_access(story.patient, SMS, NUMBER)
    assert known(story).login == handed.login


def test_of_two_who_make_one_at_the_same_time_one_is_told_that_there_is_one(story_on_both):
    story = story_on_both.opened("doctor", "nurse")
    doctor, nurse = story.doctor, story.nurse

    outcomes = at_once(
        lambda: doctor.create_patient_access(story.patient, EMAIL, MAIL),
        lambda: nurse.create_patient_access(story.patient, SMS, NUMBER),
    )

    (handed,) = (outcome for outcome in outcomes if isinstance(outcome, AccessAnswer))
    (refused,) = (outcome for outcome in outcomes if isinstance(outcome, CallRefused))
    assert refused.code == "DMPPatientAccessAlreadyExists"
    assert known(story).login == handed.login


@pytest.mark.parametrize(
    ("channel", "canal"), [(EMAIL, "anne"), (EMAIL, ""), (EMAIL, NUMBER), (SMS, "01 42 00 00 00"), (SMS, MAIL)]
)
def test_what_no_code_can_be_sent_to_is_refused_with_its_element(story, channel, canal):
    story.opened("doctor")
    with story.refused("DMPInvalidMessage") as seen:
        story.doctor.create_patient_access(story.patient, channel, canal)
    assert "createPatientAccess/canal: not " in seen.told
    assert not canal or canal not in seen.told
    assert account(story) is None
    assert not story.record().portal_account


def test_who_is_not_let_in_hands_out_nothing(story):
    story.opened()
    for client in (story.doctor, story.by("secretary")):
        with story.refused(REFUSED):
            client.create_patient_access(story.patient, EMAIL, MAIL)
    with story.refused(REFUSED) as seen:
        story.by("hospital", standing_for="doctor2").create_patient_access(story.patient, EMAIL, MAIL)
    assert seen.said == "outside-matrix"
    assert account(story) is None


def test_without_a_record_with_a_closed_one_or_one_of_the_health_space_there_is_none(story):
    with story.refused("DMPNotFound"):
        story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    story.opened("doctor").change(lambda record: replace(record, linked_to_portal=True))
    with story.refused(REFUSED) as seen:
        story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    assert seen.said == "linked-to-the-portal"
    story.change(lambda record: replace(record, linked_to_portal=False))
    story.doctor.close_record(story.patient, ClosingReason.PATIENT_REQUEST)
    with story.refused("DMPClosed"):
        story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    assert account(story) is None


def test_an_insurer_is_refused_whether_there_is_a_record_or_not(story):
    with story.refused(REFUSED) as before:
        story.by("insurer").create_patient_access(story.patient, EMAIL, MAIL)
    story.opened()
    with story.refused(REFUSED) as after:
        story.by("insurer").create_patient_access(story.patient, EMAIL, MAIL)
    assert before.told == after.told


def test_a_child_has_no_account_of_his_own(story_of_a_child):
    story = story_of_a_child.opened("doctor")
    with story.refused(REFUSED) as seen:
        story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    assert seen.said == "account-of-a-minor"


# -- TD1.5b


def test_codes_go_to_another_address_too_then_elsewhere_then_not_any_more(story):
    enrolled(story)
    version = known(story).version

    with story.one_trace() as seen:
        story.doctor.change_patient_channel(story.patient, ChannelChange(SMS, NUMBER, ADD))
    assert (seen.trace.verb, seen.trace.outcome) == ("TD1.5b", "done")
    assert [one.to for one in known(story).channels] == [MAIL, "+33600000000"]
    assert known(story).version == version

    story.doctor.change_patient_channel(story.patient, ChannelChange(EMAIL, "autre@example.org", REPLACE))
    assert [one.to for one in known(story).channels] == ["autre@example.org", "+33600000000"]
    assert known(story).version == version + 1, "sessions that the old address proved are over"

    story.doctor.change_patient_channel(story.patient, ChannelChange(EMAIL, "autre@example.org", REMOVE))
    assert [one.to for one in known(story).channels] == ["+33600000000"]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (ChannelChange(EMAIL, MAIL, ADD), "DMPPatientAccessOTPAlreadyExists", "already go"),
        (ChannelChange(EMAIL, MAIL, REPLACE), "DMPPatientAccessOTPAlreadyExists", "already go"),
        (ChannelChange(EMAIL, "x@example.org", REMOVE), "DMPInvalidMessage", "patientOTPUpdate/canal: one-time codes"),
        (ChannelChange(EMAIL, MAIL, REMOVE), "DMPInvalidMessage", "patientOTPUpdate/canal: the last address stays"),
        (ChannelChange(SMS, NUMBER, REPLACE), "DMPInvalidMessage", "patientOTPUpdate/canal: no address of this kind"),
        (ChannelChange(SMS, "3615", ADD), "DMPInvalidMessage", "patientOTPUpdate/canal: not a mobile number"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(story, change, code, said):
    before = known(enrolled(story))
    with story.refused(code) as seen:
        story.doctor.change_patient_channel(story.patient, change)
    assert said in seen.told
    assert known(story) == before


def test_an_account_has_five_addresses_at_most(story):
    enrolled(story)
    for number in range(4):
        story.doctor.change_patient_channel(story.patient, ChannelChange(SMS, f"060000000{number}", ADD))
    with story.refused("DMPInvalidMessage") as seen:
        story.doctor.change_patient_channel(story.patient, ChannelChange(SMS, "0600000009", ADD))
    assert "5 addresses at most" in seen.told


def test_without_an_account_there_is_nothing_to_change_or_renew(story):
    story.opened("doctor")
    with story.refused("DMPPatientAccessNotFound"):
        story.doctor.change_patient_channel(story.patient, ChannelChange(SMS, NUMBER, ADD))
    with story.refused("DMPPatientAccessNotFound"):
        story.doctor.renew_patient_access(story.patient)


# -- TD1.5d


def test_a_new_login_and_password_end_the_old_ones_at_once(story_on_both):
    story = story_on_both.opened("doctor")
    first = story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    before = known(story)

    with story.one_trace() as seen:
        second = story.doctor.renew_patient_access(story.patient)

    assert (seen.trace.verb, seen.trace.outcome) == ("TD1.5d", "done")
    with story.store() as store, store.begin() as tx:
        assert tx.accounts.of_login(first.login) is None
        after = tx.accounts.of_login(second.login)
    assert after is not None
    assert is_password(second.password, after.password)
    assert not is_password(first.password, after.password)
    assert (after.id, after.version, after.temporary) == (before.id, before.version + 1, True)
    assert after.channels == before.channels, "who renews cannot sign in: codes go where they went"


# -- told


def test_whatever_is_done_to_an_account_is_told_where_the_person_is_known(story, monkeypatch):
    monkeypatch.setattr(Runner, "run_due", lambda _: Counter())  # else the service takes the messages first
    contact = Contact(telecoms=(("", "mailto:titulaire@example.org"),))
    story.opened("doctor").change(lambda record: replace(record, contact=contact))

    story.doctor.create_patient_access(story.patient, EMAIL, MAIL)
    assert told(story) == [("account-changed", MAIL), ("account-changed", "titulaire@example.org")]

    story.doctor.change_patient_channel(story.patient, ChannelChange(EMAIL, "autre@example.org", REPLACE))
    assert told(story) == [("channel-changed", MAIL), ("channel-changed", "autre@example.org")]

    story.doctor.renew_patient_access(story.patient)
    assert told(story) == [("account-changed", "autre@example.org"), ("account-changed", "titulaire@example.org")]


# -- the message itself


def test_both_spellings_of_the_actions_are_answered_alike(story):
    enrolled(story)
    for request, body in ((RENEW, patient_access.write_renewal()),):
        for action in actions_of(request):
            answer = post(story, "doctor", "patients", Envelope(action, body))
            assert answer.status == 200
            assert patient_access.read_answer(request, answer.body).status == "DMPOk"


@pytest.mark.parametrize(
    ("request_", "element", "text"),
    [(CREATE, "type", "FAX"), (CHANGE, "type", "FAX"), (CHANGE, "action", "ECHANGE")],
)
def test_an_unknown_word_is_refused_with_its_element(story, request_, element, text):
    story.opened("doctor")
    body = patient_access.write_creation(EMAIL, MAIL)
    if request_ == CHANGE:
        body = patient_access.write_change(ChannelChange(EMAIL, MAIL, ADD))
    body.find(f"{{{patient_access.PAT}}}{element}").text = text

    with story.one_trace() as seen:
        answer = post(story, "doctor", "patients", Envelope(actions_of(request_)[0], body))

    said = patient_access.read_answer(request_, answer.body)
    assert said.status == "DMPInvalidMessage"
    assert f"{request_}/{element}" in said.context
    assert text not in said.context
    assert seen.trace.outcome == "refused"


# -- at the desk


def desk(story: Story) -> AccountDesk:
    return AccountDesk(story.sandbox.operations.settings)


def typed(story: Story, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["account", *arguments, "--dir", str(story.sandbox.folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_the_desk_makes_the_account_of_who_holds_no_record(story):
    said = typed(story, "open", story.patient.number, "--by", "email", "--to", MAIL, "--name", "Anne FICTIF")

    kept = known(story)
    assert kept.name == "Anne FICTIF"
    login, password = (line.split()[1] for line in said.splitlines()[:2])
    assert (login, is_password(password, kept.password)) == (kept.login, True)
    with pytest.raises(AccountExists):
        typed(story, "open", story.patient.number, "--by", "email", "--to", MAIL, "--name", "Anne FICTIF")


def test_the_desk_asks_for_a_name_that_no_record_tells(story):
    with pytest.raises(IncompleteRequest) as refused:
        typed(story, "open", story.patient.number, "--by", "email", "--to", MAIL)
    assert refused.value.element == "--name"
    with pytest.raises(IncompleteRequest) as refused:
        typed(story, "open", story.patient.number, "--by", "email", "--to", "anne", "--name", "Anne FICTIF")
    assert refused.value.element == "--to"
    assert account(story) is None


def test_the_desk_renews_changes_and_closes(story):
    enrolled(story)
    first = known(story)

    assert typed(story, "renew", story.patient.number).startswith("login ")
    assert known(story).login != first.login
    said = typed(story, "channel", story.patient.number, "add", "--by", "sms", "--to", NUMBER)
    assert said == "dmp: done; one-time codes go to 2 addresses\n"

    with story.one_trace() as seen:
        assert desk(story).close(story.patient.number).startswith("dmp: the account is closed")
    assert seen.trace.verb == "account-close"
    closed = known(story)
    assert closed == Account(first.id, story.patient, "", closed.login, closed=True, version=closed.version)
    assert not story.doctor.test_record(story.patient).portal_account
    for act in ("renew", "close"):
        with pytest.raises(AccountNotFound):
            getattr(desk(story), act)(story.patient.number)


def test_a_closed_account_begins_anew_without_what_it_had(story):
    enrolled(story)
    desk(story).close(story.patient.number)
    version = known(story).version

    handed = story.doctor.create_patient_access(story.patient, SMS, NUMBER)

    again = known(story)
    assert (again.login, again.channels, again.closed) == (handed.login, (Address(SMS, "+33600000000"),), False)
    assert again.version > version, "no session of before comes back"
    assert story.record().portal_account


def test_the_desk_does_nothing_for_a_child_nor_for_the_dead(story_of_a_child):
    story = story_of_a_child.opened()
    with pytest.raises(AccessRefused) as refused:
        desk(story).open(story.patient.number, EMAIL, MAIL, name="")
    assert refused.value.rule == "account-of-a-minor"


def test_a_refusal_over_the_wire_is_one_that_the_client_raises(story):
    story.opened("doctor")
    with pytest.raises(CallRefused) as refused:
        story.doctor.renew_patient_access(story.patient)
    assert refused.value.code == "DMPPatientAccessNotFound"
