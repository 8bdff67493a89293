"""`detect`: whoever misuses his access is found, and who works quietly is left in peace (T-DETECT, security 10).

Two parts. A doctor's account reads one record after the other through the real
gate and store until the hard brake holds it. Then 20 days of work of 100
professionals, and five attacks among them, are written as traces into a real
store, sealed hour by hour, and read by the watch as a service reads its own,
on a clock that is moved along.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from random import Random

from dmp.actions.find_documents import SearchRecord
from dmp.assure.attacks import Attack, attacks
from dmp.assure.claim import Claim, Counter, Figure, Leg, Tally
from dmp.assure.quiet import DAYS, FIRST_DAY, Act, Patient, Town, Worker, past, quiet, town
from dmp.audit.trace import Outcome, Touched, Trace, Who
from dmp.main import build_gate, open_store
from dmp.record.actor import Caller, Facility, Professional
from dmp.record.alert import Alert, AlertState
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused
from dmp.record.ins import InsKind, nir_key
from dmp.record.listed import Listed
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.query import FindDocuments, StoredQuery
from dmp.record.record import Attending, Authorisation, Record
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import ready
from dmp.settings import Settings
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store
from dmp.watching import Watching, listed

BRAKE = 300
"""The patient of this number is not read without a second approval."""
TRIED = 330
AT_ONCE = 500
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Found:
    """One alert, and the attack that it is about; None for a false one."""

    alert: Alert
    attack: Attack | None


def play(leg: Leg) -> Tally:
    """The brake, then the twenty days."""
    counter, seed = Counter(), leg.seed + leg.number
    settings, _ = ready(leg.folder, SandboxOptions(free_port()))
    store = open_store(settings)
    try:
        who = town(seed)
        _open_records(store, who)
        counter.add("patients read in bulk", _read_in_bulk(store, replace(settings, daily_patients=0), who))
        _play_days(store, who, seed, counter)
        leg.advance(leg.size)
    finally:
        store.close()
    return counter.tally()


def _read_in_bulk(store: Store, settings: Settings, who: Town) -> int:
    """An account that its holder's patients all let in reads them; how many before it is held."""
    gate = build_gate(store, settings)
    caller, at = Caller(_INTRUDER), datetime.combine(FIRST_DAY, datetime.min.time(), UTC) - timedelta(days=30)
    for number, patient in enumerate(who.patients[:TRIED]):
        person = _identifier(patient)
        search = StoredQuery(FindDocuments(DocumentCriteria(person, frozenset({EntryStatus.APPROVED}))))
        try:
            gate.perform(replace(caller, patient=person), SearchRecord(person, search), at + timedelta(seconds=number))
        except AccessRefused:
            return number
    return TRIED


def _play_days(store: Store, who: Town, seed: int, counter: Counter) -> None:
    """Write the traces hour by hour, seal and watch after each."""
    planned = attacks(who, seed)
    acts = sorted([*past(who, seed), *quiet(who, seed), *(act for attack in planned for act in attack.acts)])
    before = {alert.id for alert in listed(store, AlertState.OPEN)}
    workers, watching = {worker.id: worker for worker in who.workers}, Watching(store)
    begins = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
    for hour, group in groupby(acts, key=lambda act: max(act.at.replace(minute=0, second=0, microsecond=0), begins)):
        done = list(group)
        _write(store, who, workers, done)
        seal_traces(store, hour + HOUR)
        watching.watch(hour + HOUR)
        counter.add("acts", len(done))
    alerts = [alert for alert in _all_alerts(store) if alert.id not in before]
    _count(alerts, planned, counter)


def _count(alerts: list[Alert], planned: Iterable[Attack], counter: Counter) -> None:
    judged = [Found(alert, attack_of(alert, planned)) for alert in sorted(alerts, key=lambda alert: alert.at)]
    for attack in planned:
        first = next((found.alert for found in judged if found.attack is attack), None)
        if first is None:
            counter.wrong("attacks missed", attack.name)
            continue
        counter.add("attacks found")
        hours = (first.at - attack.begins) / HOUR
        counter.measure(f"{attack.name}: {', '.join(reason.rule for reason in first.reasons)}", hours)
    for found in judged:
        if found.attack is None:
            rules = ", ".join(reason.rule for reason in found.alert.reasons)
            counter.wrong(
                "false alerts", f"{found.alert.kind} on day {(found.alert.at.date() - FIRST_DAY).days}: {rules}"
            )


def attack_of(alert: Alert, planned: Iterable[Attack]) -> Attack | None:
    """The attack that an alert is about: by one of its accounts, or about its record, once it has begun."""
    for attack in planned:
        about = alert.person in attack.accounts or (not alert.person and attack.record in alert.records)
        if about and alert.at >= attack.begins and (attack.record or alert.person):
            return attack
    return None


def _all_alerts(store: Store) -> list[Alert]:
    return list(listed(store, AlertState.OPEN))


def _open_records(store: Store, who: Town) -> None:
    structures = {worker.structure for worker in who.workers} | {worker.elsewhere for worker in who.workers} - {""}
    lines = [Listed("structure", name, "Structure Test") for name in sorted(structures)]
    lines += [Listed("professional", worker.id, worker.name) for worker in who.workers]
    with store.begin() as tx:
        tx.directory.load(lines, ((worker.id, worker.structure) for worker in who.workers))
    for start in range(0, len(who.patients), AT_ONCE):
        with store.begin() as tx:
            for patient in who.patients[start : start + AT_ONCE]:
                tx.records.add(_record(patient))


def _record(patient: Patient) -> Record:
    given = Authorisation(_INTRUDER.id, LONG_AGO, datetime(2027, 1, 1, tzinfo=UTC), _INTRUDER.id)
    return Record(
        patient.key,
        (_identifier(patient),),
        opened=LONG_AGO,
        traits=IdentityTraits(patient.family, patient.given, patient.given, "1980-01-01", Sex.UNDETERMINED),
        attending=(Attending(patient.attending, LONG_AGO, confirmed=True),) if patient.attending else (),
        authorisations=(given,) if patient.number < TRIED else (),
    )


def _identifier(patient: Patient) -> PatientId:
    return PatientId(f"{patient.nir}{nir_key(patient.nir)}", InsKind.NIR_TEST.value)


def _write(store: Store, who: Town, workers: dict[str, Worker], acts: list[Act]) -> None:
    for start in range(0, len(acts), AT_ONCE):
        with store.begin() as tx:
            part = acts[start : start + AT_ONCE]
            for number in sorted({act.patient for act in part if act.patient >= 0}):
                tx.records.get(who.patients[number].key)
            for trace in _traces(who, workers, part):
                tx.traces.append(trace)


def _traces(who: Town, workers: dict[str, Worker], acts: Iterable[Act]) -> Iterator[Trace]:
    for act in acts:
        worker = workers[act.worker]
        dice = Random(f"{act.at} {act.worker} {act.verb} {act.patient}")  # noqa: S311 - replayed, no secret
        yield Trace(
            id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            at=act.at,
            who=Who(
                kind="professional",
                person=worker.id,
                name=worker.name,
                profession=worker.habit.profession,
                structure=act.structure,
                mode=act.mode,
                client_serial=act.software,
            ),
            verb=act.verb,
            record=who.patients[act.patient].key if act.patient >= 0 else "",
            outcome=Outcome.REFUSED if act.refused else Outcome.DONE,
            touched=tuple(Touched(uuid=f"urn:uuid:{number}") for number in range(act.documents)),
        )


_INTRUDER = Professional("899999999999", "Intrus TEST", "10", "SM26", Facility("1990099999", "Cabinet Test", "SA07"))


def judge(total: Tally) -> list[Figure]:
    """Five of five; at most one false alert for a hundred days of work; the brake holds before the 300th patient."""
    towns = max(1.0, (total["attacks found"] + total["attacks missed"]) / 5)
    when = [Figure(f"found after: {name}", hours, "hours") for name, hours in sorted(total.worst.items())]
    return [
        Figure("attacks found", total["attacks found"], least=5 * towns),
        Figure("false alerts", total["false alerts"], most=DAYS * towns),
        Figure("patients read in bulk", total["patients read in bulk"] / towns, most=BRAKE - 1, least=1),
        Figure("acts", total["acts"], least=1),
        *when,
    ]


CLAIM = Claim(
    name="detect",
    promise="Whoever extracts records, fast or slowly, looks at somebody out of curiosity, breaks the glass as a "
    "habit or uses a stolen account is found, and nobody reads 300 patients in a day unseen.",
    counted="towns of 100 professionals",
    count=1,
    leg=1,
    play=play,
    judge=judge,
    source="T-DETECT (security 14), security 10, TH-06, TH-07",
)
