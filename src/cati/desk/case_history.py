"""All that ever happened to a case, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from cati.desk.casefile import case_card, find_case
from cati.desk.changes import Change, case_log
from cati.desk.explanation import Explanation, explain
from cati.desk.records import CaseCard
from cati.storage import Store
from cati.storage.answers import latest_answers
from cati.storage.tables import call as calls
from cati.storage.tables import (
    case_event,
    email_request,
    interview,
    interviewer,
    late_answer,
    outcome_history,
    questionnaire_version,
)

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """A questionnaire of a case. `answers`: how many questions have one; `waits_at`: the question that waits for its
    answer, "" where none does; `version`: of the questionnaire it was begun with."""

    mode: str
    started_at: datetime
    ended_at: datetime | None
    version: str
    answers: int
    waits_at: str


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something known from elsewhere than calls. `label`: of the outcome it came to, "" where it decides nothing."""

    at: datetime
    kind: str
    status: str
    label: str
    who: str


@dataclass(frozen=True, slots=True)
class Stood:
    """What a case had come to from a time on, and why."""

    at: datetime
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Promised:
    """An e-mail that was promised."""

    at: datetime
    who: str
    kind: str
    address: str
    sent_at: datetime | None
    cancelled: bool


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with everything that is on the record of it, each list the oldest first.

    `late`: how many answers came in after the case had gone to somebody else, kept beside the interview.
    """

    card: CaseCard
    calling: Explanation
    interviews: tuple[HeldInterview, ...]
    events: tuple[CaseEvent, ...]
    changes: tuple[Change, ...]
    stood: tuple[Stood, ...]
    emails: tuple[Promised, ...]
    late: int


def whole_case(store: Store, study: Study, serial: str) -> WholeCase:
    """Everything of a case. Raises InputError if there is no case of that serial."""
    card, calling, log = case_card(store, study, serial), explain(store, study, serial), case_log(store, serial)
    with store.read() as connection:
        case_id = find_case(connection, serial)
        return WholeCase(
            card=card,
            calling=calling,
            interviews=_interviews(connection, study, case_id, card),
            events=_events(connection, study, case_id),
            changes=log,
            stood=_stood(connection, study, case_id),
            emails=_emails(connection, case_id),
            late=_late(connection, case_id),
        )


def _interviews(connection: Connection, study: Study, case_id: int, card: CaseCard) -> tuple[HeldInterview, ...]:
    rows = connection.execute(
        select(interview, questionnaire_version.c.version)
        .join(questionnaire_version, questionnaire_version.c.id == interview.c.version_id)
        .where(interview.c.case_id == case_id)
        .order_by(interview.c.id)
    ).all()
    found = []
    for row in rows:
        # what is asked anew in every call is not answered for the next
        per_call = study.program("telephone").per_call if row.mode == "telephone" else ()
        answers, _ = latest_answers(connection, row.id, 0, per_call)
        waits = "" if row.ended_at is not None else _waits_at(study, row.mode, card, answers)
        found.append(HeldInterview(row.mode, row.started_at, row.ended_at, row.version, len(answers), waits))
    return tuple(found)


def _waits_at(study: Study, mode: Any, card: CaseCard, answers: dict[str, Any]) -> str:
    """The question that waits, as whoever goes on with the interview will see it."""
    from cati.interview.interview import Interview

    held, _ = Interview.resume(study.program(mode), card.sample, answers)
    return held.next or ""


def _events(connection: Connection, study: Study, case_id: int) -> tuple[CaseEvent, ...]:
    rows = connection.execute(select(case_event).where(case_event.c.case_id == case_id).order_by(case_event.c.id))
    return tuple(
        CaseEvent(row.at, row.kind, row.status, _label(study, row.outcome) if row.outcome else "", row.who)
        for row in rows
    )


def _stood(connection: Connection, study: Study, case_id: int) -> tuple[Stood, ...]:
    rows = connection.execute(
        select(outcome_history).where(outcome_history.c.case_id == case_id).order_by(outcome_history.c.id)
    )
    return tuple(Stood(row.at, _label(study, row.outcome), row.why) for row in rows)


def _emails(connection: Connection, case_id: int) -> tuple[Promised, ...]:
    rows = connection.execute(
        select(email_request, interviewer.c.name.label("who"))
        .join(interviewer, interviewer.c.id == email_request.c.interviewer_id)
        .where(email_request.c.case_id == case_id)
        .order_by(email_request.c.id)
    )
    return tuple(
        Promised(row.at, row.who, row.kind, row.address, row.sent_at, row.cancelled_at is not None) for row in rows
    )


def _late(connection: Connection, case_id: int) -> int:
    counted = select(func.count()).select_from(late_answer).join(calls, calls.c.id == late_answer.c.call_id)
    return connection.execute(counted.where(calls.c.case_id == case_id)).scalar_one()


def _label(study: Study, key: str) -> str:
    """The label of an outcome; of one that the scheme of today does not have, its key."""
    found = study.scheme.outcomes.get(key)
    return key if found is None else found.label
