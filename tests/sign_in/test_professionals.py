"""Professionals by Pro Santé Connect, in the browser and on the telephone: the directory has the last word."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from dmp.record.actor import Authentication, Facility, Professional, Staff
from dmp.sandbox import identity_provider as sandbox
from dmp.sandbox.identities import professional
from dmp.sandbox.identity_provider import IdentityProvider, serving
from dmp.sign_in import ciba
from dmp.sign_in.activity import Choice, chosen, employed_in, listed_as
from dmp.sign_in.calls import Calls
from dmp.sign_in.ciba import Waiting
from dmp.sign_in.pro_sante_connect import ProSanteConnect
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof, Proven
from provider_builders import (
    DOCTOR,
    ELSEWHERE,
    NURSE,
    PHARMACIST,
    Clock,
    Directory,
    a_line,
    a_party,
    a_provider,
    picks,
    presses,
    the_doctor,
)

SECRET = "5e" * 32
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
AT_HOME = Professional(
    DOCTOR.national_id,
    "Claire ARNOUX-TEST",
    "10",
    "SM26",
    Facility(DOCTOR.structure, "Cabinet Test du Dr Arnoux", "SA07"),
    Authentication.DIRECT,
)


class Twisted(IdentityProvider):
    """A provider whose tokens a test may alter."""

    claims: Mapping = MappingProxyType({})

    def id_claims(self, person, nonce, access_token):
        return {**super().id_claims(person, nonce, access_token), **self.claims}


@pytest.fixture
def clock():
    return Clock(AT)


@pytest.fixture
def calls():
    made = Calls()
    yield made
    made.close()


@pytest.fixture
def psc(clock):
    provider = a_provider(
        sandbox.PSC, clock, the_doctor(ELSEWHERE), professional(PHARMACIST), professional(NURSE), made=Twisted
    )
    with serving(provider):
        yield provider


def known(*people) -> Directory:
    return Directory().knows(*(people or (DOCTOR, PHARMACIST, NURSE)))


def means(psc, calls, directory) -> ProSanteConnect:
    return ProSanteConnect(a_party(psc, calls), directory.opened)


def returns(psc, calls, clock, directory, person="doctor"):
    psc_means = means(psc, calls, directory)
    begun = psc_means.challenge(None, secret=SECRET, at=clock.at)
    return psc_means.returned(begun.kept, picks(begun.shown, person), at=clock.at)


def refused(psc, calls, clock, directory, person="doctor") -> Why:
    with pytest.raises(ProofRefused) as told:
        returns(psc, calls, clock, directory, person)
    assert DOCTOR.national_id not in told.value.reason
    assert "ARNOUX" not in told.value.reason
    return told.value.why


def test_a_doctor_of_one_known_place_is_proved_there(psc, calls, clock):
    found = returns(psc, calls, clock, known())
    assert isinstance(found, Proven)
    assert found.leave.startswith(f"{psc.issuer}/logout?id_token_hint=")
    assert replace(found, leave="") == Proven(Proof.PROVIDER, professional=AT_HOME)


def test_a_pharmacist_has_the_section_of_the_order_as_know_how(psc, calls, clock):
    found = returns(psc, calls, clock, known(), "pharmacist")
    assert isinstance(found, Proven)
    assert found.professional is not None
    assert (found.professional.profession, found.professional.know_how) == ("21", "A")


def test_a_nurse_has_no_know_how(psc, calls, clock):
    found = returns(psc, calls, clock, known(), "nurse")
    assert isinstance(found, Proven)
    assert found.professional is not None
    assert (found.professional.profession, found.professional.know_how) == ("60", "")


def test_who_works_in_two_places_chooses_one(psc, calls, clock):
    found = returns(psc, calls, clock, known(DOCTOR, ELSEWHERE))

    assert isinstance(found, Choice)
    assert [one.facility.name for one in found.activities] == [
        "Cabinet Test du Dr Arnoux",
        "Maison de santé Test des Tilleuls",
    ]
    assert chosen(found.kept, "0", at=AT).professional == AT_HOME
    assert chosen(found.kept, "0", at=AT).leave.startswith(f"{psc.issuer}/logout?")
    assert chosen(found.kept, "1", at=AT).professional == found.activities[1]


@pytest.mark.parametrize("answer", ["2", "-1", "", "x", "0x0", "٠", "9999999"])
def test_what_was_not_offered_cannot_be_chosen(psc, calls, clock, answer):
    found = returns(psc, calls, clock, known(DOCTOR, ELSEWHERE))
    assert isinstance(found, Choice)
    with pytest.raises(ProofRefused):
        chosen(found.kept, answer, at=AT)


def test_a_choice_does_not_stay_open(psc, calls, clock):
    found = returns(psc, calls, clock, known(DOCTOR, ELSEWHERE))
    assert isinstance(found, Choice)
    with pytest.raises(ProofRefused):
        chosen(found.kept, "0", at=AT + timedelta(minutes=5))
    with pytest.raises(ProofRefused):
        chosen("", "0", at=AT)


def test_a_professional_whom_the_directory_does_not_know_is_refused(psc, calls, clock):
    assert refused(psc, calls, clock, known(NURSE)) is Why.UNKNOWN_PROFESSIONAL


def test_a_professional_who_is_not_active_any_more_is_refused(psc, calls, clock):
    directory = known()
    directory.lines[DOCTOR.national_id] = replace(directory.lines[DOCTOR.national_id], active=False)
    assert refused(psc, calls, clock, directory) is Why.UNKNOWN_PROFESSIONAL


@pytest.mark.parametrize("changed", [{"profession": "60"}, {"know_hows": ("SM04",)}])
def test_a_profession_or_know_how_that_is_not_that_of_the_directory_is_refused(psc, calls, clock, changed):
    directory = known()
    directory.lines[DOCTOR.national_id] = replace(directory.lines[DOCTOR.national_id], **changed)
    assert refused(psc, calls, clock, directory) is Why.OTHER_PROFESSION


@pytest.mark.parametrize("changed", [{"active": False}, {"sector": "SA01"}])
def test_a_structure_that_is_not_active_or_in_another_sector_is_refused(psc, calls, clock, changed):
    directory = known()
    directory.lines[DOCTOR.structure] = replace(directory.lines[DOCTOR.structure], **changed)
    assert refused(psc, calls, clock, directory) is Why.OTHER_STRUCTURE


def test_a_structure_that_is_not_his_is_refused(psc, calls, clock):
    directory = known()
    directory.works = {}
    assert refused(psc, calls, clock, directory) is Why.OTHER_STRUCTURE


@pytest.mark.parametrize(
    "claims",
    [
        {"SubjectNameID": ""},
        {"SubjectNameID": "something"},
        {"SubjectNameID": "899900000029"},
        {"SubjectRefPro": {"exercices": []}},
        {"SubjectRefPro": []},
        {"SubjectRefPro": {"exercices": [{"codeProfession": None, "activities": [{}]}]}},
    ],
)
def test_claims_that_do_not_name_a_professional_are_refused(clock, calls, claims):
    doctor = the_doctor()
    told = {**doctor.claims, **claims}
    if claims == {"SubjectNameID": ""}:
        told["preferred_username"] = ""
    with serving(provider := a_provider(sandbox.PSC, clock, replace(doctor, claims=told))):
        refused(provider, calls, clock, known())


def test_a_professional_agrees_on_his_telephone(psc, calls, clock):
    psc_means = means(psc, calls, known())

    asked = psc_means.ask(f" {DOCTOR.national_id} ", secret=SECRET, at=clock.at)
    assert psc_means.agreed(asked.kept, at=clock.at) == Waiting(asked.kept, 2), "nobody is asked before the interval"
    waiting = psc_means.agreed(asked.kept, at=clock.passes(seconds=1))
    assert isinstance(waiting, Waiting)
    assert presses(psc.issuer, "agreed") == asked.shown

    found = psc_means.agreed(waiting.kept, at=clock.passes(seconds=1))
    assert isinstance(found, Proven)
    assert found.professional == AT_HOME


def test_who_declines_on_his_telephone_is_not_let_in(psc, calls, clock):
    psc_means = means(psc, calls, known())
    asked = psc_means.ask(DOCTOR.national_id, secret=SECRET, at=clock.at)
    presses(psc.issuer, "declined")
    with pytest.raises(ProofRefused) as told:
        psc_means.agreed(asked.kept, at=clock.passes(seconds=2))
    assert told.value.why is Why.DECLINED


def test_a_provider_that_wants_to_be_asked_less_often_is_asked_less_often(psc, calls, clock):
    psc_means = means(psc, calls, known())
    asked = psc_means.ask(DOCTOR.national_id, secret=SECRET, at=clock.at)
    psc_means.agreed(asked.kept, at=clock.passes(seconds=1))
    slower = psc_means.agreed(asked.kept, at=clock.at)

    assert isinstance(slower, Waiting)
    assert slower.seconds == 6
    assert psc_means.agreed(slower.kept, at=clock.passes(seconds=5)) == Waiting(slower.kept, 2)


def test_an_agreement_that_comes_too_late_is_refused(psc, calls, clock):
    psc_means = means(psc, calls, known())
    asked = psc_means.ask(DOCTOR.national_id, secret=SECRET, at=clock.at)
    presses(psc.issuer, "agreed")
    with pytest.raises(ProofRefused) as told:
        psc_means.agreed(asked.kept, at=clock.passes(seconds=120))
    assert told.value.why is Why.BEGIN_AGAIN


def test_an_agreement_serves_once(psc, calls, clock):
    psc_means = means(psc, calls, known())
    asked = psc_means.ask(DOCTOR.national_id, secret=SECRET, at=clock.at)
    presses(psc.issuer, "agreed")
    psc_means.agreed(asked.kept, at=clock.passes(seconds=2))
    with pytest.raises(ProofRefused, match="invalid_grant"):
        psc_means.agreed(asked.kept, at=clock.passes(seconds=2))


def test_an_agreement_with_a_weak_means_is_refused(psc, calls, clock):
    psc.claims = {"acr": "eidas0"}
    psc_means = means(psc, calls, known())
    asked = psc_means.ask(DOCTOR.national_id, secret=SECRET, at=clock.at)
    presses(psc.issuer, "agreed")
    with pytest.raises(ProofRefused) as told:
        psc_means.agreed(asked.kept, at=clock.passes(seconds=2))
    assert told.value.why is Why.TOO_WEAK


@pytest.mark.parametrize("hint", ["", "899900000029", "x" * 65, "8999\n00"])
def test_nobody_is_asked_by_an_id_that_is_not_known(psc, calls, clock, hint):
    with pytest.raises(ProofRefused) as told:
        means(psc, calls, known()).ask(hint, secret=SECRET, at=clock.at)
    assert told.value.why is Why.DECLINED, "the same as when he declines"


@pytest.mark.parametrize("kept", ["", "{}", '{"request":"x","until":9e9,"interval":5,"earliest":0}'])
def test_a_browser_that_asked_nobody_is_refused(psc, calls, clock, kept):
    with pytest.raises(ProofRefused):
        means(psc, calls, known()).agreed(kept, at=clock.at)


def test_a_provider_without_telephone_asks_nobody(calls, clock):
    with serving(provider := a_provider(sandbox.FRANCE_CONNECT, clock)), pytest.raises(ProofRefused):
        ciba.ask(a_party(provider, calls), "x", secret=SECRET, at=clock.at)


def test_a_card_shows_every_activity_that_the_directory_knows():
    directory = known(DOCTOR, ELSEWHERE)
    directory.lines[DOCTOR.national_id] = a_line(DOCTOR.national_id, profession="10", know_hows=("SM26", "SM04"))
    found = listed_as(DOCTOR.national_id, "Claire ARNOUX-TEST", directory)
    assert [(one.facility.sector, one.know_how) for one in found] == [
        ("SA07", "SM04"),
        ("SA07", "SM26"),
        ("SA52", "SM04"),
        ("SA52", "SM26"),
    ]


def test_a_card_of_somebody_without_profession_or_place_opens_nothing():
    directory = known(DOCTOR)
    directory.works = {}
    with pytest.raises(ProofRefused):
        listed_as(DOCTOR.national_id, "", directory)
    directory.lines[DOCTOR.national_id] = a_line(DOCTOR.national_id)
    with pytest.raises(ProofRefused):
        listed_as(DOCTOR.national_id, "", directory)


def test_an_employee_is_of_the_structure_of_his_card():
    directory = known(DOCTOR)
    facility = Facility(DOCTOR.structure, "Cabinet Test du Dr Arnoux", "SA07")
    found = employed_in("3990000028/1001", "Nadia HAMON-TEST", ("unknown", DOCTOR.structure), directory)
    assert found == Staff("3990000028/1001", "Nadia HAMON-TEST", "SECRETARIAT_MEDICAL", facility)
    with pytest.raises(ProofRefused) as told:
        employed_in("3990000028/1001", "", ("unknown",), directory)
    assert told.value.why is Why.OTHER_STRUCTURE


def test_the_claims_have_the_shape_of_the_real_ones():
    claims = the_doctor(ELSEWHERE).claims
    assert claims["SubjectRole"] == ["10^1.2.250.1.213.1.1.5.5"]
    assert json.dumps(claims["SubjectRefPro"]).count("codeSecteurDactivite") == 2
