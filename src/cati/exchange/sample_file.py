"""Loads a sample file: CSV or XLSX, row by row, each row whole or refused with the reason.

Reading and checking need no database: `read_sample` alone is a dry run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cati.desk import LoadCounts, SampleRow, would_load

from .columns import SERIAL, Columns
from .report import LoadReport, Refusal
from .rows import check_phone_columns, check_row, spelling
from .table_file import EVERY, Progress, Source, table_lines


def load_sample_file(
    source: Source,
    load: Callable[[Iterable[SampleRow]], LoadCounts] | None = None,
    *,
    progress: Progress | None = None,
) -> LoadReport:
    """Reads and checks a sample file and hands its good rows to `load`; what became of each row.

    `source`: a path, `-` for standard input, or an open binary file. `load`: usually the desk's `load_sample` with
    its store and study; None is a dry run without a database, as if into an empty one. `progress` is
    called with the number of rows read so far. Raises `InputError` where the file as a whole cannot be used.
    """
    report = LoadReport()
    rows = read_sample(source, report, progress=progress)
    counts = (load or would_load)(rows)
    report.loaded, report.unchanged = counts.loaded, counts.unchanged
    report.updated = counts.updated + counts.unchanged
    report.held, report.batches = counts.held, counts.batches
    report.opted_out = counts.opted_out
    return report


def read_sample(source: Source, report: LoadReport, *, progress: Progress | None = None) -> Iterator[SampleRow]:
    """The good rows of a sample file, one at a time; `report.read` and `report.refused` grow as they are read.

    Raises `InputError` (before the first row, unless a workbook proves damaged later) for what is no table, an empty
    file, a file without a serial column, with two columns of one name or with too many of numbers.
    """
    with table_lines(source, what="sample", key=SERIAL) as (lines, name):
        columns = Columns.of_header(next(lines), name, what="sample", spelling=spelling)
        check_phone_columns(columns, name)
        report.columns = columns.named
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
            if progress and report.read % EVERY == 0:
                progress(report.read)
        if progress:
            progress(report.read)
