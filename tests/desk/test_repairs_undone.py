"""Any sequence of calls, repairs and their undoing: the history decides, and what is undone is as if never done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from cati import desk
from cati.desk import Booking, EmailRequest, Refusal, Result
from cati.desk.opting_out import read_list
from cati.errors import InputError
from cati.outcomes import outcome_table
from cati.storage import tables, verify
from cati.studies import Study

from ..conftest import Fresh
from .repair_tools import WHY, ann, call, derived_anew, state, supervisor

CALLS = ("no_reply", "engaged", "refusal", "breakdown", "unobtainable", "wrong_number", "not_available", "completed")
RECODED = (*(key for key in CALLS if key != "completed"), "online_requested", "suspended", "call_back_consumer_hours")
SERIALS = st.sampled_from(["C1", "C2", "C3"])
NUMBERS = st.sampled_from(["+441632960001", "+441632960002", "+441632960091", "+441632960092"])
BOOKED = st.none() | st.tuples(st.sampled_from(["hard", "soft"]), st.integers(1, 3000))


def machine(make: Fresh, study: Study, clock: Any) -> type[RuleBasedStateMachine]:
    """The machine over databases that `make` makes (with what to do at the end)."""

    class Repairs(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.store, self.finish = make()
            desk.install_study(self.store, study)
            rows = [desk.SampleRow(f"C{n}", phones=tuple(f"+4416329600{n}{m}" for m in range(n))) for n in range(1, 4)]
            desk.load_sample(self.store, rows, study=study)
            self.ruth = supervisor(self.store, study)
            self.people = [ann(self.store), desk.sign_in(self.store, "Bob")]
            self.repaired: list[str] = []

        def _result(self, outcome: str, booked: tuple[Any, int] | None, given: str | None) -> Result:
            if given is not None:
                return Result("referral_number", referral_number=given)
            if booked is not None:
                at = clock.now + timedelta(minutes=booked[1])
                return Result(f"{booked[0]}_appointment", appointment=Booking(booked[0], at))
            refused = Refusal("soft", "herself", "no time") if outcome == "refusal" else None
            email = EmailRequest("a@example.org", "online_link") if outcome == "online_requested" else None
            return Result(outcome, refusal=refused, email=email)

        @rule(
            serial=SERIALS,
            who=st.integers(0, 1),
            outcome=st.sampled_from(CALLS),
            booked=BOOKED,
            given=st.none() | st.none() | NUMBERS,
        )
        def ring(self, serial: str, who: int, outcome: str, booked: Any, given: str | None) -> None:
            clock.forward(minutes=20)
            card = desk.case_card(self.store, study, serial)
            usable = [at for at, held in enumerate(card.numbers) if not held.failed]
            if study.scheme.outcome(card.outcome).is_final or not usable or self._is_barred(serial):
                return
            if given == card.numbers[usable[0]].number or (given and self._is_listed(given)):
                given = None
            call(self.store, study, self.people[who], serial, self._result(outcome, booked, given), usable[0])

        @rule(serial=SERIALS, who=st.integers(0, 1))
        def leave_a_call_uncoded(self, serial: str, who: int) -> None:
            clock.forward(minutes=20)
            card = desk.case_card(self.store, study, serial)
            if study.scheme.outcome(card.outcome).is_final or card.next_number is None or self._is_barred(serial):
                return
            delivery = desk.take_case(self.store, study, self.people[who], serial)
            desk.start_call(self.store, study, delivery.hold, card.next_number)
            self._repair(serial, lambda: desk.release_case(self.store, study, self.ruth, serial, WHY), at_once=False)

        @rule(
            serial=SERIALS,
            outcome=st.sampled_from(RECODED),
            booked=BOOKED,
            given=st.none() | st.none() | NUMBERS,
            which=st.none() | st.integers(1, 4),
            at_once=st.booleans(),
        )
        def recode(
            self, serial: str, outcome: str, booked: Any, given: str | None, which: int | None, at_once: bool
        ) -> None:
            clock.forward(seconds=30)
            result = self._result(outcome, booked, given)
            self._repair(
                serial, lambda: desk.recode_call(self.store, study, self.ruth, serial, result, WHY, which), at_once
            )

        @rule(serial=SERIALS, as_call_back=st.booleans(), at_once=st.booleans())
        def reopen(self, serial: str, as_call_back: bool, at_once: bool) -> None:
            clock.forward(seconds=30)
            key = "call_back_consumer_hours" if as_call_back else None
            self._repair(serial, lambda: desk.reopen_case(self.store, study, self.ruth, serial, WHY, key), at_once)

        @rule(serial=SERIALS, at_once=st.booleans())
        def opt_out(self, serial: str, at_once: bool) -> None:
            clock.forward(seconds=30)
            self._repair(serial, lambda: desk.opt_out_case(self.store, study, self.ruth, serial, WHY), at_once)

        @rule(serial=SERIALS, typed=NUMBERS, at_once=st.booleans())
        def add_number(self, serial: str, typed: str, at_once: bool) -> None:
            clock.forward(seconds=30)
            self._repair(serial, lambda: desk.add_number(self.store, study, self.ruth, serial, typed, WHY), at_once)

        @rule(serial=SERIALS, which=st.integers(0, 2), right=NUMBERS, at_once=st.booleans())
        def correct_number(self, serial: str, which: int, right: str, at_once: bool) -> None:
            clock.forward(seconds=30)
            held = desk.case_card(self.store, study, serial).numbers
            if which < len(held):
                wrong = held[which].number
                self._repair(
                    serial,
                    lambda: desk.correct_number(self.store, study, self.ruth, serial, wrong, right, WHY),
                    at_once,
                )

        @rule(serial=SERIALS, state=st.sampled_from(["dead", "wrong", "live", "as-called"]), at_once=st.booleans())
        def mark_number(self, serial: str, state: str, at_once: bool) -> None:
            clock.forward(seconds=30)
            held = desk.case_card(self.store, study, serial).numbers
            if held:
                typed = held[0].number
                self._repair(
                    serial, lambda: desk.mark_number(self.store, study, self.ruth, serial, typed, state, WHY), at_once
                )

        @rule(serial=SERIALS, minutes=st.integers(1, 3000), at_once=st.booleans())
        def move_appointment(self, serial: str, minutes: int, at_once: bool) -> None:
            clock.forward(seconds=30)
            booking = Booking("hard", clock.now + timedelta(minutes=minutes))
            self._repair(
                serial, lambda: desk.move_appointment(self.store, study, self.ruth, serial, booking, WHY), at_once
            )

        @rule(serial=SERIALS, at_once=st.booleans(), give=st.booleans())
        def cancel_or_give_away_the_appointment(self, serial: str, at_once: bool, give: bool) -> None:
            clock.forward(seconds=30)
            if give:
                self._repair(
                    serial, lambda: desk.reassign_case(self.store, study, self.ruth, serial, "Bob", WHY), at_once
                )
            else:
                self._repair(
                    serial, lambda: desk.cancel_appointment(self.store, study, self.ruth, serial, WHY), at_once
                )

        def _is_listed(self, given: str) -> bool:
            """Is a number on the opt-out list, so that no call takes it down?"""
            with self.store.read() as connection:
                return bool(read_list(connection).barred("", [given], ""))

        def _is_barred(self, serial: str) -> bool:
            """By the opt-out of another case that holds one of its numbers."""
            with self.store.read() as connection:
                barred = select(tables.cases.c.barred).where(tables.cases.c.serial == serial)
                return bool(connection.execute(barred).scalar_one())

        def _repair(self, serial: str, repair: Callable[[], desk.Repaired], at_once: bool) -> None:
            before = state(self.store, study)
            try:
                done = repair()
            except InputError:
                assert state(self.store, study) == before, "what is refused changes nothing"
                return
            after = state(self.store, study)["table"]
            assert all(after[row.key] == row.after and before["table"][row.key] == row.before for row in done.rows)
            assert all(after[key] == n for key, n in before["table"].items() if key not in {r.key for r in done.rows})
            if at_once:
                desk.undo_repair(self.store, study, self.ruth, serial, WHY)
                assert state(self.store, study) == before, "undone, it is as if never done"
            else:
                self.repaired.append(serial)

        @precondition(lambda self: self.repaired)
        @rule()
        def undo(self) -> None:
            clock.forward(seconds=30)
            serial = self.repaired.pop()
            try:
                desk.undo_repair(self.store, study, self.ruth, serial, WHY)
            except InputError as refused:
                if not any(said in str(refused) for said in ("handed out again", "in the hands of")):
                    raise

        @invariant()
        def true_to_itself(self) -> None:
            assert verify(self.store) == []

        @invariant()
        def the_append_only_rows_say_it_all(self) -> None:
            assert derived_anew(self.store, study) == state(self.store, study)["cases"]

        @invariant()
        def the_rows_of_the_table_add_up(self) -> None:
            totals = outcome_table(study.scheme, desk.outcome_counts(self.store)).totals
            for row in study.scheme.rows:
                inside = [totals[each.key] for each in study.scheme.rows if each.parent == row.key]
                assert not inside or sum(inside) == totals[row.key]
            assert sum(totals[row.key] for row in study.scheme.rows if row.parent is None) == 3

        def teardown(self) -> None:
            self.finish()

    return Repairs


def test_whatever_is_repaired_and_undone_the_history_decides(
    fresh: Fresh, study: Study, clock: Any, request: pytest.FixtureRequest
) -> None:
    # a server takes three times as long to forget everything again
    examples = 8 if "sqlite" in request.node.name else 2
    run_state_machine_as_test(
        machine(fresh, study, clock),
        settings=settings(
            max_examples=examples, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
