"""The screen itself, headless: the real application on a real database beside an interviewer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from cati import desk
from cati.console.supervisor import driver
from cati.console.supervisor.app import SupervisorApp
from cati.studies import Study

from ..conftest import Clock
from .conftest import Room, Watch


def seen(app: SupervisorApp) -> str:
    return "\n".join(app.surface.render_line(y).text.rstrip() for y in range(app.surface.size.height))


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty times as fast as in life."""
    monkeypatch.setattr(driver, "POLL", driver.POLL / 20)
    monkeypatch.setattr(driver, "LEAST", driver.LEAST / 20)
    monkeypatch.setattr(driver, "CHEAP", 0)


@asynccontextmanager
async def opened(
    database: Path, room: Room, study: Study, clock: Clock, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[SupervisorApp, Pilot[Any]]]:
    app = SupervisorApp(Watch(str(database), study, desk.sign_in_as(room.store, None), clock))
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.supervisor.is_settled)
        yield app, pilot
    app.stop()
    assert app.fault is None


async def test_the_screen_shows_what_an_interviewer_does_without_a_key(
    database: Path, room: Room, study: Study, clock: Clock
) -> None:
    async with opened(database, room, study, clock) as (app, _):
        assert "0 here, 0 talking" in seen(app)
        delivery, made = room.dial("Jo", "1000")
        await until(lambda: "talking" in seen(app))
        desk.save_answer(room.store, delivery.hold, made, "S1", 1, made.seq)
        await until(lambda: " S2 " in seen(app))


async def test_a_repair_goes_from_key_to_key_to_the_database_and_back(
    database: Path, room: Room, study: Study, clock: Clock
) -> None:
    room.call("Jo", "1000", "refusal")
    async with opened(database, room, study, clock) as (app, pilot):
        await pilot.press("tab", "tab", *"1000", "enter", "f7", *"7", "enter", *"asked", "enter")
        await until(lambda: "Enter does it" in seen(app))
        await pilot.press("enter")
        await until(lambda: "Done: case 1000 reopened" in seen(app))
        assert desk.case_card(room.store, study, "1000").outcome != "refusal"
        await pilot.press("f8", *"oops", "enter")
        await until(lambda: "Enter does it" in seen(app))
        await pilot.press("enter")
        await until(lambda: desk.case_card(room.store, study, "1000").outcome == "refusal")


async def test_a_terminal_that_is_resized_shows_more_lines(
    database: Path, room: Room, study: Study, clock: Clock
) -> None:
    for number in range(40):
        desk.sign_in(room.store, f"Somebody {number:02}")
    async with opened(database, room, study, clock) as (app, pilot):
        assert seen(app).count("Somebody") == 17
        await pilot.resize_terminal(120, 50)
        await until(lambda: seen(app).count("Somebody") == 40)
        await pilot.resize_terminal(40, 12)
        await until(lambda: 0 < seen(app).count("Somebody") <= 6)


async def test_a_paste_is_typed_and_leaving_ends_with_0(database: Path, room: Room, study: Study, clock: Clock) -> None:
    from textual import events

    async with opened(database, room, study, clock) as (app, pilot):
        await pilot.press("tab", "tab")
        app.surface.post_message(events.Paste("An\nOther\n"))
        await until(lambda: app.supervisor.controller.state.entry.text == "An Other")
        await pilot.press("ctrl+q", "enter")
        await until(lambda: app.return_code == 0)


async def test_a_database_that_was_gone_is_no_longer_told_of_once_it_is_back_wherever_one_is(
    database: Path, room: Room, study: Study, clock: Clock
) -> None:
    room.store.close()
    async with opened(database, room, study, clock) as (app, pilot):
        for key in ("tab", "f1"):  # a table that is looked at, and help, which is not
            await pilot.press(key)
            away = database.with_name("away.db")
            database.rename(away)
            await until(lambda: "database" in seen(app).splitlines()[2])
            away.rename(database)
            await until(lambda: "database" not in seen(app).splitlines()[2])


async def test_a_slow_database_is_told_and_the_keys_typed_meanwhile_are_kept(
    database: Path, room: Room, study: Study, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from cati.console.supervisor import app as module

    monkeypatch.setattr(module, "PATIENCE", 0.01)
    async with opened(database, room, study, clock) as (app, pilot):
        gate = threading.Event()
        usual = app.work.look

        def slow(look: Any) -> Any:
            assert gate.wait(10)
            return usual(look)

        monkeypatch.setattr(app.work, "look", slow)
        await pilot.press("tab")
        await until(lambda: "waiting for the database" in seen(app))
        await pilot.press("tab", *"1002")
        assert app.supervisor.waiting == 5
        gate.set()
        await until(lambda: app.supervisor.controller.state.entry.text == "1002")
        assert app.supervisor.controller.state.name == "cases"


async def test_a_repair_does_not_wait_for_figures_that_are_being_read(
    database: Path, room: Room, study: Study, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    room.call("Jo", "1000", "refusal")
    async with opened(database, room, study, clock) as (app, pilot):
        gate = threading.Event()
        usual, read = app.aside.look_alone, []

        def slow(look: Any) -> Any:
            assert gate.wait(10)
            read.append(look)
            return usual(look)

        monkeypatch.setattr(app.aside, "look_alone", slow)
        await pilot.press(*"/quality", "enter", "f3", "f3")
        await pilot.press(*"/cases", "enter", *"1000", "enter", "f7", *"7", "enter", *"asked", "enter")
        await until(lambda: "Enter does it" in seen(app))
        await pilot.press("enter")
        await until(lambda: "Done: case 1000 reopened" in seen(app))
        assert not read
        gate.set()
        await pilot.press("f2", *"/quality", "enter")
        await until(lambda: "This week" in seen(app))
        assert {look.span for look in read} == {"all", "week"}  # the one between was passed over
        await until(lambda: app.supervisor.is_settled)


async def test_a_fault_of_ours_ends_the_screen_with_3(database: Path, room: Room, study: Study, clock: Clock) -> None:
    work = Watch(str(database), study, desk.sign_in_as(room.store, None), clock)
    app = SupervisorApp(work)

    def broken(_: Any) -> Any:
        raise ZeroDivisionError

    work.look = broken  # type: ignore[method-assign, assignment]
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.fault is not None)
    app.stop()
    assert isinstance(app.fault, ZeroDivisionError)
    assert app.return_code == 3


def test_the_controller_knows_neither_textual_nor_sql() -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from cati.console.supervisor import controller, driver, tabs, case, repairing, previewing\n"
        "known = {'textual', 'sqlalchemy', 'cati.desk', 'cati.storage'} & set(sys.modules)\n"
        "sys.exit(','.join(sorted(known)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
