"""Makes an e-prescription («prescription de produits de santé», eP-MED-DM 2024, M.39)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from dmp.documents.kind import model
from dmp.record.codes import Code
from dmp.record.facts import Device, Measurement, PrescriptionLine
from dmp.wire.cda.content import detected
from dmp.wire.cda.making import parts
from dmp.wire.cda.making.acts import device
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.narrative import paragraph
from dmp.wire.cda.making.observations import measurements
from dmp.wire.cda.making.pen import Pen, told_table
from dmp.wire.cda.making.treatments import prescription_line
from dmp.wire.cda.making.tree import Node, cda, templates

TYPE = Code("57833-6", "2.16.840.1.113883.6.1", "Prescription de produits de santé")
MODEL = Model(
    TYPE,
    (
        ("1.3.6.1.4.1.19376.1.9.1.1.1", ""),
        ("1.3.6.1.4.1.19376.1.5.3.1.1.1", ""),
        (model("39")[0], "2024.01"),
    ),
)
TITLE = "Ordonnance"
NUMBERS = "1.2.250.1.215.500.1.1"
"""Root of the national numbers of prescriptions, as the published example writes them."""
PICTURE = ("2.16.840.1.113883.10.12.304", "1.2.250.1.213.1.1.3.103")
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
TERMS = "1.2.250.1.213.1.1.4.322"
AT_HOME = Code("MED-1094", TERMS, "Exécution à domicile")
URGENT = Code("MED-1095", TERMS, "Exécution en urgence")
TWO_ZONES = Code("MED-1096", TERMS, "Prescription bizone")
EXCEPTIONAL = Code("MED-1097", TERMS, "Prescription médicaments d'exception")
SECURED = Code("MED-1098", TERMS, "Ordonnance sécurisée")
FLAGS_BY_CODE = {flag.code: flag for flag in (AT_HOME, URGENT, TWO_ZONES, EXCEPTIONAL, SECURED)}


@dataclass(frozen=True)
class Order:
    """What is prescribed. `number` is that of the national base, `picture` its code to be scanned (PNG, JPEG, GIF).

    `flags` are AT_HOME, URGENT, TWO_ZONES, EXCEPTIONAL, SECURED; a line within
    a long-term illness adds TWO_ZONES by itself.
    """

    lines: tuple[PrescriptionLine, ...] = ()
    devices: tuple[Device, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    """Weight and height, which a dose may depend on."""
    number: str = ""
    picture: bytes = field(default=b"", repr=False)
    comment: str = ""
    flags: tuple[Code, ...] = ()


def prescription(context: DocumentContext, order: Order, *, title: str = TITLE) -> bytes:
    """The octets of a prescription.

    Raises:
        ValueError: it prescribes nothing, or its picture is none that every browser shows.
    """
    if not order.lines and not order.devices:
        raise ValueError("a prescription needs a line")
    pen = Pen(context)
    sections = (
        _bar_code(pen, order) if order.number or order.picture else None,
        pen.listed(parts.PRESCRIBED, [prescription_line(pen, one) for one in order.lines]) if order.lines else None,
        pen.listed(parts.PRESCRIBED_DEVICES, [device(pen, one) for one in order.devices]) if order.devices else None,
        _comment(pen, order),
        _measured(pen, order.measurements) if order.measurements else None,
    )
    ids = (f"{NUMBERS}^{order.number}",) if order.number else ()
    act = Act(TYPE, _flags(order), ids=ids)
    return document(context, MODEL, Content(title, act, cda("structuredBody", *sections)))


def _flags(order: Order) -> tuple[Code, ...]:
    long_term = (TWO_ZONES,) if any(line.long_term_illness for line in order.lines) else ()
    return tuple(dict.fromkeys((*long_term, *order.flags)))


def _bar_code(pen: Pen, order: Order) -> Node:
    """The number, and what is scanned to find it."""
    words = paragraph(f"Numéro de la prescription : {order.number}") if order.number else None
    if not order.picture:
        return pen.part(parts.BAR_CODE, cda("text", words))
    kind = detected(order.picture)
    if kind not in PICTURES:
        raise ValueError("the code of a prescription is a picture")
    value = cda("value", b64encode(order.picture).decode("ascii"), mediaType=kind, representation="B64")
    media = cda("observationMedia", *templates(*PICTURE), value, classCode="OBS", moodCode="EVN", ID="code-2d")
    shown = cda("text", words, cda("renderMultiMedia", referencedObject="code-2d"))
    return pen.part(parts.BAR_CODE, shown, cda("entry", media))


def _comment(pen: Pen, order: Order) -> Node | None:
    said = [part for part in (*order.comment.split("\n"), pen.context.notice) if part.strip()]
    return pen.told(parts.COMMENTS, said) if said else None


def _measured(pen: Pen, told: Sequence[Measurement]) -> Node:
    lines, nodes = measurements(pen, told)
    return pen.part(parts.VITAL_SIGNS, cda("text", told_table(lines)), *(cda("entry", node) for node in nodes))
