"""What no respondent can ever meet in a mode, and why: so that a rehearsal does not report it as left to chance.

This looks at one condition at a time and only ever says "impossible" where it is sure: a base on the other mode, a
sample value that the mode does not have, a question that is itself impossible, or a code that excludes the others
where two are needed. What it does not see through counts as possible.
"""

from __future__ import annotations

from typing import Any

from cati.interview.drawn_sample import LINKS
from cati.questionnaire import model
from cati.questionnaire.conditions import (
    And,
    Answered,
    Comparison,
    Condition,
    Count,
    ItemRef,
    ModeVariable,
    Not,
    Or,
    Quoted,
    SampleVariable,
    Span,
    Word,
    parse,
)
from cati.questionnaire.program import OptionStep, Program, Step
from cati.questionnaire.scope import row_id

_TRUTHS = {"=": lambda value, against: value in against, "≠": lambda value, against: value not in against}


def never_asked(questionnaire: model.Questionnaire, mode: model.Mode) -> set[str]:
    """The ids, in small letters, of the items and rows whose base cannot hold in this mode."""
    dead: set[str] = set()
    for _, item in questionnaire.each_item():
        impossible = not can_hold(item.ask, mode, dead)
        if impossible:
            dead.add(item.id.lower())
        for row in getattr(item, "rows", ()):
            if impossible or not can_hold(row.ask, mode, dead):
                dead.add(row_id(item.id, row.row).lower())
    return dead


def can_hold(text: str, mode: model.Mode, dead: set[str]) -> bool:
    """May this condition hold for somebody in this mode, given the ids that nobody is asked?"""
    return _may(parse(text), True, mode, dead)


def why_not_offered(program: Program, step: Step, option: OptionStep, dead: set[str]) -> str | None:
    """Why nobody can ever choose an option of a question that is asked; None where somebody may."""
    if not can_hold(option.option.ask, program.mode, dead):
        return f"offered only if {option.option.ask}, which never holds here"
    if step.source_slot is None or option.option.code in step.always:
        return None
    source = program.steps[step.source_slot]
    if option.option.code in source.exclusive and _needs_two(step.item.ask, source.id):
        return f"excludes the others at {source.id}, and {step.id} is asked only where two codes were given there"
    if option.option.code not in source.codes:
        return f"{source.id} does not have it, and only what was chosen there is offered"
    return None


def _needs_two(ask: str, source: str) -> bool:
    condition = parse(ask)
    parts = condition.parts if isinstance(condition, And) else (condition,)
    for part in parts:
        if isinstance(part, Comparison) and isinstance(part.left, Count) and part.left.id.lower() == source.lower():
            lowest = min((value.low for value in part.values if isinstance(value, Span)), default=0)
            if lowest + (part.operator == ">") >= 2 and part.operator in (">", "≥", "="):
                return True
    return False


def _may(condition: Condition | None, want: bool, mode: str, dead: set[str]) -> bool:
    match condition:
        case None:
            return want
        case And(parts):
            each = (_may(part, want, mode, dead) for part in parts)
            return all(each) if want else any(each)
        case Or(parts):
            each = (_may(part, want, mode, dead) for part in parts)
            return any(each) if want else all(each)
        case Not(part):
            return _may(part, not want, mode, dead)
        case Answered(name):
            return not want or name.lower() not in dead
        case Comparison():
            return _comparison_may(condition, want, mode, dead)


def _comparison_may(comparison: Comparison, want: bool, mode: str, dead: set[str]) -> bool:
    known = _known_values(comparison.left, mode)
    if known is not None and comparison.operator in _TRUTHS:
        against = {value.text for value in comparison.values if isinstance(value, (Quoted, Word))}
        return any(_TRUTHS[comparison.operator](value, against) is want for value in known)
    if isinstance(comparison.left, (ItemRef, Count)) and comparison.left.id.lower() in dead:
        return not want  # a comparison with a missing answer is false
    return True


def _known_values(left: Any, mode: str) -> tuple[str, ...] | None:
    if isinstance(left, ModeVariable):
        return (mode,)
    return LINKS[mode] if isinstance(left, SampleVariable) and left.name == "link" else None
