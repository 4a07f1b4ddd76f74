"""A result withdrawn: never deleted, and all that came with it taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cati.storage.tables import appointment, call, call_result, email_request, interview, number


def withdraw(connection: Connection, result: Any, interviewer_id: int, fence: int, now: datetime, *, why: str) -> None:
    """Withdraws a result (a row of call_result); its call is open again, under `fence`.

    The appointment it made is cancelled, the one it settled stands again; a number it brought is no longer held, an
    e-mail it promised not sent. The caller derives the case anew.
    """
    connection.execute(
        insert(call_result).values(
            call_id=result.call_id,
            case_id=result.case_id,
            interviewer_id=interviewer_id,
            at=now,
            outcome=None,
            why=why,
            fence=fence,
        )
    )
    connection.execute(update(call).where(call.c.id == result.call_id).values(ended_at=None, fence=fence))
    held_in = select(call.c.interview_id).where(call.c.id == result.call_id).scalar_subquery()
    connection.execute(update(interview).where(interview.c.id == held_in).values(ended_at=None))
    connection.execute(update(appointment).where(appointment.c.made_by_result == result.id).values(status="cancelled"))
    connection.execute(
        update(appointment)
        .where(appointment.c.settled_by_result == result.id, appointment.c.made_by_result != result.id)
        .values(status="booked", settled_by_result=None)
    )
    connection.execute(update(number).where(number.c.added_by_result == result.id).values(withdrawn_at=now))
    connection.execute(update(email_request).where(email_request.c.result_id == result.id).values(cancelled_at=now))
