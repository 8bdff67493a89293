"""What is known to work against web sites, tried at the portal: each trick must open nothing."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from dmp.assure.browser import PASSWORD, Browser, Phones
from dmp.assure.claim import Counter
from dmp.assure.doors_codes import CODE, begin, opens
from dmp.record.account import Account
from dmp.web.portal.page import CookieName

HONEST = "honest sign-ins"
DONE, REFUSED = 200, 400
NEW = "quatre girafes sous la pluie"


@dataclass
class Scene:
    """A victim, an attacker with an account of his own, and a browser for each."""

    contract: dict[str, Any]
    phones: Phones
    victim: Account
    attacker: Account
    counter: Counter
    stack: ExitStack

    def browser(self) -> Browser:
        """A fresh one, closed with the scene."""
        return self.stack.enter_context(closing(Browser(self.contract, "127.252.1.1")))

    def signed_in(self, account: Account) -> Browser:
        """Somebody at home."""
        browser = self.browser()
        if opens(browser, begin(browser, self.phones, account)) and is_in(browser):
            self.counter.add(HONEST)
        return browser

    def tried(self, name: str, *, opened: bool) -> None:
        """Count a trick."""
        self.counter.add("tricks")
        if opened:
            self.counter.wrong("opened", name)


def is_in(browser: Browser, cookie: str = "") -> bool:
    """Whether a browser, or a cookie, is let in."""
    headers = {"Cookie": f"{CookieName.SESSION}={cookie}"} if cookie else None
    return browser.user.get("/patient", headers=headers).status_code == DONE


def try_all(contract: dict[str, Any], phones: Phones, victim: Account, attacker: Account, counter: Counter) -> None:
    """Each trick once."""
    tricks: tuple[Callable[[Scene], None], ...] = (_reuse, _swap, _fixation, _theft, _forged_forms, _recovery)
    with ExitStack() as stack:
        scene = Scene(contract, phones, victim, attacker, counter, stack)
        for trick in tricks:
            trick(scene)


def _reuse(scene: Scene) -> None:
    """A code that was used, in the same browser and by sending the same form again."""
    browser = scene.browser()
    code = begin(browser, scene.phones, scene.victim)
    begun, token = browser.cookie(CookieName.BEGUN), browser.token(CODE)
    if opens(browser, code, token=token):
        scene.counter.add(HONEST)
    form = browser.cookie(CookieName.FORM)
    again = scene.browser()
    headers = {"Origin": again.origin, "Cookie": f"{CookieName.BEGUN}={begun}; {CookieName.FORM}={form}"}
    answer = again.send(CODE, {"code": code, "token": token}, headers=headers)
    scene.tried("a code used again", opened=answer.headers.get("location") == "/patient")


def _swap(scene: Scene) -> None:
    """A code that its owner was talked into telling, in the browser of the one who asked."""
    owner, other = scene.browser(), scene.browser()
    code = begin(owner, scene.phones, scene.victim)
    begin(other, scene.phones, scene.attacker)
    scene.tried("a code of another browser", opened=opens(other, code))
    nobody = scene.browser()
    scene.tried("a code without a password", opened=opens(nobody, code, token=nobody.token("/connexion")))


def _fixation(scene: Scene) -> None:
    """A session cookie that somebody planted, before its owner signs in."""
    planted = "0" * 64
    browser = scene.browser()
    code = begin(browser, scene.phones, scene.victim)
    jar = "; ".join(f"{name}={browser.cookie(name)}" for name in (CookieName.BEGUN, CookieName.FORM))
    headers = {"Origin": browser.origin, "Cookie": f"{jar}; {CookieName.SESSION}={planted}"}
    browser.send(CODE, {"code": code, "token": browser.token(CODE)}, headers=headers)
    scene.tried("a planted session", opened=is_in(scene.browser(), planted))
    first, second = scene.signed_in(scene.victim), scene.signed_in(scene.victim)
    same = first.cookie(CookieName.SESSION) == second.cookie(CookieName.SESSION)
    scene.tried("the same session twice", opened=same)


def _theft(scene: Scene) -> None:
    """A cookie that was copied, after its owner left."""
    browser = scene.signed_in(scene.victim)
    cookie = browser.cookie(CookieName.SESSION)
    browser.send("/deconnexion", {"token": browser.token("/patient")})
    scene.tried("a stolen session after its end", opened=is_in(scene.browser(), cookie))


def _forged_forms(scene: Scene) -> None:
    """Forms of another site, without token, with the token of somebody else, or by GET."""
    victim, attacker = scene.signed_in(scene.victim), scene.signed_in(scene.attacker)
    token, theirs = victim.token("/sessions"), attacker.token("/sessions")
    forged: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
        ("no token", {}, {"Origin": victim.origin}),
        ("somebody else's token", {"token": theirs}, {"Origin": victim.origin}),
        ("another site", {"token": token}, {"Origin": "https://elsewhere.example"}),
        ("no origin", {"token": token}, {}),
        ("another site of ours", {"token": token}, {"Origin": victim.origin, "Sec-Fetch-Site": "same-site"}),
    )
    for name, fields, headers in forged:
        answer = victim.send("/deconnexion", fields, headers=headers)
        scene.tried(f"a forged form: {name}", opened=answer.status_code < REFUSED or not is_in(victim))
    victim.get(f"/deconnexion?token={token}")
    scene.tried("a forged form: by GET", opened=not is_in(victim))
    victim.send("/deconnexion", {"token": token})
    scene.tried("a form of before the end", opened=victim.send("/sessions", {"token": token}).status_code == DONE)


def _recovery(scene: Scene) -> None:
    """A recovery of the victim with the code of the attacker; one that was used."""
    number = scene.victim.person.number
    browser, before = scene.browser(), scene.phones.count()
    browser.fill("/connexion/oubli", login=scene.victim.login, number=number)
    code = scene.phones.code(after=before, to=scene.victim.channels[0].to)
    other = begin(scene.browser(), scene.phones, scene.attacker)
    form = {"password": NEW, "repeated": NEW}
    answer = browser.fill("/connexion/oubli/code", code=other, **form)
    scene.tried("a recovery with the code of somebody else", opened=answer.status_code == DONE)
    if browser.fill("/connexion/oubli/code", code=code, **form).status_code == DONE:
        scene.counter.add(HONEST)
    answer = browser.fill("/connexion/oubli/code", code=code, password=PASSWORD, repeated=PASSWORD)
    scene.tried("a recovery used again", opened=answer.status_code == DONE)
