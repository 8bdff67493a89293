"""Who may tell or choose something about the health of somebody, and who may not (RM-4, DEC-29)."""

import pytest

from browser_builders import Browser
from dmp.actions.health_choices import TakeBackChoice, WriteChoice
from dmp.actions.open_chart import OpenChart
from dmp.record.actor import Actor, Holder, Mode, Operator, Representative, Staff
from dmp.record.choice import MOST_CHOICES, ChoiceKind
from dmp.record.errors import DmpError
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Authorisation, ClosingReason, Closure, RecordState
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
)
from own_space_builders import token_of
from store_builders import PERSON

CHOICES, SCREENING = "/patient/sante/choix", "/patient/sante/depistages"
DECLINE = {"service": "screening", "kind": "declined", "subject": "breast", "sure": "1"}
LET_IN = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, DOCTOR.id, by_holder=True)
WRITE = WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, "breast")


def choose(browser: Browser, **fields: str) -> Browser:
    return browser.get(SCREENING).post(CHOICES, {**DECLINE, "token": token_of(browser), **fields})


def kept(around: Around) -> list[str]:
    with around.store.begin() as tx:
        return [choice.subject for choice in tx.personal.choices(tx.records.get("rec-1"))]


def test_who_represents_a_child_chooses_for_her(around: Around):
    around.open(traits=CHILD_TRAITS, guardians=(GUARDIAN,))

    assert choose(around.browser(MERE, PERSON)).status == 303
    assert kept(around) == ["breast"]


@pytest.mark.parametrize("scope", list(DelegateScope))
def test_no_delegate_chooses_sees_what_is_not_shared_or_takes_it_back(around: Around, scope: DelegateScope):
    around.open(delegates=(Delegate(SON, "Paul FICTIF", scope, NOW - DAY, NOW + 100 * DAY),))
    around.act(Holder(PERSON), WRITE)
    with around.store.begin() as tx:
        (mine,) = tx.personal.choices(tx.records.get("rec-1"))
    paul = around.browser(PAUL, PERSON)

    assert choose(paul, subject="cervical").status == 403
    assert choose(paul, kind="take-back", choice=mine.id).status == 403
    assert mine.id not in paul.get(SCREENING).page
    assert around.act(Representative(SON.number, "Paul FICTIF"), OpenChart(PERSON)).choices == ()
    assert kept(around) == ["breast"]


@pytest.mark.parametrize(
    ("actor", "mode"),
    [
        (DOCTOR, Mode.NORMAL),
        (DOCTOR, Mode.BREAK_GLASS),
        (Staff("s-1", "Accueil TEST", "Accueil", CABINET), Mode.NORMAL),
        (Operator("anne"), Mode.NORMAL),
        (Representative(MOTHER.number, "Mère FICTIF"), Mode.NORMAL),
    ],
)
@pytest.mark.parametrize("action", [WRITE, TakeBackChoice(PERSON, "x")])
def test_nobody_else_chooses_nor_takes_back(around: Around, actor: Actor, mode: Mode, action):
    around.open(authorisations=(LET_IN,))

    with pytest.raises(DmpError):
        around.act(actor, action, mode=mode, reason="Urgence" if mode is not Mode.NORMAL else "")
    assert kept(around) == []


def test_nothing_is_chosen_in_a_closed_record(around: Around):
    around.open(state=RecordState.CLOSED, closure=Closure(NOW - DAY, ClosingReason.PATIENT_REQUEST))

    with pytest.raises(DmpError):
        around.act(Holder(PERSON), WRITE)
    with pytest.raises(DmpError):
        around.act(Holder(PERSON), OpenChart(PERSON))
    assert kept(around) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"subject": "<script>"},
        {"service": "medicines"},
        {"service": "\u202e"},
        {"kind": "kind"},
        {"kind": "done", "day": "32/01/2026"},
        {"kind": "done", "day": "01/01/2999"},
        {"kind": "snoozed", "months": "999999"},
        {"reason": "x" * 5000},
        {"kind": "take-back", "choice": "nothing"},
        {"kind": "take-back", "choice": "reminded"},
    ],
)
def test_what_no_form_offers_keeps_nothing(around: Around, odd: dict[str, str]):
    around.open()

    assert choose(around.browser(), **odd).status in (303, 422)
    assert kept(around) == []


def test_what_no_hand_types_is_a_bad_request(around: Around):
    around.open()

    assert choose(around.browser(), reason="a\x00").status == 400
    assert kept(around) == []


def test_words_of_a_reason_come_back_as_they_are_and_harm_no_page(around: Around):
    around.open()
    browser = choose(around.browser(), reason="<script>alert(1)</script>\u202e", shared="1")

    assert browser.status == 303
    for path in (SCREENING, "/patient/sante", "/patient/sante/vaccinations"):
        assert "<script>alert" not in browser.get(path).page
        assert browser.status == 200


def test_at_the_limit_what_is_there_can_still_be_said_anew(around: Around):
    around.open()
    for number in range(MOST_CHOICES):
        around.act(Holder(PERSON), WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, f"s{number}"))

    around.act(Holder(PERSON), WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, "s0", reason="autre"))
    with pytest.raises(DmpError):
        around.act(Holder(PERSON), WRITE)
    assert len(kept(around)) == MOST_CHOICES


def test_an_act_on_a_choice_leaves_one_trace_without_any_word_of_it(around: Around):
    around.open()
    before = len(around.verbs())
    around.act(Holder(PERSON), WriteChoice(PERSON, "screening", ChoiceKind.DECLINED, "breast", reason="Motif privé"))

    assert len(around.verbs()) == before + 1
    with around.store.begin() as tx:
        tx.records.get("rec-1")
        texts = [tx.traces.opened("rec-1", name, sealed).text for name, _, sealed in tx.traces.rows("rec-1")]
    told = "".join(text if isinstance(text, str) else text.decode() for text in texts)
    assert not [word for word in ("breast", "screening", "Motif", "declined") if word in told]
