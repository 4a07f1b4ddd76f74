"""`cati console` as a command; what happens on the screen is told in the console's own tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Cati = Callable[..., Any]


def test_the_screen_needs_a_terminal(cati: Cati, loaded: Path) -> None:
    ran = cati("console", "--database", loaded)
    assert (ran.code, ran.out) == (2, "")
    assert "--plain" in ran.err


def test_the_line_mode_runs_on_any_input_and_signs_out(cati: Cati, loaded: Path) -> None:
    typed = b"Ann\n\n\n/quit\nquit\n"
    ran = cati("console", "--plain", "--database", loaded, stdin=typed)
    assert ran.code == 0
    assert "Case A1" in ran.out


def test_who_interviews_may_be_said_beforehand(cati: Cati, loaded: Path) -> None:
    ran = cati("console", "--plain", "--user", "Ann Other", "--database", loaded, stdin=b"\n/quit\nquit\n")
    assert ran.code == 0
    assert "Ready, Ann Other" in ran.out


def test_the_demonstration_opens_the_same_screen(cati: Cati, demonstration: Path) -> None:
    command = ("demo", "--plain", "--user", "Ann", "--database", demonstration, "--now", "2026-11-23T10:02")
    ran = cati(*command, stdin=b"\n\n/quit\nquit\n")
    assert ran.code == 0
    assert "(demonstration)" in ran.out
    assert "Appointment today" in ran.out


def test_without_a_database_the_console_says_how_to_make_one(cati: Cati, tmp_path: Path) -> None:
    ran = cati("console", "--plain", "--database", tmp_path / "none.db")
    assert (ran.code, ran.out) == (2, "")
    assert "cati init" in ran.err
