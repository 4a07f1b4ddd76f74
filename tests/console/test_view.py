"""What is seen: everything fits or scrolls and says so, kinds of text are told apart, data is literal."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cati.console.interviewer import view
from cati.console.interviewer.digits import large
from cati.console.interviewer.literal import clip, visible, wrap
from cati.console.interviewer.page import Choice, Message, Page, Para
from cati.desk import CaseCard
from cati.desk.words import with_place
from cati.fieldwork import Group, Place
from cati.fieldwork.turns import PLACES
from cati.studies import Study

from .conftest import HOSTILE, Clock, PaperDesk, Seat, Sit, answer_all, people


def cells(line: view.Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def check(seat: Seat) -> None:
    """Every line fits, at every page, and nothing steers the terminal."""
    for columns, rows in ((80, 24), (160, 45)):
        for at in range(12):
            page = seat.controller.page()
            frame = view.draw(page, columns, rows)
            assert len(frame.lines) == rows
            assert max(cells(line) for line in frame.lines) <= columns, (seat.state, seat.item)
            assert frame.cursor[0] < columns
            assert frame.cursor[1] < rows
            for line in frame.lines:
                assert all(unicodedata.category(char) != "Cc" for text, _ in line for char in text)
            if at + 1 >= frame.pages:
                break
            seat.controller.screen_pages = frame.pages
            seat.type("<pagedown>")
            if at + 2 < frame.pages:
                assert "more lines" in seat.screen or columns != 80
    seat.controller.state.page_at = 0


@pytest.fixture(params=range(3))
def person(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_every_question_fits_80_by_24_and_160_by_45(study: Study, person: int, seed: int) -> None:
    seat = Seat(PaperDesk(study, people()[person]), Clock(), "Jo").type("")
    check(seat)
    seat.type("")
    screens = answer_all(seat, random.Random(seed), check)
    assert screens > 10
    check(seat)
    seat.type("")
    check(seat)
    seat.type("")
    assert seat.state == "ready"


def test_a_question_shows_what_to_read_what_to_do_and_what_to_add_apart_without_colour(sit: Sit) -> None:
    seat = sit().type("1", "1", "1")
    screen = seat.screen
    assert "\n Are you currently working in a Local authority/" in screen
    assert "\n ▸ [DO NOT READ OUT. IF NO, PROMPT AS NECESSARY. SINGLE CODE.]" in screen
    assert "(+ if needed) If you are on extended leave" in screen


def test_what_does_not_fit_scrolls_and_says_so_and_the_codes_stay(sit: Sit) -> None:
    seat = sit().type("1")
    assert "more lines ▼ PgDn" in seat.screen
    assert "1  Continue" in seat.screen
    seat.controller.screen_pages = view.draw(seat.controller.page(), 80, 24).pages
    seat.type("<pagedown>")
    assert "▲ PgUp" in seat.screen
    assert "1  Continue" in seat.screen
    seat.type("<pageup>")
    assert "▲ PgUp" not in seat.screen


def test_options_stand_in_the_printed_order(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1")
    codes = [part.code for part in seat.controller.page().body if isinstance(part, Choice)]
    assert codes == ["1", "2", "3", "4", "5", "6", "9", "7", "8"]


def test_a_wide_screen_shows_the_case_beside_the_question(sit: Sit) -> None:
    seat = sit()
    assert "Ofsted: Good" not in seat.screen
    seat.columns, seat.rows = 160, 45
    assert "Ofsted: Good" in seat.screen
    assert "│" in seat.screen


def test_hostile_names_and_notes_show_literally(sit: Sit) -> None:
    seat = sit("Jo", dialled=False).type("", "<f4>", HOSTILE.replace("\x1b", "").replace("\u202e", ""), "<x>", "")
    seat.type("")
    while seat.controller.card.serial != "1001":
        seat.type("", "9", "", "", "")
    assert "Rate 1 [bad] to 5 [good] [/x] ␛[31mred␛[0m <U+202E>right" in "".join(seat.screen.split("\n")[0])
    seat.columns = 160
    seat.type("<f5>")
    assert "␛[31mred␛[0m" in seat.screen
    seat.type("", "<f4>", "note [/x] [bold]", "<f5>")


@pytest.mark.parametrize("place", PLACES)
def test_the_card_says_why_in_whole_on_a_small_screen(study: Study, place: Place) -> None:
    group = Group(4, "Europe/London", slots=("weekday_afternoon", "weekday_evening"))
    reason = with_place("No reply or answer phone 3 times; due again since Tue 19 Nov 12:00", place, group)

    class Paper(PaperDesk):
        def card(self) -> CaseCard:
            return replace(super().card(), reason=reason, timezone="America/New_York")

    seat = Seat(Paper(study, people()[0]), Clock(), "Jo").type("")
    assert seat.state == "card"
    assert f"Why now: {reason}" in " ".join(seat.screen.split())
    assert "Dial, then Enter" in seat.screen
    check(seat)


def test_large_digits_are_three_lines_of_one_length_at_most() -> None:
    lines = large("01134960001")
    assert len(lines) == 3
    assert max(map(len, lines)) <= 78


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\tb\r\n", "a␉b␍␊"),
        ("\x7f", "␡"),
        ("\u202eabc\u2066", "<U+202E>abc<U+2066>"),
        ("\u200b\ufeff", "<U+200B><U+FEFF>"),
        ("\x9b31m", "<U+009B>31m"),
        ("\ud800", "<U+D800>"),
        ("Zoë [bold] שלום", "Zoë [bold] שלום"),
    ],
)
def test_control_and_hidden_characters_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@settings(deadline=None)
@given(st.text(), st.integers(2, 60))
def test_wrapped_lines_never_exceed_their_width_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    kept = "".join("".join(visible(part) for part in text.split("\n")).split())
    assert "".join("".join(lines).split()) == kept
    assert cell_len(clip(visible(text), width)) <= width


@settings(deadline=None)
@given(st.text(max_size=400), st.data())
def test_the_cursor_stands_on_the_entry_line_wherever_it_is(entry: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(entry)))
    page = Page("l", "r", "u", (Para("read", "text"),), "Prompt", entry, at, Message("refused", entry))
    frame = view.draw(page, 80, 24)
    assert len(frame.lines) == 24
    assert max(cells(line) for line in frame.lines) <= 80
    assert 0 < frame.cursor[0] < 80
    assert frame.cursor[1] < 23


@settings(deadline=None, max_examples=40)
@given(st.integers(20, 200), st.integers(8, 60))
def test_any_size_of_screen_is_filled_and_not_exceeded(columns: int, rows: int) -> None:
    parts: tuple[Para | Choice, ...] = (
        Para("read", "word " * 300),
        *(Choice(str(at), "label " * 9) for at in range(20)),
    )
    page = Page("left", "right", "under", parts, "Code", side=(Para("fact", "fact " * 80),), keys=(("F1", "Help"),))
    frame = view.draw(page, columns, rows)
    assert len(frame.lines) == rows
    assert max(cells(line) for line in frame.lines) <= columns
