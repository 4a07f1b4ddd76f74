"""Whatever happens at the desk, the next case is the one that the order of the queue names, and every case can say why.

The order is told a second time in `reference_queue`. Weekends, bank holidays, a change of the clocks, three time zones,
crashes, refusals that are tried once more and the end of fieldwork are all met.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from cati.desk import (
    Booking,
    Closed,
    Delivery,
    HeardFirst,
    Interviewer,
    LostHold,
    OpenCall,
    Refusal,
    Result,
    SampleRow,
    UndoRefused,
    case_card,
    close_call,
    day,
    explain,
    install_study,
    load_sample,
    next_case,
    present,
    record_event,
    release,
    renew,
    resume_held,
    sign_in,
    sign_out,
    start_call,
    take_case,
    undo_close,
)
from cati.desk.standing import as_columns, calling_rules, look
from cati.errors import InputError
from cati.fieldwork import fresh_first, plan
from cati.fieldwork.turns import PLACES
from cati.storage import Store, open_store, tables, verify
from cati.studies import Study, load_study

from . import reference_queue as reference

EXAMPLES = int(os.environ.get("CATI_QUEUE_EXAMPLES", "5"))
STEPS = int(os.environ.get("CATI_QUEUE_STEPS", "20"))

# Both changes of the clocks, each a few days before fieldwork ends; Easter 2018 has two bank holidays besides.
SEASONS = ((date(2018, 3, 22), date(2018, 4, 4)), (date(2019, 10, 24), date(2019, 11, 2)))
HOLIDAYS = frozenset({date(2018, 3, 30), date(2018, 4, 2)})
WEEK = range(5)
WINDOWS = {
    "business_hours": {weekday: [(540, 1050)] for weekday in WEEK},
    "consumer_hours": {**{weekday: [(1050, 1230)] for weekday in WEEK}, 5: [(600, 1020)], 6: [(660, 1020)]},
}
WINDOWS = {name: {**days, 7: []} for name, days in WINDOWS.items()}
SLOTS = {
    "weekday_morning": {weekday: [(540, 720)] for weekday in WEEK},
    "weekday_afternoon": {weekday: [(720, 1050)] for weekday in WEEK},
    "weekday_evening": {weekday: [(1050, 1230)] for weekday in WEEK},
    "weekend": {5: [(600, 1020)], 6: [(660, 1020)]},
}
CONVERTS = "refusal_conversion: {outcomes: [refusal, breakdown], after: 1440}"
ZONES = ("", "Europe/Athens", "Atlantic/Azores")
RESULTS = (
    *("no_reply",) * 8,
    *("engaged", "hard_appointment", "soft_appointment", "refusal") * 3,
    "call_back_consumer_hours",
    "call_back_business_hours",
    "suspended",
    "unobtainable",
    "wrong_number",
    "left_no_forwarding",
    "referral_number",
    "completed",
    "not_available",
    "online_requested",
    "breakdown",
)


def studies(season: tuple[date, date]) -> tuple[Study, Study]:
    """Wave 2 on other dates, with soft refusals tried once more and few calls allowed; and with other rules still."""
    wave2 = load_study("wave2")
    name = wave2.files["calling"]
    first = wave2.texts[name]
    for old, new in (
        ("{start: 2019-11-11, end: 2020-01-07}", f"{{start: {season[0]}, end: {season[1]}}}"),
        ("attempts: {case: 15, number: 10}", f"attempts: {{case: 5, number: 3}}\n{CONVERTS}"),
        ("fresh_share: 60", "fresh_share: 50"),
    ):
        assert old in first
        first = first.replace(old, new)
    second = first.replace("case: 5, number: 3", "case: 2").replace(CONVERTS, "").replace("seed: 2019", "seed: 4")
    second = second.replace("no_reply: {after: [180, 240, 1440]", "no_reply: {after: [30]")
    return (
        replace(wave2, texts=wave2.texts | {name: first}),
        replace(wave2, texts=wave2.texts | {name: second}),
    )


@dataclass
class Held:
    """A case in somebody's hands, and the call if it was dialled."""

    who: Interviewer
    delivery: Delivery
    call: OpenCall | None = None


@dataclass(frozen=True)
class Ended:
    """What a call comes to."""

    outcome: str
    strength: Any
    minutes: int
    long: bool


ENDED = st.builds(
    Ended,
    st.sampled_from(RESULTS),
    st.sampled_from(["soft", "soft", "hard", None]),
    st.integers(1, 600) | st.integers(1, 4000),
    st.booleans(),
)


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


def records(store: Store) -> tuple[list[reference.Case], dict[int, datetime]]:
    """All cases as the reference wants them, and until when who is there."""
    with store.read() as connection:
        rows = connection.execute(select(tables.cases)).all()
        there = connection.execute(select(tables.interviewer.c.id, tables.interviewer.c.present_until)).all()
    found = []
    for row in rows:
        level, zone, window, slots = row.next_group.split("|") if row.next_group else ("0", "", "any", "*")
        found.append(
            reference.Case(
                serial=row.serial,
                draw=row.draw,
                kind="" if row.next_class is None else ("hard", "soft", "turn")[row.next_class],
                at=row.next_call_at,
                until=row.next_until,
                level=int(level),
                zone=zone,
                window=window,
                slots=() if slots == "*" else tuple(slots.split("+")),
                owner=row.next_owner,
                barred=row.next_barred,
                held_by=row.owner,
                held_until=row.lease_until,
            )
        )
    return found, {row.id: row.present_until for row in there if row.present_until is not None}


def machine(make: Callable[[], tuple[Store, Callable[[], None]]], clock: Any) -> type[RuleBasedStateMachine]:
    """The machine over databases that `make` makes (with what to do at the end)."""
    by_season = [studies(season) for season in SEASONS]

    class Queue(RuleBasedStateMachine):
        @initialize(chance=st.integers(0, 2**32))
        def begin(self, chance: int) -> None:
            """Some days of calls, made without regard to turn and hours, of which those after the last are seen."""
            choose = Random(chance)
            season = choose.randrange(2)
            self.store, self.finish = make()
            self.first_day, self.last_day = SEASONS[season]
            self.studies = by_season[season]
            self.study = self.studies[0]
            clock.now = datetime.combine(self.first_day, time(10), UTC) + timedelta(days=choose.randrange(-1, 11))
            install_study(self.store, self.study)
            load_sample(self.store, [self.row(n, n % 3) for n in range(1, 7)], study=self.study)
            self.people = [sign_in(self.store, name) for name in ("Ann", "Bob", "Cat")]
            self.holds: list[Held] = []
            self.closed: list[tuple[Interviewer, Closed]] = []
            self.step = 0
            for who in self.people:
                present(self.store, who, clock.now + timedelta(days=choose.randrange(12)))
            for _ in range(choose.randrange(24)):
                self.take(choose.randrange(3), choose.randrange(1, 7))
                strength = choose.choice(["soft", "soft", "hard", None])
                minutes = choose.randrange(1, choose.choice([200, 4000]))
                self.close(-1, Ended(choose.choice(RESULTS), strength, minutes, choose.random() < 0.3))
                clock.forward(minutes=choose.choice([0, 1, 20, 95, 200, 700, 1500]))
                self.step += 1
            load_sample(self.store, [self.row(n, n % 3) for n in range(7, choose.choice([7, 9]))], study=self.study)

        @staticmethod
        def row(n: int, phones: int, recontact: str = "", zone: int | None = None) -> SampleRow:
            numbers = tuple(f"01632 960{n}{m:02d}" for m in range(phones + (n < 8)))
            return SampleRow(
                f"C{n}", phones=numbers, recontact=recontact, timezone=ZONES[n % 3 if zone is None else zone]
            )

        # what people do

        @rule(who=st.integers(0, 2))
        def claim(self, who: int) -> None:
            delivery = next_case(self.store, self.study, self.people[who])
            if delivery is not None:
                self.holds.append(Held(self.people[who], delivery))

        @rule(who=st.integers(0, 2), n=st.integers(1, 6))
        def take(self, who: int, n: int) -> None:
            try:
                delivery = take_case(self.store, self.study, self.people[who], f"C{n}")
            except InputError:
                held = reference.is_held(self.case(f"C{n}"), clock.now)
                assert held or not self.case(f"C{n}").kind
                return
            assert delivery.card.reason
            self.holds.append(Held(self.people[who], delivery))

        @rule(which=st.integers(0, 3))
        def dial(self, which: int) -> None:
            held = self.held(which)
            if held is None:
                return
            card = case_card(self.store, self.study, held.delivery.card.serial)
            if card.recontact == "no":
                return
            try:
                held.call = start_call(self.store, self.study, held.delivery.hold, card.next_number)
            except (LostHold, HeardFirst):
                self.holds.remove(held)

        @rule(who=st.integers(0, 2), ended=ENDED)
        def work(self, who: int, ended: Ended) -> None:
            """A whole call."""
            before = len(self.holds)
            self.claim(who)
            if len(self.holds) > before:
                self.close(-1, ended)

        @rule(which=st.integers(0, 3), ended=ENDED)
        def close(self, which: int, ended: Ended) -> None:
            held = self.held(which)
            if held is None:
                return
            if held.call is None:
                self.dial(self.holds.index(held))
            if held not in self.holds or held.call is None:
                return
            self.holds.remove(held)
            at = (clock.now + timedelta(minutes=ended.minutes)).replace(second=0, microsecond=0)
            until = at + timedelta(hours=2) if ended.long else None
            outcome = ended.outcome
            kind: Any = outcome.partition("_")[0]
            booked = Booking(kind, at, until) if outcome in ("hard_appointment", "soft_appointment") else None
            result = Result(
                outcome,
                appointment=booked,
                refusal=Refusal(ended.strength) if outcome in ("refusal", "breakdown") else None,
                referral_number=f"01632 961{self.step:03d}" if outcome == "referral_number" else None,
            )
            with suppress(LostHold):
                done = close_call(self.store, self.study, held.delivery.hold, held.call, result)
                self.closed.append((held.who, done))

        @rule(which=st.integers(0, 3))
        def give_back(self, which: int) -> None:
            held = self.held(which)
            if held is not None:
                self.holds.remove(held)
                release(self.store, held.delivery.hold)

        @rule(which=st.integers(0, 3))
        def crash(self, which: int) -> None:
            held = self.held(which)
            if held is not None:
                self.holds.remove(held)

        @rule(which=st.integers(0, 3))
        def beat(self, which: int) -> None:
            held = self.held(which)
            if held is not None and not renew(self.store, held.delivery.hold):
                self.holds.remove(held)

        @rule(who=st.integers(0, 2))
        def resume(self, who: int) -> None:
            delivery = resume_held(self.store, self.study, self.people[who])
            if delivery is not None:
                self.holds.append(Held(self.people[who], delivery))

        @rule()
        def undo(self) -> None:
            if self.closed:
                who, closed = self.closed.pop()
                try:
                    delivery = undo_close(self.store, self.study, who, closed)
                except UndoRefused:
                    return
                self.holds.append(Held(who, delivery, delivery.call))

        @rule(who=st.integers(0, 2), minutes=st.sampled_from([None, 2, 5, 600, 2000]))
        def come_and_go(self, who: int, minutes: int | None) -> None:
            if minutes is None:
                sign_out(self.store, self.people[who])
            else:
                present(self.store, self.people[who], clock.now + timedelta(minutes=minutes))

        @rule(
            n=st.integers(1, 8),
            phones=st.integers(0, 3),
            recontact=st.sampled_from(["", "yes", "yes", "yes", "no"]),
            zone=st.integers(0, 2),
        )
        def reload(self, n: int, phones: int, recontact: str, zone: int) -> None:
            load_sample(self.store, [self.row(n, phones, recontact, zone)], study=self.study)

        @rule(
            n=st.integers(1, 6),
            what=st.sampled_from(
                [
                    ("reopening", None),
                    ("reopening", "call_back_consumer_hours"),
                    ("reopening", "no_reply"),
                    ("online", "completed_online"),
                    ("online", None),
                    ("office", "opted_out"),
                ]
            ),
        )
        def hear(self, n: int, what: tuple[Any, str | None]) -> None:
            record_event(
                self.store, self.study, f"C{n}", what[0], outcome=what[1], status="complete" if what[1] else ""
            )

        @rule(other=st.booleans())
        def other_rules(self, other: bool) -> None:
            self.study = self.studies[other]
            install_study(self.store, self.study)

        @rule(by=st.sampled_from([1, 91, 600, 3600, 10_000]))
        def wait(self, by: int) -> None:
            clock.forward(seconds=by)

        @rule(less=st.booleans())
        def until_the_next_thing_is_due(self, less: bool) -> None:
            self.until_something_is_due(0, less)

        @rule(minute=st.integers(540, 1110), days=st.integers(0, 1))
        def another_day(self, minute: int, days: int) -> None:
            then = datetime.combine(clock.now.date() + timedelta(days=days), time(), UTC) + timedelta(minutes=minute)
            clock.now = max(clock.now, then)

        @rule(which=st.integers(0, 4), less=st.booleans())
        def until_something_is_due(self, which: int, less: bool) -> None:
            cases, there = records(self.store)
            grace = timedelta(minutes=5)
            edges = {at for case in cases for at in (case.at, case.until, case.held_until) if at is not None}
            edges |= {case.at + grace for case in cases if case.kind == "hard" and case.at is not None}
            coming = sorted(at for at in {*edges, *there.values()} if at > clock.now)
            if coming:
                clock.now = coming[min(which, len(coming) - 1)] - timedelta(seconds=less)

        # what must be true after each step

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
            now = clock.now
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
            now = clock.now
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
                clock.now = said.lifts_at
                assert explain(self.store, self.study, case.serial, who).rule != said.rule
                clock.now = max(now, said.lifts_at - timedelta(seconds=1))
                before = explain(self.store, self.study, case.serial, who)
                assert (before.may_be_called, before.rule) == (False, said.rule), (before, said)
                clock.now = now
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
            free = [case for case in cases if not reference.is_held(case, clock.now)]
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

        # helpers

        def held(self, which: int) -> Held | None:
            return self.holds[which % len(self.holds)] if self.holds else None

        def case(self, serial: str) -> reference.Case:
            return next(case for case in records(self.store)[0] if case.serial == serial)

        def hours(self) -> reference.Rules:
            return reference.Rules(
                "Europe/London", self.first_day, self.last_day, timedelta(minutes=5), WINDOWS, SLOTS, HOLIDAYS
            )

        def line(
            self, cases: list[reference.Case], there: Mapping[int, datetime], who: Interviewer
        ) -> list[tuple[str, str]]:
            fresh = fresh_first(self.study.rules, who.id, clock.now)
            return reference.in_order(self.hours(), cases, there, who.id, clock.now, fresh=fresh)

        def teardown(self) -> None:
            if hasattr(self, "finish"):
                self.finish()

    return Queue


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
        machine(fresh, clock),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=EXAMPLES < 10,
            suppress_health_check=list(HealthCheck),
        ),
    )
