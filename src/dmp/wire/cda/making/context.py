"""What every document says before its content: for whom, by whom, when, which version."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId

ACT_CODE = "2.16.840.1.113883.5.4"
AMBULATORY = Code("AMB", ACT_CODE, "Ambulatoire (hors établissement)")
INPATIENT = Code("IMP", ACT_CODE, "Hospitalisation (établissement, y compris HAD)")
EMERGENCY = Code("EMER", ACT_CODE, "Passage aux urgences (établissement)")
ATTENDING = Code("PCP", "2.16.840.1.113883.5.88", "Médecin traitant")
"""The role of the attending doctor, among those of J47."""


@dataclass(frozen=True)
class Software:
    """A program that made a document by itself: nobody has read or signed it."""

    id: str
    """Its extension under the body that keeps the record (`people.DMP_HOST`)."""
    name: str
    model: str


@dataclass(frozen=True)
class DocumentContext:
    """The patient, the author, the moment and the place of a document in its series of versions.

    `id`, `series` and `replaces` are an OID, an `OID^extension` or a UUID
    (DEC-105). `series` is the setId: the document's own id when it opens the
    series. `replaces` names the version before. `started` is when the act
    began, `at` when absent.
    """

    id: str
    patient: PatientId
    traits: IdentityTraits
    author: Professional | Software
    at: datetime
    contact: Contact = Contact()
    guardians: tuple[Guardian, ...] = ()
    local_id: PatientId | None = None
    """The number of the patient in the author's software («IPP»)."""
    series: str = ""
    version: int = 1
    replaces: str = ""
    started: datetime | None = None
    encounter: Code = AMBULATORY
    practice: Code | None = None
    """Practice setting (J04); told from the sector of the author's facility when absent."""
    function: Code | None = None
    """Role of the author in care (J47), as that of the attending doctor."""
    notice: str = ""
    """A sentence that the document carries in what people read."""

    @property
    def professional(self) -> Professional:
        """The author, who is a person.

        Raises:
            LookupError: a program made the document.
        """
        if isinstance(self.author, Software):
            raise LookupError("a program made this document, and nobody signs it")
        return self.author

    @property
    def set_id(self) -> str:
        """The id that all versions share."""
        return self.series or self.id

    @property
    def begun(self) -> datetime:
        """When the documented act began."""
        return self.started or self.at

    def entry_id(self, *parts: str) -> str:
        """The id of an entry: one fact keeps it from version to version, two facts never share it."""
        return str(uuid5(NAMESPACE_OID, "|".join((self.set_id, *parts))))
