"""The screen watches: looks again only when something has changed, at most once a second, and survives what fails."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cati import desk
from cati.console.supervisor import driver
from cati.console.supervisor.effects import Failure
from cati.console.supervisor.looks import FIGURES
from cati.console.supervisor.session import window
from cati.desk import Leaf, SampleRow

from ..conftest import Clock
from .conftest import Room, Screen, Sit


def looks(screen: Screen) -> int:
    return len(screen.work.looked)


def test_while_nothing_changes_nothing_is_looked_at(supervise: Sit) -> None:
    screen = supervise().wait(2)
    before = looks(screen)
    screen.wait(driver.STILL - 5)
    assert looks(screen) == before
    screen.wait(10)
    assert looks(screen) == before + 1  # time alone makes somebody idle


def test_a_change_is_seen_within_a_second_and_many_make_one_look_a_second(
    supervise: Sit, room: Room, clock: Clock
) -> None:
    screen = supervise().wait(5)
    who = room.sit("Jo")
    screen.wait(1)
    assert "Jo" in screen.text
    before = looks(screen)
    for _ in range(20):
        clock.forward(seconds=0.5)
        desk.present(room.store, who)
        screen.wait(0.5)
    assert before + 9 <= looks(screen) <= before + 10


def test_a_look_that_costs_much_is_repeated_less_often(supervise: Sit, room: Room, clock: Clock) -> None:
    screen = supervise().wait(5)
    screen.driver._look_at = lambda look: screen.driver.seen(look, screen.work.look(look), cost=0.4)
    before = looks(screen)
    for _ in range(60):
        clock.forward(seconds=0.5)
        desk.present(room.store, room.sit("Jo"))
        screen.wait(0.5)
    assert looks(screen) - before <= 4


def test_only_what_is_shown_is_looked_at(supervise: Sit, room: Room, clock: Clock) -> None:
    screen = supervise().type("/queue").wait(3)
    kinds = {type(look).__name__ for look in screen.work.looked[-1:]}
    clock.forward(seconds=20)
    desk.present(room.store, room.sit("Jo"))
    before = looks(screen)
    screen.wait(2)
    assert {type(look).__name__ for look in screen.work.looked[before:]} == kinds == {"LookQueue"}


def test_a_database_that_is_gone_is_told_and_the_screen_goes_on_by_itself(
    supervise: Sit, room: Room, database: Path
) -> None:
    room.book("Jo", "1000", 60)
    screen = supervise().type("/queue").wait(2)
    away = database.with_name("away.db")
    database.rename(away)
    screen.wait(2)
    assert "was replaced or removed" in screen.text or "There is no database" in screen.text
    assert "1000" in screen.text  # what was known is still to be read
    screen.type("<f1>", "")
    away.rename(database)
    room.store.close()
    screen.wait(2)
    assert not screen.controller.trouble
    assert "1000" in screen.text


def test_a_database_that_is_replaced_by_another_is_opened_anew(supervise: Sit, room: Room, database: Path) -> None:
    screen = supervise().type("/cases").wait(2)
    copy = database.with_name("copy.db")
    desk.load_sample(room.store, [SampleRow("9999")], study=room.study)
    room.store.close()
    shutil.copy(database, copy)
    copy.replace(database)
    screen.wait(3)
    assert not screen.controller.trouble
    assert "9999" in screen.text


def test_keys_and_leaving_work_while_the_database_is_away(supervise: Sit) -> None:
    screen = supervise()
    screen.work.down = "The server is gone."
    screen.wait(1).type("<tab>")
    assert screen.state == "queue"
    assert "The server is gone." in screen.text
    screen.type("<f10>", "")
    assert screen.controller.effect is None
    screen.work.down = ""
    screen.wait(2)
    assert not screen.controller.trouble


def test_another_size_shows_as_many_lines_as_there_are(supervise: Sit, room: Room) -> None:
    desk.load_sample(room.store, [SampleRow(f"{2000 + n}") for n in range(80)], study=room.study)
    screen = supervise().type("/cases")
    small = screen.text.count("Not called yet")
    screen.controller.resize(110, 50)
    screen.driver.pump()
    assert screen.text.count("Not called yet") == small + 26
    screen.controller.resize(30, 9)
    screen.driver.pump()
    assert screen.text.count("\n") == 8


def test_keys_that_come_while_a_look_is_out_are_kept_in_order(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    screen = supervise()
    out: list[object] = []
    usual = screen.driver._look_at
    screen.driver._look_at = out.append
    screen.type("/queue", "<f7>", "1")
    assert screen.state == "queue"
    assert screen.driver.waiting == 3  # f7, 1, enter
    screen.driver._look_at = usual
    usual(out[0])  # type: ignore[arg-type]
    assert screen.state == "ask"
    assert screen.driver.waiting == 0


def test_what_was_moved_away_from_is_let_go(supervise: Sit) -> None:
    screen = supervise()
    look = screen.controller.look
    assert look is not None
    screen.type("/queue")
    seen = screen.controller.state.seen
    screen.controller.take(look, Failure("outside", "late"), screen.controller.now)
    assert screen.controller.state.seen is seen
    assert not screen.controller.trouble


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_a_list_at_hand_is_leafed_through_whole(size: int) -> None:
    rows = list("abcdefghijk")
    page = window(rows, Leaf(size))
    found = list(page.rows)
    while page.behind:
        page = window(rows, Leaf(size, page.keys[-1]))
        found += page.rows
    assert found == rows
    page = window(rows, Leaf(size, back=True))
    found = list(page.rows)
    while page.before:
        page = window(rows, Leaf(size, page.keys[0], back=True))
        found = [*page.rows, *found]
    assert found == rows


def test_a_mark_goes_with_its_case_and_falls_on_no_other_when_that_has_gone(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    room.book("Jo", "1001", 120)
    screen = supervise().type("/queue")
    assert screen.line("1000").startswith("▶")
    room.store.clock = lambda: room.clock() + timedelta(minutes=50)  # Kim reaches 1000 before its time
    room.call("Kim", "1000", "refusal")
    screen.wait()
    assert "▶" not in screen.text
    assert "nothing is marked" in screen.message
    for key in ("<f7>", "<f9>", ""):
        screen.type(key)
        assert (screen.state, screen.message) == ("queue", "No line is marked.")
    assert screen.type("<down>").line("1001").startswith("▶")


def test_a_page_of_which_every_line_has_gone_marks_nothing_on_the_first(supervise: Sit, room: Room) -> None:
    desk.load_sample(room.store, [SampleRow(f"{2000 + n}") for n in range(30)], study=room.study)
    screen = supervise().type("/cases", "<pagedown>")
    assert "1000" not in screen.text
    screen.controller.state.outcome = "refusal"  # type: ignore[attr-defined]  # as if all had come to something else
    screen.driver.pump()
    assert "▶" not in screen.text
    assert screen.type("<f7>").message == "No line is marked."


def test_figures_hold_no_key_that_leads_away_and_come_later(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "completed")
    screen = supervise()
    out: list[Any] = []
    usual = screen.driver._look_at
    screen.driver._look_at = lambda look: out.append(look) if isinstance(look, FIGURES) else usual(look)
    screen.type("/quality", "<f5>", "/cases")
    assert screen.state == "quality"  # F5 waits for the line that it is meant for, and what is typed behind it as well
    assert screen.driver.waiting == 8
    usual(out.pop())
    assert screen.state == "choose"
    screen.type("<ctrl+u>", "<backspace>", "/progress", "/interviewers", "<tab>", "<f3>", "/cases")
    assert screen.state == "cases"
    assert [type(look).__name__ for look in out] == ["LookQuality", "LookProgress", "LookInterviewers", "LookQuality"]
    screen.type("1002", "/progress")
    assert len(out) == 4  # what is on its way is not asked for twice
    screen.driver.passed_over(out.pop(1))  # others were asked for since, and it is shown again: it is asked for anew
    assert type(out[-1]).__name__ == "LookProgress"
    for look in out:
        usual(look)
    assert "Total starting sample" in screen.text
    assert screen.driver.is_settled


def test_the_case_of_the_marked_line_stands_beside_a_table_and_follows_the_mark(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    room.book("Jo", "1001", 120)
    screen = supervise(columns=120).type("/queue")
    assert "Case 1000" in screen.text
    screen.type("<down>")
    assert "Case 1000" not in screen.text
    assert "Case 1001" in screen.text
    room.dial("Kim", "1001")
    assert "In the hands of Kim" in screen.wait().text
    screen.controller.resize(119, 30)
    screen.driver.pump()
    assert "Case 1001" not in screen.text


def test_no_key_waits_for_what_stands_beside_and_only_the_last_of_many_is_looked_at(supervise: Sit, room: Room) -> None:
    desk.load_sample(room.store, [SampleRow(f"{2000 + n}") for n in range(8)], study=room.study)
    screen = supervise(columns=120).type("/cases").wait()
    out: list[Any] = []
    usual = screen.driver._look_at
    screen.driver._look_at = out.append
    screen.type(*["<down>"] * 6)
    assert [look.serial for look in out] == ["1001"]
    screen.driver._look_at = usual
    usual(out[0])
    assert "Case 2002" in screen.text
    screen.driver._look_at = out.append
    screen.type("<down>", "")
    assert screen.state == "case"
    assert [look.serial for look in out[1:]] == ["2003"]  # one look serves both
    usual(out[1])
    assert "Case 2003" in screen.text
