"""Help comes at once: nothing heavy loads before the command that needs it."""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter

import pytest

from cati.cli.registry import commands

HEAVY = {"pydantic", "sqlalchemy", "openpyxl", "phonenumbers", "rich", "textual", "alembic", "yaml", "psycopg"}
PROBE = "import sys; from cati.cli import main; code = main(sys.argv[1:]); print(*sorted(sys.modules), file=sys.stderr)"
BARE = 'import argparse; argparse.ArgumentParser(description="bare").parse_args(["--help"])'


def modules_after(*arguments: str) -> set[str]:
    ran = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in ran.stderr.split()}


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_the_programs_own_help_loads_nothing_but_the_standard_library(argument: str) -> None:
    assert not modules_after(argument) & (HEAVY | {"click"})


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
def test_a_commands_help_loads_nothing_heavy(path: str) -> None:
    assert not modules_after(*path.split(), "--help") & HEAVY


def test_help_takes_at_most_three_times_a_bare_argparse_program() -> None:
    def seconds(*command: str) -> float:
        began = perf_counter()
        subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
        return perf_counter() - began

    # the best of several, taken in turns: what else the machine does only ever adds
    pairs = [(seconds("-m", "cati", "--help"), seconds("-c", BARE)) for _ in range(9)]
    ours, bare = (min(times) for times in zip(*pairs, strict=True))
    assert ours <= 3 * bare
