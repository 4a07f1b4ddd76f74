"""The nearest valid name, for error messages that help."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(given: str, valid: Iterable[str]) -> str:
    """Text to put after 'X is not known': the nearest valid name if one is near, else all of them."""
    names = [str(name) for name in valid]
    folded = {name.casefold(): name for name in names}
    close = get_close_matches(given.strip().casefold(), folded, n=1, cutoff=0.5)
    if close:
        return f"did you mean {folded[close[0]]!r}?"
    return f"use one of: {', '.join(names)}" if names else "none is defined"
