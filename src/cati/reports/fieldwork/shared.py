"""What the reports of fieldwork have in common: their heading and footing, and how counts of calls are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cati.fieldwork.clock import day_name
from cati.outcomes import Scheme
from cati.outcomes.call_groups import CALL_KINDS, KIND_LABELS, CallGroups, CallKind, call_groups
from cati.reports.document import Cell, Column, Document, Grid, Number, Percent, Provenance
from cati.reports.outcome_document import scheme_json

if TYPE_CHECKING:
    from cati.desk.figures import CallCount, NotCounted, Period
    from cati.fieldwork.tally import Spread

NONE = "(none)"
MINUTE = 60.0
_KIND_COLUMNS: Mapping[CallKind, str] = {
    "complete": "Completes",
    "refused": "Refusals",
    "booked": "Appts",
    "spoken": "Other contact",
    "nobody": "No contact",
}
RATES = (
    "Contact rate = calls in which somebody was spoken to / calls. Refusal (ref.) rate = refusals and break-offs / "
    "contacts. Cooperation (coop.) rate = completes / (completes + refusals and break-offs): AAPOR's COOP3, of "
    "calls in place of cases.",
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report of fieldwork is of: the study, the days, the breakdown; and when and from what it was made."""

    study: str
    scheme: Scheme
    period: Period
    provenance: Provenance
    by: str | None = None

    @property
    def groups(self) -> CallGroups:
        """How calls are counted."""
        return call_groups(self.scheme)

    def document(self, title: str, grids: tuple[Grid, ...], notes: tuple[str, ...]) -> Document:
        """The report for people."""
        lines = (*notes, self.days_line, f"Outcome scheme {self.scheme.label}.", *self.provenance.lines())
        facts = {"from": _day(self.period.first), "to": _day(self.period.last), "scheme": self.scheme.label}
        return Document(f"{title} – {self.study}", grids, lines, {**self.provenance.facts(), **facts})

    def json(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The report as data, with what it is of."""
        return {
            **data,
            "from": _day(self.period.first) or None,
            "to": _day(self.period.last) or None,
            "timezone": self.period.zone.key,
            "scheme": scheme_json(self.scheme),
            **self.provenance.json(),
        }

    @property
    def days_line(self) -> str:
        """Which days, on whose clocks."""
        first, last = (
            None if day is None else day_name(day, year=True) for day in (self.period.first, self.period.last)
        )
        days = "All days" if self.period.is_all else f"{first or 'The first day'} to {last or 'the last'}"
        return f"{days}; days and hours by the clocks of {self.period.zone.key}, summer time heeded."

    def kinds_lines(self) -> tuple[str, ...]:
        """Which outcomes are counted as what."""
        groups = self.groups
        lines = []
        for kind in CALL_KINDS:
            labels = [self.scheme.outcomes[key].label for key in self.scheme.outcomes if groups.kinds[key] == kind
                      and "call" in self.scheme.outcomes[key].found_by]  # fmt: skip
            if labels:
                lines.append(f"{KIND_LABELS[kind]}: {'; '.join(labels)}.")
        return tuple(lines)


def day_columns(key: str = "day", label: str = "Day") -> tuple[Column, Column]:
    """A day, or the Monday of a week, as data and for people (`day_cells`)."""
    return Column(key, label, numeric=False, data_only=True), Column(f"{key}_name", label, numeric=False)


def day_cells(day: date) -> tuple[str, str]:
    """The cells of the two columns."""
    return day.isoformat(), day_name(day)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def share(part: int, whole: int, places: int = 1) -> Percent:
    """A part as a per cent of the whole."""
    return Percent(Fraction(part, whole) if whole else None, places)


def percent(value: float | None, places: int = 0) -> Percent:
    """A share that is not exact, as a per cent."""
    return Percent(None if value is None else Fraction(value).limit_denominator(10**9), places)


def count_columns() -> tuple[Column, ...]:
    """The columns of a count of calls."""
    return (
        Column("calls", "Calls"),
        Column("reached", "Contacts"),
        Column("contact_rate", "Contact rate"),
        Column("completes", "Completes"),
        Column("refused", "Refusals"),
        Column("refusal_rate", "Ref. rate"),
        Column("cooperation_rate", "Coop. rate"),
    )


def count_cells(count: CallCount) -> tuple[Cell, ...]:
    """The cells of a count, in the order of the columns."""
    return (
        count.calls,
        count.reached,
        Percent(count.contact_rate, 1),
        count.completes,
        count.refused,
        Percent(count.refusal_rate, 1),
        Percent(count.cooperation_rate, 1),
    )


def count_json(count: CallCount) -> dict[str, Any]:
    """A count as data; rates not defined are null."""
    return {
        "calls": count.calls,
        "reached": count.reached,
        "kinds": dict(count.kinds),
        "completes": count.completes,
        "refused": count.refused,
        "contact_rate": as_float(count.contact_rate),
        "refusal_rate": as_float(count.refusal_rate),
        "cooperation_rate": as_float(count.cooperation_rate),
    }


def kind_columns() -> tuple[Column, ...]:
    """A column a kind of call."""
    return tuple(Column(kind, _KIND_COLUMNS[kind]) for kind in CALL_KINDS)


def as_float(value: Fraction | float | None) -> float | None:
    """A rate as data."""
    return None if value is None else float(value)


def minutes(seconds: float | None, places: int = 1) -> Number:
    """A time for people: in minutes."""
    return Number(None if seconds is None else seconds / MINUTE, places)


def spread_json(found: Spread, places: int = 1) -> dict[str, Any]:
    """A spread as data, in seconds."""
    values = {name: getattr(found, name) for name in ("p10", "p25", "median", "p75", "p90")}
    return {"n": found.n, **{name: None if each is None else round(each, places) for name, each in values.items()}}


def not_counted_json(found: NotCounted) -> dict[str, int]:
    """The calls that are in no figure, as data."""
    return {"interrupted": found.interrupted, "withdrawn": found.withdrawn, "open": found.open}


def not_counted_lines(found: NotCounted) -> tuple[str, ...]:
    """The calls that are in no figure, where there are any."""
    if not found.all:
        return ()
    parts = [
        f"{n:,} {what}"
        for n, what in (
            (found.interrupted, "interrupted and never coded"),
            (found.withdrawn, "whose result was taken back and not replaced"),
            (found.open, "without a result and an end (going on, or a console stopped)"),
        )
        if n
    ]
    return (f"Not counted above: {found.all:,} calls: {', '.join(parts)}.",)
