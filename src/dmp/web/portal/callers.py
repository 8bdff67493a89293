"""Who acts, from who is signed in: an account is a person's, so the record decides what he is to it."""

from dataclasses import replace

from dmp.record.actor import Caller, ClientSystem, Holder, Operator, Professional, Representative
from dmp.sign_in.sessions import Session

PORTAL = ClientSystem(name="portal")


def caller_of(session: Session) -> Caller:
    """The caller of an act: a professional or employee in person, an operator, the holder, or who acts for the holder.

    Raises:
        LookupError: the session is of nobody, which none that we open is.
    """
    if session.professional is not None:
        caller = Caller(session.professional, session.mode, session.reason, patient=session.patient, client=PORTAL)
        return replace(caller, secret=session.secret)
    if session.staff is not None:
        return Caller(session.staff, reason=session.reason, patient=session.patient, client=PORTAL)
    if session.operator:
        return Caller(Operator(session.operator), client=PORTAL)
    if session.person is None:
        raise LookupError("a session is of somebody")
    if session.patient is None or session.patient == session.person:
        return Caller(Holder(session.person), patient=session.person, client=PORTAL)
    representative = Representative(session.person.number, session.name)
    return Caller(representative, patient=session.patient, client=PORTAL)


def professional_of(session: Session) -> Professional:
    """Who is signed in, on a page whose route is for professionals alone.

    Raises:
        LookupError: the route of the page does not say so.
    """
    if session.professional is None:
        raise LookupError("this page needs a professional: say so in its route")
    return session.professional


def in_his_own_name(session: Session) -> Caller:
    """Who acts for others, under his own name and with nobody's record open: he looks for those for whom he acts.

    Raises:
        LookupError: the session is of no person.
    """
    if session.person is None:
        raise LookupError("who acts for others signs in as a person")
    return Caller(Representative(session.person.number, session.name), client=PORTAL)
