"""Help comes at once: nothing heavy loads before the command that needs it."""

from __future__ import annotations

import json
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


@pytest.fixture(scope="module")
def loaded_by() -> dict[str, list[str]]:
    """The heavy modules that each command's help was the first to load, all of them asked for in one program."""
    probe = """
import contextlib, io, json, sys
from cati.cli import main
found, seen = {}, set()
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        assert main([*path.split(), "--help"]) == 0
    assert "Examples:" in shown.getvalue()
    now = {name.partition(".")[0] for name in sys.modules}
    found[path], seen = sorted(now - seen), now
print(json.dumps(found))
"""
    paths = [" ".join(path) for path, _ in commands()]
    ran = subprocess.run([sys.executable, "-c", probe, *paths], capture_output=True, text=True, check=True)
    return {path: sorted(HEAVY & set(modules)) for path, modules in json.loads(ran.stdout).items()}


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
def test_a_commands_help_loads_nothing_heavy(path: str, loaded_by: dict[str, list[str]]) -> None:
    assert loaded_by[path] == []


def test_help_takes_at_most_three_times_a_bare_argparse_program() -> None:
    def seconds(*command: str) -> float:
        began = perf_counter()
        subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
        return perf_counter() - began

    # the best of several, taken in turns: what else the machine does only ever adds
    pairs = [(seconds("-m", "cati", "--help"), seconds("-c", BARE)) for _ in range(9)]
    ours, bare = (min(times) for times in zip(*pairs, strict=True))
    assert ours <= 3 * bare
