"""`worlds`, small: nothing tells what is hidden; and a world that tells is found out (security 7, DEC-10)."""

import random
from dataclasses import replace
from typing import get_args

import pytest
from assure_builders import SEED, figures, leg, short

from dmp.access import decide, document_rules
from dmp.assure import worlds
from dmp.assure.two_worlds import filling, paging, questions
from dmp.assure.two_worlds.asking import Endpoint, ask, message
from dmp.assure.two_worlds.managing import LIST_RECORDS
from dmp.assure.two_worlds.questions import ASKED, endpoints, unasked
from dmp.assure.two_worlds.scene import ALL, Scene
from dmp.assure.two_worlds.searching import SEARCH
from dmp.assure.two_worlds.viewers import VIEWERS, play
from dmp.assure.two_worlds.world import actor_of
from dmp.record.actor import Caller
from dmp.record.management import ManagementRequest
from dmp.record.query import DocumentCriteria, FindDocuments, Question, StoredQuery
from dmp.web.soap import edge
from dmp.wire.xds import iti18_request

PEOPLE = worlds.adults(SEED, 100)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with worlds.worlds(tmp_path_factory.mktemp("worlds")) as both:
        yield both


def scene(pair, seed: str) -> Scene:
    return Scene(pair, PEOPLE[pair.scenes], random.Random(seed))  # noqa: S311 - a seed to repeat a failure with


def test_what_is_hidden_changes_no_answer(tmp_path):
    tally = worlds.play(leg(tmp_path, worlds.QUESTIONS * len(VIEWERS)))
    assert (short(worlds.CLAIM, tally), tally.notes) == ([], ())
    assert figures(worlds.CLAIM, tally)["kinds of viewer"].value == len(VIEWERS)
    assert figures(worlds.CLAIM, tally)["operations asked"].value >= len(endpoints()) - 1


def test_the_author_does_see_the_two_worlds_differ(pair):
    """Otherwise the test above would prove nothing."""
    for hidden in VIEWERS[0].hidden:
        played = scene(pair, f"author {hidden}")
        seen = play(played, replace(VIEWERS[0], hidden=(hidden,)))
        author = Caller(actor_of(pair.credentials("doctor")), patient=played.patient)
        query = StoredQuery(FindDocuments(DocumentCriteria(played.patient, ALL)))
        body = iti18_request.write_request(query, patient_type="NH")
        probe = message("FindDocuments", SEARCH, body, seen.message_id())
        first, second = [ask(world, author, probe, 2000) for world in pair.all]
        assert first != second, hidden
        assert all(paper.unique_id.encode() in first for paper in played.secrets if not paper.entry.is_signature)
        assert ask(pair.all[0], seen.caller, probe, 2001) == ask(pair.all[1], seen.caller, probe, 2001)


def test_a_world_whose_masks_are_ignored_is_found_out(tmp_path, monkeypatch):
    rules = tuple(rule for rule in decide.DOCUMENT_REFUSALS if rule is not document_rules.masked_to_professionals)
    monkeypatch.setattr(decide, "DOCUMENT_REFUSALS", rules)
    monkeypatch.setattr(worlds, "VIEWERS", VIEWERS[:2])
    tally = worlds.play(leg(tmp_path, 60))
    assert "answers that differ" in short(worlds.CLAIM, tally)


def test_a_former_version_that_was_deleted_leaves_no_date_in_the_list_of_records(tmp_path, monkeypatch):
    """What corrects one that somebody may not know of is, for him, the first of its kind."""
    nurse = next(one for one in VIEWERS if one.name == "nurse")
    lists = [one for one in endpoints() if one in LIST_RECORDS]
    monkeypatch.setattr(worlds, "VIEWERS", (replace(nurse, hidden=("former_of_a_shown_one",)),))
    monkeypatch.setattr(
        worlds, "questions", lambda seen: [(one, make) for one in lists for make in ASKED[one](seen)] * 4
    )
    tally = worlds.play(leg(tmp_path, 28))
    assert (tally.sums.get("different", 0), tally.notes) == (0, ())


# -- prescriptions that have a number


def told_of_hidden_ones(turn):
    """A list of what may be delivered that does not ask which documents may be read."""
    return [each for each in turn.tx.prescriptions.of(turn.known_record) if each.document and not each.secret]


def may_know_all(*_):
    return True


@pytest.mark.parametrize(
    ("viewer", "broken", "careless"),
    [
        ("pharmacist", "dmp.actions.dispense.told_to_pharmacist", told_of_hidden_ones),
        ("holder", "dmp.access.prescription_rules.is_told_of", may_know_all),
        ("doctor", "dmp.access.prescription_rules.is_told_of", may_know_all),
    ],
)
def test_a_list_of_prescriptions_that_tells_of_hidden_ones_is_found(tmp_path, monkeypatch, viewer, broken, careless):
    monkeypatch.setattr(worlds, "VIEWERS", tuple(one for one in VIEWERS if one.name == viewer))
    monkeypatch.setattr(broken, careless)
    tally = worlds.play(leg(tmp_path, 14))
    assert tally.sums["prescriptions"] > 0
    assert any("ordonnances" in note for note in tally.notes), tally.notes


# -- nothing is served that nobody asks about


def test_every_operation_has_its_questions():
    assert unasked() == [], "give each of these a generator in dmp/assure/two_worlds/questions.py"


def test_an_operation_without_question_is_named(tmp_path, monkeypatch):
    new = replace(edge.SERVICES["registry"][0], actions=("urn:new",))
    assert unasked({**edge.SERVICES, "novelties": (new,)}) == [Endpoint("novelties", "urn:new")]
    monkeypatch.delitem(questions.ASKED, SEARCH)
    tally = worlds.play(leg(tmp_path, 14))
    assert short(worlds.CLAIM, tally) == ["operations without a question"]
    assert tally.notes == ("without question: registry urn:ihe:iti:2007:RegistryStoredQuery",)


def test_each_operation_is_reached_by_what_is_asked_of_it(pair):
    """The message goes where its generator is registered, and one at least is understood there."""
    reached = set()
    for viewer in ("doctor", "dispatch"):
        seen = play(scene(pair, f"reached {viewer}"), next(one for one in VIEWERS if one.name == viewer))
        for step, (endpoint, make) in enumerate(questions.questions(seen), start=1000):
            probe = make()
            assert probe.endpoint == endpoint
            answer = ask(pair.all[0], seen.caller, probe, step)
            if answer.startswith(b"200") and b"Fault>" not in answer:
                reached.add(endpoint)
    assert reached == set(ASKED)


def test_every_stored_query_and_every_management_message_is_asked(pair):
    seen = play(scene(pair, "kinds"), VIEWERS[0])
    labels = {make().label for _, make in questions.questions(seen)}
    assert {f"ITI-18 {kind.__name__}" for kind in get_args(Question)} <= labels
    assert {kind.__name__ for kind in get_args(ManagementRequest)} <= labels


@pytest.mark.parametrize("viewer", ["representative", "delegate"])
def test_who_acts_for_the_holder_finds_what_is_not_hidden_from_him(pair, viewer):
    """Otherwise he would be a stranger in both worlds, and prove nothing."""
    viewer = next(one for one in VIEWERS if one.name == viewer)
    played = scene(pair, f"finds {viewer.name}")
    seen = play(played, viewer)
    query = StoredQuery(FindDocuments(DocumentCriteria(played.patient, ALL)))
    body = iti18_request.write_request(query, patient_type="NH")
    answer = ask(pair.all[0], seen.caller, message("FindDocuments", SEARCH, body, seen.message_id()), 2000)
    assert played.shown
    assert all(paper.unique_id.encode() in answer for paper in played.shown)
    assert not any(paper.unique_id.encode() in answer for paper in played.secrets)


# -- the search inside the documents


def _answers(pair, seen) -> dict[str, tuple[bytes, ...]]:
    """What each world answers to what is typed into the search."""
    found: dict[str, tuple[bytes, ...]] = {}
    with paging.pages_of(pair) as pages:
        for step, place in enumerate(pages.places, start=3000):
            if place.named in filling.TYPED and paging.fits(seen, place):
                assert paging.sign_in(pair, seen)
                ids = paging.ids_of(seen)
                both = tuple(pages.opened(world, n, place, ids, step) for n, world in enumerate(pair.all))
                found[place.named] = both
    return found


@pytest.mark.parametrize(("viewer", "hidden"), [("nurse", "masked_at_deposit"), ("holder", "hidden_from_patient")])
def test_a_word_that_only_a_hidden_document_says_changes_nothing_of_a_search(pair, viewer: str, hidden: str):
    known = next(one for one in VIEWERS if one.name == viewer)
    seen = play(scene(pair, f"search {viewer}"), replace(known, hidden=(hidden,)))
    answers = _answers(pair, seen)

    assert list(answers) == list(filling.TYPED)
    for typed, (first, second) in answers.items():
        assert first.startswith(b"200"), typed
        assert first == second, typed
    assert any(paper.word.encode() in answers["common word"][0] for paper in seen.scene.shown)


def test_a_search_whose_masks_are_ignored_is_found_out(tmp_path, monkeypatch):
    """Otherwise the test above would prove nothing."""
    rules = tuple(rule for rule in decide.DOCUMENT_REFUSALS if rule is not document_rules.masked_to_professionals)
    monkeypatch.setattr(decide, "DOCUMENT_REFUSALS", rules)
    with worlds.worlds(tmp_path) as pair:
        seen = play(scene(pair, "search unmasked"), replace(VIEWERS[0], hidden=("masked_at_deposit",)))
        answers = _answers(pair, seen)

    assert [typed for typed, (first, second) in answers.items() if first == second] == []
