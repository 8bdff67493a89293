"""`once`, small; and a service that keeps a lot twice, or forgets one, is found out."""

import pytest
from assure_builders import figures, leg, short

from dmp.assure import once
from dmp.assure.claim import Engine
from dmp.client import DmpClient


@pytest.mark.parametrize("engine", list(Engine))
def test_thirty_submissions_sent_up_to_five_times_are_thirty_documents(folder, engine):
    tally = once.play(leg(folder, 30, engine=engine))
    assert short(once.CLAIM, tally) == []
    told = figures(once.CLAIM, tally)
    assert told["documents"].value == 30
    assert told["messages"].value > 60


def test_a_document_that_is_not_there_makes_it_fall_short(folder, monkeypatch):
    find = DmpClient.find
    monkeypatch.setattr(DmpClient, "find", lambda *given: find(*given)[1:])
    assert set(short(once.CLAIM, once.play(leg(folder, 5)))) == {"documents", "missing"}


def test_a_document_that_is_there_twice_makes_it_fall_short(folder, monkeypatch):
    find = DmpClient.find
    monkeypatch.setattr(DmpClient, "find", lambda *given: find(*given) * 2)
    assert set(short(once.CLAIM, once.play(leg(folder, 5)))) == {"documents", "double"}
