"""When a case is called next, case by case: what a fieldwork manager would look up in the calling rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.fieldwork import (
    HARD,
    SOFT,
    TURN,
    Appointed,
    Asking,
    Called,
    CallingRules,
    Group,
    Held,
    Plan,
    Refused,
    Situation,
    Turns,
    number_to_dial,
    plan,
    verdict,
    within_window,
)
from cati.fieldwork.rules import AttemptLimits, Conversion

At = Callable[..., datetime]
LONDON = ZoneInfo("Europe/London")
ANN, BOB = 1, 2
FIRST, SECOND = 11, 12
FINAL = {"completed", "refusal", "breakdown", "not_available", "online_requested"}


def at(text: str, zone: str = "Europe/London", fold: int = 0) -> datetime:
    """A wall-clock time as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def call(when: str, outcome: str, number: int | None = FIRST, by: int = ANN) -> Called:
    """A coded call of no length."""
    return Called(at(when), at(when), outcome, number, by, ends=outcome in FINAL)


def case(*calls: Called, **facts: Any) -> Situation:
    """A case issued on the first morning, with one number, that came to what its last call says."""
    outcome = facts.pop("outcome", calls[-1].outcome if calls else "not_called")
    default: dict[str, Any] = {
        "label": outcome.replace("_", " ").capitalize(),
        "final": outcome in FINAL,
        "issued_at": at("2019-11-11 08:00"),
        "numbers": (Held(FIRST, usable=True),),
    }
    return Situation(outcome, calls=calls, **default | facts)


TWO = (Held(FIRST, usable=True), Held(SECOND, usable=True))


def due(coming: Plan, zone: ZoneInfo = LONDON) -> str:
    """From when on the case may be called, by a clock on the wall."""
    assert coming.at is not None, coming
    return f"{coming.at.astimezone(zone):%a %H:%M}"


def group(coming: Plan) -> Group:
    return Group.parse(coming.group)


@pytest.fixture
def rules(wave2: CallingRules) -> CallingRules:
    """The Wave 2 rules."""
    return wave2


# the delay by outcome


@pytest.mark.parametrize(
    ("outcomes", "next_call"),
    [
        (["engaged"], "Tue 10:15"),
        (["engaged"] * 2, "Tue 10:30"),
        (["engaged"] * 3, "Tue 11:00"),
        (["engaged"] * 4, "Tue 13:00"),  # from the fourth on as the first no reply
        (["engaged"] * 5, "Tue 14:00"),  # and the second, and in another part of the week
        (["no_reply", "engaged"], "Tue 10:15"),  # counted as often as it came running
        (["engaged", "engaged", "no_reply", "engaged"], "Tue 10:15"),
        (["no_reply"], "Tue 13:00"),
        (["suspended"], "Tue 11:00"),
        (["call_back_business_hours"], "Tue 11:00"),
        (["call_back_consumer_hours"], "Tue 17:30"),
        (["call_back_consumer_hours"] * 2, "Wed 17:30"),
    ],
)
def test_the_wait_goes_by_the_outcome_and_how_often_it_came_running(
    rules: CallingRules, outcomes: list[str], next_call: str
) -> None:
    coming = plan(rules, case(*(call("2019-11-12 10:00", outcome) for outcome in outcomes)))
    assert (coming.rank, coming.rule, due(coming)) == (TURN, "delay", next_call)


def test_the_wait_is_counted_from_the_end_of_the_call(rules: CallingRules) -> None:
    long = replace(call("2019-11-12 10:00", "engaged"), ended_at=at("2019-11-12 10:40"))
    assert due(plan(rules, case(long))) == "Tue 10:55"


def test_the_first_rule_that_forbids_a_call_is_told(rules: CallingRules) -> None:
    closed = {"declined": True, "issued_at": None, "numbers": ()}
    refused = case(call("2019-11-12 10:00", "refusal"), **closed)
    assert [plan(rules, each).rule for each in (refused, case(**closed), case(issued_at=None, numbers=()))] == [
        "final",
        "declined",
        "not_issued",
    ]
    nowhere = plan(rules, case(numbers=(Held(FIRST, usable=False),)))
    assert (nowhere.rank, nowhere.rule, nowhere.reason, nowhere.at) == (None, "no_number", "No number to call", None)


# several numbers


def test_another_number_may_be_tried_sooner_than_the_one_that_nobody_answered(rules: CallingRules) -> None:
    tried = case(call("2019-11-12 09:05", "no_reply"), numbers=TWO)
    assert due(plan(rules, tried)) == "Tue 12:00"  # an hour later is still the morning
    assert number_to_dial(rules, tried, at("2019-11-12 12:00")) == SECOND
    both = case(call("2019-11-12 09:05", "no_reply"), call("2019-11-12 12:00", "no_reply", SECOND), numbers=TWO)
    # the first is ready at 13:00; mornings and afternoons were tried
    assert due(plan(rules, both)) == "Tue 17:30"
    assert number_to_dial(rules, both, at("2019-11-12 13:00")) == FIRST
    assert number_to_dial(rules, both, at("2019-11-12 17:30")) == FIRST  # called as often, and the first of the two


def test_while_one_number_is_engaged_the_other_may_be_tried_at_once(rules: CallingRules) -> None:
    tried = case(call("2019-11-12 10:00", "engaged"), numbers=TWO)
    assert due(plan(rules, tried)) == "Tue 10:00"
    assert number_to_dial(rules, tried, at("2019-11-12 10:00")) == SECOND


def test_each_number_waits_for_itself(rules: CallingRules) -> None:
    calls = (call("2019-11-12 10:00", "engaged"), call("2019-11-12 10:05", "no_reply", SECOND))
    tried = case(*calls, numbers=TWO)
    # engaged alone would be ready at 10:15, but the person was rung at 10:05: an hour between the numbers
    assert plan(rules, tried).waited_until == at("2019-11-12 11:05")
    assert number_to_dial(rules, tried, at("2019-11-12 11:05")) == FIRST
    # counted by number: the first has been engaged once, not three times running
    again = case(*calls, call("2019-11-12 11:05", "engaged"), numbers=TWO)
    assert plan(rules, again).waited_until == at("2019-11-12 11:35")


def test_a_dead_number_gives_way_to_the_next_at_once(rules: CallingRules) -> None:
    numbers = (Held(FIRST, usable=False), Held(SECOND, usable=True))
    dead = case(call("2019-11-12 10:00", "unobtainable"), outcome="not_called", numbers=numbers)
    coming = plan(rules, dead)
    assert (coming.reason, due(coming), group(coming).level) == ("Another number to try", "Tue 10:00", 0)
    assert number_to_dial(rules, dead, at("2019-11-12 10:00")) == SECOND


def test_but_not_a_number_that_was_rung_a_moment_ago(rules: CallingRules) -> None:
    numbers = (Held(FIRST, usable=False), Held(SECOND, usable=True))
    calls = (call("2019-11-12 09:50", "no_reply", SECOND), call("2019-11-12 10:00", "unobtainable"))
    coming = plan(rules, case(*calls, outcome="no_reply", numbers=numbers))
    assert coming.waited_until == at("2019-11-12 12:50")
    assert group(coming).level > 0


def test_a_referral_is_tried_before_other_numbers_that_nobody_tried(rules: CallingRules) -> None:
    numbers = (Held(FIRST, usable=False), Held(SECOND, usable=True), Held(13, usable=True, referral=True))
    given_up = case(call("2019-11-12 10:00", "referral_number"), numbers=numbers)
    assert due(plan(rules, given_up)) == "Tue 10:00"
    assert number_to_dial(rules, given_up, at("2019-11-12 10:00")) == 13


def test_who_asked_to_be_called_back_is_called_where_she_asked_for_it(rules: CallingRules) -> None:
    asked = case(call("2019-11-12 10:00", "call_back_business_hours"), numbers=TWO)
    assert due(plan(rules, asked)) == "Tue 11:00"
    assert number_to_dial(rules, asked, at("2019-11-12 11:00")) == FIRST


# slot balancing


def test_a_no_reply_on_tuesday_morning_comes_back_in_another_part_of_the_week(rules: CallingRules) -> None:
    coming = plan(rules, case(call("2019-11-12 09:10", "no_reply")))
    # the wait is over at 12:10
    assert (due(coming), group(coming).slots) == ("Tue 12:10", ("weekday_afternoon", "weekday_evening", "weekend"))
    late = plan(rules, case(call("2019-11-12 11:50", "no_reply")))
    assert due(late) == "Tue 14:50"
    # of the parts tried, the least tried
    calls = [call("2019-11-12 09:10", "no_reply"), call("2019-11-12 18:00", "no_reply")]
    assert group(plan(rules, case(*calls))).slots == ("weekday_afternoon", "weekend")


def test_nobody_answers_for_two_weeks(rules: CallingRules) -> None:
    """Each call is made as soon as it may be; the parts of the week take turns."""
    calls: list[Called] = []
    when = at("2019-11-12 09:10")
    told = []
    for _ in range(9):
        calls.append(Called(when, when, "no_reply", FIRST, ANN))
        coming = plan(rules, case(*calls))
        told.append(f"{due(coming)} {'+'.join(name.removeprefix('weekday_') for name in group(coming).slots)}")
        assert coming.at is not None
        when = coming.at
    assert told == [
        "Tue 12:10 afternoon+evening+weekend",
        "Tue 17:30 evening+weekend",
        "Sat 10:00 weekend",  # each part once, before any twice
        "Mon 09:00 morning+afternoon+evening",  # not the weekend again
        "Tue 12:00 afternoon+evening+weekend",
        "Wed 17:30 evening+weekend",
        "Sat 10:00 weekend",
        "Mon 09:00 morning+afternoon+evening",
        "Tue 12:00 afternoon+evening+weekend",
    ]


def test_the_weekend_alone_is_left_at_the_end(rules: CallingRules) -> None:
    ends_sunday = rules.during(date(2019, 11, 11), date(2019, 11, 17))
    coming = plan(ends_sunday, case(call("2019-11-15 18:00", "no_reply")))
    assert (due(coming), group(coming).slots) == ("Sat 10:00", ("weekend",))
    # and where nothing else is left, the part tried last
    again = plan(ends_sunday, case(call("2019-11-16 10:00", "no_reply")))
    assert (due(again), group(again).slots) == ("Sat 13:00", ("weekend",))
    over = plan(ends_sunday, case(*[call("2019-11-17 12:00", "no_reply")] * 3))
    assert (over.rank, over.rule) == (None, "hours_over")
    assert over.reason == "No reply; calling hours do not open again before fieldwork ends"


def test_a_study_without_slots_only_waits(rules: CallingRules) -> None:
    coming = plan(replace(rules, slots={}), case(call("2019-11-12 09:10", "no_reply")))
    assert (due(coming), group(coming).slots) == ("Tue 12:10", ())


@given(
    start=st.integers(0, 56 * 24 * 60),
    waits=st.lists(st.integers(0, 3 * 24 * 60), max_size=12),
    outcomes=st.lists(st.sampled_from(["no_reply", "no_reply", "engaged"]), min_size=13, max_size=13),
    zone=st.sampled_from(["", "Europe/Athens"]),
)
def test_no_part_of_the_week_comes_twice_running_while_another_is_left(
    wave2: CallingRules, start: int, waits: list[int], outcomes: list[str], zone: str
) -> None:
    calls: list[Called] = []
    when = at("2019-11-11 09:00") + timedelta(minutes=start)
    here = wave2.in_zone(zone)
    for outcome, wait in zip(outcomes, [*waits, 0], strict=False):
        calls.append(Called(when, when, outcome, FIRST, ANN))
        coming = plan(wave2, case(*calls, zone=zone))
        if coming.at is None:
            assert coming.rule in ("hours_over", "attempts")
            return
        slots = group(coming).slots
        assert coming.at >= when
        assert within_window(here, coming.at)
        if slots:
            assert here.slot_at(coming.at) in slots
            assert here.slot_at(when) not in slots or len(slots) == 1
        when = coming.at + timedelta(minutes=wait)


# the hours that somebody asked for


def test_the_hours_asked_for_are_kept_to_through_calls_that_reach_nobody(rules: CallingRules) -> None:
    asked = call("2019-11-12 10:00", "call_back_consumer_hours")
    no_reply = call("2019-11-12 17:30", "no_reply")
    coming = plan(rules, case(asked, no_reply))
    assert group(coming).window == "consumer_hours"
    assert due(coming) == "Sat 10:00"  # consumer hours, and another part of the week than the evening
    engaged = call("2019-11-12 20:25", "engaged")
    later = plan(rules, case(asked, engaged))
    assert (due(later), group(later).window) == ("Wed 17:30", "consumer_hours")  # not at nine in the office
    many = plan(rules, case(asked, no_reply, engaged, *[call("2019-11-13 18:00", "no_reply")] * 3))
    assert group(many).window == "consumer_hours"


@pytest.mark.parametrize(
    ("spoken", "window"),
    [("call_back_business_hours", "business_hours"), ("suspended", "any"), ("hard_appointment", "any")],
)
def test_until_somebody_says_otherwise(rules: CallingRules, spoken: str, window: str) -> None:
    calls = [
        call("2019-11-12 10:00", "call_back_consumer_hours"),
        call("2019-11-12 18:00", spoken),
        call("2019-11-13 10:00", "no_reply"),
    ]
    assert group(plan(rules, case(*calls))).window == window


def test_a_no_reply_may_have_hours_of_its_own(rules: CallingRules) -> None:
    no_reply = replace(rules.call_again["no_reply"], window="consumer_hours")
    evenings = replace(rules, call_again={**rules.call_again, "no_reply": no_reply})
    assert due(plan(evenings, case(call("2019-11-12 10:00", "no_reply")))) == "Tue 17:30"
    asked = call("2019-11-12 09:00", "call_back_business_hours")
    assert group(plan(evenings, case(asked, call("2019-11-12 10:00", "no_reply")))).window == "business_hours"


# attempts


def limited(rules: CallingRules, **limits: int) -> CallingRules:
    return replace(rules, attempts=AttemptLimits(**limits))


def test_a_case_called_often_enough_stays_live_and_is_not_called(rules: CallingRules) -> None:
    calls = [call("2019-11-12 10:00", "no_reply"), call("2019-11-13 10:00", "engaged")]
    coming = plan(limited(rules, case=2), case(*calls))
    assert (coming.rank, coming.rule, coming.at) == (None, "attempts", None)
    assert coming.reason == "Called 2 times: the most that the calling rules allow. It stays live sample"
    once = plan(limited(rules, case=1), case(calls[0]))
    assert once.reason.startswith("Called 1 time: ")
    assert plan(limited(rules, case=3), case(*calls)).rank == TURN


def test_a_number_called_often_enough_leaves_the_others(rules: CallingRules) -> None:
    calls = [call("2019-11-12 10:00", "no_reply"), call("2019-11-13 14:00", "no_reply")]
    tried = case(*calls, numbers=TWO)
    assert number_to_dial(limited(rules, number=2), tried, at("2019-11-14 18:00")) == SECOND
    assert plan(limited(rules, number=2), tried).waited_until == at("2019-11-13 15:00")  # the other's wait, not its own
    assert plan(limited(rules, number=2), case(*calls)).rule == "attempts"


@pytest.mark.parametrize("limits", [{"case": 2}, {"number": 2}, {"case": 1, "number": 1}])
@pytest.mark.parametrize("numbers", [TWO[:1], TWO])
def test_what_somebody_asked_for_is_kept_beyond_the_limits(
    rules: CallingRules, limits: dict[str, int], numbers: tuple[Held, ...]
) -> None:
    few = limited(rules, **limits)
    calls = [call("2019-11-12 10:00", "no_reply"), call("2019-11-12 14:00", "call_back_business_hours")]
    asked = case(*calls, numbers=numbers)
    assert due(plan(few, asked)) == "Tue 15:00"
    assert number_to_dial(few, asked, at("2019-11-12 15:00")) == FIRST
    booked = Appointed(hard=True, starts_at=at("2019-11-13 09:00"), ends_at=None, owner=ANN)
    coming = plan(few, case(calls[0], call("2019-11-12 14:00", "hard_appointment"), appointment=booked))
    assert (coming.rank, due(coming)) == (HARD, "Wed 09:00")
    reopened = case(*calls[:1] * 2, outcome="call_back_business_hours", decided_at=at("2019-11-12 16:00"))
    assert due(plan(few, reopened)) == "Tue 17:00"
    # asked for once: after a call that then reaches nobody the limit holds
    assert plan(few, case(*calls, call("2019-11-12 15:00", "no_reply"), numbers=numbers[:1])).rule == "attempts"


# refusals


@pytest.fixture
def converting(wave2: CallingRules) -> CallingRules:
    """Rules under which a soft refusal is tried once more after a week."""
    return replace(wave2, conversion=Conversion(frozenset({"refusal"}), timedelta(days=7)))


REFUSAL = call("2019-11-12 10:00", "refusal", by=ANN)


def refused(*since: Called, strength: str | None = "soft", outcome: str = "refusal", **facts: Any) -> Situation:
    """A case that was refused once, and the calls since."""
    first = replace(REFUSAL, outcome=outcome)
    refusals = [
        Refused(made.ended_at, made.outcome, strength, made.interviewer_id)
        for made in (first, *since)
        if made.outcome in ("refusal", "breakdown")
    ]
    return case(first, *since, **{"outcome": outcome, "refusals": refusals} | facts)


def test_a_soft_refusal_is_tried_once_more_after_cooling_off_by_another_interviewer(converting: CallingRules) -> None:
    coming = plan(converting, refused())
    assert (coming.rank, coming.rule, coming.barred) == (TURN, "conversion", ANN)
    assert coming.waited_until == at("2019-11-19 10:00")
    assert coming.at == at("2019-11-19 10:00")
    assert coming.reason == "Refusal, soft: to be tried once more"
    anyone = replace(converting, conversion=replace(converting.conversion, another_interviewer=False))  # type: ignore[type-var]
    assert plan(anyone, refused()).barred is None


@pytest.mark.parametrize("strength", ["hard", None])
def test_a_hard_refusal_or_one_of_which_nobody_said_is_never_called_again(
    converting: CallingRules, strength: str | None
) -> None:
    assert plan(converting, refused(strength=strength)).rule == "final"


def test_nor_is_any_under_rules_that_do_not_name_it(rules: CallingRules, converting: CallingRules) -> None:
    assert plan(rules, refused()).rule == "final"
    assert plan(converting, refused(outcome="breakdown")).rule == "final"
    named = replace(converting, conversion=Conversion(frozenset({"breakdown"}), timedelta()))
    assert plan(named, refused(outcome="breakdown")).rule == "conversion"


def test_a_second_refusal_ends_it(converting: CallingRules) -> None:
    assert plan(converting, refused(call("2019-11-19 10:00", "refusal", by=BOB))).rule == "final"


def test_somebody_refused_before_she_was_reopened_is_not_tried_by_itself_again(converting: CallingRules) -> None:
    # a supervisor opened the case again, and she refused again: that was the second time
    again = refused(call("2019-11-14 10:00", "refusal", by=BOB))
    assert plan(converting, again).rule == "final"
    reopened = replace(refused(), outcome="not_called", final=False, decided_at=None)
    assert plan(converting, reopened).rank == TURN


def test_a_call_that_reaches_nobody_is_made_again_by_another_interviewer_still(converting: CallingRules) -> None:
    coming = plan(converting, refused(call("2019-11-19 10:00", "no_reply", by=BOB)))
    assert (coming.rule, coming.barred, due(coming)) == ("conversion", ANN, "Tue 13:00")
    assert "weekday_morning" not in group(coming).slots


@pytest.mark.parametrize("outcome", ["not_available", "online_requested", "completed"])
def test_whatever_else_she_says_then_is_the_last_word(converting: CallingRules, outcome: str) -> None:
    # the refusal outranks some of these in the outcome scheme, but nobody is to ring again
    assert plan(converting, refused(call("2019-11-19 10:00", outcome, by=BOB))).rule == "final"


def test_a_time_she_names_then_is_kept(converting: CallingRules) -> None:
    booked = Appointed(hard=True, starts_at=at("2019-11-20 18:00"), ends_at=None, owner=BOB)
    coming = plan(converting, refused(call("2019-11-19 10:00", "hard_appointment", by=BOB), appointment=booked))
    assert (coming.rank, coming.owner, due(coming)) == (HARD, BOB, "Wed 18:00")


def test_a_call_cut_off_then_is_not_gone_on_with_by_whom_she_refused(converting: CallingRules) -> None:
    coming = plan(converting, refused(interrupted_at=at("2019-11-19 10:00")))
    assert (coming.rule, coming.barred, due(coming)) == ("interrupted", ANN, "Tue 10:00")


def test_a_case_reopened_by_a_supervisor_is_called_as_she_said(converting: CallingRules) -> None:
    reopened = case(REFUSAL, outcome="call_back_consumer_hours", decided_at=at("2019-11-12 12:00"))
    assert due(plan(converting, reopened)) == "Tue 17:30"
    # in the very instant of the call, as where both were recorded together
    same = replace(reopened, decided_at=REFUSAL.ended_at)
    assert due(plan(converting, same)) == "Tue 17:30"


def test_no_refusal_is_called_after_fieldwork(converting: CallingRules) -> None:
    short = converting.during(date(2019, 11, 11), date(2019, 11, 18))
    coming = plan(short, refused())
    assert (coming.rank, coming.rule, coming.barred) == (None, "hours_over", None)
    since = plan(short.during(date(2019, 11, 11), date(2019, 11, 19)), refused(call("2019-11-19 19:00", "no_reply")))
    assert (since.rank, since.rule) == (None, "hours_over")
    assert "tried once more" in since.reason


# interrupted, fresh


def test_an_interrupted_call_is_gone_on_with_as_soon_as_calls_may_be_made(rules: CallingRules) -> None:
    began = at("2019-11-12 20:29")
    coming = plan(limited(rules, case=1), case(call("2019-11-12 10:00", "no_reply"), interrupted_at=began))
    assert (coming.rank, coming.rule, coming.at) == (TURN, "interrupted", began)
    assert group(coming) == Group(0, "Europe/London")


def test_cases_issued_on_one_day_are_due_alike(rules: CallingRules) -> None:
    coming = [plan(rules, case(issued_at=at(f"2019-11-12 {hour}"))) for hour in ("08:00", "15:00", "20:29")]
    assert {due(each) for each in coming} == {"Tue 09:00"}
    assert {each.rule for each in coming} == {"fresh"}
    assert due(plan(rules, case(issued_at=at("2019-12-25 12:00")))) == "Fri 09:00"  # two bank holidays later
    assert due(plan(rules, case(issued_at=at("2019-10-01 12:00")))) == "Mon 09:00"  # with fieldwork
    over = plan(rules, case(issued_at=at("2020-01-07 20:30")))
    assert (over.rank, over.rule) == (None, "hours_over")


def test_issued_when_fieldwork_was_over_a_case_counts_as_issued_when_it_began(rules: CallingRules) -> None:
    later = plan(rules, case(issued_at=at("2026-12-01 12:00")))
    assert (later.rule, due(later)) == ("fresh", "Mon 09:00")
    assert later.at == plan(rules, case(issued_at=at("2019-10-01 12:00"))).at


# hours: zones, the end, bank holidays


@pytest.mark.parametrize(
    ("zone", "opens"),
    [("Europe/Lisbon", "09:00"), ("Etc/GMT-1", "08:00"), ("Europe/Athens", "07:00"), ("Atlantic/Azores", "10:00")],
)
def test_hours_are_those_on_the_wall_of_the_respondent(rules: CallingRules, zone: str, opens: str) -> None:
    coming = plan(rules, case(zone=zone))
    assert due(coming) == f"Mon {opens}"
    assert due(coming, ZoneInfo(zone)) == "Mon 09:00"
    assert group(coming).zone == zone
    evening = plan(rules, case(call("2019-11-12 13:00", "call_back_consumer_hours"), zone=zone))
    assert due(evening, ZoneInfo(zone)) == "Tue 17:30"


def test_the_part_of_the_week_is_the_respondents_too(rules: CallingRules) -> None:
    # 16:00 in London is the evening in Athens
    coming = plan(rules, case(call("2019-11-12 16:00", "no_reply"), zone="Europe/Athens"))
    assert "weekday_evening" not in group(coming).slots


def test_bank_holidays_and_the_end_of_fieldwork_are_met(rules: CallingRules) -> None:
    assert due(plan(rules, case(call("2019-12-24 20:00", "engaged")))) == "Tue 20:15"
    assert due(plan(rules, case(call("2019-12-24 20:20", "engaged")))) == "Fri 09:00"
    last = plan(rules, case(call("2020-01-07 20:10", "engaged")))
    assert due(last) == "Tue 20:25"
    over = plan(rules, case(call("2020-01-07 20:15", "engaged")))
    assert (over.rank, over.rule, over.waited_until) == (None, "hours_over", at("2020-01-07 20:30"))


# both changes of the clocks


SPRING = (date(2019, 3, 25), date(2019, 4, 12))  # the clocks go forward on Sunday 31 March
AUTUMN = (date(2019, 10, 21), date(2019, 11, 8))  # and back on Sunday 27 October


@pytest.mark.parametrize(
    ("season", "ended", "next_call"),
    [
        (SPRING, "2019-03-30 15:45", "Sun 16:45"),  # a day is 24 hours, and the wall says one more
        (SPRING, "2019-03-30 16:15", "Mon 09:00"),  # 17:15 on the wall, and the hours are over
        (AUTUMN, "2019-10-26 16:45", "Sun 15:45"),
        (AUTUMN, "2019-10-26 11:30", "Sun 11:00"),  # 10:30 on the wall, and they have not begun
    ],
)
def test_a_wait_over_a_change_of_the_clocks_is_as_long_as_any(
    rules: CallingRules, season: tuple[date, date], ended: str, next_call: str
) -> None:
    calls = [call(f"{season[0]} 10:00", "no_reply"), *(call(ended, "no_reply") for _ in range(2))]
    coming = plan(replace(rules.during(*season), slots={}), case(*calls, issued_at=at(f"{season[0]} 08:00")))
    assert coming.waited_until is not None
    assert coming.waited_until - at(ended) == timedelta(days=1)
    assert due(coming) == next_call


@pytest.mark.parametrize(
    ("season", "ended", "opens"),
    [(SPRING, "2019-03-31 16:50", "2019-04-01T08:00"), (AUTUMN, "2019-10-27 16:50", "2019-10-28T09:00")],
)
def test_hours_open_at_nine_on_the_wall_after_a_change_of_the_clocks(
    rules: CallingRules, season: tuple[date, date], ended: str, opens: str
) -> None:
    coming = plan(rules.during(*season), case(call(ended, "engaged"), issued_at=at(f"{season[0]} 08:00")))
    assert coming.at == datetime.fromisoformat(opens).replace(tzinfo=UTC)


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize(("season", "day"), [(SPRING, "2019-03-31"), (AUTUMN, "2019-10-27")])
def test_an_appointment_on_the_night_of_the_change_has_its_time_and_its_minutes(
    rules: CallingRules, season: tuple[date, date], day: str, hard: bool
) -> None:
    for starts in (at(f"{day} 00:58"), at(f"{day} 00:58") + timedelta(hours=1)):
        coming = plan(rules.during(*season), case(appointment=Appointed(hard, starts, None, ANN)))
        assert coming.rank == (HARD if hard else SOFT)
        assert coming.at == starts  # outside calling hours: not a minute early
        assert coming.until is not None
        # a hard one is missed after half an hour; a soft one at night is not called long after its time
        assert coming.until - starts == timedelta(minutes=30 if hard else 5)


@pytest.mark.parametrize(("season", "day"), [(SPRING, "2019-03-31"), (AUTUMN, "2019-10-27")])
def test_its_maker_has_five_minutes_whatever_the_clocks_on_the_wall_do(
    rules: CallingRules, season: tuple[date, date], day: str
) -> None:
    turns = Turns(rules.during(*season))
    for starts in (at(f"{day} 00:58"), at(f"{day} 00:58") + timedelta(hours=1)):
        coming = plan(turns.rules, case(appointment=Appointed(True, starts, None, ANN)))
        bob = Asking(BOB, "Ann", owner_until=starts + timedelta(hours=3))
        told = [verdict(turns, coming, starts + timedelta(seconds=s), asking=bob) for s in (-1, 0, 299, 300)]
        assert [each.rule for each in told] == ["appointment", "owner", "owner", "hard"]
        assert [each.lifts_at for each in told[1:3]] == [starts + timedelta(minutes=5)] * 2


# appointments


@pytest.mark.parametrize(
    ("starts", "ends", "early", "late"),
    [
        ("2019-11-12 14:00", None, "Tue 13:50", "Tue 15:00"),
        ("2019-11-12 14:00", "2019-11-12 16:00", "Tue 13:50", "Tue 17:00"),
        ("2019-11-12 09:05", None, "Tue 09:00", "Tue 10:05"),  # not before calling hours
        ("2019-11-12 20:20", None, "Tue 20:10", "Tue 20:30"),  # nor after them
        ("2019-11-12 20:29", None, "Tue 20:19", "Tue 20:34"),  # but the time itself was asked for
        ("2019-11-12 22:00", None, "Tue 22:00", "Tue 22:05"),
        ("2019-11-12 22:00", "2019-11-12 22:30", "Tue 22:00", "Tue 22:30"),
    ],
)
def test_a_soft_appointment_is_called_near_its_time(
    rules: CallingRules, starts: str, ends: str | None, early: str, late: str
) -> None:
    made = Appointed(hard=False, starts_at=at(starts), ends_at=at(ends) if ends else None, owner=ANN)
    coming = plan(rules, case(appointment=made))
    assert (coming.rank, coming.owner, due(coming)) == (SOFT, None, early)
    assert coming.until is not None
    assert f"{coming.until.astimezone(LONDON):%a %H:%M}" == late


def test_a_hard_appointment_is_its_makers_and_missed_half_an_hour_after_its_end(rules: CallingRules) -> None:
    made = Appointed(hard=True, starts_at=at("2019-11-12 22:00"), ends_at=None, owner=BOB, number_id=SECOND)
    booked = case(call("2019-11-12 10:00", "hard_appointment"), appointment=made, numbers=TWO)
    coming = plan(rules, booked)
    assert (coming.rank, coming.owner, coming.at) == (HARD, BOB, at("2019-11-12 22:00"))
    assert coming.until == at("2019-11-12 22:30")
    assert number_to_dial(rules, booked, at("2019-11-12 22:00")) == SECOND
    stretch = replace(made, ends_at=at("2019-11-12 23:00"))
    assert plan(rules, case(appointment=stretch)).until == at("2019-11-12 23:30")
