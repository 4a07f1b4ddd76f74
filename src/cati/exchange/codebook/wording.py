"""The wording of a question for somebody who reads data: fills stand as what they are filled with."""

from __future__ import annotations

import re
from typing import Any

from cati.questionnaire import model

_FILL = re.compile(r"\{([^{}]*)\}")
_MOST_NESTED = 5


def without_fills(questionnaire: model.Questionnaire, text: str, depth: int = 0) -> str:
    """A text with each fill as its possible texts in square brackets, or as its name."""

    def words(match: re.Match[str]) -> str:
        name = match[1].strip()
        fill = questionnaire.fills.get(name)
        if fill is None or depth >= _MOST_NESTED:
            return f"[{name.removeprefix('sample.')}]"
        texts = [fill] if isinstance(fill, str) else [variant.text for variant in fill]
        inner = [without_fills(questionnaire, each, depth + 1) for each in texts]
        return inner[0] if len(inner) == 1 else f"[{' / '.join(inner)}]"

    return " ".join(_FILL.sub(words, text).split())


def question_text(questionnaire: model.Questionnaire, item: Any, mode: model.Mode) -> str:
    """What is read out (telephone) or shown (online) as the question."""
    blocks = [block.text for block in item.wording if block.kind == "read" and block.mode in (None, mode)]
    return without_fills(questionnaire, " ".join(blocks))


def shortened(text: str, limit: int, *, in_bytes: bool = False) -> str:
    """The text if it is no longer than `limit` characters (or bytes of UTF-8), else its beginning up to a word and …"""

    def size(piece: str) -> int:
        return len(piece.encode()) if in_bytes else len(piece)

    if size(text) <= limit:
        return text
    cut = text[:limit]
    while cut and size(cut) > limit - size("…"):
        cut = cut[:-1]
    at_word = cut.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > len(cut) * 2 // 3 else cut).rstrip(" ,;:–-") + "…"
