"""What a single call came to follows from the scheme: its AAPOR dispositions and what it means for the case."""

from __future__ import annotations

from pathlib import Path

import pytest

from cati.errors import InputError
from cati.outcomes import Scheme
from cati.outcomes.call_groups import CALL_KINDS, KIND_LABELS, call_groups

ROOT = Path(__file__).parents[2]


def scheme(name: str, *changes: tuple[str, str]) -> Scheme:
    """A scheme that comes with cati, its text changed."""
    text = (ROOT / "outcomes" / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Scheme.from_yaml(text, f"{name}.yaml")


@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_every_outcome_is_of_one_kind(name: str) -> None:
    groups = call_groups(scheme(name))
    assert groups.of("complete") == {"completed"}
    assert groups.of("booked") == {"hard_appointment", "soft_appointment"}
    assert groups.of("refused") == {
        "refusal", "refusal_company_policy", "refusal_recent_survey", "opted_out", "breakdown"
    }  # fmt: skip
    assert {"no_reply", "engaged", "unobtainable", "not_called"} == groups.of("nobody")
    assert {"wrong_number", "left_no_forwarding", "suspended", "online_requested", "not_available"} <= groups.of(
        "spoken"
    )
    assert groups.reached == groups.of("complete", "booked", "refused", "spoken")
    assert groups.reopenable == {"refusal", "refusal_company_policy", "refusal_recent_survey", "breakdown"}
    assert set(KIND_LABELS) == set(CALL_KINDS)


def test_how_contested_cases_are_counted_does_not_change_who_was_spoken_to() -> None:
    plain = call_groups(scheme("wave2"))
    noncontact = call_groups(scheme("wave2", ("value: unusable", "value: noncontact")))
    assert plain == noncontact


def test_an_outcome_without_a_disposition_is_a_contact_if_it_asks_for_something() -> None:
    without = scheme(
        "wave2",
        ('    appointment: either\n    row: other_live\n    breaks_off: true\n    aapor: {code: "2.21", group: NC}\n',
         "    appointment: either\n    row: other_live\n    breaks_off: true\n"),
        ('    answers: [{S1: 7}, {S1: [1, 2], S2: 7}]\n    aapor: {code: "2.21", group: NC}\n',
         "    answers: [{S1: 7}, {S1: [1, 2], S2: 7}]\n"),
    )  # fmt: skip
    groups = call_groups(without)
    assert groups.kind("suspended") == "spoken"
    assert groups.kind("not_available") == "nobody"


def test_an_outcome_that_the_scheme_no_longer_has_is_told() -> None:
    with pytest.raises(InputError, match=r"'gone'.*no outcome of the study as it is installed"):
        call_groups(scheme("wave2")).kind("gone")
