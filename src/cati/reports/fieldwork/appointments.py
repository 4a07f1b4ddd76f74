"""Appointments, as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cati.reports.document import Cell, Column, Document, Grid, GridRow
from cati.reports.fieldwork.interviewers import appointments_json
from cati.reports.fieldwork.shared import NONE, Heading, minutes, share, spread_json

if TYPE_CHECKING:
    from cati.desk.figures import AppointmentFigures, StatusCount

_DEFINITION = (
    "Appointments made in the period, by what has become of them. Kept: a call began no later than the grace after its "
    "time (hard: that of the calling rules; soft: an hour). Missed: the call came later. Replaced: called before its "
    "time, and another one made, or moved by a supervisor. Cancelled: the case needs no call any more, or a supervisor "
    "cancelled it. Overdue: the time has passed and no call came yet. An appointment whose result was taken back was "
    "not made; it is counted apart.",
    "Lateness: from the time agreed to the beginning of the call that kept or missed it, in minutes; within a stretch "
    "of time 0; less than 0: the call came before.",
)


def appointments_document(figures: AppointmentFigures, heading: Heading) -> Document:
    """The report for people."""
    total = _total(list(figures.kinds.values()))
    rows = [*((kind.capitalize(), count) for kind, count in figures.kinds.items()), ("All", total)]
    grids = [_statuses("By kind", "kind", rows), _lateness(figures)]
    if heading.by is not None:
        by = [(value or NONE, count) for value, count in figures.by.items()]
        grids.append(_statuses(f"By {heading.by}", heading.by, by))
    return heading.document("Appointments", tuple(grids), _DEFINITION)


def appointments_report_json(figures: AppointmentFigures, heading: Heading) -> dict[str, Any]:
    """The report as data; lateness in seconds."""
    by = {
        "variable": heading.by,
        "values": [{"value": value, **appointments_json(count)} for value, count in figures.by.items()],
    }
    return heading.json(
        {
            "kinds": [
                {"kind": kind, **appointments_json(count), "lateness_seconds": spread_json(figures.lateness[kind])}
                for kind, count in figures.kinds.items()
            ],
            "total": appointments_json(_total(list(figures.kinds.values()))),
            **({} if heading.by is None else {"by": by}),
        }
    )


def _total(counts: list[StatusCount]) -> StatusCount:
    first, *others = counts
    for other in others:
        first = first + other
    return first


def _statuses(name: str, first: str, rows: list[tuple[str, StatusCount]]) -> Grid:
    columns = (
        Column(first, first.capitalize(), numeric=False),
        Column("made", "Made"),
        Column("kept", "Kept"),
        Column("missed", "Missed"),
        Column("kept_rate", "Kept of kept and missed"),
        Column("replaced", "Replaced"),
        Column("cancelled", "Cancelled"),
        Column("to_come", "To come"),
        Column("overdue", "Overdue"),
        Column("taken_back", "Taken back"),
    )
    return Grid(name, columns, tuple(GridRow((label, *_cells(count)), 1) for label, count in rows))


def _cells(count: StatusCount) -> tuple[Cell, ...]:
    return (
        count.made,
        count.kept,
        count.missed,
        share(count.kept, count.kept + count.missed),
        count.replaced,
        count.cancelled,
        count.to_come,
        count.overdue,
        count.taken_back,
    )


def _lateness(figures: AppointmentFigures) -> Grid:
    names = (("p10", "p10"), ("p25", "p25"), ("median", "Median"), ("p75", "p75"), ("p90", "p90"))
    columns = (
        Column("kind", "Kind", numeric=False),
        Column("called", "Called"),
        *(Column(key, f"{label}, minutes late") for key, label in names),
    )
    rows = tuple(
        GridRow((kind.capitalize(), late.n, *(minutes(getattr(late, key)) for key, _ in names)), 1)
        for kind, late in figures.lateness.items()
    )
    return Grid("Lateness of the call", columns, rows)
