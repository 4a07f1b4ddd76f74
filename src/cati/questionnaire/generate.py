"""Conditions as Python functions: `test(live, sample)`, where `live[slot]` is an answer on the route or None.

Each condition becomes one expression, compiled once for a mode, because every one of them may be asked after every
answer of every interview.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cati.nearest import did_you_mean
from cati.questionnaire.answers import Key
from cati.questionnaire.conditions import (
    And,
    Answered,
    Comparison,
    Condition,
    ConditionError,
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
)
from cati.questionnaire.scope import Scope, Symbol

Live = Sequence[Any]
Sample = Mapping[str, str]
Test = Callable[[Live, Sample], bool]

_PYTHON = {"=": "==", "≠": "!=", "<": "<", "≤": "<=", ">": ">", "≥": ">="}


def compile_test(condition: Condition, scope: Scope, mode: str, before: int | None = None) -> Test:
    """The function that decides a condition in a mode.

    `before` is the first slot that may not be looked at (None: all may be). Raises ConditionError for an unknown
    item, code, key or sample variable, for a comparison that the item's type has not, and for a look forward.
    """
    writer = _Writer(scope, mode, before)
    expression = writer.expression(condition)
    test: Test = eval(f"lambda a, s: {expression}", writer.names)
    return test


class _Writer:
    def __init__(self, scope: Scope, mode: str, before: int | None) -> None:
        self._scope = scope
        self._mode = mode
        self._before = before
        self.names: dict[str, Any] = {}

    def _constant(self, value: Any) -> str:
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def _find(self, name: str) -> Symbol:
        symbol = self._scope.find(name)
        if self._before is not None and symbol.known_at >= self._before:
            raise ConditionError(f"{symbol.id} is not answered yet here", "Look only at items that were asked before.")
        return symbol

    def expression(self, condition: Condition) -> str:
        match condition:
            case And(parts):
                return "(" + " and ".join(self.expression(part) for part in parts) + ")"
            case Or(parts):
                return "(" + " or ".join(self.expression(part) for part in parts) + ")"
            case Not(part):
                return f"(not {self.expression(part)})"
            case Answered(name):
                return f"(a[{self._find(name).slot}] is not None)"
            case Comparison(ModeVariable(), operator, values):
                return self._mode_test(operator, values)
            case Comparison(SampleVariable(name), operator, values):
                return self._sample_test(name, operator, values)
            case Comparison(Count(name), operator, values):
                return self._count_test(name, operator, values)
            case Comparison(ItemRef(name), operator, values):
                return self._item_test(self._find(name), operator, values)
        raise AssertionError(condition)

    def _mode_test(self, operator: str, values: tuple[Value, ...]) -> str:
        modes = [value.text for value in values if isinstance(value, (Word, Quoted))]
        if operator not in "=≠" or len(modes) != len(values) or not set(modes) <= {"telephone", "online"}:
            raise ConditionError("this comparison of the mode says nothing", "Write mode=telephone or mode=online.")
        return str((self._mode in modes) == (operator == "="))

    def _declared(self, name: str) -> None:
        if name not in self._scope.sample:
            hint = did_you_mean(name, self._scope.sample, "")
            raise ConditionError(
                f"the questionnaire declares no sample variable {name}", hint or "Declare it under `sample`."
            )

    def _sample_test(self, name: str, operator: str, values: tuple[Value, ...]) -> str:
        self._declared(name)
        if operator not in "=≠":
            raise ConditionError(f"sample.{name} is text and has no order", f'Write sample.{name}="…".')
        texts = self._constant(frozenset(_as_text(value) for value in values))
        if operator == "=":
            return f"(s.get({name!r}) in {texts})"
        return f"(s.get({name!r}) not in {texts} and s.get({name!r}) is not None)"

    def _count_test(self, name: str, operator: str, values: tuple[Value, ...]) -> str:
        symbol = self._find(name)
        if symbol.kind != "multi":
            raise ConditionError(f"{symbol.id} is {symbol.kind} and has nothing to count", "Use count on a multi.")
        number = self._one_number(values, f"count({symbol.id})")
        return f"(a[{symbol.slot}] is not None and len(a[{symbol.slot}]) {_PYTHON[operator]} {number})"

    def _item_test(self, symbol: Symbol, operator: str, values: tuple[Value, ...]) -> str:
        if symbol.kind in ("single", "multi"):
            return self._code_test(symbol, operator, values)
        if symbol.kind == "number":
            return self._number_test(symbol, operator, values)
        if symbol.kind in ("text", "lookup"):
            return self._text_test(symbol, operator, values)
        raise ConditionError(f"{symbol.id} is a contact block", f"Only answered({symbol.id}) can be asked of it.")

    def _code_test(self, symbol: Symbol, operator: str, values: tuple[Value, ...]) -> str:
        if operator not in "=≠":
            raise ConditionError(f"the codes of {symbol.id} have no order", f"Write the codes: {symbol.id}=1/2/3.")
        codes = frozenset(code for value in values for code in self._codes(symbol, value))
        answer, wanted = f"a[{symbol.slot}]", self._constant(codes)
        if symbol.kind == "multi":
            negation = "" if operator == "≠" else "not "
            return f"({answer} is not None and {negation}{wanted}.isdisjoint({answer}))"
        return f"({answer} in {wanted})" if operator == "=" else f"({answer} is not None and {answer} not in {wanted})"

    def _codes(self, symbol: Symbol, value: Value) -> set[int]:
        if isinstance(value, Word) and value.text in symbol.key_codes:
            return {symbol.key_codes[value.text]}
        if not isinstance(value, Span):
            shown = getattr(value, "text", "that")
            keys = ", ".join(sorted(symbol.key_codes)) or "none"
            raise ConditionError(f"{symbol.id} has no key {shown}", f"Its keys: {keys}; or compare it with a code.")
        for end in (value.low, value.high):
            if end not in symbol.codes:
                known = ", ".join(str(code) for code in sorted(symbol.codes))
                raise ConditionError(f"{symbol.id} has no code {end}", f"Its codes: {known}.")
        return {code for code in symbol.codes if value.low <= code <= value.high}

    def _number_test(self, symbol: Symbol, operator: str, values: tuple[Value, ...]) -> str:
        answer = f"a[{symbol.slot}]"
        keys = [value.text for value in values if isinstance(value, Word) and value.text in symbol.specials]
        if keys and len(keys) == len(values) and operator in "=≠":
            wanted = self._constant(frozenset(Key(key) for key in keys))
            return (
                f"({answer} in {wanted})" if operator == "=" else f"({answer} is not None and {answer} not in {wanted})"
            )
        if operator in "=≠":
            special = next(iter(sorted(symbol.specials)), "dk")
            raise ConditionError(
                f"{symbol.id} is a number, and a bare code is none", f"Write {symbol.id}={special}, or use < ≤ > ≥."
            )
        if len(values) == 1 and isinstance(values[0], Word):
            other = self._find(values[0].text)
            if other.kind != "number":
                raise ConditionError(f"{other.id} is not a number", f"Compare {symbol.id} with a number.")
            right = f"a[{other.slot}]"
            return f"(type({answer}) is int and type({right}) is int and {answer} {_PYTHON[operator]} {right})"
        number = self._one_number(values, symbol.id)
        return f"(type({answer}) is int and {answer} {_PYTHON[operator]} {number})"

    def _text_test(self, symbol: Symbol, operator: str, values: tuple[Value, ...]) -> str:
        answer = f"a[{symbol.slot}]"
        if operator not in "=≠":
            raise ConditionError(f"{symbol.id} is text and has no order", "Compare it with = or ≠.")
        if len(values) == 1 and isinstance(values[0], SampleVariable):
            self._declared(values[0].name)
            right = f"s.get({values[0].name!r})"
            return f"({answer} is not None and {right} is not None and {answer} {_PYTHON[operator]} {right})"
        wanted: set[Any] = set()
        for value in values:
            if isinstance(value, Word) and value.text in symbol.specials:
                wanted.add(Key(value.text))
            elif isinstance(value, Quoted):
                wanted.add(value.text)
            else:
                keys = ", ".join(sorted(symbol.specials)) or "none"
                raise ConditionError(
                    f"{symbol.id} is text", f'Compare it with one of its keys ({keys}) or with "text".'
                )
        name = self._constant(frozenset(wanted))
        return f"({answer} in {name})" if operator == "=" else f"({answer} is not None and {answer} not in {name})"

    def _one_number(self, values: tuple[Value, ...], what: str) -> int:
        if len(values) == 1 and isinstance(values[0], Span) and values[0].low == values[0].high:
            return values[0].low
        raise ConditionError(f"{what} is compared with one number", f"Write for example {what}>1.")


def _as_text(value: Value) -> str:
    if isinstance(value, Span) and value.low == value.high:
        return str(value.low)
    if isinstance(value, (Word, Quoted)):
        return value.text
    raise ConditionError("a sample variable is compared with text", 'Write for example sample.link="open".')
