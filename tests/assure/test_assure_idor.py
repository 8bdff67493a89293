"""`idor`; and an answer about somebody else is found out."""

from assure_builders import figures, leg, short

from dmp.assure import idor
from dmp.assure.idor import altered, leaked

MESSAGE = b"<a:MessageID>urn:uuid:1</a:MessageID><w:Security>INS-1</w:Security><Body>INS-1 doc-1</Body>"
SWAP = {"INS-1": "INS-2", "doc-1": "doc-2", "lot-1": "lot-2"}


def test_ids_of_somebody_else_open_nothing(tmp_path):
    tally = idor.play(leg(tmp_path, 1))
    assert short(idor.CLAIM, tally) == []
    assert figures(idor.CLAIM, tally)["replays"].value > 50


def test_each_id_is_swapped_by_itself_then_all_in_the_body_and_in_the_assertion():
    bodies = [octets.partition(b"<w:Security>")[2] for octets in altered(MESSAGE, SWAP)]
    assert bodies == [
        b"INS-1</w:Security><Body>INS-2 doc-1</Body>",
        b"INS-2</w:Security><Body>INS-2 doc-1</Body>",
        b"INS-1</w:Security><Body>INS-1 doc-2</Body>",
        b"INS-1</w:Security><Body>INS-2 doc-2</Body>",
        b"INS-2</w:Security><Body>INS-2 doc-2</Body>",
    ]


def test_each_replay_has_a_message_id_of_its_own():
    heads = {octets.partition(b"<w:Security>")[0] for octets in altered(MESSAGE, SWAP)}
    assert len(heads) == 5
    assert b"urn:uuid:1<" not in b"".join(heads)


def test_a_word_about_somebody_else_is_seen_unless_the_question_held_it():
    words = frozenset({"doc-2", "DUPONT"})
    assert leaked(b"<Document>DUPONT</Document>", b"doc-2", words) == ["DUPONT"]
    assert leaked(b"doc-2: not found", b"doc-2", words) == []
