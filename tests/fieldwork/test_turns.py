"""Whose turn it is: the groups of cases in the order in which they are asked, and what decides between equals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.fieldwork import CallingRules, Group, Turns, draw, fresh_first
from cati.fieldwork.turns import CALLED, FRESH, PROMISED, called

At = Callable[..., datetime]
LONDON, ATHENS = "Europe/London", "Europe/Athens"
MORNING, AFTERNOON, EVENING, WEEKEND = "weekday_morning", "weekday_afternoon", "weekday_evening", "weekend"


def tried(times: int, *slots: str, zone: str = LONDON, window: str = "any") -> str:
    """The group of cases called so many times, tried least in these parts of the week."""
    return str(Group(called(times), zone, window, slots))


FRESH_HERE = str(Group(FRESH, LONDON))
PROMISED_HERE = str(Group(PROMISED, LONDON))


def order(rules: CallingRules, now: datetime, *groups: str, fresh: bool = True) -> list[tuple[str, ...]]:
    """The places with their groups."""
    return [(place, *names) for place, names in Turns(rules).order(groups, now, fresh=fresh)]


def test_a_group_is_a_text_and_back() -> None:
    for group in (Group(PROMISED, LONDON), Group(7, ATHENS, "consumer_hours", (MORNING, WEEKEND))):
        assert Group.parse(str(group)) == group
    assert tried(3, MORNING) == f"04|{LONDON}|any|weekday_morning"
    with pytest.raises(ValueError, match="unpack"):
        Group.parse("nothing")


def test_promised_calls_come_before_cold_ones(wave2: CallingRules, at: At) -> None:
    groups = [tried(1, MORNING), FRESH_HERE, PROMISED_HERE]
    now = at("2019-11-12 10:00")
    assert order(wave2, now, *groups) == [
        ("promised", PROMISED_HERE),
        ("fresh", FRESH_HERE),
        ("called", tried(1, MORNING)),
    ]
    assert [place for place, *_ in order(wave2, now, *groups, fresh=False)] == ["promised", "called", "fresh"]


def test_of_the_called_the_least_often_called_come_first(wave2: CallingRules, at: At) -> None:
    groups = [tried(5, MORNING), tried(1, MORNING), tried(12, MORNING)]
    expected = [tried(1, MORNING), tried(5, MORNING), tried(12, MORNING)]
    assert [name for _, name in order(wave2, at("2019-11-12 10:00"), *groups)] == expected


def test_then_those_whose_hours_come_again_least(wave2: CallingRules, at: At) -> None:
    groups = [tried(2), tried(2, MORNING, AFTERNOON), tried(2, MORNING)]
    expected = [tried(2, MORNING), tried(2, MORNING, AFTERNOON), tried(2)]
    assert [name for _, name in order(wave2, at("2019-11-12 10:00"), *groups)] == expected


def test_those_equal_so_far_are_asked_together(wave2: CallingRules, at: At) -> None:
    """Which of them is due for longest only the cases themselves can say."""
    lisbon = tried(2, MORNING, zone="Europe/Lisbon")
    promised = [str(Group(PROMISED, zone, window)) for zone in (LONDON, ATHENS) for window in ("any", "business_hours")]
    fresh = [FRESH_HERE, str(Group(FRESH, ATHENS))]
    now = at("2019-11-12 10:00")
    assert order(wave2, now, tried(2, MORNING), lisbon, *promised, *fresh) == [
        ("promised", *sorted(promised)),
        ("fresh", *sorted(fresh)),
        ("called", *sorted([tried(2, MORNING), lisbon])),
    ]


def test_cases_whose_hours_went_by_come_last(wave2: CallingRules, at: At) -> None:
    groups = [tried(1, EVENING), tried(9, AFTERNOON), FRESH_HERE]
    told = order(wave2, at("2019-11-12 14:00"), *groups)
    assert told == [("fresh", FRESH_HERE), ("called", tried(9, AFTERNOON)), ("late", tried(1, EVENING))]


def test_nobody_is_asked_for_outside_their_hours(wave2: CallingRules, at: At) -> None:
    consumer = str(Group(PROMISED, LONDON, "consumer_hours"))
    groups = [consumer, FRESH_HERE, str(Group(FRESH, ATHENS))]
    assert [name for _, *names in order(wave2, at("2019-11-12 08:00"), *groups) for name in names] == [groups[2]]
    assert consumer not in str(order(wave2, at("2019-11-12 17:29"), *groups))
    assert order(wave2, at("2019-11-12 17:30"), *groups)[0] == ("promised", consumer)
    assert order(wave2, at("2019-12-25 12:00"), *groups) == []  # a bank holiday
    assert order(wave2, at("2020-01-08 12:00"), *groups) == []  # fieldwork is over


def test_hours_of_rules_that_are_no_longer_in_force_never_open(wave2: CallingRules, at: At) -> None:
    assert order(wave2, at("2019-11-12 10:00"), str(Group(CALLED, LONDON, "nights"))) == []
    assert order(wave2, at("2019-11-12 10:00"), tried(1, "dinner_time")) == []


# last chance


def test_who_cannot_be_called_in_her_hours_again_comes_forward(wave2: CallingRules, at: At) -> None:
    rules = wave2.during(date(2019, 11, 11), date(2019, 11, 22))  # a Friday
    groups = [FRESH_HERE, tried(1, MORNING), tried(9, MORNING), tried(1, WEEKEND)]
    # on the last morning but one nothing is pressing
    assert [place for place, *_ in order(rules, at("2019-11-21 10:00"), *groups)] == [
        "fresh",
        "called",
        "called",
        "late",
    ]
    assert order(rules, at("2019-11-22 10:00"), *groups) == [
        ("last_chance", tried(1, MORNING)),
        ("last_chance", tried(9, MORNING)),
        ("fresh", FRESH_HERE),
        ("late", tried(1, WEEKEND)),
    ]
    # the hours are gone: late, the one called less often first, and no more than late
    assert order(rules, at("2019-11-22 14:00"), *groups)[1:] == [
        ("late", tried(1, MORNING), tried(1, WEEKEND)),
        ("late", tried(9, MORNING)),
    ]


def test_the_last_weekend_is_a_last_chance_on_its_last_day_only(wave2: CallingRules, at: At) -> None:
    rules = wave2.during(date(2019, 11, 11), date(2019, 11, 18))
    assert order(rules, at("2019-11-16 12:00"), tried(3, WEEKEND))[0][0] == "called"
    assert order(rules, at("2019-11-17 12:00"), tried(3, WEEKEND))[0][0] == "last_chance"


def test_the_end_of_fieldwork_is_the_respondents(wave2: CallingRules, at: At) -> None:
    rules = wave2.during(date(2019, 11, 11), date(2019, 11, 12))
    athens = tried(1, EVENING, zone=ATHENS)
    assert order(rules, at("2019-11-12 16:00"), athens, tried(1, EVENING))[0] == ("last_chance", athens)
    assert order(rules, at("2019-11-12 18:45"), athens) == []  # a quarter to nine there


def test_cases_tried_alike_everywhere_have_no_last_chance(wave2: CallingRules, at: At) -> None:
    rules = wave2.during(date(2019, 11, 11), date(2019, 11, 12))
    assert order(rules, at("2019-11-12 20:00"), tried(1))[0][0] == "called"


# the share of fresh cases


@pytest.mark.parametrize("share", [0, 10, 60, 100])
def test_fresh_cases_have_their_share_of_the_cold_calls(wave2: CallingRules, at: At, share: int) -> None:
    rules = replace(wave2, fresh_share=share)
    now = at("2019-11-12 10:00")
    draws = [fresh_first(rules, who, now + timedelta(seconds=37 * n)) for who in range(1, 9) for n in range(500)]
    n, p = len(draws), share / 100
    # five standard deviations: a seeded draw, so that it holds always or never
    assert abs(sum(draws) - n * p) <= 5 * (n * p * (1 - p)) ** 0.5
    # and of nobody is the share kept for long
    runs = max((len(run) for run in "".join("x" if drawn else " " for drawn in draws).split("x")), default=0)
    assert runs < {0: n + 1, 10: 150, 60: 20, 100: 1}[share]


def test_the_draw_is_the_same_wherever_it_is_made(wave2: CallingRules, at: At) -> None:
    now = at("2019-11-12 10:00")
    there = now.astimezone(ZoneInfo(ATHENS))
    for who in range(50):
        assert fresh_first(wave2, who, now) == fresh_first(wave2, who, there)
    other = replace(wave2, seed=wave2.seed + 1)
    assert [fresh_first(wave2, who, now) for who in range(99)] != [fresh_first(other, who, now) for who in range(99)]


def test_a_seed_draws_an_order_of_its_own() -> None:
    serials = [f"{n:06d}" for n in range(20_000)]
    tickets = [draw(1, serial) for serial in serials]
    assert len(set(tickets)) == len(serials)  # equals would leave the order to the database
    assert all(0 <= ticket < 2**63 for ticket in tickets)
    first = sorted(serials, key=lambda serial: draw(1, serial))
    assert first != sorted(serials, key=lambda serial: draw(2, serial))
    # no place in the sample file has an advantage: the mean position of the first half is that of all
    place = {serial: at for at, serial in enumerate(first)}
    mean = sum(place[serial] for serial in serials[:500]) / 500
    assert abs(mean - 10_000) < 5 * 20_000 / 12**0.5 / 500**0.5


# what is remembered


GROUPS = [
    *(str(Group(level, zone)) for level in (PROMISED, FRESH, 4) for zone in (LONDON, ATHENS)),
    *(tried(times, *slots) for times in (1, 3) for slots in ((MORNING,), (MORNING, EVENING), (WEEKEND,))),
    tried(2, AFTERNOON, WEEKEND, zone=ATHENS),
    str(Group(PROMISED, LONDON, "consumer_hours")),
    tried(2, EVENING, WEEKEND, window="consumer_hours"),
    tried(1, "dinner_time"),
]
EDGES = [
    datetime(2019, 10, 24, tzinfo=UTC) + timedelta(days=day, hours=hour) for day in range(12) for hour in range(24)
]


@given(
    instants=st.lists(
        st.builds(
            lambda edge, off: edge + timedelta(seconds=off),
            st.sampled_from(EDGES),
            st.sampled_from([-1, 0, 1]) | st.integers(0, 3599),
        ),
        min_size=2,
        max_size=12,
    ),
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=8, unique=True),
    fresh=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_what_is_remembered_is_what_would_be_found_anew(
    wave2: CallingRules, instants: list[datetime], groups: list[str], fresh: list[bool]
) -> None:
    """Whatever time it is asked about, later or earlier, over a change of the clocks and the end of fieldwork."""
    rules = wave2.during(date(2019, 10, 25), date(2019, 11, 1)).with_holidays([date(2019, 10, 31)])
    kept = Turns(rules)
    for now, first in zip(instants, fresh, strict=False):
        assert kept.order(groups, now, fresh=first) == Turns(rules).order(groups, now, fresh=first)
        assert kept.open_groups(groups, now) == Turns(rules).open_groups(groups, now)
        for text in groups:
            group = kept.group(text)
            anew = Turns(rules).hours(group, now)
            known = kept.hours(group, now)
            assert (known.open, known.in_slot, known.last, known.left) == (
                anew.open,
                anew.in_slot,
                anew.last,
                anew.left,
            )
            assert kept.place(group, now) == Turns(rules).place(group, now)
