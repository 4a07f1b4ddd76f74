"""Withdrawal from the research, and retention: what is erased, and what stays to be counted."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from cati.desk.actors import allow
from cati.desk.casefile import find_case
from cati.desk.data_requests import answer_request, close_requests
from cati.desk.delivery import end_open_calls
from cati.desk.events import write_event
from cati.desk.holding import is_held
from cati.desk.moving import BREATH
from cati.desk.online import outcome_of
from cati.desk.online_status import OPTED_OUT
from cati.desk.opting_out import Listed, list_case
from cati.desk.standing import as_columns, calling_rules, restand
from cati.desk.words import storable
from cati.errors import InputError
from cati.fieldwork import Plan
from cati.storage import Store, queue
from cati.storage.erasing import RIGHTS, WITHDRAWN, Erased, erase_answers, erase_contact, erase_open, prepare, scrub
from cati.storage.tables import appointment, call, cases, change, interviewer, survey_link

if TYPE_CHECKING:
    from cati.desk.actors import Actor
    from cati.studies import Study

WITHDREW = "Withdrew from the research"
AT_ONCE = 250
"""Cases that are purged in one transaction."""
PURGED = "Contact details erased at the end of their retention"
DATA_ERASED = "data erased"
_PURGED = RIGHTS + "purged"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did.

    `erased`: how much, by what it was; `outcome`, `outcome_label`: what the case still counts as; `listed`: what came
    to be on the opt-out list; `due_on`: by when the request had to be answered; `survey_ids`: by which the interview is
    known in files already delivered; `again`: it was withdrawn before, and nothing was left; `left_over`: why the bytes
    of it are still in the database's files ("": they are not).
    """

    serial: str
    erased: Erased
    outcome: str
    outcome_label: str
    listed: Listed
    due_on: date
    survey_ids: tuple[str, ...]
    again: bool
    left_over: str


def withdraw_respondent(
    store: Store, study: Study, serial: str, who: Actor, *, reason: str, received: date | None = None
) -> Withdrawn:
    """Erases somebody's contact details and answers everywhere, and has nobody call them again.

    The case stays, to be counted: with the outcome it has if that is final, else as having asked not to be contacted.
    Numbers and addresses go onto the opt-out list. The request is logged as received on a day (today). Raises
    InputError for no reason, an unknown serial, a case in somebody's hands, and where `who` may not.
    """
    reason = " ".join(storable(reason).split())
    if not reason:
        raise InputError("Give a reason: how and when was it said? It is all that is left of the request.")
    with store.write() as connection:
        allow(connection, who, "respondent withdraw")
        case_id = find_case(connection, serial)
        case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
        now = store.now(connection)
        _check_in_nobodys_hands(connection, case, now)
        again = case.barred == WITHDREW
        listed, erased = Listed(), Counter[str]()
        prepare(store, connection)
        if not again:
            listed = list_case(store, connection, study, case_id, who.name, now)
            _close(connection, study, case, who, now)
        erased = erase_contact(connection, [case_id], now, WITHDREW) + erase_answers(connection, [case_id])
        standing = restand(connection, study, case_id, now)
        due = _write_down(connection, study, case_id, who, now, reason, received, erased)
        links = select(survey_link.c.survey_id).where(survey_link.c.case_id == case_id).order_by(survey_link.c.id)
        survey_ids = tuple(connection.execute(links).scalars())
    queue.forget_directory(store)
    return Withdrawn(
        serial=serial,
        erased=erased,
        outcome=standing.outcome,
        outcome_label=study.scheme.outcome(standing.outcome).label,
        listed=listed,
        due_on=due,
        survey_ids=survey_ids,
        again=again,
        left_over=scrub(store),
    )


def _check_in_nobodys_hands(connection: Connection, case: Any, now: datetime) -> None:
    if is_held(case.owner, case.lease_until, now):
        name = connection.execute(select(interviewer.c.name).where(interviewer.c.id == case.owner)).scalar()
        raise InputError(
            f"{name} has case {case.serial} in hand, and would go on writing to it. Have it given back, or release it "
            f"with: cati case release {case.serial}"
        )


def _close(connection: Connection, study: Study, case: Any, who: Actor, now: datetime) -> None:
    """A case that was still to be called ends as one that asked not to be contacted; calls left open are ended."""
    end_open_calls(connection, case.id)
    connection.execute(
        update(cases).where(cases.c.id == case.id).values(owner=None, lease_until=None, fence=cases.c.fence + 1)
    )
    outcome = None
    if not study.scheme.outcome(case.outcome).is_final:
        with suppress(InputError):  # a scheme without such an outcome: the case stays as it is, and is not called
            outcome = outcome_of(study.scheme, OPTED_OUT)
    write_event(connection, case.id, "office", at=now, now=now, outcome=outcome, status="withdrawn", who=who.name)


def _write_down(
    connection: Connection,
    study: Study,
    case_id: int,
    who: Actor,
    now: datetime,
    reason: str,
    received: date | None,
    erased: Erased,
) -> date:
    connection.execute(
        insert(change).values(
            case_id=case_id, at=now, who=who.name, what=WITHDRAWN, new=json.dumps(dict(erased)), why=reason
        )
    )
    due = answer_request(connection, study, case_id, "withdraw", who, now, received, reason, DATA_ERASED)
    close_requests(connection, case_id, who, now, DATA_ERASED)
    return due


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge erased, or would erase. `cases`: of how many; `live`: how many of them have no final outcome, and
    are over because fieldwork is; `before`: cases finished before this instant; `left_over`: as of `Withdrawn`."""

    cases: int
    live: int
    before: datetime
    erased: Erased
    left_over: str = ""


def purge(
    store: Store,
    study: Study,
    older_than: int,
    who: Actor,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Purged:
    """Erases contact details and call notes of the cases that were finished more than so many days ago.

    Finished: with a final outcome and nothing done since; or whatever its outcome, once fieldwork has been over for as
    long. Outcomes, calls and answers stay, and with them every table but the time that contact details took. A few
    cases in each transaction; interviewing goes on. `dry_run` does all of it and keeps nothing. Raises InputError where
    `who` may not.
    """
    if older_than < 0:
        raise InputError("--older-than is a number of days, 0 or more.")
    with store.read() as connection:
        allow(connection, who, "purge")
        now = store.now(connection)
        before = now - timedelta(days=older_than)
        ids = connection.execute(select(cases.c.id).where(_finished(connection, study, before)).order_by(cases.c.id))
        found = list(ids.scalars())
    total: Erased = Counter()
    done = live = 0
    for start in range(0, len(found), AT_ONCE):
        time.sleep(BREATH)
        erased, counted, unresolved = _purge_some(store, study, found[start : start + AT_ONCE], before, dry_run)
        total, done, live = total + erased, done + counted, live + unresolved
        progress(start + AT_ONCE, len(found))
    total += _purge_rest(store, who, before, older_than, done, total, dry_run)
    return Purged(done, live, before, total, "" if dry_run else scrub(store))


def _finished(connection: Connection, study: Study, before: datetime) -> ColumnElement[bool]:
    final = [key for key, outcome in study.scheme.outcomes.items() if outcome.is_final]
    quiet = or_(cases.c.last_call_at.is_(None), cases.c.last_call_at < before)
    closed = and_(cases.c.outcome.in_(final), cases.c.outcome_at < before, quiet)
    rules = calling_rules(connection, study)
    over = datetime.combine(rules.fieldwork_end + timedelta(days=1), time_of_day(), rules.timezone) <= before
    done = or_(closed, quiet) if over else closed
    return and_(cases.c.erased_at.is_(None), done, cases.c.owner.is_(None))


class _NotMeant(Exception):
    """Ends a transaction that was only tried."""


def _purge_some(
    store: Store, study: Study, ids: Sequence[int], before: datetime, dry_run: bool
) -> tuple[Erased, int, int]:
    erased: Erased = Counter()
    counted, unresolved = 0, 0
    with suppress(_NotMeant), store.write() as connection:
        prepare(store, connection)
        which = select(cases).where(cases.c.id.in_(ids), _finished(connection, study, before))
        due = connection.execute(which.order_by(cases.c.id).with_for_update()).all()
        now = store.now(connection)
        ids_due = [case.id for case in due]
        erased = erase_contact(connection, ids_due, now, PURGED, until=before)
        unresolved = sum(not study.scheme.outcome(case.outcome).is_final for case in due)
        _no_more_calls(connection, [case.id for case in due if case.next_class is not None])
        for case_id in connection.execute(
            select(call.c.case_id).where(call.c.case_id.in_(ids_due), call.c.ended_at.is_(None)).distinct()
        ).scalars():
            end_open_calls(connection, case_id)
        counted = len(due)
        if dry_run:
            raise _NotMeant
    queue.forget_directory(store)
    return erased, counted, unresolved


def _no_more_calls(connection: Connection, ids: Sequence[int]) -> None:
    """Takes cases out of the queue that are barred now, as `restand` would: a purge is of thousands at once."""
    place = as_columns(Plan(None, "declined", PURGED))
    connection.execute(update(cases).where(cases.c.id.in_(ids)).values(**place))
    connection.execute(
        update(appointment)
        .where(appointment.c.case_id.in_(ids), appointment.c.status == "booked")
        .values(status="cancelled")
    )


def _purge_rest(
    store: Store, who: Actor, before: datetime, days: int, done: int, total: Erased, dry_run: bool
) -> Erased:
    """Contact details of the open link's responses, which are of no case; and the record of the purge."""
    erased: Erased = Counter()
    with suppress(_NotMeant), store.write() as connection:
        prepare(store, connection)
        erased["open-link contact details"] = erase_open(connection, before)
        record = {"days": days, "before": before.isoformat(), "cases": done, **(total + erased)}
        connection.execute(
            insert(change).values(
                at=store.now(connection),
                who=who.name,
                what=_PURGED,
                new=json.dumps(record),
                why=f"cati purge --older-than {days}",
            )
        )
        if dry_run:
            raise _NotMeant
    return +erased
