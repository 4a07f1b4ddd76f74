"""Where a case stands: its outcome derived from all its calls and events, and when it is called next.

Everything that changes what a case has come to ends here, so that outcome, history, number states, attempts and the
place in the queue always agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from cati.desk.situation import CodedCall, coded_calls, events_of, situation
from cati.fieldwork import TURN, CallingRules, Held, Plan, Situation, draw, interrupted, plan, to_convert
from cati.outcomes import Event, NumberState, derive, number_states
from cati.storage.tables import (
    NEWEST_VERSION,
    appointment,
    cases,
    number,
    outcome_history,
    questionnaire_version,
    study_file,
)
from cati.storage.tables import study as installed

if TYPE_CHECKING:
    from cati.outcomes import Derived
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Standing:
    """What `restand` found."""

    outcome: str
    why: str
    deciding_call: int | None
    next_call_at: datetime | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A case's history, and what it comes to: its row, what was derived, the state of each number, its situation."""

    case: Any
    calls: list[CodedCall]
    derived: Derived
    numbers: list[Any]
    states: dict[int, str]
    situation: Situation


def look(connection: Connection, study: Study, case: Any) -> Looked:
    """Reads the history of a case (a row of the table) and derives what it comes to. Writes nothing."""
    calls = coded_calls(connection, case.id)
    events = events_of(connection, case.id, calls)
    held = list(
        connection.execute(
            select(number)
            .where(number.c.case_id == case.id, number.c.withdrawn_at.is_(None))
            .order_by(number.c.position, number.c.id)
        )
    )
    numbers = [NumberState(row.id, row.set_by_hand) for row in held]
    derived = derive(study.scheme, events, numbers)
    states = number_states(study.scheme, events, numbers)
    deciding: Event | None = next((event for event in events if event.id == derived.deciding), None)
    found = situation(connection, study, case, derived.outcome, deciding, calls, held, states)
    return Looked(case, calls, derived, held, states, found)


def restand(
    connection: Connection, study: Study, case_id: int, now: datetime, *, result_id: int | None = None
) -> Standing:
    """Derives a case's outcome anew and writes down what follows: history, number states, attempts, the next call.

    `result_id`: the result that led here; it settles an appointment that falls away.
    """
    # locked before the calls are read: on PostgreSQL one coded meanwhile would else be undone by what was known before
    case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
    rules = calling_rules(connection, study)
    looked = look(connection, study, case)
    derived, found = looked.derived, looked.situation
    for row in looked.numbers:
        if row.state != looked.states[row.id]:
            connection.execute(update(number).where(number.c.id == row.id).values(state=looked.states[row.id]))
    if found.final and found.appointment is not None and to_convert(rules, found) is None:
        connection.execute(
            update(appointment)
            .where(appointment.c.case_id == case_id, appointment.c.status == "booked")
            .values(status="cancelled", settled_by_result=result_id)
        )
    coming = plan(rules, found)
    deciding = None if derived.deciding is None else str(derived.deciding)
    values: dict[str, Any] = {
        "attempts": len(looked.calls),
        "last_call_at": looked.calls[-1].at if looked.calls else None,
        "outcome_why": derived.why,
        "draw": draw(rules.seed, case.serial),
        **as_columns(coming),
    }
    if (case.outcome, case.deciding_event) != (derived.outcome, deciding):
        values |= {"outcome": derived.outcome, "outcome_at": now, "deciding_event": deciding}
        write_history(connection, case_id, derived.outcome, deciding, derived.why, now)
    connection.execute(update(cases).where(cases.c.id == case_id).values(**values))
    return Standing(derived.outcome, derived.why, deciding_call(deciding), coming.at)


def stand_interrupted(connection: Connection, study: Study, case_id: int, began_at: datetime) -> None:
    """The place of a case that is being dialled, as `restand` would find it: were its console to stop now, the call
    would be gone on with before others are begun. An appointment keeps its time."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).one()
    if case.next_class == TURN or case.next_rule in ("attempts", "hours_over"):
        coming = interrupted(began_at, case.timezone or study.rules.timezone.key, case.next_barred)
        connection.execute(update(cases).where(cases.c.id == case_id).values(**as_columns(coming)))


def as_columns(coming: Plan) -> dict[str, Any]:
    """A plan as the columns of the case that hold it."""
    return {
        "next_class": coming.rank,
        "next_call_at": coming.at,
        "next_until": coming.until,
        "next_group": coming.group,
        "next_rule": coming.rule,
        "next_reason": coming.reason,
        "next_owner": coming.owner,
        "next_barred": coming.barred,
    }


def fresh_place(
    rules: CallingRules,
    *,
    serial: str,
    label: str,
    issued_at: datetime | None,
    zone: str = "",
    declined: bool = False,
    has_number: bool = True,
) -> dict[str, Any]:
    """The place in the queue of a case that was never called, as columns; `label` is that of its outcome.

    The same as `restand` comes to, without looking at a history that there is not.
    """
    numbers = [Held(0, usable=True)] if has_number else []
    case = Situation("", label, False, zone, declined, issued_at, numbers=numbers)
    return as_columns(plan(rules, case)) | {"draw": draw(rules.seed, serial)}


def deciding_call(deciding: str | None) -> int | None:
    """The id of the call that decided, from the id of the deciding event; None where no call did."""
    kind, _, number = (deciding or "").partition(":")
    return int(number) if kind == "call" else None


def write_history(
    connection: Connection, case_id: int, outcome: str, deciding: str | None, why: str, now: datetime
) -> None:
    """Appends a derived outcome to a case's history."""
    connection.execute(
        insert(outcome_history).values(case_id=case_id, at=now, outcome=outcome, deciding_event=deciding, why=why)
    )


def calling_rules(connection: Connection, study: Study) -> CallingRules:
    """The calling rules as they are installed, for the fieldwork dates and the bank holidays that are.

    A console that was started before others were installed goes by them too: the places of all cases are worked out by
    the same rules, else some would wait for hours that the others do not know.
    """
    name = study.files["calling"]
    newest = select(questionnaire_version.c.id).order_by(*NEWEST_VERSION).limit(1).scalar_subquery()
    text = select(study_file.c.text).where(study_file.c.version_id == newest, study_file.c.path == name)
    dates = (installed.c.fieldwork_start, installed.c.fieldwork_end, installed.c.bank_holidays)
    row = connection.execute(select(*dates, text.scalar_subquery().label("text"))).first()
    if row is None:
        return study.rules
    known = row.text in (None, study.texts[name])
    rules = study.file_rules if known else _read(row.text, name, study.timezone)
    rules = rules.during(date.fromisoformat(row.fieldwork_start), date.fromisoformat(row.fieldwork_end))
    return rules.with_holidays(date.fromisoformat(day) for day in json.loads(row.bank_holidays))


@lru_cache(maxsize=2)
def _read(text: str, name: str, zone: ZoneInfo) -> CallingRules:
    return replace(CallingRules.from_yaml(text, name), timezone=zone)
