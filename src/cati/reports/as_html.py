"""A report as one self-contained HTML page that also prints well."""

from __future__ import annotations

from html import escape

from cati.reports.document import Document, Grid, cell_text, visible
from cati.reports.plots_svg import plot_svg

_STYLE = """
body { font: 16px/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ccc }
thead th { border-bottom: 2px solid #1a1a1a; vertical-align: bottom }
tbody th { font-weight: normal } .depth0 > *, .depth1 > * { font-weight: 600 }
.number { text-align: right; white-space: nowrap }
figure { margin: 1rem 0; break-inside: avoid } figcaption { font-weight: 600 } svg { width: 100%; height: auto }
.notes { margin-top: 1.5rem; font-size: .875rem } .notes p { margin: .2rem 0 }
@media print { body { margin: 0; max-width: none } section { break-inside: avoid }
  thead { display: table-header-group } }
"""


def to_html(document: Document) -> str:
    """The report as a page; nothing is fetched from elsewhere and no data can act as markup."""
    title = _plain(document.title)
    sections = "\n".join(_section(grid) for grid in document.grids)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{sections}\n{_notes(document.notes)}</main>\n</body>\n</html>\n"
    )


def _section(grid: Grid) -> str:
    heading = f"<h2>{_plain(grid.name)}</h2>\n" if grid.name else ""
    heads = "".join(
        f'<th scope="col"{_class(column.numeric)}>{_plain(column.label)}</th>' if column.label else "<td></td>"
        for _, column in grid.printed()
    )
    rows = []
    for row in grid.rows:
        cells = []
        for place, (i, column) in enumerate(grid.printed()):
            text = _plain(cell_text(row.cells[i]))
            if place == 0:
                cells.append(f'<th scope="row" style="padding-left:{0.6 + 1.2 * row.depth:g}rem">{text}</th>')
            else:
                cells.append(f"<td{_class(column.numeric)}>{text}</td>")
        rows.append(f'<tr class="depth{row.depth}">{"".join(cells)}</tr>')
    body = "\n".join(rows)
    plots = "".join(plot_svg(plot) for plot in grid.plots)
    table = f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
    if not grid.rows:
        table = f"<p>{_plain(grid.empty)}</p>\n"
    return f"<section>\n{heading}{plots}{table}{_notes(grid.notes)}</section>"


def _notes(notes: tuple[str, ...]) -> str:
    if not notes:
        return ""
    return '<div class="notes">' + "".join(f"<p>{_plain(note)}</p>" for note in notes) + "</div>\n"


def _class(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def _plain(text: str) -> str:
    return escape(visible(text))
