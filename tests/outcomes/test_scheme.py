"""The scheme file: what it carries, and what it says when something is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cati.errors import InputError
from cati.outcomes import Scheme


def problems(text: str) -> str:
    with pytest.raises(InputError) as caught:
        Scheme.from_yaml(text, "outcomes/wave2.yaml")
    return str(caught.value)


@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_both_schemes_hold_every_outcome(name: str, request: pytest.FixtureRequest) -> None:
    scheme: Scheme = request.getfixturevalue(name)
    assert set(scheme.outcomes) == {
        "not_called", "completed", "completed_online", "refusal", "refusal_company_policy", "refusal_recent_survey",
        "opted_out", "online_requested", "breakdown", "suspended", "hard_appointment", "soft_appointment", "engaged",
        "no_reply", "call_back_consumer_hours", "call_back_business_hours", "referral_number", "left_no_forwarding",
        "unobtainable", "wrong_number", "not_available", "not_eligible",
    }  # fmt: skip
    assert all(outcome.group for outcome in scheme.outcomes.values())


def test_a_case_nobody_spoke_to_is_a_non_contact_in_a_panel_and_unknown_elsewhere(wave2: Scheme, asye: Scheme) -> None:
    assert [
        (wave2.outcomes[key].aapor, wave2.outcomes[key].group) for key in ("engaged", "no_reply", "not_called")
    ] == [
        ("2.20", "NC"),
        ("2.20", "NC"),
        ("2.20", "NC"),
    ]
    assert [(asye.outcomes[key].aapor, asye.outcomes[key].group) for key in ("engaged", "no_reply", "not_called")] == [
        ("3.12", "UH"),
        ("3.13", "UH"),
        ("3.11", "UH"),
    ]


@pytest.mark.parametrize(("value", "group"), [("unusable", "NE"), ("unknown", "UO"), ("noncontact", "NC")])
def test_the_setting_says_where_unlocatable_cases_count(wave2: Scheme, value: str, group: str) -> None:
    for key in ("unobtainable", "wrong_number", "left_no_forwarding"):
        disposition = wave2.disposition(key, {"unlocatable": value})
        assert disposition is not None
        assert disposition.group == group


def test_appointments_are_never_refusals(wave2: Scheme, asye: Scheme) -> None:
    for scheme in (wave2, asye):
        assert {o.group for o in scheme.outcomes.values() if o.kind in ("appointment", "call_back")} <= {"NC", "UH"}


def test_the_no_at_s3_has_the_code_printed_in_each_questionnaire(wave2: Scheme, asye: Scheme) -> None:
    assert {"S1": (1, 2), "S2": (4,), "S3": (2,)} in wave2.outcomes["refusal"].answers
    assert {"S1": (1, 2), "S2": (4,), "S3": (4,)} in asye.outcomes["refusal"].answers


def test_the_hash_follows_the_content_and_not_the_line_ends(wave2: Scheme, wave2_text: str) -> None:
    assert Scheme.from_yaml(wave2_text.replace("\n", "\r\n"), "x.yaml").hash == wave2.hash
    assert Scheme.from_yaml(wave2_text + "# a remark\n", "x.yaml").hash != wave2.hash
    assert wave2.hash[:12] in wave2.label


def test_an_unknown_key_names_file_line_and_the_nearest_key(wave2_text: str) -> None:
    line = wave2_text[: wave2_text.index("    row: refusals")].count("\n") + 1
    assert (
        f"outcomes/wave2.yaml, line {line}: outcomes.refusal.roww: is not a key here; Did you mean row?"
        in problems(wave2_text.replace("    row: refusals", "    roww: refusals", 1)).splitlines()
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    row: refusals", "    row: refusal", "Did you mean refusals?"),
        ("    row: refusals", "    row: contacts", "'contacts' is not a row without rows"),
        ("kind: final", "kind: finl", "'finl' is not a value here; Did you mean final?"),
        ('version: "1"', "version: 1", "put it in quotes"),
        ('{code: "1.1", group: I}', "{code: 1, group: I}", 'a code such as "2.11" (in quotes)'),
        ('{code: "1.1", group: I}', '{code: "1.1", group: X}', "I, P, R, NC, O, UH, UO, NE"),
        ("outcomes: [opted_out]", "outcomes: [opted_in]", "Did you mean opted_out?"),
        ("outcomes: [opted_out]", "outcomes: [opted_out, completed]", "an outcome has one class"),
        ("outcomes: [opted_out]", "outcomes: [completed]", "outcomes.opted_out: is in no class"),
        ("value: unusable", "value: unusible", "Did you mean unusable?"),
        ("      unknown: {code: \"3.11\", group: UH}\n", "", "no disposition for 'unknown'; add one"),
        ("setting: unlocatable", "setting: unlocated", "Did you mean unlocatable?"),
        ("number_state: dead", "number_state: ded", "Did you mean dead?"),
        ("    number_state: dead\n", "", "needs a `number_state`"),
        ("outcome: wrong_number}", "outcome: refusal}", "in no class that needs every number failed"),
        ("decides: default", "decides: latest", "the last class, and only it"),
        ("    needs_every_number_failed: true\n", "", "go together"),
        ("parent: contacts", "parent: contact", "Did you mean contacts?"),
        ("usable, label: All confirmed usable sample, parent: starting,", "usable, label: Usable,", "has no parent"),
        ("    - {key: breakdown,", "    - {key: refusals,", "row 'refusals' stands twice"),
        ("of: completed", "of: complete", "Did you mean completed?"),
        ("appointment: hard\n", "appointment: either\n", "needs `appointment: hard` or `soft`"),
        ("id: wave2", "id: [", "not valid YAML"),
        ("  engaged:\n", "  refusal:\n", "`refusal` is given twice here (first on line"),
        ("S1: 5", "S1: true", "Input should be a valid integer"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_remedy(wave2_text: str, old: str, new: str, said: str) -> None:
    assert old in wave2_text
    text = problems(wave2_text.replace(old, new, 1))
    assert said in text
    assert all(line.startswith("outcomes/wave2.yaml, line ") for line in text.splitlines())


@pytest.mark.parametrize(("text", "said"), [("", "empty"), ("- a\n", "a list"), ("{}", "id: is missing")])
def test_a_file_that_is_no_scheme_is_refused(text: str, said: str) -> None:
    assert said in problems(text)


def test_every_problem_is_reported_at_once(wave2_text: str) -> None:
    text = problems(wave2_text.replace("row: refusals", "row: refusal"))
    assert len(text.splitlines()) == 4


def test_an_unknown_outcome_or_setting_names_the_nearest(wave2: Scheme) -> None:
    with pytest.raises(InputError, match="Did you mean refusal"):
        wave2.outcome("refusl")
    with pytest.raises(InputError, match="Did you mean other_live"):
        wave2.row("other live")
    with pytest.raises(InputError, match="Did you mean unlocatable"):
        wave2.settings_with({"unlocateable": "unusable"})
    with pytest.raises(InputError, match="Did you mean noncontact"):
        wave2.disposition("wrong_number", {"unlocatable": "non_contact"})


def test_importing_outcomes_loads_neither_pydantic_nor_yaml() -> None:
    code = "import cati.outcomes, sys; print(sorted({'pydantic', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
