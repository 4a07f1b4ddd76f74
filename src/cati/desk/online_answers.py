"""The answers that come with an event of the online survey: how they are kept, and what the telephone goes on from.

Kept as JSON with a case's event, or with a response of the open link:

    {"items": {"B1": 1, "B3": [1, 9], "B10": {"key": "dk"}},        understood: by item, as `answers.to_json` writes it
     "rest": {"B11": "300", "browser": "…"},                         by column of the file, the text as it stood there
     "contact": {"items": {"K4": {"name": "…", …}}, "rest": {…}}}    the same two, of what says who somebody is

`rest` holds what a question cannot take, and columns that are no question's: kept, and used by nothing. Exports of
answers leave `contact` out, and an erasure finds all that names somebody there and in `rest`. Empty parts are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from cati.desk.online_status import NEWEST, PARTIAL
from cati.interview.impossible import never_asked
from cati.questionnaire.answers import AnswerRefused, to_json
from cati.questionnaire.judging import judge
from cati.storage import Store
from cati.storage.answers import Json, latest_answers, write_answer
from cati.storage.tables import case_event, change

if TYPE_CHECKING:
    from cati.questionnaire.program import Program
    from cati.studies import Study

TAKEN_OVER = "answers of the online survey taken over"


@dataclass(frozen=True, slots=True)
class OnlineAnswers:
    """What somebody answered online, understood (`items`) and not (`rest`), contact details apart: see the module."""

    items: Mapping[str, Json] = field(default_factory=dict)
    rest: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, Json] = field(default_factory=dict)
    contact_rest: Mapping[str, str] = field(default_factory=dict)

    def as_text(self) -> str:
        """As it is kept; the same answers are the same text."""
        contact = {"items": dict(self.contact), "rest": dict(self.contact_rest)}
        parts = {"items": dict(self.items), "rest": dict(self.rest), "contact": _filled(contact)}
        return json.dumps(_filled(parts), sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> OnlineAnswers:
        """What `as_text` wrote."""
        parts: dict[str, Any] = json.loads(text)
        contact = parts.get("contact", {})
        return cls(parts.get("items", {}), parts.get("rest", {}), contact.get("items", {}), contact.get("rest", {}))


def _filled(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}


@dataclass(frozen=True, slots=True)
class StartedOnline:
    """A part-complete that the telephone can go on from: the event, and the answers to questions of both modes.

    `questions`: how many questions they answer, the words of codes not counted.
    """

    event: int
    answers: Mapping[str, Json]
    questions: int


def started_online(connection: Connection, study: Study, case_id: int) -> StartedOnline | None:
    """What the telephone can go on from, of a case that was only begun online; None where there is nothing."""
    events = connection.execute(
        select(case_event.c.id, case_event.c.status, case_event.c.answers)
        .where(case_event.c.case_id == case_id, case_event.c.kind == "online")
        .order_by(*NEWEST)
    ).all()
    if not events or events[0].status != PARTIAL:
        return None
    asked = _asked_in_both_modes(study.program("telephone"))
    for row in events:
        kept = OnlineAnswers.of_text(row.answers)
        answers = _taken(study.program("telephone"), asked, {**kept.items, **kept.contact})
        if row.status == PARTIAL and answers:
            return StartedOnline(row.id, answers, sum(asked[item] == item for item in answers))
    return None


def _asked_in_both_modes(program: Program) -> dict[str, str]:
    """The questions, and the words of their codes, that are asked online and by telephone: each with its question.

    Those of the screener are not: what is said at the beginning of a call is said in that call.
    """
    alone = never_asked(program.questionnaire, "telephone") | never_asked(program.questionnaire, "online")
    asked: dict[str, str] = {}
    for step in program.steps:
        if step.kind in ("message", "end") or step.item.per_call or step.id.lower() in alone:
            continue
        asked[step.id] = step.id
        asked.update((write_in.id, step.id) for write_in in step.write_ins)
    return asked


def _taken(program: Program, asked: Mapping[str, str], given: Mapping[str, Json]) -> dict[str, Json]:
    """Of some answers, by the questionnaire's spelling, those that a question on the telephone can take."""
    taken: dict[str, Json] = {}
    for name, value in given.items():
        item = program.spelling(name)
        if item is None or item not in asked:
            continue
        try:
            answer = judge(program, item, value)
        except AnswerRefused:
            continue  # a code that is offered online alone: it is asked again
        if answer is not None:
            taken[item] = to_json(answer)
    return {item: value for item, value in taken.items() if asked[item] in taken}


def take_over(
    store: Store, connection: Connection, study: Study, case_id: int, interview_id: int, call_id: int, now: datetime
) -> None:
    """Makes the answers of a part-complete the first of the telephone interview, once for each event.

    A question that the interview has an answer to keeps it.
    """
    started = started_online(connection, study, case_id)
    if started is None:
        return
    event = f"event:{started.event}"
    done = select(change.c.id).where(change.c.case_id == case_id, change.c.what == TAKEN_OVER, change.c.new == event)
    if connection.execute(done).first() is not None:
        return
    held, seq = latest_answers(connection, interview_id, call_id)
    answered = {item.lower() for item in held}
    asked = _asked_in_both_modes(study.program("telephone"))
    for item, value in started.answers.items():
        if asked[item].lower() in answered:
            continue
        write_answer(store, connection, interview_id=interview_id, call_id=call_id, seq=seq, item=item, value=value)
        seq += 1
    connection.execute(
        insert(change).values(case_id=case_id, at=now, who="cati", what=TAKEN_OVER, new=event, why="a call began")
    )
