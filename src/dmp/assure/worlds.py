"""`worlds`: what somebody may not know of changes nothing of what he is told (T-WORLDS, security 7, AR-17, DEC-10).

Two services run side by side. In the first everything happens; in the second
only what the viewer may see. He then asks both the same, knowing the ids of
all that is hidden from him, on every operation that is served. The answers
must be the same, octet for octet, and both worlds keep the same traces.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from dmp.actions.remind import Reminding
from dmp.assure.claim import Claim, Counter, Figure, Leg, Tally
from dmp.assure.two_worlds.asking import Endpoint, Make, Probe, ask
from dmp.assure.two_worlds.delivering import deliver, delivers
from dmp.assure.two_worlds.managing import FIND_PERSONS
from dmp.assure.two_worlds.overseeing import betrays, held, operator_places, sign_in_operator
from dmp.assure.two_worlds.paging import Pages, Place, fits, ids_of, is_due, is_exempt, may_be_asked, pages_of, sign_in
from dmp.assure.two_worlds.prescribing import furnish
from dmp.assure.two_worlds.questions import endpoints, questions, unasked
from dmp.assure.two_worlds.remembering import histories
from dmp.assure.two_worlds.reminding import DAYS, home, is_reminded, looks, notices
from dmp.assure.two_worlds.reminding import prepare as prepare_reminders
from dmp.assure.two_worlds.scene import Scene
from dmp.assure.two_worlds.viewers import VIEWERS, Seen, Viewer
from dmp.assure.two_worlds.viewers import play as play_scene
from dmp.assure.two_worlds.world import Worlds, worlds
from dmp.sandbox.population import Person, people

QUESTIONS = 14
"""Asked in one scene, of about eighty that there are."""
FIRST_QUESTION = 1000
"""The step of the first question; those of a scene come before."""
PAGES = 24
"""Pages opened in one scene, of about three hundred addresses that there are."""
FURNISHED = 450
"""The step at which documents speak, and prescriptions and letters are there."""
FIRST_DELIVERY = 460
"""The step at which a pharmacist delivers: pages and questions then find what he left."""
FIRST_PAGE = 500
"""The step of the first page: before the questions, of which a deposit may share what hides its namesake (DEC-3)."""
FIRST_LOOK = 3000
"""The step at which the service begins to look for reminders, a day for each."""
FIRST_OVERSIGHT = 4000
"""The step at which who runs the service looks at it."""
OVERSEEN = 4
"""Pages of the operator opened in one scene, of the dozen that there are."""
FIRST_HISTORY = 2000
"""The step at which the viewer begins to read the access history."""
ENOUGH = 40
"""Scenes after which every operation and every viewer must have had its turn, thrice the number of operations."""


def play(leg: Leg) -> Tally:
    """Play scenes in both worlds, and ask."""
    counter = Counter()
    for endpoint in unasked():
        counter.wrong("without question", str(endpoint))
    with worlds(leg.folder / "worlds") as both, pages_of(both) as pages:
        trial = Trial(both, leg, counter, pages)
        cast = adults(leg.seed, -(-leg.size // QUESTIONS) + 1)
        viewers = leg.dice("viewers").sample(VIEWERS, len(VIEWERS))
        number = 0
        while counter.tally()["pairs"] < leg.size:
            trial.run(cast[number], viewers[number % len(viewers)], number)
            number += 1
    return counter.tally()


def adults(seed: int, count: int) -> list[Person]:
    """So many invented people without guardians of their own."""
    return [person for person in people(seed, 2 * count + 8) if not person.guardians][:count]


@dataclass
class Trial:
    """Two worlds, and which operations wait for their turn."""

    worlds: Worlds
    leg: Leg
    counter: Counter
    pages: Pages
    waiting: deque[Endpoint] = field(default_factory=lambda: deque(endpoints()))
    places: deque[Place] = field(init=False)
    """Addresses of the portal, the one that has waited longest first."""
    overseen: deque[Place] = field(init=False)
    """Those of the operator, in the same order."""

    def __post_init__(self) -> None:
        """In an order of the dice."""
        every = self.pages.places
        self.places = deque(self.leg.dice("pages").sample(every, len(every)))
        self.overseen = deque(operator_places(self.pages))

    def run(self, person: Person, viewer: Viewer, number: int) -> None:
        """One scene: what is hidden comes about, and the viewer asks."""
        dice = self.leg.dice("scene", number)
        seen = play_scene(Scene(self.worlds, person, dice), viewer)
        self.counter.add("scenes")
        self.counter.add(f"viewer {viewer.name}")
        furnish(seen, FURNISHED)
        self._compare_deliveries(seen, number)
        self._compare_pages(seen, number)
        for step, (endpoint, make) in enumerate(self._chosen(dice, questions(seen)), start=FIRST_QUESTION):
            self._compare(seen, make(), step, number)
            self.counter.add(f"asked {endpoint}")
            done = self.counter.add("pairs")
            self.leg.advance(done)
            if done == self.leg.size:
                break
        self._compare_histories(seen, number)
        self._compare_reminders(seen, number)
        self._compare_oversight(seen, number)
        seen.leave()

    def _chosen(self, dice: Random, every: Sequence[tuple[Endpoint, Make]]) -> list[tuple[Endpoint, Make]]:
        """Some of the questions in their order, one of them about the operation that has waited longest."""
        offered = {endpoint for endpoint, _ in every}
        turn = next(endpoint for endpoint in self.waiting if endpoint in offered)
        self.waiting.remove(turn)
        self.waiting.append(turn)
        first = dice.choice([index for index, (endpoint, _) in enumerate(every) if endpoint == turn])
        others = [index for index in range(len(every)) if index != first]
        return [every[index] for index in sorted((first, *dice.sample(others, QUESTIONS - 1)))]

    def _compare(self, seen: Seen, probe: Probe, step: int, number: int) -> None:
        before = [world.count_traces() for world in self.worlds.all]
        first, second = [ask(world, seen.caller, probe, step) for world in self.worlds.all]
        left = [world.count_traces() - count for world, count in zip(self.worlds.all, before, strict=True)]
        note = f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: {probe.label}"
        if first != second:
            self.counter.wrong("different", note)
        if not _well_traced(probe.endpoint, left):
            self.counter.wrong("traced otherwise", note)

    def _compare_pages(self, seen: Seen, number: int) -> None:
        """Some addresses of the portal, as the viewer may open them with a browser."""
        ids = ids_of(seen)
        fit = [place for place in self.places if fits(seen, place) and may_be_asked(place, ids)]
        fit.sort(key=lambda place: not is_due(seen, place))
        for step, place in enumerate(fit[:PAGES], start=FIRST_PAGE):
            if is_exempt(seen, place) or not sign_in(self.worlds, seen):
                continue
            self.places.remove(place)
            self.places.append(place)
            before = [world.count_traces() for world in self.worlds.all]
            answers = [self.pages.opened(world, n, place, ids, step) for n, world in enumerate(self.worlds.all)]
            left = [world.count_traces() - count for world, count in zip(self.worlds.all, before, strict=True)]
            self.counter.add("pages")
            self.counter.add(f"page {place}")
            shown = answers[0].startswith(b"200")
            self.counter.add("shown", shown)
            self.counter.add("prescriptions", shown and is_due(seen, place))
            note = f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: {place}"
            if len(set(answers)) > 1:
                self.counter.wrong("different", note)
            if len(set(left)) > 1:
                self.counter.wrong("traced otherwise", note)

    def _compare_histories(self, seen: Seen, number: int) -> None:
        """What the viewer reads of the access history, his own questions among it."""
        seen.stand_again()
        both = [histories(seen, world, FIRST_HISTORY) for world in self.worlds.all]
        for (label, first), (_, second) in zip(*both, strict=True):
            self.counter.add("histories")
            if first != second:
                self.counter.wrong("different", f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: {label}")

    def _compare_reminders(self, seen: Seen, number: int) -> None:
        """The messages of the service to whom something is hidden from, day after day."""
        if not is_reminded(seen):
            return
        both = [notices(seen, world) for world in self.worlds.all]
        self.counter.add("notices", len(both[1]))
        if both[0] != both[1]:
            self.counter.wrong("different", f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: messages")
        prepare_reminders(seen, FIRST_LOOK)
        first, second = [list(looks(seen, world, FIRST_LOOK + 1)) for world in self.worlds.all]
        self.counter.add("looks", len(first))
        self.counter.add("reminders", sum(each.came_to == Reminding.TOLD for each in first))
        if first != second:
            self.counter.wrong("different", f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: reminders")
        pages = [home(seen, world, FIRST_LOOK + DAYS + 1) for world in self.worlds.all]
        self.counter.add("banners", "reminded=frozenset({" in pages[0])
        if len(set(pages)) > 1:
            self.counter.wrong("different", f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: first page")

    def _compare_deliveries(self, seen: Seen, number: int) -> None:
        """What a pharmacist delivers of a prescription that both worlds have, and what he leaves in the record."""
        if not delivers(seen) or not sign_in(self.worlds, seen):
            return
        before = [world.count_traces() for world in self.worlds.all]
        both = [list(deliver(seen, self.pages, n, FIRST_DELIVERY)) for n in range(len(self.worlds.all))]
        left = [world.count_traces() - count for world, count in zip(self.worlds.all, before, strict=True)]
        self.counter.add("deliveries", sum(one.made for one in both[1]))
        for first, second in zip(*both, strict=True):
            if first != second:
                note = f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: {first.label}"
                self.counter.wrong("different", note)
        if len(set(left)) > 1:
            note = f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: deliveries"
            self.counter.wrong("traced otherwise", note)

    def _compare_oversight(self, seen: Seen, number: int) -> None:
        """Pages of who runs the service: they tell of the service, and of no record."""
        sign_in_operator(self.worlds)
        for step in range(FIRST_OVERSIGHT, FIRST_OVERSIGHT + OVERSEEN):
            place = self.overseen[0]
            self.overseen.rotate(-1)
            answers = [self.pages.opened(world, n, place, {}, step) for n, world in enumerate(self.worlds.all)]
            self.counter.add("overseen", all(answer.startswith(b"200") for answer in answers))
            note = f"leg {self.leg.number}, scene {number}, {seen.viewer.name}: {place}"
            broken = any(answer.startswith(b"5") for answer in answers)
            if broken or len({held(place, answer) for answer in answers}) > 1:
                self.counter.wrong("different", note)
            if any(betrays(seen, answer) for answer in answers):
                self.counter.wrong("told to the operator", note)


def _well_traced(endpoint: Endpoint, left: Sequence[int]) -> bool:
    """One trace for one question; a search of persons leaves one more in each record found (AR-11)."""
    alike = len(set(left)) == 1
    return alike and (left[0] == 1 or (endpoint == FIND_PERSONS and left[0] > 1))


def judge(total: Tally) -> list[Figure]:
    """No difference anywhere, and everything served was asked."""
    served, enough = endpoints(), total["scenes"] >= ENOUGH
    asked = sum(total[f"asked {endpoint}"] > 0 for endpoint in served)
    looked = sum(total[f"viewer {viewer.name}"] > 0 for viewer in VIEWERS)
    return [
        Figure("pairs of answers", total["pairs"], least=1),
        Figure("scenes", total["scenes"], least=1),
        Figure("kinds of viewer", looked, least=len(VIEWERS) if enough else 1),
        Figure("operations asked", asked, least=len(served) if enough else 1),
        Figure("pages of the portal", total["pages"], least=1),
        Figure("pages that showed something", total["shown"], least=1),
        Figure("addresses opened", sum(name.startswith("page ") for name in total.sums), least=1),
        Figure("pages that showed prescriptions", total["prescriptions"], least=1 if enough else 0),
        Figure("access histories", total["histories"], least=1),
        Figure("looks for reminders", total["looks"], least=1 if enough else 0),
        Figure("reminders told", total["reminders"], least=1 if enough else 0),
        Figure("first pages with a reminder", total["banners"], least=1 if enough else 0),
        Figure("deliveries made", total["deliveries"], least=1 if enough else 0),
        Figure("messages that wait", total["notices"], least=1 if enough else 0),
        Figure("pages of the operator", total["overseen"], least=1),
        Figure("operations without a question", total["without question"], most=0),
        Figure("answers that differ", total["different"], most=0),
        Figure("pages of the operator that tell of a record", total["told to the operator"], most=0),
        Figure("questions traced otherwise", total["traced otherwise"], most=0),
    ]


CLAIM = Claim(
    name="worlds",
    promise="What is hidden from somebody changes nothing of what he is told, not one octet, whatever he asks and "
    "whatever he knows of it: he cannot tell that it is there.",
    counted="pairs of answers",
    count=3000,
    leg=1000,
    play=play,
    judge=judge,
    source="T-WORLDS (security 14), security 7, AR-17",
)
