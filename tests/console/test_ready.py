"""Between two cases: what is callable, her appointments, her day; kept true while nothing is pressed."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from textual import events

from cati.console.interviewer import plain, session
from cati.console.interviewer.app import InterviewerApp
from cati.console.interviewer.effects import Failure, SignIn
from cati.desk import PRESENCE, Day, DayAppointment
from cati.errors import OutsideError
from cati.storage import Store, open_store
from cati.storage.tables import cases, interviewer

from .conftest import NOW, Clock, Desk, Seat, Sit


def words(seat: Seat) -> str:
    """What is on the screen, as one line."""
    return " ".join(seat.screen.split())


def beat(seat: Seat) -> bool:
    """The heartbeat of the seat; is there anything that she should hear of?"""
    told = seat.desk.renew()
    assert not isinstance(told, Failure)
    return told is not None and seat.driver.hear(told)


def present_until(store: Store, name: str) -> Any:
    with store.read() as connection:
        return connection.execute(select(interviewer.c.present_until).where(interviewer.c.name == name)).scalar_one()


def only(seat: Seat, serial: str) -> None:
    """No other case is to be called any more."""
    with seat.desk.store.write() as connection:
        connection.execute(update(cases).where(cases.c.serial != serial).values(next_class=None))


def an_appointment(sit: Sit, when: str, name: str = "Kim") -> None:
    """Somebody books the next case for a time, and signs out."""
    seat = sit(name)
    seat.type("3", when, "", "", "", "/quit", "")
    assert seat.driver.left


# --- presence


def test_the_heartbeat_tells_that_she_is_there_with_a_case_and_without(sit: Sit, clock: Clock) -> None:
    seat = sit(dialled=False)
    for typed in ("", ""):
        clock.forward(seconds=20)
        beat(seat)
        assert present_until(seat.desk.store, "Jo") == clock.now + PRESENCE
        seat.type(typed)
    assert seat.item == "S1"
    clock.forward(seconds=20)
    assert seat.desk.renew() is None
    assert present_until(seat.desk.store, "Jo") == clock.now + PRESENCE


def test_before_anybody_signs_in_no_heart_beats(sit: Sit) -> None:
    seat = sit("", dialled=False)
    assert seat.desk.renew() is None


def test_signing_out_ends_her_presence_and_no_late_heartbeat_brings_it_back(sit: Sit, clock: Clock) -> None:
    seat = sit(dialled=False)
    clock.forward(seconds=5)
    seat.type("<ctrl+q>", "")
    assert seat.driver.left
    assert present_until(seat.desk.store, "Jo") == clock.now
    clock.forward(seconds=5)
    assert seat.desk.renew() is None
    assert present_until(seat.desk.store, "Jo") == clock.now - timedelta(seconds=5)


def test_a_database_out_of_reach_loses_nothing_at_a_heartbeat(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    seat = sit(dialled=False)

    def gone(*args: object) -> None:
        del args
        raise OutsideError("The disk is away.")

    with monkeypatch.context() as patch:
        patch.setattr("cati.desk.present", gone)
        assert seat.desk.renew() is None
    with monkeypatch.context() as patch:
        patch.setattr("cati.desk.day", gone)
        assert seat.desk.renew() is None
    assert seat.state == "ready"
    assert isinstance(seat.desk.renew(), Day)


def test_at_the_end_of_its_input_the_line_mode_signs_out(sit: Sit, clock: Clock) -> None:
    seat = sit("Kim", dialled=False)
    clock.forward(seconds=5)
    assert plain.PlainConsole(seat.desk, StringIO("\n"), StringIO(), "Kim").run() == 0
    assert present_until(seat.desk.store, "Kim") == clock.now
    assert "Callable now: 4" in sit(dialled=False).screen  # the case on the card went back


# --- what is seen


def test_her_own_day_is_counted(sit: Sit, clock: Clock) -> None:
    seat = sit(dialled=False)
    assert "Your calls today: 0 completes: 0 signed in for 0 min" in words(seat)
    seat.type("", "")
    clock.forward(minutes=1)
    seat.type("9", "", "")
    clock.forward(minutes=64)
    assert not beat(seat)
    assert "Callable now: 4" in seat.screen
    assert "Your calls today: 1 completes: 0 signed in for 1 h 05 min" in words(seat)
    seat.driver.hear(Day(1000, 9, 2, (), None, minutes=17.6))
    assert "Callable now: 1,000 or more" in seat.screen
    assert "Your calls today: 9 completes: 2 minutes an interview: 18 signed in for 1 h 05 min" in words(seat)


def test_her_appointments_say_in_words_how_they_stand(sit: Sit, clock: Clock) -> None:
    seat = sit()
    seat.type("3", "today 11:30", "", "", "", "", "", "4", "today 12pm", "", "", "")
    assert "Your appointments today" in seat.screen
    assert "\n Wed 20 Nov 11:30 (hard)  case 1000  Ann Other" in seat.screen
    assert "\n Wed 20 Nov 12:00 (soft)  case 1001" in seat.screen
    clock.now = NOW + timedelta(minutes=55)
    beat(seat)
    assert "! DUE NOW  Wed 20 Nov 11:30 (hard)  case 1000  Ann Other" in seat.screen
    assert "! DUE NOW  Wed 20 Nov 12:00 (soft)  case 1001" in seat.screen
    clock.forward(minutes=10)
    beat(seat)
    assert "! MISSED  Wed 20 Nov 11:30 (hard)  case 1000  Ann Other" in seat.screen


def test_of_what_others_booked_only_the_overdue_are_counted(sit: Sit, clock: Clock) -> None:
    an_appointment(sit, "today 11:30")
    seat = sit(dialled=False)
    assert "You have no appointments today" in seat.screen
    assert "Others' appointments" not in seat.screen
    clock.now = NOW + timedelta(minutes=30)
    beat(seat)
    assert "\n Others' appointments that are due or missed, in nobody's hands: 1\n" in seat.screen
    assert "case 1000" not in seat.screen
    sit("Bob", dialled=False).type("")
    beat(seat)
    assert "Others' appointments" not in seat.screen


def test_whose_hands_her_case_is_in_is_said(sit: Sit) -> None:
    seat = sit(dialled=False)
    mine = DayAppointment("1000", "Ann [x]", "hard", NOW, None, "Jo", True, "due", "Bob", "America/New_York")
    seat.driver.hear(Day(0, 0, 0, (mine,), None))
    assert ("DUE NOW Wed 20 Nov 11:00, 06:00 in New York (hard) case 1000 Ann [x] (Bob has the case in hand)") in words(
        seat
    )


def test_where_none_is_callable_it_says_what_comes_next_and_no_case_is_claimed_by_itself(
    sit: Sit, clock: Clock
) -> None:
    an_appointment(sit, "today 1:30pm")
    seat = sit(dialled=False)
    only(seat, "1000")
    seat.type("")
    assert "Callable now: 0" in seat.screen
    assert "The next comes at Wed 20 Nov 13:30: Kim's hard appointment. Enter looks again." in words(seat)
    assert seat.message == "No case may be called now."
    clock.now = NOW + timedelta(hours=2, minutes=29)
    assert not beat(seat)
    clock.forward(minutes=1)
    assert beat(seat)
    assert "Callable now: 1" in seat.screen
    assert "The next comes at" not in seat.screen
    assert seat.message == "Callable now: 1. Enter brings the next case."
    assert seat.state == "ready"
    seat.type("")
    assert (seat.state, seat.controller.card.serial) == ("card", "1000")


def test_what_was_said_is_taken_back_where_it_is_no_longer_true(sit: Sit) -> None:
    seat = sit(dialled=False)
    seat.driver.hear(Day(0, 0, 0, (), None, waits="No case waits to be called."))
    assert seat.driver.hear(Day(1, 0, 0, (), None))
    assert "Callable now: 1." in seat.message
    assert not seat.driver.hear(Day(0, 0, 0, (), None))
    assert seat.message == ""


def test_outside_calling_hours_it_says_when_they_open(sit: Sit, clock: Clock) -> None:
    clock.now = datetime(2019, 11, 20, 21, 0, tzinfo=UTC)
    seat = sit(dialled=False).type("")
    assert "Calling hours are over; they open at Thu 21 Nov 09:00. Enter looks again." in words(seat)


def test_her_own_appointment_that_falls_due_is_told(sit: Sit, clock: Clock) -> None:
    seat = sit().type("3", "today 11:30", "", "", "")
    clock.now = NOW + timedelta(minutes=30)
    assert beat(seat)
    assert "Your appointment at Wed 20 Nov 11:30 with case 1000 is due now." in seat.message
    assert not beat(seat)
    clock.forward(minutes=31)
    assert beat(seat)
    assert "with case 1000 was missed." in seat.message


def test_a_refresh_disturbs_neither_what_is_typed_nor_what_is_asked(sit: Sit) -> None:
    seat = sit(dialled=False)
    seat.driver.press(*"/res")
    seat.driver.hear(Day(9, 0, 0, (), None))
    assert seat.controller.state.entry.text == "/res"
    assert "Callable now: 9" in seat.screen
    seat.driver.press("ctrl+u", "x", "enter", "y")
    seat.driver.hear(Day(8, 0, 0, (), None))
    assert "Nothing is typed here" in seat.message
    assert "1 key ignored" in seat.message
    seat.type("<ctrl+u>", "")
    assert seat.state == "card"


def test_the_day_is_taken_over_under_whatever_lies_above_it(sit: Sit) -> None:
    seat = sit(dialled=False).type("<f1>")
    assert seat.state == "help"
    assert not seat.driver.hear(Day(77, 0, 0, (), None))
    assert seat.state == "help"
    seat.type("<f2>")
    assert "Callable now: 77" in seat.screen


# --- on the screen and in line mode


async def test_the_screen_refreshes_itself_while_nothing_is_pressed_and_keeps_what_is_typed(
    database: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "HEARTBEAT", 0.05)
    app = InterviewerApp(Desk(str(database), clock), "Jo")

    async def until(text: str) -> None:
        for _ in range(400):
            await asyncio.sleep(0.01)
            shown = [app.surface.render_line(y).text for y in range(app.surface.size.height)]
            if any(text in line for line in shown):
                return
        raise AssertionError(text)

    async with app.run_test(size=(80, 24)) as pilot:
        await until("Callable now: 4")
        app.post_message(events.Key("/", "/"))
        await pilot.pause()
        other = Desk(str(database), clock)
        other.open()
        kim = Seat(other, clock, "Kim").type("", "")
        assert kim.state == "card"
        other.close()
        await until("Callable now: 3")
        assert app.interviewer.controller.state.entry.text == "/"
        clock.now = datetime(2019, 11, 20, 21, 0, tzinfo=UTC)
        await until("Calling hours are over; they open at Thu 21 Nov 09:00.")
        app.exit(0)
    app.leave()
    app.desk.stop()
    store = open_store(str(database), clock=clock)
    assert present_until(store, "Jo") == clock.now
    store.close()


def test_in_line_mode_only_news_is_read_out(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    seat = sit("Kim", dialled=False)
    beats = iter([Day(0, 0, 0, (), None), Day(0, 1, 0, (), None), Day(2, 1, 0, (), None)])
    lines, heard, out = StringIO(""), threading.Event(), StringIO()

    def renew() -> Day | None:
        day = next(beats, None)
        if day is None:
            heard.set()
        return day

    monkeypatch.setattr(session, "HEARTBEAT", 0.01)
    monkeypatch.setattr(seat.desk, "renew", renew)
    monkeypatch.setattr(lines, "readline", lambda: "" if heard.wait(10) else "never")
    assert plain.PlainConsole(seat.desk, lines, out, "Kim").run() == 0
    said = out.getvalue()
    assert said.count("Callable now: 4") == 1
    assert "Callable now: 0" not in said
    assert "** Callable now: 2. Enter brings the next case." in said


def test_a_beat_that_is_late_behind_signing_in_again_finds_who_is_there(sit: Sit) -> None:
    seat = sit("", dialled=False)
    seat.desk.failing[SignIn] = Failure("outside", "The disk is away.")
    seat.type("Jo")
    assert seat.desk.renew() is None
    seat.desk.failing.clear()
    seat.type("")
    assert isinstance(seat.desk.renew(), Day)
