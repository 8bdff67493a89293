"""`saml`, whole; and a service that lets a forgery in, or turns a genuine one away, is found out."""

import pytest
from assure_builders import figures, leg, short

from dmp.assure import saml
from dmp.assure.claim import Counter
from dmp.assure.inside import Answer
from dmp.assure.saml_desk import Case, asking


def test_every_forgery_is_refused_and_every_genuine_assertion_accepted(tmp_path):
    tally = saml.play(leg(tmp_path, saml.CLAIM.count))
    assert short(saml.CLAIM, tally) == []
    told = figures(saml.CLAIM, tally)
    assert told["forged or altered"].value >= 60
    assert told["genuine"].value >= 20


def test_a_forgery_that_nothing_is_wrong_with_is_let_in_and_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(saml, "FORGED", (Case("not even forged", asking()),))
    tally = saml.play(leg(tmp_path, len(saml.GENUINE) + 1))
    assert short(saml.CLAIM, tally) == ["refused", "let in"]
    assert tally.notes == ("let in: not even forged: 200",)


@pytest.mark.parametrize("answer", [Answer(400, b""), Answer(200, b"DMPPatientMismatch"), Answer(503, b"")])
def test_a_genuine_assertion_that_is_turned_away_is_found_out(answer):
    counter = Counter()
    saml.accept(saml.GENUINE[0], answer, counter)
    assert "accepted" in short(saml.CLAIM, counter.tally())


def test_no_two_cases_have_one_name():
    names = [case.name for case in saml.FORGED]
    assert len(set(names)) == len(names)
