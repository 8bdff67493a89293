"""The document of a prescription that is being signed: the copy that goes to the record (RX-3)."""

import io
from collections.abc import Iterable
from dataclasses import replace

import segno

from dmp.documents.prescription.make import FLAGS_BY_CODE, MODEL, Order, prescription
from dmp.record.actor import Professional
from dmp.record.facts import PrescriptionLine, Source
from dmp.record.prescription import Prescription
from dmp.web.chart.context import context_of
from dmp.web.chart.prescribing_lines import Understood
from dmp.web.chart.prescription_view import QR_PREFIX
from dmp.web.depositing import Place, Written
from dmp.wire.cda.making.context import ATTENDING
from dmp.wire.cda.templates import CI_SIS, HL7_FRANCE

_TEMPLATES = (HL7_FRANCE, CI_SIS, MODEL.templates[-1][0])


def copy_of(told: Prescription, lines: Iterable[Understood], who: Professional, *, attending: bool) -> Written:
    """What the document says; it is written once it may go in."""
    facts = tuple((line.item.id, line.fact) for line in lines)

    def write(place: Place) -> bytes:
        order = Order(
            lines=tuple(_named(fact, name, place.id) for name, fact in facts),
            number=told.number,
            picture=_picture(told.number),
            comment=told.comment,
            flags=tuple(FLAGS_BY_CODE[code] for code in told.flags),
        )
        return prescription(context_of(place, who, ATTENDING if attending else None), order)

    return Written(repr((told, facts)).encode(), "", _TEMPLATES, write)


def _named(fact: PrescriptionLine, name: str, document: str) -> PrescriptionLine:
    """The line under the id by which deliveries name it (`Prescription.line_ident`)."""
    return replace(fact, source=Source(ident=f"{document}^{name}"), prescription=document)


def _picture(number: str) -> bytes:
    """The code to be scanned, as a picture that every reader of documents shows."""
    held = io.BytesIO()
    segno.make(QR_PREFIX + number, error="m", micro=False).save(held, kind="png", scale=4, border=4)
    return held.getvalue()
