"""Answers as somebody reads them who does not know the questionnaire: the question, and the answer in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cati.interview.interview import Interview
from cati.interview.presenting import Presented, present
from cati.questionnaire.program import Program


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer with its question. `value`: as it is kept; `answer`: in words; `counts`: it is on the route, and seen
    by exports. Of an item that this version of the questionnaire does not have, the texts are empty."""

    item: str
    question: str
    answer: str
    value: Any
    counts: bool


def read_answers(program: Program, sample: Mapping[str, str], answers: Mapping[str, Any]) -> list[ReadAnswer]:
    """The answers of one respondent (as `answers.to_json` writes them), each with its question, in the given order."""
    interview, dropped = Interview.resume(program, sample, answers)
    route = set(interview.route)
    read = []
    for name, value in answers.items():
        item = program.spelling(name)
        if item is None or name in dropped:
            read.append(ReadAnswer(name, "", _plain(value), value, False))
            continue
        write_in = program.write_ins.get(item.lower())
        if write_in is not None:
            step = next(step for step in program.steps if write_in in step.write_ins)
            label = next((each.label for each in present(interview, step.id).options if each.code == write_in.code), "")
            counts = step.id in route and interview.live[write_in.slot] is not None
            read.append(
                ReadAnswer(item, f"{step.id}, code {write_in.code} {label}".strip(), _plain(value), value, counts)
            )
            continue
        presented = present(interview, item)
        question = presented.read_out or " ".join(block.text for block in presented.wording)
        read.append(ReadAnswer(item, question, in_words(program, presented, value), value, item in route))
    return read


def in_words(program: Program, presented: Presented, value: Any) -> str:
    """An answer to a question in words: labels of codes, the words of a special answer, boxes of contact details."""
    labels = {special.key: special.label for special in presented.specials}
    if isinstance(value, dict) and set(value) == {"key"}:
        return labels.get(value["key"]) or str(value["key"])
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(box)}" for name, box in value.items())
    if presented.kind in ("single", "multi"):
        offered = {option.code: option.label for option in presented.options}
        step = program.step(presented.id)
        assert step is not None
        for option in step.options:  # offered on another route
            offered.setdefault(option.option.code, option.option.label or "")
        codes = value if isinstance(value, list) else [value]
        return "; ".join(f"{offered.get(code, '')} ({code})".strip() for code in codes)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"key"}:
        return str(value["key"])
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value)
    return str(value)
