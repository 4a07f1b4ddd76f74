"""Completed interviews as their answers tell of them: how long each question took, and how many got no answer.

One pass over the answers, in the order in which the database keeps them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, String, Subquery, Table, case, cast, func, null, select

from cati.desk.figures.counted import counted_calls
from cati.desk.figures.period import Period
from cati.outcomes.call_groups import CallGroups
from cati.storage import Store
from cati.storage.sql_time import epoch
from cati.storage.tables import answer, call, contact_detail

if TYPE_CHECKING:
    from cati.questionnaire.program import Program

NO_ANSWER = ("dk", "refused", "prefer_not")
"""The keys of answers that answer nothing, in the questionnaire's format: don't know, refused, prefers not to say."""
TAKEN_OVER = 1.0
"""Seconds. Answers that stand within the first second of a call were not given in it: they came from the online
survey."""
_AT_ONCE = 10_000

Progress = Callable[[int], None]
"""Is told how many interviews have been read."""

_Typed = tuple[int, int, int, str, str | None, float]
"""interview, number of the answer, call, item, its value if it may be a NO_ANSWER ("" any other), seconds since
1970."""


@dataclass(slots=True)
class Answered:
    """A completed interview: the seconds of each question (of the telephone's program, by its id there), over how many
    calls; how many questions were `asked`, and how many of them `unanswered`."""

    questions: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    asked: int = 0
    unanswered: int = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return sum(self.questions.values())


def completed_interviews(groups: CallGroups, period: Period) -> Subquery:
    """The interviews completed in calls that began in a period: interview_id, case_id, interviewer_id of the last
    call."""
    rows = counted_calls(groups, period, history=False)
    return (
        select(rows.c.interview_id, rows.c.case_id, func.max(rows.c.interviewer_id).label("interviewer_id"))
        .where(rows.c.outcome.in_(sorted(groups.of("complete"))))
        .group_by(rows.c.interview_id, rows.c.case_id)
        .subquery("done")
    )


def unwatched(_interviews: int) -> None:
    """Progress that nobody looks at."""


def answered_interviews(
    connection: Connection, store: Store, program: Program, done: Subquery, progress: Progress = unwatched
) -> dict[int, Answered]:
    """The interviews of `done` that have answers with times of their own, by id.

    The seconds of a question: from the answer before it, in the same call, to its own, its write-ins included, and
    again where it was gone back to. So what went before the first answer of a call (dialling, ringing, the
    introduction) and what lies between two calls count nowhere. A call that came no further than the screener is not
    part of an interview. The newest answer to each question says whether it was answered; screeners, write-ins and
    contact details are not counted as asked.
    """
    began = {
        row.id: float(row.began)
        for row in connection.execute(
            select(call.c.id, epoch(store, call.c.started_at).label("began")).where(
                call.c.interview_id.in_(select(done.c.interview_id))
            )
        )
    }
    reading = _Reading(program)
    contacts: dict[int, list[_Typed]] = defaultdict(list)
    for row in connection.execute(_typed(store, contact_detail, done, null())):
        contacts[row[0]].append(tuple(row))
    flagged = case((answer.c.value.in_(reading.values), answer.c.value), (answer.c.value.is_(None), null()), else_="")
    stream = connection.execution_options(yield_per=_AT_ONCE).execute(_typed(store, answer, done, flagged))
    found = {}
    for count, (interview_id, typed) in enumerate(_merged(stream, contacts), 1):
        progress(count)
        each = reading.read(typed, began)
        if each.questions:
            found[interview_id] = each
    return found


def _typed(store: Store, table: Table, done: Subquery, value: Any) -> Any:
    return (
        select(
            table.c.interview_id,
            table.c.seq,
            table.c.call_id,
            table.c.item,
            cast(value, String).label("value"),
            epoch(store, table.c.at).label("at"),
        )
        .where(table.c.interview_id.in_(select(done.c.interview_id)))
        .order_by(table.c.interview_id, table.c.seq)
    )


def _merged(stream: Any, contacts: dict[int, list[_Typed]]) -> Iterator[tuple[int, list[_Typed]]]:
    """The answers of one interview after the other, contact details at their places among them."""
    for interview_id, rows in groupby(stream, key=itemgetter(0)):
        typed = list(rows)
        if interview_id in contacts:
            typed = sorted([*map(tuple, typed), *contacts[interview_id]], key=itemgetter(1))
        yield interview_id, typed


class _Reading:
    """What the questionnaire says of items and answers."""

    def __init__(self, program: Program) -> None:
        self._screener = program.per_call
        self._owner: dict[str, str] = {}
        self._asked: set[str] = set()
        self._unanswered: set[tuple[str, str]] = set()
        for step in program.steps:
            self._owner[step.id] = step.id
            self._owner.update((write_in.id, step.id) for write_in in step.write_ins)
            if step.kind in ("message", "end", "contact") or step.item.per_call:
                continue
            self._asked.add(step.id)
            for option in step.options:
                if option.option.key in NO_ANSWER:
                    code = option.option.code
                    self._unanswered.add((step.id, json.dumps([code] if step.kind == "multi" else code)))
            for special in step.specials:
                if special.special.key in NO_ANSWER:
                    self._unanswered.add((step.id, json.dumps({"key": special.special.key})))
        self.values = sorted({value for _, value in self._unanswered})

    def read(self, typed: list[_Typed], began: dict[int, float]) -> Answered:
        """An interview, from all its answers in order."""
        screener, owner = self._screener, self._owner
        beyond = {
            made for _, _, made, item, _, at in typed if item not in screener and float(at) - began[made] > TAKEN_OVER
        }
        found, newest = Answered(calls=len(beyond)), {}
        last: dict[int, float] = {}
        questions = found.questions
        for _, _, made, item, value, at in typed:
            newest[item] = value
            moment = float(at)
            if made not in beyond or moment - began[made] <= TAKEN_OVER:
                continue
            before = last.get(made)
            last[made] = moment
            if before is not None:
                question = owner.get(item, item)
                questions[question] = questions.get(question, 0.0) + max(moment - before, 0.0)
        for item, value in newest.items():
            if value is not None and item in self._asked:
                found.asked += 1
                found.unanswered += (item, value) in self._unanswered
        return found
