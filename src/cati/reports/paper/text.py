"""The paper questionnaire as plain text, for a terminal or a printer."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from cati.reports.document import visible
from cati.reports.paper.outline import Paper
from cati.reports.paper.parts import Choice, Fill, Group, Item, Line, NamedText, Spans, plain

_WIDTH = 100
_MARKS = {"read": "", "instruction": "INSTRUCTION: ", "add": "ADD IF NECESSARY: "}
_MODES = (("telephone", "[Telephone] "), ("online", "[Online] "))


def as_text(paper: Paper) -> str:
    """The document as text."""
    return "\n".join(visible(line) for line in _lines(paper)) + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield from (paper.title, "=" * len(paper.title), "")
    for label, value in paper.facts:
        yield from _wrapped(value, f"{label + ':':<15}")
    for section in paper.sections:
        yield from ("", "", section.heading.upper(), "=" * len(section.heading))
        yield from _wrapped(section.note) if section.note else ()
        for item in section.items:
            yield from _item(item, both=paper.mode is None)
    yield from _fills("Fills: what a name in brackets stands for", paper.fills)
    yield from _fills("Sample values", paper.sample)
    yield from _texts("Texts shown on request", paper.texts)
    yield from _texts("Closing texts, by outcome", paper.closings)
    if paper.decisions:
        yield from _heading("Decisions on readings of the source")
        for decision in paper.decisions:
            where = ", ".join(name for name, _ in decision.items)
            yield from _wrapped(decision.text + (f" (at {where})" if where else ""), f"{decision.id:<6}")


def _heading(text: str) -> tuple[str, ...]:
    return ("", "", text, "=" * len(text))


def _item(item: Item, *, both: bool) -> Iterator[str]:
    only = f", {item.only_in} only" if item.only_in else ""
    heading = f"{item.id} ({item.kind}{only})"
    yield from ("", heading, "-" * len(heading))
    if item.base:
        yield from _wrapped(item.base, "  Base as printed: ")
    if item.printed:
        yield from _wrapped(item.printed, "  Printed as: ")
    yield from _wrapped(plain(item.decided), "  Asked if: ")
    if item.decisions:
        yield from _wrapped(", ".join(item.decisions), "  Decisions: ")
    if item.not_here:
        yield "  Not asked in this mode."
        return
    for group in item.wording:
        yield from _group(group)
    for row in item.rows:
        yield from _wrapped(plain(row.text) + _if(row.only_if) + _refs(row.decisions), f"  {row.id:>8}  ")
    if item.choices_note:
        yield from _wrapped(plain(item.choices_note), "  ")
    for choice in item.choices:
        yield from _wrapped(_choice(choice, both=both), f"  {choice.code:>8}  ")
    for note in item.notes:
        yield from _wrapped(plain(note.spans) + _refs(note.decisions), "  ")
    for fill in item.fills:
        yield from _fill(fill, "  ")


def _group(group: Group) -> Iterator[str]:
    for line in group.shared:
        yield from _wrapped(_line(line), "  ")
    for mode, mark in _MODES:
        for line in group.telephone if mode == "telephone" else group.online:
            yield from _wrapped(mark + _line(line), "  ")


def _line(line: Line) -> str:
    return _MARKS[line.kind] + plain(line.spans) + _if(line.only_if)


def _choice(choice: Choice, *, both: bool) -> str:
    prefix = "" if choice.read_out else "[Telephone: DO NOT READ OUT] " if both else "(DO NOT READ OUT) "
    then = "; ".join(plain(each) for each in choice.then)
    return (
        prefix + plain(choice.label) + _if(choice.only_if) + (f"  [{then}]" if then else "") + _refs(choice.decisions)
    )


def _if(condition: Spans) -> str:
    return f" [if {plain(condition)}]" if condition else ""


def _refs(decisions: tuple[str, ...]) -> str:
    return f" ({', '.join(decisions)})" if decisions else ""


def _fills(heading: str, fills: Iterable[Fill]) -> Iterator[str]:
    fills = list(fills)
    yield from _heading(heading) if fills else ()
    for fill in fills:
        yield from _fill(fill, "")


def _fill(fill: Fill, indent: str) -> Iterator[str]:
    name = f"{indent}[{fill.name}] = "
    for at, variant in enumerate(fill.variants):
        yield from _wrapped(plain(variant.text) + _if(variant.only_if), name if at == 0 else " " * len(name))


def _texts(heading: str, texts: Iterable[NamedText]) -> Iterator[str]:
    texts = list(texts)
    yield from _heading(heading) if texts else ()
    for text in texts:
        yield from ("", text.name + _refs(text.decisions))
        for group in text.wording:
            yield from _group(group)
        yield from _wrapped(text.missing, "  Missing: ") if text.missing else ()


def _wrapped(text: str, first: str = "") -> Iterator[str]:
    """A text in lines, under a hanging label; its own line ends are kept."""
    for at, part in enumerate(text.splitlines() or [""]):
        start = first if at == 0 else " " * len(first)
        yield from textwrap.wrap(
            part,
            _WIDTH,
            initial_indent=start,
            subsequent_indent=" " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        ) or [start.rstrip()]
