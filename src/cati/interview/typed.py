"""An answer typed as text, read as its question would have it: `3`, `1 9`, `dk`, words."""

from __future__ import annotations

import json
import re
from typing import Any

from cati.questionnaire.answers import AnswerRefused
from cati.questionnaire.program import Program, Step

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_APART = re.compile(r"[\s;,]+")


def read_typed(program: Program, item_id: str, text: str) -> Any:
    """The plain data (as `answers.to_json` writes it) that a typed answer to a question or write-in stands for.

    A special answer is given by its key; JSON is taken as it stands. Raises AnswerRefused for what is no code where one
    is expected. Whether the question takes it is not judged here.
    """
    said = text.strip()
    if said.startswith(("{", "[")):
        try:
            return json.loads(said)
        except ValueError:
            pass  # words that begin with a bracket
    write_in = program.write_ins.get(item_id.lower())
    if write_in is not None:
        return _number(said) if write_in.write_in.type == "number" else text
    step = program.step(item_id)
    if step is None:
        raise AnswerRefused(item_id, text, "there is no such item in the questionnaire")
    if step.kind == "multi":
        return [_code(step, part) for part in _APART.split(said) if part]
    if step.kind == "single":
        return _code(step, said)
    if said.lower() in {special.special.key for special in step.specials}:
        return {"key": said.lower()}
    return _number(said) if step.kind == "number" else text


def _number(said: str) -> Any:
    return int(said) if _WHOLE.fullmatch(said) else said


def _code(step: Step, said: str) -> int:
    if _WHOLE.fullmatch(said):
        return int(said)
    found = next((each.option.code for each in step.options if each.option.key == said.lower()), None)
    if found is None:
        codes = ", ".join(str(option.option.code) for option in step.options)
        raise AnswerRefused(step.id, said, f"a code is expected, one of {codes}")
    return found


_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def is_address(text: str) -> bool:
    """Whether a text looks like an e-mail address."""
    return _ADDRESS.fullmatch(text.strip()) is not None
