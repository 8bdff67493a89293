"""What an act asks of the rights beside its own: who is told of what stands beside the documents (house 3).

Acts do not know the rights: the gate hands the answers, which `access.beside` gives, with their reasons.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from dmp.record.actor import Professional
from dmp.record.choice import HealthChoice
from dmp.record.entry import DocumentEntry
from dmp.record.prescription import Prescription
from dmp.record.visibility import Visibility


class RightsBeside(Protocol):
    """The answers about the caller of one act."""

    @property
    def holder_alone(self) -> bool:
        """Tell him what is the holder's own affair?"""
        ...

    @property
    def told_what_stood(self) -> bool:
        """Tell him what there was before?"""
        ...

    def waits_to_be_announced(self, hidden: Visibility) -> bool:
        """Is it told that what is hidden so will be announced?"""
        ...

    def invitations(self, *, keeps_profile: bool) -> bool:
        """Tell him of the letters of the insurer?"""
        ...

    def choices(self, chosen: Iterable[HealthChoice], *, keeps_profile: bool) -> tuple[HealthChoice, ...]:
        """What he is told of what the holder chose."""
        ...

    @property
    def attends(self) -> bool:
        """Is he the confirmed attending doctor, at his ordinary work?"""
        ...

    @property
    def in_person(self) -> Professional | None:
        """The professional who acts himself; None for anybody else."""
        ...

    @property
    def prescribes(self) -> bool:
        """May he prescribe?"""
        ...

    @property
    def dispenses(self) -> bool:
        """May he read a prescription by its number, and deliver?"""
        ...

    def told_at_the_counter(
        self, kept: Iterable[Prescription], papers: Iterable[DocumentEntry]
    ) -> tuple[Prescription, ...]:
        """What a pharmacist may know of in a record that is open; `papers` are the entries that he may read."""
        ...

    def is_told_of(self, prescription: Prescription, unseen: Collection[str]) -> bool:
        """May he know of it in a list? `unseen` are the documents that he may not know, by `unique_key`."""
        ...

    def wrote(self, prescription: Prescription) -> bool:
        """Did he prescribe it?"""
        ...

    def delivered_of(self, prescription: Prescription) -> bool:
        """Does he know what was delivered of it?"""
        ...

    def hides_its_delivery(self, prescription: Prescription, papers: Iterable[DocumentEntry]) -> Visibility:
        """From whom the document of a delivery of it is hidden; `papers` are the entries of its document."""
        ...
