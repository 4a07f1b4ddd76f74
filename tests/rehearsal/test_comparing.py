"""Paired differences and their intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cati.rehearsal import Findings, Hard, Soft, difference, mean_of
from cati.rehearsal.comparing import t_quantile


def found(seed: int, completes: int, hard: Hard = Hard(0, 0, 0, 0, 0, 0)) -> Findings:  # noqa: B008
    return Findings(
        seed=seed,
        cases=100,
        hours=50.0,
        calls=400,
        contacts=100,
        completes=completes,
        completes_online=0,
        attempts={2: completes},
        never_called=0,
        never_reached=10,
        minutes_waited=60.0,
        minutes_over=0.0,
        interview_minutes=12.0,
        hard=hard,
        soft=Soft(0, 0, 0),
        parts={},
        weeks=[],
    )


TABLE = [
    (1, 12.7062),
    (2, 4.3027),
    (3, 3.1824),
    (4, 2.7764),
    (10, 2.2281),
    (19, 2.0930),
    (120, 1.9799),
]


@pytest.mark.parametrize(("freedom", "quantile"), TABLE)
def test_quantiles_of_students_t_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(quantile, abs=5e-5)


def test_a_difference_is_paired_and_has_an_interval_from_two_seeds_on() -> None:
    first = [found(seed, n) for seed, n in enumerate((40, 60, 50))]
    other = [found(seed, n) for seed, n in enumerate((43, 62, 54))]
    made = difference("completes", first, other)
    assert made is not None
    assert made.mean == pytest.approx(3)
    assert made.low == pytest.approx(3 - 4.3027 / 3**0.5, abs=1e-3)
    assert made.high == pytest.approx(3 + 4.3027 / 3**0.5, abs=1e-3)
    alone = difference("completes", first[:1], other[:1])
    assert alone is not None
    assert (alone.mean, alone.low, alone.high) == (3, None, None)


def test_what_is_not_defined_at_a_seed_is_left_out_there() -> None:
    none = found(1, 5)
    some = replace(none, hard=Hard(due=4, on_time=3, kept=3, late=1, while_free=0, passed_over=0))
    assert mean_of("hard_on_time", [none]) is None
    assert mean_of("hard_on_time", [none, some]) == 0.75
    assert difference("hard_on_time", [none], [some]) is None
