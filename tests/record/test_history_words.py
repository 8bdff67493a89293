"""Every act, however it ended and in whatever mode, is told in French and in English."""

from datetime import UTC, datetime
from itertools import product

import pytest

from dmp.record.actor import Mode
from dmp.record.history import KINDS, Doer, DoerKind, Ending, Kind, KnownDocument, LogLine, TracedAct, Vague
from dmp.record.history_words import Language, predicate, told, way
from dmp.record.verb import Verb

AT = datetime(2026, 1, 31, 8, 0, 5, tzinfo=UTC)
ANNE = Doer(DoerKind.PROFESSIONAL, "899900012345", "Anne DUPONT", "10", "SM26", "499900012345001", "Cabinet fictif")


def a_line(verb: str = Verb.READ, *, ending: Ending = Ending.DONE, **changes) -> LogLine:
    documents = changes.pop("documents", ())
    act = TracedAct(**{"id": "1", "record": "r", "at": AT, "doer": ANNE, "verb": verb, "ending": ending} | changes)
    return LogLine(AT, act, documents)


@pytest.mark.parametrize("verb", [*Verb, "unreadable"])
def test_every_act_has_its_own_words(verb):
    for ending, mode, language in product(Ending, Mode, Language):
        said = told(a_line(verb, ending=ending, mode=mode.value), language)
        assert said.what != predicate("no such act", ending, language), "write it in record/data/history.toml"
        assert said.sentence.endswith(".")
        assert said.stands_out is (mode is not Mode.NORMAL)
        assert bool(said.how) is (mode is not Mode.NORMAL)


def test_no_two_acts_are_told_alike():
    for language in Language:
        said = [predicate(verb, Ending.DONE, language) for verb in Verb]
        assert len(set(said)) == len(said)


def test_french_and_english_differ_and_so_does_each_ending():
    for verb in Verb:
        words = {predicate(verb, ending, language) for ending, language in product(Ending, Language)}
        assert len(words) == 6, verb


def test_a_reading_is_told_with_its_title_profession_and_place():
    line = a_line(documents=(KnownDocument("urn:uuid:1", "Lettre"),))
    assert told(line).sentence == (
        "31/01/2026 09:00:05 : Anne DUPONT (Médecin, Qualifié en Médecine générale (SM)), Cabinet fictif "
        "a consulté dans le dossier : « Lettre »."
    )


def test_a_refusal_in_an_emergency_is_told_with_its_reason():
    line = a_line(ending=Ending.REFUSED, mode=Mode.BREAK_GLASS.value, reason="inconscient")
    assert told(line).what == "a essayé de consulter un document ; l'accès a été refusé"
    assert told(line).how == "en urgence (bris de glace), motif : inconscient"
    assert told(line, Language.ENGLISH).what == "tried to read a document; access was refused"


def test_a_vague_line_tells_its_day_and_nothing_else():
    line = LogLine(datetime(2026, 1, 30, 23, tzinfo=UTC), vague=Vague.UPDATED)
    assert told(line).sentence == "31/01/2026 : Un professionnel a mis à jour votre dossier."
    assert told(line, Language.ENGLISH).sentence == "31/01/2026 : A professional updated your record."


def test_who_is_not_named_is_told_by_what_he_is():
    for kind, said in (
        (DoerKind.UNKNOWN, "Appelant non identifié"),
        (DoerKind.SOFTWARE, "Logiciel de la structure"),
        (DoerKind.HOLDER, "Titulaire du dossier"),
        ("of another release", "Appelant non identifié"),
    ):
        assert told(a_line(doer=Doer(kind))).who == said


def test_a_person_whom_a_structure_declares_is_told_as_declared():
    doer = Doer(DoerKind.SOFTWARE, "1", "DUPONT Anne", "AUTOMATE", structure_name="Hôpital")
    assert told(a_line(doer=doer)).who == "DUPONT Anne (déclaré par sa structure)"
    assert told(a_line(doer=doer)).role == "Automate"


def test_an_unknown_mode_stands_out():
    assert way("of another release", Language.FRENCH) == "dans un mode d'accès particulier"


def test_every_kind_but_one_has_acts():
    assert set(KINDS.values()) == set(Kind) - {Kind.OTHER}
