"""`cati questionnaire`: check, walk, show, export."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cati = Callable[..., Any]
Copy = Callable[[Callable[[str], str]], Path]
BEGUN = {"sample": {"name": "A N Other", "la": "Leeds"}, "answers": {"S1": 1, "S2": 1, "S4": 1}}


@pytest.mark.parametrize("study", ["wave2", "asye"])
def test_the_shipped_studies_have_no_errors(cati: Cati, study: str) -> None:
    ran = cati("questionnaire", "check", study, "--json")
    assert ran.code == 0
    assert ran.json["errors"] == 0


def test_an_error_names_file_line_item_and_remedy_and_fails_the_check(cati: Cati, copy_of_study: Copy) -> None:
    folder = copy_of_study(lambda text: text.replace("skip_to: F1a", "skip_to: F1b", 1))
    ran = cati("questionnaire", "check", folder, "--json")
    assert ran.code == 1
    problem = next(each for each in ran.json["problems"] if each["severity"] == "error")
    line = (folder / "questionnaire.yaml").read_text().splitlines()[problem["line"] - 1]
    assert "F1b" in line
    assert problem["file"].endswith("questionnaire.yaml")
    assert (problem["item"], bool(problem["remedy"])) == ("B1", True)
    assert cati("questionnaire", "check", folder).out.count("error: ") == ran.json["errors"]


def test_a_file_that_is_not_yaml_is_an_error_with_its_line(cati: Cati, copy_of_study: Copy) -> None:
    folder = copy_of_study(lambda text: text + "\n  - : [\n")
    ran = cati("questionnaire", "check", folder, "--json")
    assert ran.code == 1
    assert ran.json["problems"][0]["line"] > 1


def test_a_broken_questionnaire_is_not_walked(cati: Cati, copy_of_study: Copy) -> None:
    folder = copy_of_study(lambda text: text.replace("skip_to: F1a", "skip_to: F1b", 1))
    ran = cati("questionnaire", "walk", folder, "-", stdin=json.dumps(BEGUN).encode())
    assert (ran.code, ran.out) == (2, "")
    assert "F1b" in ran.err


def test_each_line_is_answered_by_one_line_in_order(cati: Cati, tmp_path: Path) -> None:
    file = tmp_path / "respondents.jsonl"
    lines = [json.dumps(BEGUN), "", "not json", '["a list"]', json.dumps({"answers": {"S1": 99}}), json.dumps(BEGUN)]
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    ran = cati("questionnaire", "walk", "wave2", file)
    assert ran.code == 2
    first, second, third, fourth, fifth = ran.lines
    assert first == fifth
    assert (first["route"], first["next"], first["end"]) == (["S1", "S2", "S4", "B1"], "B1", None)
    assert "A N Other" in first["shown"]["S1"]["text"]
    for answer, line in ((second, "line 3: not JSON"), (third, "line 4: ")):
        (error,) = answer["errors"]
        assert (error["item"], error["value"]) == (None, None)
        assert error["why"].startswith(line)
    assert (fourth["errors"][0]["item"], fourth["errors"][0]["value"]) == ("S1", 99)


@pytest.mark.parametrize(
    "line",
    [
        b'{"answers": {"B11": NaN}}',
        b'{"answers": {"B11": 1e999}}',
        b"\xff\xfe{",
        b"[" * 100_000,
        b"1" * 5000,
        b"3",
        b"{",
    ],
)
def test_a_line_that_cannot_be_a_respondent_is_refused_and_the_next_one_answered(cati: Cati, line: bytes) -> None:
    ran = cati("questionnaire", "walk", "wave2", "-", stdin=json.dumps(BEGUN).encode() + b"\n" + line + b"\n")
    assert ran.code == 2
    answered, refused = ran.lines
    assert answered["next"] == "B1"
    assert refused["errors"][0]["why"].startswith("line 2: ")


def test_half_of_a_character_pair_comes_back_as_json(cati: Cati) -> None:
    ran = cati("questionnaire", "walk", "wave2", "-", stdin=b'{"sample": {"name": "\\ud800"}, "answers": {}}')
    assert ran.code == 0
    assert "\ud800" in ran.lines[0]["shown"]["S1"]["text"]


def test_the_online_mode_begins_without_the_screener(cati: Cati) -> None:
    ran = cati("questionnaire", "walk", "wave2", "-", "--mode", "online", stdin=b'{"answers": {}}')
    assert ran.lines[0]["next"] == "B1"


def test_an_answer_comes_before_the_next_line_is_waited_for() -> None:
    command = [sys.executable, "-m", "cati", "questionnaire", "walk", "wave2", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as walker:
        assert walker.stdin is not None
        assert walker.stdout is not None
        for _ in range(2):
            walker.stdin.write(json.dumps(BEGUN).encode() + b"\n")
            walker.stdin.flush()
            assert json.loads(walker.stdout.readline())["next"] == "B1"
        walker.stdin.close()
        assert walker.wait() == 0


@pytest.mark.parametrize("form", ["text", "html", "markdown"])
def test_the_paper_questionnaire_shows_every_question(cati: Cati, form: str) -> None:
    ran = cati("questionnaire", "show", "wave2", "--format", form)
    assert ran.code == 0
    assert "ASK PERSON WHO ANSWERS PHONE" in ran.out
    assert "Which ONE of the following best applies to you?" in ran.out


def test_the_schema_of_the_file_format_is_json_schema(cati: Cati) -> None:
    schema = cati("questionnaire", "export", "wave2", "--to", "json-schema").json
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "sections" in schema["properties"]


@pytest.mark.parametrize("mode", ["telephone", "online"])
def test_the_survey_for_surveyjs_is_in_the_mode_asked_for(cati: Cati, tmp_path: Path, mode: str) -> None:
    command = ("questionnaire", "export", "wave2", "--to", "surveyjs", "--mode", mode)
    survey = cati(*command).json
    assert survey["cati"]["mode"] == mode
    assert survey["pages"]
    file = tmp_path / "wave2.json"
    assert cati(*command, "--output", file).code == 0
    assert json.loads(file.read_text(encoding="utf-8")) == survey


def test_every_fault_of_the_calling_rules_is_told_with_its_line(cati: Cati, copy_of_study: Copy) -> None:
    folder = copy_of_study(lambda text: text)
    rules = folder / "calling.yaml"
    rules.write_text(
        rules.read_text().replace("appointment_grace:", "appointment_grac:").replace("10:00-", "19:00-", 1)
    )
    ran = cati("questionnaire", "check", folder, "--json")
    assert ran.code == 1
    found = [each for each in ran.json["problems"] if each["file"].endswith("calling.yaml")]
    lines = rules.read_text().splitlines()
    assert sorted(lines[each["line"] - 1].strip().partition(":")[0] for each in found) == ["appointment_grac", "sat"]
    assert all(each["remedy"] for each in found)
