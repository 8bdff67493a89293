"""The picture of a curve, read as the XML that it is: what is drawn is what was given, and nothing else."""

import re
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from dmp.web.chart.axes import Axis, days_between, ticks_of
from dmp.web.chart.curve import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Change,
    Dot,
    Guide,
    Labels,
    Shape,
    Step,
    Thread,
    curve,
    sign,
    steps,
)
from dmp.web.chart.figures import NARROW, figure

LABELS = Labels("courbe", "HbA1c (%)", "2 valeurs", "%")
HOSTILE = "\"><script>alert(1)</script>&'</title>"


def _tree(picture):
    return etree.fromstring(str(picture))


def _drawn(*dots, band=(), labels=LABELS, **others):
    return _tree(curve([Thread(tuple(dots))], band, labels, **others))


def _discs(tree):
    return [(float(one.get("cx")), float(one.get("cy"))) for one in tree.iter("circle")]


def _texts(tree, look):
    return [one.text or "" for one in tree.iter("text") if look in one.get("class")]


def test_it_is_one_image_with_a_title_and_a_description():
    tree = _drawn(Dot(1, 1), Dot(2, 2))
    assert (tree.get("role"), tree.get("aria-labelledby")) == ("img", "courbe-title courbe-desc")
    assert tree.find("title[@id='courbe-title']").text == "HbA1c (%)"
    assert tree.find("desc[@id='courbe-desc']").text == "2 valeurs"
    assert tree.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"


def test_it_has_neither_style_nor_script_nor_address():
    tree = _drawn(Dot(1, 1), Dot(2, 2, shape=Shape.BELOW), band=[Step(0, 3, 1, 2)], changes=[Change(1.5, "x")])
    for one in tree.iter():
        assert one.tag not in {"script", "style", "image", "a", "use", "foreignObject"}
        assert not {name for name in one.attrib if name == "style" or name.startswith("on") or "href" in name}


def test_places_grow_with_values_and_days():
    places = _discs(_drawn(*(Dot(x, x * x) for x in range(1, 9))))
    assert places == sorted(places, key=lambda place: place[0])
    assert [y for _x, y in places] == sorted((y for _x, y in places), reverse=True)


@pytest.mark.parametrize(
    "values",
    [
        (1, 2),
        (5, 5),
        (0, 0),
        (-3, 4),
        (1e-12, 2e-12),
        (1e30, 3e30),
        (0.88, 0.881),
        (7,),
        (1e-300, 1e300),
        (100, 100.0000001),
    ],
)
def test_every_dot_stands_inside_the_picture(values):
    for x, y in _discs(_drawn(*(Dot(at, value) for at, value in enumerate(values)))):
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM


def test_nothing_to_draw_is_nothing():
    assert str(curve([], [], LABELS)) == ""
    assert str(curve([Thread(())], [], LABELS)) == ""


def test_the_band_is_drawn_by_steps_each_around_its_own_value():
    band = steps([0, 10, 20], [(4, 6), (None, None), (4, 5)])
    assert [(one.since, one.until, one.low, one.high) for one in band] == [
        (float("-inf"), 5, 4, 6),
        (15, float("inf"), 4, 5),
    ]
    tree = _drawn(Dot(0, 5), Dot(10, 5), Dot(20, 5), band=band)
    boxes = [(float(box.get("x")), float(box.get("width")), float(box.get("height"))) for box in tree.iter("rect")]
    assert len(boxes) == 2
    (first, width, height), (second, its_width, its_height) = boxes
    assert (first, second + its_width) == (LEFT, RIGHT)
    assert first + width < second
    assert height > its_height


def test_a_band_with_one_end_reaches_the_edge():
    tree = _drawn(Dot(0, 5), Dot(10, 6), band=[Step(0, 10, None, 5.5)])
    box = next(tree.iter("rect"))
    assert float(box.get("y")) + float(box.get("height")) == pytest.approx(BOTTOM, abs=0.2)


def test_a_band_that_is_far_away_does_not_flatten_the_values():
    places = _discs(_drawn(Dot(0, 1.0), Dot(10, 1.2), band=[Step(0, 10, 0, 1000)]))
    assert places[0][1] - places[1][1] > 100


def test_a_limit_is_drawn_open_and_the_line_stops_at_it():
    tree = _drawn(Dot(1, 5), Dot(2, 6), Dot(3, 4, shape=Shape.BELOW), Dot(4, 5), Dot(5, 6))
    lines = [line.get("points").split() for line in tree.iter("polyline")]
    assert [len(line) for line in lines] == [2, 2]
    assert len(tree.findall("g[@class='curve-dot curve-below']/path")) == 1


def test_what_nobody_believes_stands_at_the_edge_and_moves_no_axis():
    alone = _discs(_drawn(Dot(1, 5), Dot(2, 6)))
    tree = _drawn(Dot(1, 5), Dot(2, 6), Dot(1.5, 5000, shape=Shape.OUTSIDE))
    assert _discs(tree) == alone
    assert tree.find("g[@class='curve-dot curve-outside']/path").get("d").split()[1].startswith(f"{TOP - 4:.0f}")


def test_shapes_are_told_apart_without_colours():
    drawn = {shape: re.sub(r"[\d.]+", "", str(sign(shape))) for shape in Shape}
    assert len(set(drawn.values())) == len(Shape)


def test_words_that_try_to_be_markup_stay_words():
    labels = Labels("courbe", HOSTILE, HOSTILE, HOSTILE, places=((1.0, HOSTILE),))
    tree = _drawn(
        Dot(1, 1, HOSTILE),
        Dot(2, 2),
        labels=labels,
        guides=[Guide(HOSTILE, ((1, 1), (2, 2)))],
        changes=[Change(1.5, HOSTILE)],
    )
    assert list(tree.iter("script")) == []
    assert tree.find("title").text == tree.find("desc").text == HOSTILE
    assert _texts(tree, "curve-unit") == _texts(tree, "curve-guide-name") == [HOSTILE]


def test_guides_and_several_threads_serve_growth_and_blood_pressure():
    threads = [
        Thread((Dot(1, 120), Dot(2, 130)), "systolique"),
        Thread((Dot(1, 80), Dot(2, 85)), "diastolique", look=2),
    ]
    tree = _tree(curve(threads, [], LABELS, guides=[Guide("P50", ((1, 100), (2, 105)))]))
    looks = [line.get("class") for line in tree.iter("polyline")]
    assert looks == ["curve-guide", "curve-line curve-look-1", "curve-line curve-look-2"]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (3.7, 8.6), (0.85, 0.92), (-5, 5), (0, 1e6), (1e-6, 2e-6), (99.9, 100.1)]
)
def test_an_axis_has_a_few_round_numbers(low, high):
    ticks = ticks_of(Axis(low, high, BOTTOM, TOP), english=False)
    assert 3 <= len(ticks) <= 7
    assert all(low <= value <= high * 1.000001 for value, _words in ticks)
    assert len({words for _value, words in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-01-01", "2026-01-03"),
        ("2026-01-01", "2026-03-05"),
        ("2025-03-01", "2026-04-01"),
        ("2001-02-03", "2026-04-01"),
        ("1926-01-01", "2026-01-01"),
        ("0001-01-01", "9999-12-31"),
        ("2026-01-01", "2026-01-01"),
        ("2025-12-30", "2026-01-02"),
    ],
)
def test_an_axis_of_days_has_a_few_round_days(since, until):
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    ticks = days_between(first, last)
    assert len(ticks) <= 7 or (last - first).days > 365 * 300
    assert all(first.toordinal() <= day <= last.toordinal() for day, _words in ticks)


def test_numbers_are_french_or_english():
    assert figure(Decimal("1250000.50")) == f"1{NARROW}250{NARROW}000,50"
    assert figure(Decimal("1250000.50"), english=True) == "1,250,000.50"
    assert [figure(Decimal(text)) for text in ("7.0", "-0.5", "1250", "0", "1E+3")] == [
        "7,0",
        "−0,5",
        "1250",
        "0",
        "1000",
    ]
