"""The schemes and the questionnaires agree: the answers listed for an outcome lead to it, and nothing ends unlisted."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.outcomes import Outcome, Scheme
from cati.studies import Study, load_study


@pytest.fixture(scope="module", params=["wave2", "asye"])
def study(request: pytest.FixtureRequest) -> Study:
    return load_study(request.param)


def answer_sets(outcome: Outcome) -> list[dict[str, Any]]:
    """Every combination of the codes listed, as the questionnaire takes answers."""
    return [
        {item: code if isinstance(code, int) else {"key": code} for item, code in zip(listed, codes, strict=True)}
        for listed in outcome.answers
        for codes in product(*listed.values())
    ]


def held(study: Study, answers: dict[str, Any]) -> Interview:
    link = "open" if "B1b" in answers else "individual"
    return Interview(study.program("telephone"), {"name": "A N Other", "la": "Leeds", "link": link}, answers)


def test_the_answers_listed_for_an_outcome_end_the_call_with_it(study: Study) -> None:
    ended = {
        outcome.key: {held(study, answers).end for answers in answer_sets(outcome)}
        for outcome in study.scheme.outcomes.values()
        if outcome.answers and not outcome.ends_questionnaire
    }
    assert ended == {key: {key} for key in ended}
    assert len(ended) >= 14


def test_the_answers_listed_for_an_interview_lead_into_it(study: Study) -> None:
    (completed,) = [outcome for outcome in study.scheme.outcomes.values() if outcome.ends_questionnaire]
    assert {held(study, answers).next for answers in answer_sets(completed)} == {"B1"}


def test_every_end_of_the_screener_is_listed_in_the_scheme(study: Study) -> None:
    listed = {
        tuple(sorted(answers.items())): outcome.key
        for outcome in study.scheme.outcomes.values()
        for answers in answer_sets(outcome)
        if all(isinstance(code, int) for code in answers.values()) and not outcome.ends_questionnaire
    }
    no = {"wave2": (1, 2), "asye": (3, 4)}[study.id]
    screener = [{"S1": code} for code in range(1, 18)]
    screener += [{"S1": s1, "S2": code} for s1 in (1, 2) for code in range(1, 12)]
    screener += [{"S1": s1, "S2": s2, "S3": s3} for s1 in (1, 2) for s2 in (4, 5, 6) for s3 in no]
    screener += [{"S1": s1, "S2": 1, "S4": 2} for s1 in (1, 2)]
    screener += [{"S1": 14, "S2a": code} for code in (1, 2)]
    ends = {tuple(sorted(answers.items())): held(study, answers).end for answers in screener}
    assert {key: end for key, end in ends.items() if end is not None} == {
        key: outcome for key, outcome in listed.items() if not any(item.startswith("B") for item, _ in key)
    }


def test_the_shipped_schemes_are_the_ones_the_studies_use(study: Study, wave2: Scheme, asye: Scheme) -> None:
    assert study.scheme.hash == {"wave2": wave2, "asye": asye}[study.id].hash
