"""cati's routes against those of survey-core, an engine written by others that reads what cati exports.

SurveyJS has no jumps, no grids asked row by row and no memory for silent answers: everything that the routing model
knows of its own is said in another language there, and played by somebody else's program.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cati.exchange.surveyjs import survey_json
from cati.interview.interview import Interview
from cati.interview.presenting import present
from cati.interview.rehearsing import random_answer, random_respondent
from cati.questionnaire.answers import to_json
from cati.questionnaire.codelists import CodeList, Entry
from cati.questionnaire.judging import judge
from cati.questionnaire.loading import load
from cati.questionnaire.model import Mode
from cati.questionnaire.program import Program
from cati.questionnaire.yaml_source import read_yaml
from cati.studies import load_study

from .engine import Engine, NoEngineError, find_engine

CORPUS = Path(__file__).parents[1] / "questionnaire" / "corpus"
TO_THE_INTERVIEW = {"S1": 1, "S2": 1, "S4": 1}


@pytest.fixture(scope="session")
def engine() -> Engine:
    """survey-core; skips, with the reason, where it cannot be run."""
    try:
        return find_engine()
    except NoEngineError as missing:
        pytest.skip(str(missing))


def _program(study: str, mode: Mode) -> Program:
    return load_study(study).program(mode)


def _offered(interview: Interview, item: str) -> list[int | str]:
    asked = present(interview, item)
    keys = [special.key for special in asked.specials]
    keys += [special.key for box in asked.boxes for special in box.specials]
    return [option.code for option in asked.options] or list(dict.fromkeys(keys))


def _standing(interview: Interview) -> dict[str, Any]:
    route = interview.route
    offered = {item: _offered(interview, item) for item in route}
    return {"route": route, "offered": offered, "next": interview.next, "end": interview.end}


def _sample(rng: Random) -> dict[str, str]:
    link = rng.choice(["individual", "open"])
    return {"name": "Ada Byron", "la": "Leeds", "link": link, "interviewer_name": "Sam", "ofsted": "Good"}


def _respondents(program: Program, count: int, seed: int) -> list[dict[str, Any]]:
    """Random people, most of them beyond the screener; each then changes an answer, and takes the change back."""
    rng = Random(seed)
    people = []
    for _ in range(count):
        sample = _sample(rng)
        answers = random_respondent(program, sample, rng, TO_THE_INTERVIEW if rng.random() < 0.9 else None)
        interview = Interview(program, sample, answers)
        item = rng.choice(interview.route)
        changes = [{item: random_answer(interview, item, rng)}, {item: answers[item]}]
        people.append({"sample": sample, "answers": answers, "changes": changes})
    return people


def _expected(program: Program, person: dict[str, Any]) -> dict[str, Any]:
    interview = Interview(program, person["sample"], person["answers"])
    expected = {**_standing(interview), "shown": _shown(interview), "changed": []}
    for change in person["changes"]:
        for item, value in change.items():
            interview.hold(item, judge(program, item, value))
        expected["changed"].append(_standing(interview))
    return expected


def _shown(interview: Interview) -> dict[str, str]:
    return {item: present(interview, item).read_out for item in interview.route}


def _seen(told: dict[str, Any]) -> dict[str, Any]:
    """What was told, without the mark that stands in SurveyJS for a fill that has nothing to say."""
    seen: dict[str, Any] = json.loads(json.dumps(told, ensure_ascii=False).replace("\u200b", ""))
    return seen


BOTH = [(study, mode) for study in ("wave2", "asye") for mode in ("telephone", "online")]


@pytest.mark.parametrize(("study", "mode"), BOTH)
def test_another_engine_leads_60_respondents_along_the_same_route(study: str, mode: Mode, engine: Engine) -> None:
    """Route, offered options and end; again after a changed answer, and after the change is taken back."""
    program = _program(study, mode)
    people = _respondents(program, 60, seed=20191104)
    told = engine.play([survey_json(program)], people, "--at-once")
    assert len(told) == 60
    moved = 0
    for person, each in zip(people, told, strict=True):
        expected = _expected(program, person)
        del expected["shown"]
        assert each == expected, person
        moved += sum(changed["route"] != expected["route"] for changed in expected["changed"])
    assert moved >= 5  # else the changes changed nothing, and proved nothing


@pytest.mark.parametrize(("study", "mode"), BOTH)
def test_another_engine_asks_page_by_page_in_the_same_words(study: str, mode: Mode, engine: Engine) -> None:
    program = _program(study, mode)
    people = _respondents(program, 3, seed=20200107)
    told = engine.play([survey_json(program)], people)
    assert len(told) == 3
    for person, each in zip(people, told, strict=True):
        assert _seen(each) == _expected(program, person), person


def _as_held(program: Program, given: dict[str, Any]) -> dict[str, Any]:
    """Answers as written in a case, by the ids of the questionnaire and as cati holds them."""
    held = {}
    for name, value in given.items():
        slot = program.by_id[name.lower()]
        item = program.steps[slot].id if slot < len(program.steps) else program.write_ins[name.lower()].id
        answer = judge(program, item, value)
        if answer is not None:
            held[item] = to_json(answer)
    return held


def test_another_engine_agrees_on_every_feature(engine: Engine) -> None:
    """The corpus of tiny questionnaires, one feature each, with the answers of its own cases, stale ones included."""
    surveys, people, expected = [], [], []
    for path in sorted(CORPUS.glob("*.yaml")):
        text, _, cases = path.read_text(encoding="utf-8").partition("\n---\n")
        places = CodeList("places", (Entry("Leeds"), Entry("Kent")))
        loaded = load(text, source=path.name, code_lists={"places": places})
        for mode, program in loaded.programs.items():
            surveys.append(survey_json(program))
            for case in read_yaml(cases, path.name).data:
                if "errors" in case or "nonsense" in case or case.get("mode", "telephone") != mode:
                    continue
                sample = {name: str(value) for name, value in case.get("sample", {}).items()}
                given = _as_held(program, case["give"])
                people.append({"survey": len(surveys) - 1, "sample": sample, "answers": given})
                expected.append((path.stem, case["say"], _standing(Interview(program, sample, given))))
    told = engine.play(surveys, people, "--at-once")
    assert len(told) > 80
    differing = [
        {"case": f"{name}: {say}", "cati": standing, "survey-core": each}
        for (name, say, standing), each in zip(expected, told, strict=True)
        if each != standing
    ]
    assert differing == []
