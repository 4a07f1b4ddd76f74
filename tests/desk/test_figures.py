"""Figures of calls and interviewers over small fieldworks that can be counted by hand, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cati.desk import (
    Refusal,
    Result,
    SampleRow,
    close_call,
    install_study,
    load_sample,
    recode_call,
    start_call,
    take_case,
    undo_close,
)
from cati.desk.figures import (
    Period,
    appointment_figures,
    call_figures,
    interviewer_figures,
    length_figures,
    monday_of,
    progress_figures,
)
from cati.errors import InputError
from cati.fieldwork.forecast import NoForecast
from cati.storage import Store
from cati.storage.scratch import scratch_store
from cati.studies import Study

from .figures_room import MORNING, Room, hard, soft
from .repair_tools import supervisor


@pytest.fixture
def room(shop: Store, study: Study, clock: Any) -> Room:
    """The room at work on C1 to C4."""
    return Room(shop, study, clock)


def test_without_a_call_there_is_nothing_and_nothing_fails(shop: Store, study: Study) -> None:
    period = Period(study.timezone)
    calls = call_figures(shop, study, period, "interviewer")
    assert (calls.total.calls, calls.total.contact_rate, calls.days, calls.hours, calls.by) == (0, None, {}, {}, {})
    each, total = interviewer_figures(shop, study, period)
    assert (each, total.count.calls, total.calls_an_hour, total.ratio, total.ratio_interval) == (
        (),
        0,
        None,
        None,
        None,
    )
    lengths = length_figures(shop, study, period)
    assert (lengths.total.n, lengths.total.median, lengths.sections, lengths.speeders) == (0, None, (), None)
    assert appointment_figures(shop, period).kinds["hard"].made == 0
    progress = progress_figures(shop, study, period)
    assert (progress.issued, progress.completed) == (5, 0)
    assert isinstance(progress.forecast, NoForecast)


def test_a_database_without_sample_has_no_progress(store: Store, study: Study) -> None:
    install_study(store, study)
    progress = progress_figures(store, study, Period(study.timezone))
    assert (progress.days, progress.issued, progress.groups) == ((), 0, {})
    assert progress_figures(store, study, Period(study.timezone), ["region"]).groups == {"region": ()}


def test_calls_are_counted_by_what_they_came_to(room: Room) -> None:
    room.call("C1", "no_reply")
    room.call("C2", Result("refusal", refusal=Refusal("hard", "respondent")))
    room.call("C3", "completed")
    room.call("C4", soft(MORNING + timedelta(days=1)))
    room.call("C1", "wrong_number", at=MORNING + timedelta(hours=4))
    figures = call_figures(room.store, room.study, room.period(), "region")
    assert dict(figures.total.kinds) == {"complete": 1, "refused": 1, "booked": 1, "spoken": 1, "nobody": 1}
    assert (figures.total.calls, figures.total.reached) == (5, 4)
    assert figures.total.contact_rate == Fraction(4, 5)
    assert figures.total.refusal_rate == Fraction(1, 4)
    assert figures.total.cooperation_rate == Fraction(1, 2)
    assert {value: count.calls for value, count in figures.by.items()} == {"London": 2, "North East": 3}
    assert {hour: count.calls for hour, count in figures.hours.items()} == {10: 4, 14: 1}
    assert {attempt: count.calls for attempt, count in figures.attempts.items()} == {1: 4, 2: 1}
    assert figures.outcomes[2] == {"wrong_number": 1}
    assert figures.to_complete == {1: 1}


@pytest.mark.parametrize(
    ("instants", "hours", "days"),
    [
        # the clocks go forward: what would be one in the morning is two
        (
            (datetime(2019, 3, 31, 0, 30, tzinfo=UTC), datetime(2019, 3, 31, 1, 0, tzinfo=UTC)),
            {0: 1, 2: 1},
            {date(2019, 3, 31): 2},
        ),
        # the clocks go back: one in the morning comes twice, and both are hour 1; the day began an hour before UTC's
        (
            (
                datetime(2019, 10, 26, 22, 59, tzinfo=UTC),
                datetime(2019, 10, 26, 23, 0, tzinfo=UTC),
                datetime(2019, 10, 27, 0, 30, tzinfo=UTC),
                datetime(2019, 10, 27, 1, 30, tzinfo=UTC),
                datetime(2019, 10, 27, 23, 59, tzinfo=UTC),
            ),
            {0: 1, 1: 2, 23: 2},
            {date(2019, 10, 26): 1, date(2019, 10, 27): 4},
        ),
    ],
)
def test_hours_and_days_are_those_on_the_wall_on_days_when_clocks_change(
    room: Room, instants: tuple[datetime, ...], hours: dict[int, int], days: dict[date, int]
) -> None:
    for at in instants:
        room.call("C1", "no_reply", at=at, seconds=20)
    figures = call_figures(room.store, room.study, room.period())
    assert {hour: count.calls for hour, count in figures.hours.items()} == hours
    assert {day: count.calls for day, count in figures.days.items()} == days
    for day, n in days.items():  # and a period begins and ends with the day on the wall
        assert call_figures(room.store, room.study, room.period(day, day)).total.calls == n


def test_days_between_calls_are_there_with_nothing(room: Room) -> None:
    room.call("C1", "no_reply")
    room.call("C1", "no_reply", at=MORNING + timedelta(days=3))
    days = call_figures(room.store, room.study, room.period()).days
    assert [(day.day, count.calls) for day, count in days.items()] == [(19, 1), (20, 0), (21, 0), (22, 1)]


def test_a_period_that_ends_before_it_begins_is_refused(study: Study) -> None:
    with pytest.raises(InputError, match="before it begins"):
        Period(study.timezone, date(2019, 11, 20), date(2019, 11, 19))


def test_an_unknown_variable_is_refused_with_the_nearest(room: Room) -> None:
    for ask in (
        lambda: call_figures(room.store, room.study, room.period(), "regoin"),
        lambda: length_figures(room.store, room.study, room.period(), "regoin"),
        lambda: appointment_figures(room.store, room.period(), "regoin"),
        lambda: progress_figures(room.store, room.study, room.period(), ["regoin"]),
    ):
        with pytest.raises(InputError, match="region"):
            ask()


def test_a_call_taken_back_is_counted_apart_and_one_coded_anew_by_its_newest_result(room: Room) -> None:
    who, _, closed = room.call("C1", hard(MORNING + timedelta(days=1)))
    delivery = undo_close(room.store, room.study, who, closed)
    back = call_figures(room.store, room.study, room.period())
    assert (back.total.calls, back.not_counted.withdrawn, back.not_counted.all) == (0, 1, 1)
    assert appointment_figures(room.store, room.period()).kinds["hard"].made == 0
    assert appointment_figures(room.store, room.period()).kinds["hard"].taken_back == 1
    assert delivery.call is not None
    room.clock.forward(seconds=30)
    close_call(room.store, room.study, delivery.hold, delivery.call, Result("no_reply"))
    again = call_figures(room.store, room.study, room.period())
    assert (dict(again.total.kinds)["nobody"], again.total.calls, again.not_counted.all) == (1, 1, 0)
    (ann,), _ = interviewer_figures(room.store, room.study, room.period())
    assert (ann.corrected.taken_back, ann.corrected.recoded) == (1, 1)
    assert ann.appointments.made == 0


def test_a_call_recoded_by_a_supervisor_stays_that_of_its_interviewer_and_its_day(room: Room) -> None:
    room.call("C1", hard(MORNING + timedelta(days=5)))
    ruth = supervisor(room.store, room.study)
    room.clock.forward(days=2)
    recode_call(room.store, room.study, ruth, "C1", Result("call_back_business_hours"), "misheard")
    figures = call_figures(room.store, room.study, room.period())
    assert {day.day: dict(count.kinds)["spoken"] for day, count in figures.days.items()} == {19: 1}
    (mine,), _ = interviewer_figures(room.store, room.study, room.period())
    assert (mine.name, mine.count.calls, mine.corrected.recoded, mine.corrected.taken_back) == ("Ann", 1, 1, 0)
    assert mine.hours.worked == 60
    assert appointment_figures(room.store, room.period()).kinds["hard"].made == 0


def test_an_interrupted_call_is_counted_apart_and_in_no_hours(room: Room) -> None:
    ann = room.who("Ann")
    held = take_case(room.store, room.study, ann, "C1")
    start_call(room.store, room.study, held.hold, held.card.next_number)
    going_on, _ = interviewer_figures(room.store, room.study, room.period())
    assert (going_on[0].not_counted.open, going_on[0].hours.worked) == (1, 0)
    room.clock.forward(minutes=20)  # the lease is over: whoever takes the case ends the call where it was last heard of
    room.call("C1", "no_reply", name="Bob", seconds=60)
    (first, second), total = interviewer_figures(room.store, room.study, room.period())
    assert (first.name, first.count.calls, first.not_counted.interrupted) == ("Ann", 0, 1)
    assert (second.count.calls, second.hours.worked) == (1, 60)
    assert (total.count.calls, total.not_counted.all, total.hours.worked) == (1, 1, 60)


def test_hours_are_calls_and_the_short_times_between_them(room: Room) -> None:
    room.call("C1", "no_reply", seconds=60)
    room.clock.forward(minutes=4)
    room.call("C2", "no_reply", seconds=120)
    room.clock.forward(minutes=31)  # a break
    room.call("C3", "completed", seconds=600)
    (ann,), total = interviewer_figures(room.store, room.study, room.period())
    assert ann.hours.on_calls == pytest.approx(780)
    assert ann.hours.worked == pytest.approx(780 + 240)
    assert ann.calls_an_hour == pytest.approx(3 * 3600 / 1020)
    assert ann.completes_an_hour == pytest.approx(3600 / 1020)
    assert (total.hours, total.count) == (ann.hours, ann.count)


def test_as_what_cases_came_and_what_was_expected_of_them(room: Room) -> None:
    room.call("C1", "no_reply")
    room.call("C1", "call_back_business_hours", at=MORNING + timedelta(hours=4), name="Bob")
    room.call("C1", hard(MORNING + timedelta(hours=6)), at=MORNING + timedelta(hours=5))
    room.call("C1", "completed", at=MORNING + timedelta(hours=6, minutes=1), name="Bob")
    room.call("C2", "no_reply", name="Bob")
    (ann, bob), total = interviewer_figures(room.store, room.study, room.period())
    nothing = {"appointment": 0, "conversion": 0, "first": 0, "call_back": 0, "again": 0}
    assert dict(ann.came) == nothing | {"first": 1, "call_back": 1}
    assert dict(bob.came) == nothing | {"again": 1, "appointment": 1, "first": 1}
    # all completes came of the one appointment, and Bob had it
    assert (ann.expected, bob.expected, total.expected) == (0, 1, 1)
    assert (ann.ratio, bob.ratio) == (None, 1)
    assert ann.appointments.made == ann.appointments.kept == 1


def test_the_expected_completes_are_those_of_the_average_of_such_calls(room: Room) -> None:
    room.call("C1", "completed")
    room.call("C2", "no_reply", name="Bob")
    room.call("C3", "no_reply", name="Bob")
    room.call("C4", "no_reply", name="Bob")
    (ann, bob), _ = interviewer_figures(room.store, room.study, room.period())
    assert ann.expected == pytest.approx(1 / 4)
    assert bob.expected == pytest.approx(3 / 4)
    assert ann.ratio == pytest.approx(4)
    assert bob.ratio == 0
    low, high = bob.ratio_interval or (1.0, 1.0)
    assert low == 0
    assert high == pytest.approx(4.9, abs=0.1)  # the exact limit for none is 3.69 / 0.75


def test_a_call_after_a_refusal_is_a_conversion(store: Store, study: Study, clock: Any) -> None:
    name = study.files["calling"]
    converting = "\nrefusal_conversion: {outcomes: [refusal], after: 10080, another_interviewer: false}\n"
    lenient = replace(study, texts=study.texts | {name: study.texts[name] + converting})
    install_study(store, lenient)
    load_sample(store, [SampleRow("C1", phones=("01632 960001",))], study=lenient)
    room = Room(store, lenient, clock)
    room.call("C1", Result("refusal", refusal=Refusal("soft", "respondent")))
    room.call("C1", "no_reply", at=MORNING + timedelta(days=8))
    room.call("C1", "completed", at=MORNING + timedelta(days=9))
    (ann,), _ = interviewer_figures(store, lenient, room.period())
    assert (ann.came["first"], ann.came["conversion"]) == (1, 2)


def test_a_second_number_is_the_same_case_called_again(room: Room) -> None:
    room.call("C4", "unobtainable")
    room.call("C4", "completed", number=1)
    figures = call_figures(room.store, room.study, room.period())
    assert {attempt: dict(count.kinds)["complete"] for attempt, count in figures.attempts.items()} == {1: 0, 2: 1}
    assert figures.to_complete == {2: 1}
    assert progress_figures(room.store, room.study, room.period()).completed == 1


@contextmanager
def scratch(clock: Any) -> Iterator[Store]:
    with scratch_store(clock) as store:
        yield store


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 20 * 24 * 60),
            st.sampled_from(["C1", "C2", "C3", "C4"]),
            st.sampled_from(["no_reply", "engaged", "call_back_business_hours", "suspended"]),
            st.sampled_from(["Ann", "Bob"]),
        ),
        max_size=10,
    )
)
def test_hours_days_weekdays_attempts_and_interviewers_all_add_up_to_the_calls(
    study: Study, made: list[tuple[int, str, str, str]]
) -> None:
    from tests.conftest import FakeClock, _sample_row

    clock = FakeClock(datetime(2019, 10, 20, tzinfo=UTC))  # the clocks go back a week later
    with scratch(clock) as store:
        install_study(store, study)
        load_sample(store, [_sample_row(n) for n in range(1, 5)], study=study)
        room = Room(store, study, clock)
        start = clock.now
        for minute, serial, outcome, name in sorted(made):
            room.call(serial, outcome, at=max(clock.now, start + timedelta(minutes=minute)), name=name, seconds=30)
        figures = call_figures(store, study, room.period(), "interviewer")
        each, total = interviewer_figures(store, study, room.period())
        assert figures.total.calls == len(made) == total.count.calls
        for parts in (figures.hours, figures.days, figures.week, figures.attempts, figures.by):
            assert sum(count.calls for count in parts.values()) == len(made)
            assert sum(count.reached for count in parts.values()) == figures.total.reached
        assert sum(sum(one.came.values()) for one in each) == len(made)
        halves = [
            call_figures(store, study, room.period(None, date(2019, 10, 27))),
            call_figures(store, study, room.period(date(2019, 10, 28), None)),
        ]
        assert sum(half.total.calls for half in halves) == len(made)


def test_weeks_begin_on_monday() -> None:
    assert monday_of(date(2019, 11, 17)) == date(2019, 11, 11)
    assert monday_of(date(2019, 11, 18)) == date(2019, 11, 18)
