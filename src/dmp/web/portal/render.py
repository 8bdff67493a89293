"""Pages from templates: everything that is put into one is escaped (security 9.9)."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from dmp.web.portal.page import Language, Page, Visit

STATIC = {"portal.css": "text/css", "portal.js": "text/javascript", "portal.svg": "image/svg+xml"}
"""The one style sheet, the one script, the icon, with what each is."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("dmp.web.portal"),
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
        )
    )
    return text.encode()


@cache
def static(name: str) -> bytes:
    """One of the files that never change while the program runs."""
    return (files("dmp.web.portal") / "static" / name).read_bytes()
