"""Makes a vaccination note («note de vaccination», VAC-NOTE, M.46): the report of one act."""

from dmp.documents.kind import model
from dmp.documents.vaccination_history.make import CONTENT, vaccinations
from dmp.record.codes import Code
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Model
from dmp.wire.cda.making.vaccines import Dose

TYPE = Code("87273-9", "2.16.840.1.113883.6.1", "Note de vaccination")
MODEL = Model(TYPE, (CONTENT, (model("46")[0], "2023.01")))
TITLE = "Note de vaccination"


def vaccination_note(context: DocumentContext, dose: Dose, *, title: str = TITLE) -> bytes:
    """The octets of a note of one dose, given or refused."""
    return vaccinations(context, MODEL, title, (dose,))
