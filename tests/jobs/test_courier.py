"""A code leaves at once, is tried again for a while, and is then dropped."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from dmp.jobs.courier import AGAIN, Courier
from dmp.jobs.runner import Failed
from dmp.notices.words import Words, words_of_code
from dmp.record.notice import Address, Channel

HERS = (Address(Channel.EMAIL, "ana@example.org"), Address(Channel.SMS, "+33600000000"))
WORDS = words_of_code("123456", timedelta(minutes=3))


@dataclass
class Line:
    """A channel that fails so many times first."""

    failures: int = 0
    again: bool = True
    sent: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    tries: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def send(self, address: str, words: Words, *, name: str) -> None:
        """Take it, or fail."""
        self.tries += 1
        self.names.add(name)
        if self.tries <= self.failures:
            if not self.again or self.tries == len(AGAIN):
                self.done.set()
            raise Failed("away", again=self.again)
        self.sent.append((address, words.sms))
        self.done.set()


def sent_through(line: Line) -> Line:
    courier = Courier({Channel.SMS: line}, lambda: "name", pause=lambda _seconds: None)
    courier.send(HERS, WORDS)
    assert line.done.wait(10)
    return line


def test_a_code_goes_to_the_first_address_that_the_service_can_reach():
    assert sent_through(Line()).sent == [("+33600000000", WORDS.sms)]


def test_a_channel_that_is_away_for_a_moment_is_tried_again():
    line = sent_through(Line(failures=2))
    assert (len(line.sent), line.names) == (1, {"name"})


def test_after_half_a_minute_or_a_final_no_it_is_dropped():
    assert sent_through(Line(failures=9)).sent == []
    assert sent_through(Line(failures=9, again=False)).tries == 1


def test_the_message_of_a_code_says_the_code_how_long_and_to_tell_nobody():
    assert "123456" in WORDS.sms
    assert "3 min" in WORDS.sms
    assert len(WORDS.sms) <= 160
    assert "123456" not in WORDS.subject
    assert WORDS.mail.count("123456") == 2
