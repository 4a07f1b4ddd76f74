"""The paper questionnaire: every item, base, word, option, jump and decision, for a researcher to sign off.

One outline serves the three formats: `outline` says what stands in the document, the writers only how it looks.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cati.errors import InputError
from cati.questionnaire import model

Format = Literal["text", "html", "markdown"]
MODE_NAMES = {"telephone": "Telephone", "online": "Online"}
KIND_MARKS = {"read": "", "instruction": "INSTRUCTION: ", "add": "ADD IF NECESSARY: "}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an item. `kind` is base, read, instruction, add, row, option, special, box, jump, check or note."""

    kind: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading with its lines: a section (no lines), an item, or an appendix."""

    level: Literal["section", "item", "appendix"]
    heading: str
    lines: tuple[Line, ...] = ()


def paper(questionnaire: model.Questionnaire, mode: model.Mode | None, form: str) -> str:
    """The questionnaire on paper, both modes side by side or one of them, as text, markdown or html.

    Raises InputError for a format that there is not.
    """
    entries = list(outline(questionnaire, mode))
    title = f"{questionnaire.title} (version {questionnaire.version})"
    if form == "text":
        return _as_text(title, entries)
    if form == "markdown":
        return _as_markdown(title, entries)
    if form == "html":
        return _as_html(title, entries)
    raise InputError(f"there is no format {form}; the questionnaire can be shown as text, markdown or html.")


def outline(questionnaire: model.Questionnaire, mode: model.Mode | None) -> Iterator[Entry]:
    """What stands in the document, in order."""
    if questionnaire.source is not None:
        source = questionnaire.source
        yield Entry("appendix", "Source", (Line("note", f"{source.title}. {source.publisher}. {source.licence}."),))
    for section in questionnaire.sections:
        letter = f"{section.letter} " if section.letter else ""
        yield Entry("section", f"{letter}{section.title}", (Line("note", section.note),) if section.note else ())
        for item in section.items:
            yield Entry("item", f"{item.id} ({item.type})", tuple(_item_lines(questionnaire, item, mode)))
    yield from _appendices(questionnaire, mode)


def _item_lines(questionnaire: model.Questionnaire, item: Any, mode: model.Mode | None) -> Iterator[Line]:
    if item.base:
        yield Line("base", item.base)
    yield Line("base", f"Asked if: {item.ask or 'everybody'}")
    if item.printed is not None:
        yield Line("base", f"Printed as: {item.printed}")
    if item.decisions:
        yield Line("base", f"Decisions: {', '.join(item.decisions)}")
    yield from _wording(item.wording, mode)
    for row in getattr(item, "rows", ()):
        yield Line("row", row.text + _condition(row.ask), f"{item.id}_{row.row}")
    if getattr(item, "options_from", None) is not None:
        always = f", and always {', '.join(str(code) for code in item.always)}" if item.always else ""
        yield Line("note", f"Options: those chosen at {item.options_from}{always}")
    for option in questionnaire.options_of(item):
        if mode is None or option.mode in (None, mode):
            yield Line("option", _option(option, mode), str(option.code))
    for special in getattr(item, "specials", ()):
        yield Line("special", _special(special, mode), special.key)
    for box in getattr(item, "fields", ()):
        yield Line("box", box.label + (" (may be left blank)" if box.blank else ""), box.field)
        for special in box.specials:
            yield Line("special", _special(special, mode), special.key)
    yield from _rules(item)


def _rules(item: Any) -> Iterator[Line]:
    if item.type == "number":
        yield Line("note", f"Whole number from {item.min}" + (f" to {item.max}" if item.max is not None else " up"))
    if item.type == "lookup":
        yield Line("note", f"Search: {item.code_list or 'free text'}" + (", or free text" if item.code_list else ""))
    for jump in getattr(item, "jumps", ()):
        yield Line("jump", f"Then go to {jump.to}{_condition(jump.when)}")
    for check in getattr(item, "checks", ()):
        yield Line("check", f"Soft check{_condition(check.when)}: {check.text}")
    if item.type == "end":
        yield Line("jump", f"Ends as {item.outcome}")
    if item.gap:
        yield Line("note", item.gap)


def _wording(blocks: list[model.Block], mode: model.Mode | None) -> Iterator[Line]:
    for block in blocks:
        if mode is not None and block.mode not in (None, mode):
            continue
        where = f"[{MODE_NAMES[block.mode]}] " if block.mode is not None and mode is None else ""
        yield Line(block.kind, f"{where}{block.text}{_condition(block.ask)}")


def _condition(condition: str) -> str:
    return f" [if {condition}]" if condition else ""


def _option(option: model.Option, mode: model.Mode | None) -> str:
    notes = []
    if option.exclusive:
        notes.append("exclusive")
    if option.write_in is not None:
        notes.append("write in a number" if option.write_in.type == "number" else "write in")
    if option.mode is not None and mode is None:
        notes.append(f"{option.mode} only")
    if option.skip_to:
        notes.append(f"go to {option.skip_to}")
    if option.end:
        cases = option.end if isinstance(option.end, list) else []
        ends = ", ".join(f"{case.outcome} if {case.when}" for case in cases) or str(option.end)
        notes.append(f"close: {ends}")
    if option.again:
        notes.append(f"{option.again.replace('_', ' ')}, then this question again")
    if option.check_email:
        notes.append("check the e-mail address")
    prefix = "" if option.read_out or mode == "online" else "(DO NOT READ OUT) "
    return prefix + option.label + _condition(option.ask) + (f" → {'; '.join(notes)}" if notes else "")


def _special(special: model.SpecialAnswer, mode: model.Mode | None) -> str:
    prefix = "" if special.read_out or mode == "online" else "(DO NOT READ OUT) "
    printed = f" (printed code {special.code})" if special.code is not None else ""
    target = f" → go to {special.skip_to}" if special.skip_to else f" → close: {special.end}" if special.end else ""
    return prefix + special.label + printed + target


def _appendices(questionnaire: model.Questionnaire, mode: model.Mode | None) -> Iterator[Entry]:
    if questionnaire.fills:
        lines = []
        for name, fill in questionnaire.fills.items():
            variants = [fill] if isinstance(fill, str) else [f"{each.text}{_condition(each.when)}" for each in fill]
            lines += [Line("note", text, f"{{{name}}}") for text in variants]
        yield Entry("appendix", "Fills", tuple(lines))
    for name, text in questionnaire.texts.items():
        missing = (Line("note", f"Missing: {text.missing}"),) if text.missing else ()
        yield Entry("appendix", f"Text: {name}", (*_wording(text.wording, mode), *missing))
    if questionnaire.closings:
        lines = [Line("read", closing.text, outcome) for outcome, closing in questionnaire.closings.items()]
        yield Entry("appendix", "Closing texts", tuple(lines))
    if questionnaire.decisions:
        lines = [Line("note", text, decision) for decision, text in questionnaire.decisions.items()]
        yield Entry("appendix", "Decisions on readings of the source", tuple(lines))


def _as_text(title: str, entries: list[Entry]) -> str:
    out = [title, "=" * len(title)]
    for entry in entries:
        out += ["", entry.heading.upper() if entry.level == "section" else entry.heading]
        out.append(("=" if entry.level == "section" else "-") * len(entry.heading))
        for line in entry.lines:
            mark = KIND_MARKS.get(line.kind, "")
            code = f"{line.code:>6}  " if line.code else "  "
            first, *more = f"{mark}{line.text}".splitlines() or [""]
            out.append(f"{code}{first}")
            out += [" " * len(code) + each for each in more]
    return "\n".join(out) + "\n"


def _as_markdown(title: str, entries: list[Entry]) -> str:
    out = [f"# {_escaped(title)}"]
    for entry in entries:
        out += ["", f"{'##' if entry.level != 'item' else '###'} {_escaped(entry.heading)}", ""]
        for line in entry.lines:
            text = _escaped(line.text).replace("\n", "  \n")
            if line.code:
                out.append(f"- `{line.code}` {text}")
            elif line.kind == "read":
                out.append(f"**{text}**  ")
            elif line.kind in ("instruction", "add"):
                out.append(f"_{KIND_MARKS[line.kind]}{text}_  ")
            else:
                out.append(f"{text}  ")
    return "\n".join(out) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|" else char for char in text)


_STYLE = """
body { font: 16px/1.45 Georgia, serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
h1, h2, h3 { font-family: system-ui, sans-serif; line-height: 1.2; }
h2 { border-bottom: 2px solid #333; margin-top: 3rem; }
h3 { margin: 2rem 0 .3rem; }
p { margin: .25rem 0; }
.base, .note, .check { color: #555; font-size: .85rem; }
.read { font-weight: bold; white-space: pre-line; }
.instruction, .add { font-style: italic; }
.jump { color: #7a3b00; }
table { border-collapse: collapse; margin: .2rem 0; }
td { padding: .1rem .6rem .1rem 0; vertical-align: top; }
td:first-child { font-family: ui-monospace, monospace; min-width: 3.5rem; color: #333; }
@media print { h3 { break-after: avoid; } }
"""


def _as_html(title: str, entries: list[Entry]) -> str:
    out = [
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>' + html.escape(title) + "</title>",
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{html.escape(title)}</h1>",
    ]
    for entry in entries:
        tag = "h3" if entry.level == "item" else "h2"
        out.append(f"<{tag}>{html.escape(entry.heading)}</{tag}>")
        table_open = False
        for line in entry.lines:
            if bool(line.code) != table_open:
                out.append("<table>" if line.code else "</table>")
                table_open = bool(line.code)
            text = html.escape(KIND_MARKS.get(line.kind, "") + line.text)
            if line.code:
                out.append(f'<tr class="{line.kind}"><td>{html.escape(line.code)}</td><td>{text}</td></tr>')
            else:
                out.append(f'<p class="{line.kind}">{text}</p>')
        if table_open:
            out.append("</table>")
    out.append("</body>\n</html>\n")
    return "\n".join(out)
