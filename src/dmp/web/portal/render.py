"""Pages from templates: everything that is put into one is escaped (security 9.9)."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from dmp.web.portal import static
from dmp.web.portal.page import CookieName, Language, Page, Theme, Visit
from dmp.web.portal.places import menu_of, record_menu_of

ROOMS = ("patient", "professional", "desk", "operator", "reader")
"""Rooms with templates of their own, which pages name `ROOM/NAME.html`; those of the frame have no room."""


@cache
def _environment() -> Environment:
    rooms = {room: PackageLoader(f"dmp.web.{room}") for room in ROOMS}
    return Environment(
        loader=ChoiceLoader([PackageLoader("dmp.web.portal"), PrefixLoader(rooms)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def rendered(page: Page, visit: Visit) -> bytes:
    """The HTML of a page, in the language of a visit."""
    english = visit.language is Language.ENGLISH

    def t(french: str, in_english: str) -> str:
        return in_english if english else french

    theme = visit.cookies.get(CookieName.THEME, "")
    text = (
        _environment()
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
            ways=visit.portal.ways,
            theme=theme if theme in Theme.__members__.values() else Theme.AUTO.value,
            asset=static.address,
            menu=menu_of(visit.session),
            record_menu=record_menu_of(visit.session),
        )
    )
    return text.encode()
