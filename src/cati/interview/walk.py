"""A respondent's answers, walked through the routing model in one go: for checks, exports and other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cati.errors import InputError
from cati.interview.interview import Interview
from cati.interview.presenting import present
from cati.questionnaire.answers import AnswerRefused
from cati.questionnaire.judging import judge, judge_step
from cati.questionnaire.program import Program


def walk(program: Program, respondent: Any) -> dict[str, Any]:
    """Where a respondent's answers lead.

    `respondent` is plain data: `{"sample": {variable: text}, "answers": {item id: answer}}`, answers as in
    `answers.to_json`. Gives `route`, `next`, `end`, `off_route`, `shown` and `missing`, or, if a question on the
    route was given an answer that it can never take, `errors` alone. Answers off the route are not judged.
    Raises InputError if the data is not of this form at all.
    """
    sample, answers = _parts(respondent)
    given = {str(name).lower(): value for name, value in answers.items() if not _is_blank(value)}
    errors = [
        {"item": name, "value": value, "why": "there is no such item in the questionnaire"}
        for name, value in answers.items()
        if str(name).lower() not in program.by_id
    ]
    interview = Interview(program, sample)
    errors += _answer_all(interview, given)
    if errors:
        return {"errors": errors}
    route = interview.route
    return {
        "route": route,
        "next": interview.next,
        "end": interview.end,
        "off_route": [step.id for step in program.steps if step.id.lower() in given and step.id not in route],
        "shown": {item_id: _shown(interview, item_id) for item_id in route},
        "missing": interview.missing(),
    }


def _is_blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _answer_all(interview: Interview, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answer question after question until one waits, the end comes, or an answer is refused."""
    program = interview.program
    while (waiting := interview.next) is not None:
        step = interview.step(waiting)
        try:
            answer = judge_step(step, given.get(waiting.lower()))
            for write_in in step.write_ins:
                if write_in.code == answer or (isinstance(answer, tuple) and write_in.code in answer):
                    interview.hold(write_in.id, judge(program, write_in.id, given.get(write_in.id.lower())))
        except AnswerRefused as refused:
            return [{"item": refused.item, "value": refused.value, "why": refused.why}]
        interview.hold(waiting, answer)
        if interview.next == waiting:
            break
    return []


def _parts(respondent: Any) -> tuple[dict[str, str], Mapping[str, Any]]:
    if not isinstance(respondent, dict):
        raise InputError('a respondent is an object such as {"sample": {…}, "answers": {…}}')
    unknown = sorted(set(respondent) - {"sample", "answers"})
    if unknown:
        raise InputError(f'`{unknown[0]}` is not a part of a respondent; expected "sample" and "answers"')
    sample, answers = respondent.get("sample") or {}, respondent.get("answers") or {}
    if not isinstance(sample, dict) or not isinstance(answers, dict):
        raise InputError('"sample" and "answers" are objects, such as {"B1": 1}')
    texts = {str(name): str(value) for name, value in sample.items() if value is not None}
    return texts, answers


def _shown(interview: Interview, item_id: str) -> dict[str, Any]:
    presented = present(interview, item_id)
    keys = [special.key for special in presented.specials]
    keys += [special.key for box in presented.boxes for special in box.specials if special.key not in keys]
    return {
        "text": presented.read_out,
        "options": [option.code for option in presented.options] or list(dict.fromkeys(keys)),
    }
