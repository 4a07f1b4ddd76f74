"""`cati merge` as it is run: the JSON of the contract, the exit codes, a folder that is whole or not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cati = Callable[..., Any]
NOW = ("--now", "2026-11-24T12:00")
ONLINE = (
    "serial,status,at,link,region,ofsted,B1,B2\n"
    "{serial},complete,2026-11-24T09:00,,,,1,1\n"
    "200001,complete,2026-11-24T10:00,,,,1,{code}\n"
    ",complete,2026-11-24T11:00,open,London,Good,1,2\n"
)


@pytest.fixture
def exported(cati: Cati, demonstration: Path, tmp_path: Path) -> tuple[Path, Path, str]:
    """The demonstration, its export, and the serial of somebody interviewed by telephone."""
    folder = tmp_path / "delivery"
    assert cati("export", folder, "--format", "csv", "--database", demonstration, *NOW).code == 0
    link = (folder / "link/link.csv").read_text(encoding="utf-8").splitlines()
    return demonstration, folder, link[1].split(",")[2]


def online(tmp_path: Path, serial: str, code: str = "1") -> Path:
    path = tmp_path / "online.csv"
    path.write_text(ONLINE.format(serial=serial, code=code), encoding="utf-8")
    return path


def test_a_merge_from_beginning_to_end(cati: Cati, exported: tuple[Path, Path, str], tmp_path: Path) -> None:
    database, folder, serial = exported
    run = ("merge", online(tmp_path, serial), folder, "--output", tmp_path / "merged", "--format", "csv", "--json")
    tried = cati(*run, "--dry-run", "--database", database, *NOW)
    assert tried.code == 0
    assert not (tmp_path / "merged").exists()
    done = cati(*run, "--database", database, *NOW)
    assert done.code == 0
    assert {"rows", "duplicates", "conflicts", "route_violations"} <= set(done.json)
    assert done.json == tried.json
    assert [(each["serial"], each["why"]) for each in done.json["duplicates"]] == [(serial, "completed earlier")]
    assert any(each["serial"] == "200001" for each in done.json["route_violations"])
    lines = (tmp_path / "merged/wave2.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + done.json["rows"]
    assert "200001" not in "\n".join(lines)
    again = cati(*run, "--database", database, *NOW)
    assert (again.code, again.out) == (2, "")
    assert "--replace" in again.err
    assert cati(*run, "--replace", "--database", database, *NOW).code == 0


def test_a_conflict_blocks_it_and_nothing_is_written(
    cati: Cati, exported: tuple[Path, Path, str], tmp_path: Path
) -> None:
    database, folder, serial = exported
    at = ("--database", database, *NOW)
    run = ("merge", online(tmp_path, serial, "77"))
    blocked = cati(*run, folder / "wave2.csv", "--output", tmp_path / "m", "--json", *at)
    assert blocked.code == 1
    assert [(each["variable"], each["kind"]) for each in blocked.json["conflicts"]] == [("B2", "codes")]
    assert not (tmp_path / "m").exists()
    text = cati(*run, folder, "--dry-run", *at)
    assert (text.code, "B2, codes: online 77 in row 3" in text.out) == (1, True)
    held = cati(*run, folder, "--output", tmp_path / "m", "--hold-back", *at)
    assert held.code == 0


def test_a_merge_never_takes_the_place_of_what_is_merged(
    cati: Cati, exported: tuple[Path, Path, str], tmp_path: Path
) -> None:
    database, folder, serial = exported
    (tmp_path / "in").mkdir()
    path = online(tmp_path / "in", serial)
    at = ("--database", database, *NOW)
    for target, why in ((folder, "holds what is merged"), (tmp_path / "in", "holds what is merged")):
        ran = cati("merge", path, folder, "--output", target, "--replace", *at)
        assert (ran.code, ran.out, why in ran.err) == (2, "", True)
    other = tmp_path / "other"
    assert cati("export", other, "--format", "csv", *at).code == 0
    ran = cati("merge", path, folder, "--output", other, "--replace", *at)
    assert (ran.code, "is no earlier merge" in ran.err) == (2, True)
    assert (other / "wave2.csv").exists()


def test_mistakes_are_told(cati: Cati, exported: tuple[Path, Path, str], tmp_path: Path) -> None:
    database, folder, serial = exported
    path = online(tmp_path, serial)
    for arguments, why in (
        ((path, folder), "Give --output"),
        ((tmp_path / "none.csv", folder, "--dry-run"), "there is no such file"),
        ((path, tmp_path / "none", "--dry-run"), "there is no such folder"),
        ((path, tmp_path, "--dry-run"), "is no export"),
    ):
        ran = cati("merge", *arguments, "--database", database, *NOW)
        assert (ran.code, ran.out) == (2, "")
        assert why in ran.err
        assert "Traceback" not in ran.err
