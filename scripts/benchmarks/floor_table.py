"""The floor under the supervisor's screen: a DataTable, asked twice a second whether the database has changed, and
updated at most once a second; nothing else is read than how many cases are in somebody's hands.

    python floor_table.py DATABASE ROWS
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Static

COLUMNS = 11


class Floor(App[None]):
    """The bare application."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, connection: Any, rows: int) -> None:
        super().__init__(ansi_color=True)
        self.connection = connection
        self.rows = rows
        self.version = -1
        self.updates = 0
        self.updated = 0.0

    def compose(self) -> ComposeResult:
        """A line and a table."""
        yield Static("", id="told")
        yield DataTable()

    def on_mount(self) -> None:
        """The table as it is at first; then twice a second."""
        table = self.query_one(DataTable)
        for column in range(COLUMNS):
            table.add_column(f"c{column}", width=6, key=f"{column}")
        for row in range(self.rows):
            table.add_row(*("" for _ in range(COLUMNS)), key=f"{row}")
        self.set_interval(0.5, self.look)

    def look(self) -> None:
        """Has anything changed? Then every cell anew."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        now = time.monotonic()
        if version == self.version or now < self.updated + 0.9:
            return
        self.version, self.updated = version, now
        self.updates += 1
        held = self.connection.execute('SELECT count(*) FROM "case" WHERE owner IS NOT NULL').fetchone()[0]
        table = self.query_one(DataTable)
        for row in range(self.rows):
            for column in range(COLUMNS):
                table.update_cell(f"{row}", f"{column}", f"{(self.updates + row * column) % 997}")
        self.query_one("#told", Static).update(f"{held} talking")


if __name__ == "__main__":
    from cati.storage.sqlite import connect

    Floor(connect(Path(sys.argv[1])), int(sys.argv[2])).run(mouse=False)
