"""The parts of the load generator that can be looked at alone."""

import random
from itertools import islice

from dmp.bench.figures import Latency, percentile
from dmp.bench.growing import lengths
from dmp.bench.load import Arrival, arrivals
from dmp.bench.messages import Template, http, message_ids
from dmp.bench.plan import Act
from dmp.bench.variety import person


def test_arrivals_of_each_act_are_even_and_all_of_them_in_order():
    due = arrivals({Act.SUBMIT: 2.0, Act.SEARCH: 4.0}, 1.0)

    assert due == [
        Arrival(0.0, Act.SUBMIT),
        Arrival(0.125, Act.SEARCH),
        Arrival(0.375, Act.SEARCH),
        Arrival(0.5, Act.SUBMIT),
        Arrival(0.625, Act.SEARCH),
        Arrival(0.875, Act.SEARCH),
    ]


def test_an_act_without_a_rate_does_not_arrive():
    assert arrivals({Act.SUBMIT: 0.0, Act.READ: 1.0}, 1.0) == [Arrival(0.5, Act.READ)]


def test_percentiles_are_values_that_were_measured():
    hundred = [float(value) for value in range(1, 101)]

    assert [percentile(hundred, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]
    assert percentile([7.0], 0.99) == 7.0


def test_latencies_are_told_in_milliseconds():
    assert Latency.of([0.003, 0.001, 0.002]) == Latency(2.0, 3.0, 3.0)
    assert Latency.of([]) == Latency(0.0, 0.0, 0.0)


def test_a_template_is_filled_where_it_was_parted():
    template = Template.of(b"one MESSAGE two DOCUMENT three", "MESSAGE", "DOCUMENT")

    assert b"".join(template.filled(b"1", b"2")) == b"one 1 two 2 three"


def test_message_ids_differ_and_have_one_length():
    ids = list(islice(message_ids(random.Random(1)), 1000))  # noqa: S311

    assert len(set(ids)) == 1000
    assert {len(each) for each in ids} == {36}


def test_a_request_says_how_long_it_is():
    assert http("/registry", "text/plain", b"body") == (
        b"POST /registry HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody"
    )


def test_people_without_end_have_numbers_of_their_own():
    numbers = {person(2026, rank).patient.number for rank in (*range(50), *range(2000, 4000), 900_000)}

    assert len(numbers) == 2051
    assert {len(number) for number in numbers} == {15}


def test_most_records_hold_few_documents_and_some_hold_hundreds():
    drawn = sorted(islice(lengths(2026), 20_000))

    assert drawn[10_000] == 6
    assert drawn[0] == 1
    assert drawn[-1] > 300
    assert 11.5 < sum(drawn) / len(drawn) < 13.0
