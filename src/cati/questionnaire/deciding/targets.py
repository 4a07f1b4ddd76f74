"""What a respondent can reach: every item, row, option, piece of wording, fill variant, jump, end and check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cati.questionnaire.answers import Key
from cati.questionnaire.deciding.texts import NamedFill
from cati.questionnaire.deciding.views import StepView, Views

TargetKind = Literal["item", "row", "option", "wording", "variant", "jump", "end", "check", "text"]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to reach. `id` names it: `B3`, `G1_6` (row), `I1=7` and `B4a=dk` (option), `LAND:2` (second block of
    wording), `{leaving}:1` (variant), `B1=3>F1a` and `F1>I5` (jumps), `S3=2>refusal` (end at a code), `B15?1` (check),
    `reassurances:1` (block of a named text). `part` says which within the item.
    """

    kind: TargetKind
    id: str
    item: str
    part: Any = None


def targets_of(views: Views) -> Iterator[Target]:
    """Every target of a questionnaire in one mode, in order."""
    seen: set[Target] = set()
    for view in views.steps:
        for target in _of_step(view):
            if target not in seen:
                seen.add(target)
                yield target


def _of_step(view: StepView) -> Iterator[Target]:
    step = view.step
    yield Target("row" if step.row is not None else "item", step.id, step.id)
    for block in view.blocks:
        yield Target("wording", f"{step.item.id}:{block.at + 1}", step.item.id, block.at)
    for option in view.options:
        yield Target("option", f"{step.id}={option.code}", step.id, option.code)
    for special in step.specials:
        yield Target("option", f"{step.id}={special.special.key}", step.id, Key(special.special.key))
    for text in view.texts():
        for fill in text.fills():
            if isinstance(fill, NamedFill):
                for at in range(len(fill.variants)):
                    yield Target("variant", f"{{{fill.name}}}:{at + 1}", fill.name, at)
    yield from _jumps(view)
    for code, cases in view.ends.items():
        if code in step.codes or isinstance(code, Key):
            for case in cases:
                yield Target("end", f"{_at(step.id, code)}>{case.outcome}", step.id, (code, case.at))
    for at, _, _ in view.checks:
        yield Target("check", f"{step.item.id}?{at + 1}", step.item.id, at)
    for name, blocks in view.again_blocks.items():
        for block in blocks:
            yield Target("text", f"{name}:{block.at + 1}", name, block.at)


def _jumps(view: StepView) -> Iterator[Target]:
    step = view.step
    for code in step.jumps:
        if code in step.codes or isinstance(code, Key):
            yield Target("jump", f"{_at(step.id, code)}>{_goal(view, code)}", step.id, code)
    goals: Counter[str] = Counter()
    for at, _, _ in view.jumps:
        goal = step.item.jumps[at].to
        goals[goal] += 1
        again = f" ({goals[goal]})" if goals[goal] > 1 else ""
        yield Target("jump", f"{step.item.id}>{goal}{again}", step.id, ("item", at))


def _goal(view: StepView, code: int | Key) -> str:
    """Where a code's jump goes, as the questionnaire names it."""
    if isinstance(code, Key):
        return next(str(each.special.skip_to) for each in view.step.specials if each.special.key == code.name)
    return next(str(option.option.option.skip_to) for option in view.options if option.code == code)


def _at(item: str, code: int | Key) -> str:
    return f"{item}={code.name if isinstance(code, Key) else code}"
