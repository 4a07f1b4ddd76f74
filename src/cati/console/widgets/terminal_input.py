"""What a terminal sends, read whatever its bytes are."""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable
from functools import partial


def read_any_bytes() -> None:
    """Lets Textual read bytes that are not UTF-8 as the replacement character.

    Its reader decodes strictly: one such byte (a terminal in Latin-1, a paste gone wrong) would end the keyboard, and
    what was typed in the same moment would be lost. Replaced, it stands on the entry line for the interviewer to mend.
    """
    try:
        from textual.drivers import linux_driver
    except ImportError:  # not on Windows, whose console sends characters
        return
    vars(linux_driver)["getincrementaldecoder"] = _forgiving


def _forgiving(encoding: str) -> Callable[[], IncrementalDecoder]:
    return partial(getincrementaldecoder(encoding), errors="replace")
