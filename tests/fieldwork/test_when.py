"""What interviewers type for a time, and how it is read back to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.fieldwork import When, WhenError, describe, parse_when, render

LONDON = ZoneInfo("Europe/London")
SUNDAY = datetime(2026, 11, 22, 10, 20, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("tomorrow 2pm", "23/11/2026 14:00"),
        ("2pm", "22/11/2026 14:00"),
        ("2 p.m.", "22/11/2026 14:00"),
        ("14:30", "22/11/2026 14:30"),
        ("1430", "22/11/2026 14:30"),
        ("tue 10", "24/11/2026 10:00"),
        ("Tues 10.30am", "24/11/2026 10:30"),
        ("next fri noon", "27/11/2026 12:00"),
        ("next sun 3pm", "29/11/2026 15:00"),
        ("24 nov 2pm", "24/11/2026 14:00"),
        ("24/11 14:00", "24/11/2026 14:00"),
        ("24/11/2026 9am", "24/11/2026 09:00"),
        ("24/11/26 9", "24/11/2026 09:00"),
        ("2026-11-24 14:00", "24/11/2026 14:00"),
        ("tue 24th of November, 2pm", "24/11/2026 14:00"),
        ("7 jan 10", "07/01/2027 10:00"),
        ("2pm tomorrow", "23/11/2026 14:00"),
        ("tomorrow 0830", "23/11/2026 08:30"),
        ("tomorrow 08:30", "23/11/2026 08:30"),
        ("12am tomorrow", "23/11/2026 00:00"),
        ("12pm tomorrow", "23/11/2026 12:00"),
        ("in 20 minutes", "22/11/2026 10:41"),
        ("in 2 hours", "22/11/2026 12:21"),
        ("in an hour and 30 mins", "22/11/2026 11:51"),
        ("in half an hour", "22/11/2026 10:51"),
        ("mon 2-4pm", "23/11/2026 14:00-16:00"),
        ("mon 10-2pm", "23/11/2026 10:00-14:00"),
        ("mon 11am–1pm", "23/11/2026 11:00-13:00"),
        ("between 2 and 4pm on tue", "24/11/2026 14:00-16:00"),
        ("tomorrow afternoon", "23/11/2026 12:00-17:00"),
        ("this afternoon", "22/11/2026 12:00-17:00"),
        ("tonight", "22/11/2026 17:00-20:00"),
        ("half past 2", "22/11/2026 14:30"),
        ("half 4", "22/11/2026 16:30"),
        ("quarter to 1 tomorrow", "23/11/2026 12:45"),
        ("2 o'clock", "22/11/2026 14:00"),
        ("2 o’clock tomorrow", "23/11/2026 14:00"),
    ],
)
def test_what_interviewers_type_is_read(typed: str, read: str) -> None:
    assert render(parse_when(typed, SUNDAY, LONDON), LONDON) == read


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2", "2 in the morning or in the afternoon? Say am or pm."),
        ("tomorrow 8", "8 in the morning or in the afternoon? Say am or pm."),
        ("tomorrow 2:30", "2:30 in the morning or in the afternoon?"),
        ("mon 2-4", "4 in the morning or in the afternoon?"),
        ("0", "write midnight as 00:00."),
        ("9am", "09:00 on Sun 22 Nov has passed: it is 10:20 on Sun 22 Nov."),
        ("21/11 2pm", "Sat 21 Nov 2026 has passed."),
        ("24/11/2025 2pm", "Mon 24 Nov 2025 has passed."),
        ("sun 2pm", 'today is Sunday: say "today", or "next sun" for the week after.'),
        ("wed 24 nov 2pm", "Tue 24 Nov is not a Wednesday."),
        ("24 nov 2030", "2030 may be the year or the time."),
        ("tomorrow", "What time?"),
        ("mon from 2pm", "Until what time?"),
        ("mon 4pm-2pm", "14:00 is not after 16:00."),
        ("11/24 2pm", "there is no 11/24 (the day comes first)."),
        ("30/2 2pm", "there is no 30/2"),
        ("13pm", "there is no 13pm on the clock."),
        ("tomorrow 11:60", "there is no 11:60 on the clock."),
        ("24 nov 2pm please", '"please" has no place here.'),
        ("tomorrow morning 10am", '"10" has no place here.'),
        ("2pm & 3pm", "'&' has no place in a time."),
        ("٣pm", "has no place in a time."),
        ("[bold]2pm[/x]", "'[' has no place in a time."),
        ("in 5", 'after "in" comes a number of minutes or hours.'),
        ("in 0 minutes", 'after "in" comes'),
        ("24/11/2028 2pm", "That is more than a year away."),
        ("", "No time given."),
        ("x" * 200, "That is too long for a time."),
    ],
)
def test_what_is_past_ambiguous_or_unknown_is_asked_back(typed: str, why: str) -> None:
    with pytest.raises(WhenError) as caught:
        parse_when(typed, SUNDAY, LONDON)
    assert why in str(caught.value)
    assert isinstance(caught.value, InputError)


def test_the_error_says_what_was_understood_and_gives_an_example_that_works() -> None:
    with pytest.raises(WhenError) as caught:
        parse_when("tue 2.30", SUNDAY, LONDON)
    assert caught.value.understood == "Tue 24 Nov"
    assert caught.value.example == "24/11 2:30pm"
    assert render(parse_when(caught.value.example, SUNDAY, LONDON), LONDON) == "24/11/2026 14:30"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("28/3/2027 01:30", "01:30 on Sun 28 Mar does not exist: the clocks go forward then"),
        ("31/10/2027 1:30am", "01:30 on Sun 31 Oct comes twice: the clocks go back then"),
    ],
)
def test_a_time_that_a_clock_change_makes_doubtful_is_said_not_guessed(typed: str, why: str) -> None:
    with pytest.raises(WhenError, match=why):
        parse_when(typed, SUNDAY, LONDON)


def test_minutes_from_now_run_on_through_a_clock_change() -> None:
    before = datetime(2027, 3, 28, 0, 50, tzinfo=UTC)
    assert render(parse_when("in 20 minutes", before, LONDON), LONDON) == "28/03/2027 02:10"
    assert parse_when("in 20 minutes", before, LONDON).start == before + timedelta(minutes=20)


def test_the_same_words_mean_the_hour_on_the_wall_in_summer_and_in_winter() -> None:
    saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert parse_when("tomorrow 2pm", saturday, LONDON).start == datetime(2027, 3, 28, 13, tzinfo=UTC)
    assert parse_when("2pm", saturday, LONDON).start == datetime(2027, 3, 27, 14, tzinfo=UTC)


def test_a_stretch_that_has_begun_starts_now() -> None:
    at_three = datetime(2026, 11, 22, 15, 0, 20, tzinfo=UTC)
    assert render(parse_when("2-4pm", at_three, LONDON), LONDON) == "22/11/2026 15:01-16:00"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("in 20 minutes", "Sun 22 Nov, 10:41 (in 20 minutes)"),
        ("2pm", "Sun 22 Nov, 14:00 (in 4 hours)"),
        ("tomorrow 9am", "Mon 23 Nov, 09:00 (tomorrow)"),
        ("24 nov 2pm", "Tue 24 Nov, 14:00 (in 2 days)"),
        ("mon 2-4pm", "Mon 23 Nov, 14:00 to 16:00 (tomorrow)"),
        ("7 jan 10", "Thu 7 Jan 2027, 10:00 (in 46 days)"),
    ],
)
def test_a_time_is_read_back_with_its_day_and_how_far_off_it_is(typed: str, said: str) -> None:
    assert describe(parse_when(typed, SUNDAY, LONDON), SUNDAY, LONDON) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "Sun 22 Nov, 10:20 (now)"),
        (timedelta(minutes=1), "Sun 22 Nov, 10:19 (1 minute ago)"),
        (timedelta(hours=2), "Sun 22 Nov, 08:20 (2 hours ago)"),
        (timedelta(days=1), "Sat 21 Nov, 10:20 (yesterday)"),
        (timedelta(days=3), "Thu 19 Nov, 10:20 (3 days ago)"),
    ],
)
def test_a_missed_time_is_described_as_past(ago: timedelta, said: str) -> None:
    assert describe(SUNDAY - ago, SUNDAY, LONDON) == said


def test_hours_over_a_clock_change_are_counted_as_they_pass() -> None:
    before = datetime(2027, 10, 30, 23, 30, tzinfo=UTC)  # 00:30 summer time; the clocks go back at 02:00
    assert describe(before + timedelta(hours=3), before, LONDON) == "Sun 31 Oct, 02:30 (in 3 hours)"


def test_a_moment_must_be_in_utc_and_a_stretch_must_run_forwards() -> None:
    with pytest.raises(ValueError, match="not in UTC"):
        When(SUNDAY.astimezone(ZoneInfo("Asia/Tokyo")), None, "")
    with pytest.raises(ValueError, match="not after"):
        When(SUNDAY, SUNDAY, "")


def comes_twice(moment: datetime, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def read_or_example(typed: str, now: datetime, zone: ZoneInfo) -> When:
    """What was typed, or, where it is refused, the example that the error gives."""
    try:
        return parse_when(typed, now, zone)
    except WhenError as error:
        return parse_when(error.example, now, zone)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
zones = st.sampled_from([LONDON, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Auckland"), ZoneInfo("UTC")])
minutes_ahead = st.integers(1, 300 * 24 * 60)


@given(now=moments, zone=zones, ahead=minutes_ahead, lasts=st.none() | st.integers(1, 600))
def test_what_is_rendered_is_read_back_as_the_same_moment(
    now: datetime, zone: ZoneInfo, ahead: int, lasts: int | None
) -> None:
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=ahead)
    end = start + timedelta(minutes=lasts) if lasts else None
    if end and end.astimezone(zone).date() != start.astimezone(zone).date():
        end = None  # a stretch lies within one day
    when = When(start, end, "")
    if comes_twice(start, zone) or (end is not None and comes_twice(end, zone)):
        with pytest.raises(WhenError, match="clocks go back"):
            parse_when(render(when, zone), now, zone)
        return
    again = parse_when(render(when, zone), now, zone)
    assert (again.start, again.end) == (start, end)


DAY_WORDS = ("today", "tomorrow", "next", "this", "mon", "tue", "sun", "nov", "feb", "24", "29", "24/11", "2026-11-24")
CLOCK_WORDS = ("2030", "2", "10", "0", "99999", "14:30", "2pm", "11.30am", "12am", "1:30", "pm", "noon", "morning")
OTHER_WORDS = (
    "tonight",
    "oclock",
    "half",
    "past",
    "quarter",
    "to",
    "between",
    "and",
    "-",
    "at",
    "in",
    "20",
    "hour",
    "an",
)
_words = st.sampled_from((*DAY_WORDS, *CLOCK_WORDS, *OTHER_WORDS))


@given(typed=st.lists(_words, max_size=6).map(" ".join) | st.text(max_size=70), now=moments, zone=zones)
@example(typed="1:30am", now=datetime(2027, 10, 30, 23, 45, tzinfo=UTC), zone=LONDON)
@example(typed="feb 29 2pm", now=datetime(2028, 3, 1, tzinfo=UTC), zone=LONDON)
def test_whatever_is_typed_gives_a_time_to_come_or_an_error_whose_example_works(
    typed: str, now: datetime, zone: ZoneInfo
) -> None:
    when = read_or_example(typed, now, zone)
    assert when.start >= now
    assert when.end is None or when.end > when.start
