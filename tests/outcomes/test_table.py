"""The outcome table: sums, percentages, and which rows are printed."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.outcomes import Scheme, Table, count_outcomes, outcome_table

KEYS = [
    "not_called", "completed", "completed_online", "refusal", "refusal_company_policy", "refusal_recent_survey",
    "opted_out", "online_requested", "breakdown", "suspended", "hard_appointment", "soft_appointment", "engaged",
    "no_reply", "call_back_consumer_hours", "call_back_business_hours", "referral_number", "left_no_forwarding",
    "unobtainable", "wrong_number", "not_available", "not_eligible",
]  # fmt: skip
counts_of_cases = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10**30))


def printed(table: Table) -> list[str]:
    return [row.key for row in table.rows]


def test_rows_of_the_published_layout_are_printed_at_zero_and_others_are_not(wave2: Scheme, asye: Scheme) -> None:
    assert printed(outcome_table(wave2, {})) == [
        "starting", "unusable", "unobtainable", "left_no_forwarding", "online_requested", "wrong_number",
        "not_available", "usable", "soft_appointment", "other_live", "contacts", "refusals", "breakdown", "completed",
        "completed_online",
    ]  # fmt: skip
    assert printed(outcome_table(asye, {})) == [
        "starting", "unusable", "unobtainable", "left_no_forwarding", "online_requested", "wrong_number",
        "not_eligible", "usable", "soft_appointment", "other_live", "contacts", "refusals", "breakdown", "completed",
    ]  # fmt: skip


def test_a_row_beyond_the_published_layout_is_printed_where_it_counts_somebody(wave2: Scheme) -> None:
    table = outcome_table(wave2, {"hard_appointment": 1, "not_eligible": 2})
    assert printed(table).index("hard_appointment") == printed(table).index("usable") + 1
    assert "not_eligible" in printed(table)
    assert "not_eligible" in printed(outcome_table(wave2, {}).with_rows(["not_eligible"]))


def test_an_empty_sample_has_no_percentages_and_no_rates(wave2: Scheme) -> None:
    table = outcome_table(wave2, {})
    assert {(row.n, row.pct_start, row.pct_usable) for row in table.rows} == {(0, None, None)}
    assert [(rate.value, rate.percent) for rate in table.rates] == [(None, None), (None, None)]


def test_halves_round_up(wave2: Scheme) -> None:
    rows = {row.key: row for row in outcome_table(wave2, {"refusal": 1, "no_reply": 199}).rows}
    assert rows["refusals"].pct_start == 1  # 0.5
    assert rows["other_live"].pct_start == 100  # 99.5
    rows = {row.key: row for row in outcome_table(wave2, {"refusal": 5, "no_reply": 195}).rows}
    assert rows["refusals"].pct_start == 3  # 2.5: half up, not half to even


def test_a_percentage_of_usable_sample_stands_only_on_usable_rows(wave2: Scheme) -> None:
    rows = {row.key: row for row in outcome_table(wave2, {"completed": 1, "unobtainable": 1}).rows}
    assert (rows["unobtainable"].pct_start, rows["unobtainable"].pct_usable) == (50, None)
    assert (rows["usable"].pct_start, rows["usable"].pct_usable) == (50, None)
    assert (rows["completed"].pct_start, rows["completed"].pct_usable) == (50, 100)
    assert rows["starting"].pct_start is None


def test_the_rates_of_the_published_counts(wave2: Scheme) -> None:
    counts = {"completed": 1601, "completed_online": 92, "refusal": 93, "breakdown": 34, "soft_appointment": 43,
              "no_reply": 443, "unobtainable": 445}  # fmt: skip
    telephone, adjusted = outcome_table(wave2, counts).rates
    assert (telephone.value, telephone.percent) == (Fraction(1601, 2751), 58)
    assert (adjusted.value, adjusted.percent) == (Fraction(1601, 2306), 69)


def test_an_unknown_outcome_is_refused_with_the_nearest(wave2: Scheme) -> None:
    with pytest.raises(InputError, match=r"'refusals' is not an outcome of scheme wave2: Did you mean refusal\?"):
        outcome_table(wave2, {"refusals": 1})


@pytest.mark.parametrize("n", [-1, 1.0, True, "3", None])
def test_a_count_that_is_none_is_refused(wave2: Scheme, n: object) -> None:
    with pytest.raises(InputError, match="not a number of cases"):
        outcome_table(wave2, {"refusal": n})  # type: ignore[dict-item]


@given(counts_of_cases)
def test_every_row_is_the_sum_of_its_children_and_everybody_is_counted(
    wave2: Scheme, asye: Scheme, counts: dict[str, int]
) -> None:
    for scheme in (wave2, asye):
        table = outcome_table(scheme, counts)
        for parent in {row.parent for row in scheme.rows if row.parent is not None}:
            inside = sum(table.totals[row.key] for row in scheme.rows if row.parent == parent)
            assert table.totals[parent] == inside
        assert table.totals["starting"] == sum(counts.values())
        assert table.totals["unusable"] + table.totals["usable"] == table.totals["starting"]
        assert sum(row.n for row in table.rows if row.depth == 1) == table.totals["starting"]


@given(counts_of_cases)
def test_a_percentage_is_within_half_a_point_of_its_own_n(wave2: Scheme, counts: dict[str, int]) -> None:
    table = outcome_table(wave2, counts)
    for row in table.rows:
        for percent, base in ((row.pct_start, "starting"), (row.pct_usable, "usable")):
            if percent is not None:
                exact = Fraction(100 * row.n, table.totals[base])
                assert Fraction(-1, 2) < percent - exact <= Fraction(1, 2)


@given(st.lists(st.sampled_from(KEYS), max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_unrelated_cases_does_not_matter(wave2: Scheme, cases: list[str], random: Random) -> None:
    shuffled = random.sample(cases, len(cases))
    assert outcome_table(wave2, count_outcomes(shuffled)) == outcome_table(wave2, count_outcomes(cases))
