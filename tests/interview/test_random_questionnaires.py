"""Random small questionnaires, routed twice: by the engine and by the plainest possible reading of the same rules.

The reading below keeps each base as nested tuples and evaluates them over a dictionary of answers on the route,
question by question from the first; the questionnaire file is written from the same tuples.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.interview.walk import walk
from cati.questionnaire.loading import load
from cati.questionnaire.program import Program

MODES = ("telephone", "online")


@dataclass
class Question:
    """A question; grid rows are questions that share a `grid`."""

    id: str
    kind: str
    base: Any
    codes: dict[int, Any] = field(default_factory=dict)  # code → the condition under which it is offered, or None
    exclusive: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()
    skip: dict[Any, str] = field(default_factory=dict)
    end: dict[Any, str] = field(default_factory=dict)
    source: str = ""
    always: frozenset[int] = frozenset()
    grid: str = ""
    grid_base: Any = None


# The questionnaire


def written(condition: Any) -> str:
    """A condition in the notation of the file."""
    match condition:
        case None:
            return ""
        case ("and" | "or") as word, left, right:
            return f"({written(left)} {word} {written(right)})"
        case "not", part:
            return f"not ({written(part)})"
        case "answered", item:
            return f"answered({item})"
        case "count", item, number:
            return f"count({item})>{number}"
        case "mode", mode:
            return f"mode={mode}"
        case "sample", value:
            return f'sample.link="{value}"'
        case operator, item, values:
            return f"{item}{operator}{'/'.join(map(str, values))}"
    raise AssertionError(condition)


def a_condition(before: list[Question], rng: Random, depth: int = 2) -> Any:
    """Something about the questions before; None where there is nothing to say."""
    if depth and rng.random() < 0.4:
        word = rng.choice(["and", "or", "not"])
        left, right = a_condition(before, rng, depth - 1), a_condition(before, rng, depth - 1)
        if left is None or right is None:
            return left or right
        return ("not", left) if word == "not" else (word, left, right)
    if not before or rng.random() < 0.1:
        return rng.choice([("mode", rng.choice(MODES)), ("sample", "open"), None])
    about = rng.choice(before)
    if rng.random() < 0.15:
        return ("answered", about.id)
    if about.kind == "number":
        return rng.choice(
            [("=", about.id, ["dk"]), ("≠", about.id, ["dk"]), (">", about.id, [3]), ("<", about.id, [3])]
        )
    if about.kind == "multi" and rng.random() < 0.4:
        return ("count", about.id, rng.randint(0, 2))
    codes = rng.sample(sorted(about.codes), rng.randint(1, min(2, len(about.codes))))
    return (rng.choice("=≠"), about.id, codes)


def a_questionnaire(rng: Random) -> list[Question]:
    questions: list[Question] = []
    for number in range(1, rng.randint(5, 12)):
        base = a_condition(questions, rng) if rng.random() < 0.6 else None
        kind = rng.choice(["single", "single", "multi", "number", "from", "grid"])
        multis = [each for each in questions if each.kind == "multi"]
        if kind == "from" and multis:
            source = rng.choice(multis)
            questions.append(
                Question(f"Q{number}", "single", base, dict(source.codes), source=source.id,
                         always=frozenset({rng.choice(sorted(source.codes))}))
            )  # fmt: skip
        elif kind == "grid":
            rows = [a_condition(questions, rng) if rng.random() < 0.5 else None for _ in range(3)]
            questions += [
                Question(f"Q{number}_{row}", "single", rows[row - 1], {1: None, 2: None, 3: None},
                         grid=f"Q{number}", grid_base=base)
                for row in (1, 2, 3)
            ]  # fmt: skip
        elif kind == "number":
            questions.append(Question(f"Q{number}", "number", base))
        else:
            codes = rng.sample(range(1, 10), rng.randint(2, 5))
            offered = {code: a_condition(questions, rng) if rng.random() < 0.2 else None for code in codes}
            made = Question(f"Q{number}", "multi" if kind == "multi" else "single", base, offered)
            made.exclusive = frozenset(codes[-1:]) if made.kind == "multi" else frozenset()
            made.words = frozenset(code for code in codes if rng.random() < 0.15)
            questions.append(made)
    for at, question in enumerate(questions):
        later = [each.grid or each.id for each in questions[at + 1 :] if (each.grid or each.id) != question.grid]
        special = "dk" if question.kind == "number" else rng.choice(sorted(question.codes))
        if later and not question.grid and not question.source and rng.random() < 0.4:
            question.skip[special] = rng.choice(later)
        elif not question.grid and not question.source and rng.random() < 0.1:
            question.end[special] = "refusal"
    return questions


def as_file(questions: list[Question]) -> str:
    """The questionnaire as the engine reads it: JSON is YAML."""
    items: list[dict[str, Any]] = []
    for question in questions:
        if question.grid:
            if not items or items[-1]["id"] != question.grid:
                options = [{"code": code, "label": "x"} for code in question.codes]
                items.append({"id": question.grid, "type": "grid", "ask": written(question.grid_base),
                              "rows": [], "options": options})  # fmt: skip
            rows = items[-1]["rows"]
            rows.append({"row": len(rows) + 1, "text": "x", "ask": written(question.base)})
            continue
        item: dict[str, Any] = {"id": question.id, "type": question.kind, "ask": written(question.base)}
        if question.kind == "number":
            flow = {"skip_to": question.skip.get("dk"), "end": question.end.get("dk")}
            item["specials"] = [{"key": "dk", "label": "x", **flow}]
        elif question.source:
            item |= {"options_from": question.source, "always": sorted(question.always)}
        else:
            item["options"] = [
                {
                    "code": code,
                    "label": "x",
                    "ask": written(condition),
                    "exclusive": code in question.exclusive,
                    "specify": code in question.words,
                    "skip_to": question.skip.get(code),
                    "end": question.end.get(code),
                }
                for code, condition in question.codes.items()
            ]
        items.append(item)
    items.append({"id": "END", "type": "end", "outcome": "completed"})
    whole = {"id": "random", "version": "1", "title": "x", "sample": {"link": "x"}}
    return json.dumps({**whole, "sections": [{"id": "ALL", "title": "x", "items": items}]}, ensure_ascii=False)


# The plainest reading


def holds(condition: Any, live: dict[str, Any], mode: str, link: str) -> bool:
    def value(item: str) -> Any:
        return live.get(item)

    match condition:
        case None:
            return True
        case "and", left, right:
            return holds(left, live, mode, link) and holds(right, live, mode, link)
        case "or", left, right:
            return holds(left, live, mode, link) or holds(right, live, mode, link)
        case "not", part:
            return not holds(part, live, mode, link)
        case "answered", item:
            return value(item) is not None
        case "count", item, number:
            return value(item) is not None and len(value(item)) > number
        case "mode", wanted:
            return bool(mode == wanted)
        case "sample", wanted:
            return bool(link == wanted)
        case (">" | "<") as operator, item, [number]:
            given = value(item)
            return isinstance(given, int) and (given > number if operator == ">" else given < number)
        case operator, item, values:
            given = value(item)
            if given is None:
                return False
            is_one = any(code in values for code in given) if isinstance(given, list) else given in values
            return bool(is_one == (operator == "="))
    raise AssertionError(condition)


@dataclass
class Expected:
    route: list[str] = field(default_factory=list)
    offered: dict[str, list[Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    next: str | None = None
    end: str | None = None


def by_the_rules(questions: list[Question], given: dict[str, Any], mode: str, link: str) -> Expected:
    out, live, at = Expected(), dict[str, Any](), 0
    while at < len(questions):
        question = questions[at]
        at += 1
        if not (holds(question.grid_base, live, mode, link) and holds(question.base, live, mode, link)):
            continue
        out.route.append(question.id)
        offered = [
            code
            for code, condition in question.codes.items()
            if holds(condition, live, mode, link)
            and (not question.source or code in (live.get(question.source) or []) or code in question.always)
        ]
        out.offered[question.id] = offered or (["dk"] if question.kind == "number" else [])
        answer = given.get(question.id)
        if isinstance(answer, list):
            answer = [code for code in question.codes if code in answer and code in offered] or None
        elif question.kind != "number" and answer not in offered:
            answer = None
        if answer is None:
            out.next = question.id
            return out
        live[question.id] = answer
        codes = answer if isinstance(answer, list) else [answer]
        for code in question.codes:
            name = f"{question.id}_{code}_text"
            if code in question.words and code in codes and not question.source and name not in given:
                out.missing.append(name)
        for code in codes:
            if code in question.end:
                out.end = question.end[code]
                return out
        target = next((question.skip[code] for code in codes if code in question.skip), None)
        if target is not None:
            at = next(index for index, each in enumerate(questions) if target in (each.id, each.grid))
    out.end = "completed"
    return out


# What the engine makes of it


def an_answer(question: Question, rng: Random) -> Any:
    if question.kind == "number":
        return rng.choice([0, 3, 4, 9, "dk"])
    if question.kind == "single":
        return rng.choice(sorted(question.codes))
    together = [code for code in question.codes if code not in question.exclusive]
    return rng.sample(together, rng.randint(1, len(together))) if rng.random() < 0.8 else list(question.exclusive)


def some_answers(questions: list[Question], rng: Random) -> dict[str, Any]:
    """Answers to most questions, on the route or not, and some of the words."""
    answers = {question.id: an_answer(question, rng) for question in questions if rng.random() < 0.93}
    for question in questions:
        for code in question.words:
            if rng.random() < 0.6 and not question.source:
                answers[f"{question.id}_{code}_text"] = "words"
    return answers


def programs(text: str) -> tuple[Program, Program]:
    loaded = load(text, source="random.yaml")
    return loaded.programs["telephone"], loaded.programs["online"]


@pytest.mark.parametrize("seed", range(120))
def test_the_engine_follows_the_plainest_reading(seed: int) -> None:
    rng = Random(seed)
    questions = a_questionnaire(rng)
    for mode, program in zip(MODES, programs(as_file(questions)), strict=True):
        for _ in range(8):
            answers, link = some_answers(questions, rng), rng.choice(["open", "individual"])
            expected = by_the_rules(questions, answers, mode, link)
            got = walk(program, {"sample": {"link": link}, "answers": answers})
            assert got["route"] == expected.route
            assert (got["next"], got["end"]) == (expected.next, expected.end)
            assert got["missing"] == expected.missing
            assert {item: shown["options"] for item, shown in got["shown"].items()} == expected.offered
            stale = [each.id for each in questions if each.id in answers and each.id not in expected.route]
            assert got["off_route"] == stale


@pytest.mark.parametrize("seed", range(80))
def test_changes_in_any_order_lead_where_their_outcome_would_have_led_at_once(seed: int) -> None:
    """An interview is changed thirty times, answers taken back among them; after each it stands by the rules."""
    rng = Random(seed)
    questions = a_questionnaire(rng)
    mode = rng.choice(MODES)
    program = programs(as_file(questions))[MODES.index(mode)]
    interview, given = Interview(program, {"link": "open"}), dict[str, Any]()
    words = [f"{each.id}_{code}_text" for each in questions for code in each.words if not each.source]
    for _ in range(30):
        waiting = interview.next
        question = next((each for each in questions if each.id == waiting), None) if rng.random() < 0.6 else None
        name = question.id if question else rng.choice([each.id for each in questions] + words)
        question = next((each for each in questions if each.id == name), None)
        value = None if rng.random() < 0.15 else an_answer(question, rng) if question else "words"
        judged = Interview(program, {}, {name: value}).answer_to(name)
        interview.hold(name, judged)
        given = {**given, name: value}
        present = {item: answer for item, answer in given.items() if answer is not None}
        expected = by_the_rules(questions, present, mode, "open")
        assert interview.route == expected.route
        assert (interview.next, interview.end) == (expected.next, expected.end)
        assert interview.missing() == expected.missing
        fresh = Interview(program, {"link": "open"}, present)
        assert (fresh.route, fresh.live) == (interview.route, interview.live)
