"""Taking a repair back: a line of the log of its own, that undoes the last repair of a case that stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select

from cati.desk.actors import Actor
from cati.desk.images import put_back
from cati.desk.opting_out import Listed, unlist
from cati.desk.recoding import NO_HOLD, keep_one
from cati.desk.repairing import Job, Repaired, repair
from cati.errors import InputError
from cati.storage.tables import call, call_result, case_event, cases, change

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study


def undo_repair(store: Store, study: Study, who: Actor, serial: str, why: str) -> Repaired:
    """Takes back the last repair of a case that was not taken back yet; again, the one before it.

    What has happened since stays: what an interviewer has coded, or changed of what the repair had changed. Raises
    InputError where there is none, where its call was coded anew since, and for a release once the case has gone on.
    """

    def work(job: Job) -> None:
        last = _last(job)
        restores: dict[str, Any] = json.loads(last.restores)
        job.what = f"undone: {last.what.removeprefix('case: ')}"
        job.old, job.new = last.new, last.old
        job.undoes, job.restorable = last.id, False
        if "fence" in restores:
            _check_not_handed_out(job, restores["fence"])
        if "event" in restores:
            _withdraw_event(job, restores["event"])
        if "listed" in restores:
            unlist(job.connection, study, Listed(**restores["listed"]), job.now)
        if "result" in restores:
            _code_as_before(job, restores)
        put_back(job.connection, job.case.id, restores["changed"], job.now)
        keep_one(job.connection, job.case.id)

    return repair(store, study, who, "undo", serial, why, work)


def _last(job: Job) -> Any:
    undone = select(change.c.undoes).where(change.c.case_id == job.case.id, change.c.undoes.is_not(None))
    row = job.connection.execute(
        select(change)
        .where(change.c.case_id == job.case.id, change.c.restores.is_not(None), change.c.id.not_in(undone))
        .order_by(change.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        raise InputError(f"No repair of case {job.case.serial} is left to take back. Its log: cati case log SERIAL")
    return row


def _check_not_handed_out(job: Job, fence: int) -> None:
    now: Any = job.connection.execute(select(cases.c.owner, cases.c.fence).where(cases.c.id == job.case.id)).one()
    since = job.connection.execute(select(func.max(call.c.fence)).where(call.c.case_id == job.case.id)).scalar()
    if now.owner is not None or now.fence != fence or (since or 0) > fence:
        raise InputError(
            f"Case {job.case.serial} has been handed out again since it was released: that is not taken back any more."
        )


def _withdraw_event(job: Job, event_id: int) -> None:
    event: Any = job.connection.execute(select(case_event).where(case_event.c.id == event_id)).first()
    if event is None:
        raise InputError("What the repair recorded was erased since: it cannot be taken back.")
    job.connection.execute(
        insert(case_event).values(
            case_id=job.case.id,
            kind=event.kind,
            at=event.at,
            recorded_at=job.now,
            who=job.who.name,
            withdraws=event_id,
        )
    )


_UNDONE = "recoding undone"


def _standing(connection: Connection, call_id: int) -> int | None:
    """The result of a call that counts, recodings that were taken back apart: each took back the one before it."""
    written = select(call_result.c.id, call_result.c.why).where(call_result.c.call_id == call_id)
    standing: list[int] = []
    for row in connection.execute(written.order_by(call_result.c.id)):
        if row.why == _UNDONE:
            standing.pop()
        else:
            standing.append(row.id)
    return standing[-1] if standing else None


def _code_as_before(job: Job, restores: dict[str, Any]) -> None:
    """A further result of the call that says what the one before the repair said; none: not coded again."""
    if _standing(job.connection, restores["call"]) != restores["result"]:
        raise InputError(
            f"The call of case {job.case.serial} was coded anew since: recode it with cati case recode instead."
        )
    before: Any = job.connection.execute(select(call_result).where(call_result.c.id == restores["before"])).first()
    said = ("outcome", "complete", "refusal_strength", "refused_by", "refusal_reason")
    values = {name: before._mapping[name] for name in said} if before is not None else {}
    job.connection.execute(
        insert(call_result).values(
            call_id=restores["call"],
            case_id=job.case.id,
            interviewer_id=job.who.id,
            at=job.now,
            why=_UNDONE,
            fence=NO_HOLD,
            **values,
        )
    )
