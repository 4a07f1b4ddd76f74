"""Signing in at a locked desk, and messages on the ready screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cati import desk
from cati.console.interviewer import effects
from cati.desk import Actor
from cati.storage import open_store

from .conftest import Clock, Desk, Seat, Sit

pytestmark = pytest.mark.usefixtures("quick_pins")


@pytest.fixture
def boss(database: Path, clock: Clock) -> Actor:
    """The administrator, in an open desk."""
    store = open_store(str(database), clock=clock)
    desk.appoint_administrator(store)
    who = desk.sign_in_as(store, None)
    store.close()
    return who


@pytest.fixture
def locked(database: Path, clock: Clock, boss: Actor) -> Iterator[Callable[..., Seat]]:
    """Sits down at the console of the same desk, where Jo has the PIN /4711."""
    store = open_store(str(database), clock=clock)
    desk.set_pin(store, boss, "administrator", "s3cret!")
    desk.set_pin(store, desk.sign_in_as(store, "administrator", "s3cret!"), "Jo", "/4711")
    store.close()
    sat: list[Any] = []

    def seat(name: str = "", secret: str | None = None) -> Seat:
        work = Desk(str(database), clock)
        work._secret = secret
        work.open()
        sat.append(work)
        return Seat(work, clock, name)

    yield seat
    for work in sat:
        work.close()


def test_a_locked_desk_asks_for_the_pin_and_shows_nothing_of_it(locked: Callable[..., Seat]) -> None:
    seat = locked()
    seat.type("jo")
    assert (seat.state, "This desk is locked, Jo." in seat.screen) == ("pin", True)
    seat.driver.press(*"/4711")
    assert "•••••" in seat.screen
    assert "4711" not in seat.screen
    assert "4711" not in repr(seat.controller.page())
    seat.driver.press("enter")
    assert seat.state == "ready"
    assert "4711" not in repr(seat.desk.done)


def test_a_wrong_pin_lets_nobody_in_and_nobody_signs_in_by_another_name(locked: Callable[..., Seat]) -> None:
    seat = locked()
    seat.type("Jo", "0815")
    assert (seat.state, seat.message) == ("pin", "That is not the PIN of Jo.")
    assert "•" not in seat.screen
    seat.type("")
    assert seat.message == "Type your PIN and press Enter."
    seat.driver.press("backspace")
    assert seat.state == "sign_in"
    seat.type("administrator", "/4711")
    assert (seat.state, seat.message) == ("pin", "That is not the PIN of administrator.")
    assert not [effect for effect in seat.desk.done if isinstance(effect, effects.NextCase)]


def test_a_new_name_is_not_added_at_a_locked_desk(locked: Callable[..., Seat]) -> None:
    seat = locked()
    seat.type("Eve")
    assert seat.state == "sign_in"
    assert "Nobody called 'Eve' has signed in here" in seat.message


def test_a_pin_that_was_handed_in_is_tried_once(locked: Callable[..., Seat]) -> None:
    assert locked("Jo", "/4711").state == "ready"
    seat = locked("Jo", "wrong")
    assert (seat.state, "not the PIN of Jo" in seat.message) == ("sign_in", True)
    seat.driver.press("backspace", "o", "enter")
    assert seat.state == "pin"


def test_messages_wait_on_the_ready_screen_and_a_key_marks_them_read(
    sit: Sit, database: Path, clock: Clock, boss: Actor
) -> None:
    store = open_store(str(database), clock=clock)
    try:
        seat = sit(dialled=False)
        assert "read" not in seat.message
        desk.send_message(store, boss, "Jo", "Case 1001 rang back [/b]")
        told = seat.desk.renew()
        assert seat.driver.hear(told)
        assert "A message from administrator: see above." in seat.screen
        assert "administrator, Wed 11:00: Case 1001 rang back [/b]" in seat.screen
        assert "F4: you have read this." in seat.screen
        seat.type("<f4>")
        assert "rang back" not in seat.screen
        assert [each.read_at for each in desk.list_messages(store)] == [clock.now]
        seat.type("<f4>")
        assert seat.message == "There is no message to you that you have not read."
        seat.type("/read")
        assert seat.state == "ready"
    finally:
        store.close()


def test_a_message_never_comes_into_a_call(sit: Sit, database: Path, clock: Clock, boss: Actor) -> None:
    store = open_store(str(database), clock=clock)
    try:
        seat = sit()
        desk.send_message(store, boss, None, "Tea at four")
        before = seat.screen
        told = seat.desk.renew()
        assert told is None or not seat.driver.hear(told)
        assert seat.screen == before
        seat.type("<f6>", "<f2>")
        assert "Tea" not in seat.screen
    finally:
        store.close()
