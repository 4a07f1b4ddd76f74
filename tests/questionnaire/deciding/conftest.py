"""The two studies, and what the real engine makes of a respondent."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.interview.rehearsing import random_respondent
from cati.questionnaire import model
from cati.questionnaire.answers import AnswerRefused
from cati.questionnaire.compiling import Findings, compile_with_findings
from cati.questionnaire.program import Program
from cati.questionnaire.yaml_source import read_yaml
from cati.studies import Study, load_study

STUDIES = ("wave2", "asye")


@cache
def _study(name: str) -> Study:
    return load_study(name)


@pytest.fixture
def study() -> Callable[[str], Study]:
    """A shipped study by name."""
    return _study


@pytest.fixture
def data() -> Callable[[str], Any]:
    """A shipped questionnaire as plain data."""
    return lambda name: read_yaml(_study(name).texts["questionnaire.yaml"], name).data


@pytest.fixture
def program_of() -> Callable[..., Program | None]:
    """The program of plain data in a mode; None where it has errors."""

    def built(data: Any, mode: model.Mode, study: str | None = None) -> Program | None:
        findings = Findings("test.yaml", lambda _: None)
        lists = _study(study).code_lists if study else {}
        program = compile_with_findings(model.Questionnaire.model_validate(data), mode, lists, findings, "")
        return None if any(problem.severity == "error" for problem in findings.problems) else program

    return built


@pytest.fixture
def path() -> Callable[[Program, Any], Any]:
    """Where the engine leads a respondent: route, question that waits, end, and the codes offered on the way."""

    def walked(program: Program, respondent: Any) -> Any:
        answers = respondent["answers"]
        interview = Interview(program, respondent["sample"])
        while (waiting := interview.next) is not None and answers.get(waiting) is not None:
            for name in [
                each for each in answers if each.lower() in program.write_ins and each.startswith(f"{waiting}_")
            ]:
                interview.give(name, answers[name])
            try:
                interview.give(waiting, answers[waiting])
            except AnswerRefused:
                break
            if interview.next == waiting:
                break
        offered = []
        for name in interview.route:
            step = interview.step(name)
            offered.append([each.option.code for each in step.offered(interview.live, interview.sample)])
        return interview.route, interview.next, interview.end, offered

    return walked


@pytest.fixture
def respondents() -> Callable[..., list[Any]]:
    """Random respondents of a shipped study."""

    def many(program: Program, count: int, seed: int) -> list[Any]:
        rng = Random(seed)
        found = []
        for _ in range(count):
            links = ["individual", "open"] if program.mode == "online" else ["individual"]
            sample = {"link": rng.choice(links), "la": "Leeds"}
            fixed = {"S1": 1, "S2": 1, "S4": 1} if rng.random() < 0.9 else None
            found.append({"sample": sample, "answers": random_respondent(program, sample, rng, fixed)})
        return found

    return many


@pytest.fixture(scope="session")
def random_questionnaires() -> ModuleType:
    """The maker of random small questionnaires, with their plainest reading."""
    place = Path(__file__).parents[2] / "interview" / "test_random_questionnaires.py"
    spec = importlib.util.spec_from_file_location("random_small_questionnaires", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
