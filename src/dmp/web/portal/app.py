"""The application of the portal: from a request to a visit, from a page to an answer, under one guard.

It has a listener of its own, where no client certificate is asked for: the
services of the machines know nothing of it, and lose no time by it.
"""

from collections.abc import Iterable
from dataclasses import replace

from anyio import CapacityLimiter, current_time, sleep_until, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from dmp.record.errors import DmpError, InvalidMessage, StorageUnavailable
from dmp.sign_in.reception import Browser
from dmp.web.http import Body, admitted
from dmp.web.portal import guard, static, trouble
from dmp.web.portal.forms import LARGEST, Form, read_form
from dmp.web.portal.page import (
    Answer,
    Cookie,
    CookieName,
    Download,
    Framed,
    Language,
    Needs,
    Page,
    PageFunction,
    PageRoute,
    Portal,
    Redirect,
    Stream,
    Visit,
)
from dmp.web.portal.places import is_path
from dmp.web.portal.render import rendered
from dmp.web.portal.uploads import MOST_READ, is_multipart, read_uploads
from dmp.web.unforeseen import report

SIGN_IN, HOME = "/connexion", "/"
BACK_LIFE = 15 * 60
"""Seconds during which signing in leads back to the page that was asked for."""


def build_portal_app(portal: Portal, routes: Iterable[PageRoute], *, threads: int) -> Starlette:
    """The pages of these routes, what they look like, and a page for whatever goes wrong."""
    limiter = CapacityLimiter(threads)

    def endpoint(route: PageRoute) -> Route:
        async def answer(request: Request) -> Response:
            begun = current_time()
            given = await _answered(portal, route, request, limiter)
            if request.method == "POST":
                await sleep_until(begun + route.pace)
            return given

        methods = [name for name, function in (("GET", route.get), ("POST", route.post)) if function is not None]
        return Route(route.path, answer, methods=methods)

    async def wrong(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _response(trouble.of_status(status), _visit(portal, request, Form()), ())

    app = Starlette(
        routes=[
            *(endpoint(route) for route in routes),
            Route("/static/{digest}/{name}", _unchanging, methods=["GET"]),
        ],
        exception_handlers={HTTPException: wrong},
    )
    # A redirection would be made of the Host header, which may be anything.
    app.router.redirect_slashes = False
    return app


async def _unchanging(request: Request) -> Response:
    """A file of the program: its address changes with its octets, so that browsers keep it for good."""
    found = static.find(request.path_params["digest"], request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": static.FOR_GOOD, "Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    return _secured(Response(found.packed if packed else found.octets, 200, headers, found.media_type), ())


async def _answered(portal: Portal, route: PageRoute, request: Request, limiter: CapacityLimiter) -> Response:
    visit = _visit(portal, request, Form())
    fresh = _form_cookie(request)
    if not await admitted(request):
        return _response(trouble.BUSY, visit, fresh)
    try:
        if request.method == "POST":
            visit = replace(visit, form=await _form(portal, route, request, visit.secret, limiter))
        return await to_thread.run_sync(_worked, portal, route, request, visit, limiter=limiter)
    except InvalidMessage as error:
        return _response(trouble.of_status(error.status or 400), visit, fresh)


async def _form(portal: Portal, route: PageRoute, request: Request, secret: str, limiter: CapacityLimiter) -> Form:
    """What was typed, with files where the page takes some; who has no session at all sends none.

    Of a session that ended nothing is kept: anybody can write a cookie, and its bearer is sent to sign in.

    Raises:
        InvalidMessage: it cannot be read.
    """
    media_type, body = request.headers.get("content-type", ""), Body(request)
    if not (route.uploads and is_multipart(media_type)):
        return read_form(b"".join([piece async for piece in body.pieces(most=LARGEST)]), media_type)
    pieces = body.pieces(most=MOST_READ if secret else LARGEST)
    if secret and not await to_thread.run_sync(_holds, portal, secret, limiter=limiter):
        async for _ in pieces:
            pass
        return Form()
    return await read_uploads(pieces, media_type, most=route.uploads)


def _holds(portal: Portal, secret: str) -> bool:
    """Whether a cookie is that of a session; that the database cannot be used is told when the page is worked on."""
    try:
        return portal.reception.desk.one(secret) is not None
    except StorageUnavailable:
        return False


def _worked(portal: Portal, route: PageRoute, request: Request, visit: Visit) -> Response:
    """What takes time, in a thread: the session, the page, its template."""
    fresh = _form_cookie(request)
    try:
        session = route.needs.seen_by(portal.reception.desk.one(visit.secret))
        secret = fresh[0].value if fresh else visit.cookies[CookieName.FORM]
        visit = replace(visit, session=session, token=guard.token_of(secret, visit.secret if session else ""))
        answer = _page(portal, route, request, visit)
        return _response(answer, visit, fresh)
    except DmpError as error:
        if isinstance(error, StorageUnavailable):
            report(error)
        return _response(trouble.of_error(error), visit, fresh)
    except Exception as error:  # a process edge: the page must say that it broke, and nothing else
        report(error)
        return _response(trouble.of_status(500), visit, fresh)


def _page(portal: Portal, route: PageRoute, request: Request, visit: Visit) -> Answer:
    function: PageFunction | None = route.get
    if request.method == "POST":
        function = route.post
        ours = portal.origin or f"https://{request.headers.get('host', '')}"
        origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "")
        from_us = guard.is_from_us(origin=origin, fetch_site=site, ours=ours)
        token_is_ours = guard.is_token(visit.form.text(guard.FIELD), visit.token)
        # Of a session that ended, no token is good: its form leads to sign in, and back to its page.
        ended = visit.session is None and route.needs is not Needs.NOBODY
        if not route.from_anywhere and not (from_us and (token_is_ours or ended)):
            return trouble.NOT_FROM_US
    if not route.needs.met_by(visit.session):
        over = guard.dropped(CookieName.SESSION) if visit.secret and visit.session is None else ()
        return Redirect(HOME) if visit.session is not None else Redirect(SIGN_IN, (*over, *_back(request, route)))
    return function(visit) if function is not None else trouble.of_status(405)


def _back(request: Request, route: PageRoute) -> tuple[Cookie, ...]:
    """Remember the page for after signing in: one that stands in a window by itself, and can be asked for again."""
    path: str = request.scope["path"]
    if route.get is None or not is_path(path) or request.headers.get("sec-fetch-dest", "document") != "document":
        return ()
    # The way back from an identity provider begins on another site: a strict cookie would stay behind.
    return (Cookie(CookieName.BACK, path, BACK_LIFE, "Lax"),)


def _visit(portal: Portal, request: Request, form: Form) -> Visit:
    cookies = guard.read_cookies(request.headers.get("cookie", ""))
    client = request.client.host if request.client else ""
    name = _browser_name(request.headers.get("user-agent", ""))
    browser = Browser(client, name, cookies.get(CookieName.KNOWN, ""))
    visit = Visit(portal, request.scope["path"], form, _language(request, cookies), browser, cookies)
    tls = request.scope.get("extensions", {}).get("tls", {})
    query = request.scope.get("query_string", b"").decode("ascii", "replace")
    parts = {name: str(value) for name, value in request.path_params.items()}
    return replace(visit, query=query, certificate=tls.get("client_certificate") or b"", parts=parts)


def _language(request: Request, cookies: dict[str, str]) -> Language:
    chosen = cookies.get(CookieName.LANGUAGE, "")
    if chosen in Language.__members__.values():
        return Language(chosen)
    first = request.headers.get("accept-language", "").lower()[:2]
    return Language.ENGLISH if first == "en" else Language.FRENCH


def _form_cookie(request: Request) -> tuple[Cookie, ...]:
    """A secret for the forms of a browser that has none; the same one for the whole of a request."""
    if guard.read_cookies(request.headers.get("cookie", "")).get(CookieName.FORM):
        return ()
    if not hasattr(request.state, "form"):
        request.state.form = guard.new_form_secret()
    return (Cookie(CookieName.FORM, request.state.form),)


def _browser_name(agent: str) -> str:
    """A few words that let somebody tell his browsers apart; nothing of the rest is kept."""
    browsers = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    found = [next((name for name in names if name in agent), "") for names in (browsers, systems)]
    return " · ".join({"Edg": "Edge", "OPR": "Opera"}.get(name, name) for name in found if name)


def _response(answer: Answer, visit: Visit, cookies: tuple[Cookie, ...]) -> Response:
    match answer:
        case Redirect():
            return _secured(Response(status_code=303, headers={"Location": answer.to}), (*answer.cookies, *cookies))
        case Download():
            headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
            return _secured(Response(answer.content, media_type=answer.media_type, headers=headers), cookies)
        case Stream():
            headers = {
                "Content-Disposition": f'attachment; filename="{answer.name}"',
                "Content-Length": str(answer.size),
            }
            return _secured(StreamingResponse(answer.pieces, media_type=answer.media_type, headers=headers), cookies)
        case Framed():
            headers = {"Content-Security-Policy": answer.policy}
            if answer.name:
                headers["Content-Disposition"] = f'inline; filename="{answer.name}"'
            return _secured(Response(answer.content, media_type=answer.media_type, headers=headers), cookies)
        case Page():
            response = Response(rendered(answer, visit), answer.status, media_type="text/html")
            if answer.retry_after:
                response.headers["Retry-After"] = str(answer.retry_after)
            if answer.frames:
                response.headers.update(guard.FRAMING)
            return _secured(response, (*answer.cookies, *cookies))


def _secured(response: Response, cookies: tuple[Cookie, ...]) -> Response:
    for name, value in guard.HEADERS.items():
        response.headers.setdefault(name, value)
    for cookie in cookies:
        response.headers.append("Set-Cookie", guard.written(cookie))
    return response
