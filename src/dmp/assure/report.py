"""The dated report: a page for people, the same as JSON for programs."""

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from dmp.assure.claim import Figure, spelt
from dmp.assure.verdict import Verdict

FORMAT = "dmp-assurance-1"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1e1e1e }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin: 2rem 0 .2rem } p { margin: .2rem 0 .8rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .8rem .3rem 0 }
td { border-top: 1px solid #ddd } td.number { text-align: right; font-variant-numeric: tabular-nums }
.held { color: #18753c } .short { color: #ce0500; font-weight: bold } .how { color: #555 } code { font-size: .9em }
"""


def write_report(folder: Path, verdicts: Sequence[Verdict], at: datetime, *, program: str) -> Path:
    """Write `assurance-<time>.html` and `.json` into a folder; gives the page."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"assurance-{at:%Y%m%dT%H%M%SZ}.html"
    page.write_text(_page(verdicts, at, program), encoding="utf-8")
    told = {
        "format": FORMAT,
        "at": at.isoformat(timespec="seconds"),
        "program": program,
        "held": all(verdict.held for verdict in verdicts),
        "claims": [_told(verdict) for verdict in verdicts],
    }
    page.with_suffix(".json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return page


def _told(verdict: Verdict) -> dict[str, object]:
    return {
        "name": verdict.claim.name,
        "promise": verdict.claim.promise,
        "source": verdict.claim.source,
        "held": verdict.held,
        "figures": [
            {"name": f.name, "value": f.value, "unit": f.unit, "least": f.least, "most": f.most, "held": f.held}
            for f in verdict.figures
        ],
        "notes": verdict.remarks,
        "seed": verdict.seed,
        "count": verdict.count,
        "replay": verdict.replay,
        "engines": verdict.engines,
        "machine": verdict.machine,
        "seconds": round(verdict.seconds, 1),
    }


def _page(verdicts: Sequence[Verdict], at: datetime, program: str) -> str:
    kept = sum(verdict.held for verdict in verdicts)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>Assurance, {at:%d %B %Y}</title>\n<style>{_STYLE}</style>\n"
        f"<h1>Assurance report, {at:%d %B %Y, %H:%M} UTC</h1>\n"
        f"<p>{kept} of {len(verdicts)} claims hold. Program: <code>{escape(program)}</code>.</p>\n"
        + "\n".join(map(_section, verdicts))
        + "\n</html>\n"
    )


def _section(verdict: Verdict) -> str:
    mark = '<span class="held">holds</span>' if verdict.held else '<span class="short">falls short</span>'
    rows = "\n".join(map(_row, verdict.figures))
    notes = "".join(f"<li>{escape(note)}</li>" for note in verdict.remarks)
    return (
        f"<h2>{escape(verdict.claim.name)}: {mark}</h2>\n<p>{escape(verdict.claim.promise)}</p>\n"
        f"<table>\n<tr><th>Figure<th>Measured<th>Promised</tr>\n{rows}\n</table>\n"
        + (f"<ul>{notes}</ul>\n" if notes else "")
        + f'<p class="how">{escape(verdict.claim.source)}. {escape(" + ".join(verdict.engines))}, '
        f"{escape(verdict.machine)}, {spelt(round(verdict.seconds, 1))} s. "
        f"Again: <code>{escape(verdict.replay)}</code></p>"
    )


def _row(figure: Figure) -> str:
    style = "" if figure.held else ' class="short"'
    measured = f"{spelt(figure.value)} {figure.unit}".strip()
    return (
        f"<tr><td{style}>{escape(figure.name)}<td class=number{style and ' style=font-weight:bold'}>"
        f"{escape(measured)}<td>{escape(figure.bounds or 'told only')}</tr>"
    )
