"""One focusable widget that owns every key and draws lines that somebody else has laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from cati.console.interviewer.literal import width

Line = tuple[tuple[str, str], ...]
"""Texts and the names of their styles."""


class Surface(Widget, can_focus=True):
    """Hands every key to `typed` at once, in order, and draws the lines it is shown.

    Only lines that changed are drawn again. Nothing is read as markup. The cursor stands where `show` puts it.
    """

    DEFAULT_CSS = "Surface { width: 100%; height: 100%; background: ansi_default; color: ansi_default; }"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[events.Event]] = []  # type: ignore[assignment]  # no key does anything behind our back

    def __init__(
        self,
        styles: dict[str, Style],
        typed: Callable[[str], None],
        pasted: Callable[[str], None],
        resized: Callable[[], None],
    ) -> None:
        super().__init__()
        self._styles = styles
        self._base = styles[""]
        self._typed = typed
        self._pasted = pasted
        self._resized = resized
        self._lines: tuple[Line, ...] = ()
        self._strips: dict[int, Strip] = {}
        self._cursor = (0, 0)

    def show(self, lines: tuple[Line, ...], cursor: tuple[int, int]) -> None:
        """Draws the lines, where they differ from those shown, and puts the cursor at (column, row)."""
        old = self._lines
        changed = {at for at in range(max(len(old), len(lines))) if old[at : at + 1] != lines[at : at + 1]}
        if cursor != self._cursor:
            changed.add(cursor[1])
            self._cursor = cursor
            self.app.cursor_position = Offset(*cursor)
        self._lines = lines
        if not changed:
            return
        for at in changed:
            self._strips.pop(at, None)
        across = self.size.width
        self.refresh(*(Region(0, top, across, below - top) for top, below in _runs(changed)))

    def render_line(self, y: int) -> Strip:
        """A line as segments, every one styled; made once and kept until it changes."""
        strip = self._strips.get(y)
        if strip is None:
            line = self._lines[y] if y < len(self._lines) else ()
            styles, base = self._styles, self._base
            segments = [Segment(text, styles.get(style, base)) for text, style in line if text]
            # the width is told: rich would measure every text, and keep thousands of them
            strip = Strip(segments, sum(width(text) for text, _ in line)).adjust_cell_length(self.size.width, base)
            self._strips[y] = strip
        return strip

    def on_key(self, event: events.Key) -> None:
        """Every key comes here first and goes no further."""
        event.stop()
        event.prevent_default()
        self.take(event)

    def take(self, event: events.Key) -> None:
        """A key: a character as itself, any other by its name."""
        character = event.character
        self._typed(character if character is not None and event.is_printable else event.key)

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed, its line ends as blanks: a paste never presses Enter."""
        event.stop()
        event.prevent_default()
        self._pasted(event.text)

    def on_resize(self) -> None:
        """Another size: everything anew."""
        self._lines = ()
        self._strips.clear()
        self._resized()


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as stretches (first, one past the last)."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row:
            runs[-1] = (runs[-1][0], row + 1)
        else:
            runs.append((row, row + 1))
    return runs
