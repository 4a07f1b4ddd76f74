"""The routing model against survey-core, playing the same respondents answer by answer."""

from __future__ import annotations

import importlib.util
import statistics
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from benchmarks.measuring import Figure, Missing, Told, seconds

from cati.exchange.surveyjs import survey_json
from cati.interview.interview import Interview
from cati.interview.presenting import present
from cati.interview.rehearsing import random_answer, random_respondent
from cati.questionnaire.judging import judge
from cati.questionnaire.program import Program
from cati.studies import load_study

SAMPLE = {"name": "Ada Byron", "la": "Leeds", "link": "individual", "interviewer_name": "Sam"}
TO_THE_INTERVIEW = {"S1": 1, "S2": 1, "S4": 1}
AIM = 300
_PASSES = 20


def engine_module() -> ModuleType:
    """The tests' player of survey-core."""
    path = Path(__file__).resolve().parents[2] / "tests" / "oracle" / "engine.py"
    spec = importlib.util.spec_from_file_location("oracle_engine", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def people(program: Program, count: int, seed: int) -> list[dict[str, Any]]:
    """Random respondents who take part; what they answer, in the order in which they are asked."""
    rng = Random(seed)
    return [
        {"sample": SAMPLE, "answers": random_respondent(program, SAMPLE, rng, TO_THE_INTERVIEW)} for _ in range(count)
    ]


def play(program: Program, person: dict[str, Any]) -> str | None:
    """One interview as a screen holds it: each answer judged, the route brought up to date, the next question read."""
    interview = Interview(program, person["sample"])
    for item, value in person["answers"].items():
        interview.give(item, value)
        interview.next  # noqa: B018  what a screen asks after each answer
    return interview.end


def measure(rounds: int, respondents: int) -> Told:
    """Both questionnaires on the telephone. cati plays each respondent more often a round, to be timed at all."""
    module = engine_module()
    try:
        engine = module.find_engine()
    except module.NoEngineError as missing:
        return [Missing("Routing: whole interviews, page by page, against survey-core", str(missing))]
    told: Told = []
    for study in ("wave2", "asye"):
        program = load_study(study).program("telephone")
        those = people(program, respondents, seed=1)
        survey = survey_json(program, wording=False)
        mine, playing, building = [], [], []
        for _ in range(rounds):
            spent = seconds(lambda: [play(program, each) for _ in range(_PASSES) for each in those])  # noqa: B023
            mine.append(spent / _PASSES / respondents * 1000)
            bare = engine.play([survey], those, "--time")[0]
            playing.append(bare["playing"] / respondents * 1000)
            building.append(bare["building"] / respondents * 1000)
        answers = sum(len(each["answers"]) for each in those) / respondents
        cati, floor = statistics.median(mine), statistics.median(playing)
        note = (
            f"{respondents} respondents of {answers:.0f} answers on average; survey-core without texts, playing "
            f"alone; its models take another {statistics.median(building):.0f} ms an interview to build"
        )
        name = f"Routing, {study}: a whole interview, the route current after every answer"
        floor_name = f"survey-core {version(engine)} under Node, page by page"
        told.append(Figure(name, "ms", cati, floor_name, floor, AIM, times_faster=True, rounds=rounds, note=note))
    return told


def version(engine: Any) -> str:
    """The version of survey-core that plays."""
    import json

    package = engine.folder / "node_modules" / "survey-core" / "package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])


def compare(count: int) -> dict[str, Any]:
    """Routes, offered options and grid rows of many respondents, and after a changed answer, in both engines."""
    module = engine_module()
    try:
        engine = module.find_engine()
    except module.NoEngineError as missing:
        return {"missing": str(missing)}
    result: dict[str, Any] = {}
    for study in ("wave2", "asye"):
        program = load_study(study).program("telephone")
        rng = Random(2)
        those, expected = [], []
        for _ in range(count):
            answers = random_respondent(program, SAMPLE, rng, TO_THE_INTERVIEW if rng.random() < 0.9 else None)
            interview = Interview(program, SAMPLE, answers)
            before = standing(interview)
            item = rng.choice(interview.route)
            change = {item: random_answer(interview, item, rng)}
            interview.hold(item, judge(program, item, change[item]))
            those.append({"sample": SAMPLE, "answers": answers, "changes": [change]})
            expected.append(before | {"changed": [standing(interview)]})
        told = engine.play([survey_json(program)], those, "--at-once")
        differing = [person for person, mine, bare in zip(those, expected, told, strict=True) if mine != bare]
        result[study] = {"respondents": count, "differing": len(differing), "first": differing[:1]}
    return result


def standing(interview: Interview) -> dict[str, Any]:
    """Where an interview stands: its route, what each question on it offers, what is next, how it ended."""
    offered: dict[str, list[int | str]] = {}
    for item in interview.route:
        asked = present(interview, item)
        keys = [special.key for special in asked.specials]
        keys += [special.key for box in asked.boxes for special in box.specials]
        offered[item] = [option.code for option in asked.options] or list(dict.fromkeys(keys))
    return {"route": interview.route, "offered": offered, "next": interview.next, "end": interview.end}
