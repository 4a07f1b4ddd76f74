"""Any sequence of claims, answers, results and undoing leaves the database true to itself, on both kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from cati.desk import (
    Booking,
    Closed,
    Delivery,
    HeardFirst,
    Interviewer,
    LostHold,
    OpenCall,
    Result,
    SampleRow,
    UndoRefused,
    case_card,
    close_call,
    install_study,
    load_sample,
    next_case,
    record_event,
    release,
    save_answer,
    sign_in,
    start_call,
    undo_close,
)
from cati.errors import InputError
from cati.storage import Store, tables, verify
from cati.studies import Study

from ..conftest import Fresh


@dataclass
class Held:
    """A station's case, and what it believes it has saved."""

    who: Interviewer
    delivery: Delivery
    call: OpenCall | None = None
    seq: int = 1


@dataclass
class Believed:
    """What all stations together were told was saved, by interview."""

    answers: dict[int, dict[str, int]] = field(default_factory=dict)


RESULTS = ("completed", "refusal", "no_reply", "engaged", "unobtainable", "wrong_number", "suspended", "not_available")


def machine(
    make: Callable[[], tuple[Store, Callable[[], None]]], study: Study, clock: Any
) -> type[RuleBasedStateMachine]:
    """The machine over databases that `make` makes (with what to do at the end)."""

    class Desk(RuleBasedStateMachine):
        held = Bundle("held")
        closed = Bundle("closed")

        def __init__(self) -> None:
            super().__init__()
            self.store, self.finish = make()
            install_study(self.store, study)
            rows = [SampleRow(f"C{n}", phones=tuple(f"{n}{m}" for m in range(n % 3))) for n in range(1, 7)]
            load_sample(self.store, rows, study=study)
            self.people = [sign_in(self.store, name) for name in ("Ann", "Bob")]
            self.owners: dict[str, tuple[float, Any]] = {}
            self.believed = Believed()

        @rule(target=held, who=st.integers(0, 1))
        def claim(self, who: int) -> Any:
            delivery = next_case(self.store, study, self.people[who])
            if delivery is None:
                return multiple()
            fence, until = self.owners.get(delivery.card.serial, (0, clock.now))
            assert delivery.hold.fence > fence
            assert until <= clock.now, "two owners"
            assert not study.scheme.outcome(delivery.card.outcome).is_final
            self._mine(delivery)
            return Held(self.people[who], delivery)

        def _mine(self, delivery: Delivery) -> None:
            self.owners[delivery.card.serial] = (delivery.hold.fence, clock.now + timedelta(seconds=90))

        def _still(self, held: Held) -> bool:
            return self.owners[held.delivery.card.serial][0] == held.delivery.hold.fence

        @rule(held=held)
        def dial(self, held: Held) -> None:
            card = case_card(self.store, study, held.delivery.card.serial)
            if card.recontact == "no":
                return
            try:
                held.call = start_call(self.store, study, held.delivery.hold, card.next_number)
                held.seq = held.call.seq
                assert self._still(held)
                assert held.call.answers == self.believed.answers.get(held.call.interview_id, {})
                self._mine(held.delivery)
            except LostHold:
                assert not self._still(held)
            except HeardFirst:  # closed online since it was handed out
                assert self._still(held)
                assert study.scheme.outcome(card.outcome).is_final

        @rule(held=held, item=st.sampled_from(["B1", "B2", "K9"]), value=st.none() | st.integers(1, 3))
        def answer(self, held: Held, item: str, value: int | None) -> None:
            if held.call is None:
                return
            try:
                save_answer(self.store, held.delivery.hold, held.call, item, value, held.seq)
                assert self._still(held)
                held.seq += 1
                answers = self.believed.answers.setdefault(held.call.interview_id, {})
                answers.pop(item, None)
                if value is not None:
                    answers[item] = value
                self._mine(held.delivery)
            except LostHold:
                assert not self._still(held)

        @rule(
            target=closed,
            held=consumes(held),
            outcome=st.sampled_from(RESULTS),
            referral=st.booleans(),
            booked=st.none() | st.tuples(st.sampled_from(["hard", "soft"]), st.integers(-60, 600)),
        )
        def code(self, held: Held, outcome: str, referral: bool, booked: tuple[Any, int] | None) -> Any:
            if held.call is None:
                release(self.store, held.delivery.hold)
                if self._still(held):
                    self._given_back(held.delivery.card.serial)
                return multiple()
            result = Result(outcome)
            if booked is not None and outcome == "suspended":
                result = Result(
                    f"{booked[0]}_appointment", appointment=Booking(booked[0], clock.now + timedelta(minutes=booked[1]))
                )
            elif referral:
                result = Result("referral_number", referral_number="01632 960099", note="new number")
            if result.referral_number and self._dialled(held.call) == "+441632960099":
                with pytest.raises((InputError, LostHold)):
                    close_call(self.store, study, held.delivery.hold, held.call, result)
                result = Result("no_reply")
            try:
                done = close_call(self.store, study, held.delivery.hold, held.call, result)
            except LostHold:
                assert not self._still(held)
                return multiple()
            assert self._still(held)
            self._given_back(held.delivery.card.serial)
            return (held.who, done)

        def _given_back(self, serial: str) -> None:
            # the fence stays higher than any that was handed out
            self.owners[serial] = (self.owners[serial][0] + 0.5, clock.now)

        @rule(target=held, closed=consumes(closed))
        def undo(self, closed: tuple[Interviewer, Closed]) -> Any:
            who, done = closed
            fence, until = self.owners[done.serial]
            try:
                delivery = undo_close(self.store, study, who, done)
            except UndoRefused:
                return multiple()
            assert until <= clock.now or fence != int(fence)
            assert delivery.call is not None
            self._mine(delivery)
            return Held(who, delivery, delivery.call, delivery.call.seq)

        @rule(n=st.integers(1, 6), phones=st.integers(0, 3), recontact=st.sampled_from(["", "yes", "no"]))
        def reload(self, n: int, phones: int, recontact: str) -> None:
            row = SampleRow(f"C{n}", phones=tuple(f"+44163296000{m}" for m in range(phones)), recontact=recontact)
            load_sample(self.store, [row], study=study)

        @rule(n=st.integers(1, 6), complete=st.booleans(), days=st.integers(-2, 2))
        def online(self, n: int, complete: bool, days: int) -> None:
            outcome, status = ("completed_online", "complete") if complete else (None, "partial")
            at = clock.now + timedelta(days=days)
            record_event(self.store, study, f"C{n}", "online", outcome=outcome, status=status, at=at)

        @rule(seconds=st.sampled_from([1, 30, 80, 100, 4000, 100_000]))
        def wait(self, seconds: int) -> None:
            clock.forward(seconds=seconds)

        def _dialled(self, opened: OpenCall) -> str | None:
            """The number of a call."""
            found = select(tables.number.c.number).join(tables.call, tables.call.c.number_id == tables.number.c.id)
            with self.store.read() as connection:
                return connection.execute(found.where(tables.call.c.id == opened.call_id)).scalar()

        @invariant()
        def true_to_itself(self) -> None:
            assert verify(self.store) == []

        @invariant()
        def no_call_is_ever_lost(self) -> None:
            with self.store.read() as connection:
                rows = connection.execute(select(tables.call_result.c.call_id, tables.call_result.c.outcome)).all()
                attempts = connection.execute(select(tables.cases.c.attempts)).scalars().all()
            assert sum(attempts) == len(rows) - 2 * sum(row.outcome is None for row in rows)

        def teardown(self) -> None:
            self.finish()

    return Desk


def test_the_desk_stays_true_to_itself(fresh: Fresh, study: Study, clock: Any) -> None:
    run_state_machine_as_test(
        machine(fresh, study, clock),
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
