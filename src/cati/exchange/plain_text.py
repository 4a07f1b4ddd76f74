"""Words as every format of an export can hold them: on one line, and never to be taken for a reserve code."""

from __future__ import annotations

import re
from collections.abc import Container

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")


def one_line(text: str) -> str:
    """The words with one blank wherever there were blanks, line ends, tabs or control characters."""
    text = " ".join(text.split())
    return text if text.isprintable() else " ".join(_CONTROL.sub(" ", text).split())


def no_code(text: str, reserved: Container[str]) -> str:
    """The words, with a dot where they would be read as one of these reserve codes."""
    return f"{text}." if text in reserved else text
