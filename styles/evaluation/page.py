"""One HTML page that needs nothing else: the pictures side by side, the table, and what each figure means."""

import base64
from collections.abc import Iterator
from html import escape

from styles.evaluation.columns import COLUMNS, Column
from styles.evaluation.report import ARROWS, PHOTO, Report, Row, text

NARROW = 12  # rem of a picture's width, under which the page scrolls instead

LOOK = """
:root { color-scheme: light dark; --ground: #fbfaf7; --ink: #22201c; --quiet: #6d685f; --line: #dedad1;
  --best: #e7efdc }
@media (prefers-color-scheme: dark) {
  :root { --ground: #1a1917; --ink: #ece8e0; --quiet: #a09a8f; --line: #3a3733; --best: #2f3a25 }
}
body { margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 3rem); max-width: 110rem; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem }
p, dd { color: var(--quiet); margin: .25rem 0 } dl { columns: 26rem; column-gap: 2.5rem; margin: 0 }
dl div { break-inside: avoid; padding-bottom: .75rem } dt { font-weight: 600 }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums }
th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
thead th { white-space: normal; vertical-align: bottom; font-weight: 500; color: var(--quiet) }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--ground) }
td.best { background: var(--best); font-weight: 600 }
.sheet { display: grid; gap: .4rem }
.sheet b { font-weight: 600; padding: .3rem 0 }
.sheet img { width: 100%; display: block; border-radius: 3px }
.sheet .photo { position: sticky; left: 0; background: var(--ground); box-shadow: 0 0 0 .4rem var(--ground) }
"""


def page(report: Report) -> str:
    """The whole page, UTF-8 text."""
    return "\n".join(_parts(report))


def _parts(report: Report) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Styles side by side</title><style>{LOOK}</style></head><body>"
    yield f"<h1>Styles side by side</h1><p>{escape(report.conditions())}</p>"
    yield "<h2>Figures</h2>"
    yield "<p>The best of each column is shaded; ↓ lower is better, ↑ higher is better.</p>"
    yield from _table(report)
    yield "<h2>Pictures</h2>"
    yield from _sheet(report)
    yield "<h2>What the figures mean</h2><dl>"
    yield from (f"<div><dt>{escape(column.head)}</dt><dd>{escape(column.means)}</dd></div>" for column in COLUMNS)
    yield "</dl></body></html>"


def _table(report: Report) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col" title="{escape(column.means)}">{escape(column.head)}{ARROWS[column.better]}</th>'
        for column in COLUMNS
    )
    yield f'<div class="wide"><table><thead><tr><th scope="col">style</th>{heads}</tr></thead><tbody>'
    for row in report.rows:
        cells = "".join(_cell(report, row, column) for column in COLUMNS)
        yield f'<tr><th scope="row">{escape(row.name)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _cell(report: Report, row: Row, column: Column) -> str:
    best = ' class="best"' if row.name in report.best(column) else ""
    return f"<td{best}>{text(row, column)}</td>"


def _sheet(report: Report) -> Iterator[str]:
    many = len(report.rows)
    wide = f"min-width: {NARROW * many}rem; grid-template-columns: repeat({many}, minmax(0, 20rem))"
    yield f'<div class="wide"><div class="sheet" style="{wide}">'
    yield from (f"<b{_held(row)}>{escape(row.name)}</b>" for row in report.rows)
    for place in range(len(report.rows[0].thumbnails)):
        for row in report.rows:
            yield _picture(row, row.thumbnails[place], report.photos[place])
    yield "</div></div>"


def _picture(row: Row, jpeg: bytes, photo: str) -> str:
    about = photo if row.name == PHOTO else f"{photo} in the style {row.name}"
    return f'<img{_held(row)} alt="{escape(about)}" src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}">'


def _held(row: Row) -> str:
    """The photos stay in sight while the styles are scrolled past them."""
    return ' class="photo"' if row.name == PHOTO else ""
