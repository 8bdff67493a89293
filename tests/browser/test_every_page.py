"""Every page, as people with other eyes and other hands meet it: axe-core, four themes, 320 px, 200 %, Tab alone.

The pages are those of the application itself: one that is added is opened here without being named, or fails here.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error

import dmp.portal
from chromium import DESK, NARROW, ZOOMED, Window
from dmp.web.portal.page import CookieName, PageRoute, Theme
from page_steps import BEARS, LEADS, MORE, STEPS, VISITORS, addresses, visitors
from portal_builders import House


@pytest.fixture(scope="session")
def routes(home: House) -> tuple[PageRoute, ...]:
    """Every route of the application, as it is put together."""
    seen: list[PageRoute] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dmp.portal, "build_portal_app", lambda _portal, routes, **_threads: seen.extend(routes))
        dmp.portal.build_pages(home.store, home.service.installed.settings)
    assert len(seen) > 20
    return tuple(seen)


def opened(window: Window, home: House, route: PageRoute, address: str) -> str:
    """Open a page; gives what is wrong with that."""
    if "{" in address:
        return "say in PARTS what stands there"
    if route.path in STEPS:
        STEPS[route.path](window, home)
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), window.path):
            return ""
    try:
        window.goes(address)
    except Error as error:
        if "Download is starting" not in str(error):
            return str(error)
        window.page.goto("about:blank")
        return ""
    if (window.path != address) != (route.path in LEADS):
        return f"leads to {window.path} (say in STEPS what comes before, or in LEADS that it leads there)"
    return ""


def faults(window: Window) -> Iterator[str]:
    """What is wrong with the page before us."""
    window.seen_at(DESK)
    yield from window.walk()
    window.unfolds()
    for theme in Theme:
        window.looks(theme)
        yield from (f"{theme}: {fault}" for fault in window.faults())
    for name, size in (("320 px", NARROW), ("200 %", ZOOMED)):
        window.seen_at(size)
        if beyond := window.too_wide():
            yield f"{name}: {beyond} pixels too wide: {', '.join(window.beyond())}"
    window.seen_at(NARROW)
    yield from (f"320 px: {fault}" for fault in window.faults())


def looked_at(window: Window) -> list[str]:
    """All that is wrong with the page before us, and with how one came there."""
    found = list(faults(window)) if window.page.locator("main#content").count() else []
    found += window.troubles
    window.troubles.clear()
    return found


@pytest.mark.parametrize("visitor", VISITORS, ids=str)
def test_every_page_can_be_used_by_everybody(home, opens, thick, routes, visitor):
    mine = [one for one in routes if (one.get is not None or one.path in STEPS) and visitor in visitors(one)]
    found: list[str] = []
    with opens(home.provider.issuer, reduced_motion="reduce") as window:
        for route in mine:
            for address in addresses(route.path, home, thick):
                arrives(window, visitor.holds(home, thick), BEARS.get(route.path, set()))
                wrong = opened(window, home, route, address)
                found += [f"{address}: {wrong}"] if wrong else [f"{address}: {one}" for one in looked_at(window)]
                window.troubles.clear()
        for name, who, steps in MORE:
            if who is visitor:
                arrives(window, visitor.holds(home, thick), set())
                steps(window, home)
                found += [f"{name}: {fault}" for fault in looked_at(window)]
    assert mine
    assert not found, "\n".join(found)


def arrives(window: Window, secret: str, bears: set[int]) -> None:
    """Somebody sits down before the browser, who was not there before."""
    window.context.clear_cookies()
    window.bears = set(bears)
    if secret:
        window.hold(secret)


def test_every_page_is_opened_by_somebody(routes):
    assert all(visitors(route) for route in routes)
    paths = {route.path for route in routes}
    assert len(paths) == len(routes)
    assert set(STEPS) | LEADS | set(BEARS) <= paths


@pytest.mark.parametrize("theme", Theme)
def test_a_theme_that_is_chosen_is_that_of_every_page(opens, theme):
    with opens() as window:
        window.cookie(CookieName.THEME, theme).goes("/connexion")
        chosen = window.page.evaluate("({...document.documentElement.dataset})")
        colours = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
        window.cookie(CookieName.THEME, "light").goes("/connexion").looks(theme)
        assert window.page.evaluate("({...document.documentElement.dataset})") == chosen
        assert window.page.evaluate("getComputedStyle(document.body).backgroundColor") == colours


def test_the_automatic_theme_is_that_of_the_device(opens):
    with opens(color_scheme="dark", reduced_motion="reduce") as window:
        window.goes("/connexion")
        dark = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert window.faults() == []
    with opens(color_scheme="light") as window:
        window.goes("/connexion")
        assert window.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_the_way_to_the_content_is_the_first_stop_and_leads_there(wide):
    wide.goes("/connexion")
    wide.page.keyboard.press("Tab")
    assert wide.page.evaluate("document.activeElement.className") == "skip"
    wide.page.keyboard.press("Enter")
    assert wide.page.evaluate("document.activeElement.id") == "content"


def test_what_goes_wrong_in_a_window_is_noted(opens):
    with pytest.raises(AssertionError, match=r"(?s)CSP style-src.*answered 404"), opens() as window:
        window.goes("/connexion")
        window.page.evaluate("document.body.setAttribute('style', 'color: red')")
        window.page.wait_for_function("true")
        window.goes("/connexion/rien")


def test_faults_are_found(wide):
    wide.goes("/connexion")
    wide.page.evaluate("document.querySelector('main label').remove()")
    assert any(fault.startswith("label:") for fault in wide.faults())
