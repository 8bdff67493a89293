"""What a page is: a function of a visit, that gives a page, or sends elsewhere.

A page function takes a `Visit` (who asks, what was typed, in which language)
and performs one act at most (`Visit.perform`), or a second one that rests on
what the first gave: each leaves its trace. GET changes nothing; what POST is
given has passed the guard. To add pages, write their functions and list
them in a tuple of `PageRoute`, which `dmp.portal` gives to `build_portal_app`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs

from dmp.actions.action import Action, Perform, Result
from dmp.record.errors import RecordNotFound
from dmp.record.patient import PatientId
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.rule_set import SHIPPED, Rules
from dmp.sign_in.reception import Browser, Reception
from dmp.sign_in.recovery import Recovery
from dmp.sign_in.sessions import Session
from dmp.web.portal.callers import caller_of
from dmp.web.portal.forms import MOST_FIELDS, Form
from dmp.web.portal.places import Place


class Language(StrEnum):
    """The languages of the pages."""

    FRENCH = "fr"
    ENGLISH = "en"


class Theme(StrEnum):
    """How the pages look; `auto` does as the device does."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class CookieName(StrEnum):
    """The cookies; the prefix has browsers refuse them from any other host, or in clear (security 9.6)."""

    SESSION = "__Host-dmp-session"
    BEGUN = "__Host-dmp-begun"
    """A sign-in, or a recovery, that is under way in this browser."""
    FORM = "__Host-dmp-form"
    """What the tokens of the forms are made of."""
    BACK = "__Host-dmp-back"
    """The page to go on with once somebody has signed in again: a path of ours, which proves nothing."""
    KNOWN = "__Host-dmp-known"
    LANGUAGE = "__Host-dmp-language"
    THEME = "__Host-dmp-theme"


@dataclass(frozen=True)
class Cookie:
    """A cookie to set; an empty value takes it back. `seconds` is its life, 0 for that of the browser."""

    name: str
    value: str = field(repr=False)
    seconds: int = 0
    same_site: str = "Strict"
    """`Lax` for what must come along when another site sends the browser back to us: an identity provider."""


@dataclass(frozen=True)
class Page:
    """A page: the template in `templates/`, its title in both languages, and what it shows, as `view`.

    `errors` are sentences by the name of the field at fault, which keeps what
    was typed; under the empty name, that of the whole page.
    """

    template: str
    title: tuple[str, str]
    view: object = None
    status: int = 200
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: tuple[Cookie, ...] = ()
    retry_after: int = 0
    frames: bool = False
    """Whether it shows something of ours in a frame (`Framed`)."""


@dataclass(frozen=True)
class Redirect:
    """Go and see there: a path of ours, or the address of an identity provider."""

    to: str
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True)
class Download:
    """A file for its reader to keep."""

    content: bytes
    media_type: str
    name: str


@dataclass(frozen=True)
class Stream:
    """A file for its reader to keep, too large to be held in memory: its octets are told a piece at a time."""

    pieces: Iterator[bytes] = field(repr=False)
    size: int
    media_type: str
    name: str


@dataclass(frozen=True)
class Framed:
    """What a page of ours shows in a frame: octets under a policy of their own, `Content-Security-Policy`.

    The policy says who may frame it, and what of it may run: nothing, unless there is a reason.
    """

    content: bytes = field(repr=False)
    media_type: str
    policy: str
    name: str = ""
    """What the file is called by whoever keeps it from there."""


Answer = Page | Redirect | Download | Stream | Framed


@dataclass(frozen=True)
class OtherWay:
    """Another way to sign in than a password: its page, and what its button says in French and in English."""

    path: str
    french: str
    english: str


@dataclass(frozen=True)
class Portal:
    """What the pages are given. `origin` is `https://HOST[:PORT]` as browsers write it, empty to take that of Host."""

    perform: Perform
    reception: Reception
    recovery: Recovery
    origin: str = ""
    ways: tuple[OtherWay, ...] = ()
    rooms: tuple[tuple[str, str], ...] = ()
    """Rooms of templates beside those of the house, each with its package."""
    doors: tuple[Place, ...] = ()
    """Where one may go from the foot of every page, beside the menu."""
    medicines: Thesaurus | None = None
    """The reference data of medicines, when the operator has loaded some."""
    rules: Callable[[], Rules] = lambda: SHIPPED
    """The rules of services in force now, for a page that has no chart: a chart brings its own."""


@dataclass(frozen=True)
class Visit:
    """One request. `secret` is the cookie of the session, `token` what the forms of the answer must send back.

    `query` is that of the address, as it came; `certificate` that of a card, verified by TLS, DER.
    """

    portal: Portal
    path: str
    form: Form
    language: Language
    browser: Browser
    cookies: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False, default="")
    session: Session | None = None
    query: str = field(repr=False, default="")
    certificate: bytes = field(repr=False, default=b"")
    parts: Mapping[str, str] = field(repr=False, default_factory=dict[str, str])
    """What stands in the path where its route has a name in braces; never what names a person (security 9.10)."""

    def asked(self, name: str) -> str:
        """A choice in the query of an address (a filter, a page number), else empty; never words about a person."""
        try:
            return parse_qs(self.query, max_num_fields=MOST_FIELDS).get(name, [""])[0] if self.query else ""
        except ValueError:  # more choices than any page has: anybody may write an address
            return ""

    @property
    def patient(self) -> PatientId:
        """Whose record is open: one's own, that of somebody for whom one acts, or a patient's.

        Raises:
            RecordNotFound: none is open.
        """
        patient = self.signed_in.patient or self.signed_in.person
        if patient is None:
            raise RecordNotFound("no record is open")
        return patient

    def perform(self, action: Action[Result]) -> Result:
        """The one act of the page, as who is signed in.

        Raises:
            DmpError: it was refused; the frame answers it with a page that says what to do.
        """
        return self.portal.perform(caller_of(self.signed_in), action)

    @property
    def signed_in(self) -> Session:
        """The session; pages that need one have it."""
        if self.session is None:
            raise LookupError("this page needs somebody signed in: say so in its route")
        return self.session

    @property
    def secret(self) -> str:
        """The cookie of the session."""
        return self.cookies.get(CookieName.SESSION, "")

    @property
    def begun(self) -> str:
        """The cookie of what was begun in this browser."""
        return self.cookies.get(CookieName.BEGUN, "")

    def says(self, french: str, english: str) -> str:
        """One of two sentences, in the language of the visit."""
        return french if self.language is Language.FRENCH else english


PageFunction = Callable[[Visit], Answer]


class Needs(StrEnum):
    """Who may open a page; whoever may not is sent to sign in."""

    NOBODY = "nobody"
    ANYBODY = "anybody"
    """Somebody signed in."""
    PATIENT = "patient"
    """Somebody with an account of his own: a holder, or who acts for one."""
    PROFESSIONAL = "professional"
    RECORD = "record"
    """Whoever has a record open, his own or a patient's."""
    DESK = "desk"
    """An employee or a professional: who may stand at a desk where records are opened."""
    OPERATOR = "operator"

    def seen_by(self, session: Session | None) -> Session | None:
        """The session as such a page has it: the person of a mandate is there for the pages of the desk alone.

        Her name and birth date are those that she showed, and the desk acts for nobody else; another page would open
        what stands under her number, whosever it is, under that name.
        """
        everywhere = (Needs.NOBODY, Needs.ANYBODY, Needs.DESK)
        if session is None or session.mandate is None or self in everywhere:
            return session
        return session.closed

    def met_by(self, session: Session | None) -> bool:
        """Whether this session is one of those."""
        if session is None:
            return self is Needs.NOBODY
        return {
            Needs.NOBODY: True,
            Needs.ANYBODY: True,
            Needs.PATIENT: session.person is not None,
            Needs.PROFESSIONAL: session.professional is not None,
            Needs.RECORD: (session.patient or session.person) is not None,
            Needs.DESK: (session.staff or session.professional) is not None,
            Needs.OPERATOR: bool(session.operator),
        }[self]


@dataclass(frozen=True)
class PageRoute:
    """A path, and what answers GET and POST there."""

    path: str
    get: PageFunction | None = None
    post: PageFunction | None = None
    needs: Needs = Needs.PATIENT
    from_anywhere: bool = False
    """Its POST may come from another site: what it carries is signed, and says by itself who made it (TD0.9)."""
    uploads: int = 0
    """Octets of all the files that its form may hold; none takes no file."""
    pace: float = 0
    """Seconds that the answer to a form takes at least, whatever the work took: its time would tell (security 9.4)."""


@dataclass(frozen=True)
class Annex:
    """Pages that are added to a portal where it is put together: routes, the package of each room, ways to them."""

    routes: tuple[PageRoute, ...] = ()
    rooms: tuple[tuple[str, str], ...] = ()
    doors: tuple[Place, ...] = ()


NO_ANNEX = Annex()
