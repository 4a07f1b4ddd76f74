"""The notation of bases, as questionnaires print them: parsed once into a small tree.

    condition  = part { "or" part }           part = factor { "and" factor }
    factor     = "not" factor | "(" condition ")" | comparison
    comparison = "answered" "(" ID ")" | left ( "=" | "≠" | "<" | "≤" | ">" | "≥" ) value { "/" value }
    left       = ID | "count" "(" ID ")" | "mode" | "sample" "." NAME
    value      = NUMBER [ "-" NUMBER ] | KEY | "text" | ID | "sample" "." NAME

A comparison with a missing answer is false, whatever the operator; only `answered` and `not` say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


class ConditionError(Exception):
    """A condition or a fill that cannot be used: what is wrong, and how to mend it."""

    def __init__(
        self, what: str, remedy: str = "Write it as in B1=2/9/10, B10=dk, count(B3)>1, joined by and/or."
    ) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class ItemRef:
    """The answer to an item (or a grid row, or a write-in)."""

    id: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many codes were given at a multi."""

    id: str


@dataclass(frozen=True, slots=True)
class SampleVariable:
    name: str


@dataclass(frozen=True, slots=True)
class ModeVariable:
    pass


@dataclass(frozen=True, slots=True)
class Span:
    """Codes or numbers from `low` to `high`, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word on the right: the key of a special answer, a mode, or another item."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    text: str


Left = ItemRef | Count | SampleVariable | ModeVariable
Value = Span | Word | Quoted | SampleVariable


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Left
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    id: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


Condition = Comparison | Answered | Not | And | Or

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|(?P<word>[^\W\d]\w*)|(?P<quoted>\"[^\"]*\"|'[^']*')|(?P<op><=|>=|!=|<>|[=≠<>≤≥/().–-]))"
)
_OPERATORS = {"=": "=", "≠": "≠", "!=": "≠", "<>": "≠", "<": "<", ">": ">", "<=": "≤", ">=": "≥", "≤": "≤", "≥": "≥"}
RESERVED = frozenset({"and", "or", "not", "answered", "count", "mode", "sample"})
"""Words of the notation: no item can be called so."""

_JOINING = {"and", "or", "not"}
_MAX_DEPTH = 40
_MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Condition | None:
    """The tree of a condition; None for an empty one, which holds for everybody.

    Raises ConditionError.
    """
    if not text.strip():
        return None
    parser = _Parser(text)
    condition = parser.condition()
    parser.expect_end()
    return condition


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split(text))
        self._at = 0
        self._depth = 0

    def _split(self, text: str) -> Iterator[_Token]:
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                rest = text[position:].strip()
                raise ConditionError(f"cannot read `{rest}` in `{text}`")
            kind = str(match.lastgroup)
            if kind == "number" and len(match[kind]) > _MAX_DIGITS:
                raise ConditionError(f"a number has more than {_MAX_DIGITS} digits", "Write a smaller number.")
            yield _Token(kind, match[kind], match.start(kind))
            position = match.end()

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, *texts: str) -> bool:
        token = self._peek()
        if token is not None and token.kind != "quoted" and token.text.lower() in texts:
            self._at += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise ConditionError(f"`{text}` is missing {self._place()} in `{self._text}`")

    def _place(self) -> str:
        token = self._peek()
        return f"before `{token.text}`" if token else "at the end"

    def expect_end(self) -> None:
        token = self._peek()
        if token is not None:
            raise ConditionError(
                f"`{token.text}` is not expected in `{self._text}`", "Join comparisons with and, or, brackets."
            )

    def condition(self) -> Condition:
        parts = [self._all_of()]
        while self._take("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all_of(self) -> Condition:
        parts = [self._factor()]
        while self._take("and"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self) -> Condition:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ConditionError(
                f"more than {_MAX_DEPTH} brackets or nots stand inside one another", "Write it flatter."
            )
        factor = self._negated_or_bracketed() or self._comparison()
        self._depth -= 1
        return factor

    def _negated_or_bracketed(self) -> Condition | None:
        if self._take("not"):
            return Not(self._factor())
        if self._take("("):
            inner = self.condition()
            self._need(")")
            return inner
        return None

    def _word(self, what: str) -> str:
        token = self._peek()
        if token is None or token.kind != "word" or token.text.lower() in _JOINING:
            raise ConditionError(f"{what} is missing {self._place()} in `{self._text}`")
        self._at += 1
        return token.text

    def _comparison(self) -> Condition:
        name = self._word("an item")
        if name.lower() == "answered":
            self._need("(")
            inner = self._word("the item in answered(...)")
            self._need(")")
            return Answered(inner)
        left = self._left(name)
        token = self._peek()
        operator = _OPERATORS.get(token.text) if token else None
        if operator is None:
            raise ConditionError(
                f"`{name}` is compared with nothing {self._place()} in `{self._text}`",
                f"Write {name}=1, or answered({name}) to ask whether there is an answer at all.",
            )
        self._at += 1
        values = [self._value()]
        while self._take("/"):
            values.append(self._value())
        return Comparison(left, operator, tuple(values))

    def _left(self, name: str) -> Left:
        if name.lower() == "count":
            self._need("(")
            inner = self._word("the item in count(...)")
            self._need(")")
            return Count(inner)
        if name.lower() == "sample":
            self._need(".")
            return SampleVariable(self._word("the sample variable"))
        return ModeVariable() if name.lower() == "mode" else ItemRef(name)

    def _value(self) -> Value:
        token = self._peek()
        if token is None or token.kind == "op":
            raise ConditionError(f"a value is missing {self._place()} in `{self._text}`")
        self._at += 1
        if token.kind == "number":
            if self._take("-", "–"):
                upper = self._peek()
                if upper is None or upper.kind != "number":
                    raise ConditionError(f"the end of the range {token.text}- is missing in `{self._text}`")
                self._at += 1
                if int(upper.text) < int(token.text):
                    raise ConditionError(
                        f"the range {token.text}-{upper.text} in `{self._text}` runs backwards",
                        "Put the lower code first.",
                    )
                return Span(int(token.text), int(upper.text))
            return Span(int(token.text), int(token.text))
        if token.kind == "quoted":
            return Quoted(token.text[1:-1])
        if token.text.lower() == "sample" and self._take("."):
            return SampleVariable(self._word("the sample variable"))
        return Word(token.text)


def referred(condition: Condition | None) -> Iterator[str]:
    """The ids of the items a condition looks at, as written."""
    match condition:
        case None:
            return
        case And(parts) | Or(parts):
            for part in parts:
                yield from referred(part)
        case Not(part):
            yield from referred(part)
        case Answered(name):
            yield name
        case Comparison(left, _, values):
            if isinstance(left, (ItemRef, Count)):
                yield left.id
            for value in values:
                if isinstance(value, Word):
                    yield value.text
