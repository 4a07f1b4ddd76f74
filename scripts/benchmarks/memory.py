"""What one console holds in memory after many interviews."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.keys import console, environment, floor, whole_interview
from benchmarks.measuring import Figure, Told
from benchmarks.shop import open_shop
from benchmarks.terminals import Terminal

MOST = 80.0
"""Megabytes."""


def measure(interviews: int) -> Told:
    """Whole interviews one after another at one console, each typed in one burst, its call logged."""
    typed = "".join(each.keys + "\r" for each in whole_interview())
    with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
        place = Path(name)
        store, _ = open_shop(place / "cati.db", cases=interviews + 2)
        store.close()
        with Terminal(floor(), environment(place)) as bare:
            bare.sees("The floor")
            floor_held = bare.memory()
        with Terminal(console(place / "cati.db"), environment(place)) as terminal:
            terminal.sees("Enter again adds the name")
            terminal.write("\r")
            terminal.sees("Callable now")
            terminal.settle()
            at_start = terminal.memory()
            for done in range(1, interviews + 1):
                # next case, dialled, every answer, the closing words, the outcome
                terminal.write("\r\r" + typed + "\r\r")
                terminal.sees(rf"completes: {done}\b")
                if done % 50 == 0:
                    print(f"  {done} interviews: {terminal.memory():.1f} MB", file=sys.stderr)
            held = terminal.memory()
    note = f"{at_start:.1f} MB when signed in"
    what = "a bare Textual application at its first frame"
    return [
        Figure(
            f"Memory of one console after {interviews} interviews", "MB", held, what, floor_held, most=MOST, note=note
        )
    ]
