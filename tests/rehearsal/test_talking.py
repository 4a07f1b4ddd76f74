"""What is typed in a call leads to its outcome on the real questionnaire."""

from __future__ import annotations

from random import Random

import pytest

from cati.interview.interview import Interview
from cati.rehearsal.talking import Script
from cati.studies import Study, load_study

SAMPLE = {"link": "individual", "name": "A N Other"}


@pytest.fixture(scope="module", params=["wave2", "asye"])
def script(request: pytest.FixtureRequest) -> Script:
    return Script(load_study(request.param))


@pytest.mark.parametrize(
    "outcome",
    [
        "completed",
        "refusal",
        "refusal_company_policy",
        "hard_appointment",
        "soft_appointment",
        "call_back_business_hours",
        "engaged",
        "no_reply",
        "unobtainable",
        "wrong_number",
        "left_no_forwarding",
        "referral_number",
        "online_requested",
    ],
)
def test_the_answers_lead_to_the_outcome(script: Script, outcome: str) -> None:
    for seed in range(5):
        interview = Interview(script.program, SAMPLE)
        typed = list(script.answers(interview, outcome, Random(seed), "+447700900123"))
        assert interview.end == outcome
        assert interview.missing() == []
        again = Interview(script.program, SAMPLE, dict(typed))
        assert again.end == outcome


def test_who_is_found_not_eligible_says_so_in_the_questionnaire() -> None:
    script = Script(load_study("asye"))
    for seed in range(5):
        interview = Interview(script.program, SAMPLE)
        assert list(script.answers(interview, "not_eligible", Random(seed), ""))
        assert interview.end == "not_eligible"


def test_an_interview_taken_up_again_goes_on_and_may_still_be_refused(script: Script) -> None:
    begun = Interview(script.program, SAMPLE)
    typed = dict(list(script.answers(begun, "suspended", Random(1), ""))[:20])
    kept = {item: value for item, value in typed.items() if item not in script.program.per_call}
    for seed in range(10):
        interview = Interview(script.program, SAMPLE, kept)
        said = list(script.answers(interview, "refusal", Random(seed), ""))
        assert interview.end == "refusal"
        assert len(said) <= 3  # in the screener, not after the whole interview
        interview = Interview(script.program, SAMPLE, kept)
        rest = [item for item, _ in script.answers(interview, "completed", Random(seed), "")]
        assert interview.end == "completed"
        assert not set(rest) & set(kept)


def test_an_outcome_that_no_answers_lead_to_gets_none(study: Study) -> None:
    assert (
        list(Script(study).answers(Interview(study.program("telephone"), SAMPLE), "not_eligible", Random(1), "")) == []
    )
