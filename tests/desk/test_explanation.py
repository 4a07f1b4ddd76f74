"""Every case can say why it comes now, or the first rule that forbids it and when that rule lets go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cati.desk import (
    Booking,
    Delivery,
    Explanation,
    Interviewer,
    Refusal,
    Result,
    SampleRow,
    close_call,
    explain,
    install_study,
    load_sample,
    next_case,
    present,
    record_event,
    release,
    sign_in,
    sign_out,
    start_call,
    take_case,
)
from cati.errors import InputError
from cati.storage import Store
from cati.studies import Study

CONVERTS = "refusal_conversion: {outcomes: [refusal], after: 10080}"


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


@pytest.fixture
def bob(shop: Store) -> Interviewer:
    return sign_in(shop, "Bob")


def called(
    store: Store, study: Study, who: Interviewer, result: Result | str, serial: str = "C1", *, number: int = 0
) -> None:
    """A call to a given case, coded."""
    delivery = take_case(store, study, who, serial)
    dialled = delivery.card.numbers[number].id if number else delivery.card.next_number
    made = start_call(store, study, delivery.hold, dialled)
    close_call(store, study, delivery.hold, made, Result(result) if isinstance(result, str) else result)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock_time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%a %d %H:%M}"


def told(found: Explanation) -> tuple[str, str, str]:
    """The rule, when it lets go, and when the case may be called."""
    assert found.may_be_called == (found.callable_at == found.now)
    return found.rule, clock_time(found.lifts_at), clock_time(found.callable_at)


def with_rules(store: Store, study: Study, *changes: tuple[str, str]) -> Study:
    """The study with other calling rules, installed."""
    name = study.files["calling"]
    text = study.texts[name]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    changed = replace(study, texts=study.texts | {name: text})
    install_study(store, changed)
    return changed


# what closes a case


def test_a_final_outcome_is_never_called_again(shop: Store, study: Study, ann: Interviewer) -> None:
    called(shop, study, ann, Result("refusal", refusal=Refusal("hard")))
    found = explain(shop, study, "C1")
    assert told(found) == ("final", "", "")
    assert (found.why, found.outcome_label, found.attempts) == ("Refusal.", "Refusal", 1)


def test_who_did_not_agree_is_not_called(shop: Store, study: Study, sample_row: Callable[[int], SampleRow]) -> None:
    load_sample(shop, [replace(sample_row(1), recontact="no")], study=study)
    found = explain(shop, study, "C1")
    assert (told(found), found.why) == (("declined", "", ""), "Did not agree to be contacted again.")


def test_held_sample_is_not_called(shop: Store, study: Study, sample_row: Callable[[int], SampleRow]) -> None:
    load_sample(shop, [sample_row(6)], study=study, issue=False)
    found = explain(shop, study, "C6")
    assert (told(found), found.why) == (("not_issued", "", ""), "Not issued to the telephone.")


def test_a_case_without_a_number_is_not_called(shop: Store, study: Study) -> None:
    found = explain(shop, study, "C5")
    assert (told(found), found.why) == (("no_number", "", ""), "No number to call.")


def test_a_case_called_often_enough_is_not_called(shop: Store, study: Study, ann: Interviewer) -> None:
    few = with_rules(shop, study, ("attempts: {case: 15, number: 10}", "attempts: {case: 1}"))
    called(shop, few, ann, "no_reply")
    found = explain(shop, few, "C1")
    assert told(found) == ("attempts", "", "")
    assert found.why == "Called 1 time: the most that the calling rules allow. It stays live sample."


def test_a_case_whose_wait_outlasts_fieldwork_is_not_called(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    clock.now = at("2020-01-07 19:00")
    called(shop, study, ann, "no_reply")
    found = explain(shop, study, "C1")
    assert told(found) == ("hours_over", "", "")
    assert found.why == "No reply or answer phone; calling hours do not open again before fieldwork ends."
    clock.now = at("2020-01-07 20:30")
    assert told(explain(shop, study, "C2")) == ("hours_over", "", "")  # fresh, and the last hours are over


# who has it, and when fieldwork is


def test_a_case_in_hand_is_its_holders(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    take_case(shop, study, ann, "C1")
    for who in (ann, bob, None):
        found = explain(shop, study, "C1", who)
        assert (found.rule, found.why) == ("held", "Ann has it in hand.")
        assert found.lifts_at == found.callable_at == clock.now.replace(minute=1, second=30)


def test_before_and_after_fieldwork_nobody_is_called(shop: Store, study: Study, clock: Any) -> None:
    clock.now = at("2019-11-08 12:00")
    found = explain(shop, study, "C1")
    assert found.rule == "fieldwork"
    assert (clock_time(found.lifts_at), found.why) == ("Mon 11 00:00", "Fieldwork begins on Mon 11 Nov 2019.")
    clock.now = at("2020-01-08 12:00")
    found = explain(shop, study, "C1")
    assert (told(found), found.why) == (("fieldwork", "", ""), "Fieldwork ended on Tue 7 Jan 2020.")


# appointments


def booked(kind: Any, when: str) -> Result:
    return Result(f"{kind}_appointment", appointment=Booking(kind, at(when)))


def test_an_appointment_is_not_called_before_its_time(shop: Store, study: Study, ann: Interviewer) -> None:
    called(shop, study, ann, booked("hard", "2019-11-20 22:00"))  # she asked for it: outside calling hours
    called(shop, study, ann, booked("soft", "2019-11-20 11:00"), "C2")
    called(shop, study, ann, booked("soft", "2020-01-09 11:00"), "C3")
    hard, soft, never = (explain(shop, study, serial) for serial in ("C1", "C2", "C3"))
    assert (told(hard), hard.why) == (
        ("appointment", "Wed 20 22:00", "Wed 20 22:00"),
        "A hard appointment is booked.",
    )
    assert (told(soft), soft.why) == (
        ("appointment", "Wed 20 10:50", "Wed 20 10:50"),
        "A soft appointment is booked.",
    )
    assert told(never) == ("appointment", "", "")
    assert never.why == "A soft appointment is booked for a time after fieldwork ends."


def test_a_hard_appointment_is_its_makers_for_five_minutes_while_she_is_there(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    called(shop, study, ann, booked("hard", "2019-11-19 11:00"))
    clock.now = at("2019-11-19 11:00")
    present(shop, ann, clock.now.replace(minute=30))
    hers, his, anybodys = (explain(shop, study, "C1", who) for who in (ann, bob, None))
    assert (told(hers), hers.why) == (("hard", "", "Tue 19 11:00"), "A hard appointment is due.")
    assert told(his) == ("owner", "Tue 19 11:05", "Tue 19 11:05")
    assert his.why == "The appointment is due, and Ann, who made it, comes first."
    assert anybodys.rule == "hard"
    present(shop, ann)  # heard of last now: two minutes on she is not there any more
    assert told(explain(shop, study, "C1", bob)) == ("owner", "Tue 19 11:02", "Tue 19 11:02")
    sign_out(shop, ann)
    assert explain(shop, study, "C1", bob).rule == "hard"
    present(shop, ann, clock.now.replace(minute=30))
    clock.now = at("2019-11-19 11:05")
    assert explain(shop, study, "C1", bob).rule == "hard"


def test_an_appointment_has_its_places(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    called(shop, study, ann, booked("soft", "2019-11-19 20:00"))
    called(shop, study, ann, booked("hard", "2019-11-19 20:00"), "C2")
    clock.now = at("2019-11-19 20:10")
    assert [explain(shop, study, serial).why for serial in ("C1", "C2")] == [
        "It is near the time of a soft appointment.",
        "A hard appointment is due.",
    ]
    clock.now = at("2019-11-19 20:30")
    closed = explain(shop, study, "C2")
    assert told(closed) == ("hours", "Wed 20 09:00", "Wed 20 09:00")
    assert closed.why == "Appointment (hard). It is outside calling hours."
    clock.now = at("2019-11-20 09:00")
    missed = explain(shop, study, "C2")
    assert told(missed) == ("missed", "", "Wed 20 09:00")
    assert missed.why == "The time of an appointment went by; it still comes before cold calls."


def test_a_soft_appointment_called_as_early_as_may_be_does_not_come_again_at_once(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    early = with_rules(shop, study, ("soft_early: 10", "soft_early: 120"))
    called(shop, early, ann, booked("soft", "2019-11-19 16:00"))
    clock.now = at("2019-11-19 14:00")
    delivery = take_next(shop, early, ann)
    assert (delivery.card.serial, delivery.card.reason[:24]) == ("C1", "Appointment today 16:00 ")
    made = start_call(shop, early, delivery.hold, delivery.card.next_number)
    close_call(shop, early, delivery.hold, made, Result("no_reply"))
    assert told(explain(shop, early, "C1")) == ("delay", "Tue 19 17:00", "Tue 19 17:30")


# waiting for its turn


def test_a_case_waits_then_for_its_part_of_the_week_then_for_hours(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    called(shop, study, ann, "no_reply")
    clock.now = at("2019-11-19 12:59")
    waits = explain(shop, study, "C1")
    assert told(waits) == ("delay", "Tue 19 13:00", "Tue 19 13:00")
    assert waits.why == "No reply or answer phone: the wait after the last call is not over."
    assert waits.planned_at == at("2019-11-19 13:00")
    clock.now = at("2019-11-19 13:00")
    due = explain(shop, study, "C1")
    assert told(due) == ("called", "", "Tue 19 13:00")
    assert due.why == "No reply or answer phone. It was tried least in these hours."
    assert (due.slots, due.window) == (("weekday_afternoon", "weekday_evening", "weekend"), "any")
    called(shop, study, ann, "no_reply")
    clock.now = at("2019-11-19 17:10")
    kept = explain(shop, study, "C1")
    assert told(kept) == ("slot", "Tue 19 17:30", "Tue 19 17:30")
    assert kept.why == (
        "No reply or answer phone: it is kept for a time of the week at which it was tried less "
        "(weekday evening or weekend)."
    )
    clock.now = at("2019-11-19 20:30")
    closed = explain(shop, study, "C1")
    assert told(closed) == ("hours", "Wed 20 09:00", "Wed 20 09:00")
    clock.now = at("2019-11-20 09:00")
    late = explain(shop, study, "C1")
    assert told(late) == ("late", "", "Wed 20 09:00")
    assert late.why == "No reply or answer phone. The hours in which it was tried least went by without a call."


def test_who_asked_for_other_hours_waits_for_them(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    called(shop, study, ann, "call_back_consumer_hours")
    clock.now = at("2019-11-19 11:00")
    found = explain(shop, study, "C1")
    assert told(found) == ("hours", "Tue 19 17:30", "Tue 19 17:30")
    assert found.why == "Call back in consumer hours. It is outside consumer hours."
    clock.now = at("2019-11-19 17:30")
    found = explain(shop, study, "C1")
    assert told(found) == ("promised", "", "Tue 19 17:30")
    assert found.why == "Call back in consumer hours. It comes before cold calls."


def test_hours_are_told_by_the_clocks_of_the_respondent(
    shop: Store, study: Study, sample_row: Callable[[int], SampleRow], clock: Any
) -> None:
    load_sample(shop, [replace(sample_row(6), timezone="Europe/Athens")], study=study)
    clock.now = at("2019-11-19 18:30")  # half past eight there
    found = explain(shop, study, "C6")
    assert told(found) == ("hours", "Wed 20 07:00", "Wed 20 07:00")
    assert found.timezone == "Europe/Athens"
    assert explain(shop, study, "C1").rule == "fresh"


def test_a_fresh_case_has_its_turn(shop: Store, study: Study) -> None:
    found = explain(shop, study, "C1")
    assert told(found) == ("fresh", "", "Tue 19 10:00")
    assert found.why == "Not called yet. It has its turn among the cases never called."


def test_the_last_hours_of_fieldwork_are_a_last_chance(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    called(shop, study, ann, "no_reply")
    clock.now = at("2019-11-19 18:00")
    called(shop, study, ann, "no_reply")
    install_study(shop, study, fieldwork=(date(2019, 11, 11), date(2019, 11, 20)))
    clock.now = at("2019-11-20 14:30")
    found = explain(shop, study, "C1")
    assert told(found) == ("last_chance", "", "Wed 20 14:30")
    assert found.slots == ("weekday_afternoon",)
    assert found.why == (
        "No reply or answer phone. The hours in which it was tried least do not come again before fieldwork ends."
    )
    delivery = take_next(shop, study, ann)
    assert delivery.card.serial == "C1"
    assert delivery.card.reason == (
        "No reply or answer phone twice; due again since 12:00. "
        "Last chance: weekday afternoon does not come again before fieldwork ends"
    )


def take_next(store: Store, study: Study, who: Interviewer) -> Delivery:
    delivery = next_case(store, study, who)
    assert delivery is not None
    return delivery


# interrupted


def test_a_case_let_lie_is_interrupted_and_one_given_back_in_a_call_is_promised(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    crashed = take_case(shop, study, ann, "C1")
    start_call(shop, study, crashed.hold, crashed.card.next_number)
    given_back = take_case(shop, study, ann, "C2")
    start_call(shop, study, given_back.hold, given_back.card.next_number)
    release(shop, given_back.hold)
    untouched = take_case(shop, study, ann, "C3")
    release(shop, untouched.hold)
    clock.forward(seconds=90)
    let_lie = explain(shop, study, "C1")
    assert (let_lie.may_be_called, let_lie.rule, let_lie.why) == (True, "interrupted", "The call was interrupted.")
    again = explain(shop, study, "C2")
    assert (again.rule, again.why) == ("promised", "The call was interrupted. It comes before cold calls.")
    assert explain(shop, study, "C3").rule == "fresh"
    serials = [take_next(shop, study, ann).card for _ in range(3)]
    assert [card.serial for card in serials] == ["C1", "C2", "C3"]
    assert serials[0].reason == serials[1].reason == "Call by Ann today 10:00 was interrupted"


def test_a_case_taken_before_its_time_comes_back_all_the_same_when_its_call_breaks_off(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    called(shop, study, ann, "no_reply")
    early = take_case(shop, study, ann, "C1")  # she rang us
    start_call(shop, study, early.hold, None)
    clock.forward(seconds=90)
    assert explain(shop, study, "C1").rule == "interrupted"
    delivery = take_next(shop, study, ann)
    assert delivery.card.serial == "C1"
    assert delivery.card.reason == "Call by Ann today 10:00 was interrupted. Before that: No reply or answer phone"


# refusals


def test_a_soft_refusal_cools_off_and_goes_to_another_interviewer(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    converting = with_rules(shop, study, ("attempts:", f"{CONVERTS}\nattempts:"))
    called(shop, converting, ann, Result("refusal", refusal=Refusal("soft")))
    clock.now = at("2019-11-26 09:59")
    found = explain(shop, converting, "C1")
    assert told(found) == ("cooling_off", "Tue 26 10:00", "Tue 26 10:00")
    assert found.why == "Refusal, soft: to be tried once more, after a time of cooling off."
    clock.now = at("2019-11-26 10:00")
    hers, his = (explain(shop, converting, "C1", who) for who in (ann, bob))
    assert told(hers) == ("another_interviewer", "", "")
    assert hers.why == "This interviewer was refused by the respondent: another one is to try once more."
    assert (his.rule, his.why) == (
        "called",
        "Refusal, soft: to be tried once more. It was tried least in these hours.",
    )
    assert {take_next(shop, converting, ann).card.serial for _ in range(3)} == {"C2", "C3", "C4"}
    assert next_case(shop, converting, ann) is None
    delivery = take_next(shop, converting, bob)
    assert delivery.card.serial == "C1"
    assert delivery.card.reason == "Refusal, soft: to be tried once more"
    # broken off, it is not gone on with by Ann
    start_call(shop, converting, delivery.hold, delivery.card.next_number)
    release(shop, delivery.hold)
    assert explain(shop, converting, "C1", ann).rule == "another_interviewer"
    assert next_case(shop, converting, ann) is None
    again = take_next(shop, converting, bob)
    made = start_call(shop, converting, again.hold, again.card.next_number)
    close_call(shop, converting, again.hold, made, Result("online_requested"))
    # she asked to complete online: nobody rings again, though the refusal outranks it
    assert explain(shop, converting, "C1", bob).rule == "final"


def test_a_supervisor_may_reopen_a_refusal(shop: Store, study: Study, ann: Interviewer) -> None:
    called(shop, study, ann, Result("refusal", refusal=Refusal("hard")))
    record_event(shop, study, "C1", "reopening", outcome="call_back_business_hours")
    found = explain(shop, study, "C1")
    assert (found.rule, found.outcome) == ("delay", "call_back_business_hours")
    assert clock_time(found.lifts_at) == "Tue 19 11:00"


def test_a_case_that_there_is_not_is_said(shop: Store, study: Study) -> None:
    with pytest.raises(InputError, match="no case 'C99'"):
        explain(shop, study, "C99")
