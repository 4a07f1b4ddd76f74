"""What was heard of a case from elsewhere than its calls: from the online survey, or recorded by the office.

Whoever holds the case is told: on its card, before dialling, and while talking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from cati.desk.online_answers import started_online
from cati.desk.online_status import COMPLETE, NEWEST, OPTED_OUT, PARTIAL
from cati.storage.tables import case_event, cases

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Heard:
    """The event of a case that says most about whether to call: the one that closed it, else the newest online.

    `event`: its id; `kind`: online or office; `status`: of an online one; `label`: of the outcome that it came to;
    `closes`: the telephone is done with the case because of it; `answers`: how many questions of a part-complete the
    telephone goes on from.
    """

    serial: str
    event: int
    kind: str
    status: str
    label: str
    at: datetime
    closes: bool
    answers: int = 0

    @property
    def is_started(self) -> bool:
        """Started online and not finished, so that it may be gone on with by telephone?"""
        return self.status == PARTIAL and not self.closes

    def words(self, zone: ZoneInfo, now: datetime | None = None) -> str:
        """A sentence without its full stop; the day left out where it is that of `now`."""
        return f"{self.began(zone, now)}: {self._goes_on()}" if self.is_started else self.began(zone, now)

    def began(self, zone: ZoneInfo, now: datetime | None = None) -> str:
        """The same, of a part-complete without what it is worth."""
        local = self.at.astimezone(zone)
        today = now is not None and local.date() == now.astimezone(zone).date()
        when = f"at {local:%H:%M}" if today else f"on {local:%a} {local.day} {local:%b %H:%M}"
        if self.kind != "online":
            return f"{self.label}: so the office recorded {when}"
        if self.status == PARTIAL:
            return f"Started online {when}"
        if self.status == OPTED_OUT:
            return f"Asked online {when} not to be contacted"
        if self.status == COMPLETE:
            return f"Completed the survey online {when}"
        return f"The online survey says {self.status or self.label}, {when}"

    def _goes_on(self) -> str:
        if not self.answers:
            return "no answers are there, the interview begins at the first question"
        there = "1 answer is there" if self.answers == 1 else f"{self.answers} answers are there"
        return f"{there}, the interview goes on at the first question without one"


def heard_of(connection: Connection, study: Study, case_id: int) -> Heard | None:
    """What was heard of a case; None where nothing was, or nothing that bears on calling it."""
    events = connection.execute(
        select(case_event.c.id, case_event.c.kind, case_event.c.status, case_event.c.outcome, case_event.c.at)
        .where(case_event.c.case_id == case_id, case_event.c.kind.in_(("online", "office")))
        .order_by(*NEWEST)
    ).all()
    if not events:
        return None
    stands = connection.execute(
        select(cases.c.serial, cases.c.outcome, cases.c.deciding_event).where(cases.c.id == case_id)
    ).one()
    final = study.scheme.outcome(stands.outcome).is_final
    closing = next((row for row in events if final and stands.deciding_event == f"event:{row.id}"), None)
    said = closing or next((row for row in events if row.kind == "online"), None)
    if said is None:
        return None
    started = started_online(connection, study, case_id) if closing is None and said.status == PARTIAL else None
    return Heard(
        serial=stands.serial,
        event=said.id,
        kind=said.kind,
        status=said.status,
        label=study.scheme.outcome(said.outcome).label if said.outcome is not None else "",
        at=said.at,
        closes=closing is not None,
        answers=started.questions if started is not None else 0,
    )
