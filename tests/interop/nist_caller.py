"""Who replays the kit: holders of the sandbox over mutual TLS, with a VIHF for each patient (ADR 6)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree
from nist_messages import Packed
from nist_plan import Kind
from raw import Answer, RawCaller

from dmp.client.credentials import Credentials
from dmp.client.header import Saying, security_header
from dmp.record.actor import Authentication
from dmp.record.patient import PatientId
from dmp.sandbox.population import people
from dmp.wire.xml import serialise
from sandboxes import Sandbox

SERVICE = {
    Kind.SUBMIT: "repository",
    Kind.RAW: "repository",
    Kind.RETRIEVE: "repository",
    Kind.QUERY: "registry",
    Kind.UPDATE: "registry",
    Kind.REGISTER: "admin-registry",
    Kind.REMOVE_METADATA: "admin-registry",
    Kind.REMOVE_DOCUMENTS: "admin-repository",
}
"""Names of the contract of the sandbox; those of the internal listener start with `admin-`."""
SEED = 62
AUTHORITY = "1.2.250.1.213.1.4.10"
DEPOSITS = {Kind.SUBMIT, Kind.RAW, Kind.REGISTER}
REMOVALS = {Kind.REMOVE_METADATA, Kind.REMOVE_DOCUMENTS}


def cx(ins: str) -> str:
    """A patient identifier as XDS.b writes it: number and authority alone."""
    return f"{ins}^^^&{AUTHORITY}&ISO"


class NistCaller:
    """The software of a hospital, a doctor there, and the administrator of the service.

    The software deposits by itself (indirect), so that what it deposits is the
    hospital's own whatever authors the messages of the kit name; the doctor,
    recognised through the hospital (AIR), reads and changes it (DEC-6). The
    administrator removes, with his own card and a reason.
    """

    def __init__(self, sandbox: Sandbox, hospital: RawCaller, administrator: RawCaller):
        """Each caller has the TLS certificate of its name."""
        self.sandbox, self._hospital, self._administrator = sandbox, hospital, administrator
        self._people: Iterator[str] = (person.patient.number for person in people(SEED, 400))

    def somebody(self) -> str:
        """The INS of somebody else each time, who has no record."""
        return next(self._people)

    def opened(self) -> str:
        """The INS of somebody else each time, whose record the operator opened."""
        return self.sandbox.opened(self.somebody()).number

    def security(self, kind: Kind, ins: str, forged: str = "") -> str:
        """A signed header for a patient, or one that is `expired` or `unsigned`."""
        at = datetime.now(UTC) - (timedelta(days=2) if forged == "expired" else timedelta())
        header = security_header(self._who(kind), PatientId(ins, AUTHORITY), Saying(reason=self._why(kind)), at=at)
        return serialise(_without_signature(header) if forged == "unsigned" else header).decode()

    def _who(self, kind: Kind) -> Credentials:
        if kind in REMOVALS:
            return Credentials.from_sandbox(self.sandbox.contract, "administrator")
        hospital, doctor = (Credentials.from_sandbox(self.sandbox.contract, name) for name in ("hospital", "doctor"))
        auth = Authentication.INDIRECT if kind in DEPOSITS else Authentication.REINFORCED
        return hospital.standing_for(doctor, auth)

    def _why(self, kind: Kind) -> str:
        return "Essai de suppression" if kind in REMOVALS else ""

    def send(self, kind: Kind, request: Packed) -> Answer:
        """Send to the service that such a message is for."""
        caller = self._administrator if kind in REMOVALS else self._hospital
        return caller.post(SERVICE[kind], request.content, request.content_type)


def _without_signature(header: etree._Element) -> etree._Element:
    for signature in list(header.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")):
        signature.getparent().remove(signature)
    return header


class Patients:
    """The patients of each test, who are nobody else's; a record is opened when it is first needed."""

    def __init__(self, caller: NistCaller):
        """Nobody yet."""
        self._caller = caller
        self._of: dict[str, list[str]] = {}
        self.unknown = caller.somebody()
        """Somebody without a record."""

    def of(self, test: str, number: int = 0) -> str:
        """The INS of a patient of a test."""
        patients = self._of.setdefault(test, [])
        while len(patients) <= number:
            patients.append(self._caller.opened())
        return patients[number]

    def met(self, test: str) -> list[str]:
        """The patients that a test had so far."""
        return self._of.get(test, [])

    def renew(self, test: str) -> None:
        """Take other patients for the rest of a test."""
        self._of.pop(test, None)
