"""`cati online load` as it is run: the report, the exit code, what the database says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cati = Callable[..., Any]

NOW = ("--now", "2026-11-24T12:00")
FILE = (
    "serial,status,at,link,region,ofsted,B1,B11,browser\n"
    "A1,Complete,2026-11-23T10:00,,,,1,,Firefox\n"
    "A2,partial,2026-11-23T11:00,,,,1,300,[/x] \x1b[31m\n"
    "A9,complete,2026-11-23T10:00,,,,,,\n"
    ",complete,2026-11-23T10:00,open,London,Good,1,,\n"
)


@pytest.fixture
def online(tmp_path: Path) -> Path:
    path = tmp_path / "online.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_takes_effect_and_the_report_adds_up(cati: Cati, loaded: Path, online: Path) -> None:
    run = ("online", "load", online, "--json", "--database", loaded, *NOW)
    trial = cati(*run, "--dry-run")
    real = cati(*run)
    assert (trial.code, real.code) == (1, 1)
    assert trial.json == real.json
    found = real.json
    assert {name: found[name] for name in ("read", "loaded", "unchanged", "open_link", "closed")} == {
        "read": 4,
        "loaded": 3,
        "unchanged": 0,
        "open_link": 1,
        "closed": 1,
    }
    assert [(one["row"], one["column"], one["value"]) for one in found["refused"]] == [(4, "serial", "A9")]
    assert {note["column"]: note["n"] for note in found["notes"]} == {"browser": 0, "B11": 1}
    assert cati("case", "show", "A1", "--json", "--database", loaded).json["outcome"] == "completed_online"
    card = cati("case", "show", "A2", "--json", "--database", loaded).json
    assert (card["outcome"], card["online_status"], card["heard"]["answers"]) == ("not_called", "partial", 1)
    again = cati(*run)
    assert (again.json["loaded"], again.json["unchanged"], again.json["closed"]) == (0, 3, 0)
    assert cati("verify", "--database", loaded).code == 0


def test_the_report_in_words_shows_data_literally(cati: Cati, loaded: Path, online: Path) -> None:
    told = cati("online", "load", online, "--database", loaded, *NOW)
    assert "4 rows read: 3 loaded (1 of them of the open link), 0 unchanged, 1 refused; 1 case closed." in told.out
    assert "row 4, serial 'A9': no case of the sample has this serial" in told.out
    assert "note: row 3, B11 '300': not understood, kept as it is: a number from 0 to 168" in told.out
    assert "note: browser: no item of the questionnaire" in told.out
    assert told.err == ""
    shown = cati("case", "show", "A2", "--database", loaded).out
    assert "Started online on Mon 23 Nov 11:00: 1 answer is there" in shown


def test_a_file_without_refusals_ends_with_0(cati: Cati, loaded: Path) -> None:
    ran = cati("online", "load", "-", "--database", loaded, *NOW, stdin=b"serial,status\nA1,opted out\n")
    assert ran.code == 0
    assert "note: row 2, at: blank" in ran.out


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "the file is empty"), (b"serial,state\nA1,complete\n", "no column"), (b"\x00\x01\x02\x81\n", "")],
)
def test_a_file_that_is_none_is_bad_input(cati: Cati, loaded: Path, content: bytes, why: str) -> None:
    ran = cati("online", "load", "-", "--database", loaded, stdin=content)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_a_time_that_is_still_to_come_is_refused_by_the_clock_of_now(cati: Cati, loaded: Path, online: Path) -> None:
    ran = cati("online", "load", online, "--json", "--database", loaded, "--now", "2026-11-23T10:30")
    assert [(one["row"], one["column"]) for one in ran.json["refused"]] == [(3, "at"), (4, "serial")]
