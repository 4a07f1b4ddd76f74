"""`cati export` as it is run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from benchmarks.interviews import hold_interviews, respondents

from cati.exchange.export import formats
from cati.storage import open_store
from cati.studies import load_study

from .conftest import Cati, run_cati


@pytest.fixture(scope="module")
def _held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("held") / "held.db"
    assert run_cati("init", "wave2", "--database", path).code == 0
    store, study = open_store(str(path)), load_study("wave2")
    answers = respondents(study, 5, seed=5)
    del answers[0]["J1"]
    hold_interviews(store, study, answers)
    store.close()
    return path


@pytest.fixture
def held(_held: Path, tmp_path: Path) -> Path:
    """A database with five completes."""
    return Path(shutil.copy(_held, tmp_path))


def test_one_command_writes_spss_csv_codebook_and_manifest(cati: Cati, held: Path, tmp_path: Path) -> None:
    ran = cati("export", tmp_path / "out", "--database", held, "--now", "2019-12-01T09:00")
    assert ran.code == 0, ran.err
    assert "5 completes" in ran.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"wave2.sav", "wave2.csv", "codebook.json", "codebook.csv", "manifest.json", "report.csv"}
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["made_at"] == "2019-12-01T09:00:00+00:00"


def test_json_prints_the_manifest_and_nothing_else(cati: Cati, held: Path, tmp_path: Path) -> None:
    ran = cati("export", tmp_path / "out", "--database", held, "--format", "csv", "--json")
    assert ran.json == json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert ran.json["interviews"] == 5


def test_every_format_at_once(cati: Cati, held: Path, tmp_path: Path) -> None:
    ran = cati("export", tmp_path / "out", "--database", held, "--format", ",".join(formats.FORMATS))
    assert ran.code == 0, ran.err
    endings = {ending for each in formats.FORMATS.values() for ending in each.endings}
    assert {f"wave2{ending}" for ending in endings} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_an_earlier_export_is_replaced_only_when_asked(cati: Cati, held: Path, tmp_path: Path) -> None:
    arguments = ("export", tmp_path / "out", "--database", held, "--format", "csv")
    assert cati(*arguments).code == 0
    again = cati(*arguments)
    assert (again.code, again.out) == (2, "")
    assert "is not empty" in again.err
    assert "--replace" in again.err
    assert cati(*arguments, "--replace").code == 0


def test_a_soft_launch_is_the_first_tenth(cati: Cati, held: Path, tmp_path: Path) -> None:
    ran = cati("export", tmp_path / "out", "--database", held, "--format", "csv", "--soft-launch", "--json")
    assert ran.json["interviews"] == 1
    assert "first 10% of completes by completion time" in ran.json["filters"]["soft_launch"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "savv"), "There is no format 'savv'. Did you mean sav"),
        (("--format", ","), "names no format"),
        (("--soft-launch", "--partials"), "leave out --partials"),
        (("--reviewed", "nowhere.csv"), "there is no such file"),
        (("--questionnaire-version", "7"), "under version 7"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    cati: Cati, held: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = cati("export", tmp_path / "out", "--database", held, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder(cati: Cati, held: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    ran = cati("export", tmp_path / "out", "--database", held)
    assert ran.code == 2
    assert "is a file; name a folder" in ran.err
    assert (tmp_path / "out").read_text() == "mine"


def test_a_missing_package_is_named_with_what_installs_it(
    cati: Cati, held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)
    ran = cati("export", tmp_path / "out", "--database", held, "--format", "sav")
    assert ran.code == 2
    assert "pip install 'cati[sav]'" in ran.err


def test_without_the_packages_the_default_is_csv_and_says_so(
    cati: Cati, held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "is_there", lambda *packages: not packages)
    ran = cati("export", tmp_path / "out", "--database", held)
    assert ran.code == 0
    assert "writing CSV only" in ran.err
    assert not (tmp_path / "out/wave2.sav").exists()


def test_interviewers_do_not_export(cati: Cati, held: Path, tmp_path: Path) -> None:
    assert cati("user", "add", "Bob", "--database", held).code == 0
    ran = cati("export", tmp_path / "out", "--database", held, "--user", "Bob")
    assert ran.code == 2
    assert "supervisor" in ran.err
    assert not (tmp_path / "out").exists()


def test_an_empty_database_makes_an_export_of_nobody(cati: Cati, database: Path, tmp_path: Path) -> None:
    ran = cati("export", tmp_path / "out", "--database", database, "--format", ",".join(formats.FORMATS))
    assert ran.code == 0, ran.err
    assert "0 completes" in ran.out


def test_what_a_single_interview_lost_is_said_at_once(cati: Cati, held: Path, tmp_path: Path) -> None:
    ran = cati("export", tmp_path / "out", "--database", held, "--format", "csv")
    assert "on the route of a complete, and without an answer" in ran.err
    assert ", J1: " in ran.err
