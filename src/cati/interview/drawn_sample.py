"""Sample values for invented respondents: drawn from what the questionnaire itself tells them apart by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from cati.questionnaire.conditions import (
    And,
    Comparison,
    Condition,
    ConditionError,
    Not,
    Or,
    Quoted,
    SampleVariable,
    parse,
)
from cati.questionnaire.program import Program

LINKS = {"telephone": ("individual",), "online": ("individual", "open")}
"""The kinds of link by mode: who is called is known by name, so an open link implies online."""

_AUTHORITIES = "local_authorities"


def values_of(program: Program) -> dict[str, tuple[str, ...]]:
    """The values that each declared sample variable is drawn from, by its name.

    `link` by the mode; the authority from the study's list; a variable that conditions compare with texts: those
    texts, and one that is none of them; any other: a word of its own.
    """
    compared = _compared(program)
    drawn = {}
    for name in program.questionnaire.sample:
        authorities = program.code_lists.get(_AUTHORITIES)
        if name == "link":
            drawn[name] = LINKS[program.mode]
        elif name == "la" and authorities is not None and authorities.entries:
            drawn[name] = tuple(entry.name for entry in authorities.entries)
        else:
            drawn[name] = (*compared.get(name, ()), f"({name.replace('_', ' ')})")
    return drawn


def drawing(program: Program) -> Callable[[Random], Mapping[str, str]]:
    """Draws the sample values of one respondent: every declared variable, each value as likely as the others."""
    values = values_of(program)
    return lambda rng: {name: rng.choice(each) for name, each in values.items()}


def _compared(program: Program) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for text in _conditions(program.questionnaire.model_dump()):
        try:
            condition = parse(text)
        except ConditionError:  # a fault that `check` tells; nothing is drawn from it
            continue
        for comparison in comparisons(condition):
            if isinstance(comparison.left, SampleVariable):
                texts = [value.text for value in comparison.values if isinstance(value, Quoted)]
                found.setdefault(comparison.left.name, {}).update(dict.fromkeys(texts))
    return {name: tuple(texts) for name, texts in found.items()}


def comparisons(condition: Condition | None) -> Iterator[Comparison]:
    """Every comparison in a condition."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)
        case Comparison():
            yield condition


def _conditions(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("ask", "when") and isinstance(value, str):
                yield value
            else:
                yield from _conditions(value)
    elif isinstance(data, list):
        for value in data:
            yield from _conditions(value)
