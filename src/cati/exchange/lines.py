"""A table file as lines of cells, whatever its format; and the texts that carry a doubt about themselves."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


class Doubtful(str):
    """A cell whose file does not say with certainty what was meant: the text as it stands, and `why` not.

    `in_keys_only`: the doubt matters where digits must be exact (serial, telephone), not in other columns.
    """

    __slots__ = ("in_keys_only", "why")
    why: str
    in_keys_only: bool

    def __new__(cls, text: str, why: str, *, in_keys_only: bool = False) -> Doubtful:
        self = super().__new__(cls, text)
        self.why = why
        self.in_keys_only = in_keys_only
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, bool]]:
        # a copy is made by __new__, which has to be told the doubt as well
        return (str(self), self.why), {"in_keys_only": self.in_keys_only}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: the number by which a person finds it, and its cells; or why it cannot be read."""

    number: int
    cells: list[str]
    unreadable: str = ""

    def is_blank(self) -> bool:
        """Whether nothing at all stands in the row."""
        return not self.unreadable and not any(cell.strip() for cell in self.cells)


def shown(text: str, longest: int = 60) -> str:
    """Data made safe for a message: control and formatting characters visible, long texts cut."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return "".join(c if c == " " or unicodedata.category(c)[0] not in "CZ" else ascii(c)[1:-1] for c in cut)
