"""How every repair of a case goes: allowed, not of a case in somebody's hands, with a reason, logged, and reversible.

The case's outcome is never set: a repair changes what its history says, and the outcome is derived anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select

from cati.desk.actors import Actor, allow
from cati.desk.casefile import find_case
from cati.desk.holding import is_held
from cati.desk.images import difference, image_of
from cati.desk.standing import restand
from cati.desk.trying import tried
from cati.desk.words import storable
from cati.errors import InputError
from cati.outcomes import outcome_table
from cati.storage import Store, queue
from cati.storage.tables import call, call_result, cases, change, interviewer

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of the telephone outcome table that a repair changes: how many cases it counts before and after."""

    key: str
    label: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did, or would do.

    `id`: its line in the change log; `what`, `old`, `new`, `who`, `why`, `at`: as the log has it. The outcome of the
    case (key and label), and whether and when it is called, before and after; `rows`: of the outcome table, those that
    change; `notes`: what the person should know besides.
    """

    id: int
    serial: str
    what: str
    old: str | None
    new: str | None
    who: str
    why: str
    at: datetime
    outcome_before: str
    label_before: str
    outcome_after: str
    label_after: str
    called_before: str
    called_after: str
    next_call_before: datetime | None
    next_call_after: datetime | None
    rows: tuple[RowChange, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Job:
    """A repair under way: `case` is its row as it was, locked. What the repair says of itself for the log (`what`,
    `old`, `new`), what taking it back needs besides the image (`facts`), and what the person should know (`notes`)."""

    connection: Connection
    store: Store
    study: Study
    who: Actor
    case: Any
    now: datetime
    what: str = ""
    old: str | None = None
    new: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    undoes: int | None = None
    restorable: bool = True


def repair(
    store: Store,
    study: Study,
    who: Actor,
    act: str,
    serial: str,
    why: str,
    work: Callable[[Job], None],
    *,
    of_held: bool = False,
) -> Repaired:
    """Does a repair: `work` changes what the history says, everything else follows, at once or not at all.

    `of_held`: also of a case that somebody has in hand. Raises InputError where `who` may not do the act, for no
    reason, for an unknown serial, for a case in somebody's hands, and whatever `work` raises.
    """
    why = " ".join(storable(why).split())
    with store.write() as connection:
        allow(connection, who, act)
        if not why:
            raise InputError("Give a reason: whoever looks at the case later must be able to see why it was changed.")
        case_id = find_case(connection, serial)
        case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
        now = store.now(connection)
        if not of_held:
            _check_in_nobodys_hands(connection, study, case, now)
        counts, image = _counts(connection), image_of(connection, case_id)
        job = Job(connection, store, study, who, case, now)
        work(job)
        restand(connection, study, case_id, now)
        restores = {"changed": difference(image, image_of(connection, case_id)), **job.facts}
        made = connection.execute(
            insert(change).values(
                case_id=case_id,
                at=now,
                who=who.name,
                what=f"case: {job.what}",
                old=job.old,
                new=job.new,
                why=why,
                restores=json.dumps(restores) if job.restorable else None,
                undoes=job.undoes,
            )
        ).inserted_primary_key
        assert made is not None
        done = _done(job, int(made[0]), why, counts)
    queue.forget_directory(store)
    return done


def foresee_repair(store: Store, doing: Callable[[Store], Repaired]) -> Repaired:
    """What a repair would do: `doing` is given a store on which nothing is kept. Raises what the repair raises."""
    return tried(store, doing, lambda _: None)[0]


def check_not_erased(job: Job) -> None:
    """Raises InputError where nothing that says who somebody is may be kept of the case any more."""
    if job.case.erased_at is not None:
        raise InputError(
            f"Case {job.case.serial} was erased: no number and no address is kept of it any more. Nothing was changed."
        )


def holder_of(connection: Connection, case: Any) -> str:
    """The name of who has a case (a row) in hand; the caller has made sure that somebody has."""
    return str(connection.execute(select(interviewer.c.name).where(interviewer.c.id == case.owner)).scalar_one())


def open_call_of(connection: Connection, case: Any) -> datetime | None:
    """When the call began that is being made to a case in somebody's hands; None: nobody is dialled."""
    coded = select(call_result.c.call_id).where(call_result.c.case_id == case.id)
    began: datetime | None = connection.execute(
        select(func.max(call.c.started_at)).where(
            call.c.case_id == case.id, call.c.fence == case.fence, call.c.ended_at.is_(None), call.c.id.not_in(coded)
        )
    ).scalar()
    return began


def _check_in_nobodys_hands(connection: Connection, study: Study, case: Any, now: datetime) -> None:
    if not is_held(case.owner, case.lease_until, now):
        return
    began = open_call_of(connection, case)
    talking = f", in a call since {began.astimezone(study.timezone):%H:%M}" if began is not None else ""
    raise InputError(
        f"Case {case.serial} is in the hands of {holder_of(connection, case)}{talking}. Nothing was changed. Wait "
        f"until it is given back, or release it first: cati case release {case.serial} --reason …"
    )


def _counts(connection: Connection) -> dict[str, int]:
    """The cases of the telephone's starting sample at each outcome."""
    rows = connection.execute(
        select(cases.c.outcome, func.count()).where(cases.c.issued_at.is_not(None)).group_by(cases.c.outcome)
    )
    return {str(outcome): int(count) for outcome, count in rows}


def _done(job: Job, change_id: int, why: str, counts: dict[str, int]) -> Repaired:
    scheme, before = job.study.scheme, job.case
    after: Any = job.connection.execute(select(cases).where(cases.c.id == before.id)).one()
    rows: tuple[RowChange, ...] = ()
    if after.outcome != before.outcome and before.issued_at is not None:
        was, becomes = outcome_table(scheme, counts).totals, outcome_table(scheme, _counts(job.connection)).totals
        rows = tuple(
            RowChange(row.key, row.label, was[row.key], becomes[row.key])
            for row in scheme.rows
            if was[row.key] != becomes[row.key]
        )
    return Repaired(
        id=change_id,
        serial=before.serial,
        what=job.what,
        old=job.old,
        new=job.new,
        who=job.who.name,
        why=why,
        at=job.now,
        outcome_before=before.outcome,
        label_before=scheme.outcome(before.outcome).label,
        outcome_after=after.outcome,
        label_after=scheme.outcome(after.outcome).label,
        called_before=before.next_reason,
        called_after=after.next_reason,
        next_call_before=before.next_call_at if before.next_class is not None else None,
        next_call_after=after.next_call_at if after.next_class is not None else None,
        rows=rows,
        notes=tuple(job.notes),
    )
