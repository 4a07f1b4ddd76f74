"""XLSX sheets as lines of cells. openpyxl is an extra, and loads only when such a file is read."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from cati.errors import InputError

from .lines import Doubtful, Line

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_CHUNK = 1 << 20
_EXACT_DIGITS = 10**15  # beyond, Excel has rounded: it keeps fifteen digits


def xlsx_lines(file: BinaryIO, name: str, called: str) -> Generator[Line, None, None]:
    """The rows of the one visible sheet that holds anything, or of the sheet `called` so.

    Raises `InputError` where openpyxl is missing, the file is damaged or no XLSX, or several sheets hold data.
    """
    formulas = _has_formulas(file, name)
    values = _open(file, name, values=True)
    sheet = _sheet_name(values, name, called)
    if not formulas:
        plain = (
            Line(number, [_text(cell) for cell in row]) for number, row in enumerate(_rows(values, sheet), start=1)
        )
        yield from _as_wide_as_the_header(plain)
        return
    # Read twice, side by side: only the formulas tell an empty cell from one whose result was never calculated.
    written = _open(file, name, values=False)
    pairs = zip(_rows(values, sheet), _rows(written, sheet), strict=True)
    yield from _as_wide_as_the_header(
        Line(number, [_result(value, source) for value, source in zip(row, sources, strict=True)])
        for number, (row, sources) in enumerate(pairs, start=1)
    )


def _as_wide_as_the_header(lines: Iterable[Line]) -> Iterator[Line]:
    """A sheet ends each row at its last cell: the empty ones up to the last column are put back."""
    width = 0
    for line in lines:
        if not width and not line.is_blank():
            width = len(line.cells)
        line.cells.extend([""] * (width - len(line.cells)))
        yield line


def _has_formulas(file: BinaryIO, name: str) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = [entry for entry in archive.namelist() if re.match(r"xl/worksheets/[^/]+\.xml$", entry)]
            if not members:
                raise InputError(f"{name}: not an Excel workbook. Save it as XLSX or as CSV UTF-8 and load that.")
            return any(_contains_formula(archive, member) for member in members)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{name}: the workbook is damaged or protected ({error}). Save it again as XLSX.") from None


def _contains_formula(archive: zipfile.ZipFile, member: str) -> bool:
    tail = b""
    with archive.open(member) as sheet:
        while chunk := sheet.read(_CHUNK):
            if re.search(rb"<f[ >/]", tail + chunk):
                return True
            tail = chunk[-3:]
    return False


def _open(file: BinaryIO, name: str, *, values: bool) -> Workbook:
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            f"{name}: reading XLSX needs an extra: pip install 'cati[xlsx]'. Or save the sheet as CSV UTF-8."
        ) from None
    file.seek(0)
    try:
        return openpyxl.load_workbook(file, read_only=True, data_only=values)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise InputError(f"{name}: the workbook cannot be read ({error}). Save it again as XLSX.") from None


def _sheet_name(workbook: Workbook, name: str, called: str) -> str:
    visible = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    for title in visible:
        if title.strip().lower() == called:
            return title
    filled = [title for title in visible if any(_filled(row) for row in _rows(workbook, title))]
    if len(filled) > 1:
        raise InputError(
            f"{name}: several sheets hold data ({', '.join(filled)}). "
            f'Name the one to load "{called}", or delete or hide the others.'
        )
    return (filled or visible or [sheet.title for sheet in workbook.worksheets])[0]


def _filled(row: tuple[Any, ...]) -> bool:
    return any(cell.value is not None for cell in row)


def _rows(workbook: Workbook, title: str) -> Iterator[tuple[Any, ...]]:
    sheet = workbook[title]
    # The size that a file states for its sheet is often wrong; without it the rows themselves are read.
    sheet.reset_dimensions()
    yield from sheet.iter_rows()


def _result(value: Any, source: Any) -> str:
    if value.value is not None or source.value is None:
        return _text(value)
    return Doubtful(str(source.value), "a formula whose result is not in the file; open it in Excel and save it again")


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            return Doubtful(value, "an error value; correct the cell")
        return value
    if isinstance(value, bool):
        return Doubtful("TRUE" if value else "FALSE", "Excel made it TRUE or FALSE", in_keys_only=True)
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        text = value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
        return Doubtful(
            text.removesuffix(" 00:00:00"), "Excel made a date of it; format the column as text", in_keys_only=True
        )
    return str(value)


def _number(value: float, number_format: str) -> str:
    whole = isinstance(value, int) or value.is_integer()
    text = str(int(value)) if whole else repr(value)
    if abs(value) >= _EXACT_DIGITS:
        return Doubtful(text, "Excel keeps only 15 digits of a number; format the column as text", in_keys_only=True)
    if whole and value >= 0 and re.fullmatch(r"0+", number_format):
        return text.zfill(len(number_format))  # shown with leading zeros, so they were meant
    return text
