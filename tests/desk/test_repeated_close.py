"""A close whose success was not heard of: sent again as it was, or corrected."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cati.desk import (
    Booking,
    Delivery,
    EmailRequest,
    Interviewer,
    LostHold,
    OpenCall,
    Result,
    case_card,
    close_call,
    next_case,
    release,
    renew,
    sign_in,
    start_call,
    undo_close,
)
from cati.storage import Store, tables, verify
from cati.studies import Study


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


@pytest.fixture
def begun(shop: Store, study: Study, ann: Interviewer) -> tuple[Delivery, OpenCall]:
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    return delivery, start_call(shop, study, delivery.hold, delivery.card.next_number)


def booked(at: Any, note: str = "") -> Result:
    return Result("hard_appointment", note, appointment=Booking("hard", at))


def test_a_corrected_close_takes_the_place_of_the_first(
    shop: Store, study: Study, ann: Interviewer, begun: tuple[Delivery, OpenCall], clock: Any
) -> None:
    delivery, call = begun
    first, right = clock.now + timedelta(days=1), clock.now + timedelta(days=2)
    close_call(shop, study, delivery.hold, call, booked(first, "first"))
    clock.forward(minutes=3)
    closed = close_call(shop, study, delivery.hold, call, booked(right, "the day after"))
    assert closed.next_call_at == right
    card = case_card(shop, study, "C1")
    assert [note.text for note in card.notes] == ["the day after"]
    assert [(made.starts_at, made.status) for made in card.appointments] == [(first, "cancelled"), (right, "booked")]
    assert (card.attempts, len(card.calls)) == (1, 1)
    assert close_call(shop, study, delivery.hold, call, booked(right, "the day after")) == closed
    assert undo_close(shop, study, ann, closed).card.outcome == "not_called"
    assert verify(shop) == []


def test_a_corrected_outcome_counts_alone(shop: Store, study: Study, begun: tuple[Delivery, OpenCall]) -> None:
    delivery, call = begun
    referral = Result(
        "referral_number", referral_number="0113 496 0009", email=EmailRequest("a@example.org", "online_link")
    )
    close_call(shop, study, delivery.hold, call, referral)
    assert close_call(shop, study, delivery.hold, call, Result("no_reply")).case_outcome == "no_reply"
    card = case_card(shop, study, "C1")
    assert len(card.numbers) == 1
    assert card.attempts == 1
    with shop.read() as connection:
        outcomes = connection.execute(select(tables.call_result.c.outcome).order_by(tables.call_result.c.id)).scalars()
        assert list(outcomes) == ["referral_number", None, "no_reply"]
        assert connection.execute(select(tables.email_request.c.cancelled_at)).scalar_one() is not None
    assert verify(shop) == []


def test_a_correction_that_comes_after_the_case_moved_on_is_kept_whole_and_said_so(
    shop: Store, study: Study, begun: tuple[Delivery, OpenCall], clock: Any
) -> None:
    delivery, call = begun
    at = clock.now + timedelta(days=1)
    close_call(shop, study, delivery.hold, call, booked(at))
    clock.now = at
    assert next_case(shop, study, sign_in(shop, "Ann")) is not None
    with pytest.raises(LostHold, match=r"logged before this correction.*kept for your supervisor"):
        close_call(shop, study, delivery.hold, call, booked(at + timedelta(days=1), "rather a day later"))
    with shop.read() as connection:
        kept = json.loads(connection.execute(select(tables.late_answer.c.value)).scalar_one())
    assert kept["note"] == "rather a day later"
    assert kept["appointment"] == {
        "kind": "hard", "at": "2019-11-21T10:00:00+00:00", "until": None, "words": "",
    }  # fmt: skip
    assert case_card(shop, study, "C1").appointments[0].starts_at == at


def test_a_result_not_heard_of_is_no_lost_case(
    shop: Store, study: Study, begun: tuple[Delivery, OpenCall], clock: Any
) -> None:
    delivery, call = begun
    close_call(shop, study, delivery.hold, call, Result("no_reply"))
    assert renew(shop, delivery.hold)
    clock.forward(days=1)
    taken = {d.card.serial for d in iter(lambda: next_case(shop, study, sign_in(shop, "Bob")), None) if d is not None}
    assert "C1" in taken
    assert not renew(shop, delivery.hold)


def test_a_case_given_back_is_no_longer_ours(shop: Store, begun: tuple[Delivery, OpenCall]) -> None:
    delivery, _ = begun
    release(shop, delivery.hold)
    assert not renew(shop, delivery.hold)
