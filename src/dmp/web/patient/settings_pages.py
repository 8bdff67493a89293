"""«Réglages»: what one is told and how, where codes go, and the way to every other choice (PT-3, PT-9)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dmp.actions.choose_notices import ChooseNotices
from dmp.actions.own_settings import DropChannel, OwnSettings, ViewSettings
from dmp.actions.patient_account import ChangeChannel
from dmp.actions.reach import CorrectAddress
from dmp.record.enrolment import ChannelAction, read_address
from dmp.record.errors import AccountNotFound, ChannelExists, IncompleteRequest, RecordClosed, RecordNotFound
from dmp.record.notice import Address, Channel, Frequency, NoticeWishes
from dmp.sign_in.new_channel import NewChannel
from dmp.sign_in.reception import Said
from dmp.sign_in.sessions import Session
from dmp.web.days import day
from dmp.web.patient.closing_pages import CLOSING
from dmp.web.patient.own import for_who_signed_in_lately, is_own
from dmp.web.portal.forms import number_in
from dmp.web.portal.page import Answer, Cookie, CookieName, Page, PageRoute, Redirect, Visit
from dmp.web.portal.sign_in_pages import WRONG_CODE

SETTINGS, CONTACT, CONTACT_CODE = "/patient/reglages", "/patient/reglages/contact", "/patient/reglages/contact/code"
ADDRESS = "/patient/reglages/adresse"
BEGUN = "__Host-dmp-contact"
"""The cookie of a new address that waits for its code."""
_SETTINGS = ("Réglages", "Settings")
_CONTACT = ("Où vous recevez vos codes", "Where you receive your codes")
_CODE = ("Le code que vous venez de recevoir", "The code that you have just received")
_DOTS = "••"
_FREQUENCIES = {
    Frequency.IMMEDIATE: ("Tout de suite", "At once"),
    Frequency.DAILY: ("Une fois par jour", "Once a day"),
    Frequency.NONE: ("Jamais", "Never"),
}
_CHANNELS = {Channel.EMAIL: ("Par message électronique", "By e-mail"), Channel.SMS: ("Par SMS", "By SMS")}
_KINDS = {Channel.EMAIL: ("Adresse électronique", "E-mail address"), Channel.SMS: ("Téléphone mobile", "Mobile phone")}
_CHOOSE = ("Choisissez une réponse.", "Choose an answer.")
_NO_ADDRESS = (
    "Écrivez une adresse électronique, comme jean@exemple.fr, ou un numéro de mobile, comme 06 12 34 56 78.",
    "Write an e-mail address, like jean@example.org, or a mobile number, like 06 12 34 56 78.",
)
_WAIT = (
    "Trop de codes ont été demandés. Attendez quelques minutes.",
    "Too many codes were asked for. Wait a few minutes.",
)
_OVER = (
    "Ce changement n’est plus en cours. Recommencez avec l’adresse.",
    "This change is no longer under way. Begin again with the address.",
)
_SEEN_ELSE = (
    "Vos adresses ont changé entre-temps : regardez-les de nouveau.",
    "Your addresses changed meanwhile: look again.",
)
_UNCHANGED = {
    ChannelExists: ("Vos codes vont déjà à cette adresse.", "Your codes already go to this address."),
    AccountNotFound: ("Vous n’avez pas de compte avec mot de passe ici.", "You have no account with a password here."),
    IncompleteRequest: (
        "Rien n’a changé : il faut garder au moins une adresse, et cinq au plus.",
        "Nothing changed: at least one address must stay, and five at most.",
    ),
}
"""Why an address was not changed."""


@dataclass(frozen=True)
class Line:
    """An address as it is shown, and its place among them."""

    kind: str
    masked: str
    place: int


@dataclass(frozen=True)
class Stopped:
    """An address that takes no messages any more, as it is shown, since when, and those that may take its place."""

    line: Line
    since: str
    others: tuple[Line, ...]


@dataclass(frozen=True)
class SettingsView:
    """The choices in words."""

    lines: tuple[Line, ...]
    frequencies: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]
    frequency: str
    channel: str
    break_glass: bool
    dispatch: bool
    reads_masked: bool
    done: bool = False
    stopped: tuple[Stopped, ...] = ()


@dataclass(frozen=True)
class ContactView:
    """The addresses, and what may be added."""

    lines: tuple[Line, ...]
    kinds: tuple[tuple[str, str], ...]
    done: bool = False


def settings(visit: Visit) -> Answer:
    """All the choices; whoever acts for somebody else, or holds no record, sees the links that are for him."""
    if not is_own(visit):
        return Page("patient/settings_of_another.html", _SETTINGS, "another")
    try:
        found = visit.perform(ViewSettings(visit.patient))
    except RecordClosed:
        return Redirect(CLOSING)
    except RecordNotFound:
        return Page("patient/settings_of_another.html", _SETTINGS, "none")
    return _shown(visit, found, found.notices)


def choose_notices(visit: Visit) -> Answer:
    """Write what one wants to be told of."""
    frequency, channel = visit.form.line("frequency"), visit.form.line("channel")
    known = {"frequency": frequency in set(Frequency), "channel": channel in set(Channel)}
    if not all(known.values()):
        page = settings(visit)
        errors = {name: visit.says(*_CHOOSE) for name, there in known.items() if not there}
        return replace(page, status=422, errors=errors) if isinstance(page, Page) else page
    visit.perform(ChooseNotices(visit.patient, NoticeWishes(Frequency(frequency), Channel(channel))))
    return Redirect(f"{SETTINGS}?fait=messages")


def correct_address(visit: Visit) -> Answer:
    """Have messages sent again to an address that refused them, or to another one (RM-7)."""
    place, seen, instead = (_number(visit.form.line(name)) for name in ("place", "seen", "instead"))
    other = None if not visit.form.line("instead") else instead
    try:
        visit.perform(CorrectAddress(visit.patient, place, seen, other))
    except IncompleteRequest:
        page = settings(visit)
        errors = {"address": visit.says(*_SEEN_ELSE)}
        return replace(page, status=422, errors=errors) if isinstance(page, Page) else page
    return Redirect(f"{SETTINGS}?fait=adresse")


def contact(visit: Visit) -> Answer:
    """Where codes go, masked: whoever looks over the shoulder learns nothing."""
    found = visit.perform(ViewSettings(visit.patient))
    kinds = tuple((channel.value, visit.says(*words)) for channel, words in _KINDS.items())
    done = bool(visit.asked("fait"))
    return Page("patient/contact.html", _CONTACT, ContactView(_lines(visit, found.channels), kinds, done))


def change_contact(visit: Visit) -> Answer:
    """Send a code to a new address, or stop using one."""
    if visit.form.line("place"):
        return _dropped(visit)
    kind, how = visit.form.line("kind"), visit.form.line("how")
    address = read_address(Channel(kind), visit.form.text("canal")) if kind in set(Channel) else None
    errors = {} if address is not None else {"canal": visit.says(*_NO_ADDRESS)}
    if how not in (ChannelAction.ADD, ChannelAction.CHANGE):
        errors["how"] = visit.says(*_CHOOSE)
    if errors or address is None:
        return _refused(visit, errors)
    reply = NewChannel(visit.portal.reception).ask(visit.signed_in, address, ChannelAction(how))
    if reply.said is Said.NEXT:
        return Redirect(CONTACT_CODE, (Cookie(BEGUN, reply.secret),))
    if reply.said is Said.WAIT:
        return replace(_refused(visit, {"": visit.says(*_WAIT)}), status=429, retry_after=reply.wait)
    return _refused(visit, {"": visit.says(*_UNCHANGED[AccountNotFound])})


def contact_code(visit: Visit) -> Answer:
    """The form of the code that went to the new address."""
    return Page("patient/contact_code.html", _CODE) if visit.cookies.get(BEGUN) else Redirect(CONTACT)


def confirm_contact(visit: Visit) -> Answer:
    """The code: the address is used from now on, and the ones of before are told."""
    said = NewChannel(visit.portal.reception).confirm(
        visit.signed_in, visit.cookies.get(BEGUN, ""), visit.form.line("code")
    )
    if said is Said.WRONG:
        return Page("patient/contact_code.html", _CODE, status=422, errors={"code": visit.says(*WRONG_CODE)})
    if isinstance(said, Said):
        return replace(_refused(visit, {"": visit.says(*_OVER)}), cookies=(Cookie(BEGUN, ""),))
    try:
        visit.perform(ChangeChannel(visit.patient, said))
    except (ChannelExists, AccountNotFound, IncompleteRequest) as error:
        return replace(_not_changed(visit, error), cookies=(Cookie(BEGUN, ""),))
    return _changed(visit, renewed=said.action is not ChannelAction.ADD)


def masked(address: Address) -> str:
    """An address that its owner recognises and nobody else learns: «j•••@…», «06 •• •• •• 12»."""
    if address.channel is Channel.EMAIL:
        return f"{address.to[:1]}•••@…"
    if address.to.startswith("+33"):
        return f"0{address.to[3:4]} {_DOTS} {_DOTS} {_DOTS} {address.to[-2:]}"
    return f"{address.to[:3]} {_DOTS} {_DOTS} {address.to[-2:]}"


def _shown(visit: Visit, found: OwnSettings, wishes: NoticeWishes) -> Page:
    form = visit.form
    return Page(
        "patient/settings.html",
        _SETTINGS,
        SettingsView(
            _lines(visit, found.channels),
            tuple((one.value, visit.says(*words)) for one, words in _FREQUENCIES.items()),
            tuple((one.value, visit.says(*words)) for one, words in _CHANNELS.items()),
            form.line("frequency") or wishes.frequency,
            form.line("channel") or wishes.channel,
            not found.oppositions.break_glass,
            not found.oppositions.emergency_dispatch,
            found.emergency_reads_masked,
            done=bool(visit.asked("fait")),
            stopped=tuple(_stopped(visit, found)),
        ),
    )


def _stopped(visit: Visit, found: OwnSettings) -> Iterator[Stopped]:
    """Those that codes go to already were proved: each may take the place of one that is none."""
    others = _lines(visit, found.channels)
    for place, one in enumerate(found.stopped):
        line = Line(visit.says(*_KINDS[one.address.channel]), masked(one.address), place)
        free = tuple(line for line, channel in zip(others, found.channels, strict=True) if channel != one.address)
        yield Stopped(line, day(one.at), free)


def _number(text: str) -> int:
    """A place in a list; -1 for what is none."""
    found = number_in(text, 2)
    return -1 if found is None else found


def _lines(visit: Visit, channels: tuple[Address, ...]) -> tuple[Line, ...]:
    return tuple(Line(visit.says(*_KINDS[one.channel]), masked(one), place) for place, one in enumerate(channels))


def _dropped(visit: Visit) -> Answer:
    place, seen = visit.form.line("place"), visit.form.line("seen")
    try:
        visit.perform(DropChannel(visit.patient, _number(place), _number(seen)))
    except (AccountNotFound, IncompleteRequest) as error:
        return _not_changed(visit, error)
    return _changed(visit, renewed=True)


def _changed(visit: Visit, *, renewed: bool) -> Answer:
    """Where an address is gone, other sessions end with it; this one goes on under a fresh secret (security 9.6)."""
    over, done = Cookie(BEGUN, ""), f"{CONTACT}?fait=1"
    if not renewed:
        return Redirect(done, (over,))
    session: Session = replace(visit.signed_in, version=visit.signed_in.version + 1)
    secret = visit.portal.reception.desk.renewed(visit.secret, session)
    return Redirect(done, (Cookie(CookieName.SESSION, secret), over))


def _not_changed(visit: Visit, error: ChannelExists | AccountNotFound | IncompleteRequest) -> Page:
    return _refused(visit, {"": visit.says(*_UNCHANGED[type(error)])})


def _refused(visit: Visit, errors: dict[str, str]) -> Page:
    """The form alone, with what was typed: the addresses are not looked up a second time."""
    kinds = tuple((channel.value, visit.says(*words)) for channel, words in _KINDS.items())
    return Page("patient/contact.html", _CONTACT, ContactView((), kinds), 422, errors)


ROUTES = (
    PageRoute(SETTINGS, settings, choose_notices),
    PageRoute(ADDRESS, None, for_who_signed_in_lately(correct_address)),
    PageRoute(CONTACT, contact, for_who_signed_in_lately(change_contact)),
    PageRoute(CONTACT_CODE, contact_code, for_who_signed_in_lately(confirm_contact)),
)
