"""Loads a file of the online survey: CSV or XLSX, row by row, each row whole or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.desk import OnlineCounts, OnlineRow

from .columns import SERIAL, Columns, RefusedError
from .online_columns import Misread
from .online_rows import AT, NEEDED, OnlineColumns, When, spelling
from .report import Refusal
from .table_file import EVERY, Progress, Source, table_lines

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(slots=True)
class Note:
    """Something to know that refused no row: of a column, in `n` rows (0: of the column itself).

    `row`, `value`: of the first of those rows; 0 and empty where it is of none.
    """

    column: str
    why: str
    n: int = 0
    row: int = 0
    value: str = ""


@dataclass(slots=True)
class OnlineReport:
    """Rows read, and what became of each: `read == loaded + unchanged + len(refused)`. Blank rows are not counted.

    `open_link`: those of the loaded that are responses of the open link; `closed`: cases that became final.
    """

    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    open_link: int = 0
    closed: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The report as `cati online load --json` prints it."""
        return asdict(self)


def load_online_file(
    source: Source,
    study: Study,
    load: Callable[[Iterable[OnlineRow]], OnlineCounts],
    *,
    now: datetime,
    progress: Progress | None = None,
) -> OnlineReport:
    """Reads and checks an online file and hands its good rows to `load`; what became of each row.

    `source`: a path, `-` for standard input, or an open binary file. `load`: usually the desk's `load_online` with its
    store and study. `now`: no row may be much later. `progress` is called with the number of rows read so far. Raises
    `InputError` where the file as a whole cannot be used.
    """
    report = OnlineReport()
    counts = load(read_online(source, study, report, now=now, progress=progress))
    report.loaded, report.unchanged = counts.loaded, counts.unchanged
    report.open_link, report.closed = counts.open_link, counts.closed
    report.refused += [Refusal.of(row.row, SERIAL, row.serial, _why_unknown(row.serial)) for row in counts.unknown]
    report.refused.sort(key=lambda one: one.row)
    why = "completed online, but already interviewed by telephone: that interview counts"
    report.notes += [Note(SERIAL, why, 1, row.row, row.serial) for row in counts.interviewed]
    gone = "its data was erased; the row is left out"
    report.notes += [Note(SERIAL, gone, 1, row.row, row.serial) for row in counts.erased]
    report.notes += [
        Note(SERIAL, f"complete, but its answers end as: {label}; recorded as that", 1, row.row, row.serial)
        for row, label in counts.otherwise
    ]
    return report


def read_online(
    source: Source, study: Study, report: OnlineReport, *, now: datetime, progress: Progress | None = None
) -> Iterator[OnlineRow]:
    """The good rows of an online file, one at a time; `report` grows as they are read.

    Raises `InputError` (before the first row, unless a workbook proves damaged later) for what is no table, an empty
    file, a file without the columns serial and status or with two columns of one name.
    """
    program = study.program("online")
    with table_lines(source, what="online", key=SERIAL) as (lines, name):
        header = Columns.of_header(
            next(lines), name, what="online", spelling=lambda name: spelling(name, program), needed=NEEDED
        )
        columns = OnlineColumns.of(header, program, study.timezone, now)
        notes = _Notes(report, columns)
        for line in lines:
            if line.is_blank():
                continue
            report.read += 1
            try:
                row, when, misread = columns.read(line)
            except RefusedError as refused:
                report.refused.append(Refusal.of(line.number, refused.column, refused.value, refused.why))
            else:
                notes.of_row(row, when, misread)
                yield row
            if progress and report.read % EVERY == 0:
                progress(report.read)
        if progress:
            progress(report.read)


class _Notes:
    """What is noted of a file: each thing once, with how many rows it is said of and the first of them."""

    def __init__(self, report: OnlineReport, columns: OnlineColumns) -> None:
        self._notes = report.notes
        self._counted: dict[tuple[str, str], Note] = {}
        for column in columns.answers.strangers:
            self._notes.append(Note(column, "no item of the questionnaire; kept with the response as it is"))
        for column in columns.answers.telephone:
            self._notes.append(Note(column, "never asked online; kept with the response as it is"))

    def of_row(self, row: OnlineRow, when: When, misread: list[Misread]) -> None:
        if when.remark:
            self._count(AT, row, when.cell, when.remark, when.remark)
        for one in misread:
            self._count(one.column, row, one.value, f"not understood, kept as it is: {one.why}")

    def _count(self, column: str, row: OnlineRow, value: str, why: str, what: str = "") -> None:
        note = self._counted.get((column, what))
        if note is None:
            cut = Refusal.of(row.row, column, value, why)
            note = self._counted[column, what] = Note(column, why, 0, row.row, cut.value)
            self._notes.append(note)
        note.n += 1


def _why_unknown(serial: str) -> str:
    whole, point, zeros = serial.partition(".")
    if point and whole.isdigit() and not zeros.strip("0"):
        return f"no case of the sample has this serial; a program wrote it as a number with a fraction: is it {whole}?"
    return "no case of the sample has this serial; serials are as in the sample file"
