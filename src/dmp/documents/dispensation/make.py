"""Makes a dispensation («dispensation médicamenteuse», eDISP-MED 2024, M.54), linked to the lines it answers."""

from collections.abc import Sequence

from dmp.documents.kind import model
from dmp.record.codes import Code
from dmp.record.facts import Dispensation
from dmp.wire.cda.making import parts
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.deliveries import dispensation as delivery
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.pen import Pen
from dmp.wire.cda.making.tree import cda, is_identifier

TYPE = Code("60593-1", "2.16.840.1.113883.6.1", "Dispensation médicamenteuse")
MODEL = Model(
    TYPE,
    (
        ("1.3.6.1.4.1.19376.1.5.3.1.1.1", ""),
        ("1.3.6.1.4.1.19376.1.9.1.1.3", ""),
        (model("54")[0], "2024.01"),
    ),
)
TITLE = "Dispensation de médicaments"


def dispensation(
    context: DocumentContext, deliveries: Sequence[Dispensation], *, order: str = "", title: str = TITLE
) -> bytes:
    """The octets of a dispensation; `order` is the id of the prescription document, else that of the first delivery.

    Raises:
        ValueError: nothing was delivered.
    """
    if not deliveries:
        raise ValueError("a dispensation needs a delivery")
    pen = Pen(context)
    words = (context.notice,) if context.notice else ()
    body = cda("structuredBody", pen.listed(parts.DELIVERED, [delivery(pen, one) for one in deliveries], *words))
    told = (order, *(one.prescription for one in deliveries))
    orders = next(((one,) for one in told if one and is_identifier(one)), ())
    return document(context, MODEL, Content(title, Act(TYPE), body, orders=orders))
