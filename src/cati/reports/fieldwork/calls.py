"""Calls by hour, day and attempt, as a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cati.fieldwork.clock import WEEKDAYS, day_name
from cati.fieldwork.tally import quantile
from cati.outcomes.call_groups import CALL_KINDS, KIND_LABELS
from cati.reports.document import Cell, Column, Document, Grid, GridRow, Number, Percent
from cati.reports.fieldwork.shared import (
    NONE,
    RATES,
    Heading,
    as_float,
    count_cells,
    count_columns,
    count_json,
    day_cells,
    day_columns,
    kind_columns,
    not_counted_json,
    not_counted_lines,
    share,
)
from cati.reports.plots import Bar, Bars, Heat, Stack

if TYPE_CHECKING:
    from cati.desk.figures import CallCount, CallFigures

NO_CALLS = "No calls yet."
FEW = 5
"""Of fewer calls in an hour of a weekday no contact rate is shown."""
LONGEST = 10
"""Attempts from this one on are shown together."""


def calls_document(figures: CallFigures, heading: Heading) -> Document:
    """The report for people."""
    grids = [
        _grid("All calls", Column("all", "", numeric=False), [("Total", figures.total)]),
        _hours(figures),
        _weekdays(figures),
        _days(figures),
        _attempts(figures),
        _outcomes(figures, heading),
    ]
    if heading.by is not None:
        named = [(value or NONE, count) for value, count in figures.by.items()]
        grids.insert(1, _grid(f"By {heading.by}", Column(heading.by, heading.by, numeric=False), named))
    attempts = "By attempt: per call = completes / calls; so far = completes by this attempt or before / all completes."
    notes = (*_to_complete(figures), attempts, *not_counted_lines(figures.not_counted), *RATES, *heading.kinds_lines())
    return heading.document("Calls", tuple(grids), notes)


def calls_json(figures: CallFigures, heading: Heading) -> dict[str, Any]:
    """The report as data."""
    return heading.json(
        {
            "total": count_json(figures.total),
            **({} if heading.by is None else {"by": {"variable": heading.by, "values": _each(figures.by)}}),
            "hours": [{"hour": hour, **count_json(count)} for hour, count in figures.hours.items()],
            "days": [{"day": day.isoformat(), **count_json(count)} for day, count in figures.days.items()],
            "week": [
                {"weekday": weekday + 1, "hour": hour, **count_json(count)}
                for (weekday, hour), count in figures.week.items()
            ],
            "attempts": [
                {"attempt": attempt, **count_json(count), "outcomes": dict(figures.outcomes[attempt])}
                for attempt, count in figures.attempts.items()
            ],
            "to_complete": {
                "calls_per_complete": as_float(_calls_per_complete(figures)),
                **_attempt_of_completes(figures.to_complete),
                "completes_by_attempt": {str(attempt): n for attempt, n in figures.to_complete.items()},
            },
            "not_counted": not_counted_json(figures.not_counted),
            "counted_as": {
                key: figures.groups.kind(key)
                for key, outcome in heading.scheme.outcomes.items()
                if "call" in outcome.found_by
            },
        }
    )


def _each(values: Mapping[str, CallCount]) -> list[dict[str, Any]]:
    return [{"value": value, **count_json(count)} for value, count in values.items()]


def _grid(name: str, first: Column, rows: Iterable[tuple[str, CallCount]], **more: Any) -> Grid:
    columns = (first, *count_columns())
    return Grid(
        name, columns, tuple(GridRow((label, *count_cells(count)), 1) for label, count in rows), empty=NO_CALLS, **more
    )


def _hours(figures: CallFigures) -> Grid:
    rows = [(f"{hour:02}:00", count) for hour, count in figures.hours.items()]
    plot = Bars("Completes by hour of the day", _bars(rows))
    return _grid("By hour of the day", Column("hour", "From", numeric=False), rows, plots=(plot,))


def _days(figures: CallFigures) -> Grid:
    columns = (*day_columns(), *count_columns())
    rows = tuple(GridRow((*day_cells(day), *count_cells(count)), 1) for day, count in figures.days.items())
    plot = Bars("Completes by day", _bars((day_name(day), count) for day, count in figures.days.items()))
    return Grid("By day", columns, rows, plots=(plot,), empty=NO_CALLS)


def _bars(rows: Iterable[tuple[str, CallCount]]) -> tuple[Bar, ...]:
    return tuple(Bar(label, count.completes, f"{count.completes:,}") for label, count in rows)


def _weekdays(figures: CallFigures) -> Grid:
    """Contact rates by weekday and hour, where there are calls enough; how many there are is in the JSON."""
    hours = list(range(min(figures.hours), max(figures.hours) + 1)) if figures.hours else []
    days = sorted({weekday for weekday, _ in figures.week})

    def rates(weekday: int) -> list[Percent]:
        found = (figures.week.get((weekday, hour)) for hour in hours)
        return [Percent(count.contact_rate if count and count.calls >= FEW else None, 0, "") for count in found]

    columns = (Column("weekday", "", numeric=False), *(Column(f"hour_{hour:02}", f"{hour:02}") for hour in hours))
    rows = tuple(GridRow((WEEKDAYS[weekday][:3], *rates(weekday)), 1) for weekday in days)
    plot = Heat(
        "Contact rate by weekday and hour",
        tuple(f"{hour:02}" for hour in hours),
        tuple(
            (WEEKDAYS[weekday][:3], tuple(None if each.value is None else float(each.value) for each in rates(weekday)))
            for weekday in days
        ),
    )
    return Grid("By weekday and hour", columns, rows, plots=(plot,), empty=NO_CALLS)


def _attempts(figures: CallFigures) -> Grid:
    rows = _together(figures.attempts)
    columns = (
        Column("attempt", "Attempt", numeric=False),
        Column("calls", "Calls"),
        *kind_columns(),
        Column("contact_rate", "Contact rate"),
        Column("complete_rate", "Per call"),
        Column("completes_so_far", "So far"),
    )
    done, cells = 0, []
    for label, count in rows:
        done += count.completes
        cells.append(
            GridRow(
                (
                    label,
                    count.calls,
                    *(count.kinds[kind] for kind in CALL_KINDS),
                    Percent(count.contact_rate, 1),
                    share(count.completes, count.calls),
                    share(done, figures.total.completes),
                ),
                1,
            )
        )
    plot = Stack(
        "What calls came to, by attempt",
        tuple(KIND_LABELS[kind] for kind in CALL_KINDS),
        tuple((label, tuple(count.kinds[kind] for kind in CALL_KINDS)) for label, count in rows),
    )
    return Grid("By attempt", columns, tuple(cells), plots=(plot,), empty=NO_CALLS)


def _together(attempts: Mapping[int, CallCount]) -> list[tuple[str, CallCount]]:
    """The attempts by name, those from LONGEST on together."""
    found: dict[str, CallCount] = {}
    for attempt, count in attempts.items():
        name = _attempt_name(attempt)
        found[name] = found[name] + count if name in found else count
    return list(found.items())


def _attempt_name(attempt: int) -> str:
    return str(attempt) if attempt < LONGEST else f"{LONGEST}+"


def _outcomes(figures: CallFigures, heading: Heading) -> Grid:
    """A row an outcome that any call came to, a column an attempt."""
    by_name: dict[str, Counter[str]] = {}
    for attempt, outcomes in figures.outcomes.items():
        by_name.setdefault(_attempt_name(attempt), Counter()).update(outcomes)
    columns = (
        Column("key", "Key", numeric=False, data_only=True),
        Column("outcome", "Outcome", numeric=False),
        *(Column(f"attempt_{name.rstrip('+')}", name) for name in by_name),
        Column("calls", "All"),
    )
    rows = []
    for key, outcome in heading.scheme.outcomes.items():
        cells: list[Cell] = [found[key] for found in by_name.values()]
        total = sum(found[key] for found in by_name.values())
        if total:
            rows.append(GridRow((key, outcome.label, *cells, total), 1))
    return Grid("Outcomes by attempt", columns, tuple(rows), empty=NO_CALLS)


def _calls_per_complete(figures: CallFigures) -> float | None:
    return figures.total.calls / figures.total.completes if figures.total.completes else None


def _attempt_of_completes(to_complete: Mapping[int, int]) -> dict[str, float | None]:
    attempts = [attempt for attempt, n in to_complete.items() for _ in range(n)]
    mean = sum(attempts) / len(attempts) if attempts else None
    return {"mean_attempt": mean, "median_attempt": quantile(sorted(map(float, attempts)), 0.5)}


def _to_complete(figures: CallFigures) -> tuple[str, ...]:
    per = _calls_per_complete(figures)
    if per is None:
        return ()
    of = _attempt_of_completes(figures.to_complete)
    return (
        f"Calls per complete: {Number(per, 1)} ({figures.total.calls:,} / {figures.total.completes:,}). The call that "
        f"completed an interview was on average number {Number(of['mean_attempt'], 1)} to its case, the median "
        f"{Number(of['median_attempt'], 0)}.",
    )
