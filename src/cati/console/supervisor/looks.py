"""What the screen looks at, as plain data: each look names what is shown, and is answered with what there is.

The same look again brings the same part of the database as it is by then. Results are the desk's own records, or those
here where a tab shows several things at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cati.desk import CaseBehind, Leaf, Page, Seat, Wanted
    from cati.desk.callback_queue import Sort, State
    from cati.desk.figures import InterviewerFigures, Speeder
    from cati.desk.finding import FindSort
    from cati.desk.messages import ShiftNote
    from cati.desk.outbox import Promise
    from cati.desk.quality import Quality
    from cati.desk.records import Message
    from cati.outcomes import Table

ShiftSort = Literal["attention", "name", "since"]
FigureSort = Literal["name", "calls", "completes", "ratio"]
Span = Literal["today", "week", "all"]


@dataclass(frozen=True, slots=True)
class LookShift:
    """Reply: ShiftSeen."""

    leaf: Leaf
    sort: ShiftSort = "attention"


@dataclass(frozen=True, slots=True)
class ShiftSeen:
    """`doing`: how many are talking, at a card …; `concerns`: how many are stuck, idle, lost."""

    page: Page[Seat]
    doing: Mapping[str, int]
    concerns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LookQueue:
    """Reply: QueueSeen."""

    wanted: Wanted
    leaf: Leaf
    sort: Sort = "time"


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """`counts`: how many there are in each state, of the kinds and the owner that are looked at."""

    page: Page[Any]
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class LookCases:
    """Reply: a page of Found."""

    text: str
    leaf: Leaf
    sort: FindSort = "serial"
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class LookCase:
    """Reply: WholeCase, or a Failure where there is no such case (any more)."""

    serial: str


@dataclass(frozen=True, slots=True)
class LookUnchanged:
    """Is a case still as it was when a repair was looked at? Reply: AsSeen."""

    serial: str


@dataclass(frozen=True, slots=True)
class LookProgress:
    """`by`: the variable of the bars. Reply: ProgressSeen."""

    by: str = "region"


@dataclass(frozen=True, slots=True)
class Share:
    """A value of a variable: its cases in the starting sample, completes now and this morning, and the target. Where
    the study has none, the target is its share of all completes that its share of the sample would bring."""

    value: str
    sample: int
    completes: int
    this_morning: int
    target: float


@dataclass(frozen=True, slots=True)
class ProgressSeen:
    """The outcome table now and as of this morning; completes by the value of a variable; calls and completes of today
    by the hour on the wall. `set_targets`: the targets are the study's own."""

    now: Table
    morning: Table
    shares: tuple[Share, ...]
    hours: Mapping[int, tuple[int, int]]
    set_targets: bool = False


@dataclass(frozen=True, slots=True)
class LookBehind:
    """The cases that a number of the table counts: those of these outcomes, with this value of a variable where one is
    named. Reply: BehindSeen."""

    outcomes: tuple[str, ...]
    by: str
    value: str
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class BehindSeen:
    """`count`: of all of them."""

    page: Page[CaseBehind]
    count: int


@dataclass(frozen=True, slots=True)
class LookInterviewers:
    """Reply: InterviewersSeen."""

    leaf: Leaf
    span: Span = "today"
    sort: FigureSort = "name"


@dataclass(frozen=True, slots=True)
class InterviewersSeen:
    """`total`: all of them together."""

    page: Page[InterviewerFigures]
    total: InterviewerFigures


@dataclass(frozen=True, slots=True)
class LookQuality:
    """Reply: QualitySeen."""

    leaf: Leaf
    span: Span = "all"


@dataclass(frozen=True, slots=True)
class QualitySeen:
    """`short`: how many have not reached their quota; `speeders` None: too few interviews to say what is usual."""

    page: Page[Quality]
    short: int
    speeders: tuple[Speeder, ...] | None


@dataclass(frozen=True, slots=True)
class LookHeard:
    """Reply: a page of listenings, the newest first."""

    leaf: Leaf


@dataclass(frozen=True, slots=True)
class LookCalls:
    """The newest calls of an interviewer, to say which one was listened to. Reply: a tuple of CallToHear."""

    interviewer: int


@dataclass(frozen=True, slots=True)
class LookPeople:
    """Who may sign in. Reply: the names, in order."""


@dataclass(frozen=True, slots=True)
class LookMessages:
    """Reply: MessagesSeen."""


@dataclass(frozen=True, slots=True)
class MessagesSeen:
    """Notes of the last days' shifts, messages, promised e-mails that are not sent; notes and messages newest first."""

    notes: tuple[ShiftNote, ...]
    messages: tuple[Message, ...]
    outbox: tuple[Promise, ...]


Look = (
    LookShift | LookQueue | LookCases | LookCase | LookUnchanged | LookProgress | LookBehind | LookInterviewers
    | LookQuality | LookHeard | LookCalls | LookPeople | LookMessages
)  # fmt: skip

FIGURES = (LookProgress, LookBehind, LookInterviewers, LookQuality)
"""Looks that go over all calls or cases: on many they take seconds, and nothing else should wait for them."""
