"""What a person is told when something goes wrong, and what a script is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cati.cli.checking as cati_checking

Cati = Callable[..., Any]
TRACEBACK = "Traceback"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reprot",), "Did you mean report?"),
        (("report", "outcome"), "Did you mean outcomes?"),
        (("report", "outcomes", "--formt", "csv"), "--format"),
        (("report", "outcomes", "--format", "pdf"), "markdown"),
        (("questionnaire", "check"), "STUDY"),
        (("questionnaire", "check", "no-such-study"), "wave2 or asye"),
        (("sample", "load", "no-such-file.csv", "--dry-run"), "there is no such file"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_code_2(cati: Cati, arguments: tuple[str, ...], said: str) -> None:
    ran = cati(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.startswith("cati: ")
    assert TRACEBACK not in ran.err


def test_the_program_alone_shows_what_there_is(cati: Cati) -> None:
    ran = cati()
    assert (ran.code, ran.out) == (2, "")
    assert "sample load" in ran.err


def test_a_database_that_is_not_there_is_named_with_what_to_do(cati: Cati, tmp_path: Path) -> None:
    ran = cati("report", "outcomes", "--database", tmp_path / "none.db")
    assert (ran.code, ran.out) == (2, "")
    assert "none.db" in ran.err
    assert "cati init" in ran.err
    assert not (tmp_path / "none.db").exists()


def test_a_server_that_is_not_there_is_something_outside(cati: Cati) -> None:
    pytest.importorskip("psycopg")
    ran = cati("verify", "--database", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert (ran.code, ran.out) == (3, "")
    assert TRACEBACK not in ran.err


def test_a_fault_of_our_own_shows_no_traceback_and_no_data_but_leaves_a_file(
    cati: Cati, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(study: str) -> Any:
        respondent = "Ann Other, 01632 960001"
        raise KeyError(len(respondent), study)

    monkeypatch.setattr(cati_checking, "problems_of", fail)
    ran = cati("questionnaire", "check", "wave2")
    assert (ran.code, ran.out) == (3, "")
    assert TRACEBACK not in ran.err
    assert "KeyError" in ran.err
    logs = list((tmp_path / "home").rglob("fault-*.log"))
    assert len(logs) == 1
    assert str(logs[0]) in ran.err
    text = logs[0].read_text()
    assert TRACEBACK in text
    assert "01632" not in text.replace('respondent = "Ann Other, 01632 960001"', "")
    assert logs[0].stat().st_mode & 0o077 == 0


def test_an_interruption_is_exit_code_130(cati: Cati, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_study: str) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(cati_checking, "problems_of", interrupt)
    ran = cati("questionnaire", "check", "wave2")
    assert (ran.code, ran.out) == (130, "")


def test_a_reader_that_stops_reading_is_no_fault() -> None:
    ran = subprocess.run(
        f"{sys.executable} -m cati questionnaire show wave2 | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.count("\n") == 1
    assert ran.stderr == ""


def test_data_in_a_message_cannot_steer_the_terminal(cati: Cati) -> None:
    ran = cati("questionnaire", "check", "\x1b[2Jgone\u202e")
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "\u202e" not in ran.err
    assert "gone" in ran.err
