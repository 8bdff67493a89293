"""Pages for what went wrong: what happened, in words for people, and what to do now."""

from dataclasses import dataclass

from dmp.record.errors import (
    AccessRefused,
    DmpError,
    DocumentNotFound,
    RecordClosed,
    RecordNotFound,
    StorageUnavailable,
)
from dmp.web.portal.page import Page

TEMPLATE = "trouble.html"


@dataclass(frozen=True)
class Trouble:
    """What happened and what to do, each in French and in English."""

    happened: tuple[str, str]
    todo: tuple[str, str]


_BACK = ("Revenez à la page d’accueil.", "Go back to the home page.")
_LATER = ("Rien n’a été fait. Réessayez dans une minute.", "Nothing was done. Try again in a minute.")
_NOT_THERE = Trouble(("Cette page n’existe pas, ou n’est pas pour vous.", "There is no such page for you."), _BACK)
_BY_STATUS = {
    400: Trouble(
        ("Ce formulaire n’a pas pu être lu.", "This form could not be read."),
        ("Revenez en arrière, rechargez la page et recommencez.", "Go back, reload the page and try again."),
    ),
    404: _NOT_THERE,
    405: _NOT_THERE,
    413: Trouble(
        ("Ce que vous envoyez est trop volumineux.", "What you send is too large."),
        ("Raccourcissez le texte et recommencez.", "Shorten the text and try again."),
    ),
    503: Trouble(("Le service est très occupé, ou en pause.", "The service is very busy, or paused."), _LATER),
    500: Trouble(
        ("Une erreur s’est produite chez nous.", "Something went wrong on our side."),
        (
            "Réessayez. Si cela recommence, prévenez l’assistance.",
            "Try again. If it happens again, tell the support desk.",
        ),
    ),
}
_TITLE = ("Un problème est survenu", "Something went wrong")
_REFUSED = ("Ce n’est pas possible ici", "This is not possible here")


def of_status(status: int) -> Page:
    """The page of a refusal by its HTTP status."""
    told = _BY_STATUS.get(status, _BY_STATUS[400 if status < 500 else 500])
    return Page(TEMPLATE, _TITLE, told, status, retry_after=2 if status == 503 else 0)


BUSY = of_status(503)
SIGN_IN_AGAIN = Page(
    TEMPLATE,
    ("Connectez-vous de nouveau", "Sign in again"),
    Trouble(
        (
            "Pour changer vos moyens de connexion, il faut s’être connecté depuis moins de quinze minutes.",
            "To change your means of signing in, you must have signed in within the last fifteen minutes.",
        ),
        ("Rien n’a changé. Déconnectez-vous, puis reconnectez-vous.", "Nothing changed. Sign out, then sign in again."),
    ),
    403,
)
NOT_FROM_US = Page(
    TEMPLATE,
    _TITLE,
    Trouble(
        ("Ce formulaire n’est plus valable : rien n’a été fait.", "This form is no longer valid: nothing was done."),
        (
            "Rouvrez la page depuis ce site, dans ce navigateur, avec les cookies acceptés, et recommencez.",
            "Open the page again from this site, in this browser, with cookies allowed, and start over.",
        ),
    ),
    403,
)


def of_error(error: DmpError) -> Page:
    """The page of a refusal by the rules, or of a failure of the storage."""
    match error:
        case StorageUnavailable():
            return BUSY
        case DocumentNotFound() | RecordNotFound():
            return of_status(404)
        case RecordClosed():
            told = Trouble(
                ("Ce dossier est fermé.", "This record is closed."),
                (
                    "Son titulaire peut le rouvrir, ou en prendre une copie, depuis la page « Réglages ».",
                    "Its holder may open it again, or take a copy of it, from the page “Settings”.",
                ),
            )
            return Page(TEMPLATE, _TITLE, told, 403)
        case AccessRefused():
            next_step = error.next_step or _BACK[0]
            told = Trouble((str(error), "The rules do not allow this."), (next_step, _BACK[1]))
            return Page(TEMPLATE, _REFUSED, told, 403)
        case _:
            return of_status(400)
