"""Five attacks inside the quiet population (T-DETECT): what is done, by whose account, from which day on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from dmp.assure.quiet import FIRST_DAY, GP, NURSE, PHYSIO, SPECIALIST, WARD, Act, Patient, Town, Worker
from dmp.record.actor import Mode
from dmp.record.dtm import PARIS
from dmp.record.verb import Verb

MOST_IN_BULK = 299
"""What the hard brake lets through; the rest is refused."""


@dataclass(frozen=True)
class Attack:
    """One of them; `accounts` are whose alerts find it, `record` the pseudonym of the one it is about, if any."""

    name: str
    accounts: frozenset[str]
    begins: datetime
    acts: tuple[Act, ...]
    record: str = ""


def attacks(who: Town, seed: int) -> tuple[Attack, ...]:
    """All five, by accounts of the population, whose ordinary work goes on."""
    dice = Random(f"attacks {seed}")  # noqa: S311 - choices that must be replayed, no secret
    doctors, nurses = who.of(GP), who.of(NURSE)
    alone = (doctors[3], who.of(SPECIALIST)[2], who.of(WARD)[4], nurses[5])
    return (
        _attack("bulk extraction", [doctors[3]], bulk(who, doctors[3], dice)),
        _attack("slow extraction", [who.of(SPECIALIST)[2]], slow(who, who.of(SPECIALIST)[2], dice)),
        _curiosity(who, alone, dice),
        _attack("break-glass as the door", [who.of(WARD)[4]], glass(who, who.of(WARD)[4], dice)),
        _attack("stolen account", [nurses[5]], stolen(who, nurses[5], dice)),
    )


def _attack(name: str, workers: list[Worker], acts: Iterator[Act], record: str = "") -> Attack:
    done = tuple(acts)
    return Attack(name, frozenset(worker.id for worker in workers), min(act.at for act in done), done, record)


def bulk(who: Town, worker: Worker, dice: Random) -> Iterator[Act]:
    """A script reads whatever it can, one record every few seconds, until the hard brake, and then goes on trying."""
    at = _on(12, 14)
    for number, patient in enumerate(dice.sample(who.patients, MOST_IN_BULK + 60)):
        at += timedelta(seconds=dice.randint(2, 6))
        yield from _read(worker, at, patient, refused=number >= MOST_IN_BULK)


def slow(who: Town, worker: Worker, dice: Random) -> Iterator[Act]:
    """Some 30 records a day beside the ordinary ones, in office hours, day after day, far below any brake."""
    for number in range(8, 19):
        if (FIRST_DAY + timedelta(days=number)).weekday() < 5:
            for second in sorted(dice.randrange(8 * 3600) for _ in range(30)):
                patient = who.stranger_to(worker, dice)
                yield from _read(worker, _on(number, 9) + timedelta(seconds=second), patient)


def curious(workers: list[Worker], patient: Patient, dice: Random) -> Iterator[Act]:
    """Each looks once or twice, within three days."""
    for worker in workers:
        for _ in range(dice.randint(1, 2)):
            at = _on(dice.randint(9, 11), dice.randrange(9, 18)) + timedelta(seconds=dice.randrange(3600))
            yield from _read(worker, at, patient)


def glass(who: Town, worker: Worker, dice: Random) -> Iterator[Act]:
    """From the seventh day on he breaks the glass rather than ask: five to eight times a day of the week."""
    for number in range(7, 19):
        if (FIRST_DAY + timedelta(days=number)).weekday() < 5:
            for second in sorted(dice.randrange(9 * 3600) for _ in range(dice.randint(5, 8))):
                at = _on(number, 9) + timedelta(seconds=second)
                yield from _read(worker, at, who.stranger_to(worker, dice), mode=Mode.BREAK_GLASS.value)


def stolen(who: Town, worker: Worker, dice: Random) -> Iterator[Act]:
    """At night, from another software: 40 records, in the order of their identifiers."""
    in_order = sorted(who.patients, key=lambda patient: patient.nir)
    first = dice.randrange(len(in_order) - 60)
    at = _on(14, 23)
    for patient in in_order[first : first + 40]:
        at += timedelta(seconds=dice.randint(60, 240))
        for act in _read(worker, at, patient):
            yield Act(act.at, act.worker, act.verb, act.patient, act.structure, "autre-poste", documents=act.documents)


def _curiosity(who: Town, alone: tuple[Worker, ...], dice: Random) -> Attack:
    """Six persons who have nothing to do with somebody known, one of the same name among them."""
    relative, patient = next(
        (doctor, one)
        for doctor in who.of(GP)[10:]
        for one in who.patients
        if one.family == doctor.name.split()[1] and one.number not in doctor.panel and not one.attending
    )
    pool: list[Callable[[], Worker]] = [
        lambda kind=kind: dice.choice(who.of(kind)) for kind in (GP, NURSE, PHYSIO, WARD)
    ]
    others = [relative]
    while len(others) < 6:
        one = dice.choice(pool)()
        if one not in (*others, *alone) and patient.number not in one.panel:
            others.append(one)
    return _attack("curiosity", others, curious(others, patient, dice), patient.key)


def _read(
    worker: Worker, at: datetime, patient: Patient, *, mode: str = Mode.NORMAL.value, refused: bool = False
) -> Iterator[Act]:
    found = (at, worker.id, Verb.FIND.value, patient.number, worker.structure, worker.software, mode, refused)
    yield Act(*found)
    if not refused:
        read = at + timedelta(seconds=1)
        yield Act(
            read, worker.id, Verb.READ.value, patient.number, worker.structure, worker.software, mode, documents=2
        )


def _on(day: int, hour: int) -> datetime:
    return datetime.combine(FIRST_DAY + timedelta(days=day), time(hour), PARIS).astimezone(UTC)
