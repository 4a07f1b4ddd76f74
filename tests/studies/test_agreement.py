"""The files of a study agree with one another; where they do not, `check` says so before the first call."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cati.studies import load_study
from cati.studies.agreement import disagreements

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/example-study"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example study, to be set at odds with itself."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "mine"))


def test_the_studies_that_come_with_cati_and_the_example_agree() -> None:
    for name in ("wave2", "asye", str(EXAMPLE)):
        assert disagreements(load_study(name)) == []


CASES = [
    (
        "a delay of an outcome that there is not",
        "calling.yaml",
        "  busy: {after",
        "  bussy: {after: [5]}\n  busy: {after",
        "error",
        "calling.yaml",
        "`bussy` is not an outcome of outcomes.yaml. Did you mean busy?",
    ),
    (
        "a call back without a delay",
        "calling.yaml",
        "  busy: {after: [20, 60]}\n",
        "",
        "warning",
        "calling.yaml",
        "busy has no delay, so that its cases are called again at once. Add for example `busy: {after: [60]}`.",
    ),
    (
        "nobody can break off for good",
        "outcomes.yaml",
        "    asks_for: [refusal]\n    breaks_off: true\n",
        "    asks_for: [refusal]\n",
        "error",
        "outcomes.yaml",
        "no outcome is for an interview broken off for good",
    ),
    (
        "nobody can go on later",
        "outcomes.yaml",
        "    appointment: either\n    row: live\n    breaks_off: true\n",
        "    appointment: either\n    row: live\n",
        "error",
        "outcomes.yaml",
        "no outcome is for an interview broken off that will go on",
    ),
    (
        "going on later at no time",
        "outcomes.yaml",
        "    appointment: either\n",
        "",
        "error",
        "outcomes.yaml",
        "paused breaks off an interview that will go on, but takes no time for that. Add `appointment: either`.",
    ),
    (
        "an interview that does not count as one",
        "outcomes.yaml",
        "    ends_questionnaire: true\n",
        "",
        "error",
        "outcomes.yaml",
        "the questionnaire ends with interviewed, which is not the outcome of a whole interview",
    ),
    (
        "a call that cannot be coded",
        "outcomes.yaml",
        "found_by: [call, online]",
        "found_by: [online]",
        "error",
        "outcomes.yaml",
        "a call ends with lives_elsewhere in the questionnaire, but cannot come to it here",
    ),
    (
        "a number that can be typed nowhere",
        "outcomes.yaml",
        "    number_state: wrong\n",
        "    number_state: wrong\n    asks_for: [number]\n",
        "error",
        "outcomes.yaml",
        "wrong_person asks for another number, and the questionnaire has nowhere to type it",
    ),
    (
        "answers at an item that there is not",
        "outcomes.yaml",
        "answers: [{T1: 8}]",
        "answers: [{TI: 8}]",
        "error",
        "outcomes.yaml",
        "wrong_person: there is no item TI. There are: T1, T2, T3, Q1",
    ),
    (
        "answers that an item does not have",
        "outcomes.yaml",
        "answers: [{T1: 8}]",
        "answers: [{T1: 88}]",
        "error",
        "outcomes.yaml",
        "wrong_person: T1: there is no code 88",
    ),
    (
        "answers that lead elsewhere",
        "outcomes.yaml",
        "answers: [{T1: 8}]",
        "answers: [{T1: [8, 9]}]",
        "warning",
        "outcomes.yaml",
        "on the telephone T1=9 does not lead to wrong_person",
    ),
    (
        "answers of an interview that end before it",
        "outcomes.yaml",
        "answers: [{T1: 1, T2: 1, T3: 1}]",
        "answers: [{T1: 1, T2: 1, T3: 2}]",
        "warning",
        "outcomes.yaml",
        "on the telephone T1=1, T2=1, T3=2 does not lead to interviewed",
    ),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "severity", "file", "said"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_what_does_not_fit_is_told_with_its_place(
    folder: Path, name: str, old: str, new: str, severity: str, file: str, said: str
) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found, *others = disagreements(load_study(str(folder)))
    assert len(others) <= 1  # what follows from it
    assert (found.severity, found.file) == (severity, f"{folder}/{file}")
    assert found.line is not None
    assert said in str(found)


def test_a_key_of_several_codes_at_a_multi_is_an_answer_like_another(folder: Path) -> None:
    path = folder / "outcomes.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{T1: 1, T2: 1, T3: 1}", "{T1: 1, T2: 1, T3: 1, Q1: 1, Q2: dk, Q3: [1, 2]}", 1))
    assert disagreements(load_study(str(folder))) == []
