"""«Demander pourquoi»: the holder asks about one access; whom the structure designated answers (security 10, 11.7)."""

from dataclasses import dataclass, replace

from dmp.actions.ask_about_access import AnswerQuestion, AskAboutAccess, QuestionsToAnswer
from dmp.actions.view_log import ViewLog
from dmp.record.access_question import LONGEST_TEXT, AccessQuestion
from dmp.record.actor import Holder
from dmp.record.errors import IncompleteRequest, RecordNotFound
from dmp.record.history import LogQuery
from dmp.record.history_words import moment
from dmp.record.patient import PatientId
from dmp.web.days import day
from dmp.web.portal.callers import caller_of
from dmp.web.portal.history_pages import HISTORY, place_of, shown
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit

ASK, ASK_NOW = "/historique/question", "/historique/question/envoi"
ANSWER = "/professional/questions"
_ASK = Page("ask.html", ("Demander pourquoi", "Ask why"))
_ANSWER = Page("questions.html", ("Questions des patients", "Questions of patients"))
_NO_MORE = (
    "Cet accès a déjà reçu votre question, ou n’est plus dans l’historique.",
    "You have asked about this access, or the history holds it no more.",
)
_ANSWERED = (
    "Cette question a déjà reçu une réponse, ou n’est pas pour votre structure.",
    "This question was answered already, or is not for your organisation.",
)
_QUESTION, _REPLY = ("question", "question"), ("réponse", "answer")


@dataclass(frozen=True)
class Waiting:
    """A question as those who answer see it: nothing of the record, and not whose it is."""

    id: str
    asked: str
    since: str
    due: str
    accessed: str
    who: str


def to_history(_visit: Visit) -> Answer:
    """Where somebody goes who reloads a page that a form led to."""
    return Redirect(HISTORY)


def ask(visit: Visit) -> Answer:
    """The form to ask about one line."""
    return _form(visit, _own(visit))


def ask_now(visit: Visit) -> Answer:
    """Put the question, then show it beside its line."""
    patient, access, text = _own(visit), visit.form.line("access"), _text(visit)
    wrong = _wrong(visit, text, _QUESTION)
    if wrong:
        return _with_error(_form(visit, patient), "text", wrong)
    try:
        visit.perform(AskAboutAccess(patient, access, text))
    except IncompleteRequest:
        return _with_error(_ASK, "", visit.says(*_NO_MORE))
    return Redirect(f"{HISTORY}#{place_of(access)}")


def waiting(visit: Visit) -> Page:
    """The questions that wait for an answer of the structure."""
    return replace(_ANSWER, view=tuple(_seen(question) for question in visit.perform(QuestionsToAnswer())))


def answer(visit: Visit) -> Answer:
    """Answer one, then show those that are left."""
    question, text = visit.form.line("question"), _text(visit)
    wrong = _wrong(visit, text, _REPLY)
    if wrong:
        return _with_error(waiting(visit), f"text-{question}", wrong)
    try:
        visit.perform(AnswerQuestion(question, text))
    except IncompleteRequest:
        return _with_error(waiting(visit), "", visit.says(*_ANSWERED))
    return Redirect(ANSWER)


def _form(visit: Visit, patient: PatientId) -> Page:
    """The line and the form; the sentence that there is nothing to ask, when there is none."""
    access = visit.form.line("access")
    lines = visit.perform(ViewLog(patient, LogQuery(access=access))).lines if access else ()
    line = next((line for line in lines if line.sequel is not None and line.sequel.may_ask), None)
    if line is None:
        return _with_error(_ASK, "", visit.says(*_NO_MORE))
    return replace(_ASK, view=shown(line, visit.language))


def _seen(question: AccessQuestion) -> Waiting:
    who = f"{question.person_name} ({question.person})" if question.person_name else question.person
    return Waiting(question.id, question.asked, day(question.at), day(question.due), moment(question.accessed_at), who)


def _with_error(page: Page, field: str, sentence: str) -> Page:
    """The page again; an error that is there already says why there is no such field."""
    return page if page.errors else replace(page, errors={field: sentence}, status=422)


def _text(visit: Visit) -> str:
    """What was typed; browsers count an end of line as one character and send two."""
    return visit.form.line("text").replace("\r\n", "\n")


def _wrong(visit: Visit, text: str, what: tuple[str, str]) -> str:
    """What is wrong with what was typed; empty when nothing is."""
    french, english = what
    if not text:
        return visit.says(f"Écrivez votre {french}.", f"Write your {english}.")
    if len(text) <= LONGEST_TEXT:
        return ""
    return visit.says(
        f"Raccourcissez votre {french} : {LONGEST_TEXT} caractères au plus.",
        f"Shorten your {english}: {LONGEST_TEXT} characters at most.",
    )


def _own(visit: Visit) -> PatientId:
    """Whose history, for its holder alone: that it was asked already would tell others of his question.

    Raises:
        RecordNotFound: somebody else.
    """
    actor = caller_of(visit.signed_in).actor
    if not isinstance(actor, Holder):
        raise RecordNotFound("not for you")
    return actor.patient


ROUTES = (
    PageRoute(ASK, to_history, ask),
    PageRoute(ASK_NOW, to_history, ask_now),
    PageRoute(ANSWER, waiting, answer, Needs.PROFESSIONAL),
)
