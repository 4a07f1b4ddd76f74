"""The checks of the data find what was put there, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.desk import CheckedInterview
from cati.interview.interview import Interview
from cati.interview.rehearsing import random_respondent
from cati.reports import Provenance
from cati.reports.data_quality import DataQuality, data_quality, interviewer_effect, z_of
from cati.reports.data_quality_document import render_data_quality
from cati.reports.render import Format
from cati.studies import Study

FIXED = {"S1": 1, "S2": 1, "S4": 1, "B1": 1, "B4nw": 1}
SAMPLE = {"name": "A", "la": "Leeds", "link": "individual"}


@pytest.fixture(scope="module")
def held(study: Study) -> list[CheckedInterview]:
    """Thirty interviews of three interviewers, each answer at random, a quarter of an hour each."""
    rng, program = Random(5), study.program("telephone")
    found: list[CheckedInterview] = []
    while len(found) < 30:
        answers = random_respondent(program, SAMPLE, rng, FIXED)
        walked = Interview(program, SAMPLE, answers)
        if walked.end != "completed":
            continue
        plain = {item: value for item, value in answers.items() if item != "K4"}
        n = len(found)
        seconds = 15 * len(walked.route)
        at = datetime(2019, 11, 19, tzinfo=UTC)
        found.append(CheckedInterview(f"C{n}", f"I{n % 3}", at, seconds, SAMPLE, plain))
    return found


def checked(study: Study, interviews: list[CheckedInterview]) -> DataQuality:
    return data_quality(study.program("telephone"), interviews, lambda end: end == "completed")


def changed(
    one: CheckedInterview, answers: dict[str, Any] | None = None, seconds: int | None = None
) -> CheckedInterview:

    return replace(one, answers={**one.answers, **(answers or {})}, seconds=one.seconds if seconds is None else seconds)


def of_kind(found: DataQuality, kind: str) -> set[str]:
    return {one.serial for one in found.flags if one.kind == kind}


def test_answers_at_random_speed_nobody_and_break_no_route(study: Study, held: list[CheckedInterview]) -> None:
    found = checked(study, held)
    assert found.interviews == 30
    assert (of_kind(found, "speeding"), of_kind(found, "route")) == (set(), set())
    assert [(one.name, one.interviews) for one in found.interviewers] == [("I0", 10), ("I1", 10), ("I2", 10)]


def test_what_is_put_there_is_found_and_named(study: Study, held: list[CheckedInterview]) -> None:
    rows = [item for item in held[3].answers if item.startswith("G1_")]
    assert len(rows) >= 3
    mine = [
        *held[:3],
        changed(held[3], dict.fromkeys(rows, 2)),
        changed(held[4], seconds=30),
        changed(held[5], {"B1": 99}),
        *held[6:],
    ]
    found = checked(study, mine)
    assert any(one.serial == "C3" and "G1 (" in one.what for one in found.flags if one.kind == "straight-lining")
    assert of_kind(found, "speeding") == {"C4"}
    assert "C5" in of_kind(found, "route")


def test_a_number_far_out_is_named_with_what_is_usual(study: Study, held: list[CheckedInterview]) -> None:
    with_hours = [one for one in held if isinstance(one.answers.get("B14"), int)]
    if len(with_hours) < 12:
        with_hours = [one for one in held if isinstance(one.answers.get("B11"), int)]
    item = "B14" if isinstance(with_hours[0].answers.get("B14"), int) else "B11"
    usual = [changed(one, {item: 35 + n % 4}) for n, one in enumerate(with_hours)]
    found = checked(study, [*usual[1:], changed(usual[0], {item: 160})])
    assert [one.serial for one in found.flags if one.kind == "outlier" and one.what.startswith(f"{item} =")] == [
        usual[0].serial
    ]


def test_somebody_who_always_codes_dont_know_stands_out(study: Study, held: list[CheckedInterview]) -> None:
    program = study.program("telephone")

    def unsure(one: CheckedInterview) -> CheckedInterview:
        answers: dict[str, Any] = dict(one.answers)
        for item in list(answers):
            step = program.step(item)
            if step is not None and step.row is not None:
                special = [option.option.code for option in step.options if option.option.key]
                answers[item] = special[0] if special else answers[item]
        return changed(one, answers)

    found = checked(study, [unsure(one) if one.interviewer == "I1" else one for one in held])
    z = {one.name: one.z for one in found.interviewers}
    assert z["I1"] is not None
    assert z["I1"] > 2.58


def test_dont_know_counts_in_a_multicode_and_not_applicable_counts_nowhere(
    study: Study, held: list[CheckedInterview]
) -> None:
    step = study.program("telephone").step("B3")
    assert step is not None
    code = next(option.option.code for option in step.options if option.option.key == "dk")
    asked = [one for one in held if "B3" in one.answers]
    assert asked
    unsure = changed(asked[0], {"B3": [code]})
    lost = {one.item: (one.answered, one.missing) for one in checked(study, [unsure]).items}
    assert lost["B3"] == (1, 1)
    hours = next(one for one in held if "B15" in one.answers)
    for key, missing in (("na", 0), ("nd", 0), ("dk", 1)):
        missed = {one.item: one.missing for one in checked(study, [changed(hours, {"B15": {"key": key}})]).items}
        assert missed.get("B15", 0) == missing


def test_each_interview_is_judged_by_the_version_it_was_held_with(study: Study, held: list[CheckedInterview]) -> None:
    name = study.files["questionnaire"]
    text = study.texts[name]
    gone = text.index("      - id: J4\n"), text.index("  - id: K\n    title: Recontact")
    newer = replace(study, texts=study.texts | {name: text[: gone[0]] + text[gone[1] :]}).program("telephone")
    mine = [replace(one, version_id=1) for one in held]

    def ends(end: str | None) -> bool:
        return end == "completed"

    assert of_kind(data_quality(newer, mine, ends), "route")
    own = data_quality(newer, mine, ends, {1: study.program("telephone")})
    assert of_kind(own, "route") == of_kind(checked(study, held), "route")


@pytest.mark.parametrize("form", get_args(Format))
def test_every_format_holds_it(study: Study, held: list[CheckedInterview], form: Format) -> None:
    made = Provenance(datetime(2019, 11, 20, tzinfo=UTC), zone=ZoneInfo("Europe/London"))
    found = checked(study, [changed(held[0], seconds=9), *held[1:]])
    content = render_data_quality(found, form, provenance=made)
    assert isinstance(content, bytes) if form == "xlsx" else "speeding" in content


def test_without_interviews_there_is_nothing_to_say(study: Study) -> None:
    found = checked(study, [])
    assert found == DataQuality(0)
    assert "0 interviews" in str(
        render_data_quality(found, "text", provenance=Provenance(datetime(2019, 1, 1, tzinfo=UTC)))
    )


# --- the statistics


def test_rho_is_one_where_interviewers_decide_and_none_where_nothing_varies() -> None:
    perfect = interviewer_effect([[1] * 5, [2] * 5])
    assert perfect is not None
    assert perfect[0] == pytest.approx(1)
    assert interviewer_effect([[1] * 5, [1] * 5]) is None
    assert interviewer_effect([[1, 2, 3]]) is None


def test_rho_worked_out_by_hand() -> None:
    # two interviewers, a yes or no: 8 of 10 and 2 of 10. SSB = 2·10·2·0.3², SSW = 2·10·2·0.16
    rho, f = interviewer_effect([[1] * 8 + [0] * 2, [1] * 2 + [0] * 8]) or (0, 0)
    between, within = 2 * 2 * 10 * 0.3**2 / 1, 2 * 2 * 10 * 0.16 / 18
    assert f == pytest.approx(between / within)
    assert rho == pytest.approx((between - within) / (between + 9 * within))


_equal = st.integers(2, 8).flatmap(
    lambda m: st.lists(st.lists(st.integers(1, 4), min_size=m, max_size=m), min_size=2, max_size=6)
)


@given(_equal)
def test_rho_lies_where_it_can(groups: list[list[int]]) -> None:
    effect = interviewer_effect(groups)
    if effect is not None:
        assert -1 / (len(groups[0]) - 1) - 1e-9 <= effect[0] <= 1 + 1e-9
        assert effect[1] >= 0


def test_z_of_two_shares() -> None:
    assert z_of(30, 100, 10, 100) == pytest.approx(3.5355, abs=1e-3)
    assert z_of(0, 10, 0, 10) is None
    assert z_of(1, 0, 1, 2) is None
