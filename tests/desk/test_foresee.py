"""What a result would do to its case, said before it is logged: the same that logging it does, and nothing is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from cati.desk import (
    Booking,
    Delivery,
    Interviewer,
    LostHold,
    OpenCall,
    Refusal,
    Result,
    close_call,
    foresee,
    next_case,
    release,
    sign_in,
    start_call,
)
from cati.storage import Store
from cati.storage.tables import appointment, call_result, cases, late_answer, metadata, number
from cati.studies import Study

from ..conftest import FakeClock

RESULTS = (
    Result("no_reply"),
    Result("engaged", note="try later"),
    Result("refusal", refusal=Refusal("hard", "respondent", "never")),
    Result("wrong_number"),
    Result("hard_appointment", appointment=Booking("hard", datetime(2019, 11, 21, 14, 0, tzinfo=UTC))),
    Result("soft_appointment", appointment=Booking("soft", datetime(2019, 11, 21, 14, 0, tzinfo=UTC))),
    Result("referral_number", referral_number="01632 960099"),
)


def dialled(shop: Store, study: Study) -> tuple[Interviewer, Delivery, OpenCall]:
    who = sign_in(shop, "Ann")
    delivery = next_case(shop, study, who)
    assert delivery is not None
    return who, delivery, start_call(shop, study, delivery.hold, delivery.card.next_number)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.outcome)
def test_what_is_foreseen_is_what_happens_and_nothing_is_kept_of_the_foreseeing(
    shop: Store, study: Study, result: Result
) -> None:
    _, delivery, call = dialled(shop, study)
    before = everything(shop)
    foreseen = foresee(shop, study, delivery.hold, call, result)
    assert everything(shop) == before
    closed = close_call(shop, study, delivery.hold, call, result)
    with shop.read() as connection:
        case = connection.execute(select(cases).where(cases.c.id == delivery.hold.case_id)).one()
    assert (foreseen.outcome, foreseen.mine) == (closed.case_outcome, case.next_owner is not None)
    assert foreseen.next_call_at == (case.next_call_at if case.next_class is not None else None)
    assert foreseen.words


def test_a_third_no_reply_is_foreseen_as_the_third(shop: Store, study: Study, clock: FakeClock) -> None:
    said = []
    for _ in range(3):
        who, delivery, call = dialled(shop, study)
        others = []
        while delivery.card.serial != "C1":
            others.append(delivery)
            again = next_case(shop, study, who)
            assert again is not None
            delivery = again
            call = start_call(shop, study, delivery.hold, delivery.card.next_number)
        said.append(foresee(shop, study, delivery.hold, call, Result("no_reply")))
        due = close_call(shop, study, delivery.hold, call, Result("no_reply")).next_call_at
        assert said[-1].next_call_at == due
        for other in others:
            release(shop, other.hold)
        assert due is not None
        clock.now = due
    assert len({each.words for each in said}) == 3


def test_a_case_that_is_no_longer_ours_is_said_so_and_no_result_is_kept_apart(
    shop: Store, study: Study, clock: FakeClock
) -> None:
    _, delivery, call = dialled(shop, study)
    clock.forward(minutes=5)
    other = sign_in(shop, "Bob")
    taken = next_case(shop, study, other)
    while taken is not None and taken.card.serial != delivery.card.serial:
        taken = next_case(shop, study, other)
    assert taken is not None
    with pytest.raises(LostHold):
        foresee(shop, study, delivery.hold, call, Result("no_reply"))
    with shop.read() as connection:
        for table in (late_answer, call_result, appointment):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(number)).scalar_one() == 5
