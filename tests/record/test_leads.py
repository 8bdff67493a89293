from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.record.leads import lead_to_acted_for, lead_to_birth, lead_to_name, leads_of, leads_to_readable, spelt
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.people import Delegate, DelegateScope, Withdrawal
from dmp.record.record import Attending, Authorisation, Oppositions, Record, RecordState

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
YEAR = timedelta(days=365)
GIVEN = Authorisation("899900000101", NOW, NOW + YEAR, "899900000101", last_action=NOW)
TRAITS = IdentityTraits("LE GOFF", "Zoé", "Zoé Marie", "1979-03-28", Sex.FEMALE, used_name="Œuvrard")


def a_record(**changes) -> Record:
    return replace(Record("rec-1", (PatientId("279035121518989", "1.2.250.1.213.1.4.10"),)), **changes)


def test_who_is_let_in_leads_there_by_the_month_of_his_authorisation():
    assert leads_of(a_record(authorisations=(GIVEN,))) == {"reader 899900000101 2026-11"}


@pytest.mark.parametrize("days", [0, 1, 30, 200, 364])
def test_as_long_as_an_authorisation_is_valid_its_lead_is_looked_up(days):
    (lead,) = leads_of(a_record(authorisations=(GIVEN,)))
    assert lead in leads_to_readable("899900000101", at=NOW + timedelta(days=days))


def test_leads_of_former_years_are_not_looked_up():
    (lead,) = leads_of(a_record(authorisations=(GIVEN,)))
    assert lead not in leads_to_readable("899900000101", at=NOW + timedelta(days=400))
    assert len(leads_to_readable("899900000101", at=NOW)) == 14


def test_new_authorisations_are_looked_up_by_their_months_alone():
    assert leads_to_readable("8", at=NOW, since=datetime(2026, 10, 31, tzinfo=UTC)) == (
        "reader 8 always",
        "reader 8 2026-10",
        "reader 8 2026-11",
    )


def test_an_authorisation_that_lasts_longer_than_a_year_is_always_looked_up():
    longer = replace(GIVEN, until=NOW + 3 * YEAR)
    assert leads_of(a_record(authorisations=(longer,))) == {"reader 899900000101 always"}


def test_an_attending_doctor_is_always_looked_up():
    record = a_record(attending=(Attending("899900000101", NOW),))
    assert leads_of(record) == {"reader 899900000101 always"}


@pytest.mark.parametrize(
    "changes",
    [
        {"authorisations": (replace(GIVEN, until=NOW),)},
        {"authorisations": (GIVEN,), "blocked": frozenset({"899900000101"})},
        {"authorisations": (GIVEN,), "state": RecordState.CLOSED},
        {"authorisations": (GIVEN,), "state": RecordState.MERGED},
        {"traits": TRAITS, "state": RecordState.CLOSED},
        {"traits": TRAITS, "oppositions": Oppositions(emergency_dispatch=True)},
        {"traits": replace(TRAITS, birth_name="", used_name="")},
    ],
    ids=["given up", "blocked", "closed", "merged", "closed person", "opposed", "without name"],
)
def test_nothing_leads_to(changes):
    assert leads_of(a_record(**changes)) == frozenset()


def test_a_person_is_found_by_birth_name_or_used_name_with_a_first_name_or_the_birth_date():
    assert leads_of(a_record(traits=TRAITS)) == {
        "name LEGOFF ZOE",
        "name OEUVRARD ZOE",
        "birth LEGOFF 1979-03-28",
        "birth OEUVRARD 1979-03-28",
    }


def test_no_family_name_leads_anywhere_alone():
    assert not any(len(lead.split()) < 3 for lead in leads_of(a_record(traits=TRAITS)))


def test_names_lead_alike_however_they_are_written():
    assert lead_to_name("Le-Goff", "ZOÉ") == lead_to_name("le goff", "Zoe") == "name LEGOFF ZOE"
    assert lead_to_birth("Oeuvrard", "1979-03-28") == "birth OEUVRARD 1979-03-28"
    assert spelt("d'Ælis") == "DAELIS"


def test_whoever_acts_for_the_holder_leads_there_and_who_lost_authority_does_not():
    mother, gone, son = (PatientId(number, "1.2.250.1.213.1.4.10") for number in ("1", "2", "3"))
    record = a_record(
        guardians=(Guardian("MTH", "A", "B", identifier=mother), Guardian("FTH", "C", "D", identifier=gone)),
        withdrawals=(Withdrawal(gone, NOW, "op", "jugement"),),
        delegates=(Delegate(son, "E", DelegateScope.READ, NOW, NOW + YEAR),),
    )
    assert leads_of(record) == {lead_to_acted_for("1"), lead_to_acted_for("3")}
    assert leads_of(replace(record, state=RecordState.CLOSED)) == frozenset()
