"""An Excel workbook for people: codes, labels and the codebook, a sheet each. No cell is ever a formula."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cati.errors import InputError
from cati.exchange.codebook import Variable
from cati.exchange.export.delimited import CODEBOOK_COLUMNS, codebook_rows
from cati.exchange.export.needing import needed
from cati.exchange.export.table import Table, Trouble

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS, MOST_COLUMNS = 1_048_575, 16_384
LONGEST_CELL = 32_767
_FIRST_ROW = 2  # the first holds the names


def write_xlsx(table: Table, path: Path) -> list[Trouble]:
    """Writes the workbook; what of the data it does not hold whole.

    Raises InputError where the package that writes it is missing, and where Excel has not as many rows or columns.
    """
    openpyxl = needed("openpyxl", "xlsx", "xlsx")
    if table.rows > MOST_ROWS or len(table.codebook.variables) > MOST_COLUMNS:
        raise InputError(
            f"A sheet of Excel has {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns; this export has {table.rows:,} "
            f"interviews and {len(table.codebook.variables):,} variables. Choose another --format, such as csv."
        )
    book = openpyxl.Workbook(write_only=True)
    troubles: list[Trouble] = []
    names = [variable.name for variable in table.codebook.variables]
    ids = table.column("SurveyID")

    def cut(variable: Variable, at: int, text: str) -> str:
        # Excel counts UTF-16, where some characters are two
        if 2 * len(text) > LONGEST_CELL and len(text.encode("utf-16-le")) > 2 * LONGEST_CELL:
            what = f"cut to the {LONGEST_CELL:,} characters that a cell of Excel takes; the other formats have it whole"
            troubles.append(Trouble(variable.name, what, ids[at], "xlsx"))
            return text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")
        return text

    _sheet(book.create_sheet("Data"), names, _rows(table, lambda _, value: value, cut))
    seen = len(troubles)
    _sheet(book.create_sheet("Labels"), names, _rows(table, _labelled, cut))
    del troubles[seen:]  # said of the first sheet
    _sheet(book.create_sheet("Codebook"), CODEBOOK_COLUMNS, codebook_rows(table.codebook))
    _save(book, path)
    return troubles


def _save(book: Any, path: Path) -> None:
    """Saves the workbook. Where the disk fails, that is told alone: not what the half-written parts have to say of it
    when they are dropped."""
    told = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        book.save(path)
    except OSError as error:
        failed = OSError(error.errno, error.strerror)
        chain: BaseException | None = error
        while chain is not None:
            chain.__traceback__ = None  # its frames hold the parts
            chain = chain.__context__
        book._sheets.clear()
        del error
        gc.collect()
        raise failed from None
    finally:
        sys.unraisablehook = told


def _sheet(sheet: WriteOnlyWorksheet, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    sheet.freeze_panes = f"B{_FIRST_ROW}"
    bold = Font(bold=True)
    heading = []
    for name in header:
        cell = WriteOnlyCell(sheet, name)
        cell.font = bold
        heading.append(cell)
    sheet.append(heading)
    for row in rows:
        cells: list[Any] = []
        for value in row:
            if isinstance(value, str) and value[:1] in _SIGNS:
                cell = WriteOnlyCell(sheet, value)
                cell.data_type = "s"  # whatever it begins with
                cells.append(cell)
            else:
                cells.append(value if value != "" else None)
        sheet.append(cells)


_SIGNS = ("=", "+", "-", "@", "#")


def _rows(
    table: Table, shown: Callable[[Variable, Any], Any], cut: Callable[[Variable, int, str], str]
) -> Iterator[list[Any]]:
    variables = table.codebook.variables
    for at in range(table.rows):
        values = (shown(variable, column[at]) for variable, column in zip(variables, table.columns, strict=True))
        yield [
            cut(variable, at, value) if isinstance(value, str) else value
            for variable, value in zip(variables, values, strict=True)
        ]


def _labelled(variable: Variable, value: Any) -> Any:
    if variable.kind == "text":
        return next((code.label for code in variable.codes if str(code.value) == value), value)
    if variable.kind == "moment":
        return value
    return variable.labels.get(value, value)
