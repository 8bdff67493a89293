"""What the pages of the own space share: whose record it is, how lately he signed in."""

from datetime import datetime

from dmp.web.portal import trouble
from dmp.web.portal.means_pages import LATELY
from dmp.web.portal.page import Answer, Page, PageFunction, Visit

_SIGN_IN_AGAIN = Page(
    trouble.TEMPLATE,
    ("Connectez-vous de nouveau", "Sign in again"),
    trouble.Trouble(
        (
            "Pour cette action, il faut s’être connecté depuis moins de quinze minutes.",
            "For this, you must have signed in within the last fifteen minutes.",
        ),
        (
            "Rien n’a été fait. Déconnectez-vous, puis reconnectez-vous.",
            "Nothing was done. Sign out, then sign in again.",
        ),
    ),
    403,
)


def for_who_signed_in_lately(change: PageFunction) -> PageFunction:
    """Whoever finds a session that was left open must not take the record away, nor end it."""

    def answer(visit: Visit) -> Answer:
        if now(visit) - visit.signed_in.since > LATELY:
            return _SIGN_IN_AGAIN
        return change(visit)

    return answer


def now(visit: Visit) -> datetime:
    """The clock of the sessions."""
    return visit.portal.reception.desk.clock()


def is_own(visit: Visit) -> bool:
    """Whether the record that is open is one's own, and not that of somebody for whom one acts."""
    session = visit.signed_in
    return session.patient is None or session.patient == session.person
