"""The paper questionnaire as Markdown: headings, tables where the modes differ, decisions as footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cati.reports.document import visible
from cati.reports.paper.flow import Flow
from cati.reports.paper.outline import Paper
from cati.reports.paper.parts import Choice, Fill, Group, Item, Line, NamedText, Section, Span, Spans

_SPECIAL = frozenset("\\`*_{}[]<>#|~^!")


def as_markdown(paper: Paper) -> str:
    """The document as Markdown. A decision is a footnote, so that its renderer makes the links back."""
    return "\n".join(_lines(paper)) + "\n"


def escaped(text: str) -> str:
    """Text that stays text: nothing in it is a mark."""
    shown = "".join(f"\\{char}" if char in _SPECIAL else char for char in visible(text.replace("\n", " ")))
    first = shown[:1]
    return f"\\{shown}" if first in ("-", "+") else shown


def _lines(paper: Paper) -> Iterator[str]:
    yield from (f"# {escaped(paper.title)}", "", "| | |", "|---|---|")
    yield from (f"| {escaped(label)} | {escaped(value)} |" for label, value in paper.facts)
    yield from ("", "## Contents", "")
    yield from (f"- [{escaped(section.heading)}](#{section.anchor})" for section in paper.sections)
    yield from ("- [Index of items](#index)", "", "## Overview", "")
    yield from _flow(paper.overview)
    for section in paper.sections:
        yield from _section(section, paper.flows[section.id], both=paper.mode is None)
    yield from _fills("Fills: what a name in brackets stands for", paper.fills)
    yield from _fills("Sample values", paper.sample)
    yield from _texts("Texts shown on request", paper.texts)
    yield from _texts("Closing texts, by outcome", paper.closings)
    yield from ("", '## <a id="index"></a>Index of items', "", "| Item | Kind | Begins |", "|---|---|---|")
    yield from (
        f"| [{escaped(item.id)}](#{item.anchor}) | {item.kind} | {escaped(_short(item.first_words))} |"
        for item in paper.items
    )
    if paper.decisions:
        yield from ("", "## Decisions on readings of the source", "")
    for decision in paper.decisions:
        where = ", ".join(f"[{escaped(name)}](#{anchor})" for name, anchor in decision.items)
        yield f"[^{decision.id}]: **{escaped(decision.id)}** {escaped(decision.text)}" + (
            f" ↩ {where}" if where else ""
        )


def _short(text: str, width: int = 70) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _spans(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = escaped(span.text)
    return f"[{text}](#{span.target})" if span.target else text


def _refs(decisions: Iterable[str]) -> str:
    return "".join(f" {escaped(decision)}[^{decision}]" for decision in decisions)


def _if(condition: Spans) -> str:
    return f" *(if {_spans(condition)})*" if condition else ""


def _section(section: Section, flow: Flow, *, both: bool) -> Iterator[str]:
    yield from ("", f'## <a id="{section.anchor}"></a>{escaped(section.heading)}', "")
    if section.note:
        yield from (escaped(section.note), "")
    yield from _flow(flow)
    for item in section.items:
        yield from _item(item, both=both)


def _flow(flow: Flow) -> Iterator[str]:
    yield from (f"*{escaped(flow.title)}*", "", "| | Asked if | Answers that leave the order |", "|---|---|---|")
    for box in flow.boxes:
        names = " · ".join(f"[{escaped(name)}](#{anchor})" for name, anchor in box.names)
        subtitle = f" {escaped(box.subtitle)}" if box.subtitle else ""
        ways = "; ".join(
            f"{escaped(way.answers)}{' ' if way.answers else ''}{'■' if way.end else '→'} {escaped(way.text)}"
            for way in box.ways
        )
        yield f"| {names}{subtitle} | {escaped(box.base)} | {ways} |"


def _item(item: Item, *, both: bool) -> Iterator[str]:
    only = f", {item.only_in} only" if item.only_in else ""
    yield from ("", f'### <a id="{item.anchor}"></a>{escaped(item.id)} ({item.kind}{only})', "")
    if item.base:
        yield f"Base as printed: {escaped(item.base)}  "
    if item.printed:
        yield f"Printed as: {escaped(item.printed)}  "
    yield f"Asked if: {_spans(item.decided)}{_refs(item.decisions)}"
    if item.not_here:
        yield from ("", "Not asked in this mode.")
        return
    for group in item.wording:
        yield from ("", *_group(group))
    if item.rows:
        yield from ("", "| Row | |", "|---|---|")
    for row in item.rows:
        yield f"| {escaped(row.id)} | {_spans(row.text)}{_if(row.only_if)}{_refs(row.decisions)} |"
    if item.choices_note:
        yield from ("", _spans(item.choices_note))
    yield from _choices(item.choices, both=both)
    for note in item.notes:
        yield from ("", _spans(note.spans) + _refs(note.decisions))
    for fill in item.fills:
        yield from ("", _fill(fill))


def _group(group: Group) -> Iterator[str]:
    for line in group.shared:
        yield from (_line(line), "")
    if group.differs:
        sides = ("<br>".join(_line(line) for line in lines) or "–" for lines in (group.telephone, group.online))
        yield from ("| Telephone | Online |", "|---|---|", f"| {' | '.join(sides)} |")


def _line(line: Line) -> str:
    text = _spans(line.spans)
    if line.kind == "instruction":
        return f"*Instruction:* {text}{_if(line.only_if)}"
    if line.kind == "add":
        return f"*Add if necessary:* {text}{_if(line.only_if)}"
    return f"**{text}**{_if(line.only_if)}"


def _choices(choices: tuple[Choice, ...], *, both: bool) -> Iterator[str]:
    if not choices:
        return
    split = both and any(choice.differs for choice in choices)
    leads = any(choice.then for choice in choices)
    heads = ["Code", *(["Telephone", "Online"] if split else ["Label"]), *(["Then"] if leads else [])]
    yield from ("", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads))
    for choice in choices:
        end = f"{_if(choice.only_if)}{_refs(choice.decisions)}"
        telephone, online = (_spans(choice.in_mode(mode)) or "–" for mode in ("telephone", "online"))
        one = f"{'' if choice.read_out else escaped('(DO NOT READ OUT) ')}{_spans(choice.label)}"
        labels = [telephone + end, online] if split else [one + end]
        then = ["; ".join(_spans(each) for each in choice.then)] if leads else []
        yield f"| {' | '.join([escaped(choice.code), *labels, *then])} |"


def _fills(heading: str, fills: Iterable[Fill]) -> Iterator[str]:
    fills = list(fills)
    yield from ("", f"## {heading}") if fills else ()
    for fill in fills:
        yield from ("", f'<a id="{fill.anchor}"></a>{_fill(fill)}')


def _fill(fill: Fill) -> str:
    variants = "; ".join(f"“{_spans(each.text)}”{_if(each.only_if)}" for each in fill.variants)
    return f"*{escaped(f'[{fill.name}]')}* stands for {variants}"


def _texts(heading: str, texts: Iterable[NamedText]) -> Iterator[str]:
    texts = list(texts)
    yield from ("", f"## {heading}") if texts else ()
    for text in texts:
        yield from ("", f'### <a id="{text.anchor}"></a>{escaped(text.name)}{_refs(text.decisions)}', "")
        for group in text.wording:
            yield from _group(group)
        yield from (f"Missing: {escaped(text.missing)}",) if text.missing else ()
