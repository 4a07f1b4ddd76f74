"""Wording with fills, for SurveyJS: each fill becomes a calculated value that the texts name in braces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cati.exchange.surveyjs_expressions import TRUE, Expression, all_of, facts_of, literal, written
from cati.exchange.surveyjs_routing import Routing, key_name
from cati.questionnaire.model import Block, FillVariant
from cati.questionnaire.program import OptionStep, Program, Step, WriteInSlot

_FILL = re.compile(r"\{([^{}]*)\}")

# SurveyJS leaves the braces of an empty value standing, so that an empty fill has to be something that is not seen.
_NOTHING = literal("\u200b")


NOT_READ_OUT = "(DO NOT READ OUT): "


class Texts:
    """The texts of one program. `calculated` collects the values that they name, by name."""

    def __init__(self, program: Program, routing: Routing) -> None:
        self._program = program
        self._routing = routing
        self._write_ins: dict[str, tuple[WriteInSlot, Step]] = {
            each.id.lower(): (each, step) for step in program.steps for each in step.write_ins
        }
        self.calculated: dict[str, str] = {}
        self.joined_fills: set[str] = set()

    def text(self, raw: str) -> str:
        """A text of the questionnaire as SurveyJS fills it."""
        return _FILL.sub(lambda match: "{" + self._name(match[1].strip()) + "}", raw)

    def blocks(self, blocks: Sequence[Block], owner: str) -> str:
        """Pieces of wording, one a line; where one of them has a condition, a calculated value holds them all."""
        shown = [block for block in blocks if block.mode in (None, self._program.mode)]
        if not any(block.ask for block in shown):
            return "\n".join(self.text(block.text) for block in shown)
        name = f"text_{owner}"
        self.calculated[name] = self._lines(shown, first=True)
        return "{" + name + "}"

    def _lines(self, blocks: Sequence[Block], first: bool) -> str:
        if not blocks:
            return _NOTHING if first else "''"
        block, rest = blocks[0], blocks[1:]
        line = self._joined(("" if first else "\n") + block.text)
        if rest:
            line += f" + {self._lines(rest, first=False)}"
        when = self._routing.condition(block.ask)
        return line if when == TRUE else f"iif({written(when)}, {line}, {self._lines(rest, first)})"

    def own_words(self, step: Step, option: OptionStep) -> str:
        """The label of an option; at a main reason, the respondent's own words stand for the "other" they belong to."""
        label = self._prefix(option) + self.text(option.option.label)
        if step.source_slot is None:
            return label
        source = self._program.steps[step.source_slot]
        for write_in in source.write_ins:
            if write_in.code == option.option.code and write_in.write_in.type == "text":
                name = f"own_{write_in.id}"
                given = f"{{{key_name(write_in.id)}}} empty and {{{write_in.id}}} notempty"
                self.calculated[name] = f"iif({given}, {{{write_in.id}}}, {self._joined(option.option.label)})"
                return "{" + name + "}"
        return label

    def _name(self, fill: str) -> str:
        """What stands in the braces for a fill."""
        if fill.startswith("sample."):
            name = "sample_" + fill.removeprefix("sample.")
            self.calculated[name] = self._sample(fill)
            return name
        if fill in self._program.questionnaire.fills:
            return self._named(fill)
        return self._words(fill)

    @staticmethod
    def _sample(fill: str) -> str:
        return f"iif({{{fill}}} notempty, {{{fill}}}, {literal('[' + fill.removeprefix('sample.') + ']')})"

    def _named(self, fill: str) -> str:
        name = f"fill_{fill}"
        if name in self.calculated:
            return name
        variants = self._program.questionnaire.fills[fill]
        if isinstance(variants, str):
            variants = [FillVariant.model_validate({"text": variants})]
        expression = _NOTHING
        for variant in reversed(variants):
            text = self._joined(variant.text)
            when = self._routing.condition(variant.when)
            expression = text if when == TRUE else f"iif({written(when)}, {text}, {expression})"
        self.calculated[name] = expression
        return name

    def _joined(self, raw: str) -> str:
        """A text as one expression: constants and values, put together with +."""
        pieces = []
        position = 0
        for match in _FILL.finditer(raw):
            if match.start() > position:
                pieces.append(literal(raw[position : match.start()]))
            pieces.append("{" + self._name(match[1].strip()) + "}")
            position = match.end()
        if position < len(raw) or not pieces:
            pieces.append(literal(raw[position:]))
        return " + ".join(pieces)

    def _words(self, item_id: str) -> str:
        """An answer as words; nothing where it is not on the route."""
        name = f"words_{item_id}"
        if name in self.calculated:
            return name
        self.calculated[name] = _NOTHING
        if item_id.lower() in self._write_ins:
            write_in, host = self._write_ins[item_id.lower()]
            on_route = self._routing.visible(host.slot)
            expression = f"iif({{{key_name(write_in.id)}}} empty, {{{write_in.id}}}, {_NOTHING})"
        else:
            step = self._program.step(item_id)
            assert step is not None, f"the fill {item_id} was checked when the questionnaire was loaded"
            on_route = self._routing.visible(step.slot)
            expression = self._answer_as_words(step, on_route)
        self.calculated[name] = (
            expression if on_route == TRUE else f"iif({written(on_route)}, {expression}, {_NOTHING})"
        )
        return name

    def _answer_as_words(self, step: Step, on_route: Expression) -> str:
        if step.kind == "contact":
            return _NOTHING
        if step.kind in ("single", "multi"):
            return self._codes_as_words(step, on_route)
        expression = f"{{{step.id}}}"
        for each in step.specials:
            label = self._joined(each.special.label)
            expression = f"iif({{{key_name(step.id)}}} = {literal(each.special.key)}, {label}, {expression})"
        return expression

    def _codes_as_words(self, step: Step, on_route: Expression) -> str:
        expression = f"displayValue('{step.id}')"
        for option in step.options:
            if option.option.fill is None and not self._prefix(option):
                continue
            if step.kind == "multi" and not option.option.exclusive:
                self.joined_fills.add(step.id)
                continue
            chosen = self._routing.chosen(step, option.option.code)
            when = written(all_of([chosen], facts_of(on_route)))
            words = self._joined(option.option.fill or option.option.label)
            expression = f"iif({when}, {words}, {expression})"
        return expression

    def _prefix(self, option: OptionStep) -> str:
        unread = not option.option.read_out and self._program.mode == "telephone"
        return NOT_READ_OUT if unread else ""


def lines_of(blocks: Iterable[Any], kind: str) -> list[Block]:
    """The pieces of wording of one kind: read, instruction or add."""
    return [block for block in blocks if block.kind == kind]
