"""Shares in whole numbers, and a draw that seed and serial alone decide."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.desk.drawing import allot, apportion, how_many, in_drawn_order

strata = st.lists(st.integers(0, 400).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))), max_size=30)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_apportioning_leaves_nothing_over_and_nobody_more_than_a_unit_off(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)
    if sum(weights) == 0:
        assert shares == [0] * len(weights)
        return
    assert sum(shares) == total
    assert all(abs(share - total * w / sum(weights)) < 1 for share, w in zip(shares, weights, strict=True))


@given(st.integers(0, 5000), strata)
def test_an_allotment_is_whole_and_nobody_gets_more_than_there_is(total: int, found: list[tuple[int, int]]) -> None:
    sizes, limits = [size for size, _ in found], [limit for _, limit in found]
    given_out = allot(total, sizes, limits)
    assert sum(given_out) == min(total, sum(limits))
    assert all(0 <= n <= limit for n, limit in zip(given_out, limits, strict=True))
    if total <= sum(sizes) and limits == sizes:
        assert given_out == apportion(total, sizes)


def test_what_a_small_stratum_cannot_take_the_others_share_in_proportion() -> None:
    assert allot(60, [100, 100, 200], [100, 0, 200]) == [20, 0, 40]


@pytest.mark.parametrize(
    ("share", "of", "n"),
    [("1/10", 2751, 275), ("1/10", 25, 3), ("1/10", 24, 2), ("1/1000", 20, 1), ("1/10", 0, 0), ("1", 7, 7)],
)
def test_a_share_is_rounded_halves_up_and_is_at_least_one_case(share: str, of: int, n: int) -> None:
    assert how_many(Fraction(share), of) == n


def test_the_draw_goes_by_seed_and_serial_alone() -> None:
    serials = [f"S{n:03}" for n in range(200)]
    drawn = in_drawn_order(serials, 7)
    assert drawn == in_drawn_order(list(reversed(serials)), 7)
    assert drawn != in_drawn_order(serials, 8)
    assert sorted(drawn) == serials
    assert drawn[:5] == ["S066", "S081", "S026", "S158", "S140"]  # the same on every machine
    assert [each for each in in_drawn_order([*serials, "T1", "T2"], 7) if each[0] == "S"] == drawn
