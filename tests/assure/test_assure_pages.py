"""`pages`: what is not escaped, not protected, or taken from another site is found out."""

import httpx2
import pytest
from assure_builders import figures, leg, short

from dmp.assure import pages, pages_chromium, pages_fields, pages_guard
from dmp.assure.claim import Counter
from dmp.assure.hostile_text import payloads
from dmp.web.portal.guard import HEADERS

PAYLOAD = payloads(3)[2]
PAGE = {"content-type": "text/html; charset=utf-8"}


@pytest.mark.skipif(not pages_chromium.program(), reason="Chromium, or playwright, is not here")
def test_two_hostile_texts_run_nowhere_and_every_address_is_protected(tmp_path):
    tally = pages.play(leg(tmp_path, 2))
    assert short(pages.CLAIM, tally) == [], tally.notes
    told = figures(pages.CLAIM, tally)
    assert told["addresses"].value > 60
    assert told["texts sent"].value > 80


def test_there_are_three_hundred_different_texts():
    assert len(set(payloads(1000))) == 300


def counted(check, *arguments) -> dict[str, float]:
    counter = Counter()
    check(*arguments[:-1], counter, arguments[-1])
    return dict(counter.tally().sums)


def test_a_text_that_comes_back_as_it_was_is_found_out():
    kept = httpx2.Response(200, headers=PAGE, text=f"<p>{PAYLOAD}</p>")
    escaped = httpx2.Response(200, headers=PAGE, text="<p>&lt;script&gt;</p>")
    assert counted(pages_fields.check, kept, PAYLOAD, "page")["text not escaped"] == 1
    assert "text not escaped" not in counted(pages_fields.check, escaped, PAYLOAD, "page")


def test_a_page_that_breaks_is_found_out():
    assert counted(pages_fields.check, httpx2.Response(500, headers=PAGE), PAYLOAD, "page")["page broken"] == 1


def headers(**changes: str) -> httpx2.Response:
    told = {name.lower(): value for name, value in HEADERS.items()} | changes
    return httpx2.Response(200, headers={name: value for name, value in told.items() if value})


def test_what_protects_an_answer_is_told_when_it_lacks():
    assert "protection lacking" not in counted(pages_guard.look_at, headers(), "GET /")
    lacking = {
        "referrer-policy": "",
        "cache-control": "public",
        "content-security-policy": "default-src 'self'; script-src 'unsafe-inline'",
        "permissions-policy": "camera=(self)",
        "set-cookie": "__Host-dmp-session=1; Path=/; Secure; SameSite=Strict",
    }
    for name, value in lacking.items():
        assert counted(pages_guard.look_at, headers(**{name: value}), "GET /")["protection lacking"] == 1, name


def test_a_cookie_for_other_sites_is_the_one_of_the_providers_alone():
    for name, wrong in (("dmp-proof", 0), ("dmp-session", 1)):
        line = f"__Host-{name}=1; Path=/; Secure; HttpOnly; SameSite=Lax"
        assert (
            counted(pages_guard.look_at, headers(**{"set-cookie": line}), "GET /").get("protection lacking", 0) == wrong
        )
