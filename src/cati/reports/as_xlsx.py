"""A report as an Excel workbook: a sheet a grid, real numbers, a heading that stays in view, ready to print."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, cast

from cati.errors import InputError
from cati.reports.document import Cell, Difference, Document, Grid, Number, Percent, visible

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

_EXACT_IN_A_DOUBLE = 2**53


def to_xlsx(document: Document) -> bytes:
    """The workbook's bytes. Raises InputError where the optional package that writes workbooks is not installed."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise InputError(
            "an .xlsx file is written with the package openpyxl, which is not installed: "
            "pip install 'cati[xlsx]', or choose --format csv"
        ) from None
    book = Workbook()
    book.remove(book.worksheets[0])
    names: set[str] = set()
    for grid in document.grids:
        sheet = book.create_sheet(_sheet_name(grid.name or "Report", names))
        _fill(sheet, document, grid)
    book.properties.title = visible(document.title)
    book.properties.creator = "cati"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 characters, none of `[]:*?/\\`, no quote at the ends, no two alike in any case."""
    clean = "".join(" " if character in "[]:*?/\\" else character for character in visible(wanted)).strip(" '")
    name, number = clean[:31] or "Report", 2
    while name.casefold() in taken:
        ending = f" ({number})"
        name, number = clean[: 31 - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name


def _fill(sheet: Worksheet, document: Document, grid: Grid) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    columns = list(grid.printed())
    title = f"{document.title} – {grid.name}" if grid.name else document.title
    _text(_at(sheet, 1, 1), title).font = Font(bold=True, size=13)
    heading = 3
    for place, (_, column) in enumerate(columns, start=1):
        cell = _text(_at(sheet, heading, place), column.label)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal="right" if column.numeric else "left")
        cell.border = Border(bottom=Side(style="thin"))
    stands_out = any(row.depth > 1 for row in grid.rows)
    fonts = {bold: Font(bold=bold) for bold in (False, True)}
    aligned: dict[tuple[bool, int], Alignment] = {}  # one for all cells alike: a sheet may have thousands of rows
    for line, row in enumerate(grid.rows, start=heading + 1):
        for place, (i, column) in enumerate(columns, start=1):
            cell = _value(_at(sheet, line, place), row.cells[i])
            indent = row.depth if place == 1 else 0
            if (column.numeric, indent) not in aligned:
                aligned[column.numeric, indent] = Alignment(
                    horizontal="right" if column.numeric else "left",
                    indent=indent,
                    vertical="top",
                    wrap_text=not column.numeric,
                )
            cell.alignment = aligned[column.numeric, indent]
            cell.font = fonts[row.depth <= 1 and stands_out]
    below = heading + len(grid.rows) + 2
    for line, note in enumerate((*grid.notes, *document.notes), start=below):
        _text(_at(sheet, line, 1), note)
    _set_up(sheet, grid, heading)


def _set_up(sheet: Worksheet, grid: Grid, heading: int) -> None:
    """Widths, the frozen heading, and the page: one wide, the heading repeated, the sheet's name and page below."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    for place, (i, column) in enumerate(grid.printed()):
        longest = max((len(str(row.cells[i])) + 2 * row.depth for row in grid.rows), default=0)
        sheet.column_dimensions[get_column_letter(place + 1)].width = (
            16 if column.numeric else min(max(longest + 4, 16), 70)
        )
    sheet.freeze_panes = f"B{heading + 1}"
    sheet.print_title_rows = f"{heading}:{heading}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("&P / &N"))


def _value(cell: SheetCell, value: Cell) -> SheetCell:
    if isinstance(value, str):
        return _text(cell, value)
    if isinstance(value, Percent) and value.rounded is not None and value.value is not None:
        cell.value = float(value.rounded if value.places == 0 else value.value)
        cell.number_format = "0%" if value.places == 0 else f"0.{'0' * value.places}%"
        return cell
    if isinstance(value, Number) and value.value is not None:
        cell.value = float(value.value)
        cell.number_format = f"#,##0.{'0' * value.places}" if value.places else "#,##0"
        return cell
    if isinstance(value, Difference):
        cell.value = value.n
        cell.number_format = "+#,##0;-#,##0;0"
        return cell
    if isinstance(value, int):
        if value >= _EXACT_IN_A_DOUBLE:  # Excel would change its last digits
            return _text(cell, f"{value:,}")
        cell.value = value
        cell.number_format = "#,##0"
        return cell
    return _text(cell, value.missing if isinstance(value, Percent | Number) else "-")


def _text(cell: SheetCell, text: str) -> SheetCell:
    """Text stays text, also where it begins like a formula."""
    cell.value = visible(text)
    cell.data_type = "s"
    return cell


def _at(sheet: Worksheet, row: int, column: int) -> SheetCell:
    """A cell; no cell of these sheets is merged."""
    return cast("SheetCell", sheet.cell(row, column))
