"""What the controller asks of the world besides looking: one effect at a time, answered with a reply or a Failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cati.console.supervisor.looks import Look
    from cati.desk import AsSeen, Booking, Result

RepairKind = Literal[
    "release", "give", "recode", "reopen", "opt_out", "add_number", "correct_number", "mark_number", "move", "cancel",
    "undo",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair of a case, as far as it is known: who gets it, what it becomes, which number, when, and why."""

    kind: RepairKind
    serial: str
    why: str = ""
    to: str = ""
    outcome: str = ""
    result: Result | None = None
    call: int | None = None
    number: str = ""
    instead: str = ""
    booking: Booking | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a repair would do. Reply: Previewed."""

    repair: Repair


@dataclass(frozen=True, slots=True)
class Do:
    """The repair that was looked at, to the case as it was `seen`. Reply: Repaired, or Changed."""

    repair: Repair
    seen: AsSeen


@dataclass(frozen=True, slots=True)
class Changed:
    """Nothing was done: the case has changed since it was looked at."""

    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to be looked at once, for what is asked next. Reply: as of the look."""

    look: Look


@dataclass(frozen=True, slots=True)
class Listened:
    """Reply: None."""

    call: int
    seconds: int
    share: int
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class CheckedBack:
    """Reply: None."""

    serial: str
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to somebody, or ("") to everybody. Reply: the names of whoever gets it."""

    to: str
    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A note for the next shift. Reply: ShiftNote."""

    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A promised e-mail was sent. Reply: how many were marked."""

    id: int


@dataclass(frozen=True, slots=True)
class Leave:
    """No reply: the screen ends."""


Effect = Preview | Do | Ask | Listened | CheckedBack | Tell | HandOver | Sent | Leave


@dataclass(frozen=True, slots=True)
class Failure:
    """What was not done or could not be looked at: the world failed, or it is not possible."""

    kind: Literal["outside", "refused"]
    why: str


Reply = Any
"""What an effect is answered with, as named beside it, or a Failure."""
