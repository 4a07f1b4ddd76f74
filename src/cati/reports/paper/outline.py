"""What stands in the paper questionnaire, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cati.interview.impossible import never_asked
from cati.questionnaire import model
from cati.reports.paper.flow import Flow, flows
from cati.reports.paper.naming import Names
from cati.reports.paper.parts import (
    Choice,
    Decision,
    Fill,
    FillVariant,
    Group,
    Item,
    Line,
    NamedText,
    Note,
    Row,
    Section,
    Span,
    Spans,
)

KINDS = {
    "single": "one code",
    "multi": "one or more codes",
    "number": "a whole number",
    "text": "words",
    "lookup": "a search",
    "grid": "one code a row",
    "contact": "contact details",
    "message": "text",
    "end": "end",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document. `mode` is the one that is shown; None = both."""

    title: str
    mode: model.Mode | None
    facts: tuple[tuple[str, str], ...]
    overview: Flow
    flows: dict[str, Flow]
    sections: tuple[Section, ...]
    fills: tuple[Fill, ...]
    sample: tuple[Fill, ...]
    texts: tuple[NamedText, ...]
    closings: tuple[NamedText, ...]
    decisions: tuple[Decision, ...]

    @property
    def items(self) -> list[Item]:
        return [item for section in self.sections for item in section.items]


def outline(questionnaire: model.Questionnaire, mode: model.Mode | None, content_hash: str = "") -> Paper:
    """The document, both modes side by side (None) or one of them."""
    writer = _Outliner(questionnaire, mode)
    sections = tuple(writer.section(section) for section in questionnaire.sections)
    overview, by_section = flows(questionnaire)
    return Paper(
        title=questionnaire.title,
        mode=mode,
        facts=tuple(_facts(questionnaire, mode, content_hash)),
        overview=overview,
        flows=by_section,
        sections=sections,
        fills=tuple(writer.fill(name) for name in questionnaire.fills),
        sample=tuple(
            Fill(name, f"sample-{name}", (FillVariant((Span(what),), ()),))
            for name, what in questionnaire.sample.items()
        ),
        texts=tuple(
            NamedText(name, f"text-{name}", writer.wording(text.wording), text.missing or "", tuple(text.decisions))
            for name, text in questionnaire.texts.items()
        ),
        closings=tuple(
            NamedText(outcome, f"closing-{outcome}", (Group((Line("read", writer.names.text(closing.text)),)),))
            for outcome, closing in questionnaire.closings.items()
        ),
        decisions=tuple(_decisions(questionnaire, sections)),
    )


def _facts(questionnaire: model.Questionnaire, mode: model.Mode | None, content_hash: str) -> Iterator[tuple[str, str]]:
    source = questionnaire.source
    if source is not None:
        yield "Source", source.title + (f" (lines {source.lines})" if source.lines else "")
        yield "Published by", source.publisher
        yield "Licence", source.licence
    yield "Questionnaire", questionnaire.id
    yield "Version", questionnaire.version
    if content_hash:
        yield "Content hash", f"SHA-256 {content_hash}"
    yield "Shown", "telephone and online, side by side" if mode is None else f"{mode} only"
    items = [item for _, item in questionnaire.each_item()]
    questions = sum(item.type not in ("message", "end") for item in items)
    yield (
        "Holds",
        f"{len(questionnaire.sections)} sections, {questions} questions, {len(items) - questions} texts and ends, "
        f"{len(questionnaire.decisions)} decisions",
    )


class _Outliner:
    def __init__(self, questionnaire: model.Questionnaire, mode: model.Mode | None) -> None:
        self._questionnaire = questionnaire
        self._mode = mode
        self.names = Names(questionnaire)
        self._dead = {each: never_asked(questionnaire, each) for each in model.MODES}

    def section(self, section: model.Section) -> Section:
        letter = f"{section.letter}. " if section.letter else ""
        items = tuple(self.item(item) for item in section.items)
        return Section(section.id, f"section-{section.id}", letter + section.title, section.note, items)

    def item(self, item: Any) -> Item:
        asked_in = [mode for mode in model.MODES if item.id.lower() not in self._dead[mode]]
        not_here = self._mode is not None and self._mode not in asked_in
        wording = () if not_here else self.wording(item.wording)
        rows = () if not_here else tuple(self._rows(item))
        choices = () if not_here else tuple(self._choices(item))
        notes = () if not_here else tuple(self._notes(item))
        texts = [line.spans for group in wording for line in (*group.shared, *group.telephone, *group.online)]
        texts += [row.text for row in rows] + [choice.label for choice in choices] + [note.spans for note in notes]
        return Item(
            id=item.id,
            anchor=f"item-{item.id}",
            kind=KINDS[item.type],
            only_in=asked_in[0] if len(asked_in) == 1 else None,
            not_here=not_here,
            base=item.base,
            printed=item.printed or "",
            decided=self.names.condition(item.ask) or (Span("everybody"),),
            line=item.line,
            decisions=tuple(item.decisions),
            wording=wording,
            rows=rows,
            choices_note=self._choices_note(item),
            choices=choices,
            notes=notes,
            fills=tuple(self._fills_in(texts)),
        )

    def _fills_in(self, texts: Iterable[Spans]) -> Iterator[Fill]:
        waiting = [name for spans in texts for name in self.names.fills_of(spans)]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop(0)
            if name not in seen:
                seen.add(name)
                fill = self.fill(name)
                yield fill
                waiting += [inner for variant in fill.variants for inner in self.names.fills_of(variant.text)]

    def fill(self, name: str) -> Fill:
        """A named fill with its variants."""
        written = self._questionnaire.fills[name]
        cases = [("", written)] if isinstance(written, str) else [(each.when, each.text) for each in written]
        variants = tuple(FillVariant(self.names.text(text), self.names.condition(when)) for when, text in cases)
        return Fill(name, f"fill-{name}", variants)

    def wording(self, blocks: Iterable[model.Block]) -> tuple[Group, ...]:
        """Wording in groups: what both modes share, and what each has in its place."""
        groups: list[Group] = []
        for block in blocks:
            line = Line(block.kind, self.names.text(block.text), self.names.condition(block.ask))
            if self._mode is not None:
                if block.mode in (None, self._mode):
                    groups.append(Group((line,)))
                continue
            if block.mode is None:
                groups.append(Group((line,)))
                continue
            last = groups.pop() if groups and groups[-1].differs else Group()
            telephone, online = block.mode == "telephone", block.mode == "online"
            groups.append(Group((), last.telephone + (line,) * telephone, last.online + (line,) * online))
        return tuple(groups)

    def _rows(self, item: Any) -> Iterator[Row]:
        for row in getattr(item, "rows", ()):
            name, only_if = f"{item.id}_{row.row}", self.names.condition(row.ask)
            yield Row(name, self.names.text(row.text), only_if, tuple(row.decisions))

    def _choices_note(self, item: Any) -> Spans:
        source = getattr(item, "options_from", None)
        if source is None:
            return ()
        always = f", and always {', '.join(map(str, item.always))}" if item.always else ""
        return (Span("Offered: what was chosen at "), self.names.target(source), Span(f"{always}."))

    def _choices(self, item: Any) -> Iterator[Choice]:
        for option in self._offered(item):
            if self._mode is None or option.mode in (None, self._mode):
                yield Choice(
                    str(option.code),
                    self.names.text(option.label),
                    option.read_out or self._mode == "online",
                    option.mode,
                    self.names.condition(option.ask),
                    tuple(self._after_option(option)),
                    tuple(option.decisions),
                )
        yield from self._specials(getattr(item, "specials", ()))
        for box in getattr(item, "fields", ()):
            then: tuple[Spans, ...] = ((Span("may be left blank"),),) if box.blank else ()
            yield Choice(box.field, self.names.text(box.label), then=then)
            yield from self._specials(box.specials)

    def _offered(self, item: Any) -> list[model.Option]:
        """The options at an item; where they come from another, those of it."""
        own = self._questionnaire.options_of(item)
        source = getattr(item, "options_from", None)
        if source is None:
            return own
        items = {each.id.lower(): each for _, each in self._questionnaire.each_item()}
        there = items.get(source.lower())
        return [*(self._offered(there) if there is not None else []), *own]

    def _specials(self, specials: Iterable[model.SpecialAnswer]) -> Iterator[Choice]:
        for special in specials:
            if self._mode is not None and special.mode not in (None, self._mode):
                continue
            then: list[Spans] = []
            if special.code is not None:
                then.append((Span(f"printed as code {special.code}"),))
            if special.skip_to:
                then.append((Span("→ go to "), self.names.target(special.skip_to)))
            if special.end:
                then.append((Span("■ close as "), self.names.outcome(special.end)))
            yield Choice(
                special.key,
                self.names.text(special.label),
                special.read_out or self._mode == "online",
                special.mode,
                (),
                tuple(then),
                tuple(special.decisions),
            )

    def _after_option(self, option: model.Option) -> Iterator[Spans]:
        if option.exclusive:
            yield (Span("exclusive"),)
        if option.write_in is not None:
            box = option.write_in
            limits = [f"from {box.min}"] * (box.min is not None) + [f"to {box.max}"] * (box.max is not None)
            what = "write in a number" if box.type == "number" else "write in"
            prompt = (Span(": "), *self.names.text(box.prompt)) if box.prompt else ()
            yield (Span(" ".join([what, *limits])), *prompt)
        if option.mode is not None and self._mode is None:
            yield (Span(f"{option.mode} only"),)
        if option.skip_to:
            yield (Span("→ go to "), self.names.target(option.skip_to))
        if isinstance(option.end, str):
            yield (Span("■ close as "), self.names.outcome(option.end))
        for case in option.end if isinstance(option.end, list) else ():
            yield (
                Span("■ close as "),
                self.names.outcome(case.outcome),
                Span(" if "),
                *self.names.condition(case.when),
            )
        if option.again == "take_email":
            yield (Span("take the e-mail address, then this question again"),)
        elif option.again:
            yield (Span("show "), Span(option.again, f"text-{option.again}"), Span(", then this question again"))
        if option.check_email:
            yield (Span("check the e-mail address"),)
        if option.fill is not None:
            yield (Span("in other sentences: “"), *self.names.text(option.fill), Span("”"))

    def _notes(self, item: Any) -> Iterator[Note]:
        for text in _kept(item):
            yield Note("note", (Span(text),))
        for jump in getattr(item, "jumps", ()):
            when = (Span(" if "), *self.names.condition(jump.when)) if jump.when else (Span(", whatever the answer"),)
            yield Note("jump", (Span("→ Then go to "), self.names.target(jump.to), *when))
        for check in getattr(item, "checks", ()):
            spans = (Span("Soft check, if "), *self.names.condition(check.when), Span(": "))
            yield Note("check", (*spans, *self.names.text(check.text)), tuple(check.decisions))
        if item.type == "end":
            yield Note("jump", (Span("■ Ends as "), self.names.outcome(item.outcome)))
        if item.gap:
            yield Note("gap", (Span(f"Numbering: {item.gap}"),))


def _kept(item: Any) -> Iterator[str]:
    """What is asked of an answer, and what becomes of it."""
    if item.type == "number":
        unit = f" ({item.unit})" if item.unit else ""
        yield f"Whole number from {item.min}" + (f" to {item.max}" if item.max is not None else " up") + unit + "."
    if item.type == "lookup":
        searched = f"Searched in the list {item.code_list}" if item.code_list else "Free text"
        yield searched + (", or free text." if item.code_list and item.free_text else ".")
    if getattr(item, "page", None):
        yield f"Online on one page with the other questions of “{item.page}”."
    if getattr(item, "per_call", False):
        yield "Asked anew in every call."
    if getattr(item, "personal", False):
        yield "Identifies the respondent: kept with the contact details, apart from the answers."


def _decisions(questionnaire: model.Questionnaire, sections: Iterable[Section]) -> Iterator[Decision]:
    used: dict[str, dict[tuple[str, str], None]] = {}
    for section in sections:
        for item in section.items:
            cited = [*item.decisions, *(each for row in item.rows for each in row.decisions)]
            cited += [each for choice in item.choices for each in choice.decisions]
            for decision in (*cited, *(each for note in item.notes for each in note.decisions)):
                used.setdefault(decision, {})[item.id, item.anchor] = None
    for name, text in questionnaire.texts.items():
        for decision in text.decisions:
            used.setdefault(decision, {})[name, f"text-{name}"] = None
    for decision, text_of in questionnaire.decisions.items():
        yield Decision(decision, f"decision-{decision}", text_of, tuple(used.get(decision, {})))
