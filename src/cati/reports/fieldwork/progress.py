"""How fieldwork goes and where it is likely to end, as a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cati.fieldwork.clock import day_name
from cati.fieldwork.forecast import Forecast, NoForecast
from cati.reports.document import Cell, Column, Document, Grid, GridRow, Number, Percent
from cati.reports.fieldwork.shared import NONE, Heading, as_float, day_cells, day_columns, percent, share
from cati.reports.plots import Bar, Bars, Curve

if TYPE_CHECKING:
    from cati.desk.figures import DayProgress, GroupProgress, ProgressFigures
    from cati.outcomes import RateValue

_DEFINITION = (
    "Issued: cases by the day on which they were issued, as the sample is issued now. Completed: cases completed by "
    "telephone, by the day of the call that first did. Calls: those whose result stands. The rates are those of the "
    "outcome table as of the end of the day, worked out from what each case had come to by then.",
)
_FORECAST = (
    "Forecast: of each attempt (the first call to a case, the second …), the share of the cases that had it that "
    "were completed by it, and that closed otherwise; applied to the live sample over the open hours left, with "
    "calls an hour as in the last 14 calling days, the cases called least often first, each at most once a day. "
    "Range: the middle 95 of 100 of 500 plays, cases and days drawn anew in each (bootstrap); attempts that fewer "
    "than 30 cases have had are taken to bring between nothing and what the last known ones brought. Sample not "
    "issued yet is not in it.",
)


@dataclass(frozen=True, slots=True)
class _Week:
    """A week, Monday to Sunday, of the days shown."""

    monday: date
    days: tuple[DayProgress, ...]


_NOBODY = "Nobody has been issued yet."


def progress_document(figures: ProgressFigures, heading: Heading) -> Document:
    """The report for people."""
    grids = [_weeks_grid(figures), _days_grid(figures)]
    grids += [_group_grid(name, groups) for name, groups in figures.groups.items()]
    if isinstance(figures.forecast, Forecast):
        grids.insert(1, _forecast_grid(figures.forecast))
    notes = (*_outlook(figures), *_untargeted(figures), *_DEFINITION)
    return heading.document("Progress", tuple(grids), notes)


def progress_json(figures: ProgressFigures, heading: Heading) -> dict[str, Any]:
    """The report as data."""
    return heading.json(
        {
            "issued": figures.issued,
            "completes": figures.completed,
            "days": [{"day": each.day.isoformat(), **_day_json([each])} for each in figures.days],
            "weeks": [{"monday": week.monday.isoformat(), **_day_json(week.days)} for week in _weeks(figures)],
            "groups": [
                {"variable": name, "values": [_group_json(each) for each in groups]}
                for name, groups in figures.groups.items()
            ],
            "forecast": _forecast_json(figures),
            "fieldwork": {"start": figures.fieldwork[0].isoformat(), "end": figures.fieldwork[1].isoformat()},
            "calling_days_left": [day.isoformat() for day in figures.days_left],
        }
    )


def _day_json(days: Sequence[DayProgress]) -> dict[str, Any]:
    last = days[-1]
    return {
        "issued": sum(each.issued for each in days),
        "completes": sum(each.completed for each in days),
        "calls": sum(each.calls for each in days),
        "issued_so_far": last.issued_so_far,
        "completes_so_far": last.completed_so_far,
        "rates": {rate.key: as_float(rate.value) for rate in last.rates},
    }


def _group_json(group: GroupProgress) -> dict[str, Any]:
    return {
        "value": group.value,
        "issued": group.issued,
        "completes": group.completed,
        "rate": as_float(group.rate),
        "share_of_sample": as_float(group.share_of_sample),
        "share_of_completes": as_float(group.share_of_completes),
        "target": group.target,
        "left": group.left,
    }


def _forecast_json(figures: ProgressFigures) -> dict[str, Any]:
    found = figures.forecast
    if isinstance(found, NoForecast):
        return {"why_none": found.why}
    return {
        "completes": {"low": found.low, "middle": found.middle, "high": found.high},
        "rate": {name: found.rate(getattr(found, name)) for name in ("low", "middle", "high")},
        "issued": found.issued,
        "level": 0.95,
        "calls_to_come": found.calls,
        "share_of_unknown_attempts": found.unknown,
        "seed": found.seed,
        "path": [
            {"day": day.isoformat(), "low": low, "middle": middle, "high": high}
            for day, (low, middle, high) in zip(figures.days_left, found.path, strict=True)
        ],
    }


def _weeks(figures: ProgressFigures) -> Iterator[_Week]:
    from cati.desk.figures import monday_of

    for monday, days in groupby(figures.days, key=lambda each: monday_of(each.day)):
        yield _Week(monday, tuple(days))


def _columns(days: tuple[Column, Column], rates: Sequence[RateValue]) -> tuple[Column, ...]:
    return (
        *days,
        Column("issued", "Issued"),
        Column("calls", "Calls"),
        Column("completes", "Completed"),
        Column("issued_so_far", "Issued so far"),
        Column("completes_so_far", "Completed so far"),
        *(Column(rate.key, rate.label) for rate in rates),
    )


def _cells(day: date, days: Sequence[DayProgress]) -> tuple[Cell, ...]:
    data, last = _day_json(days), days[-1]
    names = ("issued", "calls", "completes", "issued_so_far", "completes_so_far")
    return (*day_cells(day), *(data[name] for name in names), *(Percent(rate.value, 1) for rate in last.rates))


def _rates(figures: ProgressFigures) -> Sequence[RateValue]:
    return figures.days[-1].rates if figures.days else ()


def _weeks_grid(figures: ProgressFigures) -> Grid:
    rows = tuple(GridRow(_cells(week.monday, week.days), 1) for week in _weeks(figures))
    known = tuple((day_name(each.day), each.completed_so_far / each.issued_so_far)
                  for each in figures.days if each.issued_so_far)  # fmt: skip
    ahead = tuple(_ahead(figures)) if known else ()
    title = "Completed by telephone, as a share of the cases issued" + (
        ", and where it is likely to go" if ahead else ""
    )
    plots = (Curve(title, known, ahead),)
    return Grid(
        "By week", _columns(day_columns("week", "Week from"), _rates(figures)), rows, plots=plots, empty=_NOBODY
    )


def _ahead(figures: ProgressFigures) -> Iterator[tuple[str, float, float, float]]:
    """The rates expected after each day that is still to come, days without calling among them."""
    found = figures.forecast
    if isinstance(found, NoForecast) or figures.days[-1].day < figures.today:
        return
    expected = dict(zip(figures.days_left, found.path, strict=True))
    day, known = figures.days[-1].day, (float(figures.completed),) * 3
    known = expected.get(day, known)
    while day < figures.fieldwork[1]:
        day += timedelta(days=1)
        known = expected.get(day, known)
        low, middle, high = map(found.rate, known)
        yield day_name(day), low, middle, high


def _days_grid(figures: ProgressFigures) -> Grid:
    rows = tuple(GridRow(_cells(each.day, [each]), 1) for each in figures.days)
    bars = tuple(Bar(day_name(each.day), each.completed, f"{each.completed:,}") for each in figures.days)
    plots = (Bars("Completed by day", bars),)
    return Grid("By day", _columns(day_columns(), _rates(figures)), rows, plots=plots, empty=_NOBODY)


def _group_grid(name: str, groups: Sequence[GroupProgress]) -> Grid:
    targeted = any(group.target is not None for group in groups)
    columns = (
        Column(name, name.capitalize(), numeric=False),
        Column("issued", "Issued"),
        Column("completes", "Completed"),
        Column("rate", "Completed of issued"),
        Column("share_of_sample", "Share of sample"),
        Column("share_of_completes", "Share of completes"),
        Column("target", "Target", data_only=not targeted),
        Column("left", "To go", data_only=not targeted),
        Column("reached", "Of the target", data_only=not targeted),
    )
    rows = tuple(
        GridRow(
            (
                group.value or NONE,
                group.issued,
                group.completed,
                Percent(group.rate, 1),
                Percent(group.share_of_sample, 1),
                Percent(group.share_of_completes, 1),
                group.target,
                group.left,
                _of_target(group),
            ),
            1,
        )
        for group in groups
    )
    return Grid(f"By {name}", columns, rows)


def _of_target(group: GroupProgress) -> Cell:
    return None if group.target is None else share(group.completed, group.target, 0)


def _forecast_grid(found: Forecast) -> Grid:
    columns = (
        Column("forecast", "", numeric=False),
        Column("completes", "Completed"),
        Column("rate", "Of cases issued"),
    )
    rows = tuple(
        GridRow((label, Number(completes, 0), percent(found.rate(completes), 1)), 1)
        for label, completes in (("Middle", found.middle), ("From", found.low), ("To", found.high))
    )
    return Grid("Where fieldwork is likely to end", columns, rows, (f"Of {found.issued:,} cases issued.",))


def _outlook(figures: ProgressFigures) -> tuple[str, ...]:
    found = figures.forecast
    if isinstance(found, NoForecast):
        return (found.why,)
    last = figures.fieldwork[1]
    lines = [
        f"When fieldwork ends on {day_name(last, year=True)}, {100 * found.rate(found.middle):.1f}% of the cases "
        f"issued are likely to be completed by telephone, between {100 * found.rate(found.low):.1f}% and "
        f"{100 * found.rate(found.high):.1f}%, if calling goes on as it did ({round(found.calls):,} more calls)."
    ]
    if found.unknown > 0.5:
        lines.append(
            f"{round(100 * found.unknown)}% of the calls still to come are of attempts that hardly anybody has had "
            "yet: the range is wide for that."
        )
    return (*lines, *_FORECAST, f"Seed {found.seed}.")


def _untargeted(figures: ProgressFigures) -> tuple[str, ...]:
    if any(group.target is not None for groups in figures.groups.values() for group in groups):
        return ("Targets: of the study (targets in study.yaml), in interviews completed by telephone.",)
    return (
        "The study has no targets (targets in study.yaml): beside each group's completes stands its share of sample.",
    )
