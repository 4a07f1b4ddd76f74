"""Quantiles as spreadsheets have them, and the interval of a ratio of a count to what was expected."""

from __future__ import annotations

from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.fieldwork.tally import quantile, ratio_interval, spread


def test_of_no_values_nothing_is_said() -> None:
    assert quantile([], 0.5) is None
    assert spread([]).n == 0
    assert spread([]).median is None


def test_of_one_value_all_is_that_value() -> None:
    assert spread([7.0]) == type(spread([]))(1, 7.0, 7.0, 7.0, 7.0, 7.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_they_are_those_of_the_standard_library(values: list[float]) -> None:
    found = spread(values)
    assert found.median == pytest.approx(median(values))
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    assert found.p25 == pytest.approx(lower)
    assert found.p75 == pytest.approx(upper)


@pytest.mark.parametrize(
    ("observed", "low", "high"),
    # exact Poisson limits: half a chi-square of 2n and of 2n + 2 degrees of freedom
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_the_interval_is_near_the_exact_one(observed: int, low: float, high: float) -> None:
    found = ratio_interval(observed, 1.0)
    assert found is not None
    assert found[0] == pytest.approx(low, rel=0.03, abs=0.02)
    assert found[1] == pytest.approx(high, rel=0.02)


def test_of_nothing_expected_there_is_no_ratio() -> None:
    assert ratio_interval(0, 0.0) is None
