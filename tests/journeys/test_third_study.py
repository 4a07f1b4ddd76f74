"""A third study, without a line of Python: from `cati study new` to the outcome table, as a researcher runs it.

Every outcome, row and question of it has a name of its own, so it also shows that the program knows none by name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NOW = "2027-03-02T11:00"  # a Tuesday


class Desk:
    """The program as a process, in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CATI_DATABASE": str(home / "shift.db"),
            "LANG": "C.UTF-8",
        }

    def run(self, *arguments: str, typed: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "cati", "--now", NOW, *arguments],
            cwd=self.home,
            env=self.environment,
            input=typed,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert ran.returncode == code, ran.stderr
        return ran

    def interview(self, *calls: tuple[str, ...]) -> str:
        """What the console printed while an interviewer who is new made these calls and signed out."""
        add_her = ""
        typed = [add_her, *(line for call in calls for line in call), "/quit", "", ""]
        return self.run("console", "--plain", "--user", "Ann", typed="\n".join(typed)).stdout

    def table(self) -> dict[str, int]:
        rows: Any = json.loads(self.run("report", "outcomes", "--format", "json").stdout)["rows"]
        return {row["key"]: row["n"] for row in rows}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A new study in `my-study`, its database made and its sample loaded."""
    made = Desk(tmp_path)
    made.run("study", "new", "my-study")
    assert made.run("questionnaire", "check", "./my-study").stdout == "no problems\n"
    assert "libraries installed" in made.run("init", "./my-study").stdout
    assert made.run("sample", "load", "my-study/sample.csv").stdout.startswith("6 rows read: 6 loaded")
    return made


def call(*typed: str) -> tuple[str, ...]:
    """Enter for the next case, Enter once it is dialled, what is typed then, no note, Enter to log the outcome."""
    return ("", "", *typed, "", "")


WHOLE_INTERVIEW = call(
    "1",  # T1 speaking
    "1",  # T2 agrees
    "1",  # T3 lives here
    "1",  # Q1 every week
    "harb",  # Q2 Harbour Road Library, found by part of its name
    "1 2 5",  # Q3 books, computers, something else
    "to get warm",
    "5",  # Q4 main reason: her own words
    "2",  # Q5_1 opening hours
    "1",  # Q5_2 staff
    "/dk",  # Q5_3 computers, asked as she uses them
    "12",  # Q6 minutes
    "/none",  # Q8 nothing to change
    "2",  # Q9 age
    "1",  # Q10 may be contacted
    "",  # Q11 name left blank
    "ada@example.org",
    "/refused",
)


def test_a_whole_interview_is_played_from_the_screener_to_the_outcome_table(desk: Desk) -> None:
    said = desk.interview(WHOLE_INTERVIEW)
    assert "May I speak to Ada Fern?" in said
    assert "What do you do at Harbour Road Library?" in said
    assert "5: to get warm" in said
    assert "The computers  (3 of 3)" in said
    assert "one thing about the libraries in Harbour" in said
    assert "Logged: Interviewed, case W001." in said
    assert desk.table() == {
        "starting": 6,
        "unusable": 0,
        "bad_numbers": 0,
        "elsewhere": 0,
        "usable": 6,
        "live": 5,
        "refused": 0,
        "interviewed": 1,
    }
    rates = json.loads(desk.run("report", "rates", "--format", "json").stdout)
    assert (rates["telephone_response"], rates["RR1"]) == (pytest.approx(1 / 6), pytest.approx(1 / 6))
    assert "no problems" in desk.run("verify").stdout


def test_every_sort_of_call_finds_its_row(desk: Desk) -> None:
    said = desk.interview(
        call("7", "1", "1", "no time"),  # W001 refuses, softly
        call("8"),  # W002: nobody of that name on the first number …
        call("9"),  # … and the second, which comes at once, is dead
        call("1", "1", "2"),  # W003 lives elsewhere
        call("1", "2", "tomorrow 2pm", ""),  # W004 names a time
        call("1", "1", "1", "4", "/stop", "4", "2", "1", ""),  # W005 breaks off at Q7, for good
        call("10", "", "6"),  # W006: who are we? Then the line goes quiet.
    )
    for logged in (
        "Logged: Refused, case W001",
        "Logged: Nobody of that name on this number, case W002",
        "Logged: Dead line or fax, case W002",
        "Logged: Does not live in Westmarch, case W003",
        "Logged: Hard appointment, case W004",
        "Logged: Broken off, will not go on, case W005",
        "Logged: No reply or answer phone, case W006",
    ):
        assert logged in said
    counted = {key: n for key, n in desk.table().items() if n}
    assert counted == {
        "starting": 6, "unusable": 2, "bad_numbers": 1, "elsewhere": 1, "usable": 4, "live": 2, "refused": 2,
    }  # fmt: skip
    text = desk.run("report", "outcomes").stdout
    assert "Telephone survey outcomes - Westmarch libraries" in text
    assert "Dead or wrong numbers" in text


def test_who_does_not_go_to_a_library_passes_the_questions_about_it(desk: Desk) -> None:
    said = desk.interview(call("1", "1", "1", "4", "4", "the dog", "a garden", "4", "2"))
    assert "What is the main reason why you do not go?" in said
    assert "Which library do you go to" not in said
    assert "How may we reach you?" not in said
    assert desk.table()["interviewed"] == 1


@pytest.mark.parametrize(
    "missing", ["study.yaml", "questionnaire.yaml", "calling.yaml", "outcomes.yaml", "libraries.csv"]
)
def test_a_folder_that_lacks_a_file_is_told_which(tmp_path: Path, missing: str) -> None:
    desk = Desk(tmp_path)
    desk.run("study", "new", "my-study")
    (tmp_path / "my-study" / missing).unlink()
    ran = desk.run("init", "./my-study", code=2)
    assert missing in ran.stderr
    assert ran.stdout == ""
    assert not (tmp_path / "shift.db").exists()
