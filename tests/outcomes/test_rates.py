"""The AAPOR rates: formulas, identities, and what is not defined."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.outcomes import GROUPS, RATE_DEFINITIONS, Scheme, group_counts, rates

counts_by_group = st.fixed_dictionaries({group: st.integers(0, 10**25) for group in GROUPS})
eligibilities = st.none() | st.fractions(0, 1)
EXAMPLE = {"I": 5, "P": 3, "R": 2, "NC": 1, "O": 2, "UH": 1, "UO": 1, "NE": 1}


def test_the_rates_of_an_example_worked_by_hand() -> None:
    found = rates(EXAMPLE, e=Fraction(1, 2))
    assert found.values == {
        "RR1": Fraction(5, 15), "RR2": Fraction(8, 15), "RR3": Fraction(5, 14), "RR4": Fraction(8, 14),
        "RR5": Fraction(5, 13), "RR6": Fraction(8, 13),
        "COOP1": Fraction(5, 12), "COOP2": Fraction(8, 12), "COOP3": Fraction(5, 10), "COOP4": Fraction(8, 10),
        "REF1": Fraction(2, 15), "REF2": Fraction(2, 14), "REF3": Fraction(2, 13),
        "CON1": Fraction(12, 15), "CON2": Fraction(12, 14), "CON3": Fraction(12, 13),
        "e": Fraction(1, 2),
    }  # fmt: skip
    assert found.e_source == "given"


def test_e_is_estimated_by_the_casro_allocation_unless_given() -> None:
    found = rates(EXAMPLE)
    assert found.e == Fraction(13, 14)
    assert found["RR3"] == Fraction(5) / (13 + Fraction(13, 14) * 2)
    assert "CASRO" in found.e_source


def test_a_rate_without_a_base_is_not_defined_and_never_zero() -> None:
    assert set(rates({}).as_floats().values()) == {None}
    unknown_only = rates({"UH": 4})
    assert unknown_only.e is None
    assert unknown_only["RR1"] == 0
    assert unknown_only["RR3"] is None
    assert unknown_only["RR5"] is None
    assert rates({"NC": 3})["COOP1"] is None
    assert rates({"UH": 4}, e=0)["RR3"] is None
    assert rates({"NE": 4, "UO": 1}).e == 0


def test_a_rate_that_needs_no_e_stands_without_one() -> None:
    assert rates({"I": 1})["RR3"] == 1


def test_a_group_left_out_counts_nobody() -> None:
    assert rates({"I": 1, "R": 1}).counts == {**dict.fromkeys(GROUPS, 0), "I": 1, "R": 1}


@pytest.mark.parametrize("e", [0.1, "0.1", Decimal("0.1"), Fraction(1, 10)], ids=repr)
def test_e_means_the_decimal_that_was_typed(e: object) -> None:
    assert rates(EXAMPLE, e=e).e == Fraction(1, 10)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "e", [-0.1, 1.1, "half", float("nan"), float("inf"), True, "1/0", "", Decimal("NaN")], ids=repr
)
def test_an_e_outside_0_to_1_is_refused(e: object) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        rates(EXAMPLE, e=e)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "said"), [({"X": 1}, "not an AAPOR group"), ({"uo": 1}, "Did you mean UO"), ({"I": -1}, "I:")]
)
def test_bad_counts_are_refused(counts: dict[str, int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        rates(counts)


def test_big_counts_are_exact() -> None:
    n = 10**40
    assert rates({"I": n, "R": n + 1})["RR1"] == Fraction(n, 2 * n + 1)
    assert rates({"I": n, "R": n + 1}).as_floats()["RR1"] == pytest.approx(0.5)


@given(counts_by_group, eligibilities)
def test_the_identities_between_the_rates(counts: dict[str, int], e: Fraction | None) -> None:
    found = rates(counts, e)
    known = sum(counts[group] for group in ("I", "P", "R", "NC", "O"))
    unknown = counts["UH"] + counts["UO"]

    def ordered(*keys: str) -> None:
        defined = [value for value in (found[key] for key in keys) if value is not None]
        assert defined == sorted(defined)

    for keys in (("RR1", "RR3", "RR5"), ("RR2", "RR4", "RR6"), ("REF1", "REF2", "REF3"), ("CON1", "CON2", "CON3")):
        ordered(*keys)
    for pair in (("RR1", "RR2"), ("RR5", "RR6"), ("COOP1", "COOP3"), ("COOP2", "COOP4"), ("RR5", "COOP1")):
        ordered(*pair)
    rr3, con2, coop1 = found["RR3"], found["CON2"], found["COOP1"]
    if rr3 is not None and con2 is not None and coop1 is not None:
        assert rr3 == con2 * coop1
    rr6, ref3, rr2, ref1 = found["RR6"], found["REF3"], found["RR2"], found["REF1"]
    if rr6 is not None and ref3 is not None:
        assert rr6 + ref3 + Fraction(counts["NC"] + counts["O"], known) == 1
    if rr2 is not None and ref1 is not None:
        assert rr2 + ref1 + Fraction(counts["NC"] + counts["O"] + unknown, known + unknown) == 1
    assert all(value is None or 0 <= value <= 1 for value in found.values.values())


@given(counts_by_group)
def test_without_unknown_cases_e_changes_nothing(counts: dict[str, int]) -> None:
    found = rates({**counts, "UH": 0, "UO": 0}, e="0.3")
    assert (found["RR1"], found["RR2"], found["REF1"]) == (found["RR3"], found["RR4"], found["REF2"])


def test_every_rate_has_a_printed_definition() -> None:
    assert [*RATE_DEFINITIONS, "e"] == list(rates({}).values)


def test_groups_follow_the_scheme_and_its_settings(wave2: Scheme, asye: Scheme) -> None:
    counts = {"completed": 54, "completed_online": 1, "refusal": 7, "breakdown": 7, "soft_appointment": 29,
              "no_reply": 309, "unobtainable": 32, "online_requested": 19, "not_eligible": 6}  # fmt: skip
    assert group_counts(asye, counts) == {
        "I": 55, "P": 0, "R": 14, "NC": 29, "O": 19, "UH": 309, "UO": 0, "NE": 38
    }  # fmt: skip
    assert group_counts(wave2, counts)["NC"] == 29 + 309
    assert group_counts(asye, counts, {"unlocatable": "unknown"})["UO"] == 32
    assert group_counts(asye, counts, {"unlocatable": "noncontact", "sample_eligibility": "known"})["NC"] == 370


@given(st.dictionaries(st.sampled_from(["refusal", "no_reply", "wrong_number", "completed"]), st.integers(0, 10**12)))
def test_the_groups_count_everybody_once(wave2: Scheme, counts: dict[str, int]) -> None:
    assert sum(group_counts(wave2, counts).values()) == sum(counts.values())


def test_an_outcome_in_use_without_a_disposition_is_refused(wave2_text: str) -> None:
    text = wave2_text.replace('    aapor: {code: "2.12", group: R}\n', "")
    scheme = Scheme.from_yaml(text, "outcomes/mine.yaml")
    assert group_counts(scheme, {"breakdown": 0, "refusal": 1})["R"] == 1
    with pytest.raises(InputError, match="3 cases have the outcome 'breakdown', which has no AAPOR disposition"):
        group_counts(scheme, {"breakdown": 3})


def test_bad_outcome_counts_are_refused(wave2: Scheme) -> None:
    with pytest.raises(InputError, match="Did you mean engaged"):
        group_counts(wave2, {"engagd": 1})
    with pytest.raises(InputError, match="not a number of cases"):
        group_counts(wave2, {"engaged": -1})
