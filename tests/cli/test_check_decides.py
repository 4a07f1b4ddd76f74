"""`questionnaire check` decides: a respondent for every part, and for every difference between two versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cati.cli.checking import check
from cati.interview.walk import walk
from cati.studies import load_study

WAVE2 = load_study("wave2")


def test_a_witness_is_a_respondent_who_walks_there() -> None:
    result = CliRunner().invoke(check, ["wave2", "--witness", "I1=7"])
    assert result.exit_code == 0
    respondent = json.loads(result.stdout)
    walked = walk(WAVE2.program("telephone"), respondent)
    assert "I1" in walked["route"]
    assert respondent["answers"]["I1"] == [7]


def test_what_nobody_reaches_by_a_mode_has_no_witness() -> None:
    result = CliRunner().invoke(check, ["wave2", "--mode", "online", "--witness", "S1"])
    assert result.exit_code == 1
    assert result.stdout == ""


@pytest.fixture
def narrowed(tmp_path: Path) -> Path:
    """Wave 2 with B3 left to the agency workers."""
    text = WAVE2.texts["questionnaire.yaml"]
    assert "ask: B2=6/9\n" in text
    path = tmp_path / "narrowed.yaml"
    path.write_text(text.replace("ask: B2=6/9\n", "ask: B2=6\n", 1), encoding="utf-8")
    return path


def test_a_narrowed_base_is_shown_with_somebody_who_loses_the_question(narrowed: Path) -> None:
    result = CliRunner().invoke(check, ["wave2", "--against", str(narrowed), "--json"])
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    first = next(each for each in said["differences"] if each["item"] == "B3" and each["mode"] == "telephone")
    assert first["kind"] == "route"
    now = walk(WAVE2.program("telephone"), first["respondent"])
    assert "B3" in now["route"]
    assert first["respondent"]["answers"]["B2"] == 9


def test_a_version_does_not_differ_from_itself() -> None:
    result = CliRunner().invoke(check, ["asye", "--against", "asye"])
    assert (result.exit_code, result.stdout) == (0, "no differences\n")
