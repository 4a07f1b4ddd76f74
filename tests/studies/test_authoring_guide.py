"""The authoring guide tells the truth: its quotes stand in the example, its changes work, its errors are said so."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
import pytest

from cati.cli.checking import problems_of
from cati.cli.group import Command, load, root
from cati.cli.registry import commands
from cati.interview.walk import walk
from cati.studies import load_study
from cati.studies.agreement import disagreements

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = DOCS / "example-study"
GUIDE = (DOCS / "authoring.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, what stands after it, its text, its line in the guide."""

    language: str
    about: str
    text: str
    line: int


def fences() -> list[Fence]:
    return [
        Fence(found[1], found[2].strip(), found[3], GUIDE[: found.start()].count("\n") + 1)
        for found in re.finditer(r"^```(\w+)([^\n]*)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    ]


FENCES = fences()


def of(*languages: str) -> list[object]:
    return [
        pytest.param(fence, id=f"{fence.language}-line-{fence.line}") for fence in FENCES if fence.language in languages
    ]


def test_there_are_no_blocks_that_nothing_is_known_of() -> None:
    assert {fence.language for fence in FENCES} == {"sh", "yaml", "diff", "text", "json"}


@pytest.mark.parametrize("quoted", of("yaml"))
def test_what_is_quoted_stands_in_the_example(quoted: Fence) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.yaml")}
    assert any(f"\n{quoted.text}" in f"\n{text}" for text in texts.values()), quoted.text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as `my-study` in the current folder, to be changed."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, "my-study")
    return Path("my-study")


def change(folder: Path, diff: Fence) -> None:
    lines = diff.text.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line.startswith("-"))
    new = "".join(line[1:] for line in lines if line.startswith("+"))
    path = folder / diff.about
    text = path.read_text(encoding="utf-8")
    assert f"\n{old}" in text, "the line to be changed is not in the example"
    path.write_text(text.replace(f"\n{old}", f"\n{new}", 1), encoding="utf-8")


@pytest.mark.parametrize("diff", of("diff"))
def test_a_change_works_or_is_refused_with_the_words_of_the_guide(folder: Path, diff: Fence) -> None:
    following = FENCES[FENCES.index(diff) + 1]
    said = following.text.strip() if following.language == "text" else None
    change(folder, diff)
    problems = [str(problem) for problem in problems_of("my-study")]
    if said is None:
        assert problems == []
    else:
        assert any(said in problem for problem in problems), problems
        assert any(f"my-study/{diff.about}" in problem or said in problem for problem in problems)


def test_every_message_of_the_guide_belongs_to_a_change() -> None:
    for before, after in pairwise(FENCES):
        assert after.language != "text" or before.language == "diff", f"line {after.line}"


@pytest.mark.parametrize("block", of("sh"))
def test_every_command_of_the_guide_can_be_read_by_the_program(block: Fence) -> None:
    known = dict(commands())
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "cati"
        while words[1].startswith("--"):
            del words[1:3]
        path = next(path for path in known if tuple(words[1 : 1 + len(path)]) == path)
        command = load(known[path])
        assert isinstance(command, Command)
        command.make_context(" ".join(path), words[1 + len(path) :], parent=click.Context(root)).close()


@pytest.mark.parametrize("block", of("json"))
def test_the_respondent_of_the_guide_comes_to_the_end(block: Fence) -> None:
    walked = walk(load_study(str(EXAMPLE)).program("telephone"), json.loads(block.text))
    assert (walked["end"], walked["off_route"], walked["missing"]) == ("interviewed", [], [])
    assert "Q5_3" in walked["route"]


def test_every_type_of_item_is_told_and_stands_in_the_example() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| type |")[2].partition("\n\n")[0], re.MULTILINE))
    used = {item.type for _, item in load_study(str(EXAMPLE)).questionnaire.each_item()}
    assert told == used


@pytest.mark.parametrize(
    "condition", re.findall(r"^\| `([^`]+)`", GUIDE.partition("| written |")[2].partition("\n\n")[0], re.MULTILINE)
)
def test_every_condition_of_the_guide_is_one(folder: Path, condition: str) -> None:
    path = folder / "questionnaire.yaml"
    text = path.read_text(encoding="utf-8")
    quoted = "'" + condition.replace("'", "''") + "'"
    changed = text.replace("ask: Q10=1\n", f"ask: {quoted}\n", 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    assert load_study("my-study").loaded.questionnaire.id == "libraries"


def test_a_study_may_use_a_scheme_that_comes_with_cati(folder: Path) -> None:
    """As the guide says: with that scheme's own outcomes in the screener and in the calling rules."""
    theirs = {
        "interviewed": "completed", "declined": "refusal", "no_answer": "no_reply", "busy": "engaged",
        "appointment_fixed": "hard_appointment", "appointment_open": "soft_appointment", "paused": "suspended",
        "call_in_the_evening": "call_back_consumer_hours", "wants_online": "online_requested",
        "wrong_person": "wrong_number", "dead_number": "unobtainable", "lives_elsewhere": "not_eligible",
        "broken_off": "breakdown", "untried": "not_called",
    }  # fmt: skip
    for name in ("questionnaire.yaml", "calling.yaml"):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        for ours, other in theirs.items():
            text = re.sub(rf"\b{ours}\b", other, text)
        path.write_text(text, encoding="utf-8")
    (folder / "outcomes.yaml").unlink()
    described = (
        (folder / "study.yaml").read_text(encoding="utf-8").replace("outcomes: outcomes.yaml", "outcomes: wave2")
    )
    (folder / "study.yaml").write_text(described, encoding="utf-8")
    study = load_study("my-study")
    assert study.loaded.problems == []
    # what is left is what the scheme says of the Wave 2 screener, whose items are others
    told = {problem.what for problem in disagreements(study) if problem.file.endswith("calling.yaml")}
    assert told == {
        "call_back_business_hours has no delay, so that its cases are called again at once",
        "referral_number has no delay, so that its cases are called again at once",
    }


def test_the_guide_names_only_files_that_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (DOCS / target).exists(), target
    beside = re.findall(r"^\| `([\w.]+\.(?:yaml|csv))` \|", GUIDE, re.MULTILINE)
    assert sorted(beside) == sorted(path.name for path in EXAMPLE.iterdir())


def test_a_word_of_the_guide_about_outcomes_is_a_key_of_the_file() -> None:
    from cati.outcomes.scheme_file import OutcomeFile

    told = re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| key |")[2].partition("\n\n")[0], re.MULTILINE)
    assert set(told) == set(OutcomeFile.model_fields) - {"label"}
