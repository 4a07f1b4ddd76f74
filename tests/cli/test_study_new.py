"""`cati study new`: a folder that runs as it is. What becomes of it is played in the journeys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cati.studies import load_study, starter_files

Cati = Callable[..., Any]


def test_a_new_study_is_the_example_with_fieldwork_from_today(cati: Cati, tmp_path: Path) -> None:
    folder = tmp_path / "surveys" / "parks"
    ran = cati("study", "new", folder, "--now", "2027-03-01T23:30")
    assert ran.code == 0
    names = {path.name for path in folder.iterdir()}
    assert names == {*starter_files(), "questionnaire.schema.json"}
    assert set(ran.out.split()) == {str(folder / name) for name in names}
    study = load_study(str(folder))
    assert (str(study.fieldwork_start), str(study.fieldwork_end)) == ("2027-03-01", "2027-04-11")
    assert cati("questionnaire", "check", folder).out == "no problems\n"


def test_the_schema_lies_beside_it_for_editors(cati: Cati, tmp_path: Path) -> None:
    cati("study", "new", tmp_path / "mine")
    first = (tmp_path / "mine/questionnaire.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=questionnaire.schema.json"
    schema = json.loads((tmp_path / "mine/questionnaire.schema.json").read_text(encoding="utf-8"))
    assert "sections" in schema["properties"]


def test_the_guide_in_the_folder_links_to_nothing_that_is_not_there(cati: Cati, tmp_path: Path) -> None:
    cati("study", "new", tmp_path / "mine")
    guide = (tmp_path / "mine/authoring.md").read_text(encoding="utf-8")
    assert guide.startswith("# Writing a study")
    assert "](" not in guide


def test_an_empty_folder_is_filled(cati: Cati, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert cati("study", "new", tmp_path / "mine").code == 0
    assert (tmp_path / "mine/study.yaml").is_file()


@pytest.mark.parametrize("there", ["a file", "a folder with something in it"])
def test_nothing_is_written_over(cati: Cati, tmp_path: Path, there: str) -> None:
    path = tmp_path / "mine"
    if there == "a file":
        path.write_text("kept")
    else:
        path.mkdir()
        (path / "study.yaml").write_text("kept")
    ran = cati("study", "new", path)
    assert (ran.code, ran.out) == (2, "")
    assert "is there already" in ran.err
    kept = path if path.is_file() else path / "study.yaml"
    assert kept.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_to_is_bad_input(cati: Cati, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = cati("study", "new", tmp_path / "file" / "mine")
    assert (ran.code, ran.out) == (2, "")
    assert "Cannot write in" in ran.err
