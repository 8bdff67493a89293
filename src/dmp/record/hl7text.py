"""The HL7 V2 texts inside XDS metadata: CX, XCN, XON and CE (xds-wire 4.5 and 5)."""

from dataclasses import dataclass

from dmp.record.errors import InvalidIdentity
from dmp.record.patient import PatientId

ESCAPES = {"\\F\\": "|", "\\S\\": "^", "\\T\\": "&", "\\R\\": "~", "\\E\\": "\\"}


def unescape(text: str) -> str:
    """Read HL7 escapes (`\\T\\` is an ampersand); unknown ones stay as they are."""
    if "\\" not in text:
        return text
    out: list[str] = []
    rest = text
    while rest:
        sequence = next((name for name in ESCAPES if rest.startswith(name)), None)
        out.append(ESCAPES[sequence] if sequence else rest[0])
        rest = rest[len(sequence) if sequence else 1 :]
    return "".join(out)


def escape(text: str) -> str:
    """Write the delimiters of a free text as HL7 escapes."""
    names = {sign: name for name, sign in ESCAPES.items()}
    return "".join(names.get(sign, sign) for sign in text)


def _components(text: str, count: int) -> list[str]:
    parts = text.split("^")
    return parts + [""] * (count - len(parts))


def _authority(component: str) -> str:
    """The universal id of an HD `namespace&oid&ISO`."""
    parts = component.split("&")
    return parts[1] if len(parts) > 1 else ""


@dataclass(frozen=True)
class Cx:
    """An identifier with its authority: `number^^^&root&ISO^type`."""

    number: str
    root: str
    type: str = ""

    @property
    def patient(self) -> PatientId:
        """The identity: number and root, the rest aside."""
        return PatientId(self.number, self.root)

    @property
    def text(self) -> str:
        """The wire form."""
        return f"{self.number}^^^&{self.root}&ISO" + (f"^{self.type}" if self.type else "")

    @staticmethod
    def parse(text: str, element: str = "patientId") -> "Cx":
        """Read a CX; CX-7 and later are accepted and dropped (xds-wire 4.5).

        Raises:
            InvalidIdentity: no number, no authority OID or not ISO; `element` is named.
        """
        parts = _components(text, 5)
        authority = parts[3].split("&")
        if not parts[0] or len(authority) != 3 or authority[0] or not authority[1] or authority[2] != "ISO":
            raise InvalidIdentity("not a CX of the form id^^^&oid&ISO", element=element)
        return Cx(unescape(parts[0]), authority[1], parts[4])


@dataclass(frozen=True)
class Xcn:
    """A person: `id^family^given^…^^&authority&ISO^nametype^^^idtype`."""

    id: str
    family: str
    given: str = ""
    authority: str = ""
    name_type: str = ""
    id_type: str = ""

    @property
    def text(self) -> str:
        """The wire form, as France writes it."""
        person = f"{escape(self.id)}^{escape(self.family)}^{escape(self.given)}^^^^^^"
        return f"{person}&{self.authority}&ISO^{self.name_type}^^^{self.id_type}"

    @property
    def name(self) -> str:
        """As people say it: given name first."""
        return f"{self.given} {self.family}".strip()

    @staticmethod
    def parse(text: str) -> "Xcn":
        """Read an XCN; absent components are empty."""
        parts = _components(text, 13)
        return Xcn(
            unescape(parts[0]), unescape(parts[1]), unescape(parts[2]), _authority(parts[8]), parts[9], parts[12]
        )


@dataclass(frozen=True)
class Xon:
    """An organisation: `name^^^^^&authority&ISO^idtype^^^id`."""

    name: str
    id: str = ""
    authority: str = ""
    id_type: str = ""

    @property
    def text(self) -> str:
        """The wire form."""
        return f"{escape(self.name)}^^^^^&{self.authority}&ISO^{self.id_type}^^^{escape(self.id)}"

    @staticmethod
    def parse(text: str) -> "Xon":
        """Read an XON; XON-10 holding `&oid&ISO` means that OID (xds-wire 4.5)."""
        parts = _components(text, 10)
        number = _authority(parts[9]) or unescape(parts[9])
        return Xon(unescape(parts[0]), number, _authority(parts[5]), parts[6])
