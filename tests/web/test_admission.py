"""Who is worked on next, who waits, and who is told to come back later (security 13.6)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from dmp.web.admission import Admission, Kind, Room, Ticket, claims_emergency, classified

SEARCH = b'application/soap+xml; charset=UTF-8; action="urn:ihe:iti:2007:RegistryStoredQuery"'
SUBMIT = (
    b'multipart/related; type="application/xop+xml"; boundary="b"; '
    b'action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"; start="<a>"'
)


@dataclass
class Clock:
    """Time that stands still until it is moved."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A waiting room, and what happened to each request."""

    admission: Admission
    clock: Clock
    told: list[str] = field(default_factory=list)
    tickets: dict[str, Ticket] = field(default_factory=dict)

    def ask(self, name: str, kind: Kind, holder: bytes = b"somebody") -> None:
        ticket = Ticket(
            kind, holder, lambda: self.told.append(f"{name} works"), lambda: self.told.append(f"{name} is refused")
        )
        self.tickets[name] = ticket
        self.admission.enter(ticket)

    def leave(self, name: str) -> None:
        self.admission.leave(self.tickets[name])


def in_a_house(room: Room) -> Callable[[Callable[[House], Awaitable[None] | None]], None]:
    """Run a test inside an event loop, as the service does."""

    def run(test: Callable[[House], Awaitable[None] | None]) -> None:
        async def inside() -> None:
            clock = Clock()
            outcome = test(House(Admission(room, clock), clock))
            if outcome is not None:
                await outcome

        asyncio.run(inside())

    return run


def test_there_are_as_many_places_as_threads_and_the_next_one_comes_in_when_one_leaves():
    @in_a_house(Room(places=2))
    def _(house: House) -> None:
        for name in ("a", "b", "c"):
            house.ask(name, Kind.READING)
        assert house.told == ["a works", "b works"]
        house.leave("a")
        assert house.told == ["a works", "b works", "c works"]
        house.leave("a")
        house.leave("b")
        house.ask("d", Kind.READING)
        assert house.told[-1] == "d works"


def test_the_most_urgent_comes_first_and_the_oldest_of_each_class():
    @in_a_house(Room(places=1))
    def _(house: House) -> None:
        house.ask("first", Kind.OTHER)
        for name, kind in (
            ("export", Kind.OTHER),
            ("deposit", Kind.DEPOSIT),
            ("old reading", Kind.READING),
            ("reading", Kind.READING),
            ("emergency", Kind.EMERGENCY),
        ):
            house.ask(name, kind)
        for name in ("first", "emergency", "old reading", "reading", "deposit"):
            house.leave(name)
        assert house.told == [
            "first works",
            "emergency works",
            "old reading works",
            "reading works",
            "deposit works",
            "export works",
        ]


def test_when_the_room_is_full_the_oldest_of_the_lowest_class_leaves_for_a_more_urgent_one():
    @in_a_house(Room(places=1, queue=3))
    def _(house: House) -> None:
        for name, kind in (("at work", Kind.READING), ("x1", Kind.OTHER), ("x2", Kind.OTHER), ("d1", Kind.DEPOSIT)):
            house.ask(name, kind)
        house.ask("reading", Kind.READING)
        house.ask("emergency", Kind.EMERGENCY)
        house.ask("another", Kind.EMERGENCY, b"another")
        assert house.told == ["at work works", "x1 is refused", "x2 is refused", "d1 is refused"]


def test_without_anybody_less_urgent_the_newcomer_is_refused_at_once():
    @in_a_house(Room(places=1, queue=2))
    def _(house: House) -> None:
        for name in ("at work", "r1", "r2"):
            house.ask(name, Kind.READING)
        assert house.admission.would_refuse(Kind.READING)
        assert not house.admission.would_refuse(Kind.EMERGENCY)
        house.ask("r3", Kind.READING)
        house.ask("d", Kind.DEPOSIT)
        assert house.told == ["at work works", "r3 is refused", "d is refused"]


def test_whoever_waited_too_long_is_dropped_without_work():
    @in_a_house(Room(places=1, patience=(10, 2, 5, 5)))
    async def _(house: House) -> None:
        house.ask("at work", Kind.READING)
        house.ask("reading", Kind.READING)
        house.ask("deposit", Kind.DEPOSIT)
        house.clock.now += 3
        await asyncio.sleep(0.05)
        assert house.told == ["at work works", "reading is refused"]
        house.clock.now += 3
        house.leave("at work")
        assert house.told == ["at work works", "reading is refused", "deposit is refused"]


def test_a_caller_who_leaves_gives_his_turn_to_the_next():
    @in_a_house(Room(places=1))
    def _(house: House) -> None:
        for name in ("at work", "gone", "next"):
            house.ask(name, Kind.READING)
        house.admission.withdraw(house.tickets["gone"])
        house.admission.withdraw(house.tickets["gone"])
        house.leave("at work")
        assert house.told == ["at work works", "next works"]
        assert house.admission.waiting == 0


def test_one_certificate_cannot_fill_the_room_with_its_emergencies():
    @in_a_house(Room(places=1, queue=8))
    def _(house: House) -> None:
        house.ask("at work", Kind.READING)
        for number in range(4):
            house.ask(f"e{number}", Kind.EMERGENCY, b"crying wolf")
        house.ask("another", Kind.EMERGENCY, b"another")
        house.leave("at work")
        house.leave("e0")
        house.leave("e1")
        assert house.told == ["at work works", "e0 works", "e1 works", "another works"]


def test_the_slower_the_work_the_shorter_the_room():
    @in_a_house(Room(places=1, queue=1000, patience=(60, 60, 60, 60)))
    def _(house: House) -> None:
        for number in range(200):
            house.ask(f"r{number}", Kind.READING)
        for number in range(150):
            house.clock.now += 0.005
            house.leave(f"r{number}")
        for number in range(200, 300):
            house.ask(f"r{number}", Kind.READING)
        assert house.admission.waiting == 60


@pytest.mark.parametrize(
    ("path", "content_type", "kind", "operation"),
    [
        (b"/registry", SEARCH, Kind.READING, "stored_query"),
        (b"/repository", SUBMIT, Kind.DEPOSIT, "provide_and_register"),
        (b"/repository", SUBMIT.replace(b'"', b""), Kind.DEPOSIT, "provide_and_register"),
        (b"/registry", b'x; action="urn:ihe:iti:2017:RemoveDocuments"', Kind.OTHER, "remove_documents"),
        (b"/registry", b"application/soap+xml", Kind.READING, "unnamed"),
        (b"/repository", b'multipart/related; boundary="b"', Kind.DEPOSIT, "unnamed"),
        (b"/registry", b'x; action="279035121518989"', Kind.READING, "unnamed"),
        (b"/elsewhere", b"", Kind.OTHER, "unnamed"),
    ],
)
def test_the_class_is_read_off_the_head(path: bytes, content_type: bytes, kind: Kind, operation: str):
    assert classified(path, content_type) == (kind, operation)


def test_the_words_of_an_emergency_are_looked_for_where_the_assertion_stands():
    assert claims_emergency(b"<a>bris_de_glace</a>")
    assert claims_emergency(b"<a>centre_15</a>")
    assert not claims_emergency(b"<a>normal</a>")
    assert not claims_emergency(b" " * 70_000 + b"centre_15")
