"""From a trace to a fact: names are compared and left behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.audit.trace import Outcome, Touched, Trace, Who
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import Attending, Authorisation, Record
from dmp.record.verb import Verb
from dmp.watch.fact import Fact, Tie
from dmp.watch.reading import Staff, fact_of, is_replay, rank_of, words_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TRAITS = IdentityTraits("DÉLMAS-TEST", "Hugo", "Hugo", "1980-01-01", Sex.MALE, used_name="MARTIN-TEST")
RECORD = Record("rec-1", (PatientId("180017510801012", "1.2.250.1.213.1.4.10"),), traits=TRAITS)


def a_trace(**changes) -> Trace:
    who = changes.pop("who", {})
    if isinstance(who, dict):
        who = Who("professional", "p1", "Claire ARNOUX-TEST", profession="10", structure="s1", **who)
    return Trace(
        **{"id": "t1", "at": AT, "who": who, "verb": Verb.READ, "record": "rec-1", "outcome": Outcome.DONE} | changes
    )


def the_fact(record: Record | None = RECORD, trace: Trace | None = None, **known) -> Fact:
    fact = fact_of(trace or a_trace(), record, **known)
    assert fact is not None
    return fact


def test_a_fact_tells_who_where_and_how_much_by_pseudonym_alone():
    touched = (Touched(uuid="urn:uuid:1"), Touched(uuid="urn:uuid:2"))
    fact = the_fact(trace=a_trace(touched=touched, who={"client_serial": "soft-1"}))
    assert (fact.person, fact.record, fact.documents, fact.place) == ("p1", "rec-1", 2, "s1/soft-1")
    assert not {"DÉLMAS", "Hugo", "ARNOUX"} & set(str(fact).replace("'", " ").split())


@pytest.mark.parametrize("name", ["Claire Delmas-Test", "DELMAS TEST Claire", "Claire martin-test"])
def test_the_same_family_name_is_a_tie_however_it_is_written(name: str):
    fact = fact_of(Trace("t", AT, Who("professional", "p1", name), Verb.READ, "rec-1", Outcome.DONE), RECORD)
    assert fact is not None
    assert fact.ties == {Tie.SAME_NAME}


def test_another_name_a_part_of_one_and_none_are_no_tie():
    for name in ("Claire ARNOUX-TEST", "Claire DELMAS", ""):
        fact = fact_of(Trace("t", AT, Who("professional", "p1", name), Verb.READ, "rec-1", Outcome.DONE), RECORD)
        assert fact is not None
        assert fact.ties == frozenset()


def test_a_colleague_is_known_by_both_names():
    assert the_fact(staff=Staff.of(["Hugo DELMAS-TEST", "Léa X"])).ties == {Tie.COLLEAGUE}
    assert the_fact(staff=Staff.of(["Anne DELMAS-TEST", "Hugo X"])).ties == frozenset()


def test_what_the_record_says_of_the_reader_is_a_tie():
    invited = Authorisation("s1", AT, AT + timedelta(days=9), "holder", by_holder=True)
    declared = Authorisation("p1", AT, AT + timedelta(days=9), "p1")
    known = Record(RECORD.key, RECORD.identifiers, attending=(Attending("p1", AT),), authorisations=(invited,))
    assert the_fact(known).ties == {Tie.ATTENDING, Tie.INVITED}
    assert the_fact(Record(RECORD.key, RECORD.identifiers, authorisations=(declared,))).ties == frozenset()
    assert the_fact(flagged=True).ties == {Tie.FLAGGED}


@pytest.mark.parametrize("kind", ["holder", "representative", "operator", "administrator", "unknown"])
def test_only_who_acts_from_a_structure_is_watched(kind: str):
    assert fact_of(Trace("t", AT, Who(kind, "p1"), Verb.READ, "rec-1", Outcome.DONE), RECORD) is None


def test_what_broke_by_itself_is_nobodys_act():
    assert fact_of(a_trace(outcome=Outcome.FAILED), RECORD) is None
    assert the_fact(trace=a_trace(outcome=Outcome.REFUSED)).refused


def test_a_replayed_assertion_is_known_by_its_reason():
    refused = a_trace(
        outcome=Outcome.REFUSED, detail="replay: this ID was used with other content or by another holder"
    )
    assert is_replay(refused)
    assert not is_replay(a_trace(detail="replay"))


def test_identifiers_are_ordered_with_corsica_in_its_place():
    assert rank_of(PatientId("180012A10800112", "x")) == 1800119108001
    assert rank_of(PatientId("160012B07400112", "x")) == 1600118074001
    assert rank_of(PatientId("short", "x")) == 0
    assert words_of(" Élodie-Anne d'Été ") == {"ELODIE", "ANNE", "D", "ETE"}


def test_an_employee_known_by_a_local_number_is_told_apart_by_his_structure():
    who = replace(a_trace().who, kind="staff", via="INDIRECTE_RENFORCEE")
    here, there = (the_fact(trace=a_trace(who=replace(who, structure=name))) for name in ("s1", "s2"))
    assert (here.person, there.person) == ("s1/p1", "s2/p1")
