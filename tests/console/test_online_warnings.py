"""What the online survey says of a case at hand: on its card, before dialling, while talking; and what it brings."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from textual import events

from cati.console.interviewer import plain, session, view
from cati.console.interviewer.app import InterviewerApp
from cati.console.interviewer.effects import Failure, StartCall
from cati.desk import Heard, OnlineAnswers, OnlineRow, load_online

from .conftest import Clock, Desk, Seat, Sit

BEGUN = OnlineAnswers({"B1": 1, "B2": 6, "B3": [1, 9], "B3_9_text": "own words"})
DIAL_AGAIN = "Enter again once it is dialled"


def says(seat: Seat, status: Any, *, hours: int = 0, answers: OnlineAnswers | None = None) -> None:
    """The online survey says something of the case at hand, so many hours ago."""
    row = OnlineRow(
        2,
        seat.controller.card.serial,
        status,
        seat.desk.now() - timedelta(hours=hours),
        answers=answers or OnlineAnswers(),
    )
    assert load_online(seat.desk.store, seat.desk.study, [row]).loaded == 1


def beat(seat: Seat) -> None:
    """The heartbeat of the seat, as the screen and the line mode give it."""
    told = seat.desk.renew()
    assert not isinstance(told, Failure)
    if told is not None:
        seat.driver.hear(told)


# --- before dialling


def test_the_card_says_what_the_online_survey_says(sit: Sit) -> None:
    seat = sit(dialled=False).type("")
    serial = seat.controller.card.serial
    says(seat, "partial", hours=26, answers=BEGUN)
    seat.type("<x>", "", "")
    assert seat.controller.card.serial == serial
    assert "! Started online on Tue 19 Nov 09:00: 3 answers are there, the interview" in seat.screen
    seat.type("<f5>")
    assert "Started online on Tue 19 Nov 09:00" in seat.screen


def test_a_case_started_online_is_dialled_after_one_more_enter(sit: Sit) -> None:
    seat = sit(dialled=False).type("")
    says(seat, "partial", answers=BEGUN)
    seat.driver.press("enter", "1", "enter")  # typed ahead, before it was known
    assert seat.state == "card"
    assert f"Started online at 11:00. {DIAL_AGAIN}" in seat.message
    assert "2 keys ignored" in seat.message
    assert "! Started online at 11:00: 3 answers are there" in seat.screen
    seat.type("<backspace>", "")
    assert seat.item == "S1"
    assert "Started online" not in seat.screen


def test_what_the_heartbeat_has_told_is_still_asked_about_once(sit: Sit) -> None:
    seat = sit(dialled=False).type("")
    says(seat, "partial")
    beat(seat)
    assert "! Started online at 11:00: no answers are there" in seat.screen
    assert seat.screen.count("Started online") == 1
    seat.type("")
    assert DIAL_AGAIN in seat.message
    seat.type("")
    assert seat.item == "S1"
    started = [effect for effect in seat.desk.done if isinstance(effect, StartCall)]
    assert len(started) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [("complete", "Completed the survey online at 11:00"), ("opted_out", "Asked online at 11:00 not to be contacted")],
)
def test_a_case_closed_since_it_came_is_not_dialled_and_x_puts_it_back(sit: Sit, status: str, words: str) -> None:
    seat = sit(dialled=False).type("")
    serial = seat.controller.card.serial
    says(seat, status)
    seat.driver.press("enter", "1", "enter", "1", "enter")
    assert seat.state == "card"
    assert f"{words}: do not dial; put the case back with x. 4 keys ignored. Backspace first." in seat.message
    assert f"! {words}: do not dial" in seat.screen
    seat.type("<x>", "")
    assert seat.state == "ready"
    assert "Your calls today: 0" in seat.screen
    seat.type("")
    assert seat.controller.card.serial != serial


def test_a_case_that_closes_while_the_card_is_read_says_so_at_once(sit: Sit) -> None:
    seat = sit(dialled=False).type("", "<f4>")
    seat.driver.press(*"ring the bell")
    says(seat, "complete")
    beat(seat)
    assert "! Completed the survey online at 11:00: do not dial; put the case back with x." in seat.screen
    assert seat.controller.state.entry.text == "ring the bell"
    assert seat.state == "note"


# --- while talking


def test_a_complete_is_told_in_the_middle_of_a_call_and_disturbs_no_key(sit: Sit, clock: Clock) -> None:
    seat = sit().type("1", "1", "1")
    seat.driver.press("1")
    before = (seat.state, seat.item, seat.controller.state.entry.text)
    clock.forward(minutes=3)
    says(seat, "complete")
    beat(seat)
    assert (seat.state, seat.item, seat.controller.state.entry.text) == before
    warning = "! Completed the survey online at 11:03. Say so and end the call: F7 or /stop."
    assert warning in seat.screen
    seat.driver.press("enter", *"6", "enter")
    assert seat.saved()["B2"] == 6
    beat(seat)
    for key in ("f1", "enter", "f3", "backspace", "f5", "enter", "f7"):
        seat.type(f"<{key}>")
        assert warning in seat.screen, key
    for typed in ("3", "", ""):
        assert warning in seat.screen, seat.state
        seat.type(typed)
    assert seat.state == "ready"
    assert "The case stands as Completed online" in seat.message
    assert warning not in seat.screen


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("complete", "Completed the survey online at 11:00. Say so and end the call"),
        ("partial", "Started online at 11:00. What is answered there"),
    ],
)
def test_what_comes_in_between_dialling_and_the_first_question_is_told(
    sit: Sit, monkeypatch: pytest.MonkeyPatch, status: str, words: str
) -> None:
    seat = sit(dialled=False).type("")
    whole = seat.desk.reply_to

    def then_it_came(effect: Any) -> Any:
        reply = whole(effect)
        if isinstance(effect, StartCall):
            says(seat, status)
            beat(seat)
        return reply

    monkeypatch.setattr(seat.desk, "reply_to", then_it_came)
    seat.type("")
    assert seat.item == "S1"
    assert words in seat.screen


def test_a_start_online_in_the_middle_of_a_call_is_told_once(sit: Sit) -> None:
    seat = sit().type("1")
    says(seat, "partial", answers=BEGUN)
    beat(seat)
    assert "! Started online at 11:00. What is answered there is not in this interview." in seat.screen
    told = seat.desk.renew()
    assert told is not None
    assert seat.driver.hear(told) is False
    says(seat, "opted_out")
    beat(seat)
    assert "! Asked online at 11:00 not to be contacted. Say so" in seat.screen


def test_news_of_a_case_that_is_gone_is_not_told_at_the_next_one(sit: Sit) -> None:
    seat = sit("Kim")
    says(seat, "complete")
    told = seat.desk.renew()
    assert told is not None
    seat.type("9", "", "")
    assert seat.state == "ready"
    assert seat.driver.hear(told) is False
    seat.type("")
    assert seat.driver.hear(told) is False
    assert "Completed the survey" not in seat.screen


def test_undoing_brings_the_warning_back(sit: Sit) -> None:
    seat = sit()
    says(seat, "complete")
    seat.type("9", "", "")
    assert seat.state == "ready"
    seat.type("<f8>")
    assert seat.state != "ready"
    assert "! Completed the survey online at 11:00. Say so" in seat.screen


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (40, 10), (20, 8)])
def test_the_warning_fits_every_screen(sit: Sit, size: tuple[int, int]) -> None:
    seat = sit()
    says(seat, "complete")
    beat(seat)
    frame = view.draw(seat.controller.page(), *size)
    assert len(frame.lines) == size[1]
    assert frame.cursor[1] < size[1]
    assert any("Completed" in "".join(text for text, _ in line) for line in frame.lines)
    assert any(text.startswith(" ! ") and style == "warning" for line in frame.lines for text, style in line)


# --- started online, finished by telephone


def test_the_interview_goes_on_at_the_first_question_without_an_answer(sit: Sit) -> None:
    seat = sit(dialled=False).type("")
    says(seat, "partial", answers=BEGUN)
    seat.type("", "")
    assert seat.item == "S1"
    seat.type("1", "1")
    assert seat.item == "S4"  # what is said at the beginning of a call is said in that call
    seat.type("1")
    assert seat.item == "B3a"
    assert "own words" in seat.screen
    seat.type("9", "<f2>", "<f2>")
    assert seat.item == "B3"
    assert "●  1" in seat.screen
    assert {name: seat.saved()[name] for name in ("B1", "B3", "B3_9_text", "B3a", "S4")} == {
        "B1": 1,
        "B3": [1, 9],
        "B3_9_text": "own words",
        "B3a": 9,
        "S4": 1,
    }


def test_backing_up_in_the_screener_leads_there_again(sit: Sit) -> None:
    seat = sit(dialled=False).type("")
    says(seat, "partial", answers=BEGUN)
    seat.type("", "", "1", "1", "1")
    seat.type("/first", "1")
    assert seat.item == "B3a"


# --- the line mode, and the screen itself


def test_the_line_mode_warns_too(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "HEARTBEAT", 0.01)
    seat = sit("Kim", dialled=False)
    out = StringIO()
    lines = StringIO("\n\n1\n1\n")
    console = plain.PlainConsole(seat.desk, lines, out, "Kim")
    read = lines.readline
    told = threading.Event()
    hear = console.driver.hear

    def heard(news: Any) -> bool:
        new = hear(news)
        if isinstance(news, Heard):
            told.set()
        return new

    def slowly() -> str:
        card = console.driver.controller.delivery
        if console.driver.controller.in_call and card is not None and not told.is_set() and not said:
            said.append(card.card.serial)
            row = OnlineRow(2, said[0], "complete", seat.desk.now())
            # on the thread of the lines: the database is the console's, so the row comes from another program
            other = Desk(seat.desk._database, seat.desk._clock)
            other.open()
            load_online(other.store, other.study, [row])
            other.close()
            assert told.wait(10)
        return read()

    said: list[str] = []
    monkeypatch.setattr(console.driver, "hear", heard)
    monkeypatch.setattr(lines, "readline", slowly)
    assert console.run() == 0
    assert out.getvalue().count("! Completed the survey online at 11:00. Say so and end the call: F7 or /stop.") >= 1
    assert seat.saved() == {"S1": 1, "S2": 1}


def test_in_line_mode_a_closed_case_is_not_dialled(sit: Sit) -> None:
    seat = sit("Kim", dialled=False).type("")
    serial = seat.controller.card.serial
    says(seat, "complete")
    out = StringIO()
    console = plain.PlainConsole(seat.desk, StringIO("\n\nx\n\n/quit\n\n"), out, "Kim")
    console.driver = seat.driver
    assert console.run() == 0
    assert f"Case {serial} is put back; nobody was called." in out.getvalue()


async def test_the_screen_shows_it_between_two_keys(
    database: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "HEARTBEAT", 0.05)
    app = InterviewerApp(Desk(str(database), clock), "Jo")
    other = Desk(str(database), clock)
    other.open()

    def seen() -> str:
        return "\n".join(app.surface.render_line(y).text.rstrip() for y in range(app.surface.size.height))

    async def until(text: str) -> None:
        for _ in range(400):
            await asyncio.sleep(0.01)
            if text in seen():
                return
        raise AssertionError(f"{text} is not on the screen:\n{seen()}")

    async with app.run_test(size=(80, 24)):
        for key in ("enter", "enter", "1"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until("S1  1/")
        await until("▏1")
        row = OnlineRow(2, app.interviewer.controller.card.serial, "complete", clock.now)
        load_online(other.store, other.study, [row])
        await until("! Completed the survey online at 11:00. Say so and end the call: F7 or /stop.")
        assert app.interviewer.controller.state.entry.text == "1"
    other.close()
