"""Why a case comes now, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cati.desk.casefile import find_case
from cati.desk.delivery import turns_of
from cati.desk.holding import LEASE, is_held
from cati.desk.records import Interviewer
from cati.desk.standing import look
from cati.fieldwork import Asking, Holder, Plan, Turns, Verdict, plan, verdict
from cati.storage import Store, queue
from cati.storage.tables import cases, interviewer

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the calling rules say of a case at a time.

    `may_be_called`; `rule`: its place in the order where it may be called, else the first rule that forbids it; `why`:
    the same in a sentence; `lifts_at`: when that rule lets go (None: not by itself); `callable_at`: when it may be
    called, as things stand; `planned_at`: the time that was planned when its last call was logged; `hours`: the window
    and `slots` (parts of the week) that it is to be called in; `attempts` so far.
    """

    serial: str
    now: datetime
    may_be_called: bool
    rule: str
    why: str
    lifts_at: datetime | None
    callable_at: datetime | None
    planned_at: datetime | None
    outcome: str
    outcome_label: str
    attempts: int
    window: str
    slots: tuple[str, ...]
    timezone: str


def explain(store: Store, study: Study, serial: str, who: Interviewer | None = None) -> Explanation:
    """Why a case may or may not be called now, by anybody or by one interviewer. Raises InputError for no such case."""
    with store.read() as connection:
        now = store.now(connection)
        case_id = find_case(connection, serial)
        case = connection.execute(select(cases).where(cases.c.id == case_id)).one()
        turns = turns_of(store, connection, study, queue.directory(store, connection, now, LEASE))
        looked = look(connection, study, case)
        coming = plan(turns.rules, looked.situation)
        found = _verdict(connection, turns, case, coming, now, who)
        group = turns.group(coming.group) if coming.group else None
        return Explanation(
            serial=serial,
            now=now,
            may_be_called=found.may_be_called,
            rule=found.rule,
            why=found.why,
            lifts_at=found.lifts_at,
            callable_at=found.callable_at,
            planned_at=coming.at,
            outcome=case.outcome,
            outcome_label=study.scheme.outcome(case.outcome).label,
            attempts=case.attempts,
            window=group.window if group else "",
            slots=group.slots if group else (),
            timezone=case.timezone or study.timezone.key,
        )


def _verdict(
    connection: Connection, turns: Turns, case: Any, coming: Plan, now: datetime, who: Interviewer | None
) -> Verdict:
    holder = None
    if is_held(case.owner, case.lease_until, now):
        name = connection.execute(select(interviewer.c.name).where(interviewer.c.id == case.owner)).scalar_one()
        holder = Holder(name, case.lease_until)
    owner = None
    if coming.owner is not None:
        owner = connection.execute(select(interviewer).where(interviewer.c.id == coming.owner)).one()
    asking = None
    if who is not None:
        asking = Asking(who.id, owner.name, owner.present_until) if owner is not None else Asking(who.id)
    let_lie = case.owner is not None and holder is None
    return verdict(turns, coming, now, zone=case.timezone, holder=holder, let_lie=let_lie, asking=asking)
