"""What a rehearsal writes down for itself beside the database: the calls of each case, its appointments, who waited.

The rivals' orders and the findings are worked out from this; cati's own order sees only the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cati.rehearsal.population import CallBack


@dataclass(frozen=True, slots=True)
class Made:
    """A coded call: on which of the person's numbers, when, by whom, what it came to, whether somebody was spoken to.

    `part`: the part of the week that it was dialled in; `strength`: of a refusal, soft or hard.
    """

    line: int
    who: int
    started_at: datetime
    ended_at: datetime
    outcome: str
    contact: bool
    part: str
    strength: str | None = None


@dataclass(slots=True)
class Agreed:
    """An appointment. `contact`: the how-manieth contact made it; `delivered_at`: when the case was handed out for it;
    `kept`: the person was there for it."""

    serial: str
    kind: Literal["hard", "soft"]
    at: datetime
    owner: int
    contact: int
    delivered_at: datetime | None = None
    kept: bool = False
    cancelled: bool = False


@dataclass(slots=True)
class Case:
    """A case as the rehearsal knows it.

    `lines`: how many numbers it holds; `failed`: those that lead nowhere; `asked`: the outcome by which somebody asked
    to be called back, while that stands, and in which hours; `outcome`: what the case came to; `open`: it is to be
    called under the study's rules; `held`: somebody has it in hand.
    """

    serial: str
    lines: int
    calls: list[Made] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)
    contacts: int = 0
    appointment: Agreed | None = None
    asked: tuple[str, CallBack] | None = None
    refused_softly: bool = False
    broken_off: bool = False
    outcome: str = ""
    open: bool = True
    held: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """An interviewer asked for a case: when, and which she got (None: none, and she waited until `until`); `hard`: a
    hard appointment whose time had come."""

    at: datetime
    who: int
    serial: str | None
    until: datetime | None = None
    hard: bool = False
