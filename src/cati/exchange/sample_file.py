"""Loads a sample file: CSV or XLSX, row by row, each row whole or refused with the reason.

Reading and checking need no database: `read_sample` alone is a dry run.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from cati.desk import LoadCounts, SampleRow
from cati.errors import InputError

from .csv_lines import csv_lines
from .lines import Line
from .report import LoadReport, Refusal
from .rows import KEY, Columns, check_row
from .xlsx_lines import xlsx_lines

Source = str | Path | BinaryIO
Progress = Callable[[int], None]

_IN_MEMORY = 16 << 20
_EVERY = 1000
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def load_sample_file(
    source: Source,
    load: Callable[[Iterable[SampleRow]], LoadCounts] | None = None,
    *,
    progress: Progress | None = None,
) -> LoadReport:
    """Reads and checks a sample file and hands its good rows to `load`; what became of each row.

    `source`: a path, `-` for standard input, or an open binary file. `load`: usually the desk's `load_sample` with
    its store and study; None is a dry run without a database, which counts every good row as loaded. `progress` is
    called with the number of rows read so far. Raises `InputError` where the file as a whole cannot be used.
    """
    report = LoadReport()
    rows = read_sample(source, report, progress=progress)
    counts = load(rows) if load else LoadCounts(loaded=sum(1 for _ in rows), updated=0, unchanged=0)
    report.loaded, report.unchanged = counts.loaded, counts.unchanged
    report.updated = counts.updated + counts.unchanged
    return report


def read_sample(source: Source, report: LoadReport, *, progress: Progress | None = None) -> Iterator[SampleRow]:
    """The good rows of a sample file, one at a time; `report.read` and `report.refused` grow as they are read.

    Raises `InputError` (before the first row, unless a workbook proves damaged later) for what is no table, an empty
    file, a file without a serial column or with two columns of one name.
    """
    with _seekable(source) as (file, name), closing(_lines(file, name)) as lines:
        header = next((line for line in lines if not line.is_blank()), None)
        if header is None:
            raise InputError(f"{name}: the file is empty. A sample file has a header row with a column called serial.")
        columns = Columns.of_header(header, name)
        rows_by_serial: dict[str, int] = {}
        for line in lines:
            if line.is_blank():
                continue
            report.read += 1
            row = check_row(line, columns, rows_by_serial)
            if isinstance(row, Refusal):
                report.refused.append(row)
            else:
                yield row
            if progress and report.read % _EVERY == 0:
                progress(report.read)
        if progress:
            progress(report.read)


def _lines(file: BinaryIO, name: str) -> Generator[Line, None, None]:
    start = file.read(4)
    if start.startswith(_ZIP):
        return xlsx_lines(file, name)
    if start.startswith(_OLD_OFFICE):
        raise InputError(f"{name}: an old .xls workbook, or one with a password. Save it as XLSX without a password.")
    return csv_lines(file, name, KEY)


@contextmanager
def _seekable(source: Source) -> Iterator[tuple[BinaryIO, str]]:
    """The source as a binary file that can be read twice, and what messages call it."""
    if isinstance(source, str | Path) and str(source) != "-":
        try:
            with Path(source).open("rb") as file:
                yield file, str(source)
        except FileNotFoundError:
            raise InputError(f"{source}: there is no such file.") from None
        except IsADirectoryError:
            raise InputError(f"{source}: this is a folder; name the sample file in it.") from None
        except PermissionError:
            raise InputError(f"{source}: no permission to read this file.") from None
        return
    stream = sys.stdin.buffer if isinstance(source, str | Path) else source
    name = "standard input" if isinstance(source, str | Path) else str(getattr(stream, "name", "sample file"))
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy), name
