"""A desk at which everything happens that can happen to a case, in any order and at any time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

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
from cati.errors import InputError
from cati.storage import Store, tables
from cati.studies import Study, load_study

from . import reference_queue as reference

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


@cache
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


class BusyDesk(RuleBasedStateMachine):
    """Three interviewers, up to eight cases, and all that can happen to them. `make` makes an empty database, with what
    to do at the end; `clock` is its self.clock."""

    def __init__(self, make: Callable[[], tuple[Store, Callable[[], None]]], clock: Any) -> None:
        super().__init__()
        self.make = make
        self.clock = clock

    @initialize(chance=st.integers(0, 2**32))
    def begin(self, chance: int) -> None:
        """Some days of calls, made without regard to turn and hours, of which those after the last are seen."""
        choose = Random(chance)
        season = choose.randrange(2)
        self.store, self.finish = self.make()
        self.first_day, self.last_day = SEASONS[season]
        self.studies = studies(SEASONS[season])
        self.study = self.studies[0]
        self.clock.now = datetime.combine(self.first_day, time(10), UTC) + timedelta(days=choose.randrange(-1, 11))
        install_study(self.store, self.study)
        load_sample(self.store, [self.row(n, n % 3) for n in range(1, 7)], study=self.study)
        self.people = [sign_in(self.store, name) for name in ("Ann", "Bob", "Cat")]
        self.holds: list[Held] = []
        self.closed: list[tuple[Interviewer, Closed]] = []
        self.step = 0
        for who in self.people:
            present(self.store, who, self.clock.now + timedelta(days=choose.randrange(12)))
        outcomes = choose.choice([RESULTS, ("no_reply", "engaged", "no_reply")])  # of the latter, many wait for a turn
        for _ in range(choose.randrange(24)):
            self.take(choose.randrange(3), choose.randrange(1, 7))
            strength = choose.choice(["soft", "soft", "hard", None])
            minutes = choose.randrange(1, choose.choice([200, 4000]))
            self.close(-1, Ended(choose.choice(outcomes), strength, minutes, choose.random() < 0.3))
            self.clock.forward(minutes=choose.choice([0, 1, 20, 95, 200, 700, 1500]))
            self.step += 1
        if outcomes != RESULTS:
            self.another_day(choose.randrange(540, 1110), choose.randrange(1, 3))
        load_sample(self.store, [self.row(n, n % 3) for n in range(7, choose.choice([7, 9]))], study=self.study)

    @staticmethod
    def row(n: int, phones: int, recontact: str = "", zone: int | None = None) -> SampleRow:
        numbers = tuple(f"01632 960{n}{m:02d}" for m in range(phones + (n < 8)))
        return SampleRow(f"C{n}", phones=numbers, recontact=recontact, timezone=ZONES[n % 3 if zone is None else zone])

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
            held = reference.is_held(self.case(f"C{n}"), self.clock.now)
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
        at = (self.clock.now + timedelta(minutes=ended.minutes)).replace(second=0, microsecond=0)
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
            present(self.store, self.people[who], self.clock.now + timedelta(minutes=minutes))

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
        record_event(self.store, self.study, f"C{n}", what[0], outcome=what[1], status="complete" if what[1] else "")

    @rule(other=st.booleans())
    def other_rules(self, other: bool) -> None:
        self.study = self.studies[other]
        install_study(self.store, self.study)

    @rule(by=st.sampled_from([1, 91, 600, 3600, 10_000]))
    def wait(self, by: int) -> None:
        self.clock.forward(seconds=by)

    @rule(less=st.booleans())
    def until_the_next_thing_is_due(self, less: bool) -> None:
        self.until_something_is_due(0, less)

    @rule(minute=st.integers(540, 1110), days=st.integers(0, 1))
    def another_day(self, minute: int, days: int) -> None:
        then = datetime.combine(self.clock.now.date() + timedelta(days=days), time(), UTC) + timedelta(minutes=minute)
        self.clock.now = max(self.clock.now, then)

    @rule(which=st.integers(0, 4), less=st.booleans())
    def until_something_is_due(self, which: int, less: bool) -> None:
        cases, there = records(self.store)
        grace = timedelta(minutes=5)
        edges = {at for case in cases for at in (case.at, case.until, case.held_until) if at is not None}
        edges |= {case.at + grace for case in cases if case.kind == "hard" and case.at is not None}
        coming = sorted(at for at in {*edges, *there.values()} if at > self.clock.now)
        if coming:
            self.clock.now = coming[min(which, len(coming) - 1)] - timedelta(seconds=less)

    # helpers

    def held(self, which: int) -> Held | None:
        return self.holds[which % len(self.holds)] if self.holds else None

    def case(self, serial: str) -> reference.Case:
        return next(case for case in records(self.store)[0] if case.serial == serial)

    def teardown(self) -> None:
        if hasattr(self, "finish"):
            self.finish()
