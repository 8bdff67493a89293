"""One-time codes under attack: guessed at, used twice, carried elsewhere, late (T-OTP)."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from dmp.assure.browser import PASSWORD, Browser, Phones
from dmp.assure.claim import Counter
from dmp.record.account import Account
from dmp.sign_in.codes import LIFE

CODE = "/connexion/code"
GUESSES = 12
AT_ONCE = 4
HEARD, OVER, IN = 422, 410, "/patient"


def begin(browser: Browser, phones: Phones, account: Account, password: str = PASSWORD) -> str:
    """Give the password; gives the code that comes."""
    before = phones.count()
    browser.fill("/connexion", login=account.login, password=password)
    return phones.code(after=before, to=account.channels[0].to)


def opens(browser: Browser, code: str, *, token: str = "") -> bool:
    """Give a code; whether that signs in."""
    answer = browser.send(CODE, {"code": code, "token": token or browser.token(CODE)})
    return answer.headers.get("location") == IN


def attack(contract: dict[str, Any], phones: Phones, people: list[Account], counter: Counter) -> None:
    """Of each person, one code is guessed at: of every other one, by several threads at once."""
    for number, account in enumerate(people):
        browser = Browser(contract, f"127.254.{number % 250}.{1 + number // 250}")
        code = begin(browser, phones, account)
        guesses = [f"{(int(code) + step) % 10**6:06}" for step in range(1, GUESSES + 1)]
        token = browser.token(CODE)

        def guess(one: str, browser: Browser = browser, token: str = token) -> int:
            return browser.send(CODE, {"code": one, "token": token}).status_code

        with ThreadPoolExecutor(AT_ONCE if number % 2 else 1) as threads:
            statuses = list(threads.map(guess, guesses))
        # The last one that is heard is told that all is over.
        counter.measure("guesses heard of one code", statuses.count(HEARD) + 1)
        counter.add("codes attacked")
        if 303 in statuses or opens(browser, code, token=token):
            counter.wrong("opened", "a code, after too many guesses")
        browser.close()


@dataclass
class Late:
    """A code that is kept until it is over."""

    browser: Browser
    code: str
    since: float

    def try_late(self, counter: Counter) -> None:
        """Use it once its time is over."""
        time.sleep(max(0.0, self.since + LIFE.total_seconds() + 1 - time.monotonic()))
        counter.add("tricks")
        if opens(self.browser, self.code):
            counter.wrong("opened", "a late code")
        self.browser.close()


def begun_early(contract: dict[str, Any], phones: Phones, account: Account) -> Late:
    """Begin a sign-in, and leave it."""
    browser, since = Browser(contract, "127.253.1.1"), time.monotonic()
    return Late(browser, begin(browser, phones, account), since)
