"""Names and where they lead: fills in a text, ids in a condition, targets of a jump."""

from __future__ import annotations

import re

from cati.questionnaire import model
from cati.questionnaire.scope import row_id, write_in_id
from cati.reports.paper.parts import Span, Spans

_FILL = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"\"[^\"]*\"|[A-Za-z]\w*(?:\.\w+)?")


class Names:
    """Every name of a questionnaire, by what it is called in small letters."""

    def __init__(self, questionnaire: model.Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._items: dict[str, str] = {}
        for section, item in questionnaire.each_item():
            self._items.setdefault(section.id.lower(), f"section-{section.id}")
            anchor = self._items[item.id.lower()] = f"item-{item.id}"
            for row in getattr(item, "rows", ()):
                self._items[row_id(item.id, row.row).lower()] = anchor
            for option in questionnaire.options_of(item):
                if option.write_in is not None:
                    self._items[write_in_id(item.id, option.code, option.write_in.type).lower()] = anchor

    def text(self, text: str) -> Spans:
        """A text, its fills as named brackets: {la} is [la], {B4a} is [answer to B4a]."""
        spans, position = [], 0
        for match in _FILL.finditer(text):
            if match.start() > position:
                spans.append(Span(text[position : match.start()]))
            spans.append(self._fill(match[1].strip()))
            position = match.end()
        if position < len(text):
            spans.append(Span(text[position:]))
        return tuple(spans)

    def _fill(self, name: str) -> Span:
        if name.startswith("sample."):
            variable = name.removeprefix("sample.")
            known = variable in self._questionnaire.sample
            return Span(f"[{variable}]", f"sample-{variable}" if known else "", fill=True)
        if name in self._questionnaire.fills:
            return Span(f"[{name}]", f"fill-{name}", fill=True)
        return Span(f"[answer to {name}]", self._items.get(name.lower(), ""), fill=True)

    def fills_of(self, spans: Spans) -> list[str]:
        """The named fills that stand in a text."""
        return [span.target.removeprefix("fill-") for span in spans if span.target.startswith("fill-")]

    def condition(self, condition: str) -> Spans:
        """A condition, its ids leading to their items."""
        spans, position = [], 0
        for match in _WORD.finditer(condition):
            anchor = self._items.get(match[0].lower())
            if anchor is None:
                continue
            if match.start() > position:
                spans.append(Span(condition[position : match.start()]))
            spans.append(Span(match[0], anchor))
            position = match.end()
        if position < len(condition):
            spans.append(Span(condition[position:]))
        return tuple(spans)

    def target(self, name: str) -> Span:
        """Where a jump goes: an item or a section."""
        anchor = self._items.get(name.lower(), "")
        return Span(f"section {name}" if anchor.startswith("section-") else name, anchor)

    def outcome(self, outcome: str) -> Span:
        """An outcome, leading to what is said at it."""
        return Span(outcome, f"closing-{outcome}" if outcome in self._questionnaire.closings else "")
