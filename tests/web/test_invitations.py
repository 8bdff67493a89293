"""An invitation of the national insurer: kept for its holder, told by no message, a state of the page (SC-5, RM-8)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from dmp.actions.health_choices import WriteChoice
from dmp.actions.receive_invitation import Received, ReceiveInvitation
from dmp.record.actor import Actor, Administrator, Automaton, Holder, Operator, Representative, Staff
from dmp.record.choice import ChoiceKind
from dmp.record.dtm import PARIS
from dmp.record.errors import DmpError, IncompleteRequest
from dmp.record.invitation import MOST_INVITATIONS
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.store import schema
from dmp.web.days import day
from own_pages_builders import (
    CABINET,
    CHILD_TRAITS,
    DAY,
    DOCTOR,
    GUARDIAN,
    MERE,
    MOTHER,
    NOW,
    PAUL,
    SON,
    Around,
    content,
)
from shelf_builders import Doors, the_record
from store_builders import PERSON

HOME, SCREENING = "/patient", "/patient/sante/depistages"
HISTORY, PRO = "/historique", "/professional/dossier/sante/depistages"
TODAY = NOW.astimezone(PARIS).date()
WOMAN = IdentityTraits("TEST", "ANNE", "ANNE", f"{NOW.year - 60}-02-01", Sex.FEMALE)
OPERATOR = Operator("anne.durand")
INSURED = "Messages de l’Assurance maladie"
ON_HOME = "Un message de l’Assurance maladie"
SENT = TODAY - timedelta(days=3)


def a_letter(name: str = "CNAM-1", programme: str = "breast", sent: date = SENT) -> ReceiveInvitation:
    return ReceiveInvitation(PERSON, name, programme, sent)


@pytest.fixture
def record(around: Around):
    """The record of a woman of 60, read by a doctor."""

    def filled(**changes) -> Around:
        around.open(**{"traits": WOMAN, "authorisations": the_record().authorisations, **changes})
        return around

    return filled


@pytest.fixture
def doctor(loop, sqlite_store):
    return lambda: Doors(loop, sqlite_store).doctor()


def kept(around: Around) -> list[str]:
    with around.store.begin() as tx:
        return [one.name for one in tx.personal.invitations(tx.records.get("rec-1"))]


def jobs(around: Around) -> int:
    with around.store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.job)).scalar_one()


# -- receiving


def test_it_is_kept_once_however_often_it_is_sent(record):
    around = record()
    assert [around.act(OPERATOR, a_letter()) for _ in range(3)] == [Received.KEPT, Received.KNOWN, Received.KNOWN]
    assert kept(around) == ["CNAM-1"]


def test_it_leaves_one_trace_that_names_no_programme_and_no_message(record):
    around = record()
    before = len(around.verbs())
    around.act(OPERATOR, a_letter())
    assert around.verbs()[before:] == [("health-invite", "done")]
    with around.store.begin() as tx:
        tx.records.find("rec-1")
        assert not any("breast" in f"{trace}" or "CNAM" in f"{trace}" for trace in tx.traces.of("rec-1"))
    assert jobs(around) == 0


@pytest.mark.parametrize(
    "actor",
    [
        Holder(PERSON),
        Representative(MOTHER.number, "Mère FICTIF"),
        DOCTOR,
        Staff("s-1", "Accueil TEST", "Accueil", CABINET),
        Administrator("a-1"),
        Automaton("health-reminders"),
    ],
)
def test_nobody_but_who_runs_the_service_hands_it_over(record, actor: Actor):
    around = record()
    with pytest.raises(DmpError):
        around.act(actor, a_letter())
    assert kept(around) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"name": ""},
        {"name": "x" * 65},
        {"name": "<script>alert(1)</script>"},
        {"name": "a b"},
        {"programme": "astrology"},
        {"programme": ""},
        {"day": TODAY + timedelta(days=1)},
        {"day": date(1999, 12, 31)},
    ],
)
def test_what_is_no_event_of_the_insurer_is_refused(record, odd):
    around = record()
    with pytest.raises(IncompleteRequest):
        around.act(OPERATOR, replace(a_letter(), **odd))
    assert kept(around) == []


def test_of_the_dead_nothing_is_kept_and_of_a_closed_record_neither(record):
    around = record(deceased=True)
    assert around.act(OPERATOR, a_letter()) is Received.NOT_KEPT
    around.change(deceased=False, state=RecordState.CLOSED, closure=Closure(NOW - DAY, ClosingReason.PATIENT_REQUEST))
    with pytest.raises(DmpError):
        around.act(OPERATOR, a_letter())
    assert kept(around) == []


def test_the_newest_ones_are_kept(record):
    around = record()
    for number in range(MOST_INVITATIONS + 3):
        around.act(OPERATOR, a_letter(f"n{number}"), at=NOW + timedelta(seconds=number))
    assert len(kept(around)) == MOST_INVITATIONS
    assert kept(around)[-1] == f"n{MOST_INVITATIONS + 2}"
    assert "n0" not in kept(around)


# -- the space of the holder


def test_the_holder_reads_it_on_her_page_and_her_home_leads_there(record):
    around = record()
    around.act(OPERATOR, a_letter())
    anne = around.browser()
    assert ON_HOME in anne.get(HOME).page
    assert f'href="{SCREENING}"' in anne.page
    page = content(anne.get(SCREENING).page)
    assert INSURED in page
    assert f"Invité(e) le {day(SENT)}" in page
    assert "CNAM" not in page


def test_home_says_no_more_of_it_once_she_answered_or_a_month_later(record):
    around = record()
    around.act(OPERATOR, a_letter())
    old = a_letter("CNAM-0", "colorectal", TODAY - timedelta(days=50))
    around.act(OPERATOR, old, at=NOW - timedelta(days=40))
    assert ON_HOME in around.browser().get(HOME).page
    around.act(Holder(PERSON), WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, "breast"))
    assert ON_HOME not in around.browser().get(HOME).page
    assert INSURED in around.browser().get(SCREENING).page


def test_her_history_says_that_it_came(record):
    around = record()
    around.act(OPERATOR, a_letter())
    assert "une invitation de l&#39;Assurance maladie" in around.browser().get(HISTORY).page.replace("’", "&#39;")


def test_a_programme_that_is_in_force_no_more_has_no_name(record):
    around = record()
    around.act(OPERATOR, a_letter())
    with around.store.begin() as tx:
        anne = tx.records.get("rec-1")
        (one,) = tx.personal.invitations(anne)
        tx.personal.put(anne, replace(one, programme="<b>gone</b>"))
    page = around.browser().get(SCREENING).page
    assert "un dépistage" in page
    assert "<b>gone" not in page


# -- who else


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_a_delegate_reads_the_state_as_others_do_and_no_message(record, scope: DelegateScope):
    around = record(delegates=(Delegate(SON, "Paul FICTIF", scope, NOW - DAY, NOW + 100 * DAY),))
    around.act(OPERATOR, a_letter())
    paul = around.browser(PAUL, PERSON)
    assert ON_HOME not in paul.get(HOME).page
    assert INSURED not in paul.get(SCREENING).page


def test_a_mother_reads_that_of_her_child(record):
    around = record(traits=CHILD_TRAITS, guardians=(GUARDIAN,))
    around.act(OPERATOR, a_letter(programme="dental"))
    mother = around.browser(MERE, PERSON)
    assert ON_HOME in mother.get(HOME).page
    assert INSURED in mother.get(SCREENING).page


def test_a_doctor_reads_the_state_and_not_the_message(record, doctor):
    around = record()
    around.act(OPERATOR, a_letter())
    page = content(doctor().get(PRO).page)
    assert f"Invité(e) le {day(SENT)}" in page
    assert INSURED not in page


def test_a_doctor_of_whom_everything_is_hidden_reads_nothing_of_it(record, doctor):
    around = record(hide_everything=True)
    before = content(doctor().get(PRO).page)
    around.act(OPERATOR, a_letter())
    assert content(doctor().get(PRO).page) == before


@pytest.mark.parametrize("kind", [ChoiceKind.DECLINED, ChoiceKind.DONE, ChoiceKind.SNOOZED])
def test_what_she_answered_without_sharing_it_changes_no_byte_for_a_doctor(record, doctor, kind: ChoiceKind):
    """Two worlds: invited and silent, invited and answered (SC-10)."""
    around = record()
    around.act(OPERATOR, a_letter())
    before = content(doctor().get(PRO).page)
    told = WriteChoice(PERSON, "screening", kind, "breast", TODAY if kind is ChoiceKind.DONE else None)
    around.act(Holder(PERSON), told)
    assert content(doctor().get(PRO).page) == before


def test_nothing_of_it_stands_in_clear(record):
    around = record()
    around.act(OPERATOR, a_letter("CNAM-20260101-77"))
    path = around.store.engine.url.database
    assert path
    with open(path, "rb") as file:  # noqa: PTH123
        octets = file.read()
    assert b"CNAM-20260101-77" not in octets


def test_an_invitation_survives_the_night_of_its_day(record):
    """One that is dated today, received before midnight UTC, counts from its day on."""
    around = record()
    late = datetime.combine(TODAY, time(12), UTC)
    around.act(OPERATOR, a_letter(sent=TODAY), at=late)
    assert INSURED in around.browser().get(SCREENING).page
