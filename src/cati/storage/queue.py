"""Whose turn is it: one case claimed, atomically, in the order of the queue (`fieldwork.turns`).

The claim is one statement on both kinds of database: the questions of the order one after another, each one range of an
index whatever else is waiting, and the first that finds a case takes it. Two stations never get the same case: on
SQLite writers take turns, on PostgreSQL a row that another station is taking is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, TextClause, bindparam, func, literal, or_, select, text, update

from cati.fieldwork.planning import TURN as TURN
from cati.fieldwork.turns import PLACES, Asked, Place
from cati.storage.prepared import Prepared
from cati.storage.store import Store
from cati.storage.tables import NEWEST_VERSION, cases, questionnaire_version
from cati.storage.tables import study as studies
from cati.storage.types import Instant, Whole

# A hold that ends later than so many leases from now was made by a clock that has been set right since. One lease would
# not do: on a server another station may have renewed its own a moment after we read the time.
_LONGEST = 2
# What a console knows of the groups is asked for again after this time. A group that another console makes meanwhile
# holds cases that were called a moment ago: hardly any of them is to be called again sooner than that.
_KNOWN_FOR = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A case that is ours until the lease ends: its id, the fence number that every save repeats, and the place that it
    had in the order (None: it was taken whatever its place)."""

    case_id: int
    fence: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Directory:
    """The groups that cases are in: those that wait for their turn, each with the time of its earliest case; those with
    an appointment; those whose lease has run out or is about to. `rules`: what the calling rules in force depend on, as
    it is installed now: the fieldwork dates, the bank holidays, the version of the study's files."""

    turns: dict[str, datetime]
    appointed: tuple[str, ...]
    held: tuple[str, ...]
    rules: tuple[str, ...] | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim goes by.

    Who asks, when, and for how long; how long a hard appointment is its maker's alone; whether it is a day of
    fieldwork; in whose hours calls may be made of the groups `held` and `appointed`; and the groups that are asked for
    a case in its turn, in order, those that are equal in it together, with the place that their cases have; and the
    time of the earliest case of each (`first`).
    """

    interviewer_id: int
    now: datetime
    lease: timedelta
    grace: timedelta
    in_fieldwork: bool
    held: Sequence[str]
    appointed: Sequence[str]
    turns: Sequence[Asked]
    first: Mapping[str, datetime]

    def due(self, groups: Sequence[str]) -> tuple[str, ...]:
        """Those of these groups in which a case was due when the groups were looked up, or is by now."""
        return tuple(name for name in groups if self.first[name] <= self.now)


def is_alive(lease_until: datetime | None, now: datetime, lease: timedelta) -> bool:
    """Is a hold until `lease_until` in force: not run out, and no longer than anybody can honestly hold?"""
    return lease_until is not None and now < lease_until <= now + _LONGEST * lease


def is_free(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """The same for a query: held by nobody, or by a lease that is not in force."""
    longest = literal(now + _LONGEST * lease, Instant)
    return or_(cases.c.owner.is_(None), cases.c.lease_until <= literal(now, Instant), cases.c.lease_until > longest)


def directory(store: Store, connection: Connection, now: datetime, lease: timedelta) -> Directory:
    """The groups there are, looked up at most once a second; leases are so long."""
    known = known_directory(store, now)
    if known is not None:
        return known
    times = {"soon": now + _KNOWN_FOR, "longest": now + _LONGEST * lease}
    rows: list[Any] = [row for row in store.prepared("groups", _groups)(connection, **times).all() if row.name]
    turns = {row.name: _moment(row.first) for row in rows if row.kind == 0 and row.first is not None}
    appointed, held = (tuple(sorted({row.name for row in rows if row.kind == kind})) for kind in (1, 2))
    dates: Any = store.prepared("dates", _dates)(connection).first()
    found = Directory(turns, appointed, held, None if dates is None else tuple(dates), now)
    store.remembered["directory"] = found
    return found


def known_directory(store: Store, now: datetime) -> Directory | None:
    """The groups as they were looked up less than a second ago; None if they were not."""
    known: Directory | None = store.remembered.get("directory")
    return known if known is not None and known.at <= now < known.at + _KNOWN_FOR else None


def forget_directory(store: Store) -> None:
    """A case has come to a group that the directory may not know: it is looked up again before the next claim."""
    store.remembered.pop("directory", None)


_TURN = 'FROM "case" WHERE next_class = 2 AND owner IS NULL'
_APPOINTED = 'FROM "case" WHERE next_until IS NOT NULL AND owner IS NULL'


def _groups(store: Store) -> TextClause:
    # one step into an index a group, however many cases each has; of those in somebody's hands only whose lease runs
    # out while this is known: the others are not asked for
    nothing = f"CAST(NULL AS {'TEXT' if store.is_sqlite else 'TIMESTAMPTZ'})"
    kept = f'SELECT DISTINCT 2, next_group, {nothing} FROM "case" WHERE owner IS NOT NULL'
    made = text(f"""
        WITH RECURSIVE turn(name) AS (
            SELECT min(next_group) {_TURN} UNION ALL
            SELECT (SELECT min(next_group) {_TURN} AND next_group > turn.name) FROM turn WHERE turn.name IS NOT NULL
        ), appointed(name) AS (
            SELECT min(next_group) {_APPOINTED} UNION ALL
            SELECT (SELECT min(next_group) {_APPOINTED} AND next_group > appointed.name)
              FROM appointed WHERE appointed.name IS NOT NULL
        )
        SELECT 0 AS kind, name, (SELECT min(next_call_at) {_TURN} AND next_group = turn.name) AS first FROM turn
        UNION ALL SELECT 1, name, NULL FROM appointed
        UNION ALL {kept} AND lease_until <= :soon UNION ALL {kept} AND lease_until > :longest""")
    return made.bindparams(bindparam("soon", type_=Instant), bindparam("longest", type_=Instant))


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def _dates(_store: Store) -> Any:
    newest = select(questionnaire_version.c.hash).order_by(*NEWEST_VERSION).limit(1).scalar_subquery()
    return select(studies.c.fieldwork_start, studies.c.fieldwork_end, studies.c.bank_holidays, newest)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A claim whose first statement is made ready before its transaction: what it goes by, and what is sent."""

    asked: Claim
    part: _Part
    sent: tuple[str, Any]


def ahead(store: Store, asked: Claim) -> Ahead | None:
    """The same claim with its first statement made ready; None where there is nothing to be asked."""
    part = next(_parts(asked), None)
    return None if part is None else Ahead(asked, part, _statement(store, part).as_sent(part.values))


def claim(store: Store, connection: Connection, asked: Claim | Ahead) -> Claimed | None:
    """Claims the next case by the order of the queue, or None when there is none that this interviewer may call now."""
    made, asked = (asked, asked.asked) if isinstance(asked, Ahead) else (None, asked)
    parts = _parts(asked) if made is None else chain([made.part], islice(_parts(asked), 1, None))
    while (part := next(parts, None)) is not None:
        if made is not None and part is made.part:
            row: Any = connection.exec_driver_sql(*made.sent).first()
        else:
            row = _statement(store, part)(connection, **part.values).first()
        if row is not None:
            if not part.first:
                forget_directory(store)  # it named groups that have been emptied
            return Claimed(int(row[0]), int(row[1]), PLACES[row[2]])
        if not store.is_sqlite and _passed_over(store, connection, part):
            parts = _parts(asked)
    return None


def _statement(store: Store, part: _Part) -> Prepared:
    return store.prepared(("claim", part.shape), partial(_claim, part=part))


def _passed_over(store: Store, connection: Connection, part: _Part) -> bool:
    """Was a case passed over because somebody has its row for a moment: to load the sample, say?

    Nobody goes away empty-handed for that: it is waited for until the row is let go, and asked for again.
    """
    peek = store.prepared(("peek", part.shape), lambda _: part.typed(store, f"SELECT {part.first_found(lock='')}"))
    there = peek(connection, **part.values).scalar()
    if there is None:
        return False
    # let go of again at once: who holds a row while it waits for another can be waited for in a circle
    with connection.begin_nested() as waiting:
        connection.execute(select(cases.c.id).where(cases.c.id == int(there) // _CODES).with_for_update())
        waiting.rollback()
    return True


# A case that is found is told as id × 16 + the number of its place: one value, so that one question decides both.
_CODES = 16
# So many groups are asked in one statement. The first of them nearly always has a case; a statement about all of them
# would cost more to hand over than to carry out.
_AT_ONCE = 4


def _claim(store: Store, part: _Part) -> TextClause:
    found = part.first_found(lock="" if store.is_sqlite else "FOR UPDATE SKIP LOCKED")
    # materialized: else PostgreSQL's planner may ask the questions again for each row that it looks at
    return part.typed(
        store,
        f"""WITH pick(code) AS MATERIALIZED (SELECT {found})
            UPDATE "case" SET owner = :me, lease_until = :lease_until, fence = fence + 1, came_as = pick.code % {_CODES}
              FROM pick WHERE "case".id = pick.code / {_CODES}
              RETURNING "case".id, "case".fence, "case".came_as""",
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked at one step of the order: the number of the place, where from, and which comes first of those."""

    place: str
    sources: tuple[str, ...]
    order: str

    def first_found(self, lock: str) -> str:
        """The first case, as an expression: each source is one range of an index."""
        code = f"id * {_CODES} + {self.place}"
        if len(self.sources) == 1:
            return f"(SELECT {code} {self.sources[0]} ORDER BY {self.order} LIMIT 1 {lock})"
        # the first of each, and then of those: asked for all at once they would have to be sorted all
        columns = f"{code} AS code, next_call_at, next_until, draw"
        firsts = (f"(SELECT {columns} {source} ORDER BY {self.order} LIMIT 1 {lock})" for source in self.sources)
        each = " UNION ALL ".join(f"SELECT * FROM {first} AS first{at}" for at, first in enumerate(firsts))
        return f"(SELECT code FROM ({each}) AS firsts ORDER BY {self.order} LIMIT 1)"


_TIMES = ("now", "lease_until", "longest", "grace_over")
_NOT_BARRED = "(next_barred IS NULL OR next_barred <> :me)"
_IN_ITS_TIME = "(next_call_at <= :now AND next_until > :now)"


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of what is asked for a case, in the order of the queue: appointments and interrupted calls where `first`,
    then groups. Names are padded with "", which no group is called, so that few statements serve all claims."""

    first: bool
    appointed: tuple[str, ...]
    turns: tuple[Asked, ...]
    times: dict[str, object]

    @property
    def shape(self) -> object:
        """What tells one statement from another."""
        return self.first, len(self.appointed), tuple(len(names) for _, names in self.turns)

    @property
    def values(self) -> dict[str, object]:
        """The parameters of the statement."""
        values = dict(self.times)
        values |= {f"appointed{at}": name for at, name in enumerate(self.appointed)}
        for at, (place, names) in enumerate(self.turns):
            values[f"place{at}"] = PLACES.index(place)
            values |= {f"turn{at}_{which}": name for which, name in enumerate(names)}
        return values

    def first_found(self, lock: str) -> str:
        """The questions in order, as one expression; those after the first that finds a case are not asked."""
        return f"coalesce({', '.join(question.first_found(lock) for question in self.questions())}, NULL)"

    def questions(self) -> list[_Question]:
        """What is asked, in order."""
        questions: list[_Question] = []
        if self.first:
            owner = "next_owner IS NULL OR next_owner = :me OR next_call_at <= :grace_over"
            absent = "NOT EXISTS (SELECT 1 FROM interviewer i WHERE i.id = next_owner AND i.present_until > :now)"
            # one parameter, however many they are, so that the statement stays one and the same
            open_now = "replace(:held, ';' || next_group || ';', '') <> :held"
            in_time = f"{_IN_ITS_TIME} AND (next_class = 1 OR {owner} OR {absent})"
            in_turn = f"(next_class = 2 AND next_call_at <= :now AND {_NOT_BARRED}) OR next_until <= :now"
            wanted = f"({in_time} OR {open_now} AND ({in_turn}))"
            # a question each: asked for together, every case in somebody's hands would be looked at
            lapsed, wrong = (
                f'FROM "case" WHERE owner IS NOT NULL AND {lease} AND {wanted}'
                for lease in ("lease_until <= :now", "lease_until > :longest")
            )
            due = f"{_APPOINTED} AND {_IN_ITS_TIME} AND next_class ="
            questions += [
                _Question(_number("hard"), (f"{due} 0 AND ({owner} OR {absent})",), "next_call_at, draw"),
                _Question(_number("soft"), (f"{due} 1",), "next_call_at, draw"),
                _Question(_number("interrupted"), (lapsed,), "lease_until, draw"),
                _Question(_number("interrupted"), (wrong,), "lease_until, draw"),
            ]
        if self.appointed:
            missed = f"{_APPOINTED} AND next_until <= :now AND next_group ="
            sources = tuple(f"{missed} :appointed{at}" for at in range(len(self.appointed)))
            questions.append(_Question(_number("missed"), sources, "next_until DESC, draw"))
        due = f"{_TURN} AND next_call_at <= :now AND {_NOT_BARRED} AND next_group ="
        for at, (_, names) in enumerate(self.turns):
            sources = tuple(f"{due} :turn{at}_{which}" for which in range(len(names)))
            questions.append(_Question(f":place{at}", sources, "next_call_at, draw"))
        return questions

    def typed(self, store: Store, statement: str) -> TextClause:
        """The statement with the types of those of its parameters that it has.

        PostgreSQL's driver knows them by their values. Told of them, it would write one beside each place where a
        parameter stands: the statement grows beyond what the driver keeps ready, at half the cost of a claim.
        """
        made = text(statement)
        if not store.is_sqlite:
            return made
        kinds: dict[str, Any] = dict.fromkeys(_TIMES, Instant) | {"me": Whole}
        kinds |= {f"place{at}": Whole for at in range(len(self.turns))}
        names = (name for name in self.values if re.search(rf":{name}\b", statement))
        return made.bindparams(*(bindparam(name, type_=kinds.get(name, Text)) for name in names))


def _number(place: Place) -> str:
    return str(PLACES.index(place))


def _parts(asked: Claim, at_once: int = _AT_ONCE) -> Iterator[_Part]:
    if not asked.in_fieldwork:
        return
    times: dict[str, object] = {
        "now": asked.now,
        "lease_until": asked.now + asked.lease,
        "longest": asked.now + _LONGEST * asked.lease,
        "grace_over": asked.now - asked.grace,
        "me": asked.interviewer_id,
        "held": "".join(f";{name};" for name in asked.held),
    }
    nobody: Asked = ("late", ("",))
    due = ((place, names) for place, all_of_them in asked.turns if (names := asked.due(all_of_them)))
    first = True
    while (turns := [(place, _padded(names)) for place, names in islice(due, at_once)]) or first:
        turns += [nobody] * (at_once - len(turns))
        yield _Part(first, _padded(asked.appointed) if first else (), tuple(turns), times)
        first = False


def _padded(names: Sequence[str]) -> tuple[str, ...]:
    """The names, as many as the next power of two."""
    return (*names, *("",) * ((1 << max(len(names) - 1, 0).bit_length()) - len(names))) if names else ()


def count_waiting(store: Store, connection: Connection, asked: Claim, most: int) -> int:
    """How many cases this interviewer could be handed now; `most` where there are as many or more."""
    total = 0
    for part in _parts(asked):
        sources = [source for question in part.questions() for source in question.sources]
        counts = [
            f"(SELECT count(*) FROM (SELECT 1 {source} LIMIT {most}) AS q{at})" for at, source in enumerate(sources)
        ]
        made = part.typed(store, f"SELECT {' + '.join(counts)}")
        counted = store.prepared(("count", most, part.shape), lambda _, made=made: made)  # type: ignore[misc]
        total += int(counted(connection, **part.values).scalar() or 0)
        if total >= most:
            return most
    return total


def take_one(
    connection: Connection, case_id: int, interviewer_id: int, now: datetime, lease: timedelta
) -> Claimed | None:
    """Claims a given case, whatever its turn; None if somebody holds it, or if it is not to be called."""
    row = connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.next_class.is_not(None), is_free(now, lease))
        .values(owner=interviewer_id, lease_until=now + lease, fence=cases.c.fence + 1, came_as=None)
        .returning(cases.c.id, cases.c.fence)
    ).first()
    return None if row is None else Claimed(int(row.id), int(row.fence), None)


def renew(store: Store, connection: Connection, *, case_id: int, owner: int, fence: int, lease: timedelta) -> bool:
    """Renews the lease if the case is still ours; says whether it is. On PostgreSQL this also locks the case's row."""
    statement = store.prepared(("renew", lease), lambda _: _renew(store, lease))
    times = {} if store.server_time else {"lease_until": store.now(connection) + lease}
    return statement(connection, case_id=case_id, me=owner, held=fence, **times).rowcount == 1


def _renew(store: Store, lease: timedelta) -> Any:
    until: Any = func.clock_timestamp() + lease if store.server_time else bindparam("lease_until", type_=Instant)
    return (
        update(cases)
        .where(cases.c.id == bindparam("case_id"), cases.c.owner == bindparam("me"), cases.c.fence == bindparam("held"))
        .values(lease_until=until)
    )
