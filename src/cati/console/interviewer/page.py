"""What a state shows, before it is laid out for a screen of some size. Texts are data and are drawn literally."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["read", "row", "instruction", "add", "plain", "heading", "fact", "warning", "big"]


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph. `kind` says how it is told apart: read out, a grid row, an instruction, added if needed, …"""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A line to choose from: what is typed for it, its label, a remark. `held`: the answer held now; `clipped`: one
    line, whatever is left out."""

    code: str
    label: str
    remark: str = ""
    held: bool = False
    marked: bool = False
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines that are laid out already, for the width that there is: texts, made visible, and the names of their
    styles."""

    lines: tuple[tuple[tuple[str, str], ...], ...]


Part = Para | Choice | Drawn

MessageKind = Literal["info", "refused", "sure", "failed"]


@dataclass(frozen=True, slots=True)
class Message:
    """A line above the key line."""

    kind: MessageKind
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A state as it is to be seen.

    `left`, `right`: the header; `under`: the line below it; `body`: what scrolls; `prompt`, `entry`, `at`: the entry
    line; `side`: the panel beside it on a wide screen; `page`: how many screenfuls down it is scrolled;
    `pinned`: the codes at the end of the body stay in sight while the wording scrolls;
    `follow`: the screenful with the marked line; `alert`: what must not be missed while the case is at hand.
    """

    left: str
    right: str
    under: str
    body: tuple[Part, ...]
    prompt: str
    entry: str = ""
    at: int = 0
    message: Message | None = None
    keys: tuple[tuple[str, str], ...] = ()
    side: tuple[Para, ...] = field(default=())
    page: int = 0
    pinned: bool = False
    follow: bool = False
    alert: str = ""

    def with_message(self, message: Message) -> Page:
        """The same page with another message."""
        return replace(self, message=message)
