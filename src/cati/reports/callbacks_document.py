"""The call-back queue as a report: what is missed, overdue, due and to come, and each case of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cati.reports.document import Column, Document, Grid, GridRow, Provenance, visible
from cati.reports.outcome_document import scheme_json

if TYPE_CHECKING:
    from cati.desk import CallBack
    from cati.outcomes import Scheme

STATES: Mapping[str, str] = {
    "missed": "Missed: the appointment's time went by without a call",
    "overdue": "Overdue: due for longer than an appointment is kept for its interviewer, a call back for longer than a "
    "day",
    "due": "Due now",
    "coming": "To come",
}
KINDS: Mapping[str, str] = {"hard": "hard", "soft": "soft", "call_back": "call back"}


@dataclass(frozen=True, slots=True)
class CallBackList:
    """Call backs in order of time; `only`: in words, which part of the queue they are ("": all appointments)."""

    found: Sequence[CallBack]
    scheme: Scheme
    zone: ZoneInfo
    only: str = ""

    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each state and kind."""
        counts = {state: dict.fromkeys(KINDS, 0) for state in STATES}
        for each in self.found:
            counts[each.state][each.kind] += 1
        return counts

    def label(self, each: CallBack) -> str:
        """What a case stands as."""
        found = self.scheme.outcomes.get(each.outcome)
        return each.outcome if found is None else found.label


def call_backs_json(listed: CallBackList, provenance: Provenance) -> dict[str, Any]:
    """A row a case, in order of time, and how many there are in each state."""
    return {
        "rows": [_row_json(listed, each) for each in listed.found],
        "counts": {state: {**kinds, "all": sum(kinds.values())} for state, kinds in listed.counts().items()},
        "only": listed.only,
        "at": provenance.time.isoformat(),
        "database": provenance.database_text,
        "scheme": scheme_json(listed.scheme),
    }


def call_backs_document(listed: CallBackList, provenance: Provenance, *, one_grid: bool = False) -> Document:
    """How many, and a table a state. `one_grid`: one table of all, for a program."""
    if one_grid:
        grids = [_cases("", listed, listed.found, whole=True)]
    else:
        grids = [_counts(listed)]
        for state in STATES:
            some = [each for each in listed.found if each.state == state]
            grids += [_cases(state.capitalize(), listed, some)] if some else []
    return Document(
        f"Call backs{f': {listed.only}' if listed.only else ''}",
        tuple(grids),
        (
            *(f"{words}." for words in STATES.values() if ":" in words),
            f"Times of the study: {listed.zone.key}.",
            *provenance.lines(),
        ),
        {
            "report_at": provenance.time.isoformat(),
            **({"database": visible(provenance.database_text)} if provenance.database_text else {}),
        },
    )


def _counts(listed: CallBackList) -> Grid:
    columns = (
        Column("state", "", numeric=False),
        *(Column(kind, f"{label.capitalize()}") for kind, label in KINDS.items()),
        Column("all", "All"),
    )
    rows = [
        GridRow((state.capitalize(), *kinds.values(), sum(kinds.values()))) for state, kinds in listed.counts().items()
    ]
    return Grid("How many", columns, tuple(rows))


def _cases(name: str, listed: CallBackList, some: Sequence[CallBack], *, whole: bool = False) -> Grid:
    """`whole`: with every column; else only those in which there is anything to read."""
    columns: dict[Column, Sequence[str | int]] = {
        Column("state", "State", numeric=False, data_only=True): [each.state for each in some],
        Column("at", "At", numeric=False, data_only=True): [_time(each.at, listed.zone) for each in some],
        Column("until", "Until", numeric=False, data_only=True): [_time(each.until, listed.zone) for each in some],
        Column("when", "When", numeric=False): [_when(each, listed.zone) for each in some],
        Column("kind", "Kind", numeric=False): [KINDS[each.kind] for each in some],
        Column("serial", "Case", numeric=False): [each.serial for each in some],
        Column("name", "Name", numeric=False): [each.name for each in some],
        Column("la", "Authority", numeric=False): [each.la for each in some],
        Column("owner", "Whose", numeric=False): [each.owner for each in some],
        Column("held_by", "In hand", numeric=False): [each.held_by for each in some],
        Column("outcome", "Stands as", numeric=False): [
            listed.label(each) if whole or each.kind == "call_back" else "" for each in some
        ],
        Column("attempts", "Calls"): [each.attempts for each in some],
    }
    shown = {column: cells for column, cells in columns.items() if whole or column.data_only or any(cells)}
    rows = [GridRow(tuple(cells)) for cells in zip(*shown.values(), strict=True)]
    return Grid(name, tuple(shown), tuple(rows))


def _when(each: CallBack, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 14:00–14:30`."""
    local = each.at.astimezone(zone)
    until = f"–{each.until.astimezone(zone):%H:%M}" if each.until is not None else ""
    return f"{local:%a} {local.day} {local:%b %H:%M}{until}"


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(timespec="minutes")


def _row_json(listed: CallBackList, each: CallBack) -> dict[str, Any]:
    def instant(at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(listed.zone).isoformat()

    return {
        "serial": each.serial,
        "name": each.name,
        "la": each.la,
        "kind": each.kind,
        "state": each.state,
        "at": instant(each.at),
        "due_at": instant(each.due_at),
        "until": instant(each.until),
        "owner": each.owner or None,
        "held_by": each.held_by or None,
        "outcome": each.outcome,
        "attempts": each.attempts,
        "timezone": each.timezone or listed.zone.key,
        "why": each.reason,
    }
