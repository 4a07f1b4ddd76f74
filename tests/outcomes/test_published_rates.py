"""Outcome rates, intervals and margins of error that others have published, found again."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.outcomes import margin_of_error, pooled_e, rates, wilson
from cati.outcomes.rates import Undefined

DATA = Path(__file__).parent / "data"
RATES = json.loads((DATA / "aapor_rates.json").read_text(encoding="utf-8"))
with (DATA / "margins.csv").open(encoding="utf-8", newline="") as file:
    MARGINS = list(csv.DictReader(file))


def fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or "1")


@pytest.mark.parametrize("example", RATES["examples"], ids=[each["name"] for each in RATES["examples"]])
def test_published_rates_come_out_to_six_decimals(example: dict[str, Any]) -> None:
    e = None if example["e"] is None else fraction(example["e"])
    found = rates(example["counts"], e)
    for key, value in example.get("exact", {}).items():
        assert found[key] == (None if value is None else fraction(value)), key
    for key, value in example.get("printed", {}).items():
        assert abs(found[key] - Fraction(value)) <= Fraction(1, 2 * 10 ** example["places"]), key  # type: ignore[operator]


def test_an_e_for_uh_and_one_for_uo() -> None:
    example = RATES["given_apart"]
    found = rates(example["counts"], example["e"])
    eligible = Fraction(example["eligible"])
    assert found["RR3"] == 10 / eligible
    assert (found["RR4"], found["REF2"], found["CON2"]) == (12 / eligible, 3 / eligible, 16 / eligible)
    assert found["RR1"] == Fraction(10, 31)
    assert found.e == Fraction("1.6") / 11


def test_an_e_is_needed_only_for_the_groups_that_count_somebody() -> None:
    assert rates({"I": 5, "UH": 4}, {"UH": "0.25"})["RR3"] == Fraction(5, 6)
    for bad in ({"UO": 1}, {"UH": 2}, {"NE": 0.5}, {}):
        with pytest.raises(InputError):
            rates({"I": 5, "UH": 4}, bad)


def test_e_of_several_strata_is_the_share_of_all_their_unknown_cases() -> None:
    north, south = {"I": 15, "R": 5, "NE": 3, "UO": 4}, {"I": 5, "R": 15, "NE": 1, "UO": 2}
    e = {"north": rates(north).e, "south": rates(south).e}
    assert e == {"north": Fraction(20, 23), "south": Fraction(20, 21)}
    pooled = pooled_e({"north": 4, "south": 2}, e)
    assert pooled == (4 * Fraction(20, 23) + 2 * Fraction(20, 21)) / 6
    assert pooled_e({"north": 4, "nobody": 1}, {**e, "nobody": None}) is Undefined.E
    assert pooled_e({}, e) is Undefined.E
    assert rates({"I": 1, "UH": 1}, Undefined.E)["RR3"] is None


@pytest.mark.parametrize(
    ("part", "base", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17:857-872, Table I
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_newcombe(part: int, base: int, low: float, high: float) -> None:
    found = wilson(part, base)
    assert found is not None
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


@given(st.integers(1, 10_000), st.data())
def test_an_interval_holds_its_rate_and_stays_within_0_and_1(base: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, base))
    found = wilson(part, base)
    assert found is not None
    assert 0 <= found[0] <= part / base + 1e-12
    assert part / base - 1e-12 <= found[1] <= 1
    mirrored = wilson(base - part, base)
    assert mirrored is not None
    assert abs(mirrored[0] + found[1] - 1) < 1e-9


def test_no_base_no_interval_and_no_margin() -> None:
    assert wilson(0, 0) is None
    assert wilson(0, None) is None
    assert margin_of_error(0, 100).value is None


@pytest.mark.parametrize("row", MARGINS, ids=[row["source"].split(": ")[1] for row in MARGINS])
def test_published_margins_of_error(row: dict[str, str]) -> None:
    found = margin_of_error(int(row["n"]), int(row["population"]))
    assert found.value is not None
    assert round(100 * found.value, 2) == float(row["points"])


def test_the_published_margin_of_wave_2_is_of_no_population_that_is_printed() -> None:
    for population in (None, 5621, 4597, 5588, 21_000):
        found = margin_of_error(3302, population).value
        assert found is not None
        assert round(100 * found, 2) != 1.18


def test_a_census_has_no_margin_and_a_design_effect_widens_it() -> None:
    assert margin_of_error(50, 50).value == 0
    assert margin_of_error(1, 1).value == 0
    plain, weighted = margin_of_error(100), margin_of_error(100, design_effect=4)
    assert plain.value is not None
    assert weighted.value == pytest.approx(2 * plain.value)
    assert margin_of_error(100, p=0).value == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"n": -1}, {"n": 5, "population": 4}, {"n": 0, "population": 0}, {"n": 5, "p": "1.5"}, {"n": 5, "level": 1.0},
        {"n": 5, "level": 0.0}, {"n": 5, "design_effect": 0}, {"n": 5, "p": "nan"}, {"n": 5, "p": "1e-999999999"},
    ],
)  # fmt: skip
def test_a_margin_of_nonsense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        margin_of_error(**bad)
