"""From an empty disk to a loaded sample: init, sample load, case show, report, backup, verify."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Cati = Callable[..., Any]


def test_init_again_does_nothing_and_says_so(cati: Cati, tmp_path: Path) -> None:
    path = tmp_path / "new" / "shift.db"
    first = cati("--database", path, "init", "wave2", "--from", "2026-11-16", "--until", "2027-01-08")
    again = cati("init", "--database", path, "wave2")
    assert (first.code, again.code) == (0, 0)
    assert "Made" in first.out
    assert "Nothing to do" in again.out


def test_a_second_study_needs_a_second_database(cati: Cati, database: Path) -> None:
    ran = cati("init", "asye", "--database", database)
    assert (ran.code, ran.out) == (2, "")
    assert "wave2" in ran.err


def test_the_database_may_be_named_before_or_after_the_command_or_in_the_environment(
    cati: Cati, loaded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    cati("init", "wave2", "--database", other)
    monkeypatch.setenv("CATI_DATABASE", str(loaded))
    command = ("report", "outcomes", "--format", "json")

    def starting(*arguments: object) -> int:
        found: int = cati(*arguments).json["rows"][0]["n"]
        return found

    assert starting(*command) == 3
    assert starting("--database", other, *command) == 0
    assert starting("report", "--database", other, *command[1:]) == 0
    assert starting("--database", loaded, *command, "--database", other) == 0


def test_a_row_is_loaded_whole_or_refused_with_the_reason(cati: Cati, database: Path, tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("serial,name,phone\n1,Ann,01632 960001\n2,Bob,4.41632E+11\n1,Cy,01632 960003\n")
    dry = cati("sample", "load", sample, "--dry-run", "--json")
    real = cati("sample", "load", sample, "--json", "--database", database)
    assert dry.json == real.json
    assert (dry.code, real.code) == (1, 1)
    assert (real.json["read"], real.json["loaded"], real.json["updated"]) == (3, 1, 0)
    assert [(one["row"], one["column"]) for one in real.json["refused"]] == [(3, "phone"), (4, "serial")]
    told = cati("sample", "load", sample, "--database", database)
    assert "1 updated" in told.out
    assert "row 3, phone '4.41632E+11'" in told.out


def test_a_dry_run_says_what_the_load_then_does(cati: Cati, loaded: Path, tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("serial,name\nA1,Ann Other\nA2,Bob\nA50,Cy\n")
    run = ("sample", "load", sample, "--json", "--database", loaded)
    dry = cati(*run, "--dry-run")
    assert (dry.json["loaded"], dry.json["updated"], dry.err) == (1, 2, "")
    assert cati(*run, "--dry-run").json == dry.json
    assert cati(*run).json == dry.json
    none = cati("sample", "load", sample, "--dry-run", "--json", "--database", tmp_path / "none.db")
    assert (none.json["loaded"], none.json["updated"]) == (3, 0)
    assert "counted as if into an empty one" in none.err
    assert not (tmp_path / "none.db").exists()


def test_a_column_by_which_nobody_can_report_is_said(cati: Cati, database: Path) -> None:
    content = b"serial,week,outcome_week,Week,grade\n1,2,3,4,5\n"
    ran = cati("sample", "load", "-", "--json", "--database", database, stdin=content)
    assert (ran.code, ran.json["loaded"]) == (0, 1)
    assert [line.split(" is kept")[0] for line in ran.err.splitlines()] == [
        "cati: the column week",
        "cati: the column outcome_week",
    ]


@pytest.mark.parametrize("cell", [dt.datetime(2019, 1, 2), True, 1234567890123456])
@pytest.mark.parametrize("command", ["sample", "online"])
def test_a_cell_that_excel_changed_is_reported(
    cati: Cati, loaded: Path, tmp_path: Path, command: str, cell: object
) -> None:
    book = openpyxl.Workbook()
    for row in (["serial", "status", "B11"], [cell, "complete", None], ["A1", "complete", cell]):
        book.worksheets[0].append(row)
    path = tmp_path / "sample.xlsx"
    book.save(path)
    ran = cati(command, "load", path, "--json", "--database", loaded, "--now", "2026-11-24T12:00")
    assert (ran.code, ran.json["read"]) == (1, 2)
    assert [(one["row"], one["column"]) for one in ran.json["refused"]] == [(2, "serial")]


def test_names_show_literally(cati: Cati, loaded: Path) -> None:
    shown = cati("case", "show", "A2", "--database", loaded)
    assert shown.code == 0
    assert "[/x] ␛[31mRed␛[0m ⟨U+202E⟩evil" in shown.out
    assert cati("case", "show", "A2", "--json", "--database", loaded).json["name"] == (
        "[/x] \x1b[31mRed\x1b[0m \u202eevil"
    )
    assert "שרה כהן" in cati("case", "show", "A3", "--database", loaded).out


def test_a_case_that_is_not_there_is_bad_input(cati: Cati, loaded: Path) -> None:
    ran = cati("case", "show", "A9", "--database", loaded)
    assert (ran.code, ran.out) == (2, "")
    assert "A9" in ran.err


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2019-11-12T14:30", "2019-11-12T14:30:00+00:00"),
        ("2020-07-01T14:30", "2020-07-01T14:30:00+01:00"),  # the study's wall clock, in summer
        ("2019-11-12T14:30+02:00", "2019-11-12T12:30:00+00:00"),
        ("2019-11-12T14:30Z", "2019-11-12T14:30:00+00:00"),
    ],
)
def test_now_stands_in_for_the_clock_in_the_studys_zone(cati: Cati, loaded: Path, now: str, at: str) -> None:
    report = cati("report", "rates", "--format", "json", "--now", now, "--database", loaded).json
    assert report["at"] == at


@pytest.mark.parametrize("now", ["yesterday", "2020-03-29T01:30", "2020-10-25T01:30", "2019-13-01"])
def test_a_time_that_is_none_or_two_is_refused(cati: Cati, loaded: Path, now: str) -> None:
    ran = cati("report", "rates", "--now", now, "--database", loaded)
    assert (ran.code, ran.out) == (2, "")


def test_a_backup_is_a_whole_database(cati: Cati, loaded: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert cati("backup", copy, "--database", loaded).code == 0
    assert cati("verify", "--database", copy).code == 0
    assert cati("case", "show", "A1", "--database", copy).code == 0


def test_verify_says_what_is_wrong(cati: Cati, loaded: Path) -> None:
    import sqlite3

    with sqlite3.connect(loaded) as connection:
        connection.execute("UPDATE \"case\" SET attempts = 4 WHERE serial = 'A1'")
    connection.close()
    ran = cati("verify", "--json", "--database", loaded)
    assert ran.code == 1
    assert any("A1" in problem for problem in ran.json["problems"])


def _overwritten(content: bytearray) -> bytearray:
    content[4096 * 3 : 4096 * 60] = b"\xff" * (4096 * 57)
    return content


@pytest.mark.parametrize(
    "damage",
    [
        _overwritten,
        lambda content: content[: len(content) // 2],
        lambda content: content[:6000],
        lambda content: b"\x00" * 100 + content[100:],
        lambda content: content[:100] + b"\x07" * 4000 + content[4100:],
    ],
    ids=["pages overwritten", "half of it", "the first page", "no header", "no tables to be read"],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_verify_names_the_damage_of_a_file_as_what_is_wrong(
    cati: Cati, loaded: Path, damage: Callable[[bytearray], bytes], options: tuple[str, ...]
) -> None:
    loaded.write_bytes(damage(bytearray(loaded.read_bytes())))
    ran = cati("verify", *options, "--database", loaded)
    assert (ran.code, ran.err) == (1, "")
    problems = ran.json["problems"] if options else ran.out.splitlines()
    assert problems
    assert "damaged" in problems[0] or "no SQLite file" in problems[0]


def test_verify_of_what_is_not_there_has_no_finding(cati: Cati, tmp_path: Path) -> None:
    ran = cati("verify", "--database", tmp_path / "none.db")
    assert (ran.code, ran.out) == (2, "")


def test_sample_loaded_by_the_computers_clock_is_called_at_the_times_of_fieldwork(cati: Cati, tmp_path: Path) -> None:
    path, sample = tmp_path / "cati.db", tmp_path / "s.csv"
    sample.write_text("serial,name,phone\n50,A N Other,01632 960001\n")
    assert cati("--database", path, "init", "wave2").code == 0
    assert cati("--database", path, "sample", "load", sample).code == 0
    explained = cati("--database", path, "fieldwork", "explain", "50", "--now", "2019-11-12T10:00", "--json").json
    assert (explained["may_be_called"], explained["rule"]) == (True, "fresh")
    early = cati("--database", path, "fieldwork", "explain", "50", "--now", "2019-11-12T03:00", "--json").json
    assert (early["may_be_called"], early["rule"]) == (False, "hours")
    assert early["lifts_at"] == early["callable_at"] == "2019-11-12T09:00:00+00:00"
    far = cati("--database", path, "fieldwork", "explain", "50", "--now", "9999-12-31T23:59")
    assert (far.code, "too far away" in far.err) == (2, True)
    centuries = cati("--database", path, "init", "wave2", "--until", "2202-01-07")
    assert (centuries.code, "is the year right" in centuries.err) == (2, True)
