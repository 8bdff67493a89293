"""«Emporter une copie»: all of the record that one may read, as one archive (LC-14, PT-17)."""

from dmp.actions.copy_record import TakeCopy
from dmp.web.patient.copy_archive import CopyArchive, pieces_of
from dmp.web.patient.own import for_who_signed_in_lately, is_own, now
from dmp.web.portal.page import Answer, Page, PageRoute, Stream, Visit

COPY = "/patient/copie"
_COPY = ("Copie complète du dossier", "Full copy of the record")


def copy(visit: Visit) -> Answer:
    """What is in it, and a word of care."""
    return Page("patient/copy.html", _COPY, is_own(visit))


def take(visit: Visit) -> Answer:
    """Make the archive, and hand it out."""
    archive = CopyArchive(now(visit))
    taken = visit.perform(TakeCopy(visit.patient, archive, notes=visit.form.ticked("notes")))
    made = archive.finish(taken)
    return Stream(pieces_of(made), made.size, "application/zip", "copie-du-dossier.zip")


ROUTES = (PageRoute(COPY, copy, for_who_signed_in_lately(take)),)
