"""Everything that is said to be reached is reached by the respondent shown, as the real engine walks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cati.errors import InputError
from cati.interview.interview import Interview
from cati.interview.presenting import closing_blocks, present
from cati.interview.walk import walk
from cati.questionnaire import model
from cati.questionnaire.answers import Key
from cati.questionnaire.conditions import parse
from cati.questionnaire.deciding import Decision, Target, decide
from cati.questionnaire.generate import compile_test
from cati.questionnaire.scope import build_scope
from cati.studies import Study


def _interview(decision: Decision, respondent: Any) -> Interview:
    """The respondent's answers, given question by question as they come."""
    interview, answers = Interview(decision.program, respondent["sample"]), respondent["answers"]
    while (waiting := interview.next) is not None and waiting in answers:
        for name, words in answers.items():
            if name.lower() in decision.program.write_ins and name.startswith(f"{waiting}_"):
                interview.give(name, words)
        interview.give(waiting, answers[waiting])
        if interview.next == waiting:
            break
    return interview


def _on_screen(interview: Interview) -> str:
    """Every text of the question that waits, or of the end."""
    if interview.next is None:
        return "\n".join(block.text for block in closing_blocks(interview))
    shown = present(interview, interview.next)
    texts = [block.text for block in (*shown.before, *shown.wording)] + [option.label for option in shown.options]
    return "\n".join([*texts, shown.row or ""])


def _test_of(decision: Decision, condition: str, interview: Interview) -> bool:
    tree = parse(condition)
    if tree is None:
        return True
    test = compile_test(tree, build_scope(decision.program.questionnaire), decision.program.mode)
    return test(interview.live, interview.sample)


def _item(decision: Decision, name: str) -> Any:
    return next(item for _, item in decision.program.questionnaire.each_item() if item.id == name)


def is_reached(decision: Decision, target: Target, respondent: Any) -> bool:
    """Whether the engine shows the target to the respondent."""
    interview = _interview(decision, respondent)
    step = decision.program.step(target.item)
    if target.kind in ("item", "row", "wording"):
        return _is_shown(decision, target, interview)
    if target.kind == "option":
        assert step is not None
        if isinstance(target.part, Key):
            return target.item in interview.route and interview.answer_to(target.item) is target.part
        shown = present(interview, target.item)
        return target.item in interview.route and target.part in [option.code for option in shown.options]
    if target.kind == "jump":
        assert step is not None
        goals: dict[Any, int] = {("item", at): goal for at, (_, goal) in enumerate(step.always_jumps)} | dict(
            step.jumps
        )
        return decision.program.following(step, interview.live, interview.sample) == goals[target.part]
    if target.kind == "end":
        return interview.route[-1] == target.item and interview.end == target.id.split(">")[1]
    if target.kind == "check":
        return _test_of(decision, _item(decision, target.item).checks[target.part].when, interview)
    if target.kind == "text":
        block = decision.program.questionnaire.texts[target.item].wording[target.part]
        return interview.next == interview.route[-1] and _test_of(decision, block.ask, interview)
    variant: Any = decision.program.questionnaire.fills[target.item]
    text = variant if isinstance(variant, str) else variant[target.part].text
    longest = max(text.replace("}", "{").split("{")[::2], key=len)
    return longest in _on_screen(interview)


def _is_shown(decision: Decision, target: Target, interview: Interview) -> bool:
    steps = [each for each in decision.program.steps if target.item in (each.id, each.item.id)]
    kind = steps[0].kind
    if target.kind == "wording":
        block = steps[0].item.wording[target.part]
        if not _test_of(decision, block.ask, interview):
            return False
    if kind == "end":
        return interview.end_slot == steps[0].slot
    if kind != "message":
        return any(each.id in interview.route for each in steps)
    messages = [each.test(interview.live, interview.sample) if each.test else True for each in steps]
    following = decision.program.step(interview.next) if interview.next else None
    return messages == [True] and (following is None or following.slot > steps[0].slot)


@pytest.mark.parametrize("mode", model.MODES)
@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_every_part_that_is_reached_is_shown_to_the_respondent_named(
    study: Callable[[str], Study], name: str, mode: model.Mode
) -> None:
    decision = decide(study(name).program(mode))
    assert decision.undecided_from is None
    reached = [target for target in decision.targets if decision.reaches(target)]
    assert len(reached) > 700
    for target in reached:
        respondent = decision.witness(target)
        assert respondent is not None
        assert is_reached(decision, target, respondent), (target, respondent)


@pytest.mark.parametrize("seed", range(150))
def test_random_questionnaires_hold_what_is_decided_of_them(seed: int, random_questionnaires: Any) -> None:
    """What any of many respondents reaches is said to be reached, and the respondents shown do reach it."""
    made = random_questionnaires
    rng = made.Random(seed)
    questions = made.a_questionnaire(rng)
    for program in made.programs(made.as_file(questions)):
        decision = decide(program)
        reached = {target.id for target in decision.targets if decision.reaches(target)}
        for target in decision.targets:
            respondent = decision.witness(target)
            if respondent is not None:
                assert is_reached(decision, target, respondent), (target, respondent)
        for _ in range(60):
            answers = made.some_answers(questions, rng)
            came = walk(program, {"sample": {"link": rng.choice(["open", "individual"])}, "answers": answers})
            assert set(came["route"]) <= reached
            offered = {f"{item}={code}" for item, shown in came["shown"].items() for code in shown["options"]}
            assert offered <= reached
            if came["end"] == "refusal":
                assert any(each.startswith(came["route"][-1]) and each.endswith(">refusal") for each in reached)


def test_an_unknown_part_is_answered_with_the_nearest_that_exists(study: Callable[[str], Study]) -> None:
    decision = decide(study("wave2").program("telephone"))
    with pytest.raises(InputError, match="Did you mean B4nw"):
        decision.witness("B4nv")


def test_what_nobody_reaches_has_no_respondent(study: Callable[[str], Study]) -> None:
    decision = decide(study("wave2").program("telephone"))
    assert decision.witness("LAND") is None
    assert not decision.reaches("LAND")
    assert decision.witness("b1=3>f1a") is not None
