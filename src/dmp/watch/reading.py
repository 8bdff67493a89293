"""From a trace to a fact: names are compared here, and what comes out tells no name."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dmp.audit.trace import Outcome, Trace, Who
from dmp.record.actor import Authentication
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.watch.fact import Fact, Tie

WATCHED = frozenset({"professional", "staff", "facility-software"})
"""Who acts from a structure; the holder at home and those who run the service are watched by others."""
REPLAY = "replay"
"""How the reason of a refused assertion begins that came from two places (`wire/vihf/verify.py`)."""


@dataclass(frozen=True)
class Staff:
    """Those who work in one structure, by the words of their names."""

    by_word: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict[str, tuple[frozenset[str], ...]])

    @staticmethod
    def of(names: Iterable[str]) -> "Staff":
        """From names as the directory writes them."""
        by_word: dict[str, tuple[frozenset[str], ...]] = {}
        for words in map(words_of, names):
            for word in words:
                by_word[word] = (*by_word.get(word, ()), words)
        return Staff(by_word)

    def has(self, words: frozenset[str]) -> bool:
        """Tell whether somebody's name holds all of these words."""
        return bool(words) and any(words <= name for name in self.by_word.get(min(words), ()))


NO_STAFF = Staff()


def is_replay(trace: Trace) -> bool:
    """Tell the refusal of an assertion that had come from elsewhere (DEC-50)."""
    return trace.outcome is Outcome.REFUSED and trace.detail.startswith(REPLAY)


def fact_of(trace: Trace, record: Record | None, *, staff: Staff = NO_STAFF, flagged: bool = False) -> Fact | None:
    """What the watch needs of a trace; None for those whom it does not watch."""
    who = trace.who
    if who.kind not in WATCHED or not who.person or trace.outcome is Outcome.FAILED:
        return None
    return Fact(
        at=trace.at,
        person=_watched_name(who),
        verb=trace.verb,
        record=record.key if record else trace.record,
        profession=who.profession,
        structure=who.structure,
        software=who.client_serial,
        mode=who.mode,
        refused=trace.outcome is Outcome.REFUSED,
        documents=sum(1 for touched in trace.touched if touched.uuid),
        ties=_ties(trace, record, staff, flagged=flagged) if record else frozenset(),
        rank=rank_of(record.patient) if record else 0,
    )


def _watched_name(who: Who) -> str:
    """An employee whom his structure vouches for (AIR) has a number of that structure alone (`dmp.braking`)."""
    local = who.kind == "staff" and who.via == Authentication.REINFORCED
    return f"{who.structure}/{who.person}" if local else who.person


def _ties(trace: Trace, record: Record, staff: Staff, *, flagged: bool) -> frozenset[Tie]:
    who, traits = trace.who, record.traits
    subjects = (who.person, who.structure)
    tied = {
        Tie.ATTENDING: record.attending_of(who.person) is not None,
        Tie.INVITED: any(given.by_holder and given.subject in subjects for given in record.authorisations),
        Tie.FLAGGED: flagged,
    }
    if traits is not None:
        families = [words for name in (traits.birth_name, traits.used_name) if (words := words_of(name))]
        given = words_of(traits.given)
        reader = words_of(who.name)
        tied[Tie.SAME_NAME] = any(family <= reader for family in families)
        tied[Tie.COLLEAGUE] = any(staff.has(family | given) for family in families)
    return frozenset(tie for tie, there in tied.items() if there)


def words_of(name: str) -> frozenset[str]:
    """The words of a name, without accents or case, whatever their order."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return frozenset("".join(letter if letter.isalnum() else " " for letter in plain.upper()).split())


def rank_of(patient: PatientId) -> int:
    """Where an identifier stands among all: sex, month, place and order number of birth, as one number; 0: unknown.

    Corsica's letters count as the departments that they replaced.
    """
    number = patient.number[:13].upper().replace("2A", "19").replace("2B", "18")
    return int(number) if len(number) == 13 and number.isdigit() else 0
