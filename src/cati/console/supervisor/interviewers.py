"""The tab of interviewers: what the calls of each came to, and with what cases, so that like is compared with like."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from cati.console.interviewer.page import Drawn, Part
from cati.console.supervisor.looks import FigureSort, InterviewersSeen, LookInterviewers, Span
from cati.console.supervisor.table_state import TableState, summary
from cati.console.supervisor.tables import Column, Row, table

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import Page
    from cati.desk.figures import InterviewerFigures

SORTS: tuple[FigureSort, ...] = ("name", "calls", "completes", "ratio")
SPANS: tuple[Span, ...] = ("today", "week", "all")
SPAN_SAID = {"today": "today", "week": "this week", "all": "all of fieldwork"}


class Interviewers(TableState):
    """The figures of everybody."""

    name = "interviewers"
    tab = "interviewers"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Interviewer", 10, grows=True),
        Column("calls", 6, right=True),
        Column("/hour", 5, right=True),
        Column("cont.", 5, right=True),
        Column("ref.", 5, right=True),
        Column("coop.", 5, right=True),
        Column("compl", 5, right=True),
        Column("/hour", 5, right=True),
        Column("ratio", 5, right=True),
        Column("min", 4, right=True),
        Column("kept", 5, right=True),
        Column("no ans.", 7, right=True, wide=90),
        Column("(95 %)", 11, right=True, wide=100),
        Column("first", 5, right=True, wide=110),
        Column("again", 5, right=True, wide=110),
        Column("after c.", 8, right=True, wide=130),
        Column("appt", 5, right=True, wide=130),
        Column("conv.", 5, right=True, wide=130),
        Column("recoded", 7, right=True, wide=150),
    )
    nothing = "No call was made. F3 shows another period."

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.sort: FigureSort = "name"
        self.span: Span = "today"

    def look(self) -> LookInterviewers:
        return LookInterviewers(self.leaf(), self.span, self.sort)

    def rows_seen(self) -> Page[InterviewerFigures]:
        seen: InterviewersSeen = self.seen
        return seen.page

    @property
    def below_it(self) -> int:
        return 1

    def identity(self, row: InterviewerFigures) -> int:
        return row.id

    def row(self, each: InterviewerFigures) -> Row:
        return Row(_cells(each, each.name))

    def above(self, across: int) -> tuple[Part, ...]:
        del across
        return (summary(f"{SPAN_SAID[self.span].capitalize()}, by {self.sort}.  {self.more()}"),)

    def below(self, across: int) -> tuple[Part, ...]:
        seen: InterviewersSeen = self.seen
        total = table(self.columns, [Row(_cells(seen.total, "All together"), "read")], across)
        return (Drawn(total.lines[1:]),) if seen.page.rows else ()

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here: F3 the period, F4 the order. cati report interviewers prints it.")
        elif self.marked is not None:
            from cati.console.supervisor.calls_of import open_call_of

            open_call_of(self, self.marked.id, self.marked.name)

    def do(self, name: str, now: datetime) -> None:
        if name == "sort":
            self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
            self.restart()
        elif name == "period":
            self.span = SPANS[(SPANS.index(self.span) + 1) % len(SPANS)]
            self.restart()
        elif name == "undo":
            from cati.console.supervisor.repairing import undo_last

            undo_last(self)
        else:
            super().do(name, now)


def _cells(each: InterviewerFigures, name: str) -> tuple[str, ...]:
    count, interval, booked = each.count, each.ratio_interval, each.appointments
    settled = booked.kept + booked.missed
    return (
        name,
        f"{count.calls:,}",
        _number(each.calls_an_hour),
        _share(count.contact_rate),
        _share(count.refusal_rate),
        _share(count.cooperation_rate),
        f"{count.completes:,}",
        _number(each.completes_an_hour, 2),
        _number(each.ratio, 2),
        _number(each.lengths.median / 60 if each.lengths.median is not None else None, 0),
        _share(Fraction(booked.kept, settled) if settled else None),
        _share(Fraction(each.unanswered, each.asked) if each.asked else None, 1),
        f"{interval[0]:.2f}–{interval[1]:.2f}" if interval is not None else "–",
        f"{each.came['first']:,}",
        f"{each.came['again']:,}",
        f"{each.came['call_back']:,}",
        f"{each.came['appointment']:,}",
        f"{each.came['conversion']:,}",
        f"{each.corrected.recoded:,}",
    )


def _share(share: Fraction | None, places: int = 0) -> str:
    return "–" if share is None else f"{float(share):.{places}%}"


def _number(value: float | None, places: int = 1) -> str:
    return "–" if value is None else f"{value:.{places}f}"
