"""Bases, jumps and ends of a questionnaire as SurveyJS visibility.

SurveyJS has no jumps: an item is visible where its own base holds, no jump passes over it, and the interview has not
ended before it. SurveyJS also keeps the answers of items that became invisible, and lets conditions see them; so each
reference to an item is joined by the condition under which that item is itself visible.
"""

from __future__ import annotations

from functools import cache
from typing import assert_never

from cati.exchange.surveyjs_expressions import (
    TRUE,
    Code,
    Constant,
    Expression,
    Facts,
    NotIn,
    Open,
    Raw,
    all_of,
    any_of,
    facts_of,
    is_one_of,
    negate,
    written,
)
from cati.questionnaire.answers import Key
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
from cati.questionnaire.program import OptionStep, Program, Step, WriteInSlot
from cati.questionnaire.scope import Symbol, build_scope

_SYMBOLS = {"=": "=", "≠": "<>", "<": "<", "≤": "<=", ">": ">", "≥": ">="}


def key_name(name: str) -> str:
    """The question that holds the special answer (don't know, not applicable) of a number or text."""
    return f"{name}_key"


def box_name(item_id: str, field: str) -> str:
    """The question that holds one box of a contact block."""
    return f"{item_id}_{field}"


def open_name(step: Step) -> str:
    """The calculated value that says that the interview did not end at a question or before it."""
    return f"open_after_{step.id}"


class Routing:
    """What SurveyJS must know of one program. Conditions come back shortened for where they stand."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._steps = program.steps
        self._symbols = build_scope(program.questionnaire).symbols
        self._by_slot = {symbol.slot: symbol for symbol in self._symbols.values()}
        self._write_ins = {each.slot: each for each in program.write_ins.values()}
        self.visible = cache(self._visible)
        self.is_open = cache(self._is_open)
        self.opens: dict[int, Step] = {}
        self.compares_text = False

    def _visible(self, slot: int) -> Expression:
        """When the step in `slot` is on the route, as far as the answers before it are given."""
        step = self._steps[slot]
        passes = [negate(self._passes(jump, slot)) for jump in self._steps[:slot] if self._may_pass(jump, slot)]
        ends = [each for each in self._steps[:slot] if each.ends or each.kind == "end"]
        opened = [Open(ends[-1].slot, open_name(ends[-1]))] if ends else []
        outer = facts_of(all_of([*opened, *passes]))
        base = self.condition(step.item.ask, outer)
        if step.row is not None:
            base = all_of([base, self.condition(step.row.ask, outer)], outer)
        return all_of([base, *self._still_open(base, outer)])

    def _still_open(self, base: Expression, outer: Facts) -> Facts:
        """`outer` without the end before it, where the base itself says that the interview did not end there."""
        kept = []
        for each in outer:
            if isinstance(each, Open):
                if all_of([self.is_open(each.slot)], facts_of(base)) == TRUE:
                    continue
                self.opens[each.slot] = self._steps[each.slot]
            kept.append(each)
        return tuple(kept)

    @staticmethod
    def _may_pass(jump: Step, slot: int) -> bool:
        targets = [*jump.jumps.values(), *(target for _, target in jump.always_jumps)]
        return any(target > slot for target in targets)

    def _passes(self, jump: Step, slot: int) -> Expression:
        """A jump from the step `jump` is taken, and goes beyond `slot`."""
        taken = []
        none_before: list[Expression] = []
        for code, target in self._jumps_in_order(jump):
            given = self._given(jump, [code])
            if target > slot:
                taken.append(all_of([given, *none_before]))
            if jump.kind == "multi":
                none_before.append(negate(given))
        if jump.always_jumps:
            without_code = [negate(self._given(jump, [code])) for code in jump.jumps]
            for at, (_, target) in enumerate(jump.always_jumps):
                when = self.condition(jump.item.jumps[at].when)
                if target > slot:
                    taken.append(all_of([self.answered(jump), when, *without_code]))
                without_code.append(negate(when))
        return all_of([any_of(taken), self.visible(jump.slot)])

    @staticmethod
    def _jumps_in_order(jump: Step) -> list[tuple[int | Key, int]]:
        order = [option.option.code for option in jump.options]
        return sorted(jump.jumps.items(), key=lambda each: order.index(each[0]) if each[0] in order else -1)

    def ended_at(self, step: Step) -> list[tuple[Expression, str]]:
        """The outcomes with which the interview ends at a step, in order, each with when."""
        visible = self.visible(step.slot)
        return [(all_of([when, visible]), outcome) for when, outcome in self._ends(step)]

    def _ends(self, step: Step) -> list[tuple[Expression, str]]:
        """As `ended_at`, where the step is on the route."""
        if step.kind == "end":
            return [(TRUE, step.item.outcome)]
        seen = facts_of(self.visible(step.slot))
        ends = []
        for code, cases in step.ends.items():
            conditions = self._end_conditions(step, code)
            for at, (_, outcome) in enumerate(cases):
                when = self.condition(conditions[at], seen) if conditions else TRUE
                ends.append((all_of([self._given(step, [code]), when]), outcome))
        return ends

    def _end_conditions(self, step: Step, code: int | Key) -> list[str]:
        for option in step.options:
            if option.option.code == code and isinstance(option.option.end, list):
                return [case.when for case in option.option.end]
        return []

    def _is_open(self, slot: int) -> Expression:
        """The interview did not end at `slot` nor before it."""
        closed = []
        for step in self._steps[: slot + 1]:
            ends = any_of(when for when, _ in self._ends(step))
            # Whether it ended earlier still is said by the earlier ends themselves.
            reached = [each for each in facts_of(self.visible(step.slot)) if not isinstance(each, Open)]
            closed.append(all_of([ends, *reached]))
        return all_of(negate(each) for each in closed)

    # --- answers -------------------------------------------------------------------------------------------------

    def answered(self, step: Step, facts: Facts = ()) -> Expression:
        """The question has an answer that counts, wherever it is on the route."""
        if step.kind in ("single", "multi"):
            if step.conditional or step.again:
                return self._given(step, sorted(step.codes), facts)
            return Raw(f"{{{step.id}}} notempty")
        if step.kind == "contact":
            required = [each for each in step.boxes if not each.box.blank]
            return all_of(self._held(box_name(step.id, each.box.field), bool(each.specials)) for each in required)
        return self._held(step.id, bool(step.specials))

    @staticmethod
    def _held(name: str, has_keys: bool) -> Expression:
        filled: Expression = Raw(f"{{{name}}} notempty")
        return any_of([filled, Raw(f"{{{key_name(name)}}} notempty")]) if has_keys else filled

    def _given(self, step: Step, codes: list[int | Key] | list[int], facts: Facts = ()) -> Expression:
        """One of the codes (or keys) is answered, and offered where its being offered has a condition."""
        keys = [code.name for code in codes if isinstance(code, Key)]
        if keys:
            return is_one_of(key_name(step.id), keys)
        multi = step.kind == "multi"
        plain: set[Code] = set()
        under: list[tuple[Expression, int]] = []
        for option in step.options:
            code = option.option.code
            if code not in codes or code in step.again:
                continue
            when = self.offered(step, option, facts)
            if when == TRUE:
                plain.add(code)
            else:
                under.append((when, code))
        conditional = [all_of([is_one_of(step.id, [code], multi), when]) for when, code in under]
        return any_of([is_one_of(step.id, plain, multi), *conditional])

    def chosen(self, step: Step, code: int) -> Expression:
        """The code is answered at the question, and offered there."""
        return self._given(step, [code])

    def offered(self, step: Step, option: OptionStep, facts: Facts = ()) -> Expression:
        """When an option is offered, where its question is visible."""
        when = self.condition(option.option.ask, facts)
        if step.source_slot is None or option.option.code in step.always:
            return when
        source = self._steps[step.source_slot]
        chosen = self._given(source, [option.option.code], facts)
        return all_of([when, chosen, self.visible(source.slot)], facts)

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, text: str, facts: Facts = ()) -> Expression:
        """A condition of the questionnaire, shortened by `facts`. An empty one holds for everybody."""
        tree = parse(text)
        return TRUE if tree is None else all_of([self._tree(tree)], facts)

    def _tree(self, tree: Condition) -> Expression:
        match tree:
            case And(parts):
                return all_of(self._tree(part) for part in parts)
            case Or(parts):
                return any_of(self._tree(part) for part in parts)
            case Not(part):
                return negate(self._tree(part))
            case Answered(name):
                return self._answered_symbol(self._symbols[name.lower()])
            case Comparison():
                return self._comparison(tree)
            case _:
                assert_never(tree)

    def _comparison(self, tree: Comparison) -> Expression:
        match tree.left:
            case ModeVariable():
                modes = [value.text for value in tree.values if isinstance(value, (Word, Quoted))]
                return Constant((self._program.mode in modes) == (tree.operator == "="))
            case SampleVariable(name):
                return self._sample_test(name, tree.operator, tree.values)
            case Count(name):
                symbol = self._symbols[name.lower()]
                return self._where_live(symbol, self._count_test(self._steps[symbol.slot], tree))
            case ItemRef(name):
                symbol = self._symbols[name.lower()]
                return self._where_live(symbol, self._item_test(symbol, tree))

    def _where_live(self, symbol: Symbol, test: Expression) -> Expression:
        """The test, of an answer that is on the route."""
        write_in = self._write_ins.get(symbol.slot)
        if write_in is None:
            return all_of([test, self.visible(symbol.slot)])
        host = self._steps[symbol.known_at]
        return all_of([test, self._given(host, [write_in.code]), self.visible(host.slot)])

    def _answered_symbol(self, symbol: Symbol) -> Expression:
        write_in: WriteInSlot | None = self._write_ins.get(symbol.slot)
        held = self._held(symbol.id, True) if write_in is not None else self.answered(self._steps[symbol.slot])
        return self._where_live(symbol, held)

    def _sample_test(self, name: str, operator: str, values: tuple[Value, ...]) -> Expression:
        variable = f"sample.{name}"
        texts = [_text_of(value) for value in values]
        self.compares_text = True
        if operator == "=":
            return is_one_of(variable, texts)
        return all_of([Raw(f"{{{variable}}} notempty"), NotIn(variable, frozenset(texts))])

    def _count_test(self, step: Step, tree: Comparison) -> Expression:
        number = tree.values[0].low if isinstance(tree.values[0], Span) else 0
        if step.conditional or step.again:
            parts = [
                all_of([is_one_of(step.id, [option.option.code], True), self.offered(step, option)])
                for option in step.options
                if option.option.code not in step.again
            ]
            terms = " + ".join(f"iif({written(part)}, 1, 0)" for part in parts)
            return all_of([self.answered(step), Raw(f"({terms}) {_SYMBOLS[tree.operator]} {number}")])
        count = Raw(f"{{{step.id}.length}} {_SYMBOLS[tree.operator]} {number}")
        exceeds_nothing = tree.operator in (">", "≥", "=") and number > 0
        return count if exceeds_nothing else all_of([Raw(f"{{{step.id}}} notempty"), count])

    def _item_test(self, symbol: Symbol, tree: Comparison) -> Expression:
        if symbol.kind in ("single", "multi"):
            return self._code_test(self._steps[symbol.slot], symbol, tree)
        keys = [v.text for v in tree.values if isinstance(v, Word) and v.text in symbol.specials]
        if keys and len(keys) == len(tree.values):
            return self._key_test(symbol, keys, tree.operator)
        return self._number_test(symbol, tree) if symbol.kind == "number" else self._text_test(symbol, keys, tree)

    def _code_test(self, step: Step, symbol: Symbol, tree: Comparison) -> Expression:
        wanted: set[int] = set()
        for value in tree.values:
            if isinstance(value, Word):
                wanted.add(symbol.key_codes[value.text])
            elif isinstance(value, Span):
                wanted |= {code for code in symbol.codes if value.low <= code <= value.high}
        if tree.operator == "=":
            return self._given(step, sorted(wanted & step.codes))
        if step.kind == "multi":
            return all_of([self.answered(step), negate(self._given(step, sorted(wanted & step.codes)))])
        return self._given(step, sorted(step.codes - wanted))

    def _key_test(self, symbol: Symbol, keys: list[str], operator: str) -> Expression:
        if operator == "=":
            return is_one_of(key_name(symbol.id), keys)
        others = is_one_of(key_name(symbol.id), symbol.specials - set(keys))
        return any_of([self._has_no_key(symbol, Raw(f"{{{symbol.id}}} notempty")), others])

    @staticmethod
    def _has_no_key(symbol: Symbol, test: Expression) -> Expression:
        return all_of([test, Raw(f"{{{key_name(symbol.id)}}} empty")]) if symbol.specials else test

    def _number_test(self, symbol: Symbol, tree: Comparison) -> Expression:
        value, sign = tree.values[0], _SYMBOLS[tree.operator]
        if isinstance(value, Word):
            other = self._symbols[value.text.lower()]
            filled = Raw(f"{{{symbol.id}}} notempty and {{{other.id}}} notempty")
            test = self._has_no_key(symbol, all_of([filled, Raw(f"{{{symbol.id}}} {sign} {{{other.id}}}")]))
            return self._where_live(other, self._has_no_key(other, test))
        number = value.low if isinstance(value, Span) else 0
        filled = Raw(f"{{{symbol.id}}} notempty")
        return self._has_no_key(symbol, all_of([filled, Raw(f"{{{symbol.id}}} {sign} {number}")]))

    def _text_test(self, symbol: Symbol, keys: list[str], tree: Comparison) -> Expression:
        self.compares_text = True
        sign = _SYMBOLS[tree.operator]
        filled = Raw(f"{{{symbol.id}}} notempty")
        if isinstance(tree.values[0], SampleVariable):
            variable = f"{{sample.{tree.values[0].name}}}"
            test = all_of([filled, Raw(f"{variable} notempty"), Raw(f"{{{symbol.id}}} {sign} {variable}")])
            return self._has_no_key(symbol, test)
        texts = [value.text for value in tree.values if isinstance(value, Quoted)]
        if tree.operator == "=":
            same = self._has_no_key(symbol, is_one_of(symbol.id, texts))
            return any_of([same, is_one_of(key_name(symbol.id), keys)])
        differs = self._has_no_key(symbol, all_of([filled, NotIn(symbol.id, frozenset(texts))]))
        return any_of([differs, is_one_of(key_name(symbol.id), symbol.specials - set(keys))])


def _text_of(value: Value) -> str:
    return str(value.low) if isinstance(value, Span) else value.text if isinstance(value, (Word, Quoted)) else ""
