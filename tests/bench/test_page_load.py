"""How pages are asked for at once: each reader is heard, one who is slow to begin and one who fails."""

import itertools
from io import BytesIO

import pytest

from dmp.bench import pages
from dmp.bench.pages import PAGES


class Slow:
    """A reader whose first page is asked for when the time is over; he fails when told to."""

    def __init__(self, *, fails: bool = False):
        self.fails = fails

    def connection(self) -> BytesIO:
        return BytesIO()

    def ask(self, _connection: object, _page: object) -> tuple[int, bytes]:
        if self.fails:
            raise ConnectionResetError("hung up")
        return 200, b""


def test_each_reader_asks_once_at_least_however_late_he_begins():
    count = itertools.count()
    spent, wrong = pages._loaded([Slow(), Slow()], PAGES[0], 0.0, 0.0, count)
    assert (len(spent), wrong, next(count)) == (2, 0, 2)


def test_a_reader_who_fails_is_not_left_out_of_the_figures():
    with pytest.raises(ConnectionResetError, match="hung up"):
        pages._loaded([Slow(), Slow(fails=True)], PAGES[0], 0.0, 0.0, itertools.count())
