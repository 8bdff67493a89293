"""`doors`: whoever has no key learns nothing at a door, and guesses no code (T-OTP, T-ENUM, security 9).

Three parts, against a real service over HTTP. At each door (sign-in, first
sign-in, recovery, its code; over SOAP the test of existence, the authorisation,
the identity and the search, for somebody who has no right) people who exist,
whose account or record is closed, and who are unknown are named in random
order: status, words, length and time must not tell them apart. Then codes are
attacked: guessed at, one by one and at once, used again, carried into another
browser, late. Last, what is known to work against web sites is tried:
fixation, a stolen cookie after its owner left, forged and replayed forms.
"""

from dmp.assure import doors_codes, doors_named, doors_tricks
from dmp.assure.browser import Phones, accounts
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.doors_named import AUC, KINDS
from dmp.assure.doors_tricks import HONEST
from dmp.assure.service import served

CODES = 10
"""Probes of each sort for one code that is attacked."""

MOST, ENOUGH = 0.55, 1000
"""Over it, time tells; of fewer probes than enough, chance alone would go over it too often."""


def play(leg: Leg) -> Tally:
    """Open the doors, and try them."""
    counter = Counter()
    with served(leg) as service:
        attacked = max(3, leg.size // CODES)
        several = doors_named.accounts_for(leg.size)
        people = accounts(service.operations.settings, leg.seed, several, plain=attacked + 3)
        named, codes, tricks = people[:several], people[several:-3], people[-3:]
        phones = Phones(service.folder)
        late = doors_codes.begun_early(service.contract, phones, tricks[0])
        doors_named.try_soap(service, leg, counter)
        doors_named.try_pages(service.contract, named, leg, counter)
        doors_codes.attack(service.contract, phones, codes, counter)
        doors_tricks.try_all(service.contract, phones, tricks[1], tricks[2], counter)
        late.try_late(counter)
    counter.add("probes of each sort", leg.size)
    return counter.tally()


def judge(total: Tally) -> list[Figure]:
    """Nothing told, nothing opened; and what should open did."""
    probes = total["probes of each sort"]
    areas = [Figure(name, area, most=most(probes)) for name, area in total.worst.items() if name.startswith(AUC)]
    heard = total["guesses heard of one code"]
    return [
        Figure("probes of each sort", probes, least=1),
        Figure("answers that differ", total["other answer"], most=0),
        *areas,
        Figure("areas told", len(areas), least=len(KINDS)),
        Figure("codes attacked", total["codes attacked"], least=1),
        Figure("guesses heard of one code", heard, least=1, most=5),
        Figure("codes of 100,000 that a guesser finds", heard / 10, most=0.999),
        Figure("doors that opened wrongly", total["opened"], most=0),
        Figure("tricks tried", total["tricks"], least=10),
        Figure(HONEST, total[HONEST], least=1),
    ]


def most(probes: float) -> float:
    """The area that may be reached: of few probes, four times what chance alone makes of it."""
    return MOST if probes >= ENOUGH else max(MOST, 0.5 + 4 * (1 / (6 * max(probes, 1))) ** 0.5)


CLAIM = Claim(
    name="doors",
    promise="Who has no key learns at no door whether somebody is known here, and no code, cookie or form of somebody "
    "else lets him in.",
    counted="probes of each sort",
    count=1000,
    leg=1000,
    play=play,
    judge=judge,
    source="T-OTP, T-ENUM (security 14), security 9",
    engines=(Engine.POSTGRESQL,),
)
