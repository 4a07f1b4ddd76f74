"""Texts taken apart at their fills, with the variants of named fills under their own names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cati.questionnaire.deciding.reading import Atom, Reader, Seen
from cati.questionnaire.model import FillVariant

_FILL = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class AnswerFill:
    """The answer to an item, as words."""

    id: str
    slot: int


@dataclass(frozen=True, slots=True)
class SampleFill:
    """A sample variable."""

    name: str


@dataclass(frozen=True, slots=True)
class NamedFill:
    """A fill of the questionnaire: the text of the first variant that holds."""

    name: str
    variants: tuple[tuple[Seen, Text], ...]


Piece = str | AnswerFill | SampleFill | NamedFill


@dataclass(frozen=True, slots=True)
class Text:
    """A text: plain pieces and fills."""

    pieces: tuple[Piece, ...]

    @property
    def varies(self) -> bool:
        """Who is asked can change which fills are shown, or whether one is empty."""
        return any(isinstance(piece, (NamedFill, AnswerFill)) for piece in self.pieces)

    def fills(self) -> Iterator[NamedFill | AnswerFill]:
        """Every fill of it that depends on answers, nested ones too."""
        for piece in self.pieces:
            if isinstance(piece, (AnswerFill, NamedFill)):
                yield piece
            if isinstance(piece, NamedFill):
                for _, text in piece.variants:
                    yield from text.fills()

    def atoms(self) -> Iterator[Atom]:
        """Every comparison that decides what it says."""
        for fill in self.fills():
            if isinstance(fill, NamedFill):
                for seen, _ in fill.variants:
                    yield from seen.atoms

    def answers(self) -> Iterator[int]:
        """The slots of the answers that it repeats."""
        for fill in self.fills():
            if isinstance(fill, AnswerFill):
                yield fill.slot

    def shape(self, live: list[Any], sample: dict[str, str]) -> list[str]:
        """What is said for these answers, an answer or a sample value standing as its name."""
        out: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                out.append(piece)
            elif isinstance(piece, SampleFill):
                out.append(f"{{sample.{piece.name}}}")
            elif isinstance(piece, AnswerFill):
                out.append("" if live[piece.slot] is None else f"{{{piece.id}}}")
            else:
                chosen = next((text for seen, text in piece.variants if seen.holds(live, sample)), None)
                out += chosen.shape(live, sample) if chosen is not None else []
        return out


class TextReader:
    """Takes the texts of one questionnaire apart, in one mode."""

    def __init__(self, reader: Reader, fills: Mapping[str, str | list[FillVariant]]) -> None:
        self._reader = reader
        self._fills = fills
        self._named: dict[str, NamedFill] = {}

    def read(self, text: str) -> Text:
        """The text with its fills resolved by name; it was loaded, so that each of them exists."""
        pieces: list[Piece] = []
        position = 0
        for match in _FILL.finditer(text):
            if match.start() > position:
                pieces.append(text[position : match.start()])
            pieces.append(self._fill(match[1].strip()))
            position = match.end()
        if position < len(text):
            pieces.append(text[position:])
        return Text(tuple(pieces))

    def _fill(self, name: str) -> Piece:
        if name.startswith("sample."):
            return SampleFill(name.removeprefix("sample."))
        if name not in self._fills:
            symbol = self._reader.scope.find(name)
            return AnswerFill(symbol.id, symbol.slot)
        if name not in self._named:
            fill = self._fills[name]
            variants = [("", fill)] if isinstance(fill, str) else [(each.when, each.text) for each in fill]
            self._named[name] = NamedFill(
                name, tuple((self._reader.read(when), self.read(text)) for when, text in variants)
            )
        return self._named[name]
