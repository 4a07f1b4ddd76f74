"""The paper questionnaire as one HTML page that needs nothing else: no script, no file beside it, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from cati.reports.document import visible
from cati.reports.paper.drawing import drawn
from cati.reports.paper.outline import Paper
from cati.reports.paper.parts import Choice, Fill, Group, Item, Line, NamedText, Note, Section, Span, Spans
from cati.reports.paper.style import STYLE

_LEGEND = (
    "From a box the route goes on to the next one below unless an answer beside it leads elsewhere. A dashed box is "
    "asked only if the condition at its left holds, and is passed otherwise. ■ ends the interview or the call, "
    "▶ leaves the section."
)


def as_html(paper: Paper) -> str:
    """The document as a page. Every text in it is escaped."""
    title = _plain(paper.title)
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    return head + "\n".join(_Page(paper).parts()) + "\n</body>\n</html>\n"


def _plain(text: str) -> str:
    return escape("\n".join(visible(line) for line in text.split("\n")))


def _spans(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = _plain(span.text)
    kind = ' class="fill"' if span.fill else ""
    if span.target:
        return f'<a{kind} href="#{_plain(span.target)}">{text}</a>'
    return f"<span{kind}>{text}</span>" if kind else text


def _if(condition: Spans) -> str:
    return f' <span class="if">if {_spans(condition)}</span>' if condition else ""


def _table(rows: Iterable[tuple[str, str]], kind: str) -> str:
    body = "".join(f'<tr><th scope="row">{head}</th><td>{cell}</td></tr>' for head, cell in rows)
    return f'<table class="{kind}">{body}</table>'


class _Page:
    """Writes the page from top to bottom; counts where each decision is cited, for the links back."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._cited: dict[str, list[tuple[str, str]]] = {}
        self._told = {decision.id for decision in paper.decisions}

    def parts(self) -> Iterator[str]:
        paper = self._paper
        yield f'<header class="cover"><p class="what">Questionnaire</p><h1>{_plain(paper.title)}</h1>'
        yield _table(((_plain(label), _plain(value)) for label, value in paper.facts), "facts")
        yield "</header>"
        yield from self._contents()
        yield '<main><section id="overview"><h2>Overview</h2>'
        yield f'<p class="legend">{_plain(_LEGEND)}</p><figure>{drawn(paper.overview)}</figure></section>'
        for section in paper.sections:
            yield from self._section(section)
        yield from self._fills("fills", "Fills", "What a name in brackets stands for.", paper.fills)
        yield from self._fills("sample", "Sample values", "What is known of a respondent beforehand.", paper.sample)
        yield from self._texts("texts", "Texts shown on request", paper.texts)
        yield from self._texts("closings", "Closing texts, by outcome", paper.closings)
        yield from self._index()
        yield from self._decisions()
        yield "</main>"

    def _contents(self) -> Iterator[str]:
        paper = self._paper
        places = [("overview", "Overview"), *((section.anchor, section.heading) for section in paper.sections)]
        for filled, anchor, heading in (
            (paper.fills, "fills", "Fills"),
            (paper.sample, "sample", "Sample values"),
            (paper.texts, "texts", "Texts shown on request"),
            (paper.closings, "closings", "Closing texts"),
            (paper.items, "index", "Index of items"),
            (paper.decisions, "decisions", "Decisions on readings of the source"),
        ):
            places += [(anchor, heading)] if filled else []
        links = "".join(f'<li><a href="#{_plain(anchor)}">{_plain(heading)}</a></li>' for anchor, heading in places)
        yield f"<nav><h2>Contents</h2><ol>{links}</ol></nav>"

    def _section(self, section: Section) -> Iterator[str]:
        yield f'<section class="part" id="{_plain(section.anchor)}"><h2>{_plain(section.heading)}</h2>'
        yield f'<p class="note">{_plain(section.note)}</p>' if section.note else ""
        flow = self._paper.flows[section.id]
        caption = f"<figcaption>{_plain(flow.title)}</figcaption>"
        yield f'<figure id="flow-{_plain(section.id)}">{drawn(flow)}{caption}</figure>'
        for item in section.items:
            yield from self._item(item)
        yield "</section>"

    def _item(self, item: Item) -> Iterator[str]:
        anchor = _plain(item.anchor)
        only = f'<span class="only">{item.only_in} only</span>' if item.only_in else ""
        line = f'<span class="line">source line {item.line}</span>' if item.line is not None else ""
        spoken = ' class="spoken"' if item.kind in ("text", "end") else ""
        yield f'<article{spoken} id="{anchor}"><h3><a href="#{anchor}">{_plain(item.id)}</a> '
        yield f'<span class="kind">{item.kind}</span>{only}{line}</h3>'
        bases = [("Base as printed", _plain(item.base))] if item.base else []
        bases += [("Printed as", _plain(item.printed))] if item.printed else []
        bases += [("Asked if", _spans(item.decided) + self._refs(item.decisions, item))]
        yield _table(bases, "bases")
        if item.not_here:
            yield '<p class="note">Not asked in this mode.</p></article>'
            return
        yield from (self._group(group) for group in item.wording)
        if item.rows:
            rows = (
                (row.id, _spans(row.text) + _if(row.only_if) + self._refs(row.decisions, item)) for row in item.rows
            )
            yield _table(((_plain(name), text) for name, text in rows), "rows")
        yield f'<p class="note">{_spans(item.choices_note)}</p>' if item.choices_note else ""
        yield self._choices(item) if item.choices else ""
        yield from (self._note(note, item) for note in item.notes)
        yield f'<ul class="fills">{"".join(_fill(fill) for fill in item.fills)}</ul>' if item.fills else ""
        yield "</article>"

    def _refs(self, decisions: tuple[str, ...], item: Item | NamedText) -> str:
        """The footnote marks of decisions, each a place to come back to."""
        marks = []
        name = item.id if isinstance(item, Item) else item.name
        for decision in decisions:
            cited = self._cited.setdefault(decision, [])
            back = f"ref-{decision}-{len(cited) + 1}"
            cited.append((name, back))
            mark = _plain(decision)
            link = f'<a href="#decision-{mark}">{mark}</a>' if decision in self._told else mark
            marks.append(f'<span id="{_plain(back)}">{link}</span>')
        return f' <sup class="refs">{" ".join(marks)}</sup>' if marks else ""

    def _group(self, group: Group) -> str:
        if not group.differs:
            return "".join(_line(line) for line in group.shared)
        sides = "".join(
            f'<div class="side"><p class="mode">{name}</p>{"".join(_line(line) for line in lines) or "<p>–</p>"}</div>'
            for name, lines in (("Telephone", group.telephone), ("Online", group.online))
        )
        return f'<div class="sides">{sides}</div>'

    def _choices(self, item: Item) -> str:
        split = self._paper.mode is None and any(choice.differs for choice in item.choices)
        leads = any(choice.then for choice in item.choices)
        heads = ["Code", *(["Telephone", "Online"] if split else ["Label"]), *(["Then"] if leads else [])]
        rows = "".join(self._choice(choice, item, split=split, leads=leads) for choice in item.choices)
        head = "".join(f'<th scope="col">{each}</th>' for each in heads)
        kind = f"choices{' split' if split else ''}{' leads' if leads else ''}"
        return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

    def _choice(self, choice: Choice, item: Item, *, split: bool, leads: bool) -> str:
        after = _if(choice.only_if) + self._refs(choice.decisions, item)
        if split and choice.differs:
            sides = (_spans(choice.in_mode("telephone")) or "–", _spans(choice.in_mode("online")) or "–")
            label = f"<td>{sides[0]}{after}</td><td>{sides[1]}</td>"
        else:
            unread = choice.in_mode(self._paper.mode or "telephone")
            span = ' colspan="2"' if split else ""
            label = f"<td{span}>{_spans(unread or choice.label)}{after}</td>"
        then = "<br>".join(_spans(each) for each in choice.then)
        last = f'<td class="then">{then}</td>' if leads else ""
        return f'<tr><th scope="row">{_plain(choice.code)}</th>{label}{last}</tr>'

    def _note(self, note: Note, item: Item) -> str:
        return f'<p class="{note.kind}">{_spans(note.spans)}{self._refs(note.decisions, item)}</p>'

    def _fills(self, anchor: str, heading: str, what: str, fills: tuple[Fill, ...]) -> Iterator[str]:
        if fills:
            yield f'<section class="part" id="{anchor}"><h2>{heading}</h2><p class="note">{what}</p>'
            yield f'<ul class="fills">{"".join(_fill(fill, anchor=fill.anchor) for fill in fills)}</ul></section>'

    def _texts(self, anchor: str, heading: str, texts: tuple[NamedText, ...]) -> Iterator[str]:
        if not texts:
            return
        yield f'<section class="part" id="{anchor}"><h2>{_plain(heading)}</h2>'
        for text in texts:
            refs = self._refs(text.decisions, text)
            yield f'<div class="named" id="{_plain(text.anchor)}"><h4>{_plain(text.name)}{refs}</h4>'
            yield from (self._group(group) for group in text.wording)
            yield f'<p class="missing">Missing: {_plain(text.missing)}</p>' if text.missing else ""
            yield "</div>"
        yield "</section>"

    def _index(self) -> Iterator[str]:
        yield '<section class="part" id="index"><h2>Index of items</h2><table class="index"><tbody>'
        for section in self._paper.sections:
            for item in section.items:
                words = item.first_words
                begins = words if len(words) <= 80 else words[:79].rstrip() + "…"
                yield (
                    f'<tr><th scope="row"><a href="#{_plain(item.anchor)}">{_plain(item.id)}</a></th>'
                    f"<td>{_plain(begins)}</td><td>{_plain(item.kind)}</td><td>{_plain(section.heading)}</td></tr>"
                )
        yield "</tbody></table></section>"

    def _decisions(self) -> Iterator[str]:
        if not self._paper.decisions:
            return
        yield '<section class="part" id="decisions"><h2>Decisions on readings of the source</h2><dl class="decisions">'
        for decision in self._paper.decisions:
            backs = ", ".join(
                f'<a href="#{_plain(back)}">{_plain(name)}</a>' for name, back in self._cited.get(decision.id, ())
            )
            back = f' <span class="back">↩ {backs}</span>' if backs else ""
            yield f'<dt id="{_plain(decision.anchor)}">{_plain(decision.id)}</dt><dd>{_plain(decision.text)}{back}</dd>'
        yield "</dl></section>"


def _line(line: Line) -> str:
    label = {
        "instruction": '<span class="label">Instruction</span> ',
        "add": '<span class="label">Add if necessary</span> ',
    }
    return f'<p class="{line.kind}">{label.get(line.kind, "")}{_spans(line.spans)}{_if(line.only_if)}</p>'


def _fill(fill: Fill, anchor: str = "") -> str:
    variants = "; ".join(f"“{_spans(each.text)}”{_if(each.only_if)}" for each in fill.variants)
    place = f' id="{_plain(anchor)}"' if anchor else ""
    return f'<li{place}><span class="fill">[{_plain(fill.name)}]</span> {variants}</li>'
