"""`detect`: what is drawn, which alert finds which attack, and what is promised (T-DETECT)."""

from dataclasses import replace
from datetime import timedelta

from dmp.assure.attacks import MOST_IN_BULK, attacks
from dmp.assure.claim import Tally
from dmp.assure.detect import CLAIM, attack_of
from dmp.assure.quiet import quiet, town
from dmp.record.alert import Alert, AlertKind

SEED = 7


def test_a_town_and_its_attacks_are_the_same_for_the_same_seed():
    first, second = town(SEED), town(SEED)
    assert first == second
    assert [a.acts for a in attacks(first, SEED)] == [a.acts for a in attacks(second, SEED)]
    assert len(first.workers) == 100
    assert len({patient.nir for patient in first.patients}) == 6000


def test_attacks_are_five_by_accounts_of_their_own_that_go_on_working():
    who = town(SEED)
    planned = attacks(who, SEED)
    assert len(planned) == 5
    accounts = [account for attack in planned for account in attack.accounts]
    assert len(accounts) == len(set(accounts)) == 10
    at_work = {act.worker for act in quiet(who, SEED)}
    assert set(accounts) <= at_work


def test_the_bulk_reading_is_refused_where_the_brake_holds():
    bulk = attacks(town(SEED), SEED)[0]
    assert len({act.patient for act in bulk.acts if not act.refused}) == MOST_IN_BULK == 299


def test_an_alert_finds_an_attack_by_account_or_record_once_it_has_begun():
    planned = attacks(town(SEED), SEED)
    bulk, curiosity = planned[0], planned[2]
    (account,) = bulk.accounts
    alert = Alert("a", AlertKind.PERSON, bulk.begins + timedelta(hours=1), account)
    assert attack_of(alert, planned) is bulk
    assert attack_of(replace(alert, at=bulk.begins - timedelta(hours=1)), planned) is None
    assert attack_of(replace(alert, person="somebody else"), planned) is None
    about = Alert("b", AlertKind.RECORD, curiosity.begins + timedelta(days=1), records=(curiosity.record,))
    assert attack_of(about, planned) is curiosity


def test_the_promise_is_broken_by_one_attack_missed_or_one_patient_too_many():
    good = Tally({"attacks found": 5, "false alerts": 20, "patients read in bulk": 299, "acts": 1})
    assert all(figure.held for figure in CLAIM.judge(good))
    for name, value in (("attacks found", 4), ("false alerts", 21), ("patients read in bulk", 300)):
        bad = Tally({**good.sums, name: value, "attacks missed": float(name == "attacks found")})
        assert not all(figure.held for figure in CLAIM.judge(bad))
