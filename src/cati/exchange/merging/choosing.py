"""Which of several interviews of one person is kept.

The first of these rules that tells them apart decides: complete before part-interview; the one that was completed
earlier; the one with more answers; the named mode. Never a mixture of two; the losers are kept apart, with the reason.
A questionnaire begun online and finished by telephone is one interview, and no duplicate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from cati.exchange.codebook import interview_variables as own

Mode = Literal["telephone", "online"]
RULES = (
    "complete over part-interview",
    "completed earlier",
    "more answers",
    "preferred mode",
    "earlier row of the file",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interview of a person. `row`: of the online file, 0 for the telephone; `what`: what it stands for."""

    mode: Mode
    status: int
    at: datetime | None
    answers: int
    row: int
    begun_online: bool
    what: Any


@dataclass(frozen=True, slots=True)
class Chosen:
    """The interview that is kept, and each loser with the rule that decided; `continued`: those of the losers that are
    the beginning of the one that is kept."""

    kept: Candidate
    losers: tuple[tuple[Candidate, str], ...]
    continued: tuple[Candidate, ...] = ()


def choose(candidates: Sequence[Candidate], preferred: Mode) -> Chosen:
    """Chooses among the interviews of one person; at least one."""
    best = min(each.status != own.COMPLETE for each in candidates)
    timed = all(each.at is not None for each in candidates if (each.status != own.COMPLETE) == best)
    ranked = sorted(candidates, key=lambda each: _rank(each, preferred, timed))
    kept = ranked[0]
    continued = tuple(each for each in ranked[1:] if _is_beginning(each, kept))
    losers = [each for each in ranked[1:] if each not in continued]
    return Chosen(kept, tuple((each, _why(kept, each, preferred, timed)) for each in losers), continued)


def _rank(each: Candidate, preferred: Mode, timed: bool) -> tuple[Any, ...]:
    # where one of them has no time, nobody knows which came earlier
    return (
        each.status != own.COMPLETE,
        each.at if timed and each.at is not None else datetime.min,
        -each.answers,
        each.mode != preferred,
        each.row,
    )


def _is_beginning(each: Candidate, kept: Candidate) -> bool:
    """Was this begun online, and gone on with by telephone? The telephone's record says so, not the order in time."""
    begun = each.mode == "online" and each.status != own.COMPLETE
    return begun and kept.mode == "telephone" and kept.begun_online


def _why(kept: Candidate, loser: Candidate, preferred: Mode, timed: bool) -> str:
    pairs = zip(_rank(kept, preferred, timed), _rank(loser, preferred, timed), strict=True)
    return next((rule for rule, (one, other) in zip(RULES, pairs, strict=True) if one != other), RULES[-1])
