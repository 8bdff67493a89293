"""«Fermer mon dossier» in a browser: closed, opened again, its destruction asked for and taken back (LC-9 to LC-12)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dmp.actions.destroy_record import DestroyRecord, ListDueRecords, destroy_due
from dmp.gate import Gate
from dmp.main import build_gate
from dmp.record.actor import Caller, Operator
from dmp.record.dtm import PARIS
from dmp.record.errors import RecordNotClosed
from dmp.record.people import DelegateScope
from dmp.record.record import Attending, Authorisation, ClosingReason, Closure, LegalHold, Record, RecordState
from dmp.record.retention import Ground
from dmp.settings import Settings
from dmp.store.tx import Store
from own_space_builders import ADULT, DAY, DOCTOR, NOW, Doors, delegated, of_a_child, sent
from store_builders import PERSON, a_record

CLOSING, REOPEN, DESTROY, RECEIPT = (
    "/patient/fermer",
    "/patient/fermer/rouvrir",
    "/patient/fermer/detruire",
    "/patient/fermer/recu",
)
CLOSED = {"state": RecordState.CLOSED, "closure": Closure(NOW - DAY, ClosingReason.PATIENT_REQUEST)}
ANNE, BASILE = Caller(Operator("anne")), "basile"
FORMS = (
    (CLOSING, {"understood": "1"}),
    (REOPEN, {"consent": "1"}),
    (DESTROY, {"for_good": "1"}),
    (DESTROY, {"back": "1"}),
)


@pytest.fixture
def doors(loop, sqlite_store: Store) -> Callable[..., Doors]:
    return lambda record=None: Doors(loop, sqlite_store, record or a_record(traits=ADULT))


def now_of(house: Doors) -> Record:
    with house.store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        return record


def test_closing_tells_what_it_means_and_asks_to_be_understood(doors):
    house = doors()
    anne = house.holder().get(CLOSING)
    for told in ("directives anticipées ne seront plus accessibles", "dix ans", "Emporter d’abord une copie"):
        assert told in anne.page
    anne.submit(CLOSING, reason="Je déménage")
    assert (anne.status, "Cochez la case" in anne.page, "Je déménage" in anne.page) == (422, True, True)
    anne.submit(CLOSING, reason="x" * 501, understood="1")
    assert (anne.status, 'id="reason-error"' in anne.page) == (422, True)
    assert now_of(house).state is RecordState.ACTIVE


def test_a_closed_record_has_a_home_and_nothing_else(doors):
    house = doors()
    anne = house.holder().get(CLOSING)
    anne.submit(CLOSING, reason="Je déménage", understood="1").follow()
    assert "Votre dossier est fermé" in anne.page
    closure = now_of(house).closure
    assert closure is not None
    assert (closure.reason, closure.text) == (ClosingReason.PATIENT_REQUEST, "Je déménage")
    for path in ("/patient/profil", "/patient/profil/notes", "/patient/reglages/contact"):
        anne.get(path)
        assert (anne.status, "Ce dossier est fermé" in anne.page) == (403, True), path
    assert anne.get("/historique").status == 200


def test_opening_again_needs_consent_ends_authorisations_and_forgets_the_request(doors):
    given = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, DOCTOR.id)
    blocked = frozenset({"899900000999"})
    house = doors(a_record(traits=ADULT, authorisations=(given,), blocked=blocked, destruction_asked=NOW, **CLOSED))
    anne = house.holder().get(CLOSING)
    anne.submit(REOPEN)
    assert (anne.status, "Cochez la case" in anne.page) == (422, True)
    anne.submit(REOPEN, consent="1").follow()
    assert "Ce que cela change" in anne.page
    record = now_of(house)
    assert (record.state, record.destruction_asked, record.blocked) == (RecordState.ACTIVE, None, blocked)
    assert record.authorisations[0].until < NOW + DAY
    assert record.consent is not None


def test_destruction_is_asked_for_with_a_receipt_seen_by_the_operators_and_taken_back(doors):
    house = doors(a_record(traits=ADULT, **CLOSED))
    gate = the_gate(house)
    anne = house.holder().get(CLOSING)
    anne.submit(DESTROY)
    assert (anne.status, "Cochez la case" in anne.page) == (422, True)
    assert gate.perform(ANNE, ListDueRecords(NOW.date()), NOW) == []
    anne.submit(DESTROY, for_good="1").follow()
    assert "Vous avez demandé sa destruction" in anne.page
    receipt = anne.get(RECEIPT).page
    assert f"reçue le {datetime.now(PARIS):%d/%m/%Y}" in receipt
    assert PERSON.number not in receipt
    (due,) = gate.perform(ANNE, ListDueRecords(NOW.date()), NOW)
    assert due.asked is not None
    anne.get(CLOSING).submit(DESTROY, back="1").follow()
    assert "Vous avez demandé" not in anne.page
    assert anne.get(RECEIPT).status == 303
    assert gate.perform(ANNE, ListDueRecords(NOW.date()), NOW) == []


def test_the_job_destroys_nothing_that_was_only_asked_for(doors):
    house = doors(a_record(traits=ADULT, **CLOSED))
    gate = the_gate(house)
    sent(house.holder(), DESTROY, for_good="1")
    assert list(destroy_due(lambda caller, act: gate.perform(caller, act, NOW), today=NOW.date())) == []
    assert gate.perform(ANNE, DestroyRecord(PERSON, BASILE, Ground.REQUEST), NOW) is not None
    anne = house.holder().get(CLOSING)
    assert anne.status == 404


def test_a_record_that_is_open_is_not_to_be_destroyed(doors):
    house = doors()
    anne = sent(house.holder(), DESTROY, for_good="1")
    assert anne.status == 400
    assert now_of(house).destruction_asked is None
    with pytest.raises(RecordNotClosed):
        the_gate(house).perform(ANNE, DestroyRecord(PERSON, BASILE, Ground.REQUEST), NOW)


def test_asked_twice_it_keeps_the_first_day(doors):
    house = doors(a_record(traits=ADULT, destruction_asked=NOW - 3 * DAY, **CLOSED))
    sent(house.holder(), DESTROY, for_good="1")
    assert now_of(house).destruction_asked == NOW - 3 * DAY


def test_a_legal_hold_is_told_where_destruction_is_asked_for(doors):
    house = doors(a_record(traits=ADULT, legal_hold=LegalHold(NOW, "enquête", "anne"), **CLOSED))
    assert "obligation légale" in house.holder().get(CLOSING).page


@pytest.mark.parametrize(("path", "fields"), FORMS)
def test_a_session_of_a_while_ago_ends_nothing(doors, path, fields):
    house = doors(a_record(traits=ADULT, **({} if path == CLOSING else CLOSED)))
    before = now_of(house)
    anne = sent(house.holder(signed_in=timedelta(minutes=16)), path, **fields)
    assert (anne.status, "moins de quinze minutes" in anne.page, now_of(house)) == (403, True, before)


REFUSED: list[Callable[..., Record]] = [
    of_a_child,
    *(lambda scope=scope, **changes: delegated(scope, **changes) for scope in DelegateScope),
]


@pytest.mark.parametrize("record", REFUSED, ids=["representative", *DelegateScope])
@pytest.mark.parametrize(("path", "fields"), FORMS)
def test_nobody_who_acts_for_the_holder_closes_opens_or_destroys(doors, record, path, fields):
    house = doors(record(**({} if path == CLOSING else CLOSED), destruction_asked=None if path == CLOSING else NOW))
    before, paul = now_of(house), house.acting()
    assert "Seule la personne à qui appartient ce dossier" in paul.get(CLOSING).page
    assert '<button class="btn btn-danger"' not in paul.page
    assert sent(paul, path, **fields).status == 403
    assert now_of(house) == before
    assert "reçue" not in paul.get(RECEIPT).page


def test_a_professional_has_no_such_page(doors):
    house = doors(a_record(traits=ADULT, attending=(Attending(DOCTOR.id, NOW - DAY, confirmed=True),)))
    claire = house.doctor()
    for path in (CLOSING, RECEIPT):
        claire.get(path)
        assert claire.answer is not None
        assert (claire.status, claire.answer.headers["location"]) == (303, "/")


def the_gate(house: Doors) -> Gate:
    return build_gate(house.store, Settings("", *[Path("/nowhere")] * 6, production=False))
