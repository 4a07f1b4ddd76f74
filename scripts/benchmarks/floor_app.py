"""The floor under the console: one widget that takes every key, one durable commit an answer, and nothing else.

    python floor_app.py DATABASE TEXTS.json

TEXTS.json holds the lines of each question, 22 of at most 80 columns. A digit goes to the entry line; Enter commits it
and shows the next question. Without a database the app draws its first frame alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget

BOLD, PLAIN = Style(bold=True), Style()


class Question(Widget, can_focus=True):
    """The one widget."""

    DEFAULT_CSS = "Question { width: 100%; height: 100%; background: ansi_default; color: ansi_default; }"

    def __init__(self, texts: list[list[str]], connection: Any) -> None:
        super().__init__()
        self.texts = texts
        self.connection = connection
        self.at = 0
        self.typed = ""

    def render_line(self, y: int) -> Strip:
        """A header, the lines of the question, the entry line."""
        if y == 0:
            return Strip([Segment(f"question {self.at} of {len(self.texts)}".ljust(80), BOLD)])
        if y == 23:
            return Strip([Segment(f"Code {self.typed}".ljust(80), BOLD)])
        lines = self.texts[self.at % len(self.texts)]
        return Strip([Segment((lines[y - 1] if y <= len(lines) else "").ljust(80), PLAIN)])

    def on_key(self, event: events.Key) -> None:
        """A digit, or Enter."""
        event.stop()
        event.prevent_default()
        if event.key != "enter":
            self.typed += event.character or ""
            self.refresh()
            return
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("INSERT INTO answer (question, value) VALUES (?, ?)", (self.at, self.typed))
        self.connection.execute("COMMIT")
        self.at += 1
        self.typed = ""
        self.refresh()


class Floor(App[None]):
    """The bare application."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { background: ansi_default; color: ansi_default; }"

    def __init__(self, texts: list[list[str]], connection: Any) -> None:
        super().__init__(ansi_color=True)
        self.question = Question(texts, connection)

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self.question

    def on_mount(self) -> None:
        """It has the keys."""
        self.question.focus()


def main() -> None:
    """Runs the floor."""
    texts = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")) if len(sys.argv) > 2 else [["The floor."]]
    connection = None
    if len(sys.argv) > 2:
        from benchmarks.commits import durable

        connection = durable(Path(sys.argv[1]))
    Floor(texts, connection).run(mouse=False)


if __name__ == "__main__":
    main()
