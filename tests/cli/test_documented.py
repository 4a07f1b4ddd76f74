"""Undocumented means red: every command is in the README and has an example; what is generated is up to date."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from cati.cli.group import Command, load, root
from cati.cli.registry import Entry, commands

Cati = Callable[..., Any]
ALL = [pytest.param(path, entry, id=" ".join(path)) for path, entry in commands()]


@pytest.fixture(scope="module")
def readme() -> str:
    return (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "entry"), ALL)
def test_every_command_is_in_the_readme_with_an_example(path: tuple[str, ...], entry: Entry, readme: str) -> None:
    name = "cati " + " ".join(path)
    assert re.search(rf"^`{name}[ `].*— ", readme, re.MULTILINE), f"{name} ({entry.summary}) is not described"
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", readme, re.DOTALL))
    assert name in blocks


@pytest.mark.parametrize(("path", "entry"), ALL)
def test_every_command_shows_an_example_in_its_help(path: tuple[str, ...], entry: Entry, cati: Cati) -> None:
    found = load(entry)
    assert isinstance(found, Command)
    ran = cati(*path, "--help")
    assert ran.code == 0
    shown = ran.out.partition("Examples:\n")[2]
    for example in found.examples:
        assert example in shown
        assert f"cati {' '.join(path)}" in example or "cati --database" in example
    assert found.examples


@pytest.mark.parametrize(("path", "entry"), ALL)
def test_every_example_can_be_read_by_the_program(path: tuple[str, ...], entry: Entry) -> None:
    found = load(entry)
    assert isinstance(found, Command)
    for example in found.examples:
        ours = 0
        for piece in example.split(" | "):
            words = shlex.split(piece.partition(" < ")[0])
            while words[1].startswith("--"):
                del words[1:3]
            if words[: 1 + len(path)] == ["cati", *path]:
                found.make_context(" ".join(path), words[1 + len(path) :], parent=click.Context(root)).close()
                ours += 1
        assert ours, example


@pytest.mark.parametrize(("path", "entry"), ALL)
def test_every_option_says_what_it_does(path: tuple[str, ...], entry: Entry) -> None:
    assert path
    for parameter in load(entry).params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.show_default, parameter.name


@pytest.fixture(scope="module")
def parts() -> ModuleType:
    """The maker of the README's generated parts."""
    found = importlib.util.spec_from_file_location(
        "readme", Path(__file__).resolve().parents[1] / "plugins" / "readme.py"
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_generated_parts_of_the_readme_are_up_to_date(parts: ModuleType, readme: str) -> None:
    assert parts.brought_up_to_date(readme) == readme, "run scripts/update-readme"


def test_the_screen_in_the_readme_fits_a_small_terminal(readme: str) -> None:
    found = re.search(r"<!-- screen -->\n```text\n(.*?)```\n<!-- /screen -->", readme, re.DOTALL)
    assert found is not None
    lines = found[1].splitlines()
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80
