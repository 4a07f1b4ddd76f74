"""What the columns of an online file mean besides the answers, and the check of each row against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cati.desk import OnlineRow
from cati.desk.online import AHEAD
from cati.desk.online_status import COMPLETE, OPTED_OUT, PARTIAL, Status
from cati.fieldwork.clock import DoubtfulTimeError, exact_instant

from .columns import SERIAL, Columns, RefusedError, check_readable, link_of, serial_of
from .lines import Line
from .online_columns import AnswerColumns, Misread, own_name

if TYPE_CHECKING:
    from cati.questionnaire.program import Program

STATUS, AT, LINK = "status", "at", "link"
NEEDED = (SERIAL, STATUS)
# Of a response of the open link, which belongs to no case that has them.
_FACTS = ("region", "ofsted")
_KNOWN = (*NEEDED, AT, LINK, *_FACTS)
_FIRST_YEAR = 2000  # what is older is a broken date: a spreadsheet's zero is in 1899

# In any case, with blanks or hyphens for the underscore, and with a d at the end of complete.
_STATUSES: Mapping[str, Status] = {
    COMPLETE: COMPLETE,
    PARTIAL: PARTIAL,
    "part_complete": PARTIAL,
    OPTED_OUT: OPTED_OUT,
    "opt_out": OPTED_OUT,
}


def spelling(name: str, program: Program) -> str:
    """The names of known columns and of items whatever their case; all others as they stand."""
    return name.lower() if name.lower() in _KNOWN else own_name(name, program)


@dataclass(frozen=True, slots=True)
class When:
    """The time of a row, None where it has none; the cell as it stands, and what is to be said of it, if anything."""

    at: datetime | None
    cell: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class OnlineColumns:
    """The columns of an online file, and by what its times are read: the study's time zone, and the present."""

    columns: Columns
    answers: AnswerColumns
    zone: ZoneInfo
    now: datetime

    @classmethod
    def of(cls, columns: Columns, program: Program, zone: ZoneInfo, now: datetime) -> OnlineColumns:
        """The columns of a header, for a questionnaire in its online form."""
        others = [name for name in columns.names if name and name not in _KNOWN]
        return cls(columns, AnswerColumns.of(others, program), zone, now)

    def read(self, line: Line) -> tuple[OnlineRow, When, list[Misread]]:
        """A row, its time, and those of its answers that no question can take. Raises RefusedError for one not to be
        taken in."""
        cells = self.columns.cells(line)
        serial = serial_of(cells[SERIAL])
        for name in _KNOWN:
            check_readable(name, cells.get(name, ""))
        status = _status(cells[STATUS])
        when = self._when(cells.get(AT, ""))
        link = _link(cells)
        if not serial:
            _check_open(cells, link, status)
        answers, misread = self.answers.read(cells)
        region, ofsted = (str(cells.get(name, "")) for name in _FACTS)
        return OnlineRow(line.number, serial, status, when.at, region, ofsted, answers), when, misread

    def _when(self, cell: str) -> When:
        if not cell:
            return When(None, cell, "blank: the time of its first loading is taken")
        try:
            first, moment = self._readings(datetime.fromisoformat(str(cell)))
        except DoubtfulTimeError as error:
            raise RefusedError(AT, cell, f"{error.why}; add an offset, such as +00:00") from None
        except (ValueError, OverflowError):
            why = "not a time as ISO 8601 writes it, such as 2019-11-19T14:02 or 2019-11-19T14:02Z"
            raise RefusedError(AT, cell, why) from None
        if first > self.now + AHEAD:
            raise RefusedError(AT, cell, f"it is in the future: now is {self.now.astimezone(self.zone):%Y-%m-%dT%H:%M}")
        if moment.year < _FIRST_YEAR:
            raise RefusedError(AT, cell, f"it is before the year {_FIRST_YEAR}")
        if first < moment:
            return When(moment, cell, "it comes twice, for the clocks go back then; the later is taken")
        if moment > self.now:
            return When(moment, cell, "it is a little ahead of the clock here; the time of loading is taken")
        return When(moment, cell)

    def _readings(self, moment: datetime) -> tuple[datetime, datetime]:
        """A time as an instant; twice, or where it comes twice on the wall, the earlier and the later."""
        if moment.tzinfo is not None:
            return (moment.astimezone(UTC),) * 2
        try:
            return (exact_instant(moment, self.zone),) * 2
        except DoubtfulTimeError:
            first, second = (moment.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
            if second < first:  # it never comes
                raise
            return first, second


def _status(cell: str) -> Status:
    word = "_".join(str(cell).lower().replace("-", " ").replace("_", " ").split())
    status = _STATUSES.get(word) or _STATUSES.get(word.removesuffix("d"))
    if status is None:
        said = "the status is blank" if not cell else "this is no status"
        raise RefusedError(STATUS, cell, f"{said}; it is {COMPLETE}, {PARTIAL} or {OPTED_OUT}")
    return status


def _link(cells: Mapping[str, str]) -> str:
    cell = str(cells.get(LINK, ""))
    try:
        return link_of(cell)
    except ValueError as error:
        raise RefusedError(LINK, cell, str(error)) from None


def _check_open(cells: Mapping[str, str], link: str, status: Status) -> None:
    """Whether a row may go without a serial: only a response of the open link is nobody's."""
    if link != "open":
        why = "the serial is blank, which it may be only of a response of the open link (link: open)"
        raise RefusedError(SERIAL, cells[SERIAL], why)
    if status == OPTED_OUT:
        why = "whoever came by the open link is in no sample, and cannot opt out of it; a serial would say whose it is"
        raise RefusedError(STATUS, cells[STATUS], why)
