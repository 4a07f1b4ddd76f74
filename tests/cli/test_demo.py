"""`cati demo`: one command, and an interviewer can begin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Cati = Callable[..., Any]


def starting(cati: Cati, path: Path) -> dict[str, int]:
    rows = cati("report", "outcomes", "--format", "json", "--database", path).json["rows"]
    return {row["key"]: row["n"] for row in rows}


def test_it_makes_a_database_with_work_in_it_and_goes_on_with_it(cati: Cati, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    command = ("demo", "--no-console", "--database", path, "--now", "2026-11-23T10:02")
    assert cati(*command).code == 0
    rows = starting(cati, path)
    assert rows["starting"] == 2751
    assert (rows["completed"], rows["hard_appointment"], rows["soft_appointment"]) == (3, 3, 2)
    assert cati("verify", "--database", path).code == 0
    held = path.read_bytes()
    again = cati(*command)
    assert (again.code, "goes on" in again.err) == (0, True)
    assert path.read_bytes() == held


def test_its_own_database_is_in_the_users_data_and_the_environments_one_is_left_alone(
    cati: Cati, database: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("CATI_DATABASE", str(database))
    before = database.read_bytes()
    assert cati("demo", "--no-console").code == 0
    assert database.read_bytes() == before
    assert [file.name for file in (tmp_path / "home").rglob("*.db")] == ["demo.db"]


def test_an_old_demonstration_is_moved_to_dates_around_today(cati: Cati, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    assert cati("demo", "--no-console", "--database", path, "--now", "2026-01-12T10:00").code == 0
    assert cati("demo", "--no-console", "--database", path, "--now", "2026-06-12T10:00").code == 0
    ran = cati("init", "wave2", "--database", path, "--now", "2026-06-12T10:00")
    assert "ended" not in ran.err


def test_a_real_study_is_never_taken_for_a_demonstration(cati: Cati, loaded: Path) -> None:
    before = loaded.read_bytes()
    for more in ((), ("--fresh", "--yes")):
        assert cati("demo", "--no-console", "--database", loaded, *more).code == 2
    assert loaded.read_bytes() == before


def test_nothing_is_thrown_away_unasked(cati: Cati, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    command = ("demo", "--no-console", "--database", path)
    assert cati(*command).code == 0
    assert cati(*command, "--fresh").code == 2
    assert path.exists()
    assert cati(*command, "--fresh", "--yes", "--seed", "7").code == 0
    assert starting(cati, path)["starting"] == 2751


def test_the_same_seed_and_time_give_the_same_calls(cati: Cati, tmp_path: Path) -> None:
    shown = []
    for name in ("a.db", "b.db"):
        path = tmp_path / name
        now = ("--now", "2026-11-23T10:02")
        assert cati("demo", "--no-console", "--database", path, *now).code == 0
        shown.append(
            [cati("case", "show", str(200_001 + n), "--json", *now, "--database", path).json for n in range(40)]
        )
    assert shown[0] == shown[1]
    assert sum(len(case["calls"]) for case in shown[0]) > 30
