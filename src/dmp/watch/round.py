"""One round of the watch: facts in their order, what is remembered of persons and records, findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import msgspec

from dmp.record.actor import Mode
from dmp.record.alert import AlertKind
from dmp.record.dtm import PARIS
from dmp.watch.alarm import Finding, keep, of_person, of_record
from dmp.watch.fact import Fact, Tie
from dmp.watch.profile import Crowd, Notes, Profile, Reader, Today
from dmp.watch.rules import Rules
from dmp.watch.signs import link, note, signs
from dmp.watch.words import reason

KEPT_PERSON = timedelta(days=90)
KEPT_RECORD = timedelta(days=30)
KEPT_LINKED = timedelta(days=550)
"""How long what was put into a record links who did to it: a year and a half, so that a yearly visit is one."""
MOST_READERS, MOST_DEPOSITORS = 32, 24
_NEAR = frozenset({Tie.SAME_NAME, Tie.COLLEAGUE})
_LINKS = frozenset({Tie.ATTENDING, Tie.INVITED})

Remembered = Callable[[str], bytes | None]
"""What was kept under a name, packed."""

_profile = msgspec.msgpack.Decoder(Profile).decode
_notes = msgspec.msgpack.Decoder(Notes).decode
_crowd = msgspec.msgpack.Decoder(Crowd).decode
_pack = msgspec.msgpack.Encoder().encode


@dataclass
class Round:
    """What one round holds in memory: those whom its facts are about, and nobody else."""

    rules: Rules
    remembered: Remembered
    people: dict[str, Profile] = field(default_factory=dict[str, Profile])
    records: dict[str, Notes] = field(default_factory=dict[str, Notes])
    crowds: dict[str, Crowd] = field(default_factory=dict[str, Crowd])
    findings: dict[str, Finding] = field(default_factory=dict[str, Finding])
    """By name: what is found twice in a round is told once, as it is last."""

    def see(self, fact: Fact) -> None:
        """One act more; those of nobody and those that tell nothing count where they are about a record."""
        if not fact.person:
            return
        day = fact.at.astimezone(PARIS).date()
        profile, crowd = self._person(fact, day), self._crowd(fact.trade)
        if day > profile.today.day:
            self._turn(profile, crowd, day)
        notes = self._record(fact.record) if fact.reads or fact.feeds else None
        linked = notes is not None and self._is_linked(fact, notes)
        note(profile, fact, linked=linked)
        if notes is not None and fact.feeds:
            self._feed(fact, notes, profile, day)
        elif notes is not None:
            self._read(fact, notes, profile, day, linked=linked)
        profile.signs, grown = keep(profile.signs, signs(profile, crowd, self.rules), day, self.rules)
        if grown:
            self._find(of_person(profile, self.rules))

    def see_replay(self, trace: str) -> None:
        """One assertion came from two places: refused, and told by itself (DEC-50)."""
        why = (reason("replayed-assertion", score=self.rules["replayed-assertion"].weight, count=1),)
        self._find(Finding(f"replay {trace}", AlertKind.REPLAY, "", why))

    def kept(self) -> Iterator[tuple[str, bytes, datetime]]:
        """What is to be remembered: under which name, packed, until when."""
        for person, profile in self.people.items():
            yield f"person {person}", _pack(profile), _end(profile.today.day + KEPT_PERSON)
        for record, notes in self.records.items():
            newest = max((reader.day for reader in notes.readers), default=notes.last_day)
            ends = [day + KEPT_LINKED for day in notes.depositors.values()]
            ends += [newest + KEPT_RECORD] if newest else []
            if ends or notes.flagged:
                yield f"record {record}", _pack(notes), _end(date.max if notes.flagged else max(ends))
        for profession, crowd in self.crowds.items():
            yield f"profession {profession}", _pack(crowd), _end(date.max)

    def _read(self, fact: Fact, notes: Notes, profile: Profile, day: date, *, linked: bool) -> None:
        self._take_last(fact, notes, profile, day, linked=linked)
        if linked:
            return
        since = day - timedelta(days=self.rules.days)
        near = bool(_NEAR & fact.ties)
        others = [reader for reader in notes.readers if reader.day > since and reader.person != fact.person]
        notes.readers = [*others, Reader(fact.person, day, near)][-MOST_READERS:]
        notes.flagged = notes.flagged or Tie.FLAGGED in fact.ties
        self._find(of_record(fact.record, notes, day, self.rules))

    def _take_last(self, fact: Fact, notes: Notes, profile: Profile, day: date, *, linked: bool) -> None:
        """Who read a record last, without a link."""
        if notes.last and notes.last_day is not None:
            before = self.people.get(notes.last) or self._remembered_person(notes.last)
            if before is not None:
                before.lasts[notes.last_day] = max(0, before.lasts.get(notes.last_day, 0) - 1)
        notes.last, notes.last_day = ("", day) if linked else (fact.person, day)
        if not linked:
            profile.lasts[day] = profile.lasts.get(day, 0) + 1

    def _feed(self, fact: Fact, notes: Notes, profile: Profile, day: date) -> None:
        notes.depositors |= dict.fromkeys(filter(None, (fact.person, fact.structure)), day)
        newest = sorted(notes.depositors.items(), key=lambda known: known[1])[-MOST_DEPOSITORS:]
        notes.depositors = dict(newest)
        notes.readers = [reader for reader in notes.readers if reader.person != fact.person]
        link(profile, fact.record)

    @staticmethod
    def _is_linked(fact: Fact, notes: Notes) -> bool:
        """A care link: attending, let in by the holder, a call to the centre, a deposit of his or of his structure."""
        if _LINKS & fact.ties or fact.mode == Mode.EMERGENCY_DISPATCH:
            return True
        return fact.person in notes.depositors or bool(fact.structure and fact.structure in notes.depositors)

    def _turn(self, profile: Profile, crowd: Crowd, day: date) -> None:
        profile.turn_to(day, crowd, history=self.rules.history)
        oldest = day - timedelta(days=self.rules.history)
        profile.lasts = {when: count for when, count in profile.lasts.items() if when > oldest and count}

    def _find(self, finding: Finding | None) -> None:
        if finding is not None:
            self.findings[finding.name] = finding

    def _person(self, fact: Fact, day: date) -> Profile:
        profile = self.people.get(fact.person) or self._remembered_person(fact.person)
        if profile is None:
            profile = self.people[fact.person] = Profile(fact.person, Today(day))
        profile.profession, profile.structure = fact.profession, fact.structure
        return profile

    def _remembered_person(self, person: str) -> Profile | None:
        packed = self.remembered(f"person {person}")
        if packed is None:
            return None
        self.people[person] = _profile(packed)
        return self.people[person]

    def _record(self, record: str) -> Notes:
        if record not in self.records:
            packed = self.remembered(f"record {record}")
            self.records[record] = Notes() if packed is None else _notes(packed)
        return self.records[record]

    def _crowd(self, profession: str) -> Crowd:
        if profession not in self.crowds:
            packed = self.remembered(f"profession {profession}")
            self.crowds[profession] = Crowd() if packed is None else _crowd(packed)
        return self.crowds[profession]


def _end(day: date) -> datetime:
    return datetime.combine(min(day, date(9000, 1, 1)), time(), PARIS)
