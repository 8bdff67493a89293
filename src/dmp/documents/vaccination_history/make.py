"""Makes a vaccination history («historique des vaccinations», VAC, M.37): one section, one entry a dose."""

from collections.abc import Sequence

from dmp.documents.kind import model
from dmp.wire.cda.making import parts
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.pen import Part, Pen
from dmp.wire.cda.making.tree import cda
from dmp.wire.cda.making.vaccines import Dose, immunization

CONTENT = ("1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2", "")
"""Template of IHE for documents of vaccination."""
MODEL = Model(parts.VACCINATIONS.code, (CONTENT, (model("37")[0], "2023.01")))
TITLE = "Historique des vaccinations"


def vaccination_history(context: DocumentContext, doses: Sequence[Dose], *, title: str = TITLE) -> bytes:
    """Every dose that the author knows of, in one document.

    Raises:
        ValueError: no dose.
    """
    return vaccinations(context, MODEL, title, doses)


def vaccinations(context: DocumentContext, model: Model, title: str, doses: Sequence[Dose]) -> bytes:
    """A document of doses, which its author answers for.

    Raises:
        ValueError: no dose.
    """
    if not doses:
        raise ValueError("a vaccination document needs a dose")
    pen = Pen(context)
    part = Part(parts.VACCINATIONS.code, title, parts.VACCINATIONS.templates)
    words = (context.notice,) if context.notice else ()
    entries = [immunization(pen, dose, signed=True) for dose in doses]
    body = cda("structuredBody", pen.listed(part, entries, *words))
    return document(context, model, Content(title, Act(model.type), body))
