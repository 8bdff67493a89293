"""Vaccination history and note («historique», «note de vaccination») of an invented patient, level N3."""

from collections.abc import Sequence

from dmp.documents.vaccination_history import make as history
from dmp.documents.vaccination_note import make as note
from dmp.sandbox.maker.facts import Dose
from dmp.sandbox.maker.fiction import fictional
from dmp.wire.cda.making.context import DocumentContext


def vaccination_history(context: DocumentContext, doses: Sequence[Dose], *, title: str = history.TITLE) -> bytes:
    """Every dose that the author knows of, in one document.

    Raises:
        ValueError: no dose.
    """
    told = [dose.by(context.professional) for dose in doses]
    return history.vaccination_history(fictional(context), told, title=title)


def vaccination_note(context: DocumentContext, dose: Dose, *, title: str = note.TITLE) -> bytes:
    """The report of one act of vaccination."""
    return note.vaccination_note(fictional(context), dose.by(context.professional), title=title)
