"""Texts with fills: "instead of {la}" becomes the sentence that this respondent hears.

A fill is `{sample.x}`, `{ITEM}` (the answer as words), or `{name}` of a named fill, which is a text of its own or
variants chosen by a condition, the first that holds. Fills nest; a text that is data is never searched for fills.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cati.nearest import did_you_mean
from cati.questionnaire.conditions import ConditionError, parse
from cati.questionnaire.generate import Live, Sample, Test, compile_test
from cati.questionnaire.model import FillVariant
from cati.questionnaire.scope import Scope

_FILL = re.compile(r"\{([^{}]*)\}")

Words = Callable[[int, Live, Sample], str]
"""The answer in a slot as words."""


@dataclass(frozen=True, slots=True)
class Plain:
    text: str


@dataclass(frozen=True, slots=True)
class FromSample:
    name: str


@dataclass(frozen=True, slots=True)
class FromAnswer:
    slot: int


@dataclass(frozen=True, slots=True)
class FromVariants:
    """The text of the first variant whose condition holds; nothing where none does."""

    variants: tuple[tuple[Test | None, Template], ...]


Piece = Plain | FromSample | FromAnswer | FromVariants


@dataclass(frozen=True, slots=True)
class Template:
    """A text, taken apart at its fills."""

    pieces: tuple[Piece, ...]

    def render(self, live: Live, sample: Sample, words: Words) -> str:
        """The text for these answers. A sample value that is missing shows as its name in square brackets."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], Plain):
            return self.pieces[0].text
        out: list[str] = []
        for piece in self.pieces:
            match piece:
                case Plain(text):
                    out.append(text)
                case FromSample(name):
                    out.append(sample.get(name) or f"[{name}]")
                case FromAnswer(slot):
                    out.append(words(slot, live, sample))
                case FromVariants(variants):
                    for test, template in variants:
                        if test is None or test(live, sample):
                            out.append(template.render(live, sample, words))
                            break
        return "".join(out)

    @property
    def is_fixed(self) -> bool:
        return all(isinstance(piece, Plain) for piece in self.pieces)


def _plain(text: str) -> Plain:
    if "{" in text or "}" in text:
        raise ConditionError("a brace has no partner", "Braces are for fills only, such as {sample.la}.")
    return Plain(text)


class Templates:
    """Compiles the texts of one questionnaire in one mode."""

    def __init__(self, fills: Mapping[str, str | list[FillVariant]], scope: Scope, mode: str) -> None:
        self._fills = fills
        self._scope = scope
        self._mode = mode

    def compile(self, text: str, before: int | None) -> Template:
        """Take `text` apart. `before` is the first slot whose answer is not known yet where the text is shown.

        Raises ConditionError for an unknown fill, a fill from a later item, and a fill that holds itself.
        """
        return self._compile(text, before, ())

    def _compile(self, text: str, before: int | None, within: tuple[str, ...]) -> Template:
        pieces: list[Piece] = []
        position = 0
        for match in _FILL.finditer(text):
            if match.start() > position:
                pieces.append(_plain(text[position : match.start()]))
            pieces.append(self._fill(match[1].strip(), before, within))
            position = match.end()
        if position < len(text) or not pieces:
            pieces.append(_plain(text[position:]))
        return Template(tuple(pieces))

    def _fill(self, name: str, before: int | None, within: tuple[str, ...]) -> Piece:
        if name.startswith("sample."):
            variable = name.removeprefix("sample.")
            if variable not in self._scope.sample:
                hint = did_you_mean(variable, self._scope.sample, "")
                raise ConditionError(
                    f"{{{name}}}: there is no sample variable {variable}", hint or "Declare it under `sample`."
                )
            return FromSample(variable)
        if name in self._fills:
            return self._named(name, before, within)
        symbol = self._scope.symbols.get(name.lower())
        if symbol is None:
            hint = did_you_mean(name, [*self._fills, *(each.id for each in self._scope.symbols.values())], "")
            raise ConditionError(f"{{{name}}} is neither a fill nor an item", hint or "Add it under `fills`.")
        if before is not None and symbol.known_at >= before:
            raise ConditionError(
                f"{{{name}}} is filled from an answer not given yet here", "Fill from an earlier item."
            )
        if symbol.kind == "contact":
            raise ConditionError(f"{{{name}}} is a contact block, which has no words", "Fill from another item.")
        return FromAnswer(symbol.slot)

    def _named(self, name: str, before: int | None, within: tuple[str, ...]) -> Piece:
        if name in within:
            raise ConditionError(
                f"the fill {{{name}}} contains itself", f"Break the circle {' > '.join((*within, name))}."
            )
        fill = self._fills[name]
        variants = [FillVariant.model_validate({"text": fill})] if isinstance(fill, str) else fill
        compiled = []
        for variant in variants:
            condition = parse(variant.when)
            test = compile_test(condition, self._scope, self._mode, before) if condition else None
            compiled.append((test, self._compile(variant.text, before, (*within, name))))
        return FromVariants(tuple(compiled))
