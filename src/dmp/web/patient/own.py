"""What the pages of the own space share: whose record it is, how lately he signed in, days as people write them."""

from datetime import date, datetime

from dmp.record.dtm import PARIS
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


def day(at: datetime | date) -> str:
    """A day in France."""
    local = at.astimezone(PARIS) if isinstance(at, datetime) else at
    return f"{local:%d/%m/%Y}"


def read_day(text: str) -> date:
    """A day as a browser sends it, or as people write it.

    Raises:
        ValueError: it is neither.
    """
    form = "%Y-%m-%d" if "-" in text else "%d/%m/%Y"
    return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day
