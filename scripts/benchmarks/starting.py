"""How soon something is seen: the console's first frame, and `cati --help`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.keys import console, environment, floor
from benchmarks.measuring import Figure, Told, in_turn, seconds
from benchmarks.shop import open_shop
from benchmarks.terminals import Terminal

_ARGPARSE = """
import argparse
parser = argparse.ArgumentParser(prog="bare", description="A bare program.")
commands = parser.add_subparsers()
for name in ("init", "sample", "console", "report", "export", "backup"):
    commands.add_parser(name, help=f"What {name} does.")
parser.parse_args()
"""


def first_frame(rounds: int) -> Told:
    """From starting the process to the first frame with words in it."""
    with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
        place = Path(name)
        store, _ = open_shop(place / "cati.db", cases=3)
        store.close()

        def frame(command: list[str], words: str) -> float:
            with Terminal(command, environment(place)) as terminal:
                return (terminal.sees(words, quiet=0.001) - terminal.started) * 1000

        sides = in_turn(
            lambda: frame(console(place / "cati.db"), "Your name|Callable now"),
            lambda: frame(floor(), "The floor"),
            rounds,
        )
    cati, bare = sides.medians()
    what = "a bare Textual application of one widget"
    return [Figure("First frame of the console", "ms", cati, what, bare, aim=1.5, rounds=rounds)]


def help_page(rounds: int) -> Told:
    """`cati --help` from start to end."""
    with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
        script = Path(name) / "bare.py"
        script.write_text(_ARGPARSE, encoding="utf-8")
        program = str(Path(sys.executable).with_name("cati"))

        def spent(command: list[str]) -> float:
            return seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)) * 1000

        sides = in_turn(
            lambda: spent([program, "--help"]), lambda: spent([sys.executable, str(script), "--help"]), rounds
        )
    cati, bare = sides.medians()
    what = "a bare argparse program with six commands"
    return [Figure("cati --help", "ms", cati, what, bare, aim=3, rounds=rounds)]
