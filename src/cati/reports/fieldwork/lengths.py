"""How long interviews took, as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cati.reports.document import Cell, Column, Document, Grid, GridRow, Number
from cati.reports.fieldwork.shared import NONE, Heading, minutes, percent, spread_json
from cati.reports.plots import Bar, Bars

if TYPE_CHECKING:
    from cati.desk.figures import LengthFigures
    from cati.fieldwork.tally import Spread

_DEFINITION = (
    "Of interviews completed by telephone, by the day of the call that completed them. The time of a question is "
    "from the answer before it, in the same call, to its own; write-ins count for their question, and so does going "
    "back to it. What went before the first answer of a call and what lies between two calls of an interview count "
    "nowhere, nor do calls that came no further than the screener, nor answers taken over from the online survey.",
    "p10 … p90: of a hundred interviews that answered the question, ten, 25, 75, ninety were shorter; the median "
    "fifty.",
)

_NO_INTERVIEWS = "No interviews yet."


def lengths_document(figures: LengthFigures, heading: Heading, speeding: float) -> Document:
    """The report for people."""
    grids = [
        Grid("All interviews", _minutes(), (GridRow(("Completed interviews", *_in_minutes(figures.total)), 1),)),
        _sections(figures),
        _questions(figures),
    ]
    if heading.by is not None:
        rows = tuple(GridRow((value or NONE, *_in_minutes(found)), 1) for value, found in figures.by.items())
        grids.insert(1, Grid(f"By {heading.by}", _minutes(heading.by), rows, empty=_NO_INTERVIEWS))
    if figures.speeders:
        grids.append(_speeders(figures))
    notes = (*_counts(figures), *_speeding(figures, speeding), *_DEFINITION)
    return heading.document("Interview lengths", tuple(grids), notes)


def lengths_json(figures: LengthFigures, heading: Heading, speeding: float) -> dict[str, Any]:
    """The report as data; all times in seconds."""
    by = {
        "variable": heading.by,
        "values": [{"value": value, "seconds": spread_json(found)} for value, found in figures.by.items()],
    }
    return heading.json(
        {
            "seconds": spread_json(figures.total),
            "resumed": figures.resumed,
            "without_times": figures.unknown,
            **({} if heading.by is None else {"by": by}),
            "sections": [
                {"section": each.section, "title": each.title, "seconds": spread_json(each.lengths)}
                for each in figures.sections
            ],
            "questions": [
                {"question": each.question, "section": each.section, "seconds": spread_json(each.lengths)}
                for each in figures.questions
            ],
            "speeding": speeding,
            "speeders": None
            if figures.speeders is None
            else [
                {
                    "serial": each.serial,
                    "interviewer": each.interviewer,
                    "seconds": round(each.seconds, 1),
                    "usual_seconds": round(each.usual, 1),
                    "share": each.share,
                    "questions": each.questions,
                }
                for each in figures.speeders
            ],
        }
    )


_SPREAD = (("p10", "p10"), ("p25", "p25"), ("median", "Median"), ("p75", "p75"), ("p90", "p90"))


def _minutes(first: str = "") -> tuple[Column, ...]:
    names = (Column(key, f"{label}, minutes") for key, label in _SPREAD)
    return (Column(first or "all", first, numeric=False), Column("interviews", "Interviews"), *names)


def _seconds() -> tuple[Column, ...]:
    names = (Column(key, f"{label}, seconds") for key, label in _SPREAD)
    return (Column("interviews", "Interviews"), *names)


def _in_minutes(found: Spread) -> tuple[Cell, ...]:
    return (found.n, *(minutes(getattr(found, key)) for key, _ in _SPREAD))


def _in_seconds(found: Spread) -> tuple[Cell, ...]:
    return (found.n, *(Number(getattr(found, key), 1) for key, _ in _SPREAD))


def _sections(figures: LengthFigures) -> Grid:
    columns = (
        Column("section", "Section", numeric=False, data_only=True),
        Column("title", "Section", numeric=False),
        *_seconds(),
    )
    rows = tuple(
        GridRow((each.section, each.title or "Not in this version", *_in_seconds(each.lengths)), 1)
        for each in figures.sections
    )
    bars = tuple(
        Bar(each.title or each.section, each.lengths.median or 0.0, f"{each.lengths.median or 0.0:.0f} s")
        for each in figures.sections
    )
    return Grid("By section", columns, rows, plots=(Bars("Median seconds by section", bars),), empty=_NO_INTERVIEWS)


def _questions(figures: LengthFigures) -> Grid:
    columns = (Column("question", "Question", numeric=False), Column("section", "Section", numeric=False), *_seconds())
    rows = tuple(GridRow((each.question, each.section, *_in_seconds(each.lengths)), 1) for each in figures.questions)
    return Grid("By question", columns, rows, empty=_NO_INTERVIEWS)


def _speeders(figures: LengthFigures) -> Grid:
    columns = (
        Column("serial", "Case", numeric=False),
        Column("interviewer", "Interviewer", numeric=False),
        Column("minutes", "Minutes"),
        Column("usual", "Usual for its questions"),
        Column("share", "Share of the usual"),
        Column("questions", "Questions"),
    )
    rows = tuple(
        GridRow(
            (
                each.serial,
                each.interviewer,
                minutes(each.seconds),
                minutes(each.usual),
                percent(each.share),
                each.questions,
            ),
            1,
        )
        for each in figures.speeders or ()
    )
    return Grid("Speeders", columns, rows)


def _speeding(figures: LengthFigures, speeding: float) -> tuple[str, ...]:
    if figures.speeders is None:
        return ("Speeders: too few interviews yet to say what is usual (at least 10).",)
    return (
        f"Speeders: {len(figures.speeders):,} interviews that took less than {100 * speeding:g}% of the usual time. "
        "The usual time of an interview is the sum of the median times of the questions that it answered, so that a "
        "short route is not taken for a fast interview.",
    )


def _counts(figures: LengthFigures) -> tuple[str, ...]:
    lines = []
    if figures.resumed:
        lines.append(f"{figures.resumed:,} of the interviews took more than one call; the time between is left out.")
    if figures.unknown:
        lines.append(f"{figures.unknown:,} completed interviews have no times of their own and are left out.")
    return tuple(lines)
