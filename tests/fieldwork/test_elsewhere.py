"""A moment on the clocks of a respondent in another time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cati.fieldwork import When, apart, clocks_there, zone_name

LONDON = ZoneInfo("Europe/London")
TWO = datetime(2019, 11, 20, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "there", "gap"),
    [
        ("Europe/London", "", ""),
        ("Europe/Lisbon", "", ""),
        ("America/New_York", "09:00 in New York", "5 hours behind London"),
        ("Europe/Berlin", "15:00 in Berlin", "1 hour ahead of London"),
        ("Asia/Kathmandu", "19:45 in Kathmandu", "5 hours 45 minutes ahead of London"),
        ("Pacific/Auckland", "Thu 21 Nov 03:00 in Auckland", "13 hours ahead of London"),
        ("America/Argentina/Buenos_Aires", "11:00 in Buenos Aires", "3 hours behind London"),
    ],
)
def test_the_clocks_there_are_said_only_where_they_show_another_time(zone: str, there: str, gap: str) -> None:
    assert clocks_there(TWO, LONDON, ZoneInfo(zone)) == there
    assert apart(LONDON, ZoneInfo(zone), TWO) == gap


def test_a_stretch_of_time_is_said_with_its_end() -> None:
    stretch = When(TWO, TWO + timedelta(hours=2), "2-4pm")
    assert clocks_there(stretch, LONDON, ZoneInfo("America/New_York")) == "09:00 to 11:00 in New York"


def test_clocks_that_change_on_other_days_are_apart_as_they_are_then() -> None:
    march = datetime(2020, 3, 20, 14, 0, tzinfo=UTC)  # summer time has begun there, not here
    assert apart(LONDON, ZoneInfo("America/New_York"), march) == "4 hours behind London"
    assert zone_name(ZoneInfo("UTC")) == "UTC"
