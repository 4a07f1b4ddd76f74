"""A copy of all that is held on somebody: nothing that the database has of them is missing, and it can be read."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.cli.personal_copy_text import copy_lines
from cati.desk import data_requests, respondent_copy
from cati.desk.data_requests import answered
from cati.desk.deadlines import advised_on, due_on
from cati.errors import InputError
from cati.storage import Store
from cati.studies import Study
from cati.studies.bank_holidays import bank_holidays

from .respondent_tools import ANSWERS, NAME, SECRETS, SERIAL, interviewed, people


@pytest.fixture
def held(shop: Store, study: Study, clock: Any) -> Store:
    interviewed(shop, study, clock)
    return shop


def test_nothing_is_missing_from_the_copy(held: Store, study: Study) -> None:
    found = respondent_copy(held, study, SERIAL)
    text = json.dumps(found, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret not in text] == []
    read = "\n".join(copy_lines(found))
    assert [secret for secret in SECRETS if secret not in read] == []


def test_answers_come_with_their_questions_and_in_words(held: Store, study: Study) -> None:
    interview = next(each for each in respondent_copy(held, study, SERIAL)["interviews"] if each["mode"] == "telephone")
    answers = {each["item"]: each for each in interview["answers"]}
    assert set(ANSWERS) <= set(answers)
    assert answers["B1"]["answer"].endswith("(1)")
    assert answers["B1"]["question"].startswith("Are you currently working in a Local authority")
    assert NAME in answers["S1"]["question"]
    assert answers["B2_7_text"]["answer"] == "seahorse"
    assert [each["value"] for each in interview["late"] if each["kind"] == "answer"] == ["telescope"]


def test_a_copy_of_nobody_is_refused(shop: Store, study: Study) -> None:
    with pytest.raises(InputError, match="no case 'Q9'"):
        respondent_copy(shop, study, "Q9")


def test_of_others_nothing_is_in_it(held: Store, study: Study) -> None:
    assert "Person 1" not in json.dumps(respondent_copy(held, study, SERIAL))


def test_a_copy_that_was_given_is_in_the_log(held: Store, study: Study, clock: Any) -> None:
    _, ruth = people(held)
    due = answered(held, study, SERIAL, "copy", ruth, clock.now.date())
    listed = data_requests(held, study)
    assert [(each.kind, each.due_on, each.is_open) for each in listed] == [("copy", due, False)]
    assert respondent_copy(held, study, SERIAL)["requests"][0]["decision"] == "answered"


# --- by when


def none(_: date) -> bool:
    return False


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2024, 9, 3), date(2024, 10, 3)),  # the example of the ICO
        (date(2026, 1, 31), date(2026, 3, 2)),  # no 31 February; the 28th is a Saturday
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 12, 10), date(2027, 1, 11)),  # a Sunday, and the next year
        (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, its substitute, a weekend
        (date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
    ],
)
def test_the_last_day_is_a_month_on_and_a_working_day(received: date, due: date) -> None:
    holidays = bank_holidays(date(2024, 1, 1), date(2027, 12, 31))
    assert due_on(received, holidays.__contains__) == due


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_last_day_is_never_before_the_day_advised_but_for_short_months(received: date) -> None:
    due = due_on(received, none)
    assert due.weekday() < 5
    assert 28 <= (due - received).days <= 33
    assert advised_on(received) <= due
