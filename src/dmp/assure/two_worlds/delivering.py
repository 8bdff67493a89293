"""A delivery that is made at the counter, in both worlds: what is hidden changes no answer, nor what is left (RX-2).

The pharmacist has the record open, finds the prescription, hands something
out, then more of it by its number. What he deposits is taken back and
compared; the pages and the questions that come after are asked of the record
as he left it. Hidden from him are prescriptions of the same medicines, one of
them a narcotic that another pharmacy delivered today: known, it would stop him.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dmp.assure.two_worlds.asking import SERVICE_MADE, ask, message
from dmp.assure.two_worlds.numbering import NARCOTIC_LINE
from dmp.assure.two_worlds.paging import Pages, fields_of
from dmp.assure.two_worlds.scene import DISPENSATION
from dmp.assure.two_worlds.searching import REPOSITORY, RETRIEVE
from dmp.assure.two_worlds.viewers import Seen
from dmp.assure.two_worlds.world import World
from dmp.web.chart.counter_pages import COUNTER, DELIVER, DELIVER_HERE, DONE, HERE
from dmp.wire.xds import iti43

MEDICINES = "/professional/dossier/sante/medicaments"


@dataclass(frozen=True)
class Answered:
    """What one step of it came to in one world; `made` tells a delivery that was written down."""

    label: str
    octets: bytes
    made: bool = False


def delivers(seen: Seen) -> bool:
    """Whether the viewer has something to deliver."""
    return seen.delivered is not None


def deliver(seen: Seen, pages: Pages, number: int, step: int) -> Iterator[Answered]:
    """Deliver in the world of this number; the answers, one after another."""
    world, told = seen.scene.worlds.all[number], seen.delivered
    assert told is not None, "there is nothing to deliver"  # noqa: S101
    world.turn_to(step)
    listed = pages.sent(number, "GET", HERE)
    yield Answered("what may be delivered", listed)
    some = {
        **_form(listed),
        "prescription": told.id,
        "once": _name(seen, 1),
        **_line("1", "10"),
        **_line(NARCOTIC_LINE, "14"),
    }
    world.turn_to(step + 1)
    yield _made("a delivery in the record", pages.sent(number, "POST", DELIVER_HERE, some))
    yield Answered("what is left to deliver", pages.sent(number, "GET", HERE))
    world.turn_to(step + 2)
    read = pages.sent(number, "POST", COUNTER, {**_form(listed), "number": told.number})
    yield Answered("the prescription by its number", read)
    more = {**_form(read), "number": told.number, "once": _name(seen, 2), **_line("2", "28"), **_line("1", "999")}
    yield Answered("too much of it", pages.sent(number, "POST", DELIVER, more))
    world.turn_to(step + 3)
    yield _made("a delivery by the number", pages.sent(number, "POST", DELIVER, {**more, **_line("1", "46")}))
    world.turn_to(step + 4)
    yield Answered("the medicines", pages.sent(number, "GET", MEDICINES))
    yield from _left(seen, world, step + 5)


def _left(seen: Seen, world: World, step: int) -> Iterator[Answered]:
    """The entries that he left in the record, and their documents as he takes them back."""
    with world.store.begin() as tx:
        entries = tx.inside(tx.records.get(seen.scene.record_key)).entries_but_signatures()
    own = seen.who.user if seen.who is not None else ""
    kind = DISPENSATION.code
    left = [one for one in entries if one.type_code.code == kind and one.deposit and one.deposit.person == own]
    yield Answered("what was left", SERVICE_MADE.sub(b"id", repr(sorted(map(repr, left))).encode()))
    wanted = [iti43.DocumentRequest(REPOSITORY, one.unique_id) for one in sorted(left, key=lambda one: one.unique_id)]
    probe = message("ITI-43", RETRIEVE, iti43.write_request(wanted), _name(seen, 3))
    yield Answered("the documents that were left", ask(world, seen.caller, probe, step))


def _name(seen: Seen, number: int) -> str:
    """A UUID of this scene, the same in both worlds: of a form, whose deposit is named after it, or of a message."""
    return f"{seen.scene.worlds.scenes:08x}-0000-4000-8000-{number:012x}"


def _form(page: bytes) -> Mapping[str, str]:
    """What keeps the form of a page from being sent by another site."""
    return {name: value for name, value in fields_of(page, "").items() if name == "token"}


def _line(item: str, quantity: str) -> dict[str, str]:
    return {f"deed-{item}": "delivered", f"quantity-{item}": quantity, f"lot-{item}": "L-FICTIF"}


def _made(label: str, answer: bytes) -> Answered:
    return Answered(label, answer, DONE.encode() in answer or "C’est noté.".encode() in answer)
