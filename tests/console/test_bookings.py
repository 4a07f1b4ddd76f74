"""An appointment while it is being made: clashes, crowds, other zones, clock changes; and a database that is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from cati.console.interviewer.effects import CheckBooking, CloseCall, Failure
from cati.storage.tables import cases

from .conftest import Clock, Seat, Sit


def words(seat: Seat) -> str:
    """What is on the screen, as one line."""
    return " ".join(seat.screen.split())


def booked(seat: Seat) -> Any:
    """The appointment that was logged last."""
    return next(effect.result.appointment for effect in reversed(seat.desk.done) if isinstance(effect, CloseCall))


@pytest.fixture
def busy(sit: Sit) -> Seat:
    """Jo has an appointment tomorrow at two with case 1000, and is about to make another with 1001."""
    seat = sit().type("3", "tomorrow 2pm", "", "", "", "", "", "3")
    assert (seat.state, seat.controller.card.serial) == ("appointment", "1001")
    return seat


def test_a_clash_is_told_and_enter_again_takes_it_all_the_same(busy: Seat) -> None:
    busy.type("tomorrow 14:10")
    assert "! You have an appointment at 14:00 with case 1000 (Ann Other)." in busy.screen
    assert "! 14:00–14:15 has 2 appointments for 1 interviewer: offer another time." in busy.screen
    assert "! 13:45 or 14:15 are free." in busy.screen
    assert "Thu 21 Nov, 14:10 (tomorrow). See above what speaks against it. Enter again takes it all the same." in (
        " ".join(busy.message.split())
    )
    busy.type("")
    assert busy.state == "last_note"
    busy.type("")
    assert (
        "! You have an appointment at 14:00 with case 1000 (Ann Other)." in busy.screen
    )  # once more before it is logged
    busy.type("")
    assert booked(busy).at.isoformat() == "2019-11-21T14:10:00+00:00"


def test_whoever_types_ahead_is_told_of_a_clash_once_it_is_logged(busy: Seat) -> None:
    busy.driver.press(*"tomorrow 2pm", *["enter"] * 4)
    assert busy.state == "ready"
    assert busy.message == (
        "Logged: Hard appointment, case 1001. F8 to undo (60 s). "
        "Booked all the same: You have an appointment at 14:00 with case 1000 (Ann Other)."
    )
    busy.type("<f8>")
    assert "! You have an appointment at 14:00 with case 1000 (Ann Other)." in busy.screen


def test_another_time_is_checked_anew_and_what_was_said_of_the_first_goes(busy: Seat) -> None:
    busy.type("tomorrow 2pm", "<backspace>")
    assert "You have an appointment" not in busy.screen
    busy.type("<ctrl+u>", "tomorrow 14:30")
    assert busy.message == "Thu 21 Nov, 14:30 (tomorrow). Enter again takes it."
    assert "!" not in busy.screen
    busy.type("", "", "")
    assert booked(busy).at.isoformat() == "2019-11-21T14:30:00+00:00"


def test_what_speaks_against_it_is_seen_again_on_the_way_back(busy: Seat) -> None:
    busy.type("tomorrow 2pm", "", "<backspace>")
    assert busy.state == "appointment"
    assert "Held now: Thu 21 Nov, 14:00 (tomorrow)" in busy.screen
    assert "! You have an appointment at 14:00 with case 1000 (Ann Other)." in busy.screen
    busy.type("")
    assert busy.state == "last_note"


def test_a_key_between_is_no_second_enter(busy: Seat) -> None:
    busy.type("tomorrow 2pm", "x")
    assert busy.state == "appointment"
    assert "Backspace first." in busy.message


def test_all_of_what_is_said_fits_a_small_screen(sit: Sit) -> None:
    seat = sit().type("3", "tomorrow 11pm", "", "", "")
    with seat.desk.store.write() as connection:
        connection.execute(update(cases).where(cases.c.serial == "1001").values(timezone="America/Los_Angeles"))
        connection.execute(update(cases).where(cases.c.serial == "1000").values(name="Wilhelmina " * 12))
    seat.type("", "", "3", "tomorrow 11:05pm")
    said = words(seat)
    for part in (
        "8 hours behind London",
        "that is 15:05 in Los Angeles",
        "You have an appointment at 23:00 with case 1000 (Wilhelmina",
        "23:00–23:15 has 2 appointments for 1 interviewer: offer another time.",
        "Enter again takes it all the same.",
        "For example: tomorrow 2pm",
    ):
        assert part in said
    assert "more lines" not in said


@pytest.fixture
def abroad(sit: Sit, clock: Clock) -> Callable[[str], Seat]:
    """A case whose respondent lives elsewhere, at S1."""
    del clock

    def seat(zone: str) -> Seat:
        taken = sit(dialled=False)
        with taken.desk.store.write() as connection:
            connection.execute(update(cases).where(cases.c.serial == "1000").values(timezone=zone))
        return taken.type("")

    return seat


def test_card_facts_and_appointment_say_both_times(abroad: Callable[[str], Seat]) -> None:
    seat = abroad("America/New_York")
    assert "! The respondent's clocks (New York) are 5 hours behind London." in seat.screen
    seat.type("<f5>")
    assert "The respondent's clocks (New York) are 5 hours behind London." in seat.screen
    seat.type("", "", "3")
    assert "The respondent's clocks (New York) are 5 hours behind London. Type the time that it is in London then." in (
        words(seat)
    )
    seat.type("tomorrow 2pm")
    assert seat.message == "Thu 21 Nov, 14:00 (tomorrow); that is 09:00 in New York. Enter again takes it."
    seat.type("<ctrl+u>", "tomorrow 10am")
    assert "! That is 05:00 in New York: outside calling hours, which are 09:00 to 20:30 on a Thursday: " in words(seat)
    seat.type("<ctrl+u>", "tomorrow 2-4pm", "", "", "")
    assert booked(seat).at.isoformat() == "2019-11-21T14:00:00+00:00"
    with seat.desk.store.write() as connection:
        connection.execute(update(cases).where(cases.c.serial != "1000").values(next_class=None))
    seat.desk._clock.now = booked(seat).at
    seat.type("")
    assert "Thu 21 Nov 14:00-16:00, 09:00 to 11:00 in New York (hard, booked), Jo" in words(seat)


def test_where_the_clocks_show_the_same_nothing_is_said_of_them(abroad: Callable[[str], Seat]) -> None:
    seat = abroad("Europe/Lisbon")
    assert "clocks" not in seat.screen
    seat.type("", "3", "tomorrow 2pm")
    assert seat.message == "Thu 21 Nov, 14:00 (tomorrow). Enter again takes it."


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("29/3/2020 1:30am", "01:30 on Sun 29 Mar does not exist: the clocks go forward then"),
        ("25/10/2020 1:30am", "01:30 on Sun 25 Oct comes twice: the clocks go back then"),
    ],
)
def test_a_time_within_a_clock_change_is_refused(sit: Sit, typed: str, why: str) -> None:
    seat = sit().type("3", typed, "")
    assert seat.state == "appointment"
    assert why in " ".join(seat.message.split())
    assert not any(isinstance(effect, CheckBooking) for effect in seat.desk.done)


def test_a_database_that_is_away_blocks_no_booking(sit: Sit) -> None:
    seat = sit().type("3")
    seat.desk.failing[CheckBooking] = Failure("outside", "The disk is away.")
    seat.type("tomorrow 11pm")
    assert "! Outside calling hours" in seat.screen
    assert "Whether it clashes with other appointments could not be looked up: The disk is away." in words(seat)
    seat.type("")
    assert seat.state == "last_note"
    seat.type("", "")
    assert booked(seat).at.isoformat() == "2019-11-21T23:00:00+00:00"


def test_keys_typed_while_the_desk_looks_keep_their_order(sit: Sit) -> None:
    seat = sit()
    held: list[Any] = []
    perform = seat.driver._perform

    def slowly(effect: Any) -> None:
        if isinstance(effect, CheckBooking):
            held.append(effect)
        else:
            perform(effect)

    seat.driver._perform = slowly
    keys = "3\ntomorrow 2pm\n\nring twice\n\n\n"
    seat.driver.press(*("enter" if char == "\n" else char for char in keys))
    assert seat.state == "appointment"
    assert seat.driver.waiting == len("\nring twice\n\n\n")
    seat.driver.reply(seat.desk.reply_to(held[0]))
    assert (seat.state, seat.controller.card.serial) == ("card", "1001")
    assert booked(seat).at.isoformat() == "2019-11-21T14:00:00+00:00"
    assert seat.driver.waiting == 0


def test_a_case_lost_meanwhile_is_told_and_nothing_is_booked(sit: Sit, clock: Clock) -> None:
    seat = sit().type("3")
    clock.forward(minutes=10)
    sit("Kim", dialled=False).type("")
    seat.type("today 12pm", "", "", "")
    assert seat.state == "ready"
    assert "no longer yours" in seat.message
