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


def test_the_line_mode_runs_on_any_input_and_signs_out(cati: Cati, database: Path, tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("serial,name,phone\nA1,Ann Other,01632 960001\n", encoding="utf-8")
    assert cati("sample", "load", sample, "--database", database, "--now", "2019-11-19T09:00").code == 0
    typed = b"Ann\n\n\n/quit\n\n"
    ran = cati("console", "--plain", "--database", database, "--now", "2019-11-20T11:00", stdin=typed)
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
