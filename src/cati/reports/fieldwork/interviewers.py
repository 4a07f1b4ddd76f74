"""What each interviewer's calls came to, as a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cati.reports.document import Cell, Column, Document, Grid, GridRow, Number
from cati.reports.fieldwork.shared import (
    RATES,
    Heading,
    as_float,
    count_cells,
    count_columns,
    count_json,
    minutes,
    not_counted_json,
    not_counted_lines,
    share,
    spread_json,
)
from cati.reports.plots import Bar, Bars

if TYPE_CHECKING:
    from cati.desk.figures import InterviewerFigures, StatusCount

ALL = "All"
_WHO = Column("interviewer", "Interviewer", numeric=False)
_HOURS = (
    "Hours: from the beginning of each call to its end, and the time between two calls where it is no more than 30 "
    "minutes; longer ones are breaks. Calls without an end are in no hours (column No end); no time is guessed.",
    "Held: interviews completed. Length: of the interviews completed in her calls, first to last answer of each "
    "call added up; in minutes: the lower quartile (p25), the median, the upper quartile (p75).",
    "No answer: of the questions asked in those interviews, screeners and contact details apart, how many "
    "were answered with don't know, prefer not to say or refused.",
    "Appointments: those she made, whoever kept them. Taken back, recoded: calls of hers whose result was withdrawn at "
    "some time, and that were coded to another outcome.",
)
_EXPECTED = (
    "Expected: the completes that her calls would have brought had each gone as such calls go on average: the sum, "
    "over what the case came as and which attempt it was (1, 2, 3, 4 and more), of her calls of that kind × "
    "completes / calls of that kind of all interviewers in the period (indirect standardisation). Ratio: completes "
    "/ expected, with its 95 per cent interval (Byar's approximation): where 1.00 lies in it, chance alone explains "
    "the difference.",
    "First call: nobody had called the case. After a contact, after no contact: by what the call before came to. After "
    "a refusal: any call before was a refusal or break-off. Appointment: one was due or missed.",
)


def interviewers_document(each: Sequence[InterviewerFigures], total: InterviewerFigures, heading: Heading) -> Document:
    """The report for people."""
    everybody = [*each, total]
    grids = (
        _calls(everybody),
        _hours(everybody, each),
        _interviews(everybody),
        _appointments(everybody),
        _mix(everybody),
        _expected(everybody, each),
    )
    notes = (*not_counted_lines(total.not_counted), *RATES, *_HOURS, *_EXPECTED, *heading.kinds_lines())
    return heading.document("Interviewers", grids, notes)


def interviewers_json(
    each: Sequence[InterviewerFigures], total: InterviewerFigures, heading: Heading
) -> dict[str, Any]:
    """The report as data; the keys are described in docs/fieldwork_reports.md."""
    return heading.json({"interviewers": [_json(figures) for figures in each], "total": _json(total)})


def appointments_json(count: StatusCount) -> dict[str, int]:
    """What became of appointments, as data."""
    names = ("made", "kept", "missed", "replaced", "cancelled", "to_come", "overdue", "taken_back")
    return {name: getattr(count, name) for name in names}


def _json(figures: InterviewerFigures) -> dict[str, Any]:
    hours, interval = figures.hours, figures.ratio_interval
    return {
        "interviewer": figures.name or None,
        **count_json(figures.count),
        "hours": hours.worked / 3600,
        "hours_on_calls": hours.on_calls / 3600,
        "calls_without_end": hours.no_end,
        "calls_an_hour": figures.calls_an_hour,
        "completes_an_hour": figures.completes_an_hour,
        "length_seconds": spread_json(figures.lengths),
        "appointments": appointments_json(figures.appointments),
        "questions_asked": figures.asked,
        "questions_unanswered": figures.unanswered,
        "item_nonresponse": figures.unanswered / figures.asked if figures.asked else None,
        "taken_back": figures.corrected.taken_back,
        "recoded": figures.corrected.recoded,
        "not_counted": not_counted_json(figures.not_counted),
        "came_as": dict(figures.came),
        "expected_completes": figures.expected,
        "completes_to_expected": as_float(figures.ratio),
        "completes_to_expected_interval": None if interval is None else list(interval),
    }


def _name(figures: InterviewerFigures) -> str:
    return figures.name or ALL


def _row(figures: InterviewerFigures, *cells: Cell) -> GridRow:
    return GridRow((_name(figures), *cells), 1 if figures.id else 0)


def _calls(everybody: Sequence[InterviewerFigures]) -> Grid:
    rows = tuple(_row(figures, *count_cells(figures.count)) for figures in everybody)
    return Grid("Calls", (_WHO, *count_columns()), rows)


def _hours(everybody: Sequence[InterviewerFigures], each: Sequence[InterviewerFigures]) -> Grid:
    columns = (
        _WHO,
        Column("hours", "Hours"),
        Column("hours_on_calls", "On calls"),
        Column("calls_an_hour", "Calls an hour"),
        Column("completes_an_hour", "Completes an hour"),
        Column("calls_without_end", "No end"),
    )
    rows = tuple(
        _row(
            figures,
            Number(figures.hours.worked / 3600, 1),
            Number(figures.hours.on_calls / 3600, 1),
            Number(figures.calls_an_hour, 1),
            Number(figures.completes_an_hour, 2),
            figures.hours.no_end,
        )
        for figures in everybody
    )
    bars = tuple(
        Bar(_name(figures), figures.completes_an_hour or 0.0, str(Number(figures.completes_an_hour, 2)))
        for figures in each
    )
    return Grid("Hours", columns, rows, plots=(Bars("Completes an hour", bars),))


def _interviews(everybody: Sequence[InterviewerFigures]) -> Grid:
    columns = (
        _WHO,
        Column("interviews", "Held"),
        Column("length_p25", "Length, p25"),
        Column("length_median", "Length, median"),
        Column("length_p75", "Length, p75"),
        Column("asked", "Asked", data_only=True),
        Column("item_nonresponse", "No answer"),
        Column("taken_back", "Taken back"),
        Column("recoded", "Recoded"),
        Column("not_counted", "Not counted"),
    )
    rows = tuple(
        _row(
            figures,
            figures.count.completes,
            minutes(figures.lengths.p25),
            minutes(figures.lengths.median),
            minutes(figures.lengths.p75),
            figures.asked,
            share(figures.unanswered, figures.asked),
            figures.corrected.taken_back,
            figures.corrected.recoded,
            figures.not_counted.all,
        )
        for figures in everybody
    )
    return Grid("Interviews and corrections", columns, rows)


def _appointments(everybody: Sequence[InterviewerFigures]) -> Grid:
    columns = (
        _WHO,
        Column("made", "Made"),
        Column("kept", "Kept"),
        Column("missed", "Missed"),
        Column("kept_rate", "Kept of kept and missed"),
        Column("other", "Replaced, cancelled, to come, overdue"),
    )
    rows = []
    for figures in everybody:
        count = figures.appointments
        settled = count.kept + count.missed
        other = count.made - settled
        rows.append(_row(figures, count.made, count.kept, count.missed, share(count.kept, settled), other))
    return Grid("Appointments they made", columns, tuple(rows))


def _mix(everybody: Sequence[InterviewerFigures]) -> Grid:
    from cati.desk.figures import CAME, CAME_LABELS

    columns = (_WHO, *(Column(came, CAME_LABELS[came]) for came in CAME))
    rows = tuple(_row(figures, *(figures.came[came] for came in CAME)) for figures in everybody)
    return Grid("The cases they were given, as what they came", columns, rows)


def _expected(everybody: Sequence[InterviewerFigures], each: Sequence[InterviewerFigures]) -> Grid:
    columns = (
        _WHO,
        Column("completes", "Completes"),
        Column("expected", "Expected"),
        Column("ratio", "Ratio"),
        Column("ratio_low", "from"),
        Column("ratio_high", "to"),
    )
    rows = []
    for figures in everybody:
        low, high = figures.ratio_interval or (None, None)
        ratios = (Number(figures.expected, 1), Number(figures.ratio), Number(low), Number(high))
        rows.append(_row(figures, figures.count.completes, *ratios))
    bars = tuple(Bar(_name(one), one.ratio or 0.0, str(Number(one.ratio))) for one in each)
    return Grid(
        "Completes beside those expected of their cases", columns, tuple(rows),
        plots=(Bars("Completes / expected of her cases (1.00: as all together)", bars),),
    )  # fmt: skip
