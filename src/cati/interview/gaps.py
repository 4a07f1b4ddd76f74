"""Where an interview has no answer and another question follows all the same: after a correction, or in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cati.interview.interview import Interview


@dataclass(frozen=True, slots=True)
class PastGaps:
    """An interview walked to its end, past every question without an answer.

    `lacking`: those questions, in order; `live`: every question and write-in whose answer counts; `end`: the outcome
    key that it ends with, None where it ends with none.
    """

    lacking: tuple[str, ...]
    live: frozenset[str]
    end: str | None


def walk_past_gaps(interview: Interview) -> PastGaps:
    """Walks an interview's answers as if each question without one had been passed over.

    What follows such a question is walked as conditions say that see no answer there.
    """
    program = interview.program
    live: list[Any] = [None] * program.slots
    route: list[int] = []
    lacking: list[str] = []
    at = 0
    while True:
        reached = program.advance(interview.given, live, interview.sample, route, at)
        if reached.waiting is None:
            break
        lacking.append(program.steps[reached.waiting].id)
        at = reached.waiting + 1
    ids = [step.id for step in program.steps if live[step.slot] is not None]
    ids += [write_in.id for write_in in program.write_ins.values() if live[write_in.slot] is not None]
    return PastGaps(tuple(lacking), frozenset(ids), reached.end)
