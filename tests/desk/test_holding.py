"""Who holds a case, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cati.desk import (
    HeldCase,
    Interviewer,
    case_card,
    day,
    held_by,
    load_sample,
    next_case,
    record_event,
    renew,
    resume_held,
    save_answer,
    sign_in,
    start_call,
)
from cati.desk.records import SampleRow
from cati.storage import Store
from cati.studies import Study


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


@pytest.fixture
def bob(shop: Store) -> Interviewer:
    return sign_in(shop, "Bob")


def test_a_case_claimed_by_a_clock_that_was_wrong_is_free_once_it_is_right(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    clock.forward(days=30)
    assert next_case(shop, study, ann) is not None
    clock.forward(days=-30)
    assert case_card(shop, study, "C1").held_by is None
    assert day(shop, study, bob).callable_now == 4
    delivery = next_case(shop, study, bob)
    assert delivery is not None
    assert delivery.card.serial == "C1"


def test_a_lease_renewed_a_moment_after_we_read_the_time_is_no_wrong_clock(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    clock.forward(seconds=10)
    assert next_case(shop, study, ann) is not None
    clock.forward(seconds=-1)
    other = next_case(shop, study, bob)
    assert other is not None
    assert other.card.serial == "C2"
    assert case_card(shop, study, "C1").held_by == "Ann"


def test_a_case_is_taken_up_again_however_long_the_start_took(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    call = start_call(shop, study, delivery.hold, delivery.card.next_number)
    save_answer(shop, delivery.hold, call, "S1", 1, call.seq)
    clock.forward(minutes=20)
    again = resume_held(shop, study, ann)
    assert again is not None
    assert again.card.serial == "C1"
    assert start_call(shop, study, again.hold, again.card.next_number).answers == {"S1": 1}
    assert not renew(shop, delivery.hold)


def test_of_several_cases_the_one_with_the_newest_sign_of_life_is_taken_up(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    first = next_case(shop, study, ann)
    assert first is not None
    clock.forward(seconds=10)
    assert next_case(shop, study, ann) is not None
    clock.forward(seconds=10)
    assert renew(shop, first.hold)
    since = clock.now
    clock.forward(seconds=85)
    assert held_by(shop, ann) == [
        HeldCase("C1", since, alive=True),
        HeldCase("C2", since - timedelta(seconds=10), alive=False),
    ]
    taken = resume_held(shop, study, ann)
    assert taken is not None
    assert taken.card.serial == "C1"


def test_a_case_that_went_to_somebody_else_is_not_taken_up(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    assert next_case(shop, study, ann) is not None
    clock.forward(seconds=91)
    assert next_case(shop, study, bob) is not None
    assert held_by(shop, ann) == []
    assert resume_held(shop, study, ann) is None


def test_a_case_let_lie_is_not_taken_up_once_it_is_not_to_be_called(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    assert next_case(shop, study, ann) is not None
    record_event(shop, study, "C1", "online", outcome="completed_online", status="complete")
    assert [held.alive for held in held_by(shop, ann)] == [True]
    clock.forward(minutes=2)
    assert held_by(shop, ann) == []
    assert resume_held(shop, study, ann) is None


def test_a_load_is_one_write_for_each_fifty_cases_that_change(shop: Store, study: Study, monkeypatch: Any) -> None:
    def people(phone: int) -> list[SampleRow]:
        return [SampleRow(f"{n:03}", phones=(f"+44113496{n + phone:04}",)) for n in range(120)]

    load_sample(shop, people(0), study=study)
    writes = []
    whole = Store.write

    def counted(self: Store) -> Any:
        writes.append(1)
        return whole(self)

    monkeypatch.setattr(Store, "write", counted)
    assert load_sample(shop, people(0), study=study).unchanged == 120
    assert writes == []
    assert load_sample(shop, people(500), study=study).updated == 120
    assert len(writes) == 3
