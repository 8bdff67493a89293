"""The words of a message, from the texts that come with the package (`texts.toml`)."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from dmp.record.notice import NoticeKind

DAILY = "daily"
"""The message of a day: that something happened, nothing more."""


@dataclass(frozen=True)
class Words:
    """A message: its subject and text by e-mail, and the short one of an SMS."""

    subject: str
    mail: str
    sms: str


def words_of(told: str, portal: str = "") -> Words:
    """The words for a kind of notice, or for `DAILY`; `portal` is the address to look at, if there is one.

    Raises:
        KeyError: no text of this name.
    """
    texts = _texts()
    said, where = texts[told], texts["where"]
    # An address with its full stop could not be clicked.
    values = {"fr": said["fr"], "en": said["en"]}
    values |= {f"where_{lang}": f"{portal} " if portal else where[lang] for lang in ("fr", "en")}
    mail, sms = (texts["frame"][form].format(**values).strip() for form in ("mail", "sms"))
    return Words(str(texts["subject"]), f"{mail}\n", sms)


def words_of_code(code: str, life: timedelta) -> Words:
    """The message that brings a one-time code."""
    values = {"code": code, "minutes": str(int(life.total_seconds()) // 60)}
    texts = tomllib.loads(files("dmp.notices").joinpath("code.toml").read_text(encoding="utf-8"))
    return Words(texts["subject"], f"{texts['mail'].strip()}\n".format(**values), texts["sms"].format(**values))


def every_text() -> tuple[str, ...]:
    """The names of all the texts that `words_of` knows."""
    return (*NoticeKind, DAILY)


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("dmp.notices").joinpath("texts.toml").read_text(encoding="utf-8"))
