"""`worlds`, at the counter, in secret, at the operator's: a leak that is put there is found (RX-2, AR-21, security 10).

Each leak is one that a careless change could bring. That none is found where none was put is in
`test_assure_worlds.py`, whose run has a scene of every viewer.
"""

import random
from dataclasses import replace

import pytest
from assure_builders import SEED, leg, short
from sqlalchemy import func, select

from dmp.access import prescription_rules
from dmp.actions import submission_writing
from dmp.assure import worlds
from dmp.assure.claim import Tally
from dmp.assure.two_worlds import delivering, overseeing, paging, reminding
from dmp.assure.two_worlds.prescribing import furnish
from dmp.assure.two_worlds.scene import Scene
from dmp.assure.two_worlds.viewers import VIEWERS, Seen, play
from dmp.overseeing import Overseeing
from dmp.record.job import JobLine
from dmp.record.oversight import WaitingCases
from dmp.record.prescription import Deed
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.packing import instant
from dmp.surroundings import have_people_told

PEOPLE = worlds.adults(SEED, 40)
PHARMACIST, OF_A_MINOR, MOTHER = "pharmacist", "pharmacist of a minor", "mother of a minor"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with worlds.worlds(tmp_path_factory.mktemp("counter")) as both:
        yield both


def played(pair, viewer: str) -> Seen:
    seen = play(
        Scene(pair, PEOPLE[pair.scenes], random.Random(viewer)),  # noqa: S311 - a seed to repeat a failure with
        next(one for one in VIEWERS if one.name == viewer),
    )
    furnish(seen, worlds.FURNISHED)
    return seen


def found(tmp_path, monkeypatch, viewer: str, pairs: int = 14) -> Tally:
    """What the claim finds with scenes of one viewer alone."""
    monkeypatch.setattr(worlds, "VIEWERS", tuple(one for one in VIEWERS if one.name == viewer))
    return worlds.play(leg(tmp_path, pairs))


# -- a delivery that is really made


@pytest.mark.parametrize("viewer", [PHARMACIST, OF_A_MINOR])
def test_a_pharmacist_delivers_the_same_in_both_worlds_and_leaves_the_same_documents(pair, viewer):
    seen = played(pair, viewer)
    assert len(seen.hidden_numbers) > 2
    with paging.pages_of(pair) as pages:
        assert paging.sign_in(pair, seen)
        first, second = [list(delivering.deliver(seen, pages, n, worlds.FIRST_DELIVERY)) for n in range(2)]

    assert [one.label for one, other in zip(first, second, strict=True) if one != other] == []
    assert sum(one.made for one in first) == 2, [(one.label, one.octets[:3]) for one in first]
    left = next(one for one in first if one.label == "the documents that were left")
    assert left.octets.count(b"60593-1") >= 2
    with pair.all[1].store.begin() as tx:
        told = tx.prescriptions.one(seen.number)
    assert told is not None
    assert {each.deed for each in told.executions} == {Deed.DELIVERED}
    assert (told.delivered("1"), told.delivered("2"), told.delivered("3")) == (56, 28, 14)


def told_of_all(kept, _papers):
    return iter(kept)


def yes(*_):
    return True


def no(*_):
    return False


LEAKS = {
    "a list of all there is, to a parent who stands there": (OF_A_MINOR, "told_at_the_counter", told_of_all),
    "a list of all there is": (PHARMACIST, "told_at_the_counter", told_of_all),
    "what another pharmacy delivered": (PHARMACIST, "delivered_of", yes),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_delivery_that_depends_on_what_is_hidden_is_found(tmp_path, monkeypatch, leak):
    viewer, rule, careless = LEAKS[leak]
    monkeypatch.setattr(prescription_rules, rule, careless)
    where = "a delivery in the record" if careless is yes else "what may be delivered"
    assert any(where in note for note in found(tmp_path, monkeypatch, viewer).notes)


def test_a_list_that_keeps_nothing_from_parents_is_found(tmp_path, monkeypatch):
    """He may read the document himself: the list alone would tell a parent who stands there (AR-21)."""
    real = prescription_rules.told_at_the_counter

    def careless(kept, papers):
        return real((replace(one, secret=False) for one in kept), (shown(one) for one in papers))

    monkeypatch.setattr(prescription_rules, "told_at_the_counter", careless)
    notes = found(tmp_path, monkeypatch, OF_A_MINOR).notes
    assert any("what may be delivered" in note for note in notes)


def shown(entry):
    return replace(entry, visibility=replace(entry.visibility, hidden_from_guardians=False))


# -- what a minor keeps from his parents


def test_a_secret_prescription_is_taken_read_and_delivered_and_his_mother_waits_for_the_same_messages(pair):
    mother = next(one for one in VIEWERS if one.name == MOTHER)
    seen = play(
        Scene(pair, PEOPLE[pair.scenes], random.Random("secret")),  # noqa: S311 - as above
        replace(mother, hidden=("secret_prescription",)),
    )
    with pair.all[0].store.begin() as tx:
        record = tx.records.get(seen.scene.record_key)
        told = tx.prescriptions.of(record)
        entries = tx.inside(record).by_unique_id([paper.unique_id for paper in seen.scene.secrets])
    assert all(one.secret and one.executions for one in told)
    assert len(entries) == len(seen.scene.secrets) == 2 * len(told) > 0
    assert all(entry.visibility.hidden_from_guardians for entry in entries)

    messages = [reminding.notices(seen, world) for world in pair.all]
    assert messages[0] == messages[1]
    assert messages[0], "she is told of what is no secret"


def hidden_from_nobody(monkeypatch):
    """What is taken and delivered in secret goes in as anything else does."""
    monkeypatch.setattr(prescription_rules, "hides_its_delivery", lambda *_: Visibility())
    monkeypatch.setattr(submission_writing.Writing, "_hide", lambda writing, chain, _: writing.visibility.pop(chain, 0))


def delivered_as_any_other(monkeypatch):
    monkeypatch.setattr("dmp.gate.is_secret", no)


def listed_as_any_other(monkeypatch):
    monkeypatch.setattr(prescription_rules, "is_told_of", yes)


def taken_as_any_other(monkeypatch):
    """The secret connection is forgotten once the prescription is kept."""
    monkeypatch.setattr("dmp.gate.have_people_told", tell_in_any_case)


def tell_in_any_case(tx, record, verb, caller, at):
    have_people_told(tx, record, verb, replace(caller, secret=False), at)


@pytest.mark.parametrize(
    ("leak", "where"),
    [
        (hidden_from_nobody, "/patient/"),
        (delivered_as_any_other, "messages"),
        (listed_as_any_other, "/patient/ordonnances"),
        (taken_as_any_other, "messages"),
    ],
)
def test_a_secret_of_a_minor_that_his_mother_could_learn_of_is_found(tmp_path, monkeypatch, leak, where):
    mother = next(one for one in VIEWERS if one.name == MOTHER)
    monkeypatch.setattr(worlds, "VIEWERS", (replace(mother, hidden=("secret_prescription",)),))
    leak(monkeypatch)
    notes = worlds.play(leg(tmp_path, 14)).notes
    assert any(where in note for note in notes), notes


# -- who runs the service


def cases_counted_by_documents(overseeing):
    with overseeing.store.connection() as connection:
        count = connection.execute(select(func.count()).select_from(schema.document)).scalar_one()
    return (WaitingCases("1750000001", count, 0, 0),)


def one_page(monkeypatch, page: str) -> None:
    """The operator opens this one in each scene."""
    monkeypatch.setattr(worlds, "operator_places", lambda _: [paging.Place("GET", page)])


def test_a_page_of_the_operator_that_differs_by_what_is_hidden_is_found(tmp_path, monkeypatch):
    one_page(monkeypatch, "/operator/urgences")
    monkeypatch.setattr(Overseeing, "emergencies", cases_counted_by_documents)
    notes = found(tmp_path, monkeypatch, "nurse").notes
    assert any("different" in note and "/operator/urgences" in note for note in notes), notes


def test_a_job_that_says_of_which_record_it_is_is_found(tmp_path, monkeypatch):
    """Lines of jobs may come and go: what each says is looked at all the same."""
    one_page(monkeypatch, "/operator/taches")
    monkeypatch.setattr(Overseeing, "jobs", jobs_with_their_records)
    tally = found(tmp_path, monkeypatch, "mother of a minor")
    assert short(worlds.CLAIM, tally) == ["pages of the operator that tell of a record"]


def jobs_with_their_records(overseeing, state):
    with overseeing.store.connection() as connection:
        rows = connection.execute(select(schema.job).where(schema.job.c.state == state)).all()
    return tuple(JobLine(row.id, row.kind, state, instant(row.due), row.attempts, row.record) for row in rows)


def test_a_page_of_the_operator_that_breaks_is_found(tmp_path, monkeypatch):
    one_page(monkeypatch, "/operator/urgences")
    monkeypatch.setattr(Overseeing, "emergencies", lambda _: 1 / 0)
    tally = found(tmp_path, monkeypatch, "nurse")
    assert "answers that differ" in short(worlds.CLAIM, tally)


@pytest.mark.parametrize("page", ["/operator", "/operator/taches", "/operator/traces"])
def test_pages_with_counts_of_the_service_are_held_but_for_those_counts(pair, page):
    seen = played(pair, "nurse")
    overseeing.sign_in_operator(pair)
    with paging.pages_of(pair) as pages:
        place = next(one for one in overseeing.operator_places(pages) if one.pattern == page)
        answers = [pages.opened(world, n, place, {}, worlds.FIRST_OVERSIGHT) for n, world in enumerate(pair.all)]

    first, second = (overseeing.held(place, answer) for answer in answers)
    assert first == second
    assert len(first) > 2000
    assert not overseeing.betrays(seen, answers[0])
    told = answers[0].replace(b"</main>", seen.scene.secrets[0].unique_id.encode() + b"</main>")
    assert overseeing.betrays(seen, told)
    assert overseeing.held(place, told) != second
