"""Random respondents: people who answer whatever they are asked, to try a questionnaire before anybody is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from cati.interview.interview import Interview
from cati.questionnaire.program import Program, Step

# At a question that decides the route most people take the main branch, which comes first; the others are still common
# enough for a few thousand respondents to meet every rare one.
_MAIN_BRANCH_SHARE = 0.7
_SPECIAL_SHARE = 0.12
_MAX_NUMBER = 200


def random_answer(interview: Interview, item_id: str, rng: Random) -> Any:
    """An answer that the question offers on this route, as plain data (see `answers.to_json`)."""
    step = interview.step(item_id)
    if step.specials and rng.random() < _SPECIAL_SHARE:
        return {"key": rng.choice(step.specials).special.key}
    if step.kind == "single":
        return _code(interview, step, rng)
    if step.kind == "multi":
        return _codes(interview, step, rng)
    if step.kind == "number":
        high = step.item.max if step.item.max is not None else step.item.min + _MAX_NUMBER
        return rng.randint(step.item.min, high)
    if step.kind == "contact":
        return {field.field: _box(field, rng) for field in step.item.fields}
    code_list = interview.program.code_lists.get(getattr(step.item, "code_list", None) or "")
    return rng.choice(code_list.entries).name if code_list and code_list.entries else f"words {rng.randint(1, 99)}"


def _code(interview: Interview, step: Step, rng: Random) -> int:
    codes = [
        option.option.code for option in step.offered(interview.live, interview.sample) if option.option.again is None
    ]
    decides = bool(step.ends or step.jumps)
    return codes[0] if decides and rng.random() < _MAIN_BRANCH_SHARE else rng.choice(codes)


def _codes(interview: Interview, step: Step, rng: Random) -> list[int]:
    offered = [option.option for option in step.offered(interview.live, interview.sample)]
    together = [option.code for option in offered if not option.exclusive]
    if len(together) < len(offered) and (not together or rng.random() < _SPECIAL_SHARE):
        return [rng.choice([option.code for option in offered if option.exclusive])]
    return rng.sample(together, rng.randint(1, min(3, len(together))))


def _box(field: Any, rng: Random) -> Any:
    if field.specials and rng.random() < _SPECIAL_SHARE:
        return {"key": rng.choice(field.specials).key}
    return f"{field.field} {rng.randint(1, 99)}"


def random_respondent(
    program: Program,
    sample: Mapping[str, str],
    rng: Random,
    fixed: Mapping[str, Any] | None = None,
    answer: Callable[[Interview, str, Random], Any] = random_answer,
) -> dict[str, Any]:
    """Every answer of one random respondent, write-ins included, by item id in the order given.

    `fixed` holds answers that are not left to chance (the screener's way into the interview, say), by item id; one
    that comes back to its own question ends the respondent there. `answer` draws the others.
    """
    interview = Interview(program, sample)
    answers: dict[str, Any] = {}
    while (item_id := interview.next) is not None:
        chosen = (fixed or {}).get(item_id)
        answers[item_id] = answer(interview, item_id, rng) if chosen is None else chosen
        interview.give(item_id, answers[item_id])
        if interview.next == item_id:  # a reassurance: the same question again
            break
        for name in interview.missing():
            kind = program.write_ins[name.lower()].write_in.type
            answers[name] = rng.randint(1, 9) if kind == "number" else f"words {rng.randint(1, 99)}"
            interview.give(name, answers[name])
    return answers
