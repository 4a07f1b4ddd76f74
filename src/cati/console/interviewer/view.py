"""A page as lines of styled spans, for a screen of some width and height. Pure: the same page, the same lines.

Read-out text, instructions and added text are told apart by their beginnings, not by colour: read-out text stands
plain at the margin, an instruction begins with ▸ and is in brackets, added text is indented behind (+ if needed).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cati.console.interviewer.digits import large
from cati.console.interviewer.literal import clip, visible, width, wrap
from cati.console.interviewer.page import Choice, Drawn, Message, Page, Para, Part

Span = tuple[str, str]
"""A text and the name of its style."""
Line = tuple[Span, ...]

WIDE = 120
SIDE = 44
ENTRY_ROWS = 4
LEAST_WORDING = 5
TWO_COLUMNS = 60
ALERT_ROWS = 2

_PREFIX = {"instruction": "▸ [", "add": "  (+ if needed) ", "warning": "! ", "row": "» "}
_SUFFIX = {"instruction": "]"}
_MARKS = {"refused": "✗ ", "sure": "? ", "failed": "✗ ", "info": ""}
BLANK_AFTER = frozenset({"read", "instruction", "add", "row"})


@dataclass(frozen=True, slots=True)
class Frame:
    """What a screen shows. `cursor`: column and row of the entry; `pages`: how many screenfuls the body has."""

    lines: tuple[Line, ...]
    cursor: tuple[int, int]
    pages: int


def draw(page: Page, columns: int, rows: int) -> Frame:
    """The page on a screen of `columns` × `rows` cells; what does not fit scrolls, and says so."""
    columns, rows = max(columns, 20), max(rows, 8)
    wide = columns >= WIDE and bool(page.side)
    across = columns - SIDE - 3 if wide else columns
    entry, cursor_x, cursor_row = _entry(page, columns)
    message = _message(page.message, columns)
    foot = [*message, *entry, _key_line(page.keys, columns)]
    head = [*_head(page, columns), *_alert(page.alert, columns)]
    space = max(rows - len(head) - len(foot), 1)
    body, pages = _body(page, across, space)
    if wide:
        body = _beside(body, page.side, across, space)
    lines = (*head, *body, *foot)[:rows]
    return Frame(lines, (cursor_x, min(len(head) + space + len(message) + cursor_row, rows - 1)), pages)


def _head(page: Page, columns: int) -> tuple[Line, Line]:
    right = clip(visible(page.right), columns // 2)
    left = clip(visible(page.left), columns - width(right) - 3)
    gap = " " * max(columns - width(left) - width(right) - 2, 0)
    under = clip(visible(page.under), columns - 2)
    return ((f" {left}{gap}{right} ", "header"),), ((f" {under}", "dim"),)


def _alert(alert: str, columns: int) -> list[Line]:
    """What must not be missed, right under the header, where nothing scrolls it away."""
    lines = wrap(f"{_PREFIX['warning']}{alert}", columns - 2)[:ALERT_ROWS] if alert else ()
    return [((f" {line}", "warning"),) for line in lines]


def _body(page: Page, across: int, space: int) -> tuple[list[Line], int]:
    """What scrolls, in the space for it, and how many screenfuls it has."""
    lines = _shorter(page.body, across, space)
    if page.pinned and len(lines) > space:
        first = next((at for at, part in enumerate(page.body) if isinstance(part, Choice)), len(page.body))
        codes = _shorter(page.body[first:], across, 0)
        left = space - len(codes) - 1
        if codes and left >= LEAST_WORDING:
            wording, pages = _scrolled(stacked(page.body[:first], across, columns=1), page.page, left, across)
            return [*wording, (), *codes], pages
    at = page.page
    if page.follow:
        marked = next((at for at, line in enumerate(lines) if line and "▶" in line[0][0]), 0)
        at += max(marked - 1, 0) // max(space - 2, 1)
    return _scrolled(lines, at, space, across)


def _shorter(parts: tuple[Part, ...], across: int, space: int) -> list[Line]:
    """In one column; else, where that does not fit, in two, or without blank lines; the first that fits."""
    lines = stacked(parts, across, columns=1)
    if len(lines) <= space:
        return lines
    two = stacked(parts, across, columns=2 if across >= TWO_COLUMNS else 1)
    if len(two) >= len(lines):
        two = lines
    close = [line for line in two if line]
    return close if len(two) > space >= len(close) else two


def stacked(parts: tuple[Part, ...], across: int, columns: int) -> list[Line]:
    lines: list[Line] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        if isinstance(part, Choice):
            end = at
            while end < len(parts) and isinstance(parts[end], Choice):
                end += 1
            lines += _choices(tuple(part for part in parts[at:end] if isinstance(part, Choice)), across, columns)
            at = end
            continue
        if isinstance(part, Drawn):
            lines += (_cropped(line, across) for line in part.lines)
            at += 1
            continue
        lines += _para(part, across)
        at += 1
        if part.kind in BLANK_AFTER and at < len(parts) and _apart(part, parts[at]):
            lines.append(())
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _cropped(line: Line, across: int) -> Line:
    """As much of a line as fits."""
    spans: list[Span] = []
    for text, style in line:
        spans.append((clip(text, across), style))
        across -= width(text)
        if across <= 0:
            break
    return tuple(spans)


def _apart(part: Para, following: Part) -> bool:
    """A blank line parts what is read out from the codes, and pieces of different kinds from each other."""
    return not isinstance(following, Para) or part.kind == "read" or following.kind != part.kind


@lru_cache(maxsize=256)
def _para(para: Para, across: int) -> tuple[Line, ...]:
    if para.kind == "big":
        return ((), *(((f"  {line}", "big"),) for line in large(visible(para.text))), ())
    prefix, suffix = _PREFIX.get(para.kind, ""), _SUFFIX.get(para.kind, "")
    indent = " " * (width(prefix) if para.kind != "add" else 4)
    text = f"{para.text}{suffix}"
    if para.kind == "add":
        body = wrap(f"(+ if needed) {text}", across - len(indent) - 1)
        return tuple(((f" {'  ' if at == 0 else indent}{line}", para.kind),) for at, line in enumerate(body))
    body = wrap(text, across - len(indent) - 1)
    return tuple(((f" {prefix if at == 0 else indent}{line}", para.kind),) for at, line in enumerate(body))


@lru_cache(maxsize=128)
def _choices(choices: tuple[Choice, ...], across: int, columns: int) -> tuple[Line, ...]:
    codes = max(width(visible(choice.code)) for choice in choices)
    if columns == 1:
        return tuple(line for choice in choices for line in _choice(choice, codes, across))
    half = (across - 2) // 2
    height = (len(choices) + 1) // 2
    cells = [_choice(choice, codes, half) for choice in choices]
    lines: list[Line] = []
    for left, right in zip(cells[:height], [*cells[height:], ()], strict=False):
        for at in range(max(len(left), len(right))):
            first = left[at] if at < len(left) else ()
            second = right[at] if at < len(right) else ()
            used = sum(width(text) for text, _ in first)
            lines.append((*first, (" " * (half + 2 - used), "plain"), *second))
    return tuple(lines)


def _choice(choice: Choice, codes: int, across: int) -> tuple[Line, ...]:
    """A code and its label; ● is the answer held, ▶ what is marked."""
    sign = "▶" if choice.marked else "●" if choice.held else " "
    code = visible(choice.code)
    lead = f" {sign} {' ' * (codes - width(code))}{code}  "
    label = f"{choice.label} {choice.remark}".rstrip()
    style = "held" if choice.held or choice.marked else "label"
    space = max(across - width(lead) - 1, 8)
    lines = (clip(visible(label), space),) if choice.clipped else wrap(label, space)
    first: Line = ((lead, "code"), (lines[0], style))
    return (first, *(((" " * width(lead) + line, style),) for line in lines[1:]))


def _scrolled(lines: list[Line], page: int, space: int, across: int) -> tuple[list[Line], int]:
    """The screenful that is shown, padded to the space; its last line says what is left out."""
    if len(lines) <= space:
        return lines + [()] * (space - len(lines)), 1
    step = max(space - 2, 1)
    pages = 1 + -(-max(len(lines) - (space - 1), 0) // step)
    start = min(page, pages - 1) * step
    shown = lines[start : start + space - 1]
    below, above = len(lines) - start - len(shown), start
    told = [f"{below} more lines ▼ PgDn" if below else "", f"{above} lines above ▲ PgUp" if above else ""]
    shown += [()] * (space - 1 - len(shown))
    return [*shown, ((clip("  " + "   ".join(part for part in told if part), across), "more"),)], pages


def _beside(body: list[Line], side: tuple[Para, ...], across: int, space: int) -> list[Line]:
    panel: list[Line] = [line for para in side for line in _para(para, SIDE)]
    if len(panel) > space:
        panel = [*panel[: space - 1], ((f" {len(panel) - space + 1} more: F5", "more"),)]
    panel += [()] * (space - len(panel))
    joined: list[Line] = []
    for line, facts in zip(body, panel, strict=True):
        used = sum(width(text) for text, _ in line)
        joined.append((*line, (" " * (across - used), "plain"), (" │ ", "dim"), *facts))
    return joined


def _message(message: Message | None, columns: int) -> list[Line]:
    if message is None or not message.text:
        return [()]
    lines = wrap(f"{_MARKS[message.kind]}{message.text}", columns - 2)[:4]
    return [((f" {line}", message.kind),) for line in lines]


def _entry(page: Page, columns: int) -> tuple[list[Line], int, int]:
    """The entry line, broken over rows where it is long; the column and row of the cursor."""
    prompt = clip(visible(page.prompt), columns // 2)
    lead = f" {prompt} ▏" if prompt else " ▏"
    space = max(columns - width(lead) - 1, 4)
    rows: list[str] = [""]
    used = 0
    cursor = (0, 0)
    for at, char in enumerate(page.entry + " "):
        if at == page.at:
            cursor = (used, len(rows) - 1)
        shown = visible(char)
        size = width(shown)
        if used + size > space:
            rows.append("")
            used = 0
            if at == page.at:
                cursor = (0, len(rows) - 1)
        rows[-1] += shown
        used += size
    first = max(0, min(cursor[1] - ENTRY_ROWS + 1, len(rows) - ENTRY_ROWS))
    shown_rows = rows[first : first + ENTRY_ROWS]
    lines: list[Line] = [
        ((lead if at == 0 else " " * (width(lead) - 1) + "▏", "prompt"), (row.rstrip() if page.entry else "", "entry"))
        for at, row in enumerate(shown_rows)
    ]
    return lines, width(lead) + cursor[0], cursor[1] - first


@lru_cache(maxsize=128)
def _key_line(keys: tuple[tuple[str, str], ...], columns: int) -> Line:
    spans: list[Span] = []
    used = 0
    for key, label in keys:
        size = len(key) + len(label) + 2
        if used + size > columns:
            break
        spans += [(f" {key}", "key"), (f" {label}", "keylabel")]
        used += size
    return tuple(spans)


def as_text(page: Page) -> list[str]:
    """The page as plain lines, from the top down: for screen readers. Nothing is laid out or left out."""
    lines = [f"{visible(page.left)} | {visible(page.right)}", visible(page.under)]
    if page.alert:
        lines.append(f"{_PREFIX['warning']}{visible(page.alert)}")
    for part in page.body:
        if isinstance(part, Drawn):
            lines += ["".join(text for text, _ in line).rstrip() for line in part.lines]
        elif isinstance(part, Choice):
            sign = " (held)" if part.held else " (marked)" if part.marked else ""
            lines.append(f"{visible(part.code)}: {visible(f'{part.label} {part.remark}'.rstrip())}{sign}")
        elif part.kind == "instruction":
            lines.append(f"[INSTRUCTION: {visible(part.text)}]")
        elif part.kind == "add":
            lines.append(f"(+ if needed) {visible(part.text)}")
        elif part.kind == "big":
            lines.append(f"Number: {visible(part.text)}")
        else:
            lines += [visible(line) for line in part.text.split("\n")]
    return [line for line in lines if line.strip()]
