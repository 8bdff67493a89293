"""The people around the holder («entourage»): delegates, who protects an adult, parents without authority, heirs.

Each acts under his own identity, as long as what the record says of him
holds: that is asked at every act, never settled by a job.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp.record.patient import Guardian, PatientId


class DelegateScope(StrEnum):
    """What a delegate may do; each holds the one before (PT-11, DEC-29)."""

    READ = "read"
    WRITE = "write"
    MANAGE = "manage"


@dataclass(frozen=True)
class Delegate:
    """Somebody of age whom the holder lets act for him («délégué», «aidant»; PT-11), from `since` to before `until`."""

    person: PatientId
    name: str
    scope: DelegateScope
    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether he is a delegate now."""
        return self.since <= at < self.until


class Measure(StrEnum):
    """A measure that protects an adult («mesure de protection juridique», «code civil», 425 to 494-12)."""

    GUARDIANSHIP = "tutelle"
    FAMILY_EMPOWERMENT = "habilitation-familiale"
    FUTURE_MANDATE = "mandat-de-protection-future"
    CURATORSHIP = "curatelle"
    SAFEGUARD = "sauvegarde-de-justice"

    @property
    def represents(self) -> bool:
        """Whoever is in charge stands for the person, rather than beside him: the others assist (L.1111-2, LC-17)."""
        return self in (Measure.GUARDIANSHIP, Measure.FAMILY_EMPOWERMENT, Measure.FUTURE_MANDATE)


@dataclass(frozen=True)
class Protection:
    """A measure that protects the holder, who is in charge of it, and its dates (LC-17)."""

    person: PatientId
    name: str
    measure: Measure
    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether the measure is in force."""
        return self.since <= at < self.until


@dataclass(frozen=True)
class Withdrawal:
    """Parental authority that somebody no longer has («retrait de l'autorité parentale»); no message gives it back."""

    person: PatientId
    at: datetime
    operator: str
    reason: str


class HeirQuality(StrEnum):
    """What somebody was to the deceased (L.1110-4 V, LC-13)."""

    HEIR = "ayant-droit"
    COHABITEE = "concubin"
    PARTNER = "partenaire-pacs"


class HeirMotive(StrEnum):
    """What access is asked for; the law knows no other (L.1110-4 V)."""

    CAUSE_OF_DEATH = "cause-du-deces"
    MEMORY = "memoire-du-defunt"
    RIGHTS = "droits"


class HeirAnswer(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class HeirRequest:
    """Access to the record of a dead person, asked for and answered; `proof` is what the operator saw, or why not."""

    person: PatientId
    name: str
    quality: HeirQuality
    motive: HeirMotive
    at: datetime
    answer: HeirAnswer = HeirAnswer.WAITING
    decided: datetime | None = None
    operator: str = ""
    proof: str = ""
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether it opens the record now."""
        if self.answer is not HeirAnswer.GRANTED or self.decided is None or self.until is None:
            return False
        return self.decided <= at < self.until


@dataclass(frozen=True)
class People:
    """Who acts in a record for its holder, and who did; and whether he opposes the access of his heirs."""

    guardians: tuple[Guardian, ...]
    withdrawals: tuple[Withdrawal, ...]
    protections: tuple[Protection, ...]
    delegates: tuple[Delegate, ...]
    heirs_opposed: bool
