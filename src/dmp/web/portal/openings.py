"""A record is opened in a session, and left: one at a time, under a fresh secret each time (security 9.6).

Since the secret changes, a form of a page that shows the former record is
refused: what was written for one patient never goes into the record of another.
"""

from dataclasses import replace

from dmp.record.actor import Mode
from dmp.record.patient import PatientId
from dmp.sign_in.sessions import Mandate, Session
from dmp.web.portal.page import Cookie, CookieName, Redirect, Visit


def record_opened(
    visit: Visit,
    patient: PatientId,
    called: str,
    *,
    to: str,
    mode: Mode = Mode.NORMAL,
    reason: str = "",
    secret: bool = False,
) -> Redirect:
    """Go to `to` with that record open, in a mode and for its reason; whether it may be seen, each act decides.

    `called` is how the person is named on every page from here on.
    """
    closed = visit.signed_in.closed
    change = replace(closed, patient=patient, patient_called=called, mode=mode, reason=reason, secret=secret)
    return _renewed(visit, change, to)


def mandate_begun(visit: Visit, patient: PatientId, called: str, mandate: Mandate, *, reason: str, to: str) -> Redirect:
    """Go to `to` with that person before the desk; `reason` stands in the trace of each act."""
    closed = visit.signed_in.closed
    change = replace(closed, patient=patient, patient_called=called, reason=reason, mandate=mandate)
    return _renewed(visit, change, to)


def record_left(visit: Visit, *, to: str) -> Redirect:
    """Go to `to` with no record open, or with one's own."""
    return _renewed(visit, visit.signed_in.closed, to)


def _renewed(visit: Visit, change: Session, to: str) -> Redirect:
    secret = visit.portal.reception.desk.renewed(visit.secret, change)
    return Redirect(to, (Cookie(CookieName.SESSION, secret),))
