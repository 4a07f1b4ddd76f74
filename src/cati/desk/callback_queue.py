"""The call-back queue: appointments and call backs that are due, overdue, missed or still to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal_column, or_, select

from cati.desk.holding import is_held
from cati.desk.paging import Leaf, Page, read_page
from cati.desk.searching import contains
from cati.desk.standing import calling_rules
from cati.desk.words import name_key, storable
from cati.errors import InputError
from cati.fieldwork import HARD, SOFT, TURN
from cati.storage import Store
from cati.storage.tables import appointment, cases, interviewer

if TYPE_CHECKING:
    from cati.studies import Study

Kind = Literal["hard", "soft", "call_back"]
State = Literal["missed", "overdue", "due", "coming"]
Sort = Literal["time", "latest", "serial", "name"]

STATES: tuple[State, ...] = get_args(State)
"""The most pressing first."""
SORTS: tuple[Sort, ...] = get_args(Sort)
KINDS: dict[Kind, int] = {"hard": HARD, "soft": SOFT, "call_back": TURN}
APPOINTMENTS: tuple[Kind, ...] = ("hard", "soft")

OVERDUE_AFTER = timedelta(days=1)
"""A call back that nobody made for so long after it was due is overdue. (An appointment is when its interviewer's grace
is over, by the calling rules.)"""
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue: kinds, a state ("": all), an interviewer's own by name ("": everybody's), and a text
    that the serial, the name or the authority has."""

    kinds: tuple[Kind, ...] = APPOINTMENTS
    state: State | Literal[""] = ""
    owner: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CallBack:
    """A case that waits to be called again.

    `kind`: a hard or soft appointment, or a call back in its turn; `at`: the time that an appointment is for, or from
    which a call back may be made; `due_at`: from when it is handed out (a soft appointment sooner than it is for);
    `until`: from then on an appointment is missed; `owner`: whose the appointment is, `held_by`: who has the case in
    hand, "" for nobody; `timezone`: the respondent's ("": the study's); `reason`: why it waits.
    """

    serial: str
    name: str
    la: str
    kind: Kind
    state: State
    at: datetime
    due_at: datetime
    until: datetime | None
    owner: str
    held_by: str
    outcome: str
    attempts: int
    timezone: str
    reason: str


def call_back_page(store: Store, study: Study, wanted: Wanted, leaf: Leaf, sort: Sort = "time") -> Page[CallBack]:
    """A page of the queue. Raises InputError for an interviewer whom nobody knows."""
    with store.read() as connection:
        now = store.now(connection)
        grace = calling_rules(connection, study).appointment_grace
        owner = _owner(connection, wanted.owner)
        parts = [_part(kind, wanted, owner, now, grace) for kind in wanted.kinds]
        keys: dict[Sort, list[ColumnElement[Any]]] = {
            "time": [cases.c.next_call_at, cases.c.id],
            "latest": [cases.c.next_call_at, cases.c.id],
            "serial": [cases.c.serial],
            "name": [cases.c.name, cases.c.id],
        }
        page = read_page(connection, parts, keys[sort], leaf, descending=sort == "latest")
        booked = _booked(connection, page.rows)
    return replace(page, rows=tuple(_call_back(row, booked.get(row.id), now, grace) for row in page.rows))


def call_backs(store: Store, study: Study, wanted: Wanted, size: int = 1000) -> Iterator[CallBack]:
    """The whole of it in order of time, read page by page."""
    leaf: Leaf | None = Leaf(size)
    while leaf is not None:
        page = call_back_page(store, study, wanted, leaf)
        yield from page.rows
        leaf = Leaf(size, page.keys[-1]) if page.behind else None


def call_back_counts(store: Store, study: Study, wanted: Wanted) -> dict[State, int]:
    """How many are in each state, whatever state is wanted; each is counted as far as MOST_COUNTED and no further."""
    with store.read() as connection:
        now = store.now(connection)
        grace = calling_rules(connection, study).appointment_grace
        owner = _owner(connection, wanted.owner)
        counts: dict[State, int] = {}
        for state in STATES:
            n = 0
            for kind in wanted.kinds:
                part = _part(kind, replace(wanted, state=state), owner, now, grace).with_only_columns(cases.c.id)
                some = part.order_by(None).limit(MOST_COUNTED - n).subquery()
                n += connection.execute(select(func.count()).select_from(some)).scalar_one()
            counts[state] = n
    return counts


_COLUMNS = (
    *(
        cases.c[name]
        for name in (
            *("id", "serial", "name", "la", "next_class", "next_call_at", "next_until", "next_reason"),
            *("owner", "lease_until", "outcome", "attempts", "timezone"),
        )
    ),
    interviewer.c.name.label("holder"),
)


def _part(kind: Kind, wanted: Wanted, owner: int | None, now: datetime, grace: timedelta) -> Select[Any]:
    """The cases of one kind: one range of the index of call backs."""
    part = (
        select(*_COLUMNS)
        .select_from(cases.outerjoin(interviewer, interviewer.c.id == cases.c.owner))
        .where(cases.c.next_class == KINDS[kind], cases.c.attempts > literal_column("0"))
    )
    if wanted.state:
        part = part.where(_in_state(kind, wanted.state, now, grace))
    if owner is not None:
        hers = select(appointment.c.case_id).where(appointment.c.status == "booked", appointment.c.owner == owner)
        part = part.where(cases.c.id.in_(hers))
    if wanted.text.strip():
        part = part.where(contains(wanted.text, cases.c.serial, cases.c.name, cases.c.la))
    return part


def _in_state(kind: Kind, state: State, now: datetime, grace: timedelta) -> ColumnElement[bool]:
    at, until = cases.c.next_call_at, cases.c.next_until
    late = now - (OVERDUE_AFTER if kind == "call_back" else grace)
    stands = or_(until.is_(None), until > now)
    if state == "coming":
        return at > now
    if state == "missed":
        return false() if kind == "call_back" else and_(at <= now, until <= now)
    if state == "overdue":
        return and_(at <= late, stands)
    return and_(at <= now, at > late, stands)


def state_of(kind: Kind, at: datetime, until: datetime | None, now: datetime, grace: timedelta) -> State:
    """The state of a call back at `now`; `grace`: how long an appointment is its interviewer's alone."""
    if at > now:
        return "coming"
    if kind != "call_back" and until is not None and until <= now:
        return "missed"
    return "overdue" if at <= now - (OVERDUE_AFTER if kind == "call_back" else grace) else "due"


def _call_back(row: Any, booked: Any, now: datetime, grace: timedelta) -> CallBack:
    kind: Kind = next(kind for kind, rank in KINDS.items() if rank == row.next_class)
    return CallBack(
        serial=row.serial,
        name=row.name,
        la=row.la,
        kind=kind,
        state=state_of(kind, row.next_call_at, row.next_until, now, grace),
        at=row.next_call_at if booked is None or kind == "call_back" else booked.starts_at,
        due_at=row.next_call_at,
        until=row.next_until,
        owner=booked.name if booked is not None else "",
        held_by=row.holder if is_held(row.owner, row.lease_until, now) else "",
        outcome=row.outcome,
        attempts=row.attempts,
        timezone=row.timezone,
        reason=row.next_reason,
    )


def _booked(connection: Connection, rows: tuple[Any, ...]) -> dict[int, Any]:
    """The appointments of these cases that stand, with whose they are."""
    found = (
        select(appointment.c.case_id, appointment.c.starts_at, interviewer.c.name)
        .join(interviewer, interviewer.c.id == appointment.c.owner)
        .where(appointment.c.case_id.in_([row.id for row in rows]), appointment.c.status == "booked")
    )
    return {row.case_id: row for row in connection.execute(found)}


def _owner(connection: Connection, name: str) -> int | None:
    if not name.strip():
        return None
    found = connection.execute(
        select(interviewer.c.id).where(interviewer.c.name_key == name_key(storable(name)))
    ).scalar()
    if found is None:
        raise InputError(f"There is nobody called {name!r} at this desk.")
    return int(found)
