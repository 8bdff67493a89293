"""Bar charts as SVG: a few lines of text, the same octets for the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, ROW, BAR, TOP = 760, 210, 110, 34, 20, 46
COLOURS = ("#1f5fa8", "#d98324", "#7a7a7a")
INK, PALE, MARK = "#222222", "#dddddd", "#b3261e"


@dataclass(frozen=True)
class Bar:
    """One bar: parts that follow each other, what is written at its end, and perhaps a mark to compare with."""

    label: str
    parts: tuple[float, ...]
    told: str
    mark: float | None = None


@dataclass(frozen=True)
class Chart:
    """Bars under a title; `legend` names the parts, `mark` says what the marks stand for."""

    title: str
    bars: tuple[Bar, ...]
    legend: tuple[str, ...] = ()
    mark: str = ""

    def svg(self) -> str:
        """The drawing, with a title and a description for those who cannot see it."""
        most = max([*(sum(bar.parts) for bar in self.bars), *(bar.mark or 0.0 for bar in self.bars), 1e-9])
        scale = (WIDTH - LEFT - RIGHT) / most
        height = TOP + ROW * len(self.bars) + 34
        told = "; ".join(f"{bar.label}: {bar.told}" for bar in self.bars)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" font-family="sans-serif" font-size="13">',
            f"<title>{escape(self.title)}</title>",
            f"<desc>{escape(told)}</desc>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            _text(16, 24, self.title, size=15, weight="bold"),
        ]
        for turn, bar in enumerate(self.bars):
            lines += _bar(bar, TOP + ROW * turn, scale)
        return "\n".join([*lines, *self._key(height - 14), "</svg>", ""])

    def _key(self, y: int) -> list[str]:
        """What the colours and the marks mean."""
        names = [(name, colour) for name, colour in zip(self.legend, COLOURS, strict=False)]
        names += [(self.mark, MARK)] if self.mark else []
        lines, x = list[str](), LEFT
        for name, colour in names:
            lines += [f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>', _text(x + 15, y, name)]
            x += 15 + 8 * len(name) + 12
        return lines


def _bar(bar: Bar, y: int, scale: float) -> list[str]:
    lines, x = [_text(LEFT - 10, y + 15, bar.label, anchor="end")], float(LEFT)
    for part, colour in zip(bar.parts, COLOURS, strict=False):
        lines.append(f'<rect x="{x:.1f}" y="{y}" width="{part * scale:.1f}" height="{BAR}" fill="{colour}"/>')
        x += part * scale
    if bar.mark is not None:
        at = LEFT + bar.mark * scale
        lines.append(
            f'<line x1="{at:.1f}" y1="{y - 4}" x2="{at:.1f}" y2="{y + BAR + 4}" stroke="{MARK}" stroke-width="3"/>'
        )
        x = max(x, at)
    return [*lines, _text(x + 8, y + 15, bar.told)]


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
        f'fill="{INK}">{escape(text)}</text>'
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first column is text, the others are figures."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)) + "\n"
