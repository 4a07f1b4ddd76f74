"""What the online survey says, loaded: completes, part-completes and opt-outs take effect at once."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cati.desk.events import write_event
from cati.desk.moving import AT_ONCE, BREATH
from cati.desk.online_answers import OnlineAnswers
from cati.desk.online_status import COMPLETE, OPTED_OUT, PARTIAL, Status
from cati.desk.opting_out import list_case
from cati.desk.standing import restand
from cati.desk.words import storable
from cati.errors import InputError
from cati.interview.interview import Interview
from cati.storage import Store, queue
from cati.storage.tables import case_event, cases, open_response

if TYPE_CHECKING:
    from cati.outcomes import Scheme
    from cati.studies import Study

BATCH = 500
AHEAD = timedelta(minutes=10)
"""So far the clock of the online survey may be ahead of the desk's."""
# a time on the wall that comes twice is the later of the two, even while the first is not over
_FURTHEST = AHEAD + timedelta(hours=1)
_FACTS = ("serial", "name", "la", "region", "ofsted", "email", "link")


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """One row of a file of the online survey, checked; `row`: its number there.

    `serial`: empty for a response of the open link, which `region` and `ofsted` belong to. `at`: when it happened;
    None: the file does not say. Then, and where it is still to come, the time of loading is taken.
    """

    row: int
    serial: str
    status: Status
    at: datetime | None = None
    region: str = ""
    ofsted: str = ""
    answers: OnlineAnswers = field(default_factory=OnlineAnswers)


@dataclass(frozen=True, slots=True)
class OnlineCounts:
    """What became of the rows.

    `loaded`: rows taken in, `open_link` of them responses of the open link; `unchanged`: rows that were there already;
    `closed`: cases that became final. `unknown`: rows whose serial no case has; `erased`: rows of cases whose
    data was erased, which are not taken in; `interviewed`: completes of cases that
    were interviewed by telephone; `otherwise`: completes whose answers end the questionnaire with another outcome than
    a complete, with the label of that outcome.
    """

    loaded: int
    unchanged: int
    open_link: int
    closed: int
    unknown: tuple[OnlineRow, ...] = ()
    erased: tuple[OnlineRow, ...] = ()
    interviewed: tuple[OnlineRow, ...] = ()
    otherwise: tuple[tuple[OnlineRow, str], ...] = ()


def load_online(
    store: Store, study: Study, rows: Iterable[OnlineRow], *, keep: bool = True, who: str = "cati online load"
) -> OnlineCounts:
    """Records what each row says, and derives the outcome of its case anew, a few cases in each transaction.

    Interviewing goes on meanwhile. Rows may come in any order, and again: what is recorded already changes nothing. A
    row without a time is there already if its case has an event of the same status and answers. `keep` False tries all
    of it and keeps nothing. Raises InputError where the study's outcome scheme has no outcome for what the online
    survey says.
    """
    loading = _Loading(store, study, keep, who)
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        loading.take(batch)
    return loading.counts()


def outcome_of(scheme: Scheme, status: Status) -> str | None:
    """The outcome that a status stands for in a scheme; None for a part-complete, which decides nothing.

    It is the one that may be found online and is an interview (AAPOR group I), or a refusal (R). Raises InputError
    where the scheme has none.
    """
    group = {COMPLETE: "I", OPTED_OUT: "R"}.get(status)
    if group is None:
        return None
    for outcome in scheme.outcomes.values():
        if outcome.is_final and "online" in outcome.found_by and outcome.group == group:
            return outcome.key
    raise InputError(
        f"The outcome scheme {scheme.id} has no outcome for `{status}`: one of `kind: final` with "
        f"`found_by: [online]` and an AAPOR disposition of group {group}. Add it to {scheme.source}, then cati init."
    )


Said = tuple[int, str, str]
"""What makes two online events of a case the same besides their time: case, status, and a digest of the answers."""

Times = dict[Said, list[tuple[datetime, datetime]]]
"""What was said, and when: of each, from and until which time a row is the same."""


class _NotKept(Exception):
    """Ends a transaction that was only tried."""


class _Loading:
    """A load under way, and what has become of the rows so far."""

    def __init__(self, store: Store, study: Study, keep: bool, who: str) -> None:
        self._store = store
        self._study = study
        self._keep = keep
        self._who = who
        self._outcomes = {status: outcome_of(study.scheme, status) for status in (COMPLETE, PARTIAL, OPTED_OUT)}
        self._seen: Times = {}
        self._copies: Counter[str] = Counter()
        self._closed: set[int] = set()
        self._loaded = self._unchanged = self._open_link = 0
        self._unknown: list[OnlineRow] = []
        self._erased: list[OnlineRow] = []
        self._interviewed: list[OnlineRow] = []
        self._otherwise: list[tuple[OnlineRow, str]] = []

    def counts(self) -> OnlineCounts:
        return OnlineCounts(
            loaded=self._loaded,
            unchanged=self._unchanged,
            open_link=self._open_link,
            closed=len(self._closed),
            unknown=tuple(self._unknown),
            erased=tuple(self._erased),
            interviewed=tuple(self._interviewed),
            otherwise=tuple(self._otherwise),
        )

    def take(self, batch: Sequence[OnlineRow]) -> None:
        """Loads some rows. What was loaded before costs no write transaction."""
        serials = {row.serial for row in batch if row.serial}
        with self._store.read() as connection:
            found = select(cases.c.serial, cases.c.id, cases.c.erased_at).where(cases.c.serial.in_(list(serials)))
            there = connection.execute(found).all()
            ids = {row.serial: row.id for row in there}
            erased = {row.serial for row in there if row.erased_at is not None}
            said = _said(connection, ids.values())
        self._unknown += [row for row in batch if row.serial and row.serial not in ids]
        self._erased += [row for row in batch if row.serial in erased]
        self._unchanged += sum(row.serial in erased for row in batch)
        known = [(ids[row.serial], row) for row in batch if row.serial in ids and row.serial not in erased]
        new = [(case_id, row) for case_id, row in known if not self._is_said(said, case_id, row)]
        self._unchanged += len(known) - len(new)
        for start in range(0, len(new), AT_ONCE):
            with self._transaction() as connection:
                # in one order everywhere, so that no two loads wait for each other
                self._record(connection, sorted(new[start : start + AT_ONCE], key=lambda each: each[0]))
        responses = [row for row in batch if not row.serial]
        for start in range(0, len(responses), AT_ONCE):
            with self._transaction() as connection:
                self._respond(connection, responses[start : start + AT_ONCE])

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        time.sleep(BREATH)
        with suppress(_NotKept), self._store.write() as connection:
            yield connection
            if not self._keep:
                raise _NotKept
        queue.forget_directory(self._store)

    def _is_said(self, said: Times, case_id: int, row: OnlineRow) -> bool:
        key = _key(case_id, row)
        times = [*said.get(key, ()), *self._seen.get(key, ())]
        return any(row.at is None or first <= row.at <= last for first, last in times)

    def _record(self, connection: Connection, rows: Sequence[tuple[int, OnlineRow]]) -> None:
        now = self._store.now(connection)
        ids = [case_id for case_id, _ in rows]
        locked = select(cases).where(cases.c.id.in_(ids)).order_by(cases.c.id).with_for_update()
        by_id = {case.id: case for case in connection.execute(locked)}
        said = _said(connection, ids)
        for case_id, row in rows:
            if by_id[case_id].erased_at is not None:  # since we looked
                self._erased.append(row)
            if by_id[case_id].erased_at is not None or self._is_said(said, case_id, row):
                self._unchanged += 1
                continue
            self._seen.setdefault(_key(case_id, row), []).append(_same_times(_stored_at(row, now), now))
            self._loaded += 1
            self._record_one(connection, by_id[case_id], row, now)

    def _record_one(self, connection: Connection, case: Any, row: OnlineRow, now: datetime) -> None:
        scheme = self._study.scheme
        outcome = self._outcomes[row.status]
        if row.status == COMPLETE:
            ended = _end(self._study, case, row.answers)
            if ended is not None and ended != outcome:
                outcome = ended
                self._otherwise.append((row, scheme.outcome(ended).label))
        write_event(
            connection,
            case.id,
            "online",
            at=_stored_at(row, now),
            now=now,
            outcome=outcome,
            status=row.status,
            who=self._who,
            answers=row.answers.as_text(),
        )
        if row.status == OPTED_OUT:  # whatever sample they come back in
            list_case(self._store, connection, self._study, case.id, self._who, now)
        stands = scheme.outcome(restand(connection, self._study, case.id, now).outcome)
        if stands.is_final and not scheme.outcome(case.outcome).is_final:
            self._closed.add(case.id)
        if row.status == COMPLETE and stands.ends_questionnaire:
            self._interviewed.append(row)

    def _respond(self, connection: Connection, rows: Sequence[OnlineRow]) -> None:
        now = self._store.now(connection)
        for row in rows:
            answers = row.answers.as_text()
            facts = (row.status, storable(row.region), storable(row.ofsted), answers)
            digest = _digest(row.at.isoformat() if row.at else "", *facts)
            self._copies[digest] += 1
            added = self._store.upsert(open_response).values(
                at=_stored_at(row, now),
                recorded_at=now,
                status=row.status,
                region=storable(row.region),
                ofsted=storable(row.ofsted),
                answers=answers,
                digest=digest,
                copy=self._copies[digest],
            )
            added = added.on_conflict_do_nothing()
            if connection.execute(added.returning(open_response.c.id)).first() is None:
                self._unchanged += 1
            else:
                self._loaded += 1
                self._open_link += 1


def _stored_at(row: OnlineRow, now: datetime) -> datetime:
    return now if row.at is None else min(row.at, now)


def _said(connection: Connection, case_ids: Iterable[int]) -> Times:
    """What the online survey has said of these cases so far."""
    event = case_event.c
    found = connection.execute(
        select(event.case_id, event.status, event.at, event.recorded_at, event.answers).where(
            event.case_id.in_(list(set(case_ids))), event.kind == "online"
        )
    )
    said: Times = {}
    for row in found:
        key = row.case_id, row.status, _digest(row.answers)
        said.setdefault(key, []).append(_same_times(row.at, row.recorded_at))
    return said


def _same_times(at: datetime, recorded: datetime) -> tuple[datetime, datetime]:
    """From and until which time a row means an event: of one that was ahead, the time of loading was taken."""
    return at, at + _FURTHEST if at == recorded else at


def _key(case_id: int, row: OnlineRow) -> Said:
    return case_id, row.status, _digest(row.answers.as_text())


def _digest(*facts: str) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _end(study: Study, case: Any, answers: OnlineAnswers) -> str | None:
    """The outcome that a complete's answers end the questionnaire with, if it is one that may be found online."""
    if not answers.items:
        return None
    sample = {**json.loads(case.variables), **{name: case._mapping[name] for name in _FACTS}}
    given = {**answers.items, **answers.contact}
    interview, _ = Interview.resume(study.program("online"), sample, given)
    outcome = study.scheme.outcomes.get(interview.end or "")
    return outcome.key if outcome is not None and outcome.is_final and "online" in outcome.found_by else None
