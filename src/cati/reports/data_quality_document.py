"""The checks of the data as a report: interviewers, the interviews to look at, questions, interviewer effects."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from math import isinf

from cati.reports.data_quality import _F, _Z, DataQuality, OfInterviewer
from cati.reports.document import Cell, Column, Document, Grid, GridRow, Percent, Provenance
from cati.reports.render import Format, render_document

_MOST = 25
_NOTES = (
    "Straight: grids straight-lined, all rows with one code, of three rows or more, special answers not counted.",
    "Speeding: less than half the median time a question.",
    f"Don't know: and refused. z: that share against that of all others, two proportions; from {_Z} on it is no chance "
    "at 1%.",
    "Nothing here is proof: listen to an interview, or call back, before anybody is spoken to.",
)
_EFFECTS = (
    "rho: intra-interviewer correlation by one-way analysis of variance (Kish 1962), interviewers with 4 interviews "
    f"or more; shown from F = {_F:g} on. Cases are not drawn for each interviewer at random, so that regions and hours "
    "are part of it."
)


def render_data_quality(found: DataQuality, format: Format, *, provenance: Provenance, width: int = 100) -> str | bytes:
    """The checks of the data in any format."""
    if format == "json":
        data = asdict(found)
        for effect in data["effects"]:
            effect["f"] = None if isinf(effect["f"]) else effect["f"]
        return json.dumps(data | {"at": provenance.time.isoformat()}, ensure_ascii=False, indent=2) + "\n"
    grids = (_interviewers(found), _flags(found), _items(found), _effects(found))
    n = "1 interview" if found.interviews == 1 else f"{found.interviews:,} interviews"
    document = Document(
        f"Quality of the data: {n} held by telephone", grids, provenance.lines(), {"at": provenance.time.isoformat()}
    )
    return render_document(document, format, width=width)


def _interviewers(found: DataQuality) -> Grid:
    columns = (
        Column("interviewer", "Interviewer", numeric=False),
        Column("interviews", "Interviews"),
        Column("seconds", "Sec. a question"),
        Column("speeders", "Speeders"),
        Column("straight", "Straight"),
        Column("straight_pct", "% of grids"),
        Column("missing_pct", "Don't know"),
        Column("z", "z"),
    )
    rows = tuple(GridRow(_of_interviewer(one), depth=1) for one in found.interviewers)
    return Grid("By interviewer", columns, rows, _NOTES)


def _of_interviewer(one: OfInterviewer) -> tuple[Cell, ...]:
    return (
        one.name,
        one.interviews,
        "" if one.seconds is None else f"{one.seconds:.1f}",
        one.speeders,
        one.straight,
        Percent(Fraction(one.straight, one.grids) if one.grids else None),
        Percent(Fraction(one.missing, one.could) if one.could else None, places=1),
        "" if one.z is None else f"{one.z:+.1f}{' !' if abs(one.z) >= _Z else ''}",
    )


def _flags(found: DataQuality) -> Grid:
    columns = tuple(
        Column(name, label, numeric=False)
        for name, label in (
            ("serial", "Serial"),
            ("interviewer", "Interviewer"),
            ("kind", "Why"),
            ("what", "What"),
        )
    )
    rows = tuple(GridRow((one.serial, one.interviewer, one.kind, one.what), depth=1) for one in found.flags)
    return Grid("Interviews to look at", columns, rows)


def _items(found: DataQuality) -> Grid:
    columns = (
        Column("item", "Question", numeric=False),
        Column("answered", "Answered"),
        Column("missing", "Don't know, refused"),
        Column("pct", "%"),
    )
    shown = found.items[:_MOST]
    rows = tuple(
        GridRow((one.item, one.answered, one.missing, Percent(Fraction(one.missing, one.answered))), depth=1)
        for one in shown
    )
    more = len(found.items) - len(shown)
    return Grid("Item non-response", columns, rows, (f"{more:,} more with less.",) if more else ())


def _effects(found: DataQuality) -> Grid:
    columns = (
        Column("item", "Question", numeric=False),
        Column("interviews", "Interviews"),
        Column("interviewers", "Interviewers"),
        Column("rho", "rho", numeric=False),
        Column("f", "F", numeric=False),
    )
    rows = tuple(
        GridRow((one.item, one.interviews, one.interviewers, f"{one.rho:.3f}", f"{one.f:.1f}"), depth=1)
        for one in found.effects
        if one.f >= _F
    )
    return Grid("Interviewer effects", columns, rows[:_MOST], (_EFFECTS,))
