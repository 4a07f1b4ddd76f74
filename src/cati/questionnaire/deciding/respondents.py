"""Respondents as plain data, `{"sample": {…}, "answers": {…}}`, as `questionnaire walk` takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cati.questionnaire.answers import Answer, to_json
from cati.questionnaire.deciding.forward import Way
from cati.questionnaire.deciding.sides import Side


def parts(way: Way) -> tuple[dict[str, str], dict[str, Answer]]:
    """The sample values of a way, and its answers by lower-case id, in the order given."""
    steps = []
    while way is not None:
        way, name, value = way
        steps.append((name, value))
    sample, given = {}, {}
    for name, value in reversed(steps):
        if not name.startswith("sample."):
            given[name] = value
        elif value is not None:
            sample[name.removeprefix("sample.")] = value
    return sample, given


def respondent(sides: Sequence[Side], way: Way) -> dict[str, Any]:
    """Who came along a way."""
    sample, given = parts(way)
    return {"sample": sample, "answers": plain(sides, given)}


def plain(sides: Sequence[Side], given: Mapping[str, Answer]) -> dict[str, Any]:
    """Answers as plain data under the ids as they are spelled, with words for the codes that ask for them."""
    answers: dict[str, Any] = {}
    for name, value in given.items():
        for side in sides:
            slot = side.step_named(name)
            held = side.accepted(name, value)
            if slot is None:
                write_in = side.program.write_ins.get(name)
                if write_in is not None:
                    answers[write_in.id] = to_json(value)
                continue
            step = side.program.steps[slot]
            if held is not None or step.id not in answers:
                answers[step.id] = to_json(value if held is None else held)
            for write_in in step.write_ins:
                chosen = write_in.code in value if isinstance(value, tuple) else write_in.code == value
                if chosen and write_in.id.lower() not in given:
                    number = write_in.write_in.type == "number"
                    answers[write_in.id] = (write_in.write_in.min or 0) if number else "words"
    return answers
