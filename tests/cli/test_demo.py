"""`cati demo`: one command, and an interviewer can begin."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cati.cli.demo_script import read_script
from cati.errors import InputError
from cati.storage import open_store
from cati.storage.sqlite import wanted_journal
from cati.studies import Study

Cati = Callable[..., Any]


def starting(cati: Cati, path: Path) -> dict[str, int]:
    rows = cati("report", "outcomes", "--format", "json", "--database", path).json["rows"]
    return {row["key"]: row["n"] for row in rows}


def test_it_makes_a_database_with_work_in_it_and_goes_on_with_it(cati: Cati, demonstration: Path) -> None:
    rows = starting(cati, demonstration)
    assert rows["starting"] == 2751
    assert (rows["completed"], rows["hard_appointment"], rows["soft_appointment"]) == (3, 3, 2)
    assert cati("verify", "--database", demonstration).code == 0
    held = demonstration.read_bytes()
    again = cati("demo", "--no-console", "--database", demonstration, "--now", "2026-11-23T10:02")
    assert (again.code, "goes on" in again.err) == (0, True)
    assert demonstration.read_bytes() == held


def test_its_own_database_is_in_the_users_data_and_the_environments_one_is_left_alone(
    cati: Cati, database: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("CATI_DATABASE", str(database))
    before = database.read_bytes()
    assert cati("demo", "--no-console").code == 0
    assert database.read_bytes() == before
    assert [file.name for file in (tmp_path / "home").rglob("*.db")] == ["demo.db"]


def test_an_old_demonstration_is_moved_to_dates_around_today(cati: Cati, demonstration: Path) -> None:
    later = ("--database", demonstration, "--now", "2027-06-11T10:00")
    assert cati("demo", "--no-console", *later).code == 0
    ran = cati("init", "wave2", *later)
    assert "ended" not in ran.err


def test_a_real_study_is_never_taken_for_a_demonstration(cati: Cati, loaded: Path) -> None:
    before = loaded.read_bytes()
    for more in ((), ("--fresh", "--yes")):
        assert cati("demo", "--no-console", "--database", loaded, *more).code == 2
    assert loaded.read_bytes() == before


def test_nothing_is_thrown_away_unasked(cati: Cati, demonstration: Path) -> None:
    command = ("demo", "--no-console", "--database", demonstration, "--fresh")
    held = demonstration.read_bytes()
    assert cati(*command).code == 2
    assert demonstration.read_bytes() == held
    assert cati(*command, "--yes", "--seed", "7").code == 0
    assert starting(cati, demonstration)["starting"] == 2751
    assert demonstration.read_bytes() != held
    assert {path.name for path in demonstration.parent.glob("demo.db*")} <= {"demo.db", "demo.db.lock"}


@pytest.mark.skipif(wanted_journal() != "wal", reason="an idle program is seen in WAL mode only")
def test_a_demonstration_that_somebody_interviews_on_is_not_thrown_away(cati: Cati, demonstration: Path) -> None:
    with closing(open_store(str(demonstration))) as console:
        ran = cati("demo", "--no-console", "--database", demonstration, "--fresh", "--yes")
        assert (ran.code, "open in another program" in ran.err) == (2, True)
        with console.write():
            pass
    assert starting(cati, demonstration)["starting"] == 2751


def test_a_stale_journal_beside_the_name_is_not_read_into_the_demonstration(cati: Cati, tmp_path: Path) -> None:
    (tmp_path / "demo.db-wal").write_bytes(b"commits of a database that is gone")
    ran = cati("demo", "--no-console", "--database", tmp_path / "demo.db")
    assert (ran.code, "demo.db-wal is left over" in ran.err) == (2, True)
    assert not (tmp_path / "demo.db").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_nobody_else_can_read_it(demonstration: Path) -> None:
    assert demonstration.stat().st_mode & 0o077 == 0  # the copy has the mode of what was made


def test_the_same_seed_and_time_give_the_same_calls(cati: Cati, demonstration: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    assert cati("demo", "--no-console", "--database", again, "--now", "2026-11-23T10:02").code == 0
    tables = ("case", "number", "call", "call_result", "answer", "contact_detail", "note", "appointment")
    first, second = (
        {table: read.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2').fetchall() for table in tables}
        for path in (demonstration, again)
        for read in [sqlite3.connect(path)]
    )
    assert first == second
    assert len(first["call"]) > 30


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"calls": [{"outcome": "no_replay"}]}, "calls.0.outcome"),
        ({"calls": [{"outcome": "no_reply", "time": 3}]}, "calls.0.time"),
        ({"calls": [{"outcome": "no_reply", "times": "three"}]}, "calls.0.times"),
        ({"calls": [{"outcome": "hard_appointment", "appointment": {"kind": "hard"}}]}, "minutes or tomorrow"),
        ({"calls": []}, "calls"),
        ({"into_interview": {"S1x": 1}}, "no item S1x"),
        (None, "the file"),
    ],
)
def test_a_slip_in_the_file_of_its_calls_is_told_by_its_place(
    study: Study, slip: dict[str, Any] | None, said: str
) -> None:
    good = {"into_interview": {"S1": 1}, "calls": [{"outcome": "no_reply"}]}
    assert read_script(good, study).calls[0].times == 1
    with pytest.raises(InputError, match=rf"wave2/demo\.yaml: .*{re.escape(said)}"):
        read_script(None if slip is None else good | slip, study)
