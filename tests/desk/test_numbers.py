"""The numbers of a case: the sample's, and those that somebody gave on the telephone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cati.desk import (
    Closed,
    Delivery,
    Interviewer,
    Result,
    SampleRow,
    case_card,
    close_call,
    load_sample,
    next_case,
    release,
    sign_in,
    start_call,
    undo_close,
)
from cati.errors import InputError
from cati.storage import Store, verify
from cati.studies import Study

Row = Callable[[int], SampleRow]
LEEDS = "+441134960001"


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


@pytest.fixture(autouse=True)
def case(shop: Store, study: Study, sample_row: Row) -> SampleRow:
    """The first case of the shop, with two numbers as a sample file brings them."""
    row = replace(sample_row(1), phones=(LEEDS, "+441134960002"))
    load_sample(shop, [row], study=study)
    return row


def refer(store: Store, study: Study, who: Interviewer, digits: str) -> tuple[Delivery, Closed]:
    delivery = next_case(store, study, who)
    assert delivery is not None
    made = start_call(store, study, delivery.hold, delivery.card.next_number)
    return delivery, close_call(store, study, delivery.hold, made, Result("referral_number", referral_number=digits))


def numbers(store: Store, study: Study, serial: str = "C1") -> list[tuple[str, str]]:
    return [(held.number, held.source) for held in case_card(store, study, serial).numbers]


def test_a_new_number_is_kept_in_the_one_form_that_numbers_have(shop: Store, study: Study, ann: Interviewer) -> None:
    refer(shop, study, ann, "(01632) 960 099")
    assert numbers(shop, study)[-1] == ("+441632960099", "referral")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("((((12345", "too few digits|not certain"),
        ("0909 879 0005", "premium rate"),
        ("ask for Jo", "letters in it"),
        ("0113 496 0001", "the number just dialled"),
    ],
)
def test_what_is_no_new_number_to_call_is_refused_and_the_call_stays_open(
    shop: Store, study: Study, ann: Interviewer, case: SampleRow, typed: str, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        refer(shop, study, ann, typed)
    card = case_card(shop, study, case.serial)
    assert (card.held_by, card.attempts, len(card.numbers)) == ("Ann", 0, 2)


def test_undo_leaves_a_number_of_the_sample_that_was_given_again(shop: Store, study: Study, ann: Interviewer) -> None:
    before = numbers(shop, study)
    _, closed = refer(shop, study, ann, "0113 496 0002")
    assert case_card(shop, study, "C1").next_number == case_card(shop, study, "C1").numbers[1].id
    back = undo_close(shop, study, ann, closed)
    assert numbers(shop, study) == before
    assert [held.state for held in back.card.numbers] == ["untried", "untried"]


def test_undo_withdraws_again_a_number_that_the_result_had_brought_back(
    shop: Store, study: Study, ann: Interviewer, case: SampleRow
) -> None:
    load_sample(shop, [replace(case, phones=(LEEDS,))], study=study)
    _, closed = refer(shop, study, ann, "0113 496 0002")
    assert numbers(shop, study) == [(LEEDS, "sample"), ("+441134960002", "referral")]
    undo_close(shop, study, ann, closed)
    assert numbers(shop, study) == [(LEEDS, "sample")]


def test_a_referral_taken_back_can_be_loaded_as_a_number_of_the_sample(
    shop: Store, study: Study, ann: Interviewer, case: SampleRow
) -> None:
    _, closed = refer(shop, study, ann, "0113 496 0009")
    release(shop, undo_close(shop, study, ann, closed).hold)
    row = replace(case, phones=("+441134960009",))
    assert load_sample(shop, [row], study=study).updated == 1
    assert numbers(shop, study) == [("+441134960009", "sample")]
    assert case_card(shop, study, "C1").reason != "No number to call"
    assert load_sample(shop, [row], study=study).unchanged == 1
    assert verify(shop) == []


def test_a_referral_that_the_sample_names_too_stays_one(
    shop: Store, study: Study, ann: Interviewer, case: SampleRow
) -> None:
    refer(shop, study, ann, "0113 496 0009")
    row = replace(case, phones=(*case.phones, "+441134960009"))
    assert load_sample(shop, [row], study=study).unchanged == 1
    load_sample(shop, [replace(case, phones=(LEEDS,))], study=study)
    assert numbers(shop, study) == [(LEEDS, "sample"), ("+441134960009", "referral")]
