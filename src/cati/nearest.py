"""The name that was probably meant, for messages that help."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known name most like the given one (case apart), as it is spelt; None where nothing is near."""
    from difflib import get_close_matches

    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(given.strip().casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(given: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """A sentence that offers the nearest name, or says `otherwise`; without that, it names all there are."""
    names = [str(name) for name in known]
    near = nearest(given, names)
    if near is not None:
        return f"Did you mean {near}?"
    if otherwise is not None:
        return otherwise
    return f"There are: {', '.join(names)}." if names else "There is none."
