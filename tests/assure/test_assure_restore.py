"""`restore`, small; and a restore that brings back what was erased or removed is found out."""

import pytest
from assure_builders import figures, leg, short

from dmp.assure import restore
from dmp.assure.claim import Engine


@pytest.mark.parametrize("engine", list(Engine))
def test_sixty_documents_come_back_and_what_was_erased_or_removed_does_not(folder, engine):
    tally = restore.play(leg(folder, 60, engine=engine))
    assert short(restore.CLAIM, tally) == []
    told = figures(restore.CLAIM, tally)
    assert (told["documents"].value, told["still erased"].value, told["still removed"].value) == (60, 8, 12)


def test_a_service_that_lost_its_journal_brings_back_what_was_erased_and_removed(folder, monkeypatch):
    def destroy_all(settings):
        destroy(settings)
        (settings.keys / "journal.jsonl").unlink()

    destroy = restore.destroy
    monkeypatch.setattr(restore, "destroy", destroy_all)
    tally = restore.play(leg(folder, 20))
    assert short(restore.CLAIM, tally) == ["still erased", "still removed"]
    assert (tally["still erased"], tally["still removed"]) == (4, 0)
