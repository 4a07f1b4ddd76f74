"""A copy of all that is held on somebody: nothing that the database has of them is missing, and it can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.cli.personal_copy_text import copy_lines
from cati.desk import SampleRow, data_requests, install_study, load_sample, respondent_copy
from cati.desk.data_requests import answered
from cati.desk.deadlines import advised_on, due_on
from cati.errors import InputError
from cati.storage import Store
from cati.storage.scratch import scratch_store
from cati.studies import Study
from cati.studies.bank_holidays import bank_holidays

from .respondent_tools import ANSWERS, NAME, SECRETS, SERIAL, interviewed, people


@pytest.fixture(scope="module")
def held(study: Study, now: Any) -> Iterator[Store]:
    """One desk for all that only read."""
    with scratch_store(now) as store:
        install_study(store, study)
        load_sample(store, [SampleRow("C1", name="Person 1", phones=("01632 960001",))], study=study)
        interviewed(store, study, now)
        yield store


@pytest.fixture(scope="module")
def now() -> Any:
    return Clock()


class Clock:
    """The clock of that desk, which goes when it is told to."""

    now = datetime(2019, 11, 19, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


def test_nothing_is_missing_from_the_copy(shop: Store, study: Study, clock: Any) -> None:
    interviewed(shop, study, clock)
    found = respondent_copy(shop, study, SERIAL)
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


def test_a_copy_of_nobody_is_refused(held: Store, study: Study) -> None:
    with pytest.raises(InputError, match="no case 'Q9'"):
        respondent_copy(held, study, "Q9")


def test_of_others_nothing_is_in_it(held: Store, study: Study) -> None:
    assert "Person 1" not in json.dumps(respondent_copy(held, study, SERIAL))


def test_a_copy_that_was_given_is_in_the_log(held: Store, study: Study, now: Any) -> None:
    _, ruth = people(held)
    due = answered(held, study, SERIAL, "copy", ruth, now.now.date())
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
