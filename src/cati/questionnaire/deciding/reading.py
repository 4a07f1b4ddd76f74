"""Conditions taken apart: the test that the engine asks, and everything that its outcome can depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

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
from cati.questionnaire.generate import Live, Sample, Test, compile_test
from cati.questionnaire.scope import Scope, build_scope


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison: its test, and the answers and sample variables that it looks at.

    `slots` and `variables` together have one member, or two where answers are compared with one another or with the
    sample. `limits` are the numbers it compares with, `texts` the texts; `counts` says that it counts codes.
    """

    test: Test
    slots: tuple[int, ...]
    variables: tuple[str, ...]
    limits: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    counts: bool = False

    @property
    def joins(self) -> bool:
        """Two unknowns are compared with one another."""
        return len(self.slots) + len(self.variables) > 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A condition in one mode: its tree (None: holds for everybody) and the comparisons in it.

    `strict` and `lenient` are the same condition read otherwise where an answer is missing; None where that is no
    question.
    """

    text: str
    tree: Condition | None
    test: Test | None
    atoms: tuple[Atom, ...]
    strict: Seen | None = None
    lenient: Seen | None = None

    def holds(self, live: list[object], sample: dict[str, str]) -> bool:
        """Whether it holds for these answers, exactly as the engine tests it."""
        return self.test is None or self.test(live, sample)


class Reader:
    """Reads the conditions of one questionnaire in one mode, each once."""

    def __init__(self, questionnaire: model.Questionnaire, mode: model.Mode) -> None:
        self.scope: Scope = build_scope(questionnaire)
        self.mode = mode
        self._read: dict[str, Seen] = {}
        self._atoms: dict[Condition, Atom] = {}

    def read(self, text: str) -> Seen:
        """The condition written as `text`, which the questionnaire was loaded with."""
        if text not in self._read:
            self._read[text] = self._seen(text)
        return self._read[text]

    def _seen(self, text: str) -> Seen:
        tree = parse(text)
        decided = True if tree is None else _without_mode(tree, self.mode)
        if decided is True:
            return Seen(text, None, None, ())
        if decided is False:
            return Seen(text, tree, _never, ())
        assert not isinstance(decided, bool)
        strict, lenient = strict_about_missing(decided), lenient_about_missing(decided)
        return replace(
            self._made(text, decided),
            strict=None if strict == decided else self._made(text, strict),
            lenient=None if lenient == decided else self._made(text, lenient),
        )

    def _made(self, text: str, tree: Condition) -> Seen:
        atoms = dict.fromkeys(self._atom(part) for part in comparisons(tree))
        return Seen(text, tree, compile_test(tree, self.scope, self.mode), tuple(atoms))

    def _atom(self, part: Comparison | Answered) -> Atom:
        if part not in self._atoms:
            self._atoms[part] = self._new_atom(part)
        return self._atoms[part]

    def _new_atom(self, part: Comparison | Answered) -> Atom:
        test = compile_test(part, self.scope, self.mode)
        if isinstance(part, Answered):
            return Atom(test, (self.scope.find(part.id).slot,), ())
        limits = tuple(value.low for value in part.values if isinstance(value, Span))
        if isinstance(part.left, SampleVariable):
            texts = tuple(_text(value) for value in part.values)
            return Atom(test, (), (part.left.name,), texts=texts)
        assert isinstance(part.left, (ItemRef, Count))
        symbol = self.scope.find(part.left.id)
        if isinstance(part.left, Count):
            return Atom(test, (symbol.slot,), (), limits, counts=True)
        texts = tuple(value.text for value in part.values if isinstance(value, Quoted))
        ordered = symbol.kind == "number" and part.operator not in "=≠"  # there a word is an item, elsewhere a key
        words = [value.text for value in part.values if isinstance(value, Word)] if ordered else []
        others = tuple(self.scope.find(word).slot for word in words)
        variables = tuple(value.name for value in part.values if isinstance(value, SampleVariable))
        return Atom(test, tuple(dict.fromkeys((symbol.slot, *others))), variables, limits, texts)


def _never(_live: Live, _sample: Sample) -> bool:
    return False


def _text(value: object) -> str:
    return str(value.low) if isinstance(value, Span) else str(getattr(value, "text", ""))


def comparisons(tree: Condition) -> Iterator[Comparison | Answered]:
    """The leaves of a condition, from left to right."""
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)
        case Comparison() | Answered():
            yield tree


def _without_mode(tree: Condition, mode: str) -> Condition | bool:
    match tree:
        case Comparison(ModeVariable(), operator, values):
            named = any(_text(value) == mode for value in values)
            return named == (operator == "=")
        case Not(part):
            inner = _without_mode(part, mode)
            return not inner if isinstance(inner, bool) else Not(inner)
        case And(parts):
            return _joined([_without_mode(part, mode) for part in parts], And, False)
        case Or(parts):
            return _joined([_without_mode(part, mode) for part in parts], Or, True)
    return tree


def _joined(parts: Iterable[Condition | bool], join: type[And] | type[Or], settles: bool) -> Condition | bool:
    """Parts joined, where `settles` is the truth of one part that settles the whole."""
    kept: list[Condition] = []
    for part in parts:
        if isinstance(part, bool):
            if part is settles:
                return settles
            continue
        kept.append(part)
    if not kept:
        return not settles
    return kept[0] if len(kept) == 1 else join(tuple(kept))


def strict_about_missing(tree: Condition) -> Condition:
    """The same condition, except that a `not` over a comparison never holds for an answer that is missing."""
    match tree:
        case And(parts):
            return And(tuple(strict_about_missing(part) for part in parts))
        case Or(parts):
            return Or(tuple(strict_about_missing(part) for part in parts))
        case Not(part):
            named = dict.fromkeys(_compared(part))
            return And((Not(part), *(Answered(name) for name in named))) if named else tree
    return tree


def lenient_about_missing(tree: Condition) -> Condition:
    """The same condition, except that `X≠…` holds where X is missing."""
    match tree:
        case And(parts):
            return And(tuple(lenient_about_missing(part) for part in parts))
        case Or(parts):
            return Or(tuple(lenient_about_missing(part) for part in parts))
        case Not(part):
            return Not(lenient_about_missing(part))
        case Comparison(ItemRef(name), "≠", _):
            return Or((tree, Not(Answered(name))))
    return tree


def _compared(tree: Condition) -> Iterator[str]:
    for leaf in comparisons(tree):
        if isinstance(leaf, Comparison) and isinstance(leaf.left, (ItemRef, Count)):
            yield leaf.left.id
