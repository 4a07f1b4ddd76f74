"""When calls may be made and when the next one is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.fieldwork import (
    CallingRules,
    When,
    check_time,
    next_call,
    next_opening,
    within_fieldwork,
    within_window,
)

At = Callable[..., datetime]
TUESDAY_MORNING = "2019-11-12 10:00"


@pytest.mark.parametrize(
    ("moment", "window", "is_open"),
    [
        ("2019-11-12 09:00", "business_hours", True),
        ("2019-11-12 08:59", "any", False),
        ("2019-11-12 17:30", "business_hours", False),
        ("2019-11-12 17:30", "consumer_hours", True),
        ("2019-11-12 17:30", "any", True),
        ("2019-11-12 20:30", "any", False),
        ("2019-11-16 10:00", "consumer_hours", True),
        ("2019-11-16 10:00", "business_hours", False),
        ("2019-11-17 10:59", "any", False),
        ("2019-12-25 11:00", "any", False),
    ],
)
def test_a_window_is_open_from_its_first_minute_up_to_not_including_its_end(
    wave2: CallingRules, at: At, moment: str, window: str, is_open: bool
) -> None:
    assert within_window(wave2, at(moment), window) is is_open


def test_the_next_opening_is_now_while_the_window_is_open(wave2: CallingRules, at: At) -> None:
    assert next_opening(wave2, at(TUESDAY_MORNING)) == at(TUESDAY_MORNING)


def test_nobody_is_called_on_a_bank_holiday(wave2: CallingRules, at: At) -> None:
    assert next_opening(wave2, at("2019-12-24 20:30")) == at("2019-12-27 09:00")


def test_calling_starts_and_stops_with_fieldwork(wave2: CallingRules, at: At) -> None:
    assert next_opening(wave2, at("2019-10-01 12:00")) == at("2019-11-11 09:00")
    assert next_opening(wave2, at("2020-01-07 20:29")) == at("2020-01-07 20:29")
    assert next_opening(wave2, at("2020-01-07 20:30")) is None
    assert within_fieldwork(wave2, at("2020-01-07 23:59"))
    assert not within_fieldwork(wave2, at("2020-01-08 00:00"))


@pytest.mark.parametrize(
    ("outcome", "times", "ended", "due"),
    [
        ("engaged", 1, TUESDAY_MORNING, "2019-11-12 10:15"),
        ("engaged", 2, TUESDAY_MORNING, "2019-11-12 10:30"),
        ("engaged", 4, TUESDAY_MORNING, "2019-11-12 13:00"),  # from the fourth on as the first no reply
        ("engaged", 9, TUESDAY_MORNING, "2019-11-13 10:00"),
        ("no_reply", 1, "2019-11-12 19:00", "2019-11-13 09:00"),
        ("call_back_consumer_hours", 1, TUESDAY_MORNING, "2019-11-12 17:30"),
        ("call_back_business_hours", 1, "2019-11-15 17:00", "2019-11-18 09:00"),
        ("unobtainable", 1, TUESDAY_MORNING, TUESDAY_MORNING),
    ],
)
def test_the_wait_depends_on_the_outcome_and_how_often_it_came_in_a_row(
    wave2: CallingRules, at: At, outcome: str, times: int, ended: str, due: str
) -> None:
    assert next_call(wave2, outcome, at(ended), times) == at(due)


def test_a_final_outcome_and_one_after_the_last_opening_have_no_next_call(wave2: CallingRules, at: At) -> None:
    assert next_call(wave2, "refusal", at(TUESDAY_MORNING)) is None
    assert next_call(wave2, "no_reply", at("2020-01-07 19:00")) is None


def test_a_time_without_a_zone_is_a_fault_not_a_guess(wave2: CallingRules) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        next_opening(wave2, datetime(2019, 11, 12, 10, 0))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("2019-11-13 14:00", []),
        ("2019-11-12 09:59", ["That time has passed: it is now 10:00 on Tue 12 Nov."]),
        ("2020-01-08 10:00", ["Fieldwork ends on Tue 7 Jan: nobody will be calling on Wed 8 Jan."]),
        (
            "2019-11-17 10:00",
            [
                "Outside calling hours, which are 11:00 to 17:00 on a Sunday: "
                "book it only if the respondent asked for it."
            ],
        ),
        (
            "2019-12-25 14:00",
            ["No calls are made on a bank holiday (Wed 25 Dec): book it only if the respondent asked for it."],
        ),
    ],
)
def test_what_speaks_against_a_time_is_said_in_words(wave2: CallingRules, at: At, asked: str, words: list[str]) -> None:
    assert check_time(wave2, at(asked), at(TUESDAY_MORNING)) == words


def test_a_stretch_that_outlasts_calling_hours_is_said(wave2: CallingRules, at: At) -> None:
    when = When(at("2019-11-16 16:00"), at("2019-11-16 18:00"), "sat 4-6pm")
    assert check_time(wave2, when, at(TUESDAY_MORNING)) == ["Calling stops before 18:00 on a Saturday."]


def test_a_stretch_across_two_windows_is_inside_calling_hours(wave2: CallingRules, at: At) -> None:
    when = When(at("2019-11-13 17:00"), at("2019-11-13 18:00"), "wed 5-6pm")
    assert check_time(wave2, when, at(TUESDAY_MORNING)) == []


NIGHTS = """
timezone: Europe/London
fieldwork: {start: 2026-01-01, end: 2027-12-31}
windows:
  night:
    mon-sun: [01:30-03:00]
call_again: {}
"""


@pytest.mark.parametrize(
    ("midnight", "opens", "closes"),
    [
        ("2026-07-01T00:00", "2026-07-01T00:30", "2026-07-01T02:00"),  # summer time: an hour ahead of UTC
        ("2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00"),  # 01:30 does not exist: from the jump on
        ("2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T03:00"),  # 01:30 comes twice: the first
    ],
)
def test_windows_are_exact_on_the_nights_the_clocks_change(midnight: str, opens: str, closes: str) -> None:
    rules = CallingRules.from_yaml(NIGHTS, "nights.yaml")
    midnight_then = datetime.fromisoformat(midnight).replace(tzinfo=UTC)
    opening, closing = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (opens, closes))
    assert next_opening(rules, midnight_then) == opening
    assert within_window(rules, closing - timedelta(seconds=1))
    assert not within_window(rules, closing)


def test_an_opening_after_the_clocks_change_is_the_wall_clock_time() -> None:
    rules = CallingRules.from_yaml(NIGHTS.replace("01:30-03:00", "09:00-17:00"), "days.yaml")
    assert next_opening(rules, datetime(2026, 3, 28, 20, tzinfo=UTC)) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert next_opening(rules, datetime(2026, 10, 24, 20, tzinfo=UTC)) == datetime(2026, 10, 25, 9, tzinfo=UTC)


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 30)).map(lambda naive: naive.replace(tzinfo=UTC)),
    zone=st.sampled_from(["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
    hours=st.sampled_from(["01:30-03:00", "00:00-24:00", "09:00-17:30", "01:00-01:15"]),
)
def test_the_next_opening_is_the_first_open_instant(moment: datetime, zone: str, hours: str) -> None:
    rules = CallingRules.from_yaml(NIGHTS.replace("01:30-03:00", hours), "rules.yaml")
    rules = replace(rules, timezone=ZoneInfo(zone))
    opening = next_opening(rules, moment)
    assert opening is not None
    assert opening >= moment
    assert within_window(rules, opening)
    if within_window(rules, moment) and within_fieldwork(rules, moment):
        assert opening == moment
    if opening > moment and within_fieldwork(rules, opening - timedelta(minutes=1)):
        assert not within_window(rules, opening - timedelta(microseconds=1))


def test_other_fieldwork_dates_leave_the_rest_of_the_rules_alone(wave2: CallingRules, at: At) -> None:
    extended = wave2.during(date(2019, 11, 11), date(2020, 1, 31))
    assert next_opening(extended, at("2020-01-07 20:30")) == at("2020-01-08 09:00")
    with pytest.raises(InputError, match="earlier date first"):
        wave2.during(date(2020, 1, 1), date(2019, 1, 1))
