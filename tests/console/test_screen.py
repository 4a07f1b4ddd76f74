"""The screen itself, headless: keys reach the driver, the frame comes first, faults end it with a code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual import events

from cati.console.interviewer.app import InterviewerApp
from cati.console.interviewer.effects import SaveAnswer
from cati.console.widgets.colours import COLOURS

from .conftest import Clock, Desk, Sit


@pytest.fixture
def app(database: Path, clock: Clock) -> InterviewerApp:
    return InterviewerApp(Desk(str(database), clock))


def seen(app: InterviewerApp) -> str:
    return "\n".join(app.surface.render_line(y).text.rstrip() for y in range(app.surface.size.height))


async def settle(app: InterviewerApp) -> None:
    """Until nothing is out and no key waits."""
    import asyncio

    for _ in range(400):
        await asyncio.sleep(0.01)
        if app.interviewer.controller.effect is None and not app.interviewer.waiting:
            return
    raise AssertionError("the desk did not answer")


async def test_keys_typed_at_once_reach_the_question_they_were_meant_for(app: InterviewerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("J", "o", "enter", "enter", "enter", "enter", "1", "enter", "1", "enter", "1", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await settle(app)
        await pilot.pause()
        assert "B1  4/≈" in seen(app)
        assert app.cursor_position.y == 22
        await pilot.press("ctrl+q")
        await pilot.press("b", "ctrl+c", "tab", "ctrl+p")
        assert app.interviewer.controller.state.name == "leave"
        await pilot.press("ctrl+u", *"quit", "enter")
    assert app.return_code == 0


async def test_a_paste_is_typed_and_never_presses_enter(app: InterviewerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.surface.post_message(events.Paste("Jo\nLow\n"))
        await pilot.pause()
        assert app.interviewer.controller.state.entry.text == "Jo Low"
        assert app.interviewer.controller.effect is None


async def test_every_cell_of_every_line_is_drawn_in_a_style(app: InterviewerApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for y in range(40):
            strip = app.surface.render_line(y)
            assert strip.cell_length == 120
            assert all(segment.style is not None for segment in strip)


async def test_only_the_lines_that_changed_are_drawn_again(app: InterviewerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        strips = dict(app.surface._strips)
        await pilot.press("x")
        changed = [y for y in strips if app.surface._strips.get(y) is not strips[y]]
        assert changed == [22]


async def test_a_fault_at_the_desk_ends_the_console_with_3(database: Path, clock: Clock) -> None:
    class Faulty(Desk):
        def reply_to(self, effect: object) -> object:
            if isinstance(effect, SaveAnswer):
                raise ZeroDivisionError
            return super().reply_to(effect)  # type: ignore[arg-type]

    app = InterviewerApp(Faulty(str(database), clock), "Jo")
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("enter", "enter", "enter", "1", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        import asyncio

        for _ in range(300):
            if app.fault is not None:
                break
            await asyncio.sleep(0.01)
    assert isinstance(app.fault, ZeroDivisionError)
    assert app.return_code == 3


def test_every_style_of_the_view_is_one_of_sixteen_colours_or_none() -> None:
    for style in COLOURS.values():
        for colour in (style.color, style.bgcolor):
            assert colour is None or (colour.number is not None and colour.number < 16)


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    code = (
        "import sys, cati.console.interviewer.app as app\n"
        "heavy = {'sqlalchemy', 'pydantic', 'alembic', 'openpyxl', 'phonenumbers', 'yaml'} & set(sys.modules)\n"
        "sys.exit(','.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_controller_knows_neither_textual_nor_sql() -> None:
    code = (
        "import sys\n"
        "from cati.console.interviewer import asking, breaking, contact, controller, driver, email\n"
        "from cati.console.interviewer import ending, lookup, route, view\n"
        "known = {'textual', 'sqlalchemy', 'cati.desk', 'cati.storage'} & set(sys.modules)\n"
        "sys.exit(','.join(sorted(known)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_line_mode_and_the_screen_take_the_same_keys(sit: Sit) -> None:
    from io import StringIO

    from cati.console.interviewer.plain import PlainConsole

    seat = sit("Kim", dialled=False)
    lines = "\n\n1\n1\n99\n1\n1\n\n1\n1\n6\n1 9\nown words\n/list\nb1\n/stop\n3\n\n\n/quit\n\n"
    out = StringIO()
    assert PlainConsole(seat.desk, StringIO(lines), out, "Kim").run() == 0
    said = out.getvalue()
    assert "▸" not in said
    assert "[INSTRUCTION: DO NOT READ OUT. MULTICODE.]" in said
    assert "There is no code 99" in said
    assert "Logged: Broken off during the interview" in said
    assert seat.saved() == {"S1": 1, "S2": 1, "S4": 1, "B1": 1, "B2": 6, "B3": [1, 9], "B3_9_text": "own words"}


def test_the_line_mode_ends_with_its_input_and_keeps_what_was_answered(sit: Sit) -> None:
    from io import StringIO

    from cati.console.interviewer.plain import PlainConsole

    seat = sit("Kim", dialled=False)
    assert PlainConsole(seat.desk, StringIO("\n\n1\n1\n"), StringIO(), "Kim").run() == 0
    assert seat.saved() == {"S1": 1, "S2": 1}


def test_in_line_mode_a_pipe_goes_on_after_a_mistake_only_behind_an_empty_line(sit: Sit) -> None:
    from io import StringIO

    from cati.console.interviewer.plain import PlainConsole

    seat = sit("Kim", dialled=False)
    out = StringIO()
    assert PlainConsole(seat.desk, StringIO("\n\n99\n1\n1\n\n1\n1\n"), out, "Kim").run() == 0
    assert "4 keys ignored. Send an empty line, then the answer again." in out.getvalue()
    assert seat.saved() == {"S1": 1, "S2": 1}


def test_in_line_mode_the_case_is_kept_while_nobody_types(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    from io import StringIO

    from cati.console.interviewer import plain, session

    monkeypatch.setattr(session, "HEARTBEAT", 0.01)
    seat = sit("Kim", dialled=False)
    beats = threading.Event()
    seat.desk.renew = lambda: beats.set()
    lines = StringIO("\n")
    read = lines.readline

    def slowly() -> str:
        assert beats.wait(10)
        return read()

    monkeypatch.setattr(lines, "readline", slowly)
    assert plain.PlainConsole(seat.desk, lines, StringIO(), "Kim").run() == 0
    assert beats.is_set()
