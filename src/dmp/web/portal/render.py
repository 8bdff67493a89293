"""Pages from templates: everything that is put into one is escaped (security 9.9)."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from dmp.sign_in.sessions import Session
from dmp.web.portal import guard, static
from dmp.web.portal.page import CookieName, Language, Page, Theme, Visit
from dmp.web.portal.places import menu_of, record_menu_of

ROOMS = ("patient", "professional", "desk", "operator", "reader", "shelf", "chart")
"""Rooms with templates of their own, which pages name `ROOM/NAME.html`; those of the frame have no room."""


@cache
def _environment(others: tuple[tuple[str, str], ...]) -> Environment:
    packages = {**{room: f"dmp.web.{room}" for room in ROOMS}, **dict(others)}
    rooms = {room: PackageLoader(package) for room, package in packages.items()}
    return Environment(
        loader=ChoiceLoader([PackageLoader("dmp.web.portal"), PrefixLoader(rooms)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def alone(template: str, view: object) -> bytes:
    """A page that stands by itself, away from the portal: in French, as all the record."""

    def t(french: str, _in_english: str) -> str:
        return french

    return _environment(()).get_template(template).render(t=t, view=view).encode()


def rendered(page: Page, visit: Visit) -> bytes:
    """The HTML of a page, in the language of a visit."""
    english = visit.language is Language.ENGLISH

    def t(french: str, in_english: str) -> str:
        return in_english if english else french

    theme = visit.cookies.get(CookieName.THEME, "")
    text = (
        _environment(visit.portal.rooms)
        .get_template(page.template)
        .render(
            t=t,
            language=visit.language.value,
            title=t(*page.title),
            view=page.view,
            errors=page.errors,
            form=visit.form,
            token=visit.token,
            session=visit.session,
            path=visit.path,
            draft=_draft(visit),
            ways=visit.portal.ways,
            theme=theme if theme in Theme.__members__.values() else Theme.AUTO.value,
            asset=static.address,
            menu=menu_of(visit.session),
            record_menu=record_menu_of(visit.session),
            doors=visit.portal.doors,
        )
    )
    return text.encode()


def _draft(visit: Visit) -> str:
    """What a form that is not to be lost says in `data-draft`; empty for who is not signed in."""
    session, secret = visit.session, visit.cookies.get(CookieName.FORM, "")
    if session is None or not secret:
        return ""
    about = f"{session.patient.root} {session.patient.number}" if session.patient is not None else ""
    return guard.draft_of(secret, who=_who(session), about=about, path=visit.path)


def _who(session: Session) -> str:
    person = session.person.number if session.person is not None else ""
    acting = session.professional or session.staff
    return "\n".join((session.account, person, acting.id if acting is not None else "", session.operator))
