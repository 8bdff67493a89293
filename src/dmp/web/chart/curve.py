"""A curve drawn by the server: plain SVG without script or style, which says in words what it shows.

`curve(threads, band, labels)` knows nothing of medicine: laboratory results,
growth and blood pressure are threads of dots over a band or over guides. All
looks are classes of `portal.css` (themes, contrast, paper); a dot is told from
another by its shape, never by its colour alone. The picture is one image to
screen readers, with a title and a description: the same values stand in a
table beside it, which the caller gives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from markupsafe import Markup

from dmp.web.chart.axes import Axis, Ticks, ticks_of

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 68.0, 470.0, 30.0, 258.0
_LETTER = 11.0
"""How wide a letter is on a narrow screen, where text is largest: words that would touch are left out."""
_FAR = 4
"""A band that would make the values look this many times flatter is cut at the edge of the picture."""


class Shape(StrEnum):
    """What a dot is; the value is its class, `curve-…`."""

    PLAIN = "plain"
    FLAGGED = "flagged"
    """Said to be out of its bounds."""
    BELOW = "below"
    """Only known to be under: open, with a tail downwards."""
    ABOVE = "above"
    OUTSIDE = "outside"
    """Not believable: at the edge, so that it does not flatten the others."""

    @property
    def is_open(self) -> bool:
        """Drawn hollow: no line leads to it."""
        return self in (Shape.BELOW, Shape.ABOVE, Shape.OUTSIDE)


@dataclass(frozen=True)
class Dot:
    """A value; `words` is what one reads while pointing at it."""

    x: float
    y: float
    words: str = ""
    shape: Shape = Shape.PLAIN


@dataclass(frozen=True)
class Thread:
    """Dots that belong together, from left to right; `look` from 1 to 3 tells threads apart by their strokes."""

    dots: tuple[Dot, ...]
    name: str = ""
    look: int = 1


@dataclass(frozen=True)
class Step:
    """A piece of the band: what is usual between two places; an end that is None is open."""

    since: float
    until: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Guide:
    """A line to compare with: a percentile of growth, a target."""

    name: str
    path: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Change:
    """A place from which values are not quite comparable with those before: another method, another laboratory."""

    x: float
    words: str


@dataclass(frozen=True)
class Labels:
    """The words of a picture; `ident` is unique in its page, `places` are the ticks below (else round numbers)."""

    ident: str
    title: str
    description: str
    unit: str = ""
    places: Ticks = ()
    english: bool = False


def curve(
    threads: Sequence[Thread],
    band: Sequence[Step],
    labels: Labels,
    guides: Sequence[Guide] = (),
    changes: Sequence[Change] = (),
) -> Markup:
    """The picture; empty where there is nothing to draw."""
    dots = [dot for thread in threads for dot in thread.dots]
    if not dots:
        return Markup("")
    across = _across(dots, guides)
    up = _up(dots, band, guides)
    parts = [
        *_head(labels),
        *(_step(step, across, up) for step in band),
        *_rows_of(up, labels),
        *_columns(across, labels),
        *(_guide(guide, across, up) for guide in guides),
        *(_change(change, across) for change in changes),
        *(part for thread in threads for part in _thread(thread, across, up)),
        Markup("</svg>"),
    ]
    return Markup("\n").join(parts)


def steps(places: Sequence[float], bounds: Sequence[tuple[float | None, float | None]]) -> tuple[Step, ...]:
    """A band of its own around each value: it ends halfway to the next one, and is never mixed with another's.

    Neighbours that are the same are drawn as one.
    """
    middles = [(one + other) / 2 for one, other in pairwise(places)]
    since, until = [float("-inf"), *middles], [*middles, float("inf")]
    found: list[Step] = []
    for start, end, (low, high) in zip(since, until, bounds, strict=True):
        if (low is None and high is None) or start >= end:
            continue
        if found and (found[-1].until, found[-1].low, found[-1].high) == (start, low, high):
            found[-1] = Step(found[-1].since, end, low, high)
        else:
            found.append(Step(start, end, low, high))
    return tuple(found)


def sign(shape: Shape) -> Markup:
    """A dot alone, for the words that say what it means."""
    return Markup('<svg class="curve-sign" viewBox="0 0 20 20" aria-hidden="true">{}</svg>').format(
        Markup("").join(_marks(shape, 10, 10))
    )


# -- axes


def _across(dots: Iterable[Dot], guides: Iterable[Guide]) -> Axis:
    places = [dot.x for dot in dots] + [x for guide in guides for x, _y in guide.path]
    low, high = min(places), max(places)
    pad = (high - low) * 0.03 or 1.0
    return Axis(low - pad, high + pad, LEFT, RIGHT)


def _up(dots: Sequence[Dot], band: Iterable[Step], guides: Iterable[Guide]) -> Axis:
    """From below the least to above the most, with the band unless that flattens everything."""
    inside = [dot.y for dot in dots if dot.shape is not Shape.OUTSIDE] or [dot.y for dot in dots]
    inside += [y for guide in guides for _x, y in guide.path]
    low, high = min(inside), max(inside)
    spread = (high - low) or abs(high) * 0.2 or 1.0
    ends = [end for step in band for end in (step.low, step.high) if end is not None]
    near = [end for end in ends if low - _FAR * spread <= end <= high + _FAR * spread]
    low, high = min([low, *near]), max([high, *near])
    pad = (high - low) * 0.06 or spread / 2
    floor = 0.0 if low >= 0 and low - pad < 0 else low - pad
    return Axis(floor, high + pad, BOTTOM, TOP)


# -- parts


def _head(labels: Labels) -> Iterable[Markup]:
    yield Markup('<svg class="curve" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">').format(
        WIDTH, HEIGHT, labels.ident, labels.ident
    )
    yield Markup('<title id="{}-title">{}</title>').format(labels.ident, labels.title)
    yield Markup('<desc id="{}-desc">{}</desc>').format(labels.ident, labels.description)
    if labels.unit:
        yield Markup('<text class="curve-unit" x="4" y="16">{}</text>').format(labels.unit)


def _step(step: Step, across: Axis, up: Axis) -> Markup:
    left, right = across.held(step.since), across.held(step.until)
    top = up.held(step.high) if step.high is not None else TOP
    bottom = up.held(step.low) if step.low is not None else BOTTOM
    box = Markup('<rect class="curve-band" x="{}" y="{}" width="{}" height="{}"/>').format(
        _n(left), _n(top), _n(right - left), _n(max(bottom - top, 0))
    )
    edges = [end for end in (step.low, step.high) if end is not None and up.holds(end)]
    return box + Markup("").join(_level("curve-edge", left, right, up.at(end)) for end in edges)


def _rows_of(up: Axis, labels: Labels) -> Iterable[Markup]:
    for value, words in ticks_of(up, english=labels.english):
        y = up.at(value)
        yield _level("curve-grid", LEFT, RIGHT, y)
        yield Markup('<text class="curve-y" x="{}" y="{}">{}</text>').format(_n(LEFT - 6), _n(y + 4), words)


def _columns(across: Axis, labels: Labels) -> Iterable[Markup]:
    yield _level("curve-axis", LEFT, RIGHT, BOTTOM)
    taken = 0.0
    for value, words in labels.places or ticks_of(across, english=labels.english):
        x, width = across.held(value), _LETTER * len(words)
        start = x - width if x > RIGHT - 30 else x - width / 2
        if across.holds(value) and start >= taken:
            taken = start + width + _LETTER
            side = "end" if x > RIGHT - 30 else "middle"
            yield Markup('<path class="curve-axis" d="M{0} {1}V{2}"/>').format(_n(x), _n(BOTTOM), _n(BOTTOM + 5))
            yield Markup('<text class="curve-x curve-{}" x="{}" y="{}">{}</text>').format(
                side, _n(x), _n(BOTTOM + 26), words
            )


def _guide(guide: Guide, across: Axis, up: Axis) -> Markup:
    points = " ".join(f"{_n(across.at(x))},{_n(up.at(y))}" for x, y in guide.path)
    line = Markup('<polyline class="curve-guide" points="{}"/>').format(points)
    if not guide.path:
        return Markup("")
    _x, last = guide.path[-1]
    return line + Markup('<text class="curve-guide-name" x="{}" y="{}">{}</text>').format(
        _n(RIGHT), _n(up.at(last) - 3), guide.name
    )


def _change(change: Change, across: Axis) -> Markup:
    return Markup('<g><title>{}</title><path class="curve-change" d="M{} {}V{}"/></g>').format(
        change.words, _n(across.held(change.x)), _n(TOP), _n(BOTTOM)
    )


def _thread(thread: Thread, across: Axis, up: Axis) -> Iterable[Markup]:
    """The line, which stops at what is not a value of its own, then the dots over it."""
    run: list[str] = []
    look = f"curve-line curve-look-{thread.look}"
    for dot in thread.dots:
        if dot.shape.is_open:
            yield from _run(run, look)
            run = []
        else:
            run.append(f"{_n(across.at(dot.x))},{_n(up.at(dot.y))}")
    yield from _run(run, look)
    for dot in thread.dots:
        marks = Markup("").join(_marks(dot.shape, across.at(dot.x), up.held(dot.y)))
        yield Markup('<g class="curve-dot curve-{}"><title>{}</title>{}</g>').format(dot.shape.value, dot.words, marks)


def _run(points: list[str], look: str) -> Iterable[Markup]:
    if len(points) > 1:
        yield Markup('<polyline class="{}" points="{}"/>').format(look, " ".join(points))


def _marks(shape: Shape, x: float, y: float) -> Iterable[Markup]:
    """A disc, a square where it is flagged, a ring with a tail where it is a limit, a cross where it is in doubt."""
    if shape is Shape.FLAGGED:
        yield Markup('<rect x="{}" y="{}" width="9" height="9"/>').format(_n(x - 4.5), _n(y - 4.5))
    elif shape is Shape.OUTSIDE:
        yield Markup('<path d="M{} {}l8 8m0 -8l-8 8"/>').format(_n(x - 4), _n(y - 4))
    else:
        yield Markup('<circle cx="{}" cy="{}" r="{}"/>').format(_n(x), _n(y), "5" if shape.is_open else "4")
    if shape in (Shape.BELOW, Shape.ABOVE):
        way = 1 if shape is Shape.BELOW else -1
        yield Markup('<path d="M{0} {1}v{2}m-3 {3}l3 {4}l3 {3}"/>').format(
            _n(x), _n(y + 5 * way), 9 * way, -4 * way, 4 * way
        )


def _level(look: str, left: float, right: float, y: float) -> Markup:
    return Markup('<path class="{}" d="M{} {}H{}"/>').format(look, _n(left), _n(y), _n(right))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
