"""What somebody is asked at the first sign-in (PT-3): both emergency oppositions, and whether to be told of more.

Nothing is chosen beforehand, and all of it can wait: until somebody decides,
the record stays as it is.
"""

from dataclasses import replace

from dmp.actions.choose_notices import ChooseNotices
from dmp.actions.decide_access import ChooseForEmergencies
from dmp.record.notice import Channel, Frequency, NoticeWishes
from dmp.record.record import Oppositions
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit
from dmp.web.portal.sign_in_pages import FIRST, HOME

EMERGENCIES, NOTICES = FIRST, f"{FIRST}/messages"
_EMERGENCIES = Page("emergencies.html", ("En cas d’urgence", "In an emergency"))
_NOTICES = Page("notices.html", ("Être prévenu", "Being told"))
_UNANSWERED = {
    "break_glass": ("Si vous êtes en danger : répondez oui ou non.", "If you are in danger: answer yes or no."),
    "dispatch": ("Pour le centre 15 : répondez oui ou non.", "For the emergency number: answer yes or no."),
    "masked": ("Pour les documents masqués : répondez oui ou non.", "For masked documents: answer yes or no."),
}
"""Each question, and what is said when it has no answer."""
_YES, _NO = "yes", "no"


def emergencies(_visit: Visit) -> Answer:
    """The three questions about emergencies."""
    return _EMERGENCIES


def choose_emergencies(visit: Visit) -> Answer:
    """Write the answers, then ask about messages."""
    said = {name: visit.form.line(name) for name in _UNANSWERED}
    missing = {name: visit.says(*_UNANSWERED[name]) for name, answer in said.items() if answer not in (_YES, _NO)}
    if missing:
        return replace(_EMERGENCIES, status=422, errors=missing)
    oppositions = Oppositions(break_glass=said["break_glass"] == _NO, emergency_dispatch=said["dispatch"] == _NO)
    visit.perform(ChooseForEmergencies(visit.patient, oppositions, reads_masked=said["masked"] == _YES))
    return Redirect(NOTICES)


def notices(_visit: Visit) -> Answer:
    """How often, and how."""
    return _NOTICES


def choose_notices(visit: Visit) -> Answer:
    """Write the wishes, then go home."""
    frequency, channel = visit.form.line("frequency"), visit.form.line("channel")
    known = {"frequency": frequency in set(Frequency), "channel": channel in set(Channel)}
    if not all(known.values()):
        sentence = visit.says("Choisissez une réponse.", "Choose an answer.")
        return replace(_NOTICES, status=422, errors={name: sentence for name, there in known.items() if not there})
    visit.perform(ChooseNotices(visit.patient, NoticeWishes(Frequency(frequency), Channel(channel))))
    return Redirect(HOME)


ROUTES = (PageRoute(EMERGENCIES, emergencies, choose_emergencies), PageRoute(NOTICES, notices, choose_notices))
