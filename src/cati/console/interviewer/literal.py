"""Data drawn literally: what would steer the terminal, or hide, is made visible; lines are broken by cells."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len

# Direction controls reorder their surroundings, invisible ones hide; both are named. Joiners inside emoji stay.
_NAMED = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f\u0080-\u009f]"
)
_CONTROL = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_PLAIN = re.compile(r"[\x20-\x7e]*")


def visible(text: str) -> str:
    """The text with control characters as their pictures (␛) and hidden or reordering ones by number (<U+202E>)."""
    if _PLAIN.fullmatch(text):
        return text
    text = text.translate(_CONTROL)
    text = _NAMED.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)
    return "".join(f"<U+{ord(char):04X}>" if unicodedata.category(char) == "Co" else char for char in text)


def width(text: str) -> int:
    """How many cells a text takes on the screen."""
    return len(text) if text.isascii() else cell_len(text)


def clip(text: str, cells: int) -> str:
    """As much of a text as fits into so many cells, an ellipsis where something is left out."""
    if width(text) <= cells:
        return text
    if cells <= 1:
        return "…"[:cells]
    kept, used = [], 0
    for char in text:
        used += width(char)
        if used > cells - 1:
            break
        kept.append(char)
    return "".join(kept) + "…"


@lru_cache(maxsize=512)
def wrap(text: str, cells: int) -> tuple[str, ...]:
    """A text broken into lines of at most `cells` cells, at blanks where there are any. It is made visible first."""
    cells = max(cells, 2)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _wrapped(visible(paragraph), cells)
    return tuple(lines) or ("",)


def _wrapped(text: str, cells: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for word in re.findall(r"\S+|\s+", text):
        size = width(word)
        if word.isspace():
            if used and used + size <= cells:
                line, used = line + word, used + size
            elif used:
                lines.append(line.rstrip())
                line, used = "", 0
            continue
        if used + size > cells and used:
            lines.append(line.rstrip())
            line, used = "", 0
        while size > cells:
            part = _head(word, cells)
            lines.append(part)
            word = word[len(part) :]
            size = width(word)
        line, used = line + word, used + size
    lines.append(line.rstrip())
    return lines


def _head(word: str, cells: int) -> str:
    used = 0
    for at, char in enumerate(word):
        used += width(char)
        if used > cells:
            return word[: max(at, 1)]
    return word
