"""The walk written out step by step goes wherever `Program.advance` goes, whatever the answers, gaps among them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cati.interview.drawn_sample import drawing
from cati.interview.interview import Interview
from cati.interview.rehearsing import random_respondent
from cati.questionnaire import model
from cati.questionnaire.answers import AnswerRefused, Key
from cati.questionnaire.judging import judge
from cati.questionnaire.loading import load
from cati.questionnaire.program import Program
from cati.questionnaire.unrolled import Walk, unrolled
from cati.studies import load_study

Way = tuple[str | None, int | None, list[int], list[int], list[Any]]
"""End, slot waited at, route, questions without an answer, live answers."""

FLOWS = """
id: flows
version: "1"
title: Flows
sample: {link: Link}
sections:
  - id: ALL
    title: All
    items:
      - {id: Q1, type: multi, options: [{code: 1, label: a, skip_to: Q4}, {code: 2, label: b, end: refusal},
         {code: 3, label: c, specify: true}, {code: 9, label: none, exclusive: true}]}
      - {id: Q2, type: number, ask: "Q1=3", specials: [{key: dk, label: "?", skip_to: Q5}, {key: na, label: "-"}]}
      - {id: Q3, type: single, options_from: Q1, always: [9]}
      - {id: Q4, type: single, ask: 'sample.link="open" or answered(Q3)', options: [{code: 1, label: a, ask: "Q2>3"},
         {code: 2, label: b}]}
      - {id: Q5, type: text, ask: "not Q4=1", specials: [{key: refused, label: "no", end: refusal}]}
      - {id: END, type: end, outcome: completed}
"""


def by_the_engine(program: Program, given: list[Any], sample: dict[str, str], last: int) -> Way:
    """Past every question without an answer before the slot `last`."""
    live, route, lacking = [None] * program.slots, list[int](), list[int]()
    reached = program.advance(given, live, sample, route, 0)
    while reached.waiting is not None:
        lacking.append(reached.waiting)
        if reached.waiting >= last:
            break
        reached = program.advance(given, live, sample, route, reached.waiting + 1)
    return reached.end, reached.waiting, route, lacking, live


def written_out(walk: Walk, program: Program, given: list[Any], sample: dict[str, str], last: int) -> Way:
    live, route, lacking = [None] * program.slots, list[int](), list[int]()
    end, waiting = walk(given, live, sample, route, lacking, last)
    return end, waiting, route, lacking, live


def damaged(program: Program, answers: dict[str, Any], rng: Random) -> list[Any]:
    """Answers by slot, some of them taken away, some replaced by others that the question could take."""
    given = Interview(program, {}).given
    for item, value in answers.items():
        if rng.random() < 0.93:
            given[program.by_id[item.lower()]] = judge(program, item, value)
    for step in program.steps:
        if step.kind not in ("message", "end") and rng.random() < 0.1:
            given[step.slot] = another(program, step.id, rng)
    return given


def another(program: Program, item: str, rng: Random) -> Any:
    step = program.step(item)
    assert step is not None
    options: list[Any] = [None]
    codes = sorted(step.codes)
    options += [{"key": special.special.key} for special in step.specials]
    if step.kind == "multi":
        options += [rng.sample(codes, rng.randint(1, min(4, len(codes)))) for _ in range(4)]
    elif step.kind == "single":
        options += rng.sample(codes, min(4, len(codes)))
    elif step.kind == "number":
        options += [0, 1, 5, 40]
    elif step.kind == "text":
        options += ["words"]
    try:
        return judge(program, item, rng.choice(options))
    except AnswerRefused:
        return None


def agree(program: Program, walk: Walk, given: list[Any], sample: dict[str, str], rng: Random) -> Way:
    for last in (-1, rng.randrange(len(program.steps)), len(program.steps)):
        expected = by_the_engine(program, given, sample, last)
        assert written_out(walk, program, given, sample, last) == expected
    return expected


STUDIES: list[tuple[str, model.Mode]] = [(name, mode) for name in ("wave2", "asye") for mode in model.MODES]


@pytest.fixture(scope="module", params=STUDIES, ids="-".join)
def walked(request: pytest.FixtureRequest) -> tuple[Program, Walk]:
    name, mode = request.param
    program = load_study(name).program(mode)
    return program, unrolled(program)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_walks_are_one(walked: tuple[Program, Walk], seed: int) -> None:
    """A random respondent's answers, with those of another one left behind, damaged in thirty ways."""
    program, walk = walked
    rng = Random(seed)
    sample = dict(drawing(program)(rng))
    fixed = {"S1": 1, "S2": 1, "S4": 1} if rng.random() < 0.8 else {}
    answers = random_respondent(program, sample, rng, fixed)
    stale = random_respondent(program, dict(drawing(program)(rng)), rng, fixed)
    for _ in range(30):
        agree(program, walk, damaged(program, {**stale, **answers}, rng), sample, rng)


def test_jumps_and_ends_of_multicodes_and_of_special_answers() -> None:
    program = load(FLOWS, source="flows.yaml").programs["telephone"]
    walk = unrolled(program)
    rng, ends = Random(1), set[str | None]()
    routes: set[tuple[str, ...]] = set()
    for _ in range(2000):
        given: list[Any] = [None] * program.slots
        for step in program.steps[:5]:
            if rng.random() < 0.9:
                given[step.slot] = another(program, step.id, rng)
        given[program.by_id["q1_3_text"]] = rng.choice([None, "words", Key("dk")])
        end, _, route, _, _ = agree(program, walk, given, {"link": rng.choice(["open", "individual"])}, rng)
        ends.add(end)
        routes.add(tuple(program.steps[slot].id for slot in route))
    assert ends == {"completed", "refusal"}
    assert {("Q1", "Q2", "Q5"), ("Q1", "Q4", "Q5"), ("Q1",), ("Q1", "Q2", "Q3", "Q4")} <= routes
