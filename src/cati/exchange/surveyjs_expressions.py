"""Conditions as SurveyJS writes them: a small algebra of expressions that says nothing twice.

What is known already (`facts`) is left out of an expression, so that the exported conditions stay as short as a
researcher would write them: where `{B1} = 1` is asked, `{B1} noneof [3, 4]` need not be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Code = int | str


@dataclass(frozen=True, slots=True)
class In:
    """The answer is one of the codes; at a question with several answers (`multi`), one of them is."""

    name: str
    codes: frozenset[Code]
    multi: bool = False


@dataclass(frozen=True, slots=True)
class NotIn:
    """None of the codes is answered; holds too where nothing is answered."""

    name: str
    codes: frozenset[Code]
    multi: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """The interview did not end at the question in `slot`, nor before it."""

    slot: int
    name: str


@dataclass(frozen=True, slots=True)
class Raw:
    """An expression of SurveyJS as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class Conjunction:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: Expression


Expression = In | NotIn | Open | Raw | Constant | Conjunction | Disjunction | Negation
Facts = tuple[Expression, ...]

TRUE = Constant(True)
FALSE = Constant(False)


def is_one_of(name: str, codes: Iterable[Code], multi: bool = False) -> Expression:
    """`name` is answered with one of the codes; never, if there are none."""
    wanted = frozenset(codes)
    return In(name, wanted, multi) if wanted else FALSE


def all_of(parts: Iterable[Expression], facts: Facts = ()) -> Expression:
    """Every part holds, each shortened by `facts` and by the parts before it."""
    kept: list[Expression] = []
    for part in parts:
        for each in _conjuncts(_assume(part, (*facts, *kept))):
            if each == FALSE:
                return FALSE
            if each != TRUE and each not in kept:
                kept.append(each)
    return TRUE if not kept else kept[0] if len(kept) == 1 else Conjunction(tuple(kept))


def any_of(parts: Iterable[Expression], facts: Facts = ()) -> Expression:
    """At least one part holds."""
    kept: list[Expression] = []
    for part in parts:
        shorter = _assume(part, facts)
        for each in shorter.parts if isinstance(shorter, Disjunction) else (shorter,):
            if each == TRUE:
                return TRUE
            if each == FALSE or each in kept:
                continue
            at = next((i for i, other in enumerate(kept) if _same_question(each, other)), None)
            if at is None:
                kept.append(each)
            else:
                kept[at] = _union(kept[at], each)
    return FALSE if not kept else kept[0] if len(kept) == 1 else Disjunction(tuple(kept))


def negate(part: Expression) -> Expression:
    """The part does not hold."""
    match part:
        case Constant(value):
            return Constant(not value)
        case Negation(inner):
            return inner
        case In(name, codes, multi):
            return NotIn(name, codes, multi)
        case NotIn(name, codes, multi):
            return In(name, codes, multi)
    return Negation(part)


def facts_of(expression: Expression) -> Facts:
    """What is known where the expression holds."""
    return _conjuncts(expression)


def _conjuncts(expression: Expression) -> tuple[Expression, ...]:
    return expression.parts if isinstance(expression, Conjunction) else (expression,)


def _same_question(one: Expression, other: Expression) -> bool:
    return isinstance(one, In) and isinstance(other, In) and one.name == other.name


def _union(one: Expression, other: Expression) -> Expression:
    assert isinstance(one, In)
    assert isinstance(other, In)
    return In(one.name, one.codes | other.codes, one.multi)


def _assume(expression: Expression, facts: Facts) -> Expression:
    """The expression where `facts` hold; equal to it there, and shorter."""
    if any(_implies(fact, expression) for fact in facts):
        return TRUE
    if any(_excludes(fact, expression) for fact in facts):
        return FALSE
    match expression:
        case Conjunction(parts):
            return all_of(parts, facts)
        case Disjunction(parts):
            return any_of(parts, facts)
        case Negation(part):
            return negate(_assume(part, facts))
    return expression


def _implies(fact: Expression, claim: Expression) -> bool:
    match fact, claim:
        case In(name, codes, _), In(other, wanted, _):
            return name == other and codes <= wanted
        case In(name, codes, False), NotIn(other, unwanted, False):
            return name == other and codes.isdisjoint(unwanted)
        case NotIn(name, codes, _), NotIn(other, unwanted, _):
            return name == other and unwanted <= codes
        case Open(slot, _), Open(earlier, _):
            return earlier <= slot
    return fact == claim


def _excludes(fact: Expression, claim: Expression) -> bool:
    match fact, claim:
        case In(name, codes, False), In(other, wanted, False):
            return name == other and codes.isdisjoint(wanted)
        case In(name, codes, _), NotIn(other, unwanted, _):
            return name == other and codes <= unwanted
        case NotIn(name, codes, _), In(other, wanted, _):
            return name == other and wanted <= codes
    return negate(fact) == claim


def written(expression: Expression) -> str:
    """The expression in the notation of SurveyJS."""
    match expression:
        case Constant(value):
            return "1 = 1" if value else "1 = 0"
        case Open(_, name):
            return f"{{{name}}} = true"
        case Raw(text):
            return text
        case In(name, codes, multi):
            return f"{{{name}}} {_comparison(codes, 'contains' if multi else '=', 'anyof')}"
        case NotIn(name, codes, multi):
            return f"{{{name}}} {_comparison(codes, 'notcontains' if multi else '<>', 'noneof')}"
        case Conjunction(parts):
            return " and ".join(_bracketed(part) if isinstance(part, Disjunction) else written(part) for part in parts)
        case Disjunction(parts):
            return " or ".join(_bracketed(part) if isinstance(part, Conjunction) else written(part) for part in parts)
        case Negation(part):
            return f"!({written(part)})"


def _bracketed(expression: Expression) -> str:
    return f"({written(expression)})"


def _comparison(codes: frozenset[Code], one: str, several: str) -> str:
    values = [str(code) if isinstance(code, int) else literal(code) for code in sorted(codes, key=_order)]
    return f"{one} {values[0]}" if len(values) == 1 else f"{several} [{', '.join(values)}]"


def _order(code: Code) -> tuple[bool, int, str]:
    return isinstance(code, str), code if isinstance(code, int) else 0, str(code)


# The expression parser of SurveyJS rewrites these wherever they stand, inside a text too.
_REWRITTEN = ("equals", "=>", "=<", "<>")


def literal(text: str) -> str:
    """A text constant. Pieces that the parser would rewrite are put together from two halves."""
    quoted = "'" + text.replace("'", "\\'") + "'"
    for piece in _REWRITTEN:
        quoted = quoted.replace(piece, f"{piece[:-1]}' + '{piece[-1]}")
    return quoted
