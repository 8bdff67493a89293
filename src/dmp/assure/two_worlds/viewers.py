"""Who looks, how the record stands to him, what is hidden from him; and the playing of a scene (security 7)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from dmp.assure.two_worlds.hiding import HIDING
from dmp.assure.two_worlds.scene import AUTHOR, GUARDIAN, Paper, Scene, Step, given
from dmp.assure.two_worlds.world import START, World, actor_of
from dmp.client.credentials import Credentials
from dmp.record.actor import Actor, Authentication, Caller, Holder, Mode
from dmp.record.entry import EntryStatus, Relation
from dmp.record.notice import Frequency, NoticeWishes
from dmp.record.patient import PatientId
from dmp.record.people import Delegate, DelegateScope, Measure, Protection
from dmp.record.prescription import Prescription
from dmp.record.record import Attending, Care, Record
from dmp.store.directory import Membership, team_key

MASKS = ("masked_at_deposit", "masked_later", "masked_twice", "masked_chain", "masked_with_its_past", "masked_archive")
WITHDRAWN = ("deleted", "deleted_after_archive")
TIED = (
    "beside_a_shown_one",
    "addendum_of_a_shown_one",
    "parent_of_a_shown_one",
    "namesakes",
    "signed",
    "hidden_folder",
    "in_a_shown_folder",
    "in_an_empty_folder",
    "former_of_a_shown_one",
    "one_of_three_copies",
    "copies_of_a_hidden_one",
)
FROM_PATIENT = (
    "hidden_from_patient",
    "hidden_chain",
    "hidden_beside",
    "in_a_shown_folder_unsaid",
    "one_of_three_copies_unsaid",
)
FROM_GUARDIANS = ("hidden_from_guardians",)
PLAIN = ("plain", "plain_chain", "plain_folder", "empty_folder", *MASKS, *WITHDRAWN, "namesakes", "signed")
"""What somebody sees nothing of who sees none of the documents of others."""


PROTECTOR, DELEGATE, FORMER, MOTHER, STRANGER = "protector", "delegate", "former", "mother", "stranger"
"""What somebody is to the holder: in charge of a measure, his delegate, no longer so, his mother, nothing."""
CHILD = 9
"""Years of a minor."""
TEAM, WHILE = "Cardiologie", timedelta(days=90)
LAST = 60_000
"""The last step of a scene; ids leave it 16 bits."""
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Viewer:
    """Who looks, how the record stands to him, what is hidden from him."""

    name: str
    holder: str
    hidden: tuple[str, ...]
    standing_for: str = ""
    air: bool = False
    mode: Mode = Mode.NORMAL
    authorised: bool = True
    in_team: bool = False
    """Of a care team of the holder (AR-3)."""
    blocked: bool = False
    attending: bool = False
    everything_hidden: bool = False
    sees_others: bool = True
    no_record: bool = False
    """In the second world there is no record at all."""
    minor: bool = False
    """The holder is a child, of whom his mother is told at once whatever she may be told."""

    @property
    def awaits(self) -> bool:
        """Something of what is hidden from him waits to be announced: a citizen is told that it came (DEC-30)."""
        return not set(self.hidden).isdisjoint(FROM_PATIENT)


VIEWERS = (
    Viewer("nurse", "nurse", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("care team", "nurse", (*MASKS, *WITHDRAWN, *TIED), authorised=False, in_team=True),
    Viewer("doctor", "doctor2", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("unconfirmed attending doctor", "doctor2", (*MASKS, *WITHDRAWN, *TIED), attending=True),
    Viewer("stranger", "doctor3", PLAIN, authorised=False, sees_others=False),
    Viewer("blocked nurse", "nurse", PLAIN, blocked=True, sees_others=False),
    Viewer("breaker of glass", "doctor2", (*MASKS, *WITHDRAWN, *TIED), mode=Mode.BREAK_GLASS, authorised=False),
    Viewer("AIR doctor", "hospital", (*MASKS, *WITHDRAWN, *TIED), standing_for="doctor3", air=True),
    Viewer("dispatch", "regulation_centre", MASKS, standing_for="doctor3", air=True, mode=Mode.EMERGENCY_DISPATCH),
    Viewer("hospital", "hospital", PLAIN, standing_for="doctor3", sees_others=False),
    Viewer("secretary", "secretary", PLAIN, sees_others=False),
    Viewer("pharmacist", "pharmacist", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("pharmacist of a minor", "pharmacist", (*MASKS, *WITHDRAWN, *TIED), minor=True),
    Viewer("occupational doctor", "occupational_doctor", (*MASKS, *WITHDRAWN, *TIED)),
    Viewer("nurse, all hidden", "nurse", PLAIN, everything_hidden=True, sees_others=False),
    Viewer("holder", "", FROM_PATIENT),
    Viewer("representative", PROTECTOR, (*FROM_PATIENT, *FROM_GUARDIANS)),
    Viewer("delegate", DELEGATE, (*FROM_PATIENT, *FROM_GUARDIANS)),
    Viewer("mother of a minor", MOTHER, (*FROM_GUARDIANS, "secret_prescription"), minor=True),
    Viewer("insurer", "insurer", PLAIN, standing_for="doctor3", no_record=True, sees_others=False),
    Viewer("stranger to the family", STRANGER, PLAIN, no_record=True, sees_others=False),
    Viewer("mother of an adult", MOTHER, PLAIN, no_record=True, sees_others=False),
    Viewer("former delegate", FORMER, PLAIN, no_record=True, sees_others=False),
)


@dataclass
class Seen:
    """A scene that was played, and who looks now."""

    scene: Scene
    viewer: Viewer
    who: Credentials | None
    caller: Caller
    ids: tuple[str, ...] = ()
    """Every entryUUID that only the first world has."""
    number: str = ""
    """Of a prescription that both worlds have, as who bears it would tell it."""
    hidden_numbers: tuple[str, ...] = ()
    """Those of the prescriptions that only the first world has."""
    counter: tuple[str, ...] = ()
    """For a pharmacist: the uniqueId of the prescription before him, and that of one which lists keep from parents."""
    delivered: Prescription | None = None
    """What he delivers."""

    @property
    def papers(self) -> list[Paper]:
        """Every document, hidden ones first."""
        return [*self.scene.secrets, *self.scene.shown]

    def message_id(self) -> str:
        """A fresh UUID for a message."""
        return self.scene.uuid().removeprefix("urn:uuid:")

    def a_secret(self) -> Paper:
        """One of the hidden documents."""
        return self.scene.dice.choice(self.scene.secrets)

    def a_lot(self) -> str:
        """The uniqueId of a hidden lot, or of none."""
        return self.scene.dice.choice(self.scene.lots or ["2.25.77"])

    def stand_again(self) -> None:
        """Put the record back as it stood to the viewer, whatever his questions changed of it."""
        scene, viewer, who = self.scene, self.viewer, self.who

        def again(record: Record) -> Record:
            plain = replace(record, attending=(), care=(), hide_everything=viewer.everything_hidden)
            return _standing(plain, scene, viewer, who)

        Step(scene.amends(again)).happen(scene.worlds, LAST - 1)

    def leave(self) -> None:
        """End the scene: the record lets nobody in any more, so that later lists do not tell of it."""
        Step(self.scene.amends(lambda record: replace(record, authorisations=(), attending=()))).happen(
            self.scene.worlds, LAST
        )


def play(scene: Scene, viewer: Viewer) -> Seen:
    """Make the record, let things happen in both worlds, secrets in the first alone."""
    worlds = scene.worlds
    worlds.scenes += 1
    if viewer.minor:
        child = replace(scene.person.traits, birth_date=f"{START.year - CHILD}-01-15")
        scene.person = replace(scene.person, traits=child)
    for world in worlds.all:
        world.scene = worlds.scenes
    who = worlds.credentials(viewer.holder, standing_for=viewer.standing_for, air=viewer.air) if _card(viewer) else None
    if who is not None and viewer.in_team:
        _join_team(worlds.all, who)
    seen = Seen(scene, viewer, who, _caller(scene, viewer, _actor(scene, viewer, who)))
    opening = scene.opens(lambda record: _standing(record, scene, viewer, who))
    (Step(None, opening) if viewer.no_record else Step(opening)).happen(worlds, 0)
    number = _happen(seen)
    first, second = worlds.all
    seen.ids = tuple(sorted(first.ids(scene.record_key) - second.ids(scene.record_key)))
    if viewer.everything_hidden:
        Step(scene.amends(lambda record: replace(record, hide_everything=True))).happen(worlds, number)
    return seen


def _happen(seen: Seen) -> int:
    """What is hidden and what is shown, their steps shuffled; gives the number of the next step."""
    scene, viewer, dice = seen.scene, seen.viewer, seen.scene.dice
    units = [HIDING[dice.choice(viewer.hidden)](scene) for _ in range(dice.randint(1, 3))]
    if not viewer.no_record:
        units += [_public(seen) for _ in range(dice.randint(1, 3))]
    number = 1
    while units:
        unit = dice.choice(units)
        if unit:
            unit.pop(0).happen(scene.worlds, number)
            number += 1
        else:
            units.remove(unit)
    return number


def _join_team(worlds: Iterable[World], who: Credentials) -> None:
    """The structure counts him among the team from long ago, in both worlds."""
    for world in worlds:
        with world.store.begin() as tx:
            tx.directory.load_teams([Membership(who.facility.id, TEAM, who.user, START - WHILE)])


def _card(viewer: Viewer) -> bool:
    return viewer.holder not in ("", PROTECTOR, DELEGATE, FORMER, MOTHER, STRANGER)


def _actor(scene: Scene, viewer: Viewer, who: Credentials | None) -> Actor:
    if who is not None:
        return actor_of(who)
    if not viewer.holder:
        return Holder(scene.patient)
    return replace(GUARDIAN, id="185036322082911") if viewer.holder == STRANGER else GUARDIAN


def _caller(scene: Scene, viewer: Viewer, actor: Actor) -> Caller:
    reason = "inconscient" if viewer.mode is Mode.BREAK_GLASS else ""
    return Caller(actor, viewer.mode, reason, scene.patient)


def _standing(record: Record, scene: Scene, viewer: Viewer, who: Credentials | None) -> Record:
    """The record as it stands to the viewer: authorised, blocked, his attending doctor's."""
    allowed = [given(scene.worlds.credentials(AUTHOR).user)]
    if who is not None and viewer.authorised and who.authentication is not Authentication.INDIRECT:
        allowed.append(given(who.user, by_holder=True))
    record = replace(record, authorisations=tuple(allowed))
    if viewer.minor:
        record = replace(record, notices=NoticeWishes(Frequency.IMMEDIATE))
    person = PatientId(GUARDIAN.id, scene.patient.root)
    if viewer.holder == PROTECTOR:
        measure = Protection(person, GUARDIAN.name, Measure.GUARDIANSHIP, START, START + YEAR)
        record = replace(record, protections=(measure,))
    if viewer.holder in (DELEGATE, FORMER):
        since, until = (START, START + YEAR) if viewer.holder == DELEGATE else (START - YEAR, START)
        record = replace(record, delegates=(Delegate(person, GUARDIAN.name, DelegateScope.MANAGE, since, until),))
    if who is not None and viewer.in_team:
        caring = Care(team_key(who.facility.id, TEAM), START, START + WHILE, START.date(), who.user)
        record = replace(record, care=(caring,))
    if who is not None and viewer.blocked:
        record = replace(record, blocked=frozenset({who.user}))
    if who is not None and viewer.attending:
        record = replace(record, attending=(Attending(who.user, START),))
    return record


def _public(seen: Seen) -> list[Step]:
    """What the viewer may see: of the author, or his own."""
    scene, feeder = seen.scene, _feeder(seen)
    if not seen.viewer.sees_others and feeder is None:
        return []
    if feeder is not None and (not seen.viewer.sees_others or scene.dice.random() < 0.4):
        return _own(scene, seen.viewer, feeder)
    paper = scene.paper()
    scene.shown.append(paper)
    return _of_the_author(scene, paper, seen.caller.mode)


def _of_the_author(scene: Scene, paper: Paper, mode: Mode) -> list[Step]:
    """Deposited, and perhaps archived, masked for a while, replaced or signed."""
    lot = scene.submission(paper.author, [paper])
    deposit, more = Step(scene.deposits(lot, paper.author)), scene.dice.randrange(5)
    if more == 0:
        return [deposit, Step(scene.becomes(paper, EntryStatus.ARCHIVED, paper.author))]
    if more == 1 and mode is Mode.NORMAL:
        return [deposit, *[Step(scene.changes(paper, paper.author, masked=flag)) for flag in (True, False)]]
    if more == 2:
        new = scene.paper()
        scene.shown.append(new)
        link = [(new.uuid, Relation.REPLACES, paper.uuid)]
        return [deposit, Step(scene.deposits(scene.submission(new.author, [new], links=link), new.author))]
    if more == 3:
        return [Step(scene.deposits(scene.with_signature(lot), paper.author))]
    return [deposit]


def _feeder(seen: Seen) -> Credentials | None:
    """The viewer, where he may put documents in."""
    viewer, who = seen.viewer, seen.who
    if who is None or who.authentication is Authentication.REINFORCED or viewer.holder in ("secretary", "pharmacist"):
        return None
    return None if viewer.everything_hidden or viewer.no_record else who


def _own(scene: Scene, viewer: Viewer, feeder: Credentials) -> list[Step]:
    paper = scene.paper(viewer.standing_for or viewer.holder)
    scene.shown.append(paper)
    return [Step(scene.deposits(scene.submission(feeder, [paper]), feeder))]
