"""How strictly metadata is read: for which transaction, under which profile."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from dmp.record.profile import Profile
from dmp.wire.xds import syntax


class Stage(Enum):
    """Where in its life the metadata that is read stands."""

    SUBMITTED = auto()
    """A source sends it: what only the registry may set (status, version, logical id) is ignored."""
    UPDATED = auto()
    """ITI-57: the logical id names the target; status and version are ignored."""
    REGISTERED = auto()
    """A registry answers it: everything is read, and what a source must send is not asked again."""


@dataclass(frozen=True)
class Rules:
    """The rules of one reading. `at` starts the timer of what is hidden from the patient (AR-19)."""

    profile: Profile
    at: datetime
    stage: Stage = Stage.SUBMITTED

    @property
    def french(self) -> bool:
        """Whether the French requirements are checked (column F of xds-wire 4.2 and 4.3)."""
        return self.profile.french and self.stage is not Stage.REGISTERED

    def is_oid(self, text: str) -> bool:
        """An OID; what is not French may begin with any number, as test systems do (DEC-10)."""
        return syntax.is_oid(text) if self.french else syntax.is_dotted(text)

    def is_cx(self, text: str) -> bool:
        """An identifier: IHE stops at the authority, the DMP adds a type and a date (xds-wire 4.5)."""
        longer = self.profile.french or self.stage is Stage.REGISTERED
        return syntax.is_cx(text, components=7 if longer else 4, oid=self.is_oid)
