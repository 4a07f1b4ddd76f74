"""Faults seeded one at a time into the conditions of a questionnaire, to try whether a check finds them.

Each base, jump, row and option condition loses a code, has one raised by one, or loses a part; each jump at a code is
left out or moves to the next code. What comes out is again data that can be validated.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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
    Value,
    Word,
    parse,
)
from cati.questionnaire.yaml_source import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it was seeded, what it does, and the questionnaire as plain data with it."""

    path: Path
    item: str
    what: str
    data: Any


def faults(data: Any) -> Iterator[Fault]:
    """Every fault of the kinds above in a questionnaire given as plain data (as YAML is read)."""
    for section_at, section in enumerate(data["sections"]):
        for item_at, item in enumerate(section["items"]):
            base: Path = ("sections", section_at, "items", item_at)
            for path in _conditions(item):
                text = _at(item, path)
                for what, changed in changes(text):
                    yield Fault((*base, *path), item["id"], f"{text} → {changed or 'everybody'} ({what})",
                                _with(data, (*base, *path), changed))  # fmt: skip
            yield from _jumps(data, item, base)


def _conditions(item: Any) -> Iterator[Path]:
    if item.get("ask"):
        yield ("ask",)
    for at, jump in enumerate(item.get("jumps", ())):
        if jump.get("if"):
            yield ("jumps", at, "if")
    for part in ("rows", "options"):
        written = item.get(part, ())
        for at, each in enumerate(written if isinstance(written, list) else ()):
            if each.get("ask"):
                yield (part, at, "ask")


def _jumps(data: Any, item: Any, base: Path) -> Iterator[Fault]:
    """A jump at a code left out, and moved to the next option."""
    options = item.get("options", ())
    for at, option in enumerate(options if isinstance(options, list) else ()):
        if "skip_to" not in option:
            continue
        path = (*base, "options", at, "skip_to")
        without = _with(data, path, None)
        yield Fault(path, item["id"], f"no jump to {option['skip_to']} at code {option['code']}", without)
        if at + 1 < len(options) and "skip_to" not in options[at + 1] and "end" not in options[at + 1]:
            moved = _with(without, (*base, "options", at + 1, "skip_to"), option["skip_to"])
            yield Fault(path, item["id"], f"the jump to {option['skip_to']} moves from code {option['code']}", moved)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _with(data: Any, path: Sequence[Any], value: Any) -> Any:
    """A copy of the data with another value at a path; only what is on the way there is copied."""
    if not path:
        return value
    changed: Any = copy.copy(data)
    inner = data.get(path[0]) if isinstance(data, dict) else data[path[0]]
    changed[path[0]] = _with(inner, path[1:], value)
    return changed


def changes(text: str) -> Iterator[tuple[str, str]]:
    """The ways in which a condition can be faulty: what was done, and the condition then."""
    tree = parse(text)
    if tree is not None:
        for what, changed in _changed(tree):
            yield what, "" if changed is None else written(changed)


def _changed(tree: Condition) -> Iterator[tuple[str, Condition | None]]:
    match tree:
        case And(parts) | Or(parts):
            for at, part in enumerate(parts):
                rest = parts[:at] + parts[at + 1 :]
                yield "part removed", rest[0] if len(rest) == 1 else type(tree)(rest)
                for what, changed in _changed(part):
                    if changed is not None:
                        yield what, type(tree)((*parts[:at], changed, *parts[at + 1 :]))
        case Not(part):
            yield "not removed", part
            for what, changed in _changed(part):
                yield what, None if changed is None else Not(changed)
        case Comparison(left, operator, values):
            for at, value in enumerate(values):
                for what, changed_values in _changed_value(value):
                    kept = (*values[:at], *changed_values, *values[at + 1 :])
                    yield what, Comparison(left, operator, kept) if kept else None
        case Answered():
            yield "part removed", None


def _changed_value(value: Value) -> Iterator[tuple[str, tuple[Value, ...]]]:
    if not isinstance(value, Span):
        yield "code dropped", ()
        return
    if value.low == value.high:
        yield "code dropped", ()
        yield "code raised", (Span(value.low + 1, value.low + 1),)
        return
    for code in range(value.low, value.high + 1):
        sides = ((value.low, code - 1), (code + 1, value.high))
        yield "code dropped", tuple(Span(low, high) for low, high in sides if low <= high)
    yield "code raised", (Span(value.low, value.high + 1),)
    yield "code raised", (Span(value.low + 1, value.high + 1),)


def written(tree: Condition) -> str:
    """A condition in the notation of the file."""
    match tree:
        case And(parts):
            return " and ".join(_bracketed(part) for part in parts)
        case Or(parts):
            return " or ".join(_bracketed(part) for part in parts)
        case Not(part):
            return f"not {_bracketed(part)}"
        case Answered(name):
            return f"answered({name})"
        case Comparison(left, operator, values):
            return f"{_left(left)}{operator}{'/'.join(_value(value) for value in values)}"
    raise AssertionError(tree)


def _bracketed(tree: Condition) -> str:
    return f"({written(tree)})" if isinstance(tree, (And, Or)) else written(tree)


def _left(left: ItemRef | Count | SampleVariable | ModeVariable) -> str:
    match left:
        case ItemRef(name):
            return name
        case Count(name):
            return f"count({name})"
        case SampleVariable(name):
            return f"sample.{name}"
    return "mode"


def _value(value: Value) -> str:
    match value:
        case Span(low, high):
            return str(low) if low == high else f"{low}-{high}"
        case Quoted(text):
            return f'"{text}"'
        case SampleVariable(name):
            return f"sample.{name}"
        case Word(text):
            return text
