"""Quality: who was listened to, how much and with what result, and whose interviews were checked back.

The quota is the usual one of telephone fieldwork under ISO 20252: at least 5 per cent of the interviews of each
interviewer are listened to, each for at least three quarters of its length; of those validated by calling back, one in
ten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import Connection, Subquery, func, insert, select

from cati.desk.actors import Actor, allow
from cati.desk.casefile import find_case
from cati.desk.figures.counted import counted_calls
from cati.desk.figures.period import Period
from cati.desk.paging import Leaf, Page, read_page
from cati.desk.words import storable
from cati.errors import InputError
from cati.outcomes.call_groups import call_groups
from cati.storage import Store
from cati.storage.tables import back_check, call, call_result, cases, interviewer, monitoring

if TYPE_CHECKING:
    from cati.studies import Study

ListeningResult = Literal["good", "remarks", "serious"]
BackCheckResult = Literal["confirmed", "differs", "not_held", "not_reached"]
LISTENING_RESULTS: dict[ListeningResult, str] = {
    "good": "good",
    "remarks": "remarks, talked over with her",
    "serious": "serious: the interview does not count as it stands",
}
BACK_CHECK_RESULTS: dict[BackCheckResult, str] = {
    "confirmed": "the interview was held as recorded",
    "differs": "answers differ from the record",
    "not_held": "there was no such interview",
    "not_reached": "not reached",
}
LISTENED_SHARE = 5
"""Per cent of each interviewer's interviews that are to be listened to."""
HEARD_SHARE = 75
"""Per cent of an interview that must be heard for it to count as listened to."""
LONGEST = 4 * 3600


@dataclass(frozen=True, slots=True)
class Quality:
    """An interviewer's quota. `interviews` she completed; `listened`: those of them heard for HEARD_SHARE per cent or
    more, `partly`: calls heard for less, or that came to no complete; `needed`: so many are to be listened to; `last`:
    when somebody listened last; `results` and `back_checks`: how many of each."""

    id: int
    name: str
    interviews: int
    listened: int
    partly: int
    needed: int
    last: datetime | None
    results: dict[str, int] = field(default_factory=dict)
    back_checks: dict[str, int] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        """Is the quota reached?"""
        return self.listened >= self.needed


@dataclass(frozen=True, slots=True)
class CallToHear:
    """A call that somebody may have listened to. `label`: what it came to, "" while it goes on; `heard`: the greatest
    share heard so far, in per cent; None: nobody listened."""

    id: int
    serial: str
    started_at: datetime
    ended_at: datetime | None
    label: str
    heard: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A listening on record."""

    at: datetime
    listener: str
    interviewer: str
    serial: str
    seconds: int
    share: int
    result: str
    note: str


def quality_now(store: Store, study: Study, period: Period | None = None) -> tuple[Quality, ...]:
    """The quota of everybody who completed an interview or was listened to in a period (None: all the time), by name.

    An interview counts by the call that completed it.
    """
    done = _completing(study, period or Period(study.timezone))
    with store.read() as connection:
        completed = _completed(connection, done)
        heard = _heard(connection, done, period)
        checked = _checked(connection, done)
        names = {row.id: row.name for row in connection.execute(select(interviewer.c.id, interviewer.c.name))}
    found = [
        Quality(
            id=who,
            name=names[who],
            interviews=completed.get(who, 0),
            listened=(mine := heard.get(who, _Listened())).whole,
            partly=mine.partly,
            needed=-(-completed.get(who, 0) * LISTENED_SHARE // 100),
            last=mine.last,
            results=mine.results,
            back_checks=checked.get(who, {}),
        )
        for who in completed.keys() | heard.keys() | checked.keys()
    ]
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))


@dataclass(slots=True)
class _Listened:
    whole: int = 0
    partly: int = 0
    last: datetime | None = None
    results: dict[str, int] = field(default_factory=dict)


def _completing(study: Study, period: Period) -> Subquery:
    """The calls that completed an interview, of those that began in a period."""
    groups = call_groups(study.scheme)
    rows = counted_calls(groups, period, history=False)
    return (
        select(rows.c.call_id, rows.c.case_id, rows.c.interviewer_id)
        .where(rows.c.outcome.in_(sorted(groups.of("complete"))))
        .subquery("done")
    )


def _completed(connection: Connection, done: Any) -> dict[int, int]:
    rows = connection.execute(select(done.c.interviewer_id, func.count()).group_by(done.c.interviewer_id))
    return {int(who): int(n) for who, n in rows}


def _heard(connection: Connection, done: Any, period: Period | None) -> dict[int, _Listened]:
    wanted = (
        select(
            call.c.interviewer_id,
            monitoring.c.call_id,
            func.max(monitoring.c.share).label("share"),
            func.max(monitoring.c.at).label("last"),
            func.count(done.c.call_id).label("completes"),
        )
        .select_from(
            monitoring.join(call, call.c.id == monitoring.c.call_id).outerjoin(done, done.c.call_id == call.c.id)
        )
        .group_by(call.c.interviewer_id, monitoring.c.call_id)
    )
    results = (
        select(call.c.interviewer_id, monitoring.c.result, func.count())
        .join(call, call.c.id == monitoring.c.call_id)
        .group_by(call.c.interviewer_id, monitoring.c.result)
    )
    if period is not None:
        wanted, results = (each.where(period.holds(call.c.started_at)) for each in (wanted, results))
    found: dict[int, _Listened] = {}
    for row in connection.execute(wanted):
        mine = found.setdefault(row.interviewer_id, _Listened())
        if row.share >= HEARD_SHARE and row.completes:
            mine.whole += 1
        else:
            mine.partly += 1
        mine.last = row.last if mine.last is None else max(mine.last, row.last)
    for who, result, n in connection.execute(results):
        found[who].results[result] = int(n)
    return found


def _checked(connection: Connection, done: Any) -> dict[int, dict[str, int]]:
    rows = connection.execute(
        select(done.c.interviewer_id, back_check.c.result, func.count())
        .join(back_check, back_check.c.case_id == done.c.case_id)
        .group_by(done.c.interviewer_id, back_check.c.result)
    )
    found: dict[int, dict[str, int]] = {}
    for who, result, n in rows:
        found.setdefault(who, {})[result] = int(n)
    return found


def calls_to_hear(store: Store, study: Study, interviewer_id: int, most: int = 9) -> tuple[CallToHear, ...]:
    """An interviewer's newest calls, the one that goes on now first."""
    of_call = call_result.alias("of_call")
    newest = select(func.max(of_call.c.id)).where(of_call.c.call_id == call.c.id).scalar_subquery()
    share = select(func.max(monitoring.c.share)).where(monitoring.c.call_id == call.c.id).scalar_subquery()
    with store.read() as connection:
        rows = connection.execute(
            select(
                *(call.c[name] for name in ("id", "started_at", "ended_at")),
                cases.c.serial,
                call_result.c.outcome,
                share.label("heard"),
            )
            .join(cases, cases.c.id == call.c.case_id)
            .outerjoin(call_result, call_result.c.id == newest)
            .where(call.c.interviewer_id == interviewer_id)
            .order_by(call.c.started_at.desc(), call.c.id.desc())
            .limit(most)
        ).all()
    labels = {key: outcome.label for key, outcome in study.scheme.outcomes.items()}
    return tuple(
        CallToHear(
            row.id, row.serial, row.started_at, row.ended_at, labels.get(row.outcome, row.outcome or ""), row.heard
        )
        for row in rows
    )


def listenings(store: Store, leaf: Leaf) -> Page[Heard]:
    """The listenings on record, the newest first."""
    listener, heard = interviewer.alias("listener"), interviewer.alias("heard")
    wanted = (
        select(
            *(monitoring.c[name] for name in ("at", "seconds", "share", "result", "note")),
            listener.c.name.label("listener"),
            heard.c.name.label("interviewer"),
            cases.c.serial,
        )
        .join(call, call.c.id == monitoring.c.call_id)
        .join(cases, cases.c.id == call.c.case_id)
        .join(listener, listener.c.id == monitoring.c.listener)
        .join(heard, heard.c.id == call.c.interviewer_id)
    )
    with store.read() as connection:
        page = read_page(connection, [wanted], [monitoring.c.id], leaf, descending=True)
    rows = tuple(
        Heard(row.at, row.listener, row.interviewer, row.serial, row.seconds, row.share, row.result, row.note)
        for row in page.rows
    )
    return Page(rows, page.keys, page.before, page.behind)


def record_listening(
    store: Store, who: Actor, call_id: int, seconds: int, share: int, result: str, note: str = ""
) -> None:
    """Records that `who` listened to a call for so many seconds, which was so many per cent of the interview.

    Raises InputError for a call that there is not, for what is no length, share or result, and for one's own call.
    """
    if not 0 < seconds <= LONGEST:
        raise InputError(f"{seconds} seconds is no time that anybody listened; give 1 to {LONGEST}.")
    if not 0 < share <= 100:
        raise InputError(f"{share} is no share of an interview; give 1 to 100 per cent.")
    _check_result(result, get_args(ListeningResult))
    with store.write() as connection:
        allow(connection, who, "listening")
        made = connection.execute(select(call.c.interviewer_id).where(call.c.id == call_id)).first()
        if made is None:
            raise InputError(f"There is no call {call_id} in this database.")
        if made.interviewer_id == who.id:
            raise InputError("That call is your own: somebody else has to listen to it.")
        connection.execute(
            insert(monitoring).values(
                call_id=call_id,
                listener=who.id,
                at=store.now(connection),
                seconds=seconds,
                share=share,
                result=result,
                note=storable(note).strip(),
            )
        )


def record_back_check(store: Store, study: Study, who: Actor, serial: str, result: str, note: str = "") -> None:
    """Records that the respondent of a completed interview was called back, and what she said.

    Raises InputError for an unknown serial, for a case that was not interviewed by telephone, for what is no result,
    and for an interview that `who` held.
    """
    _check_result(result, get_args(BackCheckResult))
    done = _completing(study, Period(study.timezone))
    with store.write() as connection:
        allow(connection, who, "back check")
        case_id = find_case(connection, serial)
        held = connection.execute(select(done.c.interviewer_id).where(done.c.case_id == case_id)).first()
        if held is None:
            raise InputError(f"Case {serial} has no interview completed by telephone: there is nothing to check back.")
        if held.interviewer_id == who.id:
            raise InputError(f"You held the interview of case {serial}: somebody else has to check it.")
        connection.execute(
            insert(back_check).values(
                case_id=case_id, checker=who.id, at=store.now(connection), result=result, note=storable(note).strip()
            )
        )


def _check_result(result: str, known: tuple[str, ...]) -> None:
    if result not in known:
        raise InputError(f"{result!r} is no result; one of: {', '.join(known)}.")
