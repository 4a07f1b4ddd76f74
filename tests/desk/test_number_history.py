"""Each number of a case has its own history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cati.desk import Result, SampleRow, close_call, load_sample, next_case, sign_in, start_call
from cati.desk.numbers import numbers_of
from cati.desk.records import PhoneNumber
from cati.storage import Store
from cati.studies import Study


def test_each_number_tells_its_calls_and_what_the_last_came_to(
    shop: Store, study: Study, sample_row: Callable[[int], SampleRow], clock: Any
) -> None:
    load_sample(shop, [replace(sample_row(n), recontact="no") for n in (1, 2, 3, 5)], study=study)

    def call(number: str, outcome: str | None, given: str | None = None) -> Any:
        at = clock.forward(days=1)
        delivery = next_case(shop, study, sign_in(shop, "Ann"))
        assert delivery is not None
        dialled = next(held.id for held in delivery.card.numbers if held.number == number)
        made = start_call(shop, study, delivery.hold, dialled)
        if outcome is not None:
            close_call(shop, study, delivery.hold, made, Result(outcome, referral_number=given))
        return at

    def numbers() -> list[tuple[Any, ...]]:
        with shop.read() as connection:
            found: tuple[PhoneNumber, ...] = numbers_of(connection, study, case_id)
        return [
            (held.number, held.source, held.state, held.calls, held.last_call_at, held.last_outcome) for held in found
        ]

    first, second, third = "01632 960041", "01632 960042", "+441632960099"
    delivery = next_case(shop, study, sign_in(shop, "Ann"))
    assert delivery is not None
    case_id = delivery.hold.case_id
    assert numbers() == [(first, "sample", "untried", 0, None, None), (second, "sample", "untried", 0, None, None)]
    call(first, "no_reply")
    dead_at = call(first, "unobtainable")
    new_at = call(second, "referral_number", third)
    begun_at = call(third, None)
    assert numbers() == [
        (first, "sample", "dead", 2, dead_at, "unobtainable"),
        (second, "sample", "wrong", 1, new_at, "referral_number"),
        (third, "referral", "untried", 1, begun_at, None),  # interrupted: nothing came of it yet
    ]
