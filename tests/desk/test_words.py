"""Why a case comes now, as the card says it."""

from __future__ import annotations

from typing import Any

import pytest

from cati.desk import Interviewer, Refusal, Result, close_call, next_case, record_event, sign_in, start_call, take_case
from cati.desk.words import with_place
from cati.fieldwork import Group, Place
from cati.storage import Store
from cati.studies import Study

REASON = "No reply twice; due again since 11:20"


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


def called(store: Store, study: Study, who: Interviewer, serial: str, result: Result) -> None:
    hold = take_case(store, study, who, serial).hold
    close_call(store, study, hold, start_call(store, study, hold, None), result)


@pytest.mark.parametrize(
    ("place", "slots", "said"),
    [
        ("hard", (), REASON),
        ("soft", (), REASON),
        ("interrupted", ("weekend",), REASON),
        ("missed", (), f"Missed: {REASON}"),
        ("promised", (), REASON),
        ("last_chance", ("weekend",), f"{REASON}. Last chance: weekend does not come again before fieldwork ends"),
        ("fresh", (), REASON),
        ("called", (), REASON),
        ("called", ("weekday_evening",), f"{REASON}. Tried least at this time of the week (weekday evening)"),
        ("called", ("a", "b", "c"), f"{REASON}. Tried least at this time of the week"),
        ("late", (), REASON),
        (
            "late",
            ("weekend", "weekday_evening"),
            f"{REASON}. The time of the week at which it was tried least (weekend or weekday evening) went by without "
            "a call",
        ),
    ],
)
def test_the_place_in_the_order_is_said_where_the_reason_does_not(
    place: Place, slots: tuple[str, ...], said: str
) -> None:
    assert with_place(REASON, place, Group(3, "Europe/London", slots=slots)) == said


def test_a_case_opened_again_says_so_and_what_came_before(shop: Store, study: Study, ann: Interviewer) -> None:
    called(shop, study, ann, "C1", Result("refusal", refusal=Refusal("hard", "respondent")))
    record_event(shop, study, "C1", "reopening", who="Sue")
    assert take_case(shop, study, ann, "C1").card.reason == "Opened again (last call: Refusal)"


def test_an_interrupted_call_says_what_came_before_it(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    called(shop, study, ann, "C1", Result("no_reply"))
    hold = take_case(shop, study, ann, "C1").hold
    start_call(shop, study, hold, None)
    clock.forward(minutes=5)
    delivery = next_case(shop, study, sign_in(shop, "Bob"))
    assert delivery is not None
    assert delivery.card.serial == "C1"
    assert delivery.card.reason == "Call by Ann today 10:00 was interrupted. Before that: No reply or answer phone"
