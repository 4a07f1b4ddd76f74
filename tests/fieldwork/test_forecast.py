"""The forecast of completes: what it draws, when it refuses, and how often the truth lies in its range."""

from __future__ import annotations

from collections import Counter
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.fieldwork.forecast import Forecast, NoForecast, SoFar, State, binomial, forecast

DAYS = [(10.0, 40)] * 5
KNOWN: dict[tuple[int, State], int] = {
    (1, "complete"): 40, (2, "complete"): 20, (1, "closed"): 20, (2, "live"): 80, (1, "live"): 40, (0, "live"): 50
}  # fmt: skip


def found(so_far: SoFar, seed: int = 1, plays: int = 200) -> Forecast:
    """The forecast, which there is."""
    made = forecast(so_far, seed, plays)
    assert isinstance(made, Forecast)
    return made


@pytest.mark.parametrize(
    ("cases", "days", "said"),
    [
        ({}, [], "0 days with calls"),
        (KNOWN, [(10.0, 40), (10.0, 40), (10.0, 0)], "2 days with calls"),
        ({(1, "complete"): 20, (1, "live"): 29, (0, "live"): 1000}, DAYS, "49 cases called"),
        ({(1, "complete"): 9, (1, "live"): 500}, DAYS, "9 interviews completed"),
    ],
)
def test_with_too_little_to_go_by_it_refuses_and_says_what_is_lacking(
    cases: dict[tuple[int, State], int], days: list[tuple[float, int]], said: str
) -> None:
    refused = forecast(SoFar(cases, days, [10.0]), 1)
    assert isinstance(refused, NoForecast)
    assert said in refused.why


def test_the_same_seed_gives_the_same_forecast() -> None:
    so_far = SoFar(KNOWN, DAYS, [10.0] * 5, 15)
    assert found(so_far) == found(so_far)
    assert found(so_far) != found(so_far, seed=2)


def test_with_no_calls_to_come_or_nobody_to_call_nothing_more_is_completed() -> None:
    over = found(SoFar(KNOWN, DAYS, []))
    assert (over.low, over.middle, over.high, over.path) == (60, 60, 60, ())
    nobody: dict[tuple[int, State], int] = {(1, "complete"): 60, (2, "closed"): 40, (15, "stopped"): 100}
    spent = found(SoFar(nobody, DAYS, [10.0] * 5))
    assert (spent.low, spent.high, spent.calls) == (60, 60, 0)


def test_what_one_day_brings_is_the_rate_of_the_attempt_times_the_calls() -> None:
    # half of all first calls complete, and there are a thousand fresh cases and a hundred calls a day
    cases: dict[tuple[int, State], int] = {(1, "complete"): 500, (1, "closed"): 500, (0, "live"): 1000}
    made = found(SoFar(cases, [(10.0, 100)] * 5, [10.0]))
    assert made.middle == pytest.approx(550, abs=3)
    assert made.low == pytest.approx(550 - 1.96 * 5.2, abs=4)
    assert made.high == pytest.approx(550 + 1.96 * 5.2, abs=4)
    assert (made.issued, made.calls, made.unknown) == (2000, 100, 0)
    assert made.rate(made.middle) == pytest.approx(0.275, abs=0.002)


def test_of_attempts_that_nobody_had_the_range_begins_at_nothing() -> None:
    cases: dict[tuple[int, State], int] = {(1, "complete"): 100, (1, "live"): 300}
    made = found(SoFar(cases, [(10.0, 400)] * 5, [10.0]), plays=400)
    assert made.unknown == 1
    assert made.low <= 100 + 0.1 * 300 * 0.25
    assert made.high >= 100 + 0.9 * 300 * 0.25


def test_nobody_is_called_beyond_the_limit_of_attempts() -> None:
    cases: dict[tuple[int, State], int] = {(1, "complete"): 50, (2, "complete"): 10, (2, "live"): 100}
    bound = found(SoFar(cases, DAYS, [100.0] * 20, limit=3))
    assert bound.calls <= 100
    assert found(SoFar(cases, DAYS, [100.0] * 20)).calls > 500


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 16), st.sampled_from(["complete", "closed", "stopped", "live"])),
        st.integers(0, 200),
        max_size=12,
    ),
    st.lists(st.floats(0, 12), max_size=6),
    st.sampled_from([None, 3, 15]),
)
def test_it_never_falls_below_what_is_completed_nor_rises_above_what_could_be(
    cases: dict[tuple[int, State], int], to_come: list[float], limit: int | None
) -> None:
    so_far = SoFar(cases, DAYS, to_come, limit)
    made = forecast(so_far, 1, plays=10)
    if isinstance(made, Forecast):
        least, most = so_far.count("complete"), so_far.count("complete", "live")
        for low, middle, high in (*made.path, (made.low, made.middle, made.high)):
            assert least <= low <= middle <= high <= most
        middles = [middle for _, middle, _ in made.path]
        assert middles == sorted(middles)


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (12, 0.3), (12, 0.8), (400, 0.01)])
def test_draws_are_binomial(n: int, p: float) -> None:
    rng, drawn = Random(7), 4000
    counts = Counter(binomial(n, p, rng) for _ in range(drawn))
    # Pearson's chi-square over the values that are expected five times or more; 99.9 of 100 lie below the limit
    expected = {k: drawn * comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)}
    often = [k for k, each in expected.items() if each >= 5]
    square = sum((counts[k] - expected[k]) ** 2 / expected[k] for k in often)
    freedom = len(often)
    assert square < freedom + 4.5 * (2 * freedom) ** 0.5 + 8
    assert all(0 <= k <= n for k in counts)


@pytest.mark.parametrize(("n", "p", "is_"), [(0, 0.5, 0), (9, 0.0, 0), (9, 1.0, 9), (-1, 0.5, 0)])
def test_draws_at_the_edges(n: int, p: float, is_: int) -> None:
    assert binomial(n, p, Random(1)) == is_


def test_many_draws_have_the_right_mean_and_spread() -> None:
    rng = Random(3)
    drawn = [binomial(1000, 0.4, rng) for _ in range(2000)]
    mean = sum(drawn) / len(drawn)
    assert mean == pytest.approx(400, abs=2)
    assert sum((each - mean) ** 2 for each in drawn) / len(drawn) == pytest.approx(240, rel=0.15)


def simulated(seed: int, cases: int = 300, days: int = 20, stop: int = 8) -> tuple[SoFar, int]:
    """A fieldwork of people who differ: what is known of it after some days, and the completes at its end.

    Some people are reached easily and some hardly ever, so that later attempts bring less than the first; each day has
    its own number of calls; the cases called least often come first, each once a day.
    """
    rng = Random(seed)
    chance = [rng.betavariate(0.6, 2.5) for _ in range(cases)]
    attempts, state = [0] * cases, ["live"] * cases
    known: SoFar | None = None
    made: list[tuple[float, int]] = []
    for day in range(days):
        if day == stop:
            seen: Counter[tuple[int, State]] = Counter(zip(attempts, state, strict=True))  # type: ignore[arg-type]
            known = SoFar(seen, list(made), [8.0] * (days - day), 15)
        order = sorted((case for case in range(cases) if state[case] == "live"), key=lambda case: attempts[case])
        called = order[: rng.randint(60, 110)]
        for case in called:
            attempts[case] += 1
            if rng.random() < chance[case] * 0.5:
                state[case] = "complete"
            elif rng.random() < 0.04:
                state[case] = "closed"
            elif attempts[case] >= 15:
                state[case] = "stopped"
        made.append((8.0, len(called)))
    assert known is not None
    return known, state.count("complete")


def test_the_truth_lies_in_the_range_about_as_often_as_it_says() -> None:
    hits = widths = 0.0
    fieldworks = [simulated(seed, stop=12) for seed in range(40)]
    for known, truth in fieldworks:
        made = found(known, plays=120)
        hits += made.low <= truth <= made.high
        widths += (made.high - made.low) / known.issued
    assert hits >= 34  # of 40; at 95 in a hundred fewer come once in about a thousand times
    assert widths / len(fieldworks) < 0.25  # and not because the range says nothing


def test_the_nearer_the_end_the_narrower_the_range() -> None:
    widths = []
    for stop in (4, 10, 18):
        made = found(simulated(5, stop=stop)[0], plays=150)
        widths.append(made.high - made.low)
    assert widths == sorted(widths, reverse=True)
