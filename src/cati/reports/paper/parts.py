"""What a paper questionnaire is made of, before it has a format. All texts are plain: the writers escape them."""

from __future__ import annotations

from dataclasses import dataclass

from cati.questionnaire.model import Mode


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text. `target` is the anchor that it leads to; `fill` marks a name that stands for other words."""

    text: str
    target: str = ""
    fill: bool = False


Spans = tuple[Span, ...]


def plain(spans: Spans) -> str:
    """The words alone."""
    return "".join(span.text for span in spans)


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of wording. `kind` is read, instruction or add; `only_if` the condition that it hangs on."""

    kind: str
    spans: Spans
    only_if: Spans = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Wording that both modes share, or what stands in its place in each of them."""

    shared: tuple[Line, ...] = ()
    telephone: tuple[Line, ...] = ()
    online: tuple[Line, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.telephone or self.online)


@dataclass(frozen=True, slots=True)
class Choice:
    """A code or a special answer with its label, whom it is offered to, and what comes of it."""

    code: str
    label: Spans
    read_out: bool = True
    mode: Mode | None = None
    only_if: Spans = ()
    then: tuple[Spans, ...] = ()
    decisions: tuple[str, ...] = ()

    def in_mode(self, mode: Mode) -> Spans:
        """The label as it stands in a mode; nothing where it is not offered there."""
        if self.mode not in (None, mode):
            return ()
        unread = mode == "telephone" and not self.read_out
        return (Span("(DO NOT READ OUT) "), *self.label) if unread else self.label

    @property
    def differs(self) -> bool:
        return self.in_mode("telephone") != self.in_mode("online")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a grid."""

    id: str
    text: Spans
    only_if: Spans
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark under an item: `kind` is jump, check, note or gap."""

    kind: str
    spans: Spans
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FillVariant:
    """One of the texts that a fill stands for."""

    text: Spans
    only_if: Spans


@dataclass(frozen=True, slots=True)
class Fill:
    """A named fill (or a sample value: then its one text says what it is)."""

    name: str
    anchor: str
    variants: tuple[FillVariant, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it stands on paper. `base` is as printed in the source, `decided` what is tested."""

    id: str
    anchor: str
    kind: str
    only_in: Mode | None
    not_here: bool
    base: str
    printed: str
    decided: Spans
    line: int | None
    decisions: tuple[str, ...]
    wording: tuple[Group, ...]
    rows: tuple[Row, ...]
    choices_note: Spans
    choices: tuple[Choice, ...]
    notes: tuple[Note, ...]
    fills: tuple[Fill, ...]

    @property
    def first_words(self) -> str:
        """How the question begins, for the index."""
        lines = [line for group in self.wording for line in (*group.shared, *group.telephone, *group.online)]
        return next((plain(line.spans) for line in lines if line.kind == "read"), "")


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its items."""

    id: str
    anchor: str
    heading: str
    note: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text shown on request, or said at an early end."""

    name: str
    anchor: str
    wording: tuple[Group, ...]
    missing: str = ""
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, and the items (id, anchor) that it shaped."""

    id: str
    anchor: str
    text: str
    items: tuple[tuple[str, str], ...]
