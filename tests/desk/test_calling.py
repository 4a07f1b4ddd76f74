"""From the next case to the coded call, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cati.desk import (
    Booking,
    Closed,
    Delivery,
    EmailRequest,
    Interviewer,
    LostHold,
    Refusal,
    Result,
    UndoRefused,
    add_note,
    case_card,
    close_call,
    day,
    log_email_request,
    next_case,
    outcome_counts,
    present,
    record_event,
    release,
    renew,
    resume_held,
    save_answer,
    sign_in,
    start_call,
    undo_close,
)
from cati.errors import InputError
from cati.storage import Store, tables, verify
from cati.studies import Study

SCREENER = frozenset({"S1", "S2", "S2a", "S3"})


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


@pytest.fixture
def bob(shop: Store) -> Interviewer:
    return sign_in(shop, "Bob")


def take(store: Store, study: Study, who: Interviewer) -> Delivery:
    delivery = next_case(store, study, who)
    assert delivery is not None
    return delivery


def call(store: Store, study: Study, who: Interviewer, result: Result | str) -> tuple[Delivery, Closed]:
    """The next case, its first number dialled, and the call coded."""
    delivery = take(store, study, who)
    made = start_call(store, study, delivery.hold, delivery.card.next_number)
    result = Result(result) if isinstance(result, str) else result
    return delivery, close_call(store, study, delivery.hold, made, result)


def test_cases_come_by_serial_each_to_one_interviewer(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer
) -> None:
    serials = [take(shop, study, who).card.serial for who in (ann, bob, ann, bob)]
    assert serials == ["C1", "C2", "C3", "C4"]
    assert next_case(shop, study, ann) is None  # C5 has no number


def test_a_case_says_why_it_comes(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    assert take(shop, study, ann).card.reason == "Not called yet"
    for _ in range(3):
        call(shop, study, ann, "no_reply")
    clock.forward(minutes=2)
    # C1's lease has run out; then the others fall due again
    assert take(shop, study, ann).card.serial == "C1"
    clock.forward(hours=3)
    delivery, _ = call(shop, study, ann, "no_reply")
    assert delivery.card.serial == "C1"
    # another number of the same person may be tried after an hour, in another part of the week
    delivery, _ = call(shop, study, ann, "no_reply")
    assert delivery.card.serial == "C4"
    delivery, closed = call(shop, study, ann, "no_reply")
    assert delivery.card.serial == "C2"
    assert delivery.card.reason == (
        "No reply or answer phone; due again since 13:00. Tried least at this time of the week"
    )
    # four hours would be 17:02; mornings and afternoons were tried, so that it waits for the evening
    assert closed.next_call_at == clock.now.replace(hour=17, minute=30)
    clock.forward(days=1)
    cards = {card.serial: card.reason for card in (take(shop, study, ann).card for _ in range(4))}
    assert cards["C2"] == (
        "No reply or answer phone twice; due again since Tue 19 Nov 17:30. "
        "The time of the week at which it was tried least (weekday evening or weekend) went by without a call"
    )
    # C3 alone is in hours in which it was tried least; of the others, C1 was called once
    assert list(cards) == ["C3", "C1", "C2", "C4"]


def test_a_due_appointment_comes_first_and_to_its_maker(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    at = clock.now + timedelta(hours=4)
    _, closed = call(shop, study, ann, Result("hard_appointment", appointment=Booking("hard", at, words="2pm")))
    assert closed.case_outcome == "hard_appointment"
    assert closed.next_call_at == at
    call(shop, study, bob, Result("soft_appointment", appointment=Booking("soft", at - timedelta(minutes=5))))
    clock.now = at - timedelta(seconds=1)
    soft = take(shop, study, ann)
    assert soft.card.serial == "C2"
    assert soft.card.reason == "Appointment today 13:55 (soft), made by Bob today"
    clock.now = at
    present(shop, ann)
    assert take(shop, study, bob).card.serial == "C3"  # the hard one is Ann's
    delivery = take(shop, study, ann)
    assert delivery.card.serial == "C1"
    assert delivery.card.reason == "Appointment today 14:00 (hard), made by Ann today"
    release(shop, delivery.hold)
    clock.forward(minutes=5)
    assert take(shop, study, bob).card.serial == "C1"


def test_a_hard_appointment_outranks_an_earlier_soft_one(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    at = clock.now + timedelta(hours=1)
    call(shop, study, ann, Result("soft_appointment", appointment=Booking("soft", at)))
    call(shop, study, ann, Result("hard_appointment", appointment=Booking("hard", at + timedelta(minutes=5))))
    clock.forward(minutes=70)
    assert [take(shop, study, ann).card.serial for _ in range(4)] == ["C2", "C1", "C3", "C4"]


def test_an_appointment_is_kept_missed_or_stands(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    at = clock.now + timedelta(hours=1)
    booking = Result("hard_appointment", appointment=Booking("hard", at))
    for _ in range(3):
        call(shop, study, ann, booking)
    clock.now = at
    call(shop, study, ann, "completed")
    clock.forward(minutes=6)
    call(shop, study, ann, "no_reply")

    def statuses(serial: str) -> list[str]:
        return [made.status for made in case_card(shop, study, serial).appointments]

    assert statuses("C1") == ["kept"]
    assert statuses("C2") == ["missed"]
    record_event(shop, study, "C3", "office", outcome="opted_out")
    assert statuses("C3") == ["cancelled"]
    assert next_case(shop, study, ann) is not None
    assert verify(shop) == []


def test_a_final_outcome_ends_the_calling(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    call(shop, study, ann, "completed")
    call(shop, study, ann, Result("refusal", refusal=Refusal("hard", "colleague", "too busy")))
    clock.forward(days=7)
    assert {take(shop, study, ann).card.serial for _ in range(2)} == {"C3", "C4"}
    assert next_case(shop, study, ann) is None
    card = case_card(shop, study, "C2")
    assert (card.calls[0].refusal_strength, card.calls[0].refused_by, card.calls[0].refusal_reason) == (
        "hard",
        "colleague",
        "too busy",
    )
    assert card.reason == "Refusal"
    assert outcome_counts(shop) == {"completed": 1, "refusal": 1, "not_called": 3}
    assert outcome_counts(shop, "region")["London"] == {"refusal": 1, "not_called": 1}


def test_a_dead_number_gives_way_to_the_next_one(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    held = [take(shop, study, ann) for _ in range(4)]
    hold, card = held[3].hold, held[3].card
    made = start_call(shop, study, hold, card.next_number)
    closed = close_call(shop, study, hold, made, Result("unobtainable"))
    assert closed.case_outcome == "not_called"
    assert closed.next_call_at == clock.now
    again = take(shop, study, ann)
    assert again.card.serial == "C4"
    assert (
        again.card.reason == "Another number to try (last call: Unobtainable (fax line, business number or dead line))"
    )
    assert [number.state for number in again.card.numbers] == ["dead", "untried"]
    assert again.card.next_number == again.card.numbers[1].id
    made = start_call(shop, study, again.hold, again.card.next_number)
    closed = close_call(shop, study, again.hold, made, Result("wrong_number"))
    assert closed.case_outcome == "wrong_number"
    assert closed.next_call_at is None
    assert verify(shop) == []


def test_a_referral_number_joins_the_case_and_is_next(shop: Store, study: Study, ann: Interviewer) -> None:
    _, closed = call(shop, study, ann, Result("referral_number", referral_number="01632 960099"))
    assert closed.case_outcome == "referral_number"
    card = case_card(shop, study, "C1")
    assert [(number.number, number.source, number.state) for number in card.numbers] == [
        ("01632 960001", "sample", "wrong"),
        ("+441632960099", "referral", "untried"),
    ]
    assert card.next_number == card.numbers[1].id
    with pytest.raises(InputError, match="which number"):
        call(shop, study, ann, "referral_number")


def test_answers_are_kept_over_calls_and_the_screener_is_asked_again(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, delivery.card.next_number, per_call=SCREENER)
    assert (made.seq, made.answers) == (1, {})
    given: list[tuple[str, Any]] = [
        ("S1", 1),
        ("S2", 1),
        ("S4", 1),
        ("B3", [1, 9]),
        ("B3_9_text", "night \u202eshift [x] \x00\ud800"),
        ("B10", {"key": "dk"}),
        ("B10", 12),
        ("B11", 37),
        ("B11", None),
        ("K4", {"name": "", "email": {"key": "refused"}, "phone": "01632 960001"}),
    ]
    for seq, (item, value) in enumerate(given, made.seq):
        save_answer(shop, delivery.hold, made, item, value, seq)
    booking = Booking("soft", clock.now + timedelta(days=1))
    close_call(shop, study, delivery.hold, made, Result("suspended", appointment=booking))
    clock.forward(days=1)
    again = take(shop, study, bob)
    assert again.card.answered == 7
    resumed = start_call(shop, study, again.hold, again.card.next_number, per_call=SCREENER)
    assert resumed.seq == 11
    assert resumed.interview_id == made.interview_id
    assert resumed.answers == {
        "S4": 1,
        "B3": [1, 9],
        "B3_9_text": "night \u202eshift [x] \x00\ud800",
        "B10": 12,
        "K4": {"name": "", "email": {"key": "refused"}, "phone": "01632 960001"},
    }
    save_answer(shop, again.hold, resumed, "S1", 2, 11)
    assert start_call(shop, study, again.hold, again.card.next_number, per_call=SCREENER).answers["S1"] == 2


def test_contact_details_stand_apart_from_answers(shop: Store, study: Study, ann: Interviewer) -> None:
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    save_answer(shop, delivery.hold, made, "K4", {"name": "Jo", "email": "jo@example.org"}, 1)
    save_answer(shop, delivery.hold, made, "K4", None, 2)
    with shop.read() as connection:
        assert [row.item for row in connection.execute(select(tables.contact_detail))] == ["K4"]
        assert [row.value for row in connection.execute(select(tables.answer))] == [None]
    assert "K4" not in start_call(shop, study, delivery.hold, delivery.card.next_number).answers


def test_a_save_sent_twice_does_no_harm(shop: Store, study: Study, ann: Interviewer) -> None:
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    assert start_call(shop, study, delivery.hold, delivery.card.next_number) == made
    for value in (1, 1, 2):
        save_answer(shop, delivery.hold, made, "B1", value, 1)
    with shop.read() as connection:
        assert [(row.seq, row.value) for row in connection.execute(select(tables.answer))] == [(1, "2")]
    closed = close_call(shop, study, delivery.hold, made, Result("no_reply", note="once"))
    assert close_call(shop, study, delivery.hold, made, Result("no_reply", note="once")) == closed
    card = case_card(shop, study, "C1")
    assert card.attempts == 1
    assert [note.text for note in card.notes] == ["once"]


def test_a_late_save_by_a_former_owner_is_refused_and_kept(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    late = take(shop, study, ann)
    made = start_call(shop, study, late.hold, late.card.next_number)
    save_answer(shop, late.hold, made, "S1", 1, 1)
    clock.forward(seconds=89)
    assert renew(shop, late.hold)
    clock.forward(seconds=91)
    now = take(shop, study, bob)
    assert now.card.serial == "C1"
    assert now.card.reason == "Call by Ann today 10:00 was interrupted"
    assert not renew(shop, late.hold)
    for action in (
        lambda: save_answer(shop, late.hold, made, "S2", 1, 2),
        lambda: close_call(shop, study, late.hold, made, Result("refusal", note="she said no")),
        lambda: start_call(shop, study, late.hold, late.card.next_number),
        lambda: log_email_request(shop, late.hold, made, "a@example.org", "reassurance"),
    ):
        with pytest.raises(LostHold, match="no longer yours"):
            action()
    release(shop, late.hold)  # of no effect
    mine = start_call(shop, study, now.hold, now.card.next_number)
    assert mine.answers == {"S1": 1}
    with shop.read() as connection:
        rows = connection.execute(select(tables.late_answer).order_by(tables.late_answer.c.id)).all()
    assert [(row.kind, row.item, row.fence) for row in rows] == [("answer", "S2", 1), ("result", "refusal", 1)]
    assert "she said no" in rows[1].value
    card = case_card(shop, study, "C1")
    assert [past.label for past in card.calls] == ["interrupted", "in progress"]
    assert card.held_by == "Bob"


def test_an_interrupted_call_is_taken_up_at_once_by_the_same_interviewer(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer
) -> None:
    assert resume_held(shop, study, ann) is None
    before = take(shop, study, ann)
    made = start_call(shop, study, before.hold, before.card.next_number)
    save_answer(shop, before.hold, made, "B1", 3, 1)
    assert resume_held(shop, study, bob) is None
    after = resume_held(shop, study, ann)
    assert after is not None
    assert after.card.serial == before.card.serial
    assert after.hold.fence == before.hold.fence + 1
    assert after.card.calls[0].label == "interrupted"
    assert start_call(shop, study, after.hold, after.card.next_number).answers == {"B1": 3}
    with pytest.raises(LostHold):
        save_answer(shop, before.hold, made, "B2", 1, 2)


def test_a_result_taken_back_leaves_no_trace_but_the_history(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    at = clock.now + timedelta(days=1)
    call(shop, study, ann, Result("soft_appointment", appointment=Booking("soft", at)))
    clock.now = at
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, delivery.card.next_number, per_call=SCREENER)
    save_answer(shop, delivery.hold, made, "S1", 14, made.seq)
    closed = close_call(
        shop,
        study,
        delivery.hold,
        made,
        Result(
            "referral_number",
            note="moved",
            referral_number="01632 960077",
            email=EmailRequest("x@example.org", "online_link"),
        ),
    )
    with pytest.raises(UndoRefused):
        undo_close(shop, study, bob, closed)
    back = undo_close(shop, study, ann, closed, per_call=SCREENER)
    assert back.hold.fence > delivery.hold.fence
    assert back.call is not None
    assert back.call.call_id == made.call_id
    assert back.call.answers == {"S1": 14}
    card = back.card
    assert card.outcome == "soft_appointment"
    assert card.attempts == 1
    assert [(number.number, number.state) for number in card.numbers] == [("01632 960001", "live")]
    assert [made.status for made in card.appointments] == ["booked"]
    assert card.notes == ()
    with pytest.raises(LostHold):
        save_answer(shop, delivery.hold, made, "S1", 1, 2)
    again = close_call(shop, study, back.hold, back.call, Result("referral_number", referral_number="01632 960077"))
    assert again.case_outcome == "referral_number"
    with pytest.raises(UndoRefused, match="last thing"):
        undo_close(shop, study, ann, closed)
    with shop.read() as connection:
        outcomes = [
            row.outcome for row in connection.execute(select(tables.call_result).order_by(tables.call_result.c.id))
        ]
        history = [
            row.outcome
            for row in connection.execute(select(tables.outcome_history).filter_by(case_id=back.hold.case_id))
        ]
        sent = [row.cancelled_at for row in connection.execute(select(tables.email_request))]
    assert outcomes == ["soft_appointment", "referral_number", None, "referral_number"]
    assert history == ["not_called", "soft_appointment", "referral_number", "soft_appointment", "referral_number"]
    assert None not in sent
    assert verify(shop) == []


def test_undo_takes_an_appointment_back_and_is_refused_after_a_minute(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    booking = Result("hard_appointment", appointment=Booking("hard", clock.now + timedelta(days=1)))
    _, closed = call(shop, study, ann, booking)
    clock.forward(seconds=60)
    back = undo_close(shop, study, ann, closed)
    assert [made.status for made in back.card.appointments] == ["cancelled"]
    assert back.card.reason.endswith("Not called yet")
    assert back.call is not None
    closed = close_call(shop, study, back.hold, back.call, Result("no_reply"))
    clock.forward(seconds=61)
    with pytest.raises(UndoRefused, match="60 seconds"):
        undo_close(shop, study, ann, closed)
    assert verify(shop) == []


def test_undo_is_refused_once_somebody_else_holds_the_case(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    held = [take(shop, study, ann) for _ in range(4)]
    made = start_call(shop, study, held[0].hold, held[0].card.next_number)
    closed = close_call(
        shop, study, held[0].hold, made, Result("soft_appointment", appointment=Booking("soft", clock.now))
    )
    assert take(shop, study, bob).card.serial == "C1"
    with pytest.raises(UndoRefused, match="handed to an interviewer"):
        undo_close(shop, study, ann, closed)


def test_a_result_that_lacks_something_is_refused_and_changes_nothing(
    shop: Store, study: Study, ann: Interviewer
) -> None:
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    later = Booking("hard", datetime(2019, 12, 1, tzinfo=UTC))
    for result, message in (
        (Result("hard_appointment"), "Give the day and time"),
        (Result("soft_appointment", appointment=later), "takes a soft appointment"),
        (Result("no_reply", appointment=later), "takes no appointment"),
        (Result("completed_online"), "A call cannot come to"),
        (Result("not_called"), "A call cannot come to"),
        (Result("nonsense"), "nonsense"),
    ):
        with pytest.raises(InputError, match=message):
            close_call(shop, study, delivery.hold, made, result)
    assert case_card(shop, study, "C1").held_by == "Ann"
    with pytest.raises(InputError, match="does not hold that number"):
        start_call(shop, study, delivery.hold, 999)


def test_a_call_that_came_in_needs_no_number(shop: Store, study: Study, ann: Interviewer) -> None:
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, None)
    closed = close_call(shop, study, delivery.hold, made, Result("completed"))
    assert (closed.case_outcome, closed.deciding_call) == ("completed", made.call_id)
    assert case_card(shop, study, "C1").calls[0].number == ""


def test_a_refusal_is_not_undone_by_what_comes_later(shop: Store, study: Study, ann: Interviewer) -> None:
    call(shop, study, ann, "refusal")
    assert record_event(shop, study, "C1", "online", status="partial") == "refusal"
    assert (
        record_event(shop, study, "C1", "online", outcome="completed_online", status="complete") == "completed_online"
    )
    assert case_card(shop, study, "C1").online_status == "complete"


def test_a_supervisor_reopens_a_refusal(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    call(shop, study, ann, "refusal")
    clock.forward(minutes=1)
    assert record_event(shop, study, "C1", "reopening", who="Sue") == "not_called"
    assert [take(shop, study, ann).card.serial for _ in range(4)] == ["C2", "C3", "C4", "C1"]


def test_the_same_online_event_again_changes_nothing(shop: Store, study: Study, clock: Any) -> None:
    for _ in range(2):
        record_event(shop, study, "C1", "online", outcome="completed_online", status="complete", at=clock.now)
    with shop.read() as connection:
        assert len(connection.execute(select(tables.case_event)).all()) == 1


def test_the_day_counts_what_was_done_and_what_is_to_do(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    call(shop, study, ann, "completed")
    at = clock.now + timedelta(hours=1)
    call(shop, study, bob, Result("hard_appointment", appointment=Booking("hard", at)))
    take(shop, study, ann)
    today = day(shop, study, ann)
    assert (today.callable_now, today.calls_today, today.completes_today, today.next_due) == (1, 1, 1, None)
    take(shop, study, ann)
    today = day(shop, study, ann)
    assert (today.callable_now, today.next_due, today.next_why) == (0, at, "Bob's hard appointment")
    assert [(made.serial, made.kind, made.owner, made.mine) for made in today.appointments] == [
        ("C2", "hard", "Bob", False)
    ]
    clock.forward(days=1)
    assert day(shop, study, ann).calls_today == 0


def test_notes_and_emails_are_taken_down_literally(shop: Store, study: Study, ann: Interviewer) -> None:
    delivery = take(shop, study, ann)
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    add_note(shop, delivery.hold, "  rate [bad] \x00 [/x] \x1b[31m \ud800 ", made)
    log_email_request(shop, delivery.hold, made, "jo@example.org", "reassurance")
    card = case_card(shop, study, "C1")
    assert card.notes[0].text == "rate [bad] \ufffd [/x] \x1b[31m ?"
    assert card.calls[0].notes == (card.notes[0].text,)
    with pytest.raises(InputError, match="empty"):
        add_note(shop, delivery.hold, " ")
    with pytest.raises(InputError, match="empty"):
        log_email_request(shop, delivery.hold, made, "", "reassurance")


def test_a_clock_set_back_does_not_put_a_call_before_the_last(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    held = take(shop, study, ann)
    made = start_call(shop, study, held.hold, held.card.next_number)
    close_call(
        shop,
        study,
        held.hold,
        made,
        Result("soft_appointment", appointment=Booking("soft", clock.now - timedelta(days=2))),
    )
    clock.forward(hours=-1)
    held = take(shop, study, ann)
    made = start_call(shop, study, held.hold, held.card.next_number)
    closed = close_call(shop, study, held.hold, made, Result("completed"))
    assert closed.at == datetime(2019, 11, 19, 10, tzinfo=UTC)
    assert closed.deciding_call == made.call_id


def test_a_call_that_nobody_coded_ends_where_it_was_last_heard_of(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    for who in (ann, bob):
        delivery = take(shop, study, who)
        made = start_call(shop, study, delivery.hold, delivery.card.next_number)
        assert case_card(shop, study, "C1").calls[-1].ended_at is None
        clock.forward(seconds=20)
        if who is ann:
            save_answer(shop, delivery.hold, made, "S1", 1, made.seq)
        clock.forward(seconds=100)
    release(shop, delivery.hold)
    ended = [(past.label, past.ended_at - past.started_at) for past in case_card(shop, study, "C1").calls]  # type: ignore[operator]
    assert ended == [("interrupted", timedelta(seconds=20)), ("interrupted", timedelta(0))]
    assert verify(shop) == []


def test_the_online_status_is_that_of_the_latest_event(shop: Store, study: Study, clock: Any) -> None:
    later = clock.now
    record_event(shop, study, "C1", "online", outcome="completed_online", status="complete", at=later)
    record_event(shop, study, "C1", "online", status="partial", at=later - timedelta(days=4))
    assert case_card(shop, study, "C1").online_status == "complete"
    record_event(shop, study, "C1", "online", status="erased", at=later + timedelta(days=1))
    assert case_card(shop, study, "C1").online_status == "erased"
