"""Whoever does not agree to be contacted again is called by nobody, from the moment that the sample says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cati.desk import (
    Booking,
    Interviewer,
    Release,
    Result,
    SampleRow,
    case_card,
    close_call,
    day,
    issue_sample,
    load_sample,
    next_case,
    release,
    resume_held,
    sign_in,
    start_call,
)
from cati.errors import InputError
from cati.storage import Store, verify
from cati.studies import Study

DECLINED = "Did not agree to be contacted again"
Row = Callable[[int], SampleRow]


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


def test_consent_withdrawn_stops_the_calls_at_once(
    shop: Store, study: Study, ann: Interviewer, sample_row: Row
) -> None:
    load_sample(shop, [replace(sample_row(1), recontact="no")], study=study)
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    assert delivery.card.serial == "C2"
    assert case_card(shop, study, "C1").reason == DECLINED
    assert verify(shop) == []


def test_consent_withdrawn_outranks_an_appointment_which_stands_again_with_it(
    shop: Store, study: Study, ann: Interviewer, sample_row: Row, clock: Any
) -> None:
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    at = clock.now + timedelta(hours=1)
    close_call(shop, study, delivery.hold, made, Result("hard_appointment", appointment=Booking("hard", at)))
    load_sample(shop, [replace(sample_row(1), recontact="no")], study=study)
    assert day(shop, study, ann).appointments == ()
    clock.now = at
    other = next_case(shop, study, ann)
    assert other is not None
    assert other.card.serial == "C2"
    load_sample(shop, [replace(sample_row(1), recontact="yes")], study=study)
    again = next_case(shop, study, ann)
    assert again is not None
    assert again.card.serial == "C1"


def test_a_case_in_hand_is_not_dialled_once_consent_is_withdrawn(
    shop: Store, study: Study, ann: Interviewer, sample_row: Row
) -> None:
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    load_sample(shop, [replace(sample_row(1), recontact="no")], study=study)
    with pytest.raises(InputError, match=f"{DECLINED}.*Do not dial"):
        start_call(shop, study, delivery.hold, delivery.card.next_number)
    release(shop, delivery.hold)
    assert resume_held(shop, study, ann) is None


def test_consent_given_after_all_issues_the_case(shop: Store, study: Study, ann: Interviewer, sample_row: Row) -> None:
    row = replace(sample_row(6), serial="A6", recontact="no")
    load_sample(shop, [row], study=study)
    assert case_card(shop, study, "A6").reason == DECLINED
    assert issue_sample(shop, study, Release()).issued == 0
    load_sample(shop, [replace(row, recontact="yes")], study=study)
    card = case_card(shop, study, "A6")
    assert (card.issued, card.reason) == (True, "Not called yet")
    offered = set()
    while (delivery := next_case(shop, study, ann)) is not None:
        offered.add(delivery.card.serial)
    assert "A6" in offered
    assert verify(shop) == []


def test_a_blank_cell_is_no_consent(shop: Store, study: Study, sample_row: Row) -> None:
    load_sample(shop, [replace(sample_row(1), recontact="no")], study=study)
    assert load_sample(shop, [replace(sample_row(1), recontact="")], study=study).unchanged == 1
    assert case_card(shop, study, "C1").reason == DECLINED


def test_consent_given_after_all_does_not_issue_a_sample_that_is_to_wait(
    store: Store, study: Study, sample_row: Row
) -> None:
    from cati.desk import install_study

    install_study(store, study)
    load_sample(store, [replace(sample_row(1), recontact="no")], study=study, issue=False)
    load_sample(store, [replace(sample_row(1), recontact="yes")], study=study, issue=False)
    assert case_card(store, study, "C1").reason == "Not issued to the telephone"
