"""Whatever happens at the desk, the next case is the one that the order of the queue names, and every case can say why.

The order is told a second time in `reference_queue`. Weekends, bank holidays, a change of the clocks, three time zones,
crashes, refusals that are tried once more and the end of fieldwork are all met at the `busy_desk`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import Connection, select

from cati.desk import Delivery, Interviewer, day, explain, next_case
from cati.desk.standing import as_columns, calling_rules, look
from cati.fieldwork import fresh_first, plan
from cati.fieldwork.turns import PLACES
from cati.storage import Store, open_store, tables, verify

from . import reference_queue as reference
from .busy_desk import HOLIDAYS, SLOTS, WINDOWS, BusyDesk, records

# By hand, with many more: each run then draws anew.
EXAMPLES = int(os.environ.get("CATI_QUEUE_EXAMPLES", "5"))
STEPS = int(os.environ.get("CATI_QUEUE_STEPS", "20"))


class _NotMeant(Exception):
    pass


class Peeking(Store):
    """An open store of whose actions nothing is kept."""

    def __init__(self, store: Store) -> None:
        vars(self).update(vars(store))
        self._store = store

    @contextmanager
    def write(self) -> Iterator[Connection]:
        try:
            with self._store.write() as connection:
                yield connection
                raise _NotMeant
        except _NotMeant:
            pass


class Queue(BusyDesk):
    """What must be true after each step."""

    @invariant()
    def the_next_case_is_the_one_that_the_order_names(self) -> None:
        cases, there = records(self.store)
        for who in self.people:
            expected = self.line(cases, there, who)
            found = next_case(Peeking(self.store), self.study, who)
            with self.store.read() as connection:
                assert [row.serial for row in connection.execute(select(tables.cases.c.serial))]
            if found is None:
                assert expected == [], who
                continue
            assert expected, f"nobody may call {found.card.serial}, and {who.name} gets it"
            serial, place = expected[0]
            assert found.card.serial == serial, (expected, found.card.reason)
            self.says_why(found, place)

    def says_why(self, found: Delivery, place: str) -> None:
        reason = found.card.reason
        assert reason == found.hold.because
        starts = {"hard": "Appointment ", "soft": "Appointment ", "missed": "Missed: Appointment "}
        dialled = found.card.calls and found.card.calls[-1].outcome is None
        if place in starts and not dialled:
            assert reason.startswith(starts[place]), reason
        assert ("was interrupted" in reason) == bool(dialled), reason
        assert ("Last chance" in reason) == (place == "last_chance"), reason
        assert reason.count("interrupted") <= 1, reason
        if place == "fresh":
            assert "Not called yet" in reason, reason

    @invariant()
    def every_case_can_say_why(self) -> None:
        self.step += 1
        now = self.clock.now
        cases, there = records(self.store)
        who = [None, *self.people][self.step % 4]
        me = who.id if who is not None else None
        for case in cases:
            said = explain(self.store, self.study, case.serial, who)
            place = reference.place_of(self.hours(), case, there, me, now)
            assert said.may_be_called == (place is not None), (case, said)
            assert said.why
            if place is not None:
                assert (said.rule, said.callable_at, said.lifts_at) == (place, now, None)
        self.lifts(cases[self.step % len(cases)], there, who)

    def lifts(self, case: reference.Case, there: Mapping[int, datetime], who: Interviewer | None) -> None:
        """The rule lets go when it says, and not a second sooner; and the case may be called when it says."""
        now = self.clock.now
        said = explain(self.store, self.study, case.serial, who)
        me = who.id if who is not None else None

        def may(at: datetime) -> bool:
            return reference.place_of(self.hours(), case, there, me, at) is not None

        if said.may_be_called:
            return
        end = datetime.combine(self.last_day, time(), UTC) + timedelta(days=2)
        assert reference.first_time(may, now, said.callable_at or end) is None, said
        assert said.callable_at is None or may(said.callable_at), said
        if said.lifts_at is not None:
            assert said.lifts_at > now
            self.clock.now = said.lifts_at
            assert explain(self.store, self.study, case.serial, who).rule != said.rule
            self.clock.now = max(now, said.lifts_at - timedelta(seconds=1))
            before = explain(self.store, self.study, case.serial, who)
            assert (before.may_be_called, before.rule) == (False, said.rule), (before, said)
            self.clock.now = now
        elif said.callable_at is not None:
            raise AssertionError(f"it is told when it may be called, but not when the rule lets go: {said}")

    @invariant()
    def the_day_says_how_many_wait(self) -> None:
        cases, there = records(self.store)
        who = self.people[self.step % 3]
        told = day(self.store, self.study, who)
        assert told.callable_now == len(self.line(cases, there, who))
        if told.callable_now:
            assert told.next_due is None
            return
        free = [case for case in cases if not reference.is_held(case, self.clock.now)]
        coming = (explain(self.store, self.study, case.serial, who).callable_at for case in free)
        soonest = min((at for at in coming if at is not None), default=None)
        # of somebody else's appointment it is counted on that she stays, or is not there
        others = any(case.kind == "hard" and case.owner != who.id for case in free)
        assert told.next_due == soonest or others, (told, soonest)
        if soonest is not None:
            assert told.next_due is not None
            assert abs(told.next_due - soonest) <= timedelta(minutes=5)

    @invariant()
    def what_is_planned_is_what_the_history_says(self) -> None:
        with self.store.read() as connection:
            rules = calling_rules(connection, self.study)
            for case in connection.execute(select(tables.cases)).all():
                coming = as_columns(plan(rules, look(connection, self.study, case).situation))
                assert {name: case._mapping[name] for name in coming} == coming, case.serial

    @invariant()
    def the_database_is_true_to_itself(self) -> None:
        assert verify(self.store) == []

    def hours(self) -> reference.Rules:
        return reference.Rules(
            "Europe/London", self.first_day, self.last_day, timedelta(minutes=5), WINDOWS, SLOTS, HOLIDAYS
        )

    def line(
        self, cases: list[reference.Case], there: Mapping[int, datetime], who: Interviewer
    ) -> list[tuple[str, str]]:
        fresh = fresh_first(self.study.rules, who.id, self.clock.now)
        return reference.in_order(self.hours(), cases, there, who.id, self.clock.now, fresh=fresh)


@pytest.fixture
def fresh(new_database: Callable[[], str], clock: Any) -> Callable[[], tuple[Store, Callable[[], None]]]:
    url = new_database()

    def make() -> tuple[Store, Callable[[], None]]:
        store = open_store(url, clock=clock)
        with store.write() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(table.delete())
        return store, store.close

    return make


def test_the_queue_keeps_its_order_and_every_case_says_why(
    fresh: Callable[[], tuple[Store, Callable[[], None]]], clock: Any
) -> None:
    assert len(PLACES) < 16
    run_state_machine_as_test(
        lambda: Queue(fresh, clock),  # type: ignore[arg-type]  # any callable will do
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=EXAMPLES < 10,
            suppress_health_check=list(HealthCheck),
        ),
    )
